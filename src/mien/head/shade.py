"""The shading pass: visible surfaces and light in, linear colour and labels per sample out.

Where all samples of a pixel lie on one plain piece of skin or cloth, the pixel is shaded once at
their centre; wherever anything is painted or cut finely (brows, lips, lids, beard, hair, eyes,
silhouettes) every sample is shaded.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mien.head.layout import (
    LABEL_BACKGROUND,
    PART_EAR,
    PART_SHIRT,
    PART_SKIN,
    Float32,
    Geometry,
    Scene,
    UInt8,
    Visibility,
)
from mien.head.lighting import photo_colour
from mien.head.material_index import (
    BEARD,
    BROW_ARCH,
    BROW_HEIGHT,
    BROW_INNER,
    BROW_OUTER,
    BROW_THICKNESS,
    BROW_TILT,
    SCALP,
)
from mien.head.kernels import kernel
from mien.head.maths import Colour
from mien.head.surfaces import Point, point_on, surface_at, unit
from mien.head.toon import toon_colour

PLAIN_RING = 1.45
NOTHING = -2
FLAT = 1e9
"""Footprint that fades all noise of the skin: the toon style's."""
PLAIN_DEPTH_STEP = 0.8
"""Largest difference of distance within a pixel that is shaded once, cm."""


class Samples(NamedTuple):
    """Shaded samples: colour (h, w, 3) float32 linear, labels (h, w) uint8 `layout.LABEL_*`."""

    colour: Float32
    labels: UInt8


@kernel
def _background(scene: Scene, x: float, y: float) -> Colour:
    """The backdrop at picture coordinates in [0, 1]: lighter in the middle."""
    shade = 1.0 - 0.35 * y - 0.9 * ((x - 0.5) * (x - 0.5) + (y - 0.45) * (y - 0.45))
    return (
        scene.background[0] * shade,
        scene.background[1] * shade,
        scene.background[2] * shade,
    )


@kernel
def _is_plain(point: Point, material: Float32) -> bool:
    """True where nothing finer than a pixel is painted."""
    if point.part == PART_EAR or point.part == PART_SHIRT:
        return True
    if point.part != PART_SKIN or point.across < PLAIN_RING or point.along > 0.0:
        return False
    side, y = abs(point.rest[0]), point.rest[1]
    if material[SCALP] > 0.0 and point.hairline > -1.3:
        return False
    if material[BEARD] > 0.0 and y < -3.8 and y > -12.5 and side < 7.3 and point.rest[2] > -8.0:
        return False
    width = material[BROW_OUTER] - material[BROW_INNER]
    if not material[BROW_INNER] - 0.2 * width < side < material[BROW_OUTER] + 0.2 * width:
        return True
    rise = abs(material[BROW_ARCH]) + abs(material[BROW_TILT]) + material[BROW_THICKNESS] + 0.3
    return abs(y - material[BROW_HEIGHT]) > rise


@kernel
def _middle(first: Point, last: Point) -> Point:
    """The point between two points of one surface."""
    nx, ny, nz = unit(
        first.normal[0] + last.normal[0],
        first.normal[1] + last.normal[1],
        first.normal[2] + last.normal[2],
    )
    return Point(
        first.part,
        (
            0.5 * (first.position[0] + last.position[0]),
            0.5 * (first.position[1] + last.position[1]),
            0.5 * (first.position[2] + last.position[2]),
        ),
        (nx, ny, nz),
        first.to_camera,
        (
            0.5 * (first.rest[0] + last.rest[0]),
            0.5 * (first.rest[1] + last.rest[1]),
            0.5 * (first.rest[2] + last.rest[2]),
        ),
        0.5 * (first.occlusion + last.occlusion),
        0.5 * (first.across + last.across),
        0.5 * (first.along + last.along),
        0.5 * (first.hairline + last.hairline),
    )


