"""What every visible surface looks like before light falls on it: skin, eyes, hair, cloth."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from mien.head.kernels import kernel
from mien.head.layout import (
    LABEL_EAR,
    LABEL_HAIR,
    LABEL_IRIS,
    LABEL_LASH,
    LABEL_MOUTH,
    LABEL_SCLERA,
    LABEL_SHIRT,
    LABEL_TEETH,
    PART_EAR,
    PART_EYE,
    PART_HAIR,
    PART_LASH,
    PART_MOUTH,
    PART_SHIRT,
    PART_SKIN,
    PART_TEETH,
    Float32,
    Geometry,
    Scene,
)
from mien.head.material_index import (
    HAIR,
    IRIS_COLOUR,
    IRIS_SIZE,
    LASH_LINE,
    PUPIL_SIZE,
    ROUGHNESS,
    SHIRT_COLOUR,
)
from mien.head.maths import Colour, atan2, exp, mix, smoothstep, tint
from mien.head.noise import noise2, noise3, visible_share
from mien.head.skin import Skin, Spot, colour_at, skin_albedo
from mien.head.texture import sample_texture

Vector = tuple[float, float, float]
NO_RING = NO_HAIR = 9.0


class Point(NamedTuple):
    """A visible point: interpolated attributes, unit normal turned to the camera, view vector."""

    part: int
    position: Vector
    normal: Vector
    to_camera: Vector
    rest: Vector
    occlusion: float
    across: float
    along: float
    hairline: float


class Surface(NamedTuple):
    """What light meets: linear albedo, gloss strength and roughness, label, normal, openness.

    `streak` is the hair's strand noise about 0.
    """

    colour: Colour
    gloss: float
    roughness: float
    label: int
    normal: Vector
    occlusion: float
    streak: float


@kernel
def unit(x: float, y: float, z: float) -> Vector:
    """The vector with length 1; (0, 0, 0) stays as it is."""
    scale = 1.0 / (np.sqrt(x * x + y * y + z * z) + 1e-9)
    return x * scale, y * scale, z * scale


@kernel
def _blend3(values: Float32, corners: tuple[int, int, int], weights: Vector, first: int) -> Vector:
    """Three columns of a vertex array, interpolated over a triangle."""
    i, j, k = corners
    u, v, w = weights
    return (
        u * values[i, first] + v * values[j, first] + w * values[k, first],
        u * values[i, first + 1] + v * values[j, first + 1] + w * values[k, first + 1],
        u * values[i, first + 2] + v * values[j, first + 2] + w * values[k, first + 2],
    )


@kernel
def point_on(geometry: Geometry, camera: Float32, triangle: int, w0: float, w1: float) -> Point:
    """The point of a triangle with perspective-correct weights w0, w1, 1 - w0 - w1."""
    t = geometry.triangles
    corners = (t[triangle, 0], t[triangle, 1], t[triangle, 2])
    weights = (w0, w1, 1.0 - w0 - w1)
    part: Any = np.int64(geometry.parts[triangle])
    position = _blend3(geometry.positions, corners, weights, 0)
    view = unit(camera[0] - position[0], camera[1] - position[1], camera[2] - position[2])
    nx, ny, nz = _blend3(geometry.normals, corners, weights, 0)
    nx, ny, nz = unit(nx, ny, nz)
    sheet = part in (PART_HAIR, PART_SHIRT, PART_LASH)
    if sheet and nx * view[0] + ny * view[1] + nz * view[2] < 0.0:
        nx, ny, nz = -nx, -ny, -nz
    rest = _blend3(geometry.attributes, corners, weights, 0)
    occlusion, across, along = _blend3(geometry.attributes, corners, weights, 3)
    a = geometry.attributes
    hairline = (
        weights[0] * a[corners[0], 6]
        + weights[1] * a[corners[1], 6]
        + weights[2] * a[corners[2], 6]
    )
    return Point(part, position, (nx, ny, nz), view, rest, occlusion, across, along, hairline)


@kernel
def _grain(point: Point, amount: float, footprint: float) -> Vector:
    """The normal with the skin's fine unevenness, at two scales: folds and, close up, pores."""
    x, y, z = point.normal
    for scale in (14.0, 33.0):
        share = amount * visible_share(scale, footprint)
        if share > 0.0:
            u, v, w = point.rest[0] * scale, point.rest[1] * scale, point.rest[2] * scale
            x += share * (noise3(u, v, w) - 0.5)
            y += share * (noise3(u + 31.0, v, w) - 0.5)
    return unit(x, y, z)


