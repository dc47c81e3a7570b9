"""How eyes, teeth, gums, tongue, lashes, cloth and glasses look before light falls on them."""

from __future__ import annotations

import numpy as np

from mien.head.colours import colour_at
from mien.head.kernels import kernel
from mien.head.layout import (
    LABEL_GLASSES,
    LABEL_IRIS,
    LABEL_LASH,
    LABEL_MOUTH,
    LABEL_SCLERA,
    LABEL_SHIRT,
    LABEL_TEETH,
    Float32,
)
from mien.head.material_index import (
    GLASSES_COLOUR,
    IRIS_COLOUR,
    IRIS_SIZE,
    PUPIL_SIZE,
    SHIRT_COLOUR,
    TEETH_SHADE,
)
from mien.head.maths import Colour, atan2, mix, smoothstep, tint
from mien.head.noise import noise2, noise3
from mien.head.points import Point, Surface

FLESH = (0.46, 0.15, 0.13)
GUM = (0.52, 0.21, 0.19)
THROAT = (0.12, 0.030, 0.026)
RIBS = 5.5
"""Ribs of the collar per cm."""


@kernel
def _iris_colour(point: Point, distance: float, material: Float32) -> Colour:
    """Fibres, dark outer ring, bright inner ring, a crescent of light opposite the window."""
    x, y = point.rest[0], point.rest[1]
    size = np.float64(material[IRIS_SIZE])
    reach = distance / size
    angle = atan2(y, x)
    fibres = 0.62 + 0.46 * noise2(angle * 9.0, distance * 3.0, 1)
    fibres += 0.34 * (noise2(angle * 22.0, distance * 6.0, 2) - 0.5)
    fibres *= 1.0 + 0.45 * smoothstep(0.72, 0.38, reach)
    fibres *= 1.0 - 0.40 * smoothstep(-0.1, 0.9, y / size)
    fibres *= 1.0 + 0.25 * smoothstep(0.1, -0.75, y / size) * smoothstep(0.95, 0.6, reach)
    limbus = 1.0 - 0.80 * smoothstep(0.74, 0.98, reach)
    colour = tint(colour_at(material, IRIS_COLOUR), fibres, fibres, fibres)
    return tint(colour, limbus, limbus, limbus)


@kernel
def eye(point: Point, material: Float32) -> Surface:
    """Eyeball: veined white, iris, pupil, and the pink caruncle in the inner corner.

    Rest positions lie on the unit sphere; `across` is 0..1 towards the caruncle, `along` the gap
    to the upper lid, `occlusion` the light that the corners and the lower lid leave.
    """
    x, y, z = point.rest
    distance = np.sqrt(x * x + y * y)
    vein = noise2(x * 5.0, y * 5.0, 3) * smoothstep(0.45, 1.0, distance)
    rim = 1.0 - 0.30 * smoothstep(0.60, 0.98, distance)
    colour = (
        (0.63 - 0.05 * vein) * rim,
        (0.595 - 0.16 * vein) * rim * 0.98,
        (0.575 - 0.15 * vein) * rim * 0.98,
    )
    size, pupil = material[IRIS_SIZE], material[PUPIL_SIZE]
    soft = smoothstep(size + 0.13, size + 0.02, distance)
    colour = tint(colour, 1.0 - 0.22 * soft, 1.0 - 0.20 * soft, 1.0 - 0.16 * soft)
    iris = smoothstep(size + 0.035, size - 0.035, distance) if z >= 0.0 else 0.0
    if iris > 0.0:
        colour = mix(colour, _iris_colour(point, distance, material), iris)
        dark = 1.0 - 0.97 * smoothstep(pupil + 0.03, pupil - 0.03, distance) * iris
        colour = tint(colour, dark, dark, dark)
    gloss = 0.9
    if point.across > 0.0 and iris < 0.5:
        colour = mix(colour, (0.50, 0.21, 0.18), smoothstep(0.15, 0.75, point.across))
    label = LABEL_SCLERA if iris < 0.5 else LABEL_IRIS
    shade = smoothstep(0.0, 0.52, point.along)
    occlusion = point.occlusion * (0.36 + 0.64 * shade)
    colour = tint(colour, 0.86 + 0.14 * shade, 0.80 + 0.20 * shade, 0.78 + 0.22 * shade)
    return Surface(colour, gloss, 0.08, label, point.normal, occlusion, 0.0)


