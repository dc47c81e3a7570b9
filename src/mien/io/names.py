"""Names: how a result is called after its input, and how any name is shown without harm.

`--out DIR` (one rule for every job): a result is called `<stem>` of its input; where several
inputs share a stem, `<stem>-<ext>`; the second face of a picture is `<stem>.face2`; an existing
result is kept and the new one gets `-2`; with overwrite it is replaced, but never an input.
"""

from __future__ import annotations

import hashlib
import html
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from mien.io.limits import STEM_BYTES

# Marks that reorder the text around them: "photo\u202egpj.exe" is shown as "photoexe.jpg".
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = frozenset("\ufeff")
_HARMFUL_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})

_RESERVED = re.compile(r'[<>:"|?*\\/]')
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul"}
    | {f"com{digit}" for digit in range(1, 10)}
    | {f"lpt{digit}" for digit in range(1, 10)}
)
_EXTENSION_LENGTH = 10
OWN = "latest.png"
"""The one file name that belongs to mien: it is rewritten without being asked."""
_WINDOWS = os.name == "nt"


def is_harmful(character: str) -> bool:
    """Whether a character can hide, reorder or break the text it stands in.

    Control characters, line separators, halves of surrogate pairs, marks of writing direction.
    """
    if character in _BIDI or character in _INVISIBLE:
        return True
    return unicodedata.category(character) in _HARMFUL_CATEGORIES


def terminal_safe(value: object) -> str:
    r"""The text of a value for one line of a terminal or log.

    Harmful characters (see `is_harmful`) are written as escapes such as `\x1b` or `\u202e`;
    everything else stays, so that an ordinary name in any language is shown as it is. The markup
    of a console library is not touched: its square brackets are the caller's to escape.
    """
    return "".join(_escape(c) if is_harmful(c) else c for c in str(value))


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


def html_escape(value: object) -> str:
    """The text of a value for an HTML page, in an element or in a quoted attribute.

    `<img src=x>.jpg` is shown as it is written and is never an element; harmful characters (see
    `is_harmful`) become U+FFFD.
    """
    return html.escape("".join("\ufffd" if is_harmful(c) else c for c in str(value)), quote=True)


def safe_stem(name: str, *, portable: bool = _WINDOWS) -> str:
    """The stem of a file name, fit to name a result: never empty, hidden, or an option.

    name       a file name without folders, in any language
    portable   also replace what Windows and its file systems refuse: < > : " | ? * and device
               names such as CON

    A name of the user's is kept as it is wherever that is possible. Replaced by `_` are harmful
    characters (see `is_harmful`), slashes, and dots, dashes and blanks at the start; trailing
    dots and blanks are dropped. More than 200 bytes of UTF-8 are cut, and eight hexadecimal
    digits of the whole name's SHA-256 added, so that two long names stay two.
    """
    stem = Path(name).stem if name not in (".", "..") else name
    stem = "".join("_" if is_harmful(c) or c == "/" else c for c in stem).rstrip(". ")
    # Applied everywhere: a folder of results is often opened on another system than it was made.
    start = len(stem) - len(stem.lstrip(".- "))
    stem = "_" * start + stem[start:]
    if portable:
        stem = _RESERVED.sub("_", stem)
        if stem.split(".")[0].lower() in _DEVICES:
            stem = f"_{stem}"
    return _shorten(stem or "unnamed", name)


def _shorten(stem: str, name: str) -> str:
    if len(stem.encode()) <= STEM_BYTES:
        return stem
    digest = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:8]
    kept = stem.encode()[: STEM_BYTES - 9].decode(errors="ignore")
    # A combining mark whose letter was kept must not be cut off alone: drop the whole letter.
    while kept and unicodedata.combining(stem[len(kept)]):
        kept = kept[:-1]
    return f"{kept}~{digest}"


