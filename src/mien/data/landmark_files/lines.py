"""What the readers of text files share: bounded lines, finite numbers, errors with their line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.errors import InputError
from mien.io.files import read_bytes
from mien.io.limits import MIB
from mien.io.names import terminal_safe
from mien.messages import text

COUNT = 68
"""Points of a face in iBUG's order."""
MOST_POINTS = 10_000
MOST_PICTURES = 1_000_000
_MOST_BYTES = MIB
_MOST_LINE = 4000
_FARTHEST = 1e6  # pixels: no picture that mien reads is larger

Points = NDArray[np.float64]
"""(n, 2) pixels, x right, y down, the centre of the first pixel at (0, 0)."""
Line = tuple[int, str]
"""The number of a line, from 1, and what stands in it without blanks around."""


def refused(key: str, path: Path, **values: object) -> InputError:
    """The error for a file: message `key` with its path and these values."""
    return InputError(text(key, path=terminal_safe(path), **values))


def read_lines(path: Path, *, max_bytes: int = _MOST_BYTES) -> list[Line]:
    """The lines of a text file that hold anything.

    Raises InputError for a file that is missing, empty, too large, or no text.
    """
    data = read_bytes(path, max_bytes=max_bytes, wanted="landmarks.wanted")
    try:
        written = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise refused("landmarks.no_text", path) from problem
    if "\0" in written:
        raise refused("landmarks.no_text", path)
    numbered = enumerate(written.splitlines(), 1)
    return [(number, line.strip()) for number, line in numbered if line.strip()]


def point(path: Path, line: Line) -> tuple[float, float]:
    """Two finite numbers, blanks or a comma between; raises InputError with the line."""
    written = line[1]
    words = written.replace(",", " ").split() if len(written) <= _MOST_LINE else []
    values = [_finite(word) for word in words]
    if len(values) != 2 or None in values:
        raise bad_line(path, line, wanted="landmarks.two_numbers")
    x, y = (value for value in values if value is not None)
    return x, y


def points(path: Path, lines: Sequence[Line], *, count: int | None = None) -> Points:
    """(n, 2) of so many lines; raises InputError with the line or the count that is wrong."""
    if len(lines) > MOST_POINTS:
        raise refused("landmarks.count", path, count=len(lines), wanted=f"<= {MOST_POINTS}")
    found = np.array([point(path, line) for line in lines], np.float64).reshape(-1, 2)
    if count is not None and len(found) != count:
        last = lines[min(count, len(lines) - 1)][0] if lines else 1
        raise refused("landmarks.count_at", path, line=last, count=len(found), wanted=count)
    return found


def bad_line(path: Path, line: Line, *, wanted: str) -> InputError:
    """The error for a line that is not what was wanted (a message key)."""
    number, written = line
    found = terminal_safe(written[:60])
    return refused("landmarks.line", path, line=number, found=found, wanted=text(wanted))


def finite(path: Path, line: int, column: str, word: str) -> float:
    """A coordinate in a table's cell; raises InputError with line and column."""
    value = _finite(word.strip())
    if value is None:
        shown = {"line": line, "column": column, "value": terminal_safe(word[:40])}
        raise refused("landmarks.cell", path, **shown)
    return value


def _finite(word: str) -> float | None:
    try:
        value = float(word)
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) <= _FARTHEST else None


def checked(values: Points, *, count: int | None = None) -> Points:
    """Points about to be written; raises ValueError for other shapes and what is not finite."""
    values = np.asarray(values, np.float64)
    right = values.ndim == 2 and values.shape[1] == 2 and len(values) == (count or len(values))
    if not right or not np.isfinite(values).all() or np.abs(values).max(initial=0) > _FARTHEST:
        raise ValueError(f"wanted finite points (n, 2), not {values.shape}")
    return values
