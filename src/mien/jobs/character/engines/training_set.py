"""Sets of pictures with the parameters that made them, on disk.

    collect.json       what the set is: engine, digest of its schema, count, seed, noise
    schema.json        the parameters, in order
    params.csv         a row for every picture: file, split, parameters in their own units
    train/*.png test/*.png

A set of the ancestor's parameters has its `db_description` in both folders, too.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mien.data.face_to_parameter import NAME, open_database, to_bytes
from mien.errors import InputError
from mien.io.atomic import atomic_write_bytes
from mien.io.files import read_bytes
from mien.io.limits import MIB
from mien.io.names import terminal_safe
from mien.jobs.character.engines.schema import OneOf, Schema, Vector
from mien.jobs.character.engines.unity import ancestor_schema
from mien.messages import text

RECIPE, SCHEMA, PARAMS = "collect.json", "schema.json", "params.csv"
SPLITS: tuple[Literal["train", "test"], ...] = ("train", "test")
FORMAT = 1
_MAX_SCHEMA, _MAX_PARAMS = 16 * MIB, 1024 * MIB
_FILE = re.compile(r"(train|test)/[A-Za-z0-9_-]{1,100}\.(png|jpg|jpeg)")


@dataclasses.dataclass(frozen=True, eq=False)
class TrainingSet:
    """A set that was read.

    schema    what the numbers mean
    pictures  (n) paths
    units     (n, schema.size) float64, [0, 1] but where noise of labels leaves it
    test      (n,) bool, held back
    """

    schema: Schema
    pictures: tuple[Path, ...]
    units: NDArray[np.float64]
    test: NDArray[np.bool_]


def write_schema(folder: Path, schema: Schema) -> None:
    """Writes `schema.json`; raises OutputError."""
    values = {"format": FORMAT, **schema.as_config()}
    written = json.dumps(values, indent=1, ensure_ascii=False)
    atomic_write_bytes(folder / SCHEMA, written.encode() + b"\n")


def csv_row(schema: Schema, units: Vector) -> list[str]:
    """The parameters of a label in their own units; a choice by its name."""
    row: list[str] = []
    for one, part in zip(schema.parameters, schema.slices().values(), strict=True):
        if isinstance(one, OneOf):
            row.append(one.options[int(np.argmax(units[part]))])
        else:
            value = one.low + (one.high - one.low) * float(units[part.start])
            row.append(f"{round(value, 6):.9g}")
    return row


def write_params(folder: Path, schema: Schema, rows: Sequence[Sequence[str]]) -> None:
    """Writes `params.csv` from rows of file, split and parameters; raises OutputError."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["file", "split", *schema.names])
    writer.writerows(rows)
    atomic_write_bytes(folder / PARAMS, buffer.getvalue().encode())


def read_set(path: Path) -> TrainingSet:
    """A set of `mien character collect`, or a `db_description` (or its folder) with its pictures.

    Raises InputError with one line where it is neither, or damaged.
    """
    if (path / SCHEMA).is_file():
        return _read_collected(path)
    database = open_database(path)
    rows: list[int] = []
    pictures: list[Path] = []
    for row in range(len(database.names)):
        found = database.picture(row)
        rows, pictures = [*rows, row], [*pictures, found]
    held = np.full(len(rows), path.name.startswith("test"))
    return TrainingSet(
        ancestor_schema(), tuple(pictures), database.values[rows].astype(np.float64), held
    )


def _read_collected(folder: Path) -> TrainingSet:
    path = folder / SCHEMA
    data = read_bytes(path, max_bytes=_MAX_SCHEMA, wanted="engine.set.wanted")
    try:
        told = json.loads(data)
        if not isinstance(told, dict) or told.get("format") != FORMAT:
            raise ValueError("another format")
        schema = Schema.from_config(told)
    except (ValueError, RecursionError) as problem:
        raise _damaged(path, problem) from problem
    path = folder / PARAMS
    written = read_bytes(path, max_bytes=_MAX_PARAMS, wanted="engine.set.wanted")
    try:
        pictures, test, units = _read_rows(folder, schema, written.decode())
    except (ValueError, csv.Error) as problem:
        raise _damaged(path, problem) from problem
    return TrainingSet(schema, tuple(pictures), np.array(units), np.array(test, bool))


def _damaged(path: Path, problem: Exception) -> InputError:
    shown = {"path": terminal_safe(path), "reason": terminal_safe(problem)[:120]}
    return InputError(text("engine.set.damaged", **shown))


def _read_rows(
    folder: Path, schema: Schema, written: str
) -> tuple[list[Path], list[bool], list[Vector]]:
    rows = csv.reader(io.StringIO(written, newline=""), strict=True)
    if next(rows, None) != ["file", "split", *schema.names]:
        raise ValueError("its first line does not name the parameters")
    pictures: list[Path] = []
    test: list[bool] = []
    units: list[Vector] = []
    for number, row in enumerate(rows, 2):
        if len(row) != 2 + len(schema.names) or not _FILE.fullmatch(row[0]):
            raise ValueError(f"line {number}")
        if row[1] not in SPLITS:
            raise ValueError(f"line {number}: split {row[1]!r:.20}")
        pictures.append(folder / row[0])
        test.append(row[1] == "test")
        units.append(_units(schema, row[2:], number))
    if not pictures:
        raise ValueError("no rows")
    return pictures, test, units


def _units(schema: Schema, values: Sequence[str], number: int) -> Vector:
    vector = np.zeros(schema.size)
    parts = schema.slices().values()
    for one, part, written in zip(schema.parameters, parts, values, strict=True):
        if isinstance(one, OneOf):
            if written not in one.options:
                raise ValueError(f"line {number}: {one.name} {written!r:.20}")
            vector[part.start + one.options.index(written)] = 1.0
            continue
        value = float(written)
        if not math.isfinite(value):
            raise ValueError(f"line {number}: {one.name} is not finite")
        vector[part.start] = (value - one.low) / (one.high - one.low)
    return vector


def write_database(folder: Path, names: Sequence[str], units: NDArray[np.floating[Any]]) -> None:
    """Writes the ancestor's `db_description` of pictures that lie in the folder under these names.

    units   (n, 99) in the order of `ancestor_schema`

    Raises OutputError; ValueError for another number of columns.
    """
    data = to_bytes(tuple(names), np.asarray(units, np.float32))
    atomic_write_bytes(folder / NAME, data)
