"""A plain shader for models that are not the head: textured triangles in soft matt light.

Space as in `layout`: x to the picture's right, y up, z towards the camera; the frame shows -1..1 at
z = 0 and the camera stands at z = DISTANCE.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.head.layout import PART_SHIRT, PART_SKIN, Float32, Int32, Visibility
from mien.head.raster import rasterise
from mien.types import Image

DISTANCE = 6.0
BACKGROUND = (0.28, 0.30, 0.34)
KEY: tuple[float, float, float] = (-0.34, 0.48, 0.81)
KEY_SHARE, SKY_SHARE, GROUND_SHARE = 0.72, 0.5, 0.3
"""Light from the key, and from above and below: 1.1 on what faces key and sky."""
GAMMA = 2.2
_NEAREST = 0.05
_SOLID = 0.5
_ATTRIBUTES = 7


@dataclasses.dataclass(frozen=True, eq=False)
class Surface:
    """Triangles of one material.

    triangles  (t, 3) int32, counter-clockwise seen from the front
    uv         (n, 2) for all vertices of the model, row and column grow with v and u; or None
    texture    (h, w, 4) float32, linear RGB and alpha, repeated; or None
    colours    (n, 4) linear RGB and alpha of the vertices, or None
    two_sided  both sides are seen
    cutoff     alpha below which nothing is there; None: alpha counts for nothing
    blend      alpha is opacity
    """

    triangles: Int32
    uv: Float32 | None = None
    texture: Float32 | None = None
    colours: Float32 | None = None
    two_sided: bool = False
    cutoff: float | None = None
    blend: bool = False


def project(points: NDArray[np.floating[Any]], width: int) -> Float32:
    """(n, 3) column, row and 1 / distance; what is behind the camera gets a negative distance."""
    away = DISTANCE - np.asarray(points, np.float64)[:, 2]
    away = np.where(np.abs(away) < _NEAREST, -_NEAREST, away)
    half, scale = width / 2.0, DISTANCE / away
    screen = np.stack([half + half * points[:, 0] * scale, half - half * points[:, 1] * scale], 1)
    return np.concatenate([screen, (1.0 / away)[:, None]], 1).astype(np.float32)


def draw_surfaces(
    points: NDArray[np.floating[Any]],
    normals: Float32,
    surfaces: list[tuple[Surface, tuple[float, ...]]],
    *,
    size: int,
    supersample: int = 2,
) -> Image:
    """(size, size, 3) the surfaces, each with its linear RGBA factor.

    points   (n, 3) in the frame; normals (n, 3) unit vectors
    """
    width = size * supersample
    screen = project(points, width)
    colour = np.empty((width, width, 3), np.float32)
    colour[:] = BACKGROUND
    depth = np.zeros((width, width), np.float32)
    # What is see-through comes last, so that something stands behind it.
    for surface, factor in sorted(surfaces, key=lambda one: (one[0].blend, one[0].cutoff or 0.0)):
        seen = _visible(screen, surface, width)
        rows, columns = np.nonzero((seen.triangle >= 0) & (seen.depth > depth))
        shaded, alpha = _shade(surface, normals, seen, (rows, columns), factor)
        if surface.cutoff is not None:
            kept = alpha >= surface.cutoff
            rows, columns, shaded, alpha = rows[kept], columns[kept], shaded[kept], alpha[kept]
        if surface.blend:
            share = np.clip(alpha, 0.0, 1.0)[:, None]
            shaded = shaded * share + colour[rows, columns] * (1.0 - share)
            kept = alpha > _SOLID
            depth[rows[kept], columns[kept]] = seen.depth[rows[kept], columns[kept]]
        else:
            depth[rows, columns] = seen.depth[rows, columns]
        colour[rows, columns] = shaded
    mean = colour.reshape(size, supersample, size, supersample, 3).mean((1, 3), np.float64)
    return np.rint(255.0 * np.clip(mean, 0.0, 1.0) ** (1.0 / GAMMA)).astype(np.uint8)


def _visible(screen: Float32, surface: Surface, width: int) -> Visibility:
    part = PART_SHIRT if surface.two_sided else PART_SKIN  # of which both sides are drawn, or one
    parts = np.full(len(surface.triangles), part, np.int32)
    attributes = np.zeros((len(screen), _ATTRIBUTES), np.float32)
    return rasterise(screen, surface.triangles, parts, attributes, width, width)


def _shade(
    surface: Surface,
    normals: Float32,
    seen: Visibility,
    where: tuple[NDArray[np.int64], NDArray[np.int64]],
    factor: tuple[float, ...],
) -> tuple[Float32, Float32]:
    """(k, 3) linear colours and (k,) alpha of the samples at `where`."""
    corners = surface.triangles[seen.triangle[where]]
    first = seen.barycentric[where]
    weights = np.concatenate([first, 1.0 - first.sum(1, keepdims=True)], 1)[:, :, None]

    def across(values: Float32) -> Float32:
        return (values[corners] * weights).sum(1).astype(np.float32)

    base = np.ones((len(corners), 4), np.float32) * np.asarray(factor, np.float32)
    if surface.colours is not None:
        base *= across(surface.colours)
    if surface.texture is not None and surface.uv is not None:
        base *= sample_texture(surface.texture, across(surface.uv))
    return base[:, :3] * _light(across(normals))[:, None], base[:, 3]


def _light(normals: Float32) -> Float32:
    """(k,) light on surfaces with these normals, turned to the viewer where they look away."""
    length = np.sqrt((normals**2).sum(1, keepdims=True))
    unit = normals / np.maximum(length, 1e-9)
    unit = np.where(unit[:, 2:] < 0.0, -unit, unit)
    sky = 0.5 + 0.5 * unit[:, 1]
    key = np.maximum(unit @ np.array(KEY, np.float32), 0.0)
    return (KEY_SHARE * key + SKY_SHARE * sky + GROUND_SHARE * (1.0 - sky)).astype(np.float32)


def sample_texture(texture: Float32, uv: Float32) -> Float32:
    """(k, c) the texture (h, w, c) between its texels, repeated beyond its edges."""
    height, width = texture.shape[:2]
    x = np.mod(uv[:, 0].astype(np.float64), 1.0) * width - 0.5
    y = np.mod(uv[:, 1].astype(np.float64), 1.0) * height - 0.5
    left, top = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    right, down = (x - left)[:, None], (y - top)[:, None]
    rows, columns = (top % height, (top + 1) % height), (left % width, (left + 1) % width)
    above = texture[rows[0], columns[0]] * (1 - right) + texture[rows[0], columns[1]] * right
    below = texture[rows[1], columns[0]] * (1 - right) + texture[rows[1], columns[1]] * right
    return (above * (1 - down) + below * down).astype(np.float32)
