"""Action Units of many pictures, as other people's tools write them down.

list      `name v1 ... v17` per line, blanks or commas between, with CelebA's two head lines or none
table     a CSV with a head line: a column of names, columns AU01_r (0 to 5) or AU1 (0 to 1)
OpenFace  one CSV per picture or a folder of them; the file's name is the picture's
pickle    a dictionary of names to 17 values, as the official GANimation keeps them; read without
          running anything that is in it
"""

from __future__ import annotations

import csv
import dataclasses
import io
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from mien.errors import InputError
from mien.io.files import read_bytes
from mien.io.limits import MIB
from mien.io.names import terminal_safe
from mien.io.pickled import load_arrays
from mien.messages import text
from mien.types import AU_NAMES, OPENFACE_AUS

OPENFACE_SCALE = 5.0
"""OpenFace's intensities run from 0 to 5."""
CONFIDENT = 0.88
"""Below this the ancestor's tool leaves a picture of OpenFace's out."""
_MOST_BYTES = 256 * MIB
_HEAD_LINES = 2  # of CelebA's attribute list: how many there are, and what the columns are
_MOST_VALUE = 10.0  # of a file on OpenFace's scale: a little beyond 5 happens, 100 is an error
_NAME_COLUMNS = ("name", "file", "filename", "image", "image_id", "path", "picture")
_AU_COLUMN = re.compile(r"AU0*(\d{1,3})(_r)?", re.IGNORECASE)


@dataclasses.dataclass(frozen=True, eq=False)
class Attributes:
    """What is known of n pictures.

    names       as written in the file, each once
    aus         (n, 22) float32 in [0, 1], in the order of `types.AU_NAMES`; 0 where not measured
    confidence  (n,) float32, 1 where the file tells none
    """

    names: tuple[str, ...]
    aus: NDArray[np.float32]
    confidence: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.names)


Row = tuple[str, dict[str, float], float]
"""Name, intensities 0..1 by Action Unit, confidence."""


def read_attributes(path: Path) -> Attributes:
    """The attributes in a file, or in all CSV files of a folder.

    Raises InputError with the file, and the line and the value where there is one, for a file that
    is none of these, for a value that is no number or out of range, and for a name that comes
    twice with different values.
    """
    if path.is_dir():
        files = sorted(one for one in path.iterdir() if one.suffix.lower() == ".csv")
        if not files:
            raise _error("attributes.empty_folder", path)
        return _gathered(path, [row for one in files for row in _rows(one)])
    return _gathered(path, _rows(path))


def matches(names: Mapping[str, int] | tuple[str, ...], pictures: list[str]) -> dict[int, int]:
    """Place of a picture -> place of its attributes, for those that have some.

    A picture's whole relative name counts first, then its last part, then that without its ending;
    a shorter form counts only where it means one entry alone.
    """
    listed = list(names)
    found: dict[int, int] = {}
    for form in (_whole, _last, _stem):
        known: dict[str, list[int]] = {}
        for place, name in enumerate(listed):
            known.setdefault(form(name), []).append(place)
        for place, picture in enumerate(pictures):
            entry = known.get(form(picture), [])
            if place not in found and len(entry) == 1:
                found[place] = entry[0]
    return dict(sorted(found.items()))


def _whole(name: str) -> str:
    return name.replace("\\", "/").removeprefix("./")


def _last(name: str) -> str:
    return PurePosixPath(_whole(name)).name


def _stem(name: str) -> str:
    return PurePosixPath(_whole(name)).stem


def _error(key: str, path: Path, **values: object) -> InputError:
    return InputError(text(key, path=terminal_safe(path), **values))


def _gathered(path: Path, rows: list[Row]) -> Attributes:
    if not rows:
        raise _error("attributes.empty", path)
    kept: dict[str, Row] = {}
    for row in rows:
        before = kept.setdefault(row[0], row)
        if before[1:] != row[1:]:
            raise _error("attributes.twice", path, name=terminal_safe(row[0]))
    aus = [[row[1].get(name, 0.0) for name in AU_NAMES] for row in kept.values()]
    return Attributes(
        tuple(kept),
        np.array(aus, np.float32),
        np.array([row[2] for row in kept.values()], np.float32),
    )


def _rows(path: Path) -> list[Row]:
    data = read_bytes(path, max_bytes=_MOST_BYTES, wanted="attributes.wanted")
    if path.suffix.lower() in (".pkl", ".pickle"):
        return list(_of_pickle(path, data))
    try:
        written = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise _error("attributes.format", path) from problem
    numbered = enumerate(written.splitlines(), 1)
    lines = {n: line for n, line in numbered if line.strip() and not line.lstrip().startswith("#")}
    if not lines:
        return []
    first = next(iter(lines.values()))
    cells = [cell.strip() for cell in first.split(",")]
    is_table = len(cells) > 1 and any(_AU_COLUMN.fullmatch(cell) for cell in cells)
    return list((_of_table if is_table else _of_list)(path, lines))


