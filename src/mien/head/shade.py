"""The shading pass: visible surfaces and light in, linear colour and labels per sample out.

Where all samples of a pixel lie on one plain piece of skin, cloth or hair, the pixel is shaded
once at their centre; wherever anything is painted or cut finely (brows, lips, lids, beard, edges
of strands, eyes, silhouettes) every sample is shaded, but for those that see one plain triangle.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mien.head.backdrop import backdrop_at
from mien.head.brows import beside_brow
from mien.head.kernels import kernel
from mien.head.layout import (
    LABEL_BACKGROUND,
    PART_EAR,
    PART_HAIR,
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
    BEARD_KIND,
    SCALP,
)
from mien.head.maths import Colour
from mien.head.points import Point, unit
from mien.head.spot import Spot
from mien.head.surfaces import point_on, surface_at
from mien.head.texture import NO_TEXTURE, check_texture
from mien.head.toon import hair_shadow, toon_point

PLAIN_RING = 1.45
PLAIN_DEPTH_STEP = 0.8
"""Largest difference of distance within a pixel that is shaded once, cm."""
PLAIN_BEND = 0.7
"""Smallest cosine between the normals at opposite corners of such a pixel."""


HIDDEN_ROOTS = 1.2
"""Strength of painted roots that only fill the gaps of hair, and cm above the hairline there."""


class Samples(NamedTuple):
    """Shaded samples: colour (h, w, 3) float32 linear, labels (h, w) uint8 `layout.LABEL_*`.

    keys  (h, w) uint8, what ink separates in the toon style (`toon.KEY_*`); (1, 1) for photo
    """

    colour: Float32
    labels: UInt8
    keys: UInt8


@kernel
def _is_plain(point: Point, material: Float32, footprint: float) -> bool:
    """True where nothing finer than a pixel, `footprint` cm wide, is painted."""
    if point.part in (PART_EAR, PART_SHIRT, PART_HAIR):
        return True
    if point.part != PART_SKIN or point.across < PLAIN_RING or point.along > 0.0:
        return False
    y = point.rest[1]
    if material[SCALP] > 0.0 and point.hairline > -1.3:
        return material[SCALP] >= HIDDEN_ROOTS and point.hairline > HIDDEN_ROOTS
    bearded = material[BEARD] > 0.0 or material[BEARD_KIND] > 0.0
    if (
        bearded
        and y < 0.5
        and y > -13.5
        and point.rest[2] > -8.7
        and y < 3.0 * point.rest[2] + 26.0
    ):
        return False
    spot = Spot(point.rest[0], y, point.rest[2], point.across, point.hairline, footprint)
    return beside_brow(spot, material)


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
        first.strand,
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
    return Point(0, origin, origin, origin, origin, 0.0, 0.0, 0.0, 0.0, origin)


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
    """How often per side a pixel that is not empty must be shaded, and its point if once."""
    row, column, step = place
    if seen.triangle[row, column] < 0 or not _is_one_surface(geometry, seen, place):
        return step, _nowhere()
    first = _point(geometry, seen, scene, row, column)
    if step == 1 or not _is_plain(first, scene.material, scene.footprint):
        return step, first
    last = _point(geometry, seen, scene, row + step - 1, column + step - 1)
    a, b = first.normal, last.normal
    bend = a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
    if bend < PLAIN_BEND or not _is_plain(last, scene.material, scene.footprint):
        return step, first
    if first.part == PART_HAIR and abs(first.across - last.across) > 1.0:  # two strands
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
def _twin(seen: Visibility, place: tuple[int, int, int], y: int, x: int) -> tuple[int, int]:
    """The first sample of a pixel that sees the same triangle as sample (y, x)."""
    row, column, step = place
    triangle = seen.triangle[y, x]
    for v in range(row, y):
        for u in range(column, column + step):
            if seen.triangle[v, u] == triangle:
                return v, u
    for u in range(column, x):
        if seen.triangle[y, u] == triangle:
            return y, u
    return y, x


@kernel
def _draw_pixel(
    geometry: Geometry,
    seen: Visibility,
    scene: Scene,
    samples: Samples,
    place: tuple[int, int, int],
) -> None:
    """Draw the step x step samples from (row, column) in the toon style."""
    row, column, step = place
    blur = scene.footprint / step
    for y in range(row, row + step):
        for x in range(column, column + step):
            if seen.triangle[y, x] < 0:
                colour = backdrop_at(scene.background, 0.5, 0.25)  # plain
                label, key = LABEL_BACKGROUND, 0
            else:
                covered = hair_shadow(geometry, seen, scene, (y, x, step))
                point = _point(geometry, seen, scene, y, x)
                colour, label, key = toon_point(point, scene, covered, blur)
            _write(samples, (y, x, 1), colour, label)
            samples.keys[y, x] = key


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
    if _is_empty(seen, place):
        colour = backdrop_at(scene.background, column / width, row / height)
        _write(samples, place, colour, LABEL_BACKGROUND)
        return
    rate, point = _rate(geometry, seen, scene, place)
    footprint = scene.footprint / rate
    for y in range(row, row + rate):
        for x in range(column, column + rate):
            if seen.triangle[y, x] < 0:
                colour, label = (
                    backdrop_at(scene.background, x / width, y / height),
                    LABEL_BACKGROUND,
                )
            else:
                if rate == step:
                    point = _point(geometry, seen, scene, y, x)
                    v, u = _twin(seen, place, y, x)
                    if (v != y or u != x) and _is_plain(point, scene.material, scene.footprint):
                        other = samples.colour[v, u]
                        _write(
                            samples, (y, x, 1), (other[0], other[1], other[2]), samples.labels[v, u]
                        )
                        continue
                surface = surface_at(point, scene, footprint)
                label = surface.label
                colour = photo_colour(point, surface, scene)
            _write(samples, (y, x, step // rate), colour, label)


@kernel
def _shade_all(
    geometry: Geometry, seen: Visibility, scene: Scene, samples: Samples, step: int
) -> None:
    rows, columns = seen.depth.shape
    for row in range(0, rows, step):
        for column in range(0, columns, step):
            if scene.toon:
                _draw_pixel(geometry, seen, scene, samples, (row, column, step))
            else:
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
    samples = Samples(
        np.empty((height, width, 3), np.float32),
        np.empty((height, width), np.uint8),
        np.zeros((height, width) if scene.toon else (1, 1), np.uint8),
    )
    _shade_all(geometry, seen, scene, samples, supersample)
    return samples
