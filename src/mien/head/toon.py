"""Toon style: flat colours in two or three tones, an angel's ring on the hair, ink outlines."""

from __future__ import annotations

import numpy as np

from mien.head.kernels import kernel
from mien.head.layout import (
    KEY_DIRECTION,
    LABEL_BROW,
    LABEL_HAIR,
    LABEL_LIPS,
    LABEL_MOUTH,
    LABEL_SHIRT,
    LABEL_SKIN,
    PART_EYE,
    PART_HAIR,
    PART_MOUTH,
    PART_SKIN,
    Float32,
    Scene,
    UInt8,
)
from mien.head.lighting import dot3
from mien.head.material_index import BROW_COLOUR, HAIR, HEAD_CENTRE, SCALP, SKIN
from mien.head.maths import Colour, bump, power, smoothstep, tint
from mien.head.noise import noise2
from mien.head.shadow import light_reaching
from mien.head.skin import colour_at
from mien.head.surfaces import Point, Surface, Vector, unit

SKIN_ROUNDING, HAIR_ROUNDING = 0.62, 0.75
"""How much of the normal comes from a sphere around the head: it hides small forms."""


@kernel
def _rounded_normal(point: Point, surface: Surface, material: Float32) -> Vector:
    share = 0.0
    if point.part == PART_SKIN:
        share = SKIN_ROUNDING
    elif point.part == PART_HAIR:
        share = HAIR_ROUNDING
    x = point.position[0] - material[HEAD_CENTRE]
    y = point.position[1] - material[HEAD_CENTRE + 1]
    z = point.position[2] - material[HEAD_CENTRE + 2]
    scale = share / np.sqrt(x * x + y * y + z * z + 1e-6)
    keep = 1.0 - share
    return unit(
        surface.normal[0] * keep + x * scale,
        surface.normal[1] * keep + y * scale,
        surface.normal[2] * keep + z * scale,
    )


@kernel
def _skin_colour(point: Point, material: Float32) -> Colour:
    """Flat skin with a blush and two dots for nostrils; flat hair colour on the scalp."""
    colour = colour_at(material, SKIN)
    if point.part != PART_SKIN:
        return colour
    side, y = abs(point.rest[0]), point.rest[1]
    blush = 0.6 * bump((side - 3.9) / 1.1, (y + 2.9) / 0.55)
    colour = tint(colour, 1.0, 1.0 - 0.30 * blush, 1.0 - 0.24 * blush)
    if material[SCALP] > 0.0 and point.hairline > 0.1:
        colour = tint(colour_at(material, HAIR), 0.8, 0.8, 0.8)
    nostril = bump((side - 0.45) / 0.22, (y + 4.45) / 0.10)
    return tint(colour, 1.0 - 0.5 * nostril, 1.0 - 0.6 * nostril, 1.0 - 0.6 * nostril)


@kernel
def _flat_colour(point: Point, surface: Surface, material: Float32) -> Colour:
    """Albedo of the style: plain skin and brows, pale lips with a dark mouth line, plain hair."""
    colour = surface.colour
    if point.part == PART_HAIR:
        value = 1.0 + 0.30 * (noise2(point.across * 5.0, point.along * 0.15, 1) - 0.5)
        return tint(colour_at(material, HAIR), value, value, value)
    if surface.label == LABEL_SKIN:
        colour = _skin_colour(point, material)
    elif surface.label == LABEL_BROW:
        colour = colour_at(material, BROW_COLOUR)
    elif surface.label == LABEL_LIPS:
        skin = colour_at(material, SKIN)
        colour = (
            colour[0] * 0.5 + skin[0] * 0.5,
            colour[1] * 0.55 + skin[1] * 0.45,
            colour[2] * 0.55 + skin[2] * 0.45,
        )
        if point.across < 0.14:
            colour = tint(colour, 0.35, 0.25, 0.25)
    if point.part == PART_SKIN and point.along > 0.0:
        line = smoothstep(0.30, 0.42, point.along)
        colour = tint(colour, 1.0 - 0.93 * line, 1.0 - 0.94 * line, 1.0 - 0.94 * line)
    return colour