@kernel
def head_paint(spot: Spot, lash_line: float, material: Float32, texture: Float32) -> Skin:
    """Everything painted on the head's own mesh: skin, brows, lips, texture, lash line, mouth.

    lash_line  0..1 towards the lid's rim; texture (h, w, 3) log ratios, (1, 1, 3) for none
    """
    colour, gloss, roughness, label = skin_albedo(spot, material)
    if texture.shape[0] > 1:
        ratio = sample_texture(texture, (spot.x, spot.y, spot.z), spot.footprint)
        share = smoothstep(-0.4, 0.0, spot.ring)  # no photo shows the inside of the mouth
        colour = tint(colour, exp(share * ratio[0]), exp(share * ratio[1]), exp(share * ratio[2]))
    if lash_line > 0.0:
        dark = smoothstep(0.25, 0.85, lash_line) * material[LASH_LINE]
        colour = tint(colour, 1.0 - 0.93 * dark, 1.0 - 0.94 * dark, 1.0 - 0.94 * dark)
        gloss *= 1.0 - dark
        rim = smoothstep(0.18, 0.36, lash_line) * smoothstep(0.15, -0.25, spot.y)
        colour = tint(colour, 1.0 - 0.25 * rim, 1.0 - 0.45 * rim, 1.0 - 0.45 * rim)
    if spot.ring < 0.0:
        inside = smoothstep(0.0, -1.2, spot.ring)
        colour = tint(colour, 1.0 - 0.9 * inside, 1.0 - 0.95 * inside, 1.0 - 0.95 * inside)
        gloss *= 1.0 - 0.7 * inside
        label = LABEL_MOUTH
    return Skin(colour, gloss, roughness, label)


@kernel
def _head_skin(point: Point, scene: Scene, footprint: float) -> Surface:
    """Face, scalp and neck."""
    spot = Spot(
        point.rest[0], point.rest[1], point.rest[2], point.across, point.hairline, footprint
    )
    skin = head_paint(spot, point.along, scene.material, scene.texture)
    normal = point.normal
    if not scene.toon:
        normal = _grain(point, 0.05 * (0.5 + scene.material[ROUGHNESS]), footprint)
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
        normal = _grain(point, 0.05 * (0.5 + scene.material[ROUGHNESS]), footprint)
    return Surface(skin.colour, skin.gloss, skin.roughness, LABEL_EAR, normal, point.occlusion, 0.0)


@kernel
def _iris_colour(point: Point, distance: float, material: Float32) -> Colour:
    """Fibres, dark outer ring, bright inner ring, shade under the lid."""
    x, y = point.rest[0], point.rest[1]
    size = np.float64(material[IRIS_SIZE])
    angle = atan2(y, x)
    fibres = 0.65 + 0.48 * noise2(angle * 9.0, distance * 3.0, 1)
    fibres += 0.3 * (noise2(angle * 22.0, distance * 6.0, 2) - 0.5)
    reach = distance / size
    fibres *= (1.0 - 0.75 * smoothstep(0.78, 1.02, reach)) * (
        1.0 + 0.5 * smoothstep(0.75, 0.35, reach)
    )
    fibres *= 1.0 - 0.45 * smoothstep(-0.2, 0.9, y / size)
    return tint(colour_at(material, IRIS_COLOUR), fibres, fibres, fibres)


