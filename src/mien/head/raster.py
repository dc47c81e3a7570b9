"""Visibility: which triangle each sample of the picture sees, where on it, and how far away.

Sample (row, column) lies at (column + 0.5, row + 0.5). A sample on an edge belongs to both
triangles; the nearer one wins, and between equals the first in the list.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mien.head.culling import hidden, portions, tiles_of, update
from mien.head.kernels import kernel
from mien.head.layout import (
    ACROSS,
    ALONG,
    HAIRLINE,
    PART_BEARD,
    PART_HAIR,
    PART_LASH,
    PART_LENS,
    PART_SHIRT,
    Float32,
    Float64,
    Int32,
    Visibility,
)
from mien.head.noise import hash3, noise2
from mien.head.triangle import Triangle, columns_in, corner, is_empty, outline_of, triangle_of

HAIR_SOLID = 1.13
"""Strands are never broken further than this from their tips."""
NO_SHARE = -9.0
SURELY_SOLID = HAIR_SOLID + 1e-4
"""A triangle none of whose corners is nearer to a tip has no gap, whatever rounding does."""
NEARER, HIGHER = 1.0 + 1e-6, 1e-3
"""What rounding may add to the nearest corner of a triangle: a share, and a length in cm."""


@kernel
def hair_gap(across: float, along: float, share: float) -> bool:
    """True where a hair surface is see-through: its end frays into strands, broad and fine.

    share  of the strand's length, 0 at the root; negative where it is not counted
    """
    if along >= HAIR_SOLID:
        return False
    if share >= 0.0:
        number = np.floor(across * 0.125 + 0.5)
        across = number * 0.73 + (across - 8.0 * number) * 0.16
    broad = 0.457 * noise2(across * 22.0, along * 0.25, 3) - 0.003
    if along >= broad + 0.625:
        return False
    if along < broad + 0.065:
        return True
    return along < broad + 0.065 + 0.56 * noise2(across * 60.0, along * 0.5, 7)


@kernel
def lash_gap(across: float, along: float) -> bool:
    """True between lashes: tapering clumps of uneven length, denser on the upper lid (< 1)."""
    below = across > 1.5
    place = across * (25.0 if below else 38.0)
    cell = np.floor(place)
    lottery = hash3(int(cell), 7, 3)
    length = 0.55 + 0.45 * lottery
    if below and lottery < 0.2:
        return True
    if along >= length:
        return True
    # A clump leans a little, so that tips are not evenly spaced.
    middle = 0.5 + (hash3(int(cell), 11, 5) - 0.5) * 0.5 * along
    share = along / length
    half = (0.17 if below else 0.52) * (1.0 - share) + 0.05
    return abs(place - cell - middle) > half


@kernel
def _is_gap(
    part: int,
    attributes: Float32,
    corners: tuple[int, int, int],
    weights: tuple[float, float, float],
) -> bool:
    """True where the hair or the lashes of a triangle are see-through."""
    across = along = share = 0.0
    for k in range(3):
        across += weights[k] * attributes[corners[k], ACROSS]
        along += weights[k] * attributes[corners[k], ALONG]
        share += weights[k] * attributes[corners[k], HAIRLINE]
    return hair_gap(across, along, share) if part == PART_HAIR else lash_gap(across, along)


@kernel
def _fill(
    screen: Float32,
    triangles: Int32,
    look: tuple[Int32, Float32],
    seen: Visibility,
    order: Int32,
    tiles: Float32,
) -> None:
    """Draw the triangles listed in `order`; look = (parts, attributes), tiles as in `culling`."""
    parts, attributes = look
    for n in range(order.shape[0]):
        t = order[n]
        part: Any = parts[t]
        if part == PART_LENS:  # laid over the finished picture, see `lens`
            continue
        ids = (triangles[t, 0], triangles[t, 1], triangles[t, 2])
        piece = triangle_of(
            screen,
            ids,
            seen.depth.shape,
            part in (PART_HAIR, PART_LASH, PART_BEARD, PART_SHIRT),
        )
        if is_empty(piece) or not min(piece.a[2], piece.b[2], piece.c[2]) > 0.0:
            continue
        nearest = max(piece.a[2], piece.b[2], piece.c[2]) * NEARER
        if hidden(tiles, nearest, piece.rows, piece.columns):
            continue
        _draw(piece, (t, part), ids, attributes, seen)


@kernel
def _draw(
    piece: Triangle,
    name: tuple[int, int],
    ids: tuple[int, int, int],
    attributes: Float32,
    seen: Visibility,
) -> None:
    """Draw one triangle; name = (its number, its part), ids of its corners."""
    t, part = name
    x0, y0, z0 = piece.a
    x1, y1, z1 = piece.b
    x2, y2, z2 = piece.c
    frayed = part == PART_LASH or (part == PART_HAIR and _may_fray(attributes, ids))
    side = 1.0 if piece.area > 0.0 else -1.0
    scale = 1.0 / piece.area
    outline = outline_of(piece)
    for row in range(piece.rows[0], piece.rows[1] + 1):
        dy0, dy1, dy2 = y0 - (row + 0.5), y1 - (row + 0.5), y2 - (row + 0.5)
        first, last = columns_in(piece, outline, (dy0, dy1, dy2))
        entered = False
        for column in range(first, last + 1):
            dx0, dx1, dx2 = x0 - (column + 0.5), x1 - (column + 0.5), x2 - (column + 0.5)
            e0 = dx1 * dy2 - dx2 * dy1
            e1 = dx2 * dy0 - dx0 * dy2
            e2 = dx0 * dy1 - dx1 * dy0
            if e0 * side < 0.0 or e1 * side < 0.0 or e2 * side < 0.0:
                if entered:  # a row of a triangle is one piece
                    break
                continue
            entered = True
            e0, e1, e2 = e0 * z0, e1 * z1, e2 * z2
            inverse_depth = (e0 + e1 + e2) * scale
            if _is_behind(seen, row, column, np.float32(inverse_depth), t):
                continue
            inverse_sum = scale / inverse_depth
            w0, w1 = e0 * inverse_sum, e1 * inverse_sum
            if frayed and _is_gap(part, attributes, ids, (w0, w1, 1.0 - w0 - w1)):
                continue
            seen.depth[row, column] = inverse_depth
            seen.triangle[row, column] = t
            seen.barycentric[row, column, 0] = w0
            seen.barycentric[row, column, 1] = w1


@kernel
def _may_fray(attributes: Float32, ids: tuple[int, int, int]) -> bool:
    """False where no point of a triangle of hair can be a gap."""
    to_tip = min(attributes[ids[0], ALONG], attributes[ids[1], ALONG], attributes[ids[2], ALONG])
    return to_tip < SURELY_SOLID


@kernel
def _is_behind(seen: Visibility, row: int, column: int, here: Any, t: int) -> bool:
    """True where a sample sees something nearer, or as near and earlier in the list."""
    there = seen.depth[row, column]
    return here < there or (here == there and t > seen.triangle[row, column])


def rasterise(
    screen: Float32, triangles: Int32, parts: Int32, attributes: Float32, width: int, height: int
) -> Visibility:
    """Find the nearest surface of every sample.

    screen      (n, 3) float32: x, y in samples, and 1 / distance (larger is nearer, > 0)
    triangles   (t, 3) int32; counter-clockwise seen from the front (y up)
    parts       (t,) int32, `layout.PART_*`: hair, shirt and lashes are drawn from both sides; hair
                ends and lashes have gaps
    attributes  (n, 7) float32, `layout`
    Triangles that reach behind the camera, or hold a NaN, are left out.
    """
    seen = Visibility(
        np.zeros((height, width), np.float32),
        np.full((height, width), -1, np.int32),
        np.zeros((height, width, 2), np.float32),
    )
    tiles = tiles_of(seen.depth, 0.0)
    for number, order in enumerate(portions(screen, triangles, parts)):
        if number:
            update(seen.depth, tiles)
        _fill(screen, triangles, (parts, attributes), seen, order, tiles)
    return seen


@kernel
def _fill_heights(
    points: Float32,
    triangles: Int32,
    parts: Int32,
    nearest: Float32,
    order: Int32,
    tiles: Float32,
) -> None:
    """Write the largest height seen by each cell, of the triangles listed in `order`."""
    for n in range(order.shape[0]):
        t = order[n]
        part = parts[t]
        if part in (PART_LASH, PART_LENS):
            continue
        ids = (triangles[t, 0], triangles[t, 1], triangles[t, 2])
        piece = triangle_of(points, ids, nearest.shape, part in (PART_HAIR, PART_SHIRT, PART_BEARD))
        if is_empty(piece):
            continue
        highest = max(piece.a[2], piece.b[2], piece.c[2]) + HIGHER
        if not hidden(tiles, highest, piece.rows, piece.columns):
            _draw_height(piece, nearest)


@kernel
def _draw_height(piece: Triangle, nearest: Float32) -> None:
    x0, y0, z0 = piece.a
    x1, y1, z1 = piece.b
    x2, y2, z2 = piece.c
    scale = 1.0 / piece.area
    outline = outline_of(piece)
    for row in range(piece.rows[0], piece.rows[1] + 1):
        dy0, dy1, dy2 = y0 - (row + 0.5), y1 - (row + 0.5), y2 - (row + 0.5)
        first, last = columns_in(piece, outline, (dy0, dy1, dy2))
        entered = False
        for column in range(first, last + 1):
            dx0, dx1, dx2 = x0 - (column + 0.5), x1 - (column + 0.5), x2 - (column + 0.5)
            b0 = (dx1 * dy2 - dx2 * dy1) * scale
            b1 = (dx2 * dy0 - dx0 * dy2) * scale
            b2 = (dx0 * dy1 - dx1 * dy0) * scale
            if b0 < 0.0 or b1 < 0.0 or b2 < 0.0:
                if entered:
                    break
                continue
            entered = True
            here = b0 * z0 + b1 * z1 + b2 * z2
            nearest[row, column] = max(nearest[row, column], here)


def depth_map(points: Float32, triangles: Int32, parts: Int32, nearest: Float32) -> None:
    """Write the largest height seen by each cell of `nearest` (s, s), orthographic.

    points (n, 3) float32: column, row, height. Lashes cast no shadow; of the closed parts only
    the faces turned to the light are drawn.
    """
    tiles = tiles_of(nearest, float(nearest.min()))
    for number, order in enumerate(portions(points, triangles, parts)):
        if number:
            update(nearest, tiles)
        _fill_heights(points, triangles, parts, nearest, order, tiles)


@kernel
def _sum_normals(positions: Float32, triangles: Int32, sums: Float64) -> None:
    """Add every triangle's normal, as long as twice its area, to its three corners."""
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ax, ay, az = corner(positions, a)
        bx, by, bz = corner(positions, b)
        cx, cy, cz = corner(positions, c)
        ux, uy, uz = bx - ax, by - ay, bz - az
        vx, vy, vz = cx - ax, cy - ay, cz - az
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        for i in (a, b, c):
            sums[i, 0] += nx
            sums[i, 1] += ny
            sums[i, 2] += nz


@kernel
def _normalise(sums: Float64, normals: Float32) -> None:
    for i in range(sums.shape[0]):
        x, y, z = sums[i, 0], sums[i, 1], sums[i, 2]
        scale = 1.0 / (np.sqrt(x * x + y * y + z * z) + 1e-12)
        normals[i, 0], normals[i, 1], normals[i, 2] = x * scale, y * scale, z * scale


def vertex_normals(positions: Float32, triangles: Int32) -> Float32:
    """Unit normals (n, 3) float32: the sum of the adjoining triangles' normals, by area.

    positions (n, 3) float32, triangles (t, 3) int32. A vertex without a triangle gets (0, 0, 0).
    """
    sums = np.zeros(positions.shape)
    normals = np.empty(positions.shape, np.float32)
    _sum_normals(positions, triangles, sums)
    _normalise(sums, normals)
    return normals
