"""A driver: what a face does over time, and the files that hold one.

`driver.csv` has one row per frame and a head line with the names of its columns; all but `time` may
be left out, in any order, so one can be written by hand. OpenFace's own CSV files and the
ancestor's attribute lists (a picture's name and 17 intensities from 0 to 5) are read as well.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import math
import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.errors import InputError
from mien.head.schema import AU_INDEX
from mien.io.atomic import atomic_write_bytes
from mien.io.files import read_bytes
from mien.io.limits import MIB
from mien.io.names import terminal_safe
from mien.messages import text
from mien.persona.subject import Motion
from mien.types import AU_NAMES, OPENFACE_AUS, Pose

FloatArray = NDArray[np.float64]

MAX_BYTES = 256 * MIB
MAX_ROWS = 250_000
_HEAD_LINES = 2  # of CelebA's attribute list: how many, and their names
AU_LIMIT = 1.1
OPENFACE_SCALE = 5.0
"""OpenFace's intensities run from 0 to 5."""
_GAZE = np.deg2rad([28.0, 20.0])  # of a gaze of 1, right and up
_POSE_NAMES = ("yaw", "pitch", "roll")
_GAZE_NAMES = ("gaze_x", "gaze_y")
_LIMITS = {**dict.fromkeys(_POSE_NAMES, 90.0), **dict.fromkeys(_GAZE_NAMES, 2.0)}


@dataclasses.dataclass(frozen=True, eq=False)
class Driver:
    """n frames of a face.

    times       (n,) seconds, rising
    aus         (n, 22) intensities, 0 to 1.1, in the order of `types.AU_NAMES`
    pose        (n, 3) yaw, pitch, roll in degrees, as `types.Pose`
    gaze        (n, 2) right and up, 1 is 28 and 20 degrees, relative to the head
    confidence  (n,) 0 (guessed from its neighbours) to 1
    landmarks   (n, 68, 2) pixels of the clip, or None
    neutral     frames that show the face at rest; none where rest is all zero
    """

    times: FloatArray
    aus: FloatArray
    pose: FloatArray
    gaze: FloatArray
    confidence: FloatArray
    landmarks: FloatArray | None = None
    neutral: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.times)

    @property
    def fps(self) -> float:
        """Frames per second on average; 25 for a single frame."""
        if len(self.times) < 2:
            return 25.0
        seconds = float(self.times[-1] - self.times[0])
        return round(float(np.clip((len(self.times) - 1) / seconds, 0.1, 1000.0)), 3)

    def motion(self, frame: int) -> Motion:
        """One frame as a motion."""
        yaw, pitch, roll = (float(v) for v in self.pose[frame])
        right, up = (float(v) for v in self.gaze[frame])
        return Motion(self.aus[frame].copy(), Pose(yaw, pitch, roll), (right, up))

    def rest(self) -> Motion:
        """The face at rest: the median of the neutral frames, or no expression at all.

        A head's own pose is the clip's usual one; eyes at rest look straight ahead.
        """
        if not self.neutral:
            return Motion(np.zeros(len(AU_NAMES)))
        yaw, pitch, roll = (float(v) for v in np.median(self.pose, axis=0))
        return Motion(np.median(self.aus[list(self.neutral)], axis=0), Pose(yaw, pitch, roll))


def driver_of(times: FloatArray, aus: FloatArray) -> Driver:
    """A driver of Action Units (n, 22) alone, looking straight ahead."""
    count = len(times)
    return Driver(times, aus, np.zeros((count, 3)), np.zeros((count, 2)), np.ones(count))


def write_driver(path: Path, driver: Driver, *, overwrite: bool = True) -> None:
    """Write a `driver.csv`. Raises OutputError where that is not possible."""
    with_points = driver.landmarks is not None
    buffer = io.StringIO()
    rows = csv.writer(buffer, lineterminator="\n")
    rows.writerow(columns(with_landmarks=with_points))
    for k in range(len(driver)):
        values = [driver.times[k], driver.confidence[k], *driver.pose[k], *driver.gaze[k]]
        values += [*driver.aus[k]]
        if driver.landmarks is not None:
            values += [*driver.landmarks[k].T.ravel()]
        written = [f"{value:.4f}".rstrip("0").rstrip(".") for value in values]
        written[0] = f"{driver.times[k]:.6f}"
        rows.writerow([written[0], "1" if k in driver.neutral else "0", *written[1:]])
    atomic_write_bytes(path, buffer.getvalue().encode(), overwrite=overwrite)


