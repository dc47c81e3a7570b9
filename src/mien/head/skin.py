"""Painted skin: what colour, gloss and label a point of the resting head has.

Everything is a function of the rest position, so it needs no UV map, follows every expression,
and has no resolution. Lengths are cm of the resting head; eyes are at x = +-3.2, y = 0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mien.head.kernels import kernel
from mien.head.layout import LABEL_BROW, LABEL_LIPS, LABEL_SKIN, Float32
from mien.head.material_index import (
    BEARD,
    BLUSH,
    BROW_ARCH,
    BROW_COLOUR,
    BROW_DENSITY,
    BROW_HEIGHT,
    BROW_INNER,
    BROW_OUTER,
    BROW_STROKES,
    BROW_THICKNESS,
    BROW_TILT,
    DARK_CIRCLES,
    EYE_SHADOW,
    EYE_SHADOW_COLOUR,
    FRECKLES,
    HAIR,
    LIP_AMOUNT,
    LIP_GLOSS,
    LIPS,
    REDNESS,
    ROUGHNESS,
    SCALP,
    SKIN,
)
from mien.head.maths import PI, Colour, bump, clamp, mix, power, sin, smoothstep, tint
from mien.head.noise import noise2, noise3, visible_share

LIP_EDGE = 1.25
"""Lip ring beyond which nothing is tinted."""


PALE, PALE_CUT = 0.45, 0.3
"""Luminance from which a skin is darkened, and the share beyond: no skin is as bright as paper."""


class Spot(NamedTuple):
    """A point of the resting head: position, lip ring, hairline distance, width of a sample."""

    x: float
    y: float
    z: float
    ring: float
    hairline: float
    footprint: float


class Skin(NamedTuple):
    """Painted skin: linear colour, strength and roughness of its gloss, label."""

    colour: Colour
    gloss: float
    roughness: float
    label: int


@kernel
def colour_at(material: Float32, slot: int) -> Colour:
    """The colour that starts at a slot of the material."""
    return (
        np.float64(material[slot]),
        np.float64(material[slot + 1]),
        np.float64(material[slot + 2]),
    )


@kernel
def octave(spot: Spot, frequency: float) -> float:
    """Noise about 0 with one cell per 1 / frequency cm, faded where samples are too coarse."""
    share = visible_share(frequency, spot.footprint)
    if share == 0.0:
        return 0.0
    return (noise3(spot.x * frequency, spot.y * frequency, spot.z * frequency) - 0.5) * share


@kernel
def luminance(colour: Colour) -> float:
    """Brightness of a linear colour, 0..1."""
    return 0.3 * colour[0] + 0.6 * colour[1] + 0.1 * colour[2]


@kernel
def _shine(material: Float32) -> float:
    """Share of the gloss that skin keeps: the same film looks wet on dark skin, so it has less."""
    return 0.35 + 0.65 * smoothstep(0.0, 0.5, luminance(colour_at(material, SKIN)))


@kernel
def _tone(spot: Spot, material: Float32, middle: float) -> Colour:
    """Base colour with three scales of mottling."""
    broad, fine = octave(spot, 0.9), octave(spot, 11.0)
    skin = colour_at(material, SKIN)
    value = 1.0 + 0.07 * broad + 0.05 * middle + 0.045 * fine * (0.4 + material[ROUGHNESS])
    bright = luminance(skin) - PALE
    if bright > 0.0:
        value *= 1.0 - PALE_CUT * bright / (bright + PALE)
    return tint(skin, value, value * (1.0 - 0.03 * broad), value * (1.0 - 0.05 * broad))


@kernel
def _redness(spot: Spot) -> float:
    """Where blood shows: cheeks, nose, chin, lids, ears."""
    side = abs(spot.x)
    red = 0.55 * bump((side - 4.0) / 1.7, (spot.y + 3.3) / 1.4)
    red += 0.60 * bump(spot.x / 1.2, (spot.y + 3.9) / 0.9)
    red += 0.25 * bump(spot.x / 1.8, (spot.y + 10.2) / 1.2)
    red += 0.35 * bump((side - 3.2) / 1.9, spot.y + 0.1)
    if spot.z < -5.5 and side > 6.0:
        red += 0.45
    return red


@kernel
def _make_up(colour: Colour, spot: Spot, material: Float32) -> Colour:
    """Blush, eye shadow and dark circles."""
    side = abs(spot.x)
    if material[BLUSH] > 0.0:
        share = material[BLUSH] * bump((side - 4.3) / 1.5, spot.y + 3.0 - 0.25 * (side - 4.3))
        colour = tint(colour, 1.0 + 0.08 * share, 1.0 - 0.45 * share, 1.0 - 0.38 * share)
    if material[EYE_SHADOW] > 0.0:
        share = material[EYE_SHADOW] * bump((side - 3.3) / 1.7, (spot.y - 1.0) / 0.55)
        colour = mix(colour, colour_at(material, EYE_SHADOW_COLOUR), share)
    dark = 0.22 * material[DARK_CIRCLES] * bump((side - 3.0) / 1.4, (spot.y + 1.1) / 0.4)
    return tint(colour, 1.0 - dark, 1.0 - dark, 1.0 - 0.8 * dark)


@kernel
def _freckles(spot: Spot) -> float:
    """Cover of the freckles, 0..1, on cheeks and nose."""
    reach = bump((abs(spot.x) - 2.6) / 2.6, (spot.y + 2.6) / 1.9)
    if reach == 0.0:
        return 0.0
    dots = noise3(spot.x * 5.1 + 7.0, spot.y * 5.1, spot.z * 2.0)
    dots *= noise2(spot.x * 2.3, spot.y * 2.3 + 9.0, 3)
    return smoothstep(0.36, 0.46, dots) * reach


@kernel
def _stubble(colour: Colour, hair: Colour, cover: float) -> Colour:
    """Skin under short hair: multiplied, as seen between the hairs, and never greenish.

    The hair's colour is washed out first: single hairs on skin look greyer than a head of them,
    and a dark blond would turn the skin green.
    """
    grey = 0.05 + luminance(hair)
    keep = 1.0 - cover
    worn = tint(
        colour,
        keep + cover * min(0.95, grey + 0.5 * hair[0]),
        keep + cover * min(0.95, grey + 0.5 * hair[1]),
        keep + cover * min(0.95, grey + 0.5 * hair[2]),
    )
    plain = luminance(worn)
    return mix(worn, (plain, plain, plain), 0.2 * cover)


@kernel
def _hair_grain(spot: Spot, coarse: float, fine: float) -> float:
    """Dots of single hairs, about 0..1; even grey where samples are too coarse to show them."""
    return 0.55 + 0.75 * octave(spot, coarse) + 0.55 * octave(spot, fine)


@kernel
def _scalp(spot: Spot, amount: float) -> float:
    """Cover of the painted hair roots, 0..0.97: thinning out and ragged towards the hairline."""
    grain = _hair_grain(spot, 11.0, 23.0)
    cover = smoothstep(-0.8, 1.5, spot.hairline + 1.1 * (grain - 0.55))
    return clamp(amount * cover * (0.62 + 0.5 * grain), 0.0, 0.97)


@kernel
def _beard(spot: Spot, amount: float) -> float:
    """Cover of stubble and beard, 0..1: jaw, chin and upper lip, never the lips."""
    side = abs(spot.x)
    if spot.ring <= 1.0 or spot.z <= -8.0 or side > 7.2 or spot.y > -3.9 or spot.y < -12.4:
        return 0.0
    jaw = smoothstep(-4.9, -6.3, spot.y + 0.10 * side) * smoothstep(7.2, 6.2, side)
    jaw *= smoothstep(-12.4, -11.2, spot.y) * (1.0 - smoothstep(1.05, 1.2, 2.2 - spot.ring))
    jaw *= smoothstep(-5.6, -7.4, spot.y - 0.75 * (side - 3.0))
    moustache = bump(0.0, (spot.y + 5.6) / 0.55) * smoothstep(3.0, 2.0, side)
    area = max(0.9 * moustache, jaw)
    if area <= 0.0:
        return 0.0
    grain = _hair_grain(spot, 11.0, 24.0)
    return clamp(area * amount * (0.25 + 0.9 * smoothstep(0.25, 0.85, grain)), 0.0, 1.0)


@kernel
def _short_hair(colour: Colour, spot: Spot, material: Float32) -> tuple[Colour, float]:
    """The colour with scalp roots and beard, and how much of the skin they cover."""
    hair, covered = colour_at(material, HAIR), 0.0
    if material[SCALP] > 0.0 and spot.hairline > -1.3:
        covered = _scalp(spot, material[SCALP])
        colour = _stubble(colour, hair, covered)
        # where hair stands above the roots, nothing of the skin may shine through
        hidden = smoothstep(0.95, 1.2, material[SCALP]) * smoothstep(-0.3, 0.9, spot.hairline)
        colour = mix(colour, tint(hair, 0.6, 0.6, 0.6), covered * hidden)
    if material[BEARD] > 0.0:
        beard = _beard(spot, material[BEARD])
        colour = _stubble(colour, hair, beard)
        covered = max(covered, 0.7 * beard)
    return colour, covered


@kernel
def _nostril(spot: Spot) -> float:
    """Darkness of the nostrils, 0..1, on the underside of the nose."""
    if spot.z < 0.8 or abs(spot.y + 4.38) > 0.6:
        return 0.0
    inside = bump((abs(spot.x) - 0.74) / 0.34, (spot.y + 4.38) / 0.22)
    return smoothstep(0.25, 0.75, inside * bump(0.0, (spot.z - 1.85) / 0.55))


@kernel
def _brow(spot: Spot, material: Float32) -> float:
    """Cover of the brow, 0..1: a curved band of slanted strokes."""
    inner, outer = material[BROW_INNER], material[BROW_OUTER]
    t = (abs(spot.x) - inner) / (outer - inner)
    if not -0.12 < t < 1.12 or spot.z <= -4.0:
        return 0.0
    s = clamp(t, 0.0, 1.0)
    rise = abs(spot.y - material[BROW_HEIGHT])
    if rise > abs(material[BROW_ARCH]) + abs(material[BROW_TILT]) + material[BROW_THICKNESS] + 0.3:
        return 0.0
    curve = material[BROW_HEIGHT] + material[BROW_ARCH] * sin(PI * power(s, 1.25))
    curve += material[BROW_TILT] * (s - 0.35) - 0.25 * s * s
    half = material[BROW_THICKNESS] * (1.0 - 0.72 * power(s, 1.4))
    half *= 0.80 + 0.2 * smoothstep(-0.05, 0.25, t)
    q = (spot.y - curve) / half
    cover = (1.0 - q * q) * smoothstep(-0.10, 0.10, t) * smoothstep(1.08, 0.9, t)
    if not cover > 0.0:
        return 0.0
    strokes = 0.65 * noise2(t * 26.0 - q * 2.0 * (1.0 - s), q * 2.2 + t * 9.0, 5)
    strokes += 0.35 * noise2(t * 55.0 - q * 4.0 * (1.0 - s), q * 3.0 + t * 16.0, 9)
    worn = cover * 1.25 - 0.62 * strokes * material[BROW_STROKES]
    return smoothstep(0.0, 0.55, worn) * material[BROW_DENSITY]


@kernel
def _brow_colour(material: Float32) -> Colour:
    """The brow's colour, turned more than half-way to the hue of the skin below, equally bright."""
    brow, skin = colour_at(material, BROW_COLOUR), colour_at(material, SKIN)
    share = 0.6 * luminance(brow) / (luminance(skin) + 1e-3)
    return (
        0.4 * brow[0] + share * skin[0],
        0.4 * brow[1] + share * skin[1],
        0.4 * brow[2] + share * skin[2],
    )


