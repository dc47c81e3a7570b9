"""Sequences of one face with its landmarks: a clip, a folder of frames, folders as CK+ has them.

    clip.mp4                          one sequence
    folder/1.jpg, 2.jpg, ... 10.jpg   one sequence, in natural order
    folder/S001/006/S001_006_*.png    one sequence for every lowest folder, of the subject S001;
                                      its first frame shows the face at rest
    folder/S001_006_00000001.png ...  the same without folders: names differ before their number

Beside a frame `name.png` the file `name_landmarks.txt`, 68 lines of two numbers as CK+ has them, is
believed; everywhere else the landmarks are found.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.data.landmark_files.plain import read_plain
from mien.data.sources import is_picture, open_source
from mien.errors import InputError
from mien.face.affine import transform
from mien.face.align import align_head, crop
from mien.face.tracker import FaceTracker
from mien.io.image import read_image
from mien.io.names import terminal_safe
from mien.io.video import probe, read_frames
from mien.messages import text
from mien.types import Image, Landmarks

FEWEST = 4
"""Frames of a sequence: fewer tell nothing about motion."""
_MOST = 20_000
_NUMBER = re.compile(r"^(.*?)(\d{1,18})$", re.ASCII)
_PIECES = re.compile(r"(\d{1,18})", re.ASCII)

Told: TypeAlias = Callable[[int, int, str], None]
"""Told frames done, frames expected (0 if unknown) and the sequence's name."""


@dataclasses.dataclass(frozen=True, eq=False)
class FaceSequence:
    """Frames of one face, all cropped as the first head-256 crop of the sequence says.

    subject    who it is; name: of the sequence, safe to show
    frames     (n, s, s, 3) uint8, n >= FEWEST
    landmarks  (n, 68, 2) pixels of the crop
    neutral    whether the first frame shows the face at rest
    """

    subject: str
    name: str
    frames: Image
    landmarks: NDArray[np.float64]
    neutral: bool


@dataclasses.dataclass(frozen=True)
class Listed:
    """The frames of a sequence by name, before anything is read; no names for a clip."""

    subject: str
    name: str
    names: tuple[str, ...]


def read_sequences(
    path: Path, size: int, *, told: Told = lambda done, total, name: None
) -> tuple[list[FaceSequence], tuple[str, ...]]:
    """All sequences of a clip or folder at `size` pixels a side, and why others were left out.

    Raises InputError where nothing of it can be used.
    """
    if path.is_file() and not is_picture(path.name) and path.suffix.lower() != ".zip":
        listed, neutral = [Listed(terminal_safe(path.stem), terminal_safe(path.name), ())], False
    elif path.is_dir():
        listed = list_sequences(list(open_source(path).names))
        neutral = len(listed) > 1
    else:
        raise InputError(text("sequences.missing", path=terminal_safe(path)))
    found, left_out = [], []
    for one in listed:
        frames, landmarks = _tracked(path, one, told)
        if len(frames) < FEWEST:
            values = {"name": one.name, "count": len(frames), "wanted": FEWEST}
            left_out.append(text("sequences.short", **values))
            continue
        found.append(_cropped(one, frames, landmarks, size=size, neutral=neutral))
    if not found:
        raise InputError(text("sequences.none", path=terminal_safe(path), wanted=FEWEST))
    return found, tuple(left_out)


def list_sequences(names: list[str]) -> list[Listed]:
    """Picture names, relative and with forward slashes, as sequences in natural order."""
    folders: dict[PurePosixPath, list[str]] = {}
    for name in names:
        folders.setdefault(PurePosixPath(name).parent, []).append(name)
    found = []
    for folder in sorted(folders, key=lambda one: natural(str(one))):
        groups: dict[str, list[str]] = {}
        for name in folders[folder]:
            groups.setdefault(_stem(name)[0], []).append(name)
        if max(map(len, groups.values())) < FEWEST:
            groups = {"": folders[folder]}  # names without a system: all of them are one clip
        for prefix in sorted(groups, key=natural):
            ordered = sorted(groups[prefix], key=lambda name: (_stem(name)[1], natural(name)))
            found.append(_named(folder, prefix, ordered, alone=len(groups) == 1))
    return found


def _named(folder: PurePosixPath, prefix: str, names: list[str], *, alone: bool) -> Listed:
    shown = "" if str(folder) == "." else str(folder)
    subject = folder.parts[0] if folder.parts else prefix.split("_")[0]
    name = shown if alone else f"{shown}/{prefix}".strip("/")
    return Listed(terminal_safe(subject), terminal_safe(name.rstrip("_- ")), tuple(names))


def _stem(name: str) -> tuple[str, int]:
    """What stands before a picture's number, and the number."""
    stem = PurePosixPath(name).stem
    match = _NUMBER.match(stem)
    return (match[1], int(match[2])) if match else (stem, 0)


def natural(name: str) -> list[tuple[int, str]]:
    """Sorts 2.jpg before 10.jpg."""
    pieces = [piece for piece in _PIECES.split(name) if piece]
    return [
        (int(piece), "") if _PIECES.fullmatch(piece) else (0, piece.lower()) for piece in pieces
    ]


def _tracked(path: Path, one: Listed, told: Told) -> tuple[list[Image], list[Landmarks]]:
    """The frames that show a face, and where its landmarks are in them."""
    tracker: FaceTracker | None = None
    frames, landmarks = [], []
    total = len(one.names) or (0 if path.is_dir() else probe(path).frames)
    for number, (frame, known) in enumerate(_frames(path, one), 1):
        if known is None:
            tracker = tracker or FaceTracker()
            seen = tracker(frame)
            known = None if seen is None else seen.landmarks
        if known is not None:
            frames.append(frame)
            landmarks.append(known)
        told(number, max(total, number), one.name)
    return frames, landmarks


def _frames(path: Path, one: Listed) -> Iterator[tuple[Image, Landmarks | None]]:
    if not one.names:
        for frame in read_frames(path, stop=_MOST):
            yield frame, None
        return
    for name in one.names[:_MOST]:
        picture = path / name
        beside = picture.with_name(f"{picture.stem}_landmarks.txt")
        known = read_plain(beside) if beside.is_file() else None
        yield read_image(picture), known


def _cropped(
    one: Listed, frames: list[Image], landmarks: list[Landmarks], *, size: int, neutral: bool
) -> FaceSequence:
    """One crop for all frames: that of the first where it is the rest, else that of the medians.

    So the background stands still, as it does in a photo that is moved.
    """
    points = np.stack(landmarks)
    alignment = align_head(points[0] if neutral else np.median(points, 0), size)
    return FaceSequence(
        subject=one.subject,
        name=one.name,
        frames=np.stack([crop(frame, alignment) for frame in frames]),
        landmarks=transform(alignment.matrix, points),
        neutral=neutral,
    )