@kernel
def _eye(point: Point, material: Float32) -> Surface:
    """Eyeball: veined white, iris, pupil; rest positions lie on the unit sphere."""
    x, y, z = point.rest
    distance = np.sqrt(x * x + y * y)
    vein = noise2(x * 5.0, y * 5.0, 3) * smoothstep(0.5, 1.0, distance)
    rim = 1.0 - 0.35 * smoothstep(0.62, 0.98, distance)
    colour = (
        (0.66 - 0.06 * vein) * rim,
        (0.63 - 0.16 * vein) * rim * 0.97,
        (0.615 - 0.15 * vein) * rim * 0.96,
    )
    size, pupil = material[IRIS_SIZE], material[PUPIL_SIZE]
    iris = smoothstep(size + 0.03, size - 0.03, distance) if z >= 0.0 else 0.0
    if iris > 0.0:
        colour = mix(colour, _iris_colour(point, distance, material), iris)
        dark = 1.0 - 0.97 * smoothstep(pupil + 0.03, pupil - 0.03, distance) * iris
        colour = tint(colour, dark, dark, dark)
    label = LABEL_SCLERA if iris < 0.5 else LABEL_IRIS
    occlusion = point.occlusion * (0.42 + 0.58 * smoothstep(0.0, 0.55, point.along))
    return Surface(colour, 0.9, 0.08, label, point.normal, occlusion, 0.0)


@kernel
def _teeth(point: Point) -> Surface:
    """Teeth: `across` counts them; the gap between two is darker, and so are the cheeks' teeth."""
    middle = abs(point.across - np.floor(point.across) - 0.5)
    gap = 0.75 + 0.25 * smoothstep(0.0, 0.10, 0.5 - middle)
    gap *= 1.0 - 0.6 * smoothstep(0.7, 2.6, abs(point.rest[0]))
    colour = (0.72 * gap, 0.69 * gap, 0.62 * gap)
    return Surface(colour, 0.6, 0.25, LABEL_TEETH, point.normal, point.occlusion, 0.0)


@kernel
def _hair(point: Point, material: Float32) -> Surface:
    """Hair: strands of varying brightness that also tilt the normal."""
    broad = noise2(point.across * 14.0, point.along * 0.5, 1) - 0.5
    fine = noise2(point.across * 45.0, point.along * 0.7, 2) - 0.5
    value = 1.0 + 0.55 * broad + 0.45 * fine
    colour = tint(colour_at(material, HAIR), value, value, value)
    normal = unit(point.normal[0] + 0.25 * broad + 0.2 * fine, point.normal[1], point.normal[2])
    occlusion = point.occlusion * (1.0 + 0.5 * broad)
    return Surface(colour, 0.35, 0.3, LABEL_HAIR, normal, occlusion, broad)


@kernel
def _shirt(point: Point, material: Float32) -> Surface:
    """Plain cloth, slightly uneven."""
    x, y, z = point.rest
    value = 0.9 + 0.2 * noise3(x * 6.0, y * 6.0, z * 6.0)
    colour = tint(colour_at(material, SHIRT_COLOUR), value, value, value)
    return Surface(colour, 0.05, 0.8, LABEL_SHIRT, point.normal, point.occlusion, 0.0)


@kernel
def surface_at(point: Point, scene: Scene, footprint: float) -> Surface:
    """The surface at a visible point; `footprint` is the width of a sample there, cm."""
    part = point.part
    if part == PART_SKIN:
        return _head_skin(point, scene, footprint)
    if part == PART_EAR:
        return _ear(point, scene, footprint)
    if part == PART_HAIR:
        return _hair(point, scene.material)
    if part == PART_SHIRT:
        return _shirt(point, scene.material)
    if part == PART_EYE:
        return _eye(point, scene.material)
    if part == PART_TEETH:
        return _teeth(point)
    if part == PART_MOUTH:
        return Surface(
            (0.22, 0.05, 0.05), 0.2, 0.4, LABEL_MOUTH, point.normal, point.occlusion, 0.0
        )
    return Surface((0.03, 0.02, 0.02), 0.1, 0.6, LABEL_LASH, point.normal, point.occlusion, 0.0)
