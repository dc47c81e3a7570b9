"""Which pictures of a data set belong together, by the names that its makers gave them.

ckplus     S001_006_00000012.png, its landmarks in S001_006_00000012_landmarks.txt
mmi        S001-001_12.png with S001-001_12.txt, as the ancestor cut them, or whole clips
frgc       04201d302.jpg with 04201d302.pts
bosphorus  bs000_E_HAPPY_0.png with bs000_E_HAPPY_0.lm2, or one .lm2s file for all
clips      clips, and folders with the frames of clips

A picture and its landmarks belong together by their names, wherever under the folder they lie: CK+
is handed out with pictures and landmarks in trees of their own. Nothing is read here, and nothing
is passed over in silence: what has no place is named with the reason.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Literal, TypeAlias, get_args

from mien.data.sequences import list_sequences, natural
from mien.data.sources import is_picture, walk
from mien.errors import InputError
from mien.io.names import terminal_safe
from mien.messages import text

Layout: TypeAlias = Literal["ckplus", "mmi", "frgc", "bosphorus", "clips"]
LAYOUTS: tuple[Layout, ...] = get_args(Layout)
CLIP_SUFFIXES = frozenset(
    {".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv", ".flv", ".ogv"}
)
_CK = re.compile(r"([A-Z]+\d+)_(\d+)_(\d+)", re.ASCII | re.IGNORECASE)
_NUMBERED = re.compile(r"(.+?)[_-](\d+)", re.ASCII)
_PERSON = re.compile(r"[A-Z]*\d+", re.ASCII | re.IGNORECASE)
_FRGC = re.compile(r"(\d+)d(\d+)", re.ASCII | re.IGNORECASE)
_BOSPHORUS = re.compile(r"(bs\d+)_([A-Z]+)_(\w+)", re.ASCII | re.IGNORECASE)
_AT_REST = "n_n_"


@dataclasses.dataclass(frozen=True)
class Shot:
    """One picture of a strip: its relative name, and that of its landmarks, "" where none are."""

    picture: str
    landmarks: str = ""


@dataclasses.dataclass(frozen=True)
class Strip:
    """Pictures of one person in order, or one clip.

    subject  who it is; name: of the strip
    shots    pictures in order; empty for a clip
    clip     relative name of a clip, or ""
    moving   the pictures are the frames of one clip: one crop holds for all of them
    rest     the first picture shows the face at rest
    """

    subject: str
    name: str
    shots: tuple[Shot, ...] = ()
    clip: str = ""
    moving: bool = True
    rest: bool = True


@dataclasses.dataclass(frozen=True)
class Left:
    """A file that has no part in what was made, and why."""

    name: str
    reason: str


@dataclasses.dataclass(frozen=True)
class Listing:
    """What a folder holds in some layout.

    strips  by subject and name, in natural order
    left    files that should belong and do not, with reasons
    others  how many files of other endings there are, by ending
    points  the name of an `.lm2s` file with the landmarks of pictures without any of their own
    """

    root: Path
    strips: tuple[Strip, ...]
    left: tuple[Left, ...]
    others: Mapping[str, int]
    points: str = ""


def list_layout(path: Path, layout: Layout) -> Listing:
    """The strips under a folder, or of one clip.

    Raises InputError where there is no such path, or nothing of this layout in it.
    """
    if path.is_file() and layout in ("clips", "mmi"):
        strip = Strip(_person(path.stem), path.stem, clip=path.name, rest=False)
        return Listing(path.parent, (strip,), (), {})
    if not path.is_dir():
        raise InputError(text("faces.missing", path=terminal_safe(path)))
    names = sorted(walk(path), key=natural)
    listing = _LISTS[layout](path, names)
    if not listing.strips:
        wanted = text(_WANTED[layout])
        shown = {"count": len(names), "wanted": wanted, "layout": layout}
        raise InputError(text("faces.none", path=terminal_safe(path), **shown))
    return listing


def _stem(name: str) -> str:
    return PurePosixPath(name).stem


def _person(stem: str) -> str:
    """S001 of S001-001, else the whole name."""
    match = _PERSON.match(stem)
    return match[0] if match else stem


def _is_clip(name: str) -> bool:
    hidden = any(part.startswith(".") for part in PurePosixPath(name).parts)
    return not hidden and PurePosixPath(name).suffix.lower() in CLIP_SUFFIXES


@dataclasses.dataclass
class _Found:
    """Files by what they are; `landmarks` by the stem of the picture that they belong to."""

    pictures: list[str] = dataclasses.field(default_factory=list)
    landmarks: dict[str, str] = dataclasses.field(default_factory=dict)
    clips: list[str] = dataclasses.field(default_factory=list)
    left: list[Left] = dataclasses.field(default_factory=list)
    others: Counter[str] = dataclasses.field(default_factory=Counter)
    used: set[str] = dataclasses.field(default_factory=set)

    def shot(self, picture: str) -> Shot:
        """A picture with its landmarks, which then are used."""
        beside = self.landmarks.get(_stem(picture).lower(), "")
        self.used.add(_stem(picture).lower())
        return Shot(picture, beside)

    def leave(self, name: str, key: str) -> None:
        """Names a file that has no place."""
        self.left.append(Left(name, text(key)))

    def listing(self, root: Path, strips: Iterable[Strip], points: str = "") -> Listing:
        """What was made of the files; landmarks without a picture are named."""
        for stem, name in self.landmarks.items():
            if stem not in self.used:
                self.leave(name, "faces.left.no_picture")
        ordered = sorted(strips, key=lambda one: (natural(one.subject), natural(one.name)))
        return Listing(root, tuple(ordered), tuple(self.left), dict(self.others), points)


def _sorted_out(names: Iterable[str], mark: Callable[[str], str]) -> _Found:
    """Files by kind; `mark` gives the picture's stem that a file's landmarks belong to, or ""."""
    found = _Found()
    for name in names:
        belongs = mark(name).lower()
        if belongs and belongs in found.landmarks:
            found.leave(name, "faces.left.twice")
        elif belongs:
            found.landmarks[belongs] = name
        elif is_picture(name):
            found.pictures.append(name)
        elif _is_clip(name):
            found.clips.append(name)
        else:
            found.others[PurePosixPath(name).suffix.lower() or "(none)"] += 1
    return found


def _gathered(
    found: _Found, read: Callable[[str], tuple[str, str] | None], *, moving: bool = True
) -> list[Strip]:
    """Strips of pictures by (subject, name of the strip); a stem that comes twice counts once."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    seen: set[str] = set()
    for name in found.pictures:
        told = read(_stem(name))
        if told is None:
            found.leave(name, "faces.left.name")
        elif _stem(name).lower() in seen:
            found.leave(name, "faces.left.twice")
        else:
            seen.add(_stem(name).lower())
            groups[told].append(name)
    return [
        Strip(subject, strip, tuple(found.shot(name) for name in _ordered(names)), moving=moving)
        for (subject, strip), names in groups.items()
    ]


