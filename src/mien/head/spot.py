"""A point of the resting head, and what all painters of skin need: noise, cells."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mien.head.kernels import kernel
from mien.head.maths import atan2
from mien.head.noise import hash3, noise3, visible_share

TOO_COARSE = 1.0
"""Footprint in cm from which nothing fine is painted: the toon style's is far beyond."""
WRAP_RADIUS, WRAP_DEPTH = 8.0, 8.0
"""Radius of the cylinder that skin is unrolled from, and how far its axis lies behind z = 0, cm."""


class Spot(NamedTuple):
    """A point of the resting head: position, lip ring, hairline distance, width of a sample."""

    x: float
    y: float
    z: float
    ring: float
    hairline: float
    footprint: float


class Relief(NamedTuple):
    """Small forms that the mesh does not have: the height's slope in rest space, and shade 0..1."""

    x: float
    y: float
    z: float
    shade: float


class Cell(NamedTuple):
    """The random dot of a grid cell: offset of a place from its middle, cm, and three numbers."""

    across: float
    up: float
    first: float
    second: float
    third: float


@kernel
def octave(spot: Spot, frequency: float) -> float:
    """Noise about 0 with one cell per 1 / frequency cm, faded where samples are too coarse."""
    share = visible_share(frequency, spot.footprint)
    if share == 0.0:
        return 0.0
    return (noise3(spot.x * frequency, spot.y * frequency, spot.z * frequency) - 0.5) * share


@kernel
def unrolled(spot: Spot) -> float:
    """Distance along the skin from the middle of the face to the side, about cm."""
    return WRAP_RADIUS * atan2(spot.x, spot.z + WRAP_DEPTH)


@kernel
def cell_at(across: float, up: float, size: float, layer: int) -> Cell:
    """The dot of the grid cell of `size` cm that a place lies in; dots keep off the cell's edge."""
    u, v = across / size, up / size
    column, row = np.floor(u), np.floor(v)
    i, j = int(column), int(row)
    x = 0.3 + 0.4 * hash3(i, j, layer)
    y = 0.3 + 0.4 * hash3(i, j, layer + 1)
    return Cell(
        (u - column - x) * size,
        (v - row - y) * size,
        hash3(i, j, layer + 2),
        hash3(i, j, layer + 3),
        hash3(i, j, layer + 4),
    )
