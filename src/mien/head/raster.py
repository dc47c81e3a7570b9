"""Visibility: which triangle each sample of the picture sees, where on it, and how far away.

Sample (row, column) lies at (column + 0.5, row + 0.5). A sample on an edge belongs to both
triangles; the nearer one wins, and between equals the first in the list.
"""

from __future__ import annotations

import numpy as np

from mien.head.kernels import kernel
from mien.head.layout import (
    ACROSS,
    ALONG,
    PART_HAIR,
    PART_LASH,
    PART_SHIRT,
    Float32,
    Float64,
    Int32,
    Visibility,
)
from mien.head.noise import noise2

HAIR_SOLID = 1.13
"""Strands are never broken further than this from their tips."""


@kernel
def corner(points: Float32, i: int) -> tuple[float, float, float]:
    """Row i of an (n, 3) float32 array as doubles."""
    return np.float64(points[i, 0]), np.float64(points[i, 1]), np.float64(points[i, 2])


@kernel
def hair_gap(across: float, along: float) -> bool:
    """True where a hair surface is see-through: its end frays into strands, broad and fine."""
    if along >= HAIR_SOLID:
        return False
    broad = 0.457 * noise2(across * 22.0, along * 0.25, 3) - 0.003
    if along >= broad + 0.625:
        return False
    if along < broad + 0.065:
        return True
    return along < broad + 0.065 + 0.56 * noise2(across * 60.0, along * 0.5, 7)


@kernel
def _lash_gap(across: float, along: float) -> bool:
    """True between the lashes of the lash strip."""
    if along <= 0.42:
        return False
    return 0.42 + 0.75 * noise2(across * 75.0 + along * 3.0, along * 1.2, 1) < along


@kernel
def _is_gap(
    part: int,
    attributes: Float32,
    corners: tuple[int, int, int],
    weights: tuple[float, float, float],
) -> bool:
    """True where the hair or the lashes of a triangle are see-through."""
    across = along = 0.0
    for k in range(3):
        across += weights[k] * attributes[corners[k], ACROSS]
        along += weights[k] * attributes[corners[k], ALONG]
    return hair_gap(across, along) if part == PART_HAIR else _lash_gap(across, along)


@kernel
def _span(a: float, b: float, c: float, size: int) -> tuple[int, int]:
    """First and last sample between the extremes of a, b, c; first > last where there is none."""
    low, high = min(a, b, c) - 0.5, max(a, b, c) - 0.5
    if not (low > -1e9 and high < 1e9):  # behind the camera or not a number
        return 1, 0
    first, last = int(np.ceil(low)), int(np.floor(high))
    return max(first, 0), min(last, size - 1)


@kernel
def _fill(
    screen: Float32, triangles: Int32, parts: Int32, attributes: Float32, seen: Visibility
) -> None:
    height, width = seen.depth.shape
    for t in range(triangles.shape[0]):
        i0, i1, i2 = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        part = parts[t]
        x0, y0, z0 = corner(screen, i0)
        x1, y1, z1 = corner(screen, i1)
        x2, y2, z2 = corner(screen, i2)
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        sheet = part in (PART_HAIR, PART_LASH)
        # y runs down, so front faces have a negative area; sheets are seen from both sides
        if area == 0.0 or (area > 0.0 and not sheet and part != PART_SHIRT):
            continue
        left, right = _span(x0, x1, x2, width)
        top, bottom = _span(y0, y1, y2, height)
        if left > right or top > bottom or not min(z0, z1, z2) > 0.0:
            continue
        side = 1.0 if area > 0.0 else -1.0
        scale = 1.0 / area
        for row in range(top, bottom + 1):
            dy0, dy1, dy2 = y0 - (row + 0.5), y1 - (row + 0.5), y2 - (row + 0.5)
            entered = False
            for column in range(left, right + 1):
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
                if np.float32(inverse_depth) <= seen.depth[row, column]:
                    continue
                inverse_sum = scale / inverse_depth
                w0, w1 = e0 * inverse_sum, e1 * inverse_sum
                if sheet and _is_gap(part, attributes, (i0, i1, i2), (w0, w1, 1.0 - w0 - w1)):
                    continue
                seen.depth[row, column] = inverse_depth
                seen.triangle[row, column] = t
                seen.barycentric[row, column, 0] = w0
                seen.barycentric[row, column, 1] = w1


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
    _fill(screen, triangles, parts, attributes, seen)
    return seen


@kernel
def depth_map(points: Float32, triangles: Int32, parts: Int32, nearest: Float32) -> None:
    """Write the largest height seen by each cell of `nearest` (s, s), orthographic.

    points (n, 3) float32: column, row, height. Lashes cast no shadow; of the closed parts only
    the faces turned to the light are drawn.
    """
    height, width = nearest.shape
    for t in range(triangles.shape[0]):
        part = parts[t]
        if part == PART_LASH:
            continue
        i0, i1, i2 = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        x0, y0, z0 = corner(points, i0)
        x1, y1, z1 = corner(points, i1)
        x2, y2, z2 = corner(points, i2)
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if area == 0.0 or (area > 0.0 and part != PART_HAIR and part != PART_SHIRT):
            continue
        left, right = _span(x0, x1, x2, width)
        top, bottom = _span(y0, y1, y2, height)
        if left > right or top > bottom:
            continue
        scale = 1.0 / area
        for row in range(top, bottom + 1):
            dy0, dy1, dy2 = y0 - (row + 0.5), y1 - (row + 0.5), y2 - (row + 0.5)
            entered = False
            for column in range(left, right + 1):
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