def _key(name: str) -> str:
    """Equal for names that some file system takes for the same (case, composed accents)."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def result_stems(inputs: Sequence[Path], *, portable: bool = _WINDOWS) -> dict[Path, str]:
    """A stem for every input, all different, none depending on which files exist.

    `a.jpg` gives `a`; `a.jpg` and `a.png` give `a-jpg` and `a-png`; `x/a.jpg` and `y/a.jpg` give
    `a-jpg` and `a-jpg-2`. Names that differ only in case count as equal. The same path twice
    counts once.
    """
    unique = list(dict.fromkeys(inputs))
    stems = {path: safe_stem(path.name, portable=portable) for path in unique}
    shared = Counter(_key(stem) for stem in stems.values())
    taken = {key for key, count in shared.items() if count == 1}
    result: dict[Path, str] = {}
    for path, stem in stems.items():
        if shared[_key(stem)] > 1:
            extension = _extension(path)
            candidate = f"{stem}-{extension}" if extension else stem
            result[path] = next(one for one in numbered(candidate) if _key(one) not in taken)
            taken.add(_key(result[path]))
        else:
            result[path] = stem
    return result


def _extension(path: Path) -> str:
    letters = re.sub(r"[^0-9a-z]", "", path.suffix.lower())
    return letters[:_EXTENSION_LENGTH]


def numbered(name: str) -> Iterator[str]:
    """The name, then `name-2`, `name-3` and so on, without end."""
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1


def free_path(path: Path, *, overwrite: bool) -> Path:
    """The path itself, or where something is there already the first free `<stem>-2<ext>`.

    A name that belongs to mien, or `overwrite`, gives the path itself.
    """
    if overwrite or path.name == OWN:
        return path
    names = (path.with_name(f"{stem}{path.suffix}") for stem in numbered(path.stem))
    return next(one for one in names if not one.exists() and not one.is_symlink())


class ResultNames:
    """Hands out the paths of one run's results in one folder; see the module's rule.

    folder      where results go; it need not exist yet
    inputs      all input files of the run: they decide about collisions, and are never replaced
    overwrite   replace what an earlier run left under the same name
    """

    def __init__(self, folder: Path, inputs: Sequence[Path], *, overwrite: bool = False) -> None:
        self._folder = folder
        self._overwrite = overwrite
        self._stems = result_stems(inputs, portable=_WINDOWS or not _takes_reserved(folder, inputs))
        self._sources = [path.resolve() for path in self._stems]
        self._identities = {_identity(path) for path in self._stems} - {None}
        self._claimed: set[str] = set()

    def claim(self, source: Path, *, face: int = 1, suffix: str = "") -> Path:
        """Where the result of this input goes; every call gives another path.

        source   one of the run's inputs
        face     1 for the first (or only) face of the picture, 2 for the second, ...
        suffix   such as ".png"; "" for a folder

        Nothing is created. Raises KeyError for a source that is not an input of the run.
        """
        if face < 1:
            raise ValueError(f"faces are counted from 1, not {face}")
        base = self._stems[source] + (f".face{face}" if face > 1 else "")
        for name in numbered(base):
            path = self._folder / f"{name}{suffix}"
            if _key(path.name) not in self._claimed and self._may_write(path, suffix):
                self._claimed.add(_key(path.name))
                return path
        raise AssertionError("numbered names never end")

    def _may_write(self, path: Path, suffix: str) -> bool:
        if not os.path.lexists(path):
            return True
        if not self._overwrite or path.is_symlink():
            return False
        if not (path.is_file() if suffix else path.is_dir()):
            return False
        if _identity(path) in self._identities:
            return False
        target = path.resolve()
        return not any(source.is_relative_to(target) for source in self._sources)


def _identity(path: Path) -> tuple[int, int] | None:
    """Device and inode: the same file under two names is still the same file."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def _takes_reserved(folder: Path, inputs: Sequence[Path]) -> bool:
    """Whether the folder's file system takes characters such as < and ? in names.

    Asked of the file system itself, and only where an input's name holds one: a USB stick or a
    Windows share under Linux refuses them.
    """
    if not any(_RESERVED.search(path.name) for path in inputs):
        return True
    for existing in (folder, *folder.parents):
        probe = existing / f'.mien-probe-{os.getpid()}-<>:"|?*'
        try:
            probe.touch()
            probe.unlink()
        except FileNotFoundError:
            continue  # not made yet: ask the folder it will stand in
        except (PermissionError, NotADirectoryError):
            return True  # nothing can be written here at all; the write itself will say so
        except OSError:
            return False
        return True
    return True