# --- one entry per line -------------------------------------------------------------------------


def _of_list(path: Path, lines: Mapping[int, str]) -> Iterator[Row]:
    """The two head lines are told by what they hold, not by where they are: nothing is lost."""
    started = False
    for number, line in lines.items():
        words = line.replace(",", " ").split()
        is_head = not started and number <= _HEAD_LINES
        if is_head and not any(_is_number(word) for word in words[1:]):
            continue
        if len(words) != 1 + len(OPENFACE_AUS):
            wanted = 1 + len(OPENFACE_AUS)
            raise _error("attributes.words", path, line=number, given=len(words), wanted=wanted)
        started = True
        values = {
            name: _value(path, word, where=(number, name), scale=OPENFACE_SCALE)
            for name, word in zip(OPENFACE_AUS, words[1:], strict=True)
        }
        yield words[0], values, 1.0


def _is_number(word: str) -> bool:
    try:
        return math.isfinite(float(word))
    except ValueError:
        return False


def _value(path: Path, word: str, *, where: tuple[int, str], scale: float) -> float:
    most = _MOST_VALUE if scale > 1 else 1.1
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if not 0.0 <= value <= most:
        shown = {"line": where[0], "column": where[1], "value": terminal_safe(word[:40])}
        raise _error("attributes.number", path, most=f"{most:g}", **shown)
    return min(value / scale, 1.0)


# --- tables ---------------------------------------------------------------------------------------


def _cells(line: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(line), skipinitialspace=True), [])
    except csv.Error:  # a cell of more than 131,072 characters: the row has too few
        return []


def _of_table(path: Path, lines: Mapping[int, str]) -> Iterator[Row]:
    """A head line, and one row per picture (or frame, where there is no column of names)."""
    rows = {n: _cells(line) for n, line in lines.items()}
    names = [name.strip() for name in rows.pop(next(iter(rows)))]
    columns = _au_columns(path, names)
    named = next((k for k, n in enumerate(names) if n.lower() in _NAME_COLUMNS), None)
    for line, row in rows.items():
        if len(row) != len(names):
            raise _error("attributes.words", path, line=line, given=len(row), wanted=len(names))
        told = dict(zip(names, (cell.strip() for cell in row), strict=True))
        values = {
            au: _value(path, row[place].strip(), where=(line, names[place]), scale=scale)
            for au, (place, scale) in columns.items()
        }
        sure = _confidence(path, told, line)
        if named is not None:
            yield row[named].strip(), values, sure
        else:
            yield _frame_name(path, told, len(rows)), values, sure


def _au_columns(path: Path, names: list[str]) -> dict[str, tuple[int, float]]:
    """Action Unit -> its column and the value there that means 1."""
    found: dict[str, tuple[int, float]] = {}
    for place, name in enumerate(names):
        match = _AU_COLUMN.fullmatch(name)
        if match is None:
            continue
        au = f"AU{int(match[1])}"
        if au in AU_NAMES and au not in found:
            found[au] = (place, OPENFACE_SCALE if match[2] else 1.0)
    if not found:
        raise _error("attributes.format", path)
    return found


def _confidence(path: Path, told: Mapping[str, str], line: int) -> float:
    sure = 1.0
    for column in ("confidence", "success"):
        if column in told:
            sure = min(sure, _value(path, told[column], where=(line, column), scale=1.0))
    return sure


def _frame_name(path: Path, told: Mapping[str, str], count: int) -> str:
    """OpenFace writes one file per picture with a row per face, or per clip, a row per frame."""
    number = told.get("frame", told.get("face", ""))
    return path.stem if count == 1 else f"{path.stem}_{number}"


# --- pickles ------------------------------------------------------------------------------------


def _of_pickle(path: Path, data: bytes) -> Iterator[Row]:
    try:
        found = load_arrays(data)
    except ValueError as problem:
        raise _error("attributes.pickle", path) from problem
    if not isinstance(found, dict):
        raise _error("attributes.pickle", path)
    for number, (name, entry) in enumerate(found.items(), 1):
        values = np.asarray(entry)
        if not isinstance(name, str) or values.dtype.kind not in "fiu":
            raise _error("attributes.pickle", path)
        words = [str(float(value)) for value in values.ravel()]
        if len(words) != len(OPENFACE_AUS):
            wanted = len(OPENFACE_AUS)
            raise _error("attributes.words", path, line=number, given=len(words), wanted=wanted)
        named = zip(OPENFACE_AUS, words, strict=True)
        yield (
            name,
            {n: _value(path, w, where=(number, n), scale=OPENFACE_SCALE) for n, w in named},
            1.0,
        )