def _ordered(names: Sequence[str]) -> list[str]:
    return sorted(names, key=lambda name: natural(_stem(name)))


def _ckplus(root: Path, names: Sequence[str]) -> Listing:
    def mark(name: str) -> str:
        stem = _stem(name)
        ends = name.lower().endswith("_landmarks.txt")
        return stem[: -len("_landmarks")] if ends else ""

    def read(stem: str) -> tuple[str, str] | None:
        match = _CK.fullmatch(stem)
        return (match[1].upper(), f"{match[1].upper()}_{match[2]}") if match else None

    found = _sorted_out(names, mark)
    strips = _gathered(found, read)
    return _with_clips_left(found).listing(root, strips)


def _mmi(root: Path, names: Sequence[str]) -> Listing:
    stems = {_stem(name).lower() for name in names if is_picture(name)}

    def mark(name: str) -> str:
        stem = _stem(name)
        text_file = name.lower().endswith(".txt")
        return stem if text_file and (stem.lower() in stems or _NUMBERED.fullmatch(stem)) else ""

    def read(stem: str) -> tuple[str, str] | None:
        match = _NUMBERED.fullmatch(stem)
        return (_person(match[1]), match[1]) if match else None

    found = _sorted_out(names, mark)
    clips = [Strip(_person(_stem(name)), _stem(name), clip=name) for name in found.clips]
    return found.listing(root, [*_gathered(found, read), *clips])


