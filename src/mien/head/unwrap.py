"""A cylinder map of the head for 3D models, with the face given more room than the back."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.head.bake import albedo_map
from mien.head.kernels import kernel
from mien.head.layout import PART_SHIRT, Float32
from mien.head.maths import atan2
from mien.head.raster import rasterise
from mien.head.template import Template, layout
from mien.head.worn import BALD

FRONT_ZOOM = 2.5
"""How much wider the middle of the face is in the map than on an even cylinder."""
TOP, BOTTOM = 12.2, -20.6
AXIS_Z = -7.6
GAMMA = 2.2
SPREAD_ROUNDS = 8


@kernel
def _angles(points: Any, out: Any) -> None:
    for i in range(points.shape[0]):
        out[i] = atan2(points[i, 0], points[i, 2] - AXIS_Z) / np.pi


def uv(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2) texture coordinates in [0, 1] of rest points (n, 3); the seam runs down the back."""
    turn = np.zeros(len(points))
    _angles(points, turn)
    u = 0.5 + 0.5 * FRONT_ZOOM * turn / (1 + (FRONT_ZOOM - 1) * np.abs(turn))
    v = np.clip((TOP - points[:, 1]) / (TOP - BOTTOM), 0, 1)
    return np.stack([u, v], 1)


def cut_seam(
    triangles: NDArray[np.int32], coordinates: NDArray[np.float64]
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.float64]]:
    """Split vertices where triangles cross the seam.

    Returns triangles over the new vertices, for each new vertex its old one, and (n, 2)
    coordinates; beyond the seam u is above 1 and the texture repeats.
    """
    corners = coordinates[triangles, 0]
    crossing = corners.max(1) - corners.min(1) > 0.5
    moved = np.unique(triangles[crossing][corners[crossing] < 0.5])
    count = len(coordinates)
    copy_of = np.full(count, -1, np.int64)
    copy_of[moved] = count + np.arange(len(moved))
    cut = triangles.copy()
    low = crossing[:, None] & (corners < 0.5)
    cut[low] = copy_of[triangles[low]]
    source = np.concatenate([np.arange(count), moved]).astype(np.int64)
    shifted = coordinates[moved] + np.array([1.0, 0.0])
    return cut, source, np.concatenate([coordinates, shifted])


def unwrapped(template: Template, size: int) -> NDArray[np.float32]:
    """(size, size, 7) vertex attributes of the head's skin over its map; NaN where nothing is."""
    attributes = layout(BALD).attributes[: len(template.vertices)]
    triangles, source, coordinates = cut_seam(template.triangles, uv(template.surface))
    outside = attributes[source, 4] >= 0  # the inside of the mouth has a colour of its own
    triangles = triangles[outside[triangles].all(1)]
    screen = np.zeros((len(source), 3), np.float32)
    screen[:, :2] = coordinates * size
    # Outer surfaces hide inner ones: height over the axis stands in for 1 / distance.
    reach = template.surface[source] - np.array([0.0, 0.0, AXIS_Z])
    screen[:, 2] = 1e-3 + np.sqrt(reach[:, 0] ** 2 + reach[:, 2] ** 2) * 0.01
    both_sides = np.full(len(triangles), PART_SHIRT, np.int32)
    rows = np.ascontiguousarray(attributes[source])
    shown = np.full((size, size, 7), np.nan, np.float32)
    for shift in (0.0, -float(size)):
        moved = screen.copy()
        moved[:, 0] += np.float32(shift)
        seen = rasterise(moved, triangles, both_sides, rows, size, size)
        hit = seen.triangle >= 0
        corner = rows[triangles[seen.triangle[hit]]]
        first = seen.barycentric[hit]
        weights = np.stack([first[:, 0], first[:, 1], 1 - first[:, 0] - first[:, 1]], 1)
        mean = corner[:, 0] * weights[:, :1] + corner[:, 1] * weights[:, 1:2]
        shown[hit] = mean + corner[:, 2] * weights[:, 2:]
    return shown


def bake_skin(
    shown: NDArray[np.float32],
    material: NDArray[np.floating[Any]],
    *,
    texture: Float32 | None = None,
) -> NDArray[np.uint8]:
    """(h, w, 3) sRGB-like picture of the head's skin, ready for a model's base colour.

    shown (h, w, 7): the map, from `unwrapped`
    """
    albedo = albedo_map(material, shown, texture)
    painted = np.isfinite(shown[..., 0])
    filled = _spread(albedo, painted)
    return np.round(np.clip(filled, 0, 1) ** (1 / GAMMA) * 255).astype(np.uint8)


@kernel
def _grow(picture: Any, before: Any, known: Any) -> int:
    """One round: every unpainted texel takes the mean of its painted neighbours."""
    rows, columns = known.shape
    grown = 0
    for row in range(rows):
        for column in range(columns):
            if before[row, column]:
                continue
            count = 0
            for step in range(4):
                y = row + (step == 0) - (step == 1)
                x = (column + (step == 2) - (step == 3)) % columns
                if 0 <= y < rows and before[y, x]:
                    count += 1
                    for channel in range(3):
                        picture[row, column, channel] += picture[y, x, channel]
            if count > 0:
                grown += 1
                known[row, column] = True
                for channel in range(3):
                    picture[row, column, channel] /= count
    return grown


def _spread(picture: NDArray[np.float32], painted: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Grow painted texels outwards so that filtering never mixes in unpainted black."""
    known = painted.copy()
    picture[~known] = 0.0
    for _ in range(SPREAD_ROUNDS):
        if _grow(picture, known.copy(), known) == 0:
            break
    if not known.all():
        picture[~known] = picture[known].mean(0)
    return picture
