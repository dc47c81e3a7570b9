"""Our own landmark files: a CSV with one row per picture.

    name,x_0,...,x_67,y_0,...,y_67

The columns have OpenFace's names, so that its CSV files are read as well: without a column `name`
the file's own name counts, with the number of the frame where there are several rows.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from mien.data.landmark_files.lines import (
    COUNT,
    MOST_PICTURES,
    checked,
    finite,
    read_lines,
    refused,
)
from mien.io.atomic import atomic_write_bytes
from mien.io.limits import MIB
from mien.io.names import terminal_safe
from mien.types import Landmarks

_MOST_BYTES = 1024 * MIB
COLUMNS = tuple(f"{axis}_{k}" for axis in "xy" for k in range(COUNT))


def read_table(path: Path) -> dict[str, Landmarks]:
    """(68, 2) pixels by name, in the file's order.

    Raises InputError with the line and the column for what is no finite number, for a row of
    another length, a name that comes twice, and a file without the 136 columns.
    """
    lines = read_lines(path, max_bytes=_MOST_BYTES)
    if len(lines) > MOST_PICTURES:
        raise refused("landmarks.count", path, count=len(lines), wanted=f"<= {MOST_PICTURES}")
    head = [name.strip() for name in _cells(lines[0][1])] if lines else []
    places = {name: place for place, name in enumerate(head)}
    if any(name not in places for name in COLUMNS) or len(places) != len(head):
        raise refused("landmarks.table_head", path)
    found: dict[str, Landmarks] = {}
    for number, written in lines[1:]:
        cells = _cells(written)
        if len(cells) != len(head):
            shown = {"line": number, "given": len(cells), "wanted": len(head)}
            raise refused("landmarks.cells", path, **shown)
        name = _name(path, dict(zip(head, cells, strict=True)), len(lines) - 1)
        if name in found or not name:
            raise refused("landmarks.twice", path, line=number, name=terminal_safe(name[:60]))
        values = [finite(path, number, one, cells[places[one]]) for one in COLUMNS]
        found[name] = np.array(values).reshape(2, COUNT).T.copy()
    return found


def _cells(written: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(written), skipinitialspace=True), [])
    except csv.Error:  # a cell of more than 131,072 characters: the row has too few
        return []


def _name(path: Path, told: Mapping[str, str], rows: int) -> str:
    if "name" in told:
        return told["name"].strip()
    return path.stem if rows == 1 else f"{path.stem}_{told.get('frame', '').strip()}"


def write_table(path: Path, landmarks: Mapping[str, Landmarks], *, overwrite: bool = False) -> None:
    """Writes (68, 2) by name, to a ten-thousandth of a pixel; raises OutputError."""
    buffer = io.StringIO(newline="")
    rows = csv.writer(buffer, lineterminator="\n")
    rows.writerow(["name", *COLUMNS])
    for name, one in landmarks.items():
        values = checked(one, count=COUNT).T.ravel()
        rows.writerow([name, *(f"{value:.4f}" for value in values)])
    atomic_write_bytes(path, buffer.getvalue().encode(), overwrite=overwrite)