def _frgc(root: Path, names: Sequence[str]) -> Listing:
    def mark(name: str) -> str:
        return _stem(name) if name.lower().endswith(".pts") else ""

    def read(stem: str) -> tuple[str, str] | None:
        match = _FRGC.fullmatch(stem)
        return (match[1], match[1]) if match else None

    found = _sorted_out(names, mark)
    strips = [dataclasses.replace(one, rest=False) for one in _gathered(found, read, moving=False)]
    return _with_clips_left(found).listing(root, strips)


def _bosphorus(root: Path, names: Sequence[str]) -> Listing:
    points = [name for name in names if name.lower().endswith(".lm2s")]

    def mark(name: str) -> str:
        return _stem(name) if name.lower().endswith(".lm2") else ""

    def read(stem: str) -> tuple[str, str] | None:
        match = _BOSPHORUS.fullmatch(stem)
        return (match[1].lower(), match[1].lower()) if match else None

    found = _sorted_out((name for name in names if name not in points), mark)
    strips = [_rest_first(one) for one in _gathered(found, read, moving=False)]
    for name in points[1:]:
        found.leave(name, "faces.left.twice")
    return _with_clips_left(found).listing(root, strips, *points[:1])


def _rest_first(strip: Strip) -> Strip:
    """A neutral scan, N_N_0, before all others; without one, nobody is at rest."""
    start = len(strip.subject) + 1
    calm = [one for one in strip.shots if _stem(one.picture)[start:].lower().startswith(_AT_REST)]
    others = [one for one in strip.shots if one not in calm]
    return dataclasses.replace(strip, shots=(*calm, *others), rest=bool(calm))


def _with_clips_left(found: _Found) -> _Found:
    for name in found.clips:
        found.leave(name, "faces.left.clip")
    return found


def _clips(root: Path, names: Sequence[str]) -> Listing:
    def mark(name: str) -> str:
        ends = name.lower().endswith("_landmarks.txt")
        return name[: -len("_landmarks.txt")] if ends else ""

    found = _sorted_out(names, mark)
    strips = []
    for name in found.clips:
        path = PurePosixPath(name)
        subject = path.parts[0] if len(path.parts) > 1 else path.stem
        strips.append(Strip(subject, str(path.with_suffix("")), clip=name, rest=False))
    listed = list_sequences(found.pictures) if found.pictures else []
    for one in listed:
        shots = []
        for name in one.names:
            whole = str(PurePosixPath(name).with_suffix("")).lower()
            found.used.add(whole)
            shots.append(Shot(name, found.landmarks.get(whole, "")))
        strips.append(Strip(one.subject, one.name, tuple(shots), rest=len(listed) > 1))
    return found.listing(root, strips)


_WANTED: dict[Layout, str] = {
    "ckplus": "faces.wanted.ckplus",
    "mmi": "faces.wanted.mmi",
    "frgc": "faces.wanted.frgc",
    "bosphorus": "faces.wanted.bosphorus",
    "clips": "faces.wanted.clips",
}
_LISTS: dict[Layout, Callable[[Path, Sequence[str]], Listing]] = {
    "ckplus": _ckplus,
    "mmi": _mmi,
    "frgc": _frgc,
    "bosphorus": _bosphorus,
    "clips": _clips,
}