@kernel
def _tone(point: Point, brightness: float) -> float:
    """Light in two tones with a hard edge; three on the hair; the lid's shadow on the eye."""
    if point.part == PART_HAIR:
        return (
            0.50
            + 0.25 * smoothstep(0.36, 0.39, brightness)
            + 0.30 * smoothstep(0.60, 0.62, brightness)
        )
    if point.part == PART_EYE:
        return 0.66 + 0.34 * smoothstep(0.30, 0.40, point.along)
    if point.part == PART_MOUTH:
        return 1.0
    return 0.62 + 0.38 * smoothstep(0.40, 0.43, brightness)


@kernel
def _in_eye_highlight(rest: Vector) -> bool:
    """The two painted highlights of an eye: a large one above, a small one opposite."""
    x, y, z = rest
    large = (x + 0.18) * (x + 0.18) + (y - 0.22) * (y - 0.22) < 0.15 * 0.15
    small = (x - 0.2) * (x - 0.2) + (y + 0.24) * (y + 0.24) < 0.07 * 0.07
    return z > 0.0 and (large or small)


@kernel
def toon_colour(point: Point, surface: Surface, scene: Scene) -> Colour:
    """Linear colour of a surface in the toon style; outlines are drawn by `outline`."""
    material = scene.material
    if point.part == PART_EYE and _in_eye_highlight(point.rest):
        return 1.0, 1.0, 1.0
    facing = dot3(surface.normal, scene.light, KEY_DIRECTION)
    reaching = light_reaching(scene.shadow, point.position, surface.normal, facing)
    normal = _rounded_normal(point, surface, material)
    lit = dot3(normal, scene.light, KEY_DIRECTION)
    tone = _tone(point, (0.5 + 0.5 * lit) * (0.45 + 0.55 * reaching))
    colour = _flat_colour(point, surface, material)
    colour = tint(colour, 1.08 * power(tone, 0.65), 1.08 * tone, 1.08 * power(tone, 0.85))
    if point.part == PART_HAIR:
        height = normal[1] - 0.72 + 0.05 * noise2(point.across * 9.0, 0.0, 0)
        if abs(height) < 0.030 * smoothstep(-0.2, 0.4, lit):
            colour = (colour[0] * 1.25 + 0.16, colour[1] * 1.25 + 0.16, colour[2] * 1.25 + 0.17)
    return colour


@kernel
def _edge(label: int, depth: float, other_label: int, other_depth: float) -> float:
    """Ink between two samples, 0..1, drawn on the farther one: silhouettes, hair, mouth."""
    if (depth > 0.0) != (other_depth > 0.0):
        return 1.0
    ink = 0.0
    if depth > 0.0 and depth <= other_depth:
        hair = label == LABEL_HAIR
        if abs(1.0 / depth - 1.0 / other_depth) > (1.6 if hair else 0.9):
            ink = 0.6 if hair else 1.0
    if label != other_label:
        outer = (LABEL_HAIR, LABEL_SHIRT)
        if label in outer or other_label in outer:
            ink = max(ink, 0.8)
        if label == LABEL_MOUTH or other_label == LABEL_MOUTH:
            ink = max(ink, 0.7)
    return ink


@kernel
def outline(labels: UInt8, depth: Float32, row: int, column: int, reach: int) -> float:
    """Ink on a sample, 0..1, from its neighbours `reach` samples away in the four directions."""
    rows, columns = labels.shape
    if not (reach <= row < rows - reach and reach <= column < columns - reach):
        return 0.0
    label, here = int(labels[row, column]), np.float64(depth[row, column])
    ink = 0.0
    for k in range(4):
        y = row + (reach if k == 0 else (-reach if k == 1 else 0))
        x = column + (reach if k == 2 else (-reach if k == 3 else 0))
        ink = max(ink, _edge(label, here, int(labels[y, x]), np.float64(depth[y, x])))
    return ink
