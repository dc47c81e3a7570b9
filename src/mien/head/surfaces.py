"""What every visible surface looks like before light falls on it: skin, eyes, hair, cloth."""

from __future__ import annotations

from typing import Any

import numpy as np

from mien.head import part_surfaces
from mien.head.hair_surface import beard_paint, hair_paint
from mien.head.kernels import kernel
from mien.head.layout import (
    LABEL_BEARD,
    LABEL_EAR,
    LABEL_HAIR,
    LABEL_MOUTH,
    PART_BEARD,
    PART_EAR,
    PART_EYE,
    PART_GLASSES,
    PART_HAIR,
    PART_LASH,
    PART_LENS,
    PART_MOUTH,
    PART_SHIRT,
    PART_SKIN,
    PART_TEETH,
    PART_TONGUE,
    Float32,
    Geometry,
    Scene,
)
from mien.head.material_index import EYELINER, LASH_LINE
from mien.head.maths import Colour, exp, smoothstep, tint
from mien.head.points import Point, Surface, Vector, unit
from mien.head.skin import Skin, skin_albedo, skin_relief
from mien.head.spot import Relief, Spot
from mien.head.texture import sample_texture

NO_RING = NO_HAIR = 9.0
FOLD_RED, FOLD_SHADE = 0.32, 0.5
"""How much of its red, and of its other light, skin loses in the depth of a fold."""


@kernel
def dot3(a: Vector, values: Float32, first: int) -> float:
    """Scalar product of a vector with three slots of an array."""
    return a[0] * values[first] + a[1] * values[first + 1] + a[2] * values[first + 2]


@kernel
def blend3(values: Float32, corners: tuple[int, int, int], weights: Vector, first: int) -> Vector:
    """Three columns of a vertex array, interpolated over a triangle."""
    i, j, k = corners
    u, v, w = weights
    return (
        u * values[i, first] + v * values[j, first] + w * values[k, first],
        u * values[i, first + 1] + v * values[j, first + 1] + w * values[k, first + 1],
        u * values[i, first + 2] + v * values[j, first + 2] + w * values[k, first + 2],
    )


@kernel
def _strand_direction(geometry: Geometry, corners: tuple[int, int, int]) -> Vector:
    """Unit vector in the plane of a triangle along which the distance to the tip falls fastest."""
    p, a = geometry.positions, geometry.attributes
    i, j, k = corners
    ux, uy, uz = p[j, 0] - p[i, 0], p[j, 1] - p[i, 1], p[j, 2] - p[i, 2]
    vx, vy, vz = p[k, 0] - p[i, 0], p[k, 1] - p[i, 1], p[k, 2] - p[i, 2]
    du, dv = a[i, 5] - a[j, 5], a[i, 5] - a[k, 5]
    uu, uv, vv = (
        ux * ux + uy * uy + uz * uz,
        ux * vx + uy * vy + uz * vz,
        vx * vx + vy * vy + vz * vz,
    )
    s, t = du * vv - dv * uv, dv * uu - du * uv
    return unit(
        np.float64(ux * s + vx * t), np.float64(uy * s + vy * t), np.float64(uz * s + vz * t)
    )


@kernel
def point_on(geometry: Geometry, camera: Float32, triangle: int, w0: float, w1: float) -> Point:
    """The point of a triangle with perspective-correct weights w0, w1, 1 - w0 - w1."""
    t = geometry.triangles
    corners = (t[triangle, 0], t[triangle, 1], t[triangle, 2])
    weights = (w0, w1, 1.0 - w0 - w1)
    part: Any = np.int64(geometry.parts[triangle])
    position = blend3(geometry.positions, corners, weights, 0)
    view = unit(camera[0] - position[0], camera[1] - position[1], camera[2] - position[2])
    nx, ny, nz = blend3(geometry.normals, corners, weights, 0)
    nx, ny, nz = unit(nx, ny, nz)
    strand = (0.0, 0.0, 0.0)
    if part in (PART_HAIR, PART_BEARD):
        strand = _strand_direction(geometry, corners)
    sheet = part in (PART_HAIR, PART_SHIRT, PART_LASH, PART_BEARD)
    if sheet and nx * view[0] + ny * view[1] + nz * view[2] < 0.0:
        nx, ny, nz = -nx, -ny, -nz
    rest = blend3(geometry.attributes, corners, weights, 0)
    occlusion, across, along = blend3(geometry.attributes, corners, weights, 3)
    a = geometry.attributes
    hairline = (
        weights[0] * a[corners[0], 6]
        + weights[1] * a[corners[1], 6]
        + weights[2] * a[corners[2], 6]
    )
    return Point(
        part, position, (nx, ny, nz), view, rest, occlusion, across, along, hairline, strand
    )


@kernel
def tilted(normal: Vector, relief: Relief, turn: Float32) -> Vector:
    """The posed normal of a surface whose height has a slope in rest space; turn as in `Scene`."""
    x, y, z = relief.x, relief.y, relief.z
    turned = (
        dot3((x, y, z), turn, 0),
        dot3((x, y, z), turn, 3),
        dot3((x, y, z), turn, 6),
    )
    off = normal[0] * turned[0] + normal[1] * turned[1] + normal[2] * turned[2]
    return unit(
        normal[0] * (1.0 + off) - turned[0],
        normal[1] * (1.0 + off) - turned[1],
        normal[2] * (1.0 + off) - turned[2],
    )


