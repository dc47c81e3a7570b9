"""What a rasteriser need not draw: triangles that lie wholly behind what is drawn already.

The picture is divided into small tiles; of each the farthest sample is known. Triangles come
nearest first, in a few portions, and the tiles are looked at anew after each.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from mien.head.kernels import kernel
from mien.head.layout import PART_HAIR, Float32, Int32

TILE_BITS = 2
TILE = 1 << TILE_BITS
BUCKETS = 256
PORTIONS = 2


@kernel
def _sort(points: Float32, triangles: Int32, order: Int32, scratch: Int32, counts: Int32) -> None:
    """Put the triangles listed in `order` into BUCKETS groups by their nearest corner."""
    low, high = np.inf, -np.inf
    for n in range(order.shape[0]):
        z = np.float64(points[triangles[order[n], 0], 2])
        low, high = min(low, z), max(high, z)
    scale = (BUCKETS - 1.0) / (high - low) if high > low else 0.0
    counts[:] = 0
    for n in range(order.shape[0]):
        t = order[n]
        z = max(points[triangles[t, 0], 2], points[triangles[t, 1], 2], points[triangles[t, 2], 2])
        place = (high - z) * scale
        bucket = 0
        if place > 0.0:  # also sorts out what is not a number
            bucket = int(min(place, BUCKETS - 1.0))
        scratch[n] = bucket
        counts[bucket + 1] += 1
    for k in range(BUCKETS):
        counts[k + 1] += counts[k]
    rows = scratch.shape[0] // 2
    for n in range(order.shape[0]):
        bucket = scratch[n]
        scratch[rows + counts[bucket]] = order[n]
        counts[bucket] += 1


def portions(points: Float32, triangles: Int32, parts: Int32) -> Iterator[Int32]:
    """Lists of triangles to draw, one after the other: all but hair, then hair, nearest first.

    points (n, 3) float32, the third column larger for what is nearer
    """
    hair = parts == PART_HAIR
    yield np.flatnonzero(~hair).astype(np.int32)
    order = np.flatnonzero(hair).astype(np.int32)
    count = len(order)
    if not count:
        return
    scratch = np.empty(2 * count, np.int32)
    _sort(points, triangles, order, scratch, np.empty(BUCKETS + 1, np.int32))
    ends = [count * k // PORTIONS for k in range(PORTIONS + 1)]
    for first, last in itertools.pairwise(ends):
        yield scratch[count + first : count + last]


def tiles_of(depth: Float32, empty: float) -> Float32:
    """A value for every tile of a buffer that is `empty` all over."""
    height, width = depth.shape
    return np.full((-(-height // TILE), -(-width // TILE)), empty, np.float32)


@kernel
def update(depth: Float32, tiles: Float32) -> None:
    """Fill the tiles with the farthest, smallest, value of their samples."""
    height, width = depth.shape
    for row in range(tiles.shape[0]):
        top, bottom = row * TILE, min(row * TILE + TILE, height)
        for column in range(tiles.shape[1]):
            left, right = column * TILE, min(column * TILE + TILE, width)
            farthest = depth[top, left]
            for y in range(top, bottom):
                for x in range(left, right):
                    value = depth[y, x]
                    farthest = value if value < farthest else farthest
            tiles[row, column] = farthest


@kernel
def hidden(tiles: Float32, nearest: float, rows: tuple[int, int], columns: tuple[int, int]) -> bool:
    """True where nothing that is at most `nearest` can be seen in rows and columns of samples."""
    for row in range(rows[0] >> TILE_BITS, (rows[1] >> TILE_BITS) + 1):
        for column in range(columns[0] >> TILE_BITS, (columns[1] >> TILE_BITS) + 1):
            if tiles[row, column] < nearest:
                return False
    return True