@kernel
def _lip_colour(spot: Spot, material: Float32) -> Colour:
    """Lip colour: fine vertical wrinkles, darker towards the mouth line."""
    wrinkle = noise3(spot.x * 7.0, spot.y * 1.2, 0.5) - 0.5
    shade = 0.78 + 0.30 * smoothstep(-0.1, 0.6, spot.ring)
    pale = shade * (1.0 + 0.16 * wrinkle)
    return tint(colour_at(material, LIPS), shade * (1.0 + 0.12 * wrinkle), pale, pale)


@kernel
def skin_albedo(spot: Spot, material: Float32) -> Skin:
    """Painted skin of a spot, brows and lips included; `material` is (48,)."""
    middle = octave(spot, 4.0)
    colour = _tone(spot, material, middle)
    red = 0.16 * _redness(spot) * material[REDNESS]
    colour = tint(colour, 1.0 + 0.25 * red, 1.0 - 0.9 * red, 1.0 - 0.7 * red)
    colour = _make_up(colour, spot, material)
    if material[FRECKLES] > 0.0:
        cover = material[FRECKLES] * _freckles(spot)
        colour = tint(colour, 1.0 - 0.35 * cover, 1.0 - 0.5 * cover, 1.0 - 0.6 * cover)
    colour, covered = _short_hair(colour, spot, material)
    nostril = 0.8 * _nostril(spot)
    colour = tint(colour, 1.0 - 0.85 * nostril, 1.0 - nostril, 1.0 - nostril)
    shine = _shine(material) * (1.0 - max(nostril, 0.8 * covered))
    gloss, roughness, label = 0.17 * shine, 0.54 + 0.1 * middle, LABEL_SKIN
    brow = _brow(spot, material)
    if brow > 0.0:
        colour = mix(colour, _brow_colour(material), brow)
        gloss, roughness = gloss * (1.0 - 0.6 * brow), roughness + 0.2 * brow
        if brow > 0.45:
            label = LABEL_BROW
    if spot.ring < LIP_EDGE:
        cover = smoothstep(1.16, 0.96, spot.ring) * material[LIP_AMOUNT]
        colour = mix(colour, _lip_colour(spot, material), cover)
        gloss += cover * (shine * (0.20 + 0.5 * material[LIP_GLOSS]) - gloss)
        roughness += cover * (0.42 - 0.17 * material[LIP_GLOSS] - roughness)
        if spot.ring < 1.05:
            label = LABEL_LIPS
    colour = (max(colour[0], 0.0), max(colour[1], 0.0), max(colour[2], 0.0))
    return Skin(colour, gloss, roughness, label)
