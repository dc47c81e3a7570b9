"""One triangle on a raster: its corners, the samples it may cover, and how rows narrow to it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mien.head.kernels import kernel
from mien.head.layout import Float32

Corner = tuple[float, float, float]
Edge = tuple[float, float]
FLAT, FAR = 1e-3, 1e5
"""Edges that rise by less, and corners that lie further away, do not narrow a row, in samples."""
SLACK = 0.02
"""A row is scanned this much beyond its triangle's edges: the edge functions decide, not these."""
NARROW = 2
"""Triangles of up to this many columns are scanned whole."""


class Triangle(NamedTuple):
    """Three corners (x, y, height), twice the area with its sign, first and last row and column.

    Rows and columns are those whose samples lie between the extremes; first > last for none.
    """

    a: Corner
    b: Corner
    c: Corner
    area: float
    rows: tuple[int, int]
    columns: tuple[int, int]


class Outline(NamedTuple):
    """Edges opposite a, b and c: columns per row, and > 0 where rows end there on the right.

    narrow: rows are as good as the whole; an edge of (0, 0) does not bound rows.
    """

    narrow: bool
    a: Edge
    b: Edge
    c: Edge


@kernel
def corner(points: Float32, i: int) -> Corner:
    """Row i of an (n, 3) float32 array as doubles."""
    return np.float64(points[i, 0]), np.float64(points[i, 1]), np.float64(points[i, 2])


@kernel
def _span(a: float, b: float, c: float, size: int) -> tuple[int, int]:
    """First and last sample between the extremes of a, b, c; first > last where there is none."""
    low, high = min(a, b, c) - 0.5, max(a, b, c) - 0.5
    if not (low > -1e9 and high < 1e9):  # behind the camera or not a number
        return 1, 0
    first, last = int(np.ceil(low)), int(np.floor(high))
    return max(first, 0), min(last, size - 1)


@kernel
def triangle_of(
    points: Float32, ids: tuple[int, int, int], shape: tuple[int, int], sheet: bool
) -> Triangle:
    """The triangle between three rows of `points` (n, 3) on a raster of (rows, columns).

    y runs down, so front faces have a negative area; of a sheet both sides are seen. Covers no
    rows where nothing is to be drawn.
    """
    a, b, c = corner(points, ids[0]), corner(points, ids[1]), corner(points, ids[2])
    area = (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])
    if area == 0.0 or (area > 0.0 and not sheet):
        return Triangle(a, b, c, area, (1, 0), (1, 0))
    rows, columns = _span(a[1], b[1], c[1], shape[0]), _span(a[0], b[0], c[0], shape[1])
    return Triangle(a, b, c, area, rows, columns)


@kernel
def is_empty(piece: Triangle) -> bool:
    """True where a triangle covers no sample, or is not made of numbers."""
    return piece.rows[0] > piece.rows[1] or piece.columns[0] > piece.columns[1]


@kernel
def _edge(a: Corner, b: Corner, side: float) -> Edge:
    rise = b[1] - a[1]
    if abs(rise) < FLAT or max(abs(a[0]), abs(a[1]), abs(b[0]), abs(b[1])) > FAR:
        return 0.0, 0.0
    return (b[0] - a[0]) / rise, side * rise


@kernel
def outline_of(piece: Triangle) -> Outline:
    """What narrows the rows of a triangle."""
    nothing = (0.0, 0.0)
    if piece.columns[1] - piece.columns[0] < NARROW:
        return Outline(True, nothing, nothing, nothing)
    side = 1.0 if piece.area > 0.0 else -1.0
    a, b, c = piece.a, piece.b, piece.c
    return Outline(False, _edge(b, c, side), _edge(c, a, side), _edge(a, b, side))


@kernel
def _cut(low: float, high: float, x: float, dy: float, edge: Edge) -> tuple[float, float]:
    """The part of a row from low to high that lies within an edge through (x, row + dy)."""
    place = x - dy * edge[0]
    if edge[1] > 0.0:
        return low, min(high, place)
    if edge[1] < 0.0:
        return max(low, place), high
    return low, high


@kernel
def columns_in(piece: Triangle, outline: Outline, rise: Corner) -> tuple[int, int]:
    """First and last column of a row that need to be looked at.

    rise  how far a, b and c lie below the row's samples
    """
    left, right = piece.columns
    if outline.narrow:
        return left, right
    low, high = _cut(left + 0.5, right + 0.5, piece.b[0], rise[1], outline.a)
    low, high = _cut(low, high, piece.c[0], rise[2], outline.b)
    low, high = _cut(low, high, piece.a[0], rise[0], outline.c)
    first = max(left, int(np.ceil(low - (0.5 + SLACK))))
    return first, min(right, int(np.floor(high - (0.5 - SLACK))))
