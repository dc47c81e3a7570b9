"""Landmarks between braces: `.pts` of iBUG's sets (300-W, FRGC, XM2VTS, LFPW, HELEN).

    version: 1
    n_points: 68
    {
    446.000 91.000
    ...
    }

The first pixel is (1, 1) there (iBUG: "we use the Matlab convention") and (0, 0) here; `first` says
otherwise. The ancestor's FRGC files may lack the two head lines.
"""

from __future__ import annotations

from pathlib import Path

from mien.data.landmark_files.lines import (
    MOST_POINTS,
    Line,
    Points,
    bad_line,
    checked,
    points,
    read_lines,
    refused,
)
from mien.io.atomic import atomic_write_bytes

FIRST = 1.0
"""Coordinates of the first pixel's centre in these files."""


def read_pts(path: Path, *, first: float = FIRST) -> Points:
    """(n, 2) pixels of a `.pts` file, n as it says.

    Raises InputError with the line for anything but head lines, braces and two numbers between, for
    another count than the head's, and for something behind the brace.
    """
    lines = read_lines(path)
    said = [written for _, written in lines]
    if "{" not in said or "}" not in said:
        raise refused("landmarks.braces", path)
    start, end = said.index("{"), said.index("}")
    if end < start:
        raise bad_line(path, lines[end], wanted="landmarks.brace_first")
    if lines[end + 1 :]:
        raise bad_line(path, lines[end + 1], wanted="landmarks.nothing_more")
    return points(path, lines[start + 1 : end], count=_count(path, lines[:start])) - first


def _count(path: Path, head: list[Line]) -> int | None:
    """What the head says of the number of points."""
    count = None
    for line in head:
        name, colon, value = line[1].partition(":")
        if not colon or name.strip().lower() not in ("version", "n_points"):
            raise bad_line(path, line, wanted="landmarks.pts_head")
        if name.strip().lower() == "n_points":
            digits = value.strip()
            if not (digits.isascii() and digits.isdecimal() and len(digits) < 7):
                raise bad_line(path, line, wanted="landmarks.pts_head")
            count = int(digits)
    if count is not None and not 0 < count <= MOST_POINTS:
        raise refused("landmarks.count", path, count=count, wanted=f"1 .. {MOST_POINTS}")
    return count


def write_pts(
    path: Path, landmarks: Points, *, first: float = FIRST, overwrite: bool = False
) -> None:
    """Writes (n, 2) to a millionth of a pixel; raises OutputError."""
    rows = checked(landmarks) + first
    head = f"version: 1\nn_points: {len(rows)}\n{{\n"
    written = head + "".join(f"{x:.6f} {y:.6f}\n" for x, y in rows) + "}\n"
    atomic_write_bytes(path, written.encode(), overwrite=overwrite)
