"""The shading pass: visible surfaces and light in, linear colour and labels per sample out.

Where all samples of a pixel lie on one plain piece of skin or cloth, the pixel is shaded once at
their centre; wherever anything is painted or cut finely (brows, lips, lids, beard, hair, eyes,
silhouettes) every sample is shaded.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mien.head.kernels import kernel
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
from mien.head.maths import Colour
from mien.head.surfaces import Point, point_on, surface_at, unit
from mien.head.texture import NO_TEXTURE, check_texture
from mien.head.toon import toon_colour

PLAIN_RING = 1.45
FLAT = 1e9
"""Footprint that fades all noise of the skin: the toon style's."""
PLAIN_DEPTH_STEP = 0.8
"""Largest difference of distance within a pixel that is shaded once, cm."""
PLAIN_BEND = 0.7
"""Smallest cosine between the normals at opposite corners of such a pixel."""


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
def _point(geometry: Geometry, seen: Visibility, scene: Scene, row: int, column: int) -> Point:
    """The point that a sample sees; it must see one."""
    return point_on(
        geometry,
        scene.camera,
        seen.triangle[row, column],
        np.float64(seen.barycentric[row, column, 0]),
        np.float64(seen.barycentric[row, column, 1]),
    )


@kernel
def _nowhere() -> Point:
    origin = (0.0, 0.0, 0.0)
    return Point(0, origin, origin, origin, origin, 0.0, 0.0, 0.0, 0.0)


@kernel
def _is_one_surface(geometry: Geometry, seen: Visibility, place: tuple[int, int, int]) -> bool:
    """True where all samples of a pixel lie closely together on one part."""
    row, column, step = place
    part = geometry.parts[seen.triangle[row, column]]
    nearest = farthest = seen.depth[row, column]
    for y in range(row, row + step):
        for x in range(column, column + step):
            triangle = seen.triangle[y, x]
            if triangle < 0 or geometry.parts[triangle] != part:
                return False
            nearest = max(nearest, seen.depth[y, x])
            farthest = min(farthest, seen.depth[y, x])
    return nearest - farthest <= PLAIN_DEPTH_STEP * nearest * farthest


@kernel
def _is_empty(seen: Visibility, place: tuple[int, int, int]) -> bool:
    """True where no sample of a pixel sees anything."""
    row, column, step = place
    for y in range(row, row + step):
        for x in range(column, column + step):
            if seen.triangle[y, x] >= 0:
                return False
    return True


@kernel
def _rate(
    geometry: Geometry, seen: Visibility, scene: Scene, place: tuple[int, int, int]
) -> tuple[int, Point]:
    """How often per side a pixel must be shaded, and the point for it if that is once."""
    row, column, step = place
    if seen.triangle[row, column] < 0:
        return (1 if _is_empty(seen, place) else step), _nowhere()
    if scene.toon or not _is_one_surface(geometry, seen, place):
        return step, _nowhere()
    first = _point(geometry, seen, scene, row, column)
    if step == 1 or not _is_plain(first, scene.material):
        return step, first
    last = _point(geometry, seen, scene, row + step - 1, column + step - 1)
    a, b = first.normal, last.normal
    bend = a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
    if bend < PLAIN_BEND or not _is_plain(last, scene.material):
        return step, first
    return 1, _middle(first, last)


@kernel
def _write(samples: Samples, place: tuple[int, int, int], colour: Colour, label: int) -> None:
    """Give all samples of a square the same colour and label."""
    row, column, step = place
    for y in range(row, row + step):
        for x in range(column, column + step):
            samples.colour[y, x, 0] = colour[0]
            samples.colour[y, x, 1] = colour[1]
            samples.colour[y, x, 2] = colour[2]
            samples.labels[y, x] = label


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
    rate, point = _rate(geometry, seen, scene, place)
    footprint = FLAT if scene.toon else scene.footprint / rate
    for y in range(row, row + rate):
        for x in range(column, column + rate):
            if seen.triangle[y, x] < 0:
                colour, label = _background(scene, x / width, y / height), LABEL_BACKGROUND
            else:
                if rate == step:
                    point = _point(geometry, seen, scene, y, x)
                surface = surface_at(point, scene, footprint)
                label = surface.label
                if scene.toon:
                    colour = toon_colour(point, surface, scene)
                else:
                    colour = photo_colour(point, surface, scene)
            _write(samples, (y, x, step // rate), colour, label)


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
    scene        camera, material, light, shadow map, background, texture, style; the toon style
                 takes no notice of the texture
    supersample  samples per pixel side, 1 or more
    Raises InputError for a texture of another shape than (h, w, 3) with h, w > 1.
    """
    check_texture(scene.texture)
    if scene.toon:
        scene = scene._replace(texture=NO_TEXTURE)
    height, width = seen.depth.shape
    samples = Samples(np.empty((height, width, 3), np.float32), np.empty((height, width), np.uint8))
    _shade_all(geometry, seen, scene, samples, supersample)
    return samples