@kernel
def _one_surface(geometry: Geometry, seen: Visibility, row: int, column: int, step: int) -> int:
    """The part that all step x step samples from (row, column) lie on closely.

    -1 where there is no such part, NOTHING where all samples miss.
    """
    triangle = seen.triangle[row, column]
    if triangle < 0:
        for y in range(row, row + step):
            for x in range(column, column + step):
                if seen.triangle[y, x] >= 0:
                    return -1
        return NOTHING
    part = geometry.parts[triangle]
    if part != PART_SKIN and part != PART_EAR and part != PART_SHIRT:
        return -1
    nearest = farthest = seen.depth[row, column]
    for y in range(row, row + step):
        for x in range(column, column + step):
            triangle = seen.triangle[y, x]
            if triangle < 0 or geometry.parts[triangle] != part:
                return -1
            nearest = max(nearest, seen.depth[y, x])
            farthest = min(farthest, seen.depth[y, x])
    if nearest - farthest > PLAIN_DEPTH_STEP * nearest * farthest:
        return -1
    return part


@kernel
def _point(geometry: Geometry, seen: Visibility, scene: Scene, row: int, column: int) -> Point:
    return point_on(
        geometry,
        scene.camera,
        seen.triangle[row, column],
        np.float64(seen.barycentric[row, column, 0]),
        np.float64(seen.barycentric[row, column, 1]),
    )


@kernel
def _write(samples: Samples, row: int, column: int, colour: Colour, label: int) -> None:
    samples.colour[row, column, 0] = colour[0]
    samples.colour[row, column, 1] = colour[1]
    samples.colour[row, column, 2] = colour[2]
    samples.labels[row, column] = label


@kernel
def _shade_pixel(
    geometry: Geometry,
    seen: Visibility,
    scene: Scene,
    samples: Samples,
    place: tuple[int, int, int],
) -> None:
    """Shade the step x step samples from (row, column)."""
    row, column, step = place
    height, width = seen.depth.shape
    rate = step
    if step > 1 and not scene.toon and scene.texture.shape[0] <= 1:
        part = _one_surface(geometry, seen, row, column, step)
        if part == NOTHING:
            rate = 1
        elif part >= 0:
            point = _point(geometry, seen, scene, row, column)
            if _is_plain(point, scene.material):
                last = _point(geometry, seen, scene, row + step - 1, column + step - 1)
                if _is_plain(last, scene.material):
                    point = _middle(point, last)
                    rate = 1
    footprint = FLAT if scene.toon else scene.footprint / rate
    for y in range(row, row + rate):
        for x in range(column, column + rate):
            if seen.triangle[y, x] < 0:
                colour = _background(scene, x / width, y / height)
                label = LABEL_BACKGROUND
                _write(samples, y, x, colour, label)
                continue
            if rate == step:
                point = _point(geometry, seen, scene, y, x)
            surface = surface_at(point, scene, footprint)
            if scene.toon:
                colour = toon_colour(point, surface, scene)
            else:
                colour = photo_colour(point, surface, scene)
            label = surface.label
            _write(samples, y, x, colour, label)
    if rate != step:
        for y in range(row, row + step):
            for x in range(column, column + step):
                _write(samples, y, x, colour, label)


@kernel
def _shade_all(
    geometry: Geometry, seen: Visibility, scene: Scene, samples: Samples, step: int
) -> None:
    rows, columns = seen.depth.shape
    for row in range(0, rows, step):
        for column in range(0, columns, step):
            _shade_pixel(geometry, seen, scene, samples, (row, column, step))


def shade(geometry: Geometry, seen: Visibility, scene: Scene, *, supersample: int = 2) -> Samples:
    """Colour and label of every sample.

    geometry     posed mesh
    seen         what `raster.rasterise` found; height and width are multiples of `supersample`
    scene        camera, material, light, shadow map, background, texture, style
    supersample  samples per pixel side, 1 or more
    """
    height, width = seen.depth.shape
    samples = Samples(np.empty((height, width, 3), np.float32), np.empty((height, width), np.uint8))
    _shade_all(geometry, seen, scene, samples, supersample)
    return samples
