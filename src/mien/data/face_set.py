"""A data set of faces on disk, as `mien data import ckplus ...` leaves it: plain files.

faces.json     what it is and how it was made
frames.csv     one row per frame: split, subject, strip, file, and its name in the data set
pairs.csv      one row per pair: split, kind, source, target (files of frames.csv)
report.json    every file that was left out, with its reason
train/S001/S001_006/S001_006_00000001.png, ..._landmarks.txt    crops head-256, CK+'s names
held/...       people (or last frames) that are only measured
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.data.clip_stream import Clip, Clips
from mien.data.crop import resize
from mien.data.landmark_files.plain import read_plain
from mien.data.sequences import FEWEST, FaceSequence
from mien.errors import MALFORMED, InputError
from mien.io.atomic import atomic_write_bytes
from mien.io.files import read_bytes
from mien.io.image import read_image
from mien.io.limits import MIB
from mien.io.names import terminal_safe
from mien.messages import text
from mien.types import Image

FORMAT = 1
INFO, FRAMES, PAIRS, REPORT = "faces.json", "frames.csv", "pairs.csv", "report.json"
FRAME_COLUMNS = ("split", "subject", "strip", "file", "origin")
PAIR_COLUMNS = ("split", "kind", "source", "target")
MOST_FRAMES, MOST_PAIRS = 500_000, 5_000_000
_MOST_BYTES = 1024 * MIB
Split: TypeAlias = Literal["train", "held"]


@dataclasses.dataclass(frozen=True)
class FrameRow:
    """A frame: who, in which strip, in which file (relative), and its name in the data set."""

    split: str
    subject: str
    strip: str
    file: str
    origin: str


@dataclasses.dataclass(frozen=True, eq=False)
class FaceSet:
    """What training needs of a set.

    train   clips, one for each person, with their pairs; held: sequences that are only measured
    info    of `faces.json`
    """

    train: Clips
    held: tuple[FaceSequence, ...]
    info: Mapping[str, Any]


def is_face_set(path: Path) -> bool:
    """Whether a folder is such a set."""
    return (path / INFO).is_file() and (path / FRAMES).is_file()


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Writes a CSV with a head line; raises OutputError."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    atomic_write_bytes(path, buffer.getvalue().encode())


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """Writes JSON, ASCII only; raises OutputError."""
    written = json.dumps(values, indent=1, ensure_ascii=True)
    atomic_write_bytes(path, written.encode() + b"\n")


def read_face_set(folder: Path, size: int) -> FaceSet:
    """A set at `size` pixels a side.

    Raises InputError with the file and the line for what was not written so.
    """
    info = _info(folder)
    rows = [FrameRow(*cells) for cells in _rows(folder / FRAMES, FRAME_COLUMNS, MOST_FRAMES)]
    if not rows:
        raise _damaged(folder / FRAMES, 1)
    train = [row for row in rows if row.split == "train"]
    held = [row for row in rows if row.split != "train"]
    noise = float(info.get("noise", 0.0))
    return FaceSet(
        _clips(folder, train, size, noise=noise), tuple(_sequences(folder, held, size)), info
    )


def _info(folder: Path) -> dict[str, Any]:
    path = folder / INFO
    data = read_bytes(path, max_bytes=MIB, wanted="faces.wanted.set")
    try:
        found = json.loads(data)
        known = isinstance(found, dict) and int(found["format"]) <= FORMAT
        float(found.get("noise", 0.0))
    except MALFORMED as problem:
        raise _damaged(path, 1) from problem
    if not known:
        raise InputError(text("faces.newer", path=terminal_safe(path)))
    return found


def _rows(path: Path, columns: Sequence[str], most: int) -> list[list[str]]:
    """The rows of a CSV of ours below its head line, of the right length each."""
    data = read_bytes(path, max_bytes=_MOST_BYTES, wanted="faces.wanted.set")
    try:
        lines = list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))
    except (UnicodeDecodeError, csv.Error) as problem:
        raise _damaged(path, 1) from problem
    if not lines or lines[0] != list(columns) or len(lines) > most + 1:
        raise _damaged(path, 1)
    for number, row in enumerate(lines[1:], 2):
        if len(row) != len(columns):
            raise _damaged(path, number)
    return lines[1:]


def _damaged(path: Path, line: int) -> InputError:
    return InputError(text("faces.damaged", path=terminal_safe(path), line=line))


def _read(folder: Path, row: FrameRow, size: int, line: int) -> tuple[Image, NDArray[np.float64]]:
    """A frame and its landmarks, at this size."""
    inner = PurePosixPath(row.file)
    if inner.is_absolute() or ".." in inner.parts or inner.suffix != ".png":
        raise _damaged(folder / FRAMES, line)
    path = folder / inner
    image = read_image(path)
    points = read_plain(path.with_name(f"{path.stem}_landmarks.txt"))
    if image.shape[0] != image.shape[1]:
        raise _damaged(folder / FRAMES, line)
    scale = size / len(image)
    return resize(image, size), (points + 0.5) * scale - 0.5


def _loaded(folder: Path, rows: Sequence[FrameRow], size: int) -> tuple[Image, NDArray[np.float64]]:
    found = [_read(folder, row, size, number) for number, row in enumerate(rows, 2)]
    return np.stack([one for one, _ in found]), np.stack([points for _, points in found])


def _groups(rows: Sequence[FrameRow], key: str) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        groups.setdefault(getattr(row, key), []).append(place)
    return groups


def _clips(folder: Path, rows: Sequence[FrameRow], size: int, *, noise: float) -> Clips:
    """One clip for each person, all of their strips in a row."""
    people = _groups(rows, "subject")
    clips, place_of = [], {}
    for number, places in enumerate(people.values()):
        own = [rows[place] for place in places]
        frames, landmarks = _loaded(folder, own, size)
        for k, row in enumerate(own):
            place_of[row.file] = (number, k)
        firsts = [k for k, row in enumerate(own) if k == 0 or row.strip != own[k - 1].strip]
        clips.append(Clip(frames, landmarks, None, False, frozenset(firsts)))
    chosen = []
    for number, cells in enumerate(_rows(folder / PAIRS, PAIR_COLUMNS, MOST_PAIRS), 2):
        if cells[0] != "train":
            continue
        ends = [place_of.get(name) for name in cells[2:]]
        if ends[0] is None or ends[1] is None or ends[0][0] != ends[1][0]:
            raise _damaged(folder / PAIRS, number)
        chosen.append((ends[0][0], ends[0][1], ends[1][1]))
    if not chosen:
        raise InputError(text("faces.no_pairs", path=terminal_safe(folder)))
    lengths = np.array([len(one.frames) for one in clips])
    return Clips(lengths, clips.__getitem__, np.array(chosen, np.int64), noise)


def _sequences(folder: Path, rows: Sequence[FrameRow], size: int) -> list[FaceSequence]:
    """The held strips that are long enough to be measured."""
    found = []
    for name, places in _groups(rows, "strip").items():
        if len(places) < min(FEWEST, 2):
            continue
        own = [rows[place] for place in places]
        frames, landmarks = _loaded(folder, own, size)
        found.append(FaceSequence(own[0].subject, terminal_safe(name), frames, landmarks, True))
    return found