@kernel
def _eyeliner(colour: Colour, spot: Spot, lash_line: float, amount: float) -> Colour:
    """A dark line along the lashes, wider above and outwards."""
    upper = smoothstep(-0.2, 0.25, spot.y)
    start = 0.30 - 0.22 * upper - 0.06 * smoothstep(3.4, 4.6, abs(spot.x))
    dark = 0.95 * amount * smoothstep(start, start + 0.14, lash_line) * (0.55 + 0.45 * upper)
    return tint(colour, 1.0 - dark, 1.0 - dark, 1.0 - dark)


@kernel
def head_paint(
    spot: Spot, lash_line: float, shade: float, material: Float32, texture: Float32
) -> Skin:
    """Everything painted on the head's own mesh: skin, brows, lips, texture, lash line, mouth.

    lash_line  0..1 towards the lid's rim; shade: of the folds, 0..1 (`folds`)
    texture    (h, w, 3) log ratios, (1, 1, 3) for none
    """
    colour, gloss, roughness, label = skin_albedo(spot, material)
    if texture.shape[0] > 1:
        ratio = sample_texture(texture, (spot.x, spot.y, spot.z), spot.footprint)
        share = smoothstep(-0.4, 0.0, spot.ring)  # no photo shows the inside of the mouth
        colour = tint(colour, exp(share * ratio[0]), exp(share * ratio[1]), exp(share * ratio[2]))
    dark = 1.0 - FOLD_SHADE * shade
    colour = tint(colour, 1.0 - FOLD_RED * shade, dark, dark)
    if lash_line > 0.0:
        if material[EYELINER] > 0.0:
            colour = _eyeliner(colour, spot, lash_line, np.float64(material[EYELINER]))
        below = smoothstep(0.15, -0.25, spot.y)
        rim = smoothstep(0.18, 0.36, lash_line) * below
        colour = tint(colour, 1.0 - 0.38 * rim, 1.0 - 0.58 * rim, 1.0 - 0.58 * rim)
        dark = smoothstep(0.25, 0.85, lash_line) * material[LASH_LINE]
        colour = tint(colour, 1.0 - 0.93 * dark, 1.0 - 0.94 * dark, 1.0 - 0.94 * dark)
        gloss *= 1.0 - max(dark, 0.8 * rim)
    if spot.ring < 0.0:
        colour = part_surfaces.mouth_inside(colour, spot.ring)
        gloss *= 1.0 - 0.6 * smoothstep(0.0, -1.2, spot.ring)
        label = LABEL_MOUTH
    return Skin(colour, gloss, roughness, label)


@kernel
def _head_skin(point: Point, scene: Scene, footprint: float) -> Surface:
    """Face, scalp and neck."""
    spot = Spot(
        point.rest[0], point.rest[1], point.rest[2], point.across, point.hairline, footprint
    )
    material, normal, shade = scene.material, point.normal, 0.0
    if not scene.toon:
        relief = skin_relief(spot, material)
        normal, shade = tilted(normal, relief, scene.turn), relief.shade
    skin = head_paint(spot, point.along, shade, material, scene.texture)
    return Surface(
        skin.colour, skin.gloss, skin.roughness, skin.label, normal, point.occlusion, 0.0
    )


@kernel
def _ear(point: Point, scene: Scene, footprint: float) -> Surface:
    """Ears: skin without any feature of the face."""
    spot = Spot(point.rest[0], point.rest[1], point.rest[2], NO_RING, -NO_HAIR, footprint)
    skin = skin_albedo(spot, scene.material)
    normal = point.normal
    if not scene.toon:
        normal = tilted(normal, skin_relief(spot, scene.material), scene.turn)
    return Surface(skin.colour, skin.gloss, skin.roughness, LABEL_EAR, normal, point.occlusion, 0.0)


@kernel
def _hair(point: Point, material: Float32, footprint: float) -> Surface:
    """Hair of the head."""
    paint = hair_paint(point, material, footprint)
    return Surface(
        paint.colour, paint.gloss, 0.3, LABEL_HAIR, paint.normal, paint.occlusion, paint.streak
    )


@kernel
def _facial_hair(point: Point, material: Float32, footprint: float) -> Surface:
    """Moustache and beard."""
    paint = beard_paint(point, material, footprint)
    return Surface(
        paint.colour, paint.gloss, 0.3, LABEL_BEARD, paint.normal, paint.occlusion, paint.streak
    )


@kernel
def surface_at(point: Point, scene: Scene, footprint: float) -> Surface:
    """The surface at a visible point; `footprint` is the width of a sample there, cm."""
    part = point.part
    if part == PART_SKIN:
        return _head_skin(point, scene, footprint)
    if part == PART_EAR:
        return _ear(point, scene, footprint)
    if part == PART_HAIR:
        return _hair(point, scene.material, footprint)
    if part == PART_BEARD:
        return _facial_hair(point, scene.material, footprint)
    if part == PART_SHIRT:
        return part_surfaces.shirt(point, scene.material)
    if part == PART_EYE:
        return part_surfaces.eye(point, scene.material)
    if part == PART_TEETH:
        return part_surfaces.teeth(point, scene.material)
    if part in (PART_TONGUE, PART_MOUTH):
        return part_surfaces.tongue(point)
    if part in (PART_GLASSES, PART_LENS):
        return part_surfaces.glasses(point, scene.material)
    return part_surfaces.lash_surface(point)
