"""Cast shadows: a height map towards the light, and how much of the light reaches a point."""

from __future__ import annotations

import numpy as np

from mien.head.kernels import kernel
from mien.head.layout import Float32, Int32, ShadowMap
from mien.head.maths import clamp, smoothstep
from mien.head.raster import depth_map
from mien.head.triangle import corner

SHADOW_CENTRE = (0.0, -1.6, -3.0)
SHADOW_EXTENT = 34.0
"""Width of the square that the map covers, cm."""
EMPTY = -1000.0
NORMAL_OFFSET = 0.30
BIAS, SLOPE_BIAS, SOFTNESS = 0.30, 0.40, 0.35
REACH = 2


@kernel
def _light_frame(x: float, y: float, z: float, cells: float, transform: Float32) -> None:
    """Fill the (3, 4) transform from posed positions to map column, row and height.

    x, y, z is the unit direction towards the light, `cells` the map's cells per cm.
    """
    length = np.sqrt(x * x + z * z)
    right_x, right_z = 1.0, 0.0
    if length > 1e-6:  # not straight from above or below
        right_x, right_z = z / length, -x / length
    up = (y * right_z, z * right_x - x * right_z, -y * right_x)
    right = (right_x, 0.0, right_z)
    rows = (right, (-up[0], -up[1], -up[2]))
    for i in range(2):
        offset = 0.0
        for k in range(3):
            transform[i, k] = rows[i][k] * cells
            offset += rows[i][k] * SHADOW_CENTRE[k]
        transform[i, 3] = 0.5 * SHADOW_EXTENT * cells - cells * offset
    transform[2, 0], transform[2, 1], transform[2, 2], transform[2, 3] = x, y, z, 0.0


@kernel
def _transform_points(positions: Float32, transform: Float32, points: Float32) -> None:
    """positions (n, 3) through a (3, 4) transform."""
    for i in range(positions.shape[0]):
        x, y, z = corner(positions, i)
        for k in range(3):
            points[i, k] = (
                transform[k, 0] * x + transform[k, 1] * y + transform[k, 2] * z + transform[k, 3]
            )


@kernel
def _extremes_down(values: Float32, highest: Float32, lowest: Float32) -> None:
    """Largest and smallest of the 2 REACH + 1 neighbours in a column; the edge repeats."""
    size = values.shape[0]
    for row in range(size):
        for column in range(size):
            highest[row, column] = lowest[row, column] = values[row, column]
        for shift in range(-REACH, REACH + 1):
            other = min(max(row + shift, 0), size - 1)
            for column in range(size):
                value = values[other, column]
                highest[row, column] = max(highest[row, column], value)
                lowest[row, column] = min(lowest[row, column], value)


def _neighbourhood(nearest: Float32) -> tuple[Float32, Float32]:
    """Largest and smallest of each cell's (2 REACH + 1)^2 neighbours, two (s, s) arrays."""
    high, low, scratch = np.empty_like(nearest), np.empty_like(nearest), np.empty_like(nearest)
    _extremes_down(nearest, high, low)
    highest, lowest = np.empty_like(nearest), np.empty_like(nearest)
    _extremes_down(np.ascontiguousarray(high.T), highest, scratch)
    _extremes_down(np.ascontiguousarray(low.T), scratch, lowest)
    return np.ascontiguousarray(highest.T), np.ascontiguousarray(lowest.T)


def shadow_map(
    positions: Float32, triangles: Int32, parts: Int32, direction: Float32, size: int = 256
) -> ShadowMap:
    """The heights that a light from `direction` (3,) sees; size 1 means no cast shadows.

    positions (n, 3), triangles (t, 3), parts (t,) as in `layout.Geometry`.
    """
    if size <= 1:
        empty = np.full((1, 1), EMPTY, np.float32)
        return ShadowMap(empty, empty, empty, np.zeros((3, 4), np.float32))
    transform = np.empty((3, 4), np.float32)
    x, y, z = (float(value) for value in direction)
    _light_frame(x, y, z, size / SHADOW_EXTENT, transform)
    points = np.empty_like(positions)
    _transform_points(positions, transform, points)
    nearest = np.full((size, size), EMPTY, np.float32)
    depth_map(points, triangles, parts, nearest)
    highest, lowest = _neighbourhood(nearest)
    return ShadowMap(nearest, highest, lowest, transform)


@kernel
def _occluded_share(shadow: ShadowMap, column: float, row: float, height: float) -> float:
    """Share of a square of 4 x 4 cells around a map position that lies clearly above `height`.

    Cells at the square's border count by the part of them that it covers, so the share is smooth.
    """
    size = shadow.nearest.shape[0]
    x0, y0 = np.floor(column), np.floor(row)
    x_share, y_share = column - x0, row - y0
    total = 0.0
    for j in range(-REACH, REACH + 1):
        y = min(max(np.int64(y0) + j, 0), size - 1)
        y_weight = 1.0 - y_share if j == -REACH else (y_share if j == REACH else 1.0)
        line = 0.0
        for i in range(-REACH, REACH + 1):
            x = min(max(np.int64(x0) + i, 0), size - 1)
            above = clamp((shadow.nearest[y, x] - height) / SOFTNESS, 0.0, 1.0)
            line += above * (1.0 - x_share if i == -REACH else (x_share if i == REACH else 1.0))
        total += y_weight * line
    return total / (4.0 * REACH * REACH)


@kernel
def light_reaching(
    shadow: ShadowMap,
    point: tuple[float, float, float],
    normal: tuple[float, float, float],
    facing: float,
) -> float:
    """Share of the key light, 0..1, that reaches a posed point.

    facing = normal . light direction; surfaces that turn away darken softly by themselves. The
    more a surface slopes, the more its cells of the map differ in height, and the further above
    the point a cell must be to count as a shadow.
    """
    size = shadow.nearest.shape[0]
    if size <= 1:
        return 1.0
    turned = smoothstep(-0.3, 0.2, facing)
    if turned <= 0.0:
        return 0.0
    x = point[0] + NORMAL_OFFSET * normal[0]
    y = point[1] + NORMAL_OFFSET * normal[1]
    z = point[2] + NORMAL_OFFSET * normal[2]
    m = shadow.transform
    column = m[0, 0] * x + m[0, 1] * y + m[0, 2] * z + m[0, 3]
    row = m[1, 0] * x + m[1, 1] * y + m[1, 2] * z + m[1, 3]
    height = m[2, 0] * x + m[2, 1] * y + m[2, 2] * z + m[2, 3]
    height += BIAS + SLOPE_BIAS * clamp(1.0 - facing, 0.0, 1.0)
    if not (REACH <= column < size - REACH and REACH <= row < size - REACH):
        return turned
    # most points have no edge of a shadow near them: two look-ups decide
    x_cell, y_cell = np.int64(column), np.int64(row)
    if shadow.highest[y_cell, x_cell] <= height:
        return turned
    if shadow.lowest[y_cell, x_cell] >= height + SOFTNESS:
        return 0.0
    return (1.0 - _occluded_share(shadow, column, row, height)) * turned
