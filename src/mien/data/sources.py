"""Where pictures come from: a folder, a zip file, CelebA's layout. Bytes only; nothing is decoded.

A source lists its pictures by a name that is safe to show and never absolute, in an order that
does not depend on the file system.
"""

from __future__ import annotations

import contextlib
import dataclasses
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Protocol

from mien.errors import InputError
from mien.io.files import read_bytes
from mien.io.limits import IMAGE_LIMITS
from mien.io.names import terminal_safe
from mien.messages import text

PICTURE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"}
    # Not readable, and better reported one by one than passed over in silence.
    | {".heic", ".heif", ".avif", ".jp2", ".jxl", ".ppm", ".tga", ".psd"}
)
_MOST_FILES = 5_000_000


class Source(Protocol):
    """Pictures that have not been decoded.

    names    relative, with forward slashes, one for each picture
    others   how many files were left out because of their names
    """

    @property
    def names(self) -> Sequence[str]:
        """Relative names."""
        ...

    @property
    def others(self) -> int:
        """Files left out."""
        ...

    def read(self, place: int) -> bytes:
        """The bytes of one picture; raises InputError where they cannot be read."""
        ...

    def size(self, place: int) -> int:
        """How many bytes that will be, without reading them; 0 where it cannot be said."""
        ...


def is_picture(name: str) -> bool:
    """Whether a file of this name should be a picture: its ending says so and it is not hidden."""
    path = PurePosixPath(name)
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return not hidden and path.suffix.lower() in PICTURE_SUFFIXES


@dataclasses.dataclass(frozen=True)
class FolderSource:
    """The pictures under a folder, at any depth."""

    root: Path
    names: Sequence[str]
    others: int

    def read(self, place: int) -> bytes:
        """The bytes of one picture."""
        path = self.root / self.names[place]
        return read_bytes(path, max_bytes=IMAGE_LIMITS.max_bytes, wanted="io.wanted.image")

    def size(self, place: int) -> int:
        """From the file system."""
        try:
            return (self.root / self.names[place]).stat().st_size
        except OSError:
            return 0


@dataclasses.dataclass(frozen=True)
class ZipSource:
    """The pictures in a zip file, read without unpacking it."""

    path: Path
    names: Sequence[str]
    others: int
    sizes: Sequence[int]

    def read(self, place: int) -> bytes:
        """The bytes of one picture; a member that grows beyond the limit is refused."""
        name = self.names[place]
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(name) as member:
                # A member may hold more than its header says: read no further than the limit.
                data = member.read(IMAGE_LIMITS.max_bytes + 1)
        except Exception as problem:  # every kind of packing has its own errors
            raise InputError(text("data.zip_member", path=terminal_safe(name))) from problem
        if len(data) > IMAGE_LIMITS.max_bytes:
            limit = IMAGE_LIMITS.max_bytes / 2**20
            sizes = {"size": f"> {limit:g}", "limit": f"{limit:g}"}
            raise InputError(text("io.read.bytes", path=terminal_safe(name), **sizes))
        return data

    def size(self, place: int) -> int:
        """From the directory of the zip file."""
        return self.sizes[place]


def open_source(path: Path) -> Source:
    """The pictures of a folder, a zip file, or a folder in CelebA's layout.

    Raises InputError where there is no such path, or no picture in it.
    """
    if path.is_dir():
        inner = path / "img_align_celeba"
        if inner.is_dir() or inner.with_suffix(".zip").is_file():
            return open_source(inner if inner.is_dir() else inner.with_suffix(".zip"))
        names, others = _split(walk(path))
        source: Source = FolderSource(path, names, others)
    elif path.is_file():
        members = _members(path)
        names, others = _split(iter(members))
        source = ZipSource(path, names, others, [members[name] for name in names])
    else:
        raise InputError(text("data.missing", path=terminal_safe(path)))
    if not source.names:
        raise InputError(text("data.empty", path=terminal_safe(path), count=source.others))
    return source


def _split(names: Iterator[str]) -> tuple[list[str], int]:
    found = sorted(names)
    pictures = [name for name in found if is_picture(name)]
    return pictures, len(found) - len(pictures)


def walk(root: Path) -> Iterator[str]:
    """Relative names of all files under a folder, in no order.

    Links to folders are not followed, so there are no circles. Raises InputError for too many.
    """
    count = 0
    folders = [root]
    while folders:
        folder = folders.pop()
        # A folder that may not be listed holds nothing for us.
        entries: list[Path] = []
        with contextlib.suppress(PermissionError):
            entries = list(folder.iterdir())
        for entry in entries:
            if entry.is_dir():
                if not entry.is_symlink():
                    folders.append(entry)
                continue
            count += 1
            if count > _MOST_FILES:
                raise InputError(text("data.too_many", path=terminal_safe(root), limit=_MOST_FILES))
            yield entry.relative_to(root).as_posix()


def _members(path: Path) -> dict[str, int]:
    """Sizes of the files in a zip, by name."""
    try:
        with zipfile.ZipFile(path) as archive:
            # A name may be empty in a damaged directory.
            entries = [one for one in archive.infolist() if one.filename and not one.is_dir()]
    except Exception as problem:  # a damaged directory may raise anything
        raise InputError(text("data.not_a_zip", path=terminal_safe(path))) from problem
    return {entry.filename: entry.file_size for entry in entries}


@dataclasses.dataclass(frozen=True)
class CelebaLabels:
    """What CelebA's text files say, for the pictures that they name.

    attributes   names of the 40 attributes, in the file's order
    values       for each picture, a bool per attribute
    split        for each picture "train", "valid" or "test"; empty without list_eval_partition.txt
    """

    attributes: tuple[str, ...]
    values: dict[str, tuple[bool, ...]]
    split: dict[str, str]


def read_celeba_labels(root: Path) -> CelebaLabels | None:
    """The labels beside `img_align_celeba`, or None where list_attr_celeba.txt is missing.

    Raises InputError for a file of another form, with the line.
    """
    path = root / "list_attr_celeba.txt"
    if not path.is_file():
        return None
    lines = path.read_text("utf-8", errors="replace").splitlines()
    attributes = tuple(lines[1].split()) if len(lines) > 1 else ()
    values: dict[str, tuple[bool, ...]] = {}
    for number, line in enumerate(lines[2:], 3):
        name, *signs = line.split() or [""]
        if len(signs) != len(attributes) or not set(signs) <= {"1", "-1"}:
            shown = {"path": terminal_safe(path), "line": number, "wanted": len(attributes)}
            raise InputError(text("data.celeba_line", **shown))
        values[name] = tuple(sign == "1" for sign in signs)
    return CelebaLabels(attributes, values, _read_split(root / "list_eval_partition.txt"))


def _read_split(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    names = {"0": "train", "1": "valid", "2": "test"}
    pairs = [line.split() for line in path.read_text("utf-8", errors="replace").splitlines()]
    return {pair[0]: names[pair[1]] for pair in pairs if len(pair) == 2 and pair[1] in names}