def columns(*, with_landmarks: bool) -> list[str]:
    """The columns of a `driver.csv`, in the order they are written."""
    names = ["time", "neutral", "confidence", *_POSE_NAMES, *_GAZE_NAMES, *AU_NAMES]
    if with_landmarks:
        names += [f"{axis}{k}" for axis in "xy" for k in range(68)]
    return names


def read_driver(path: Path, *, fps: float = 25.0) -> Driver:
    """A driver from a `driver.csv`, an OpenFace CSV, or an attribute list.

    fps  for files that tell no time

    Raises InputError with the file, and the line and column where there is one, for a file that is
    none of these, holds no frames, or holds what is no number or out of range.
    """
    data = read_bytes(path, max_bytes=MAX_BYTES, wanted="motion.wanted.driver")
    try:
        written = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise _error("motion.driver.format", path) from problem
    numbered = enumerate(written.splitlines(), 1)
    lines = {number: line for number, line in numbered if line.strip() and line[0] != "#"}
    if not lines:
        raise _error("motion.driver.empty", path)
    if len(lines) > MAX_ROWS:
        raise _error("motion.driver.long", path, rows=len(lines), limit=MAX_ROWS)
    first = next(iter(lines.values()))
    if "," in first or first.strip() in columns(with_landmarks=False):
        return _from_table(path, lines, fps)
    return _from_attributes(path, lines, fps)


def _error(key: str, path: Path, **values: object) -> InputError:
    return InputError(text(key, path=terminal_safe(path), **values))


def _from_table(path: Path, lines: dict[int, str], fps: float) -> Driver:
    try:
        cells = {n: next(csv.reader([line], skipinitialspace=True)) for n, line in lines.items()}
    except csv.Error as problem:
        raise _error("motion.driver.format", path) from problem
    names = [name.strip() for name in cells.pop(next(iter(cells)))]
    table = _Table(path, names, cells)
    if any(re.fullmatch(r"AU\d\d_r", name) for name in names):
        return _from_openface(table, fps)
    unknown = [name for name in names if name not in (*columns(with_landmarks=True), "frame")]
    if unknown or not set(names) & {*AU_NAMES, *_POSE_NAMES, *_GAZE_NAMES}:
        given = terminal_safe(", ".join(unknown or names)[:120])
        raise _error("motion.driver.columns", path, given=given)
    aus = np.stack([table.column(name, 0.0, (0.0, AU_LIMIT)) for name in AU_NAMES], 1)
    pose = [table.column(name, 0.0, (-_LIMITS[name], _LIMITS[name])) for name in _POSE_NAMES]
    gaze = [table.column(name, 0.0, (-_LIMITS[name], _LIMITS[name])) for name in _GAZE_NAMES]
    marked = np.flatnonzero(table.column("neutral", 0.0, (0.0, 1.0)) > 0.5)
    return Driver(
        times=_times(table, "time", fps),
        aus=aus,
        pose=np.stack(pose, 1),
        gaze=np.stack(gaze, 1),
        confidence=table.column("confidence", 1.0, (0.0, 1.0)),
        landmarks=_points(table, "x{}", "y{}"),
        neutral=tuple(int(k) for k in marked),
    )


def _from_openface(table: _Table, fps: float) -> Driver:
    """OpenFace 2's columns: intensities 0 to 5, radians, its camera's axes (x right, y down)."""
    aus = np.zeros((len(table), len(AU_NAMES)))
    for name in OPENFACE_AUS:
        column = f"AU{int(name[2:]):02d}_r"
        aus[:, AU_INDEX[name]] = table.column(column, 0.0, (0.0, 10.0)) / OPENFACE_SCALE
    pitch, yaw, roll = (table.column(f"pose_R{axis}", 0.0, (-4.0, 4.0)) for axis in "xyz")
    pose = np.rad2deg(np.stack([-yaw, pitch, -roll], 1))
    look = np.zeros((len(table), 2))
    if "gaze_angle_x" in table.names:
        right, down = (table.column(f"gaze_angle_{axis}", 0.0, (-4.0, 4.0)) for axis in "xy")
        # OpenFace tells the line of sight in the room; the head's own turn is taken off.
        look = np.stack([right + yaw, -(down - pitch)], 1) / _GAZE
    trusted = table.column("success", 1.0, (0.0, 1.0))
    return Driver(
        times=_times(table, "timestamp", fps),
        aus=np.clip(aus, 0.0, AU_LIMIT),
        pose=np.clip(pose, -90.0, 90.0),
        gaze=np.clip(look, -2.0, 2.0),
        confidence=table.column("confidence", 1.0, (0.0, 1.0)) * (trusted > 0.5),
        landmarks=_points(table, "x_{}", "y_{}"),
    )