@kernel
def teeth(point: Point, material: Float32) -> Surface:
    """Teeth and gums: `across` counts teeth, `along` runs from the cutting edge (0) to the gum."""
    if point.along > 1.9:
        edge = smoothstep(2.25, 2.0, point.along)
        colour = mix(GUM, (0.62, 0.33, 0.29), 0.5 * edge)
        return Surface(colour, 0.7, 0.28, LABEL_MOUTH, point.normal, point.occlusion, 0.0)
    side = 2.0 * abs(point.across - np.floor(point.across) - 0.5)
    white = np.float64(material[TEETH_SHADE])
    colour = mix((0.74, 0.61, 0.40), (0.90, 0.89, 0.85), 0.25 + 0.75 * white)
    neck = smoothstep(0.55, 1.1, point.along)
    colour = tint(colour, 1.0 - 0.05 * neck, 1.0 - 0.12 * neck, 1.0 - 0.24 * neck)
    edge = smoothstep(0.16, 0.0, point.along)
    colour = tint(colour, 1.0 - 0.10 * edge, 1.0 - 0.07 * edge, 1.0 - 0.03 * edge)
    gap = smoothstep(0.86, 1.0, side)
    colour = tint(colour, 1.0 - 0.42 * gap, 1.0 - 0.52 * gap, 1.0 - 0.58 * gap)
    return Surface(colour, 0.75, 0.24, LABEL_TEETH, point.normal, point.occlusion, 0.0)


@kernel
def tongue(point: Point) -> Surface:
    """Tongue: pink, rough, with a darker middle groove."""
    groove = smoothstep(0.16, 0.0, abs(point.across))
    rough = noise2(point.rest[0] * 9.0, point.rest[2] * 9.0, 5) - 0.5
    value = 1.0 - 0.22 * groove + 0.14 * rough
    colour = tint(FLESH, value, 0.95 * value, 0.95 * value)
    return Surface(colour, 0.55, 0.34, LABEL_MOUTH, point.normal, point.occlusion, 0.0)


@kernel
def mouth_inside(lips: Colour, ring: float) -> Colour:
    """The mucosa of the mouth bag: lips turn into flesh, flesh into the dark of the throat."""
    flesh = mix(lips, FLESH, smoothstep(0.0, -0.7, ring))
    return mix(flesh, THROAT, smoothstep(-0.7, -2.6, ring))


@kernel
def lash() -> Colour:
    """Lashes and the line they stand on."""
    return 0.022, 0.015, 0.013


@kernel
def lash_surface(point: Point) -> Surface:
    """Lashes: nearly black, without gloss."""
    return Surface(lash(), 0.02, 0.7, LABEL_LASH, point.normal, point.occlusion, 0.0)


@kernel
def shirt(point: Point, material: Float32) -> Surface:
    """Jersey, slightly uneven, with a ribbed collar; `along` is cm below its rim.

    `across` runs once round the collar, in cm.
    """
    x, y, z = point.rest
    value = 0.92 + 0.16 * noise3(x * 6.0, y * 6.0, z * 6.0)
    occlusion = point.occlusion
    if point.along < 1.05:
        rib = abs(point.across * RIBS - np.floor(point.across * RIBS) - 0.5) * 2.0
        value *= 0.86 + 0.16 * smoothstep(0.15, 0.6, rib)
    seam = smoothstep(0.13, 0.03, abs(point.along - 0.98))
    value *= 1.0 - 0.35 * seam
    colour = tint(colour_at(material, SHIRT_COLOUR), value, value, value)
    return Surface(colour, 0.05, 0.8, LABEL_SHIRT, point.normal, occlusion, 0.0)


@kernel
def glasses(point: Point, material: Float32) -> Surface:
    """Frames of spectacles: smooth, glossy."""
    colour = colour_at(material, GLASSES_COLOUR)
    return Surface(colour, 0.8, 0.26, LABEL_GLASSES, point.normal, point.occlusion, 0.0)