@dataclasses.dataclass(frozen=True, eq=False)
class _Table:
    """The cells of a table; its rows by their line in the file."""

    path: Path
    names: list[str]
    rows: dict[int, list[str]]

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, name: str, missing: float, span: tuple[float, float]) -> FloatArray:
        """(n,) the numbers of a column; `missing` for all where there is no such column."""
        if not self.rows:
            raise _error("motion.driver.empty", self.path)
        if name not in self.names:
            return np.full(len(self.rows), missing)
        place = self.names.index(name)
        return np.array(
            [
                _number(self.path, row[place] if place < len(row) else "", (line, name), span)
                for line, row in self.rows.items()
            ]
        )


def _number(path: Path, written: str, where: tuple[int, str], span: tuple[float, float]) -> float:
    line, name = where
    try:
        value = float(written)
    except ValueError:
        value = math.nan
    if not span[0] - 1e-6 <= value <= span[1] + 1e-6:
        shown = {"line": line, "column": name, "value": terminal_safe(written[:40])}
        raise _error("motion.driver.number", path, low=f"{span[0]:g}", high=f"{span[1]:g}", **shown)
    return min(max(value, span[0]), span[1])


def _times(table: _Table, name: str, fps: float) -> FloatArray:
    if name not in table.names:
        return np.arange(len(table)) / fps
    times = table.column(name, 0.0, (0.0, 1e6))
    if (np.diff(times) <= 0).any():
        line = list(table.rows)[int(np.flatnonzero(np.diff(times) <= 0)[0]) + 1]
        raise _error("motion.driver.order", table.path, line=line)
    return times


def _points(table: _Table, x_name: str, y_name: str) -> FloatArray | None:
    names = [pattern.format(k) for pattern in (x_name, y_name) for k in range(68)]
    if not set(names) <= set(table.names):
        return None
    values = np.stack([table.column(name, 0.0, (-1e5, 1e5)) for name in names], 1)
    return values.reshape(-1, 2, 68).transpose(0, 2, 1).copy()


def _from_attributes(path: Path, lines: dict[int, str], fps: float) -> Driver:
    """`name.jpg` and 17 intensities per line; CelebA's two head lines are passed over."""
    rows: list[tuple[str, list[float]]] = []
    for number, line in lines.items():
        words = line.split()
        is_head = not rows and number <= _HEAD_LINES
        if len(words) != 1 + len(OPENFACE_AUS):
            if is_head:
                continue
            shown = {"line": number, "wanted": 1 + len(OPENFACE_AUS), "given": len(words)}
            raise _error("motion.driver.words", path, **shown)
        if is_head and not _is_number(words[1]):
            continue
        cells = zip(OPENFACE_AUS, words[1:], strict=True)
        rows.append((words[0], [_number(path, w, (number, n), (0.0, 10.0)) for n, w in cells]))
    if not rows:
        raise _error("motion.driver.format", path)
    rows.sort(key=lambda row: natural_key(row[0]))
    aus = np.zeros((len(rows), len(AU_NAMES)))
    places = [AU_INDEX[name] for name in OPENFACE_AUS]
    aus[:, places] = np.array([values for _, values in rows]) / OPENFACE_SCALE
    return driver_of(np.arange(len(rows)) / fps, np.clip(aus, 0.0, AU_LIMIT))


def _is_number(written: str) -> bool:
    try:
        return math.isfinite(float(written))
    except ValueError:
        return False


def natural_key(name: str) -> list[tuple[int, str]]:
    """Sorts 2.jpg before 10.jpg."""
    parts = re.split(r"(\d{1,18})", name)
    return [(int(part), "") if part.isdecimal() else (0, part.lower()) for part in parts if part]
