"""Painted skin: what colour, gloss and label a point of the resting head has.

Everything is a function of the rest position, so it needs no UV map, follows every expression,
and has no resolution. Lengths are cm of the resting head; eyes are at x = +-3.2, y = 0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mien.head.brows import brow_at, brow_colour
from mien.head.colours import colour_at, luminance
from mien.head.folds import folds
from mien.head.kernels import kernel
from mien.head.layout import LABEL_BROW, LABEL_LIPS, LABEL_SKIN, Float32
from mien.head.marks import marked, mole_relief
from mien.head.material_index import (
    BEARD,
    BLUSH,
    DARK_CIRCLES,
    EYE_SHADOW,
    EYE_SHADOW_COLOUR,
    LIP_AMOUNT,
    LIP_GLOSS,
    LIPS,
    REDNESS,
    ROUGHNESS,
    SKIN,
    SKIN_GLOSS,
)
from mien.head.maths import Colour, bump, clamp, mix, smoothstep, tint
from mien.head.noise import noise2, noise3, slope3, visible_share
from mien.head.roots import short_hair
from mien.head.spot import Relief, Spot, cell_at, octave

LIP_EDGE = 1.25
"""Lip ring beyond which nothing is tinted."""


PALE, PALE_CUT = 0.45, 0.45
"""Luminance from which a skin is darkened, and the share beyond: no skin is as bright as paper."""


class Skin(NamedTuple):
    """Painted skin: linear colour, strength and roughness of its gloss, label."""

    colour: Colour
    gloss: float
    roughness: float
    label: int


@kernel
def _shine(material: Float32) -> float:
    """Share of the gloss that skin keeps: the same film looks wet on dark skin, so it has less."""
    melanin = 0.42 + 0.58 * smoothstep(0.0, 0.5, luminance(colour_at(material, SKIN)))
    return melanin * max(0.0, np.float64(material[SKIN_GLOSS]))


@kernel
def _oil(spot: Spot) -> float:
    """Where skin has most sheen, 0..1: forehead, bridge and tip of the nose, cheekbones, chin."""
    side, y = abs(spot.x), spot.y
    oil = 0.8 * bump(spot.x / 2.7, (y - 4.1) / 1.7)
    oil += bump(spot.x / 0.85, (y + 2.6) / 2.0)
    oil += 0.3 * bump((side - 4.1) / 1.4, (y + 2.0) / 0.9)
    oil += 0.6 * bump(spot.x / 1.1, (y + 9.9) / 0.8)
    return min(1.0, oil)


@kernel
def _tone(spot: Spot, material: Float32, middle: float) -> Colour:
    """Base colour with three scales of mottling; foreheads are yellower than the rest."""
    broad, fine = octave(spot, 0.9), octave(spot, 11.0)
    skin = colour_at(material, SKIN)
    value = 1.0 + 0.07 * broad + 0.06 * middle + 0.05 * fine * (0.4 + material[ROUGHNESS])
    bright = luminance(skin) - PALE
    if bright > 0.0:
        value *= 1.0 - PALE_CUT * bright / (bright + PALE)
    yellow = bump(spot.x / 4.6, (spot.y - 4.8) / 2.5)
    red = 0.03 * broad + 0.06 * middle
    green = 1.005 - red + 0.012 * yellow
    return tint(skin, value, value * green, value * (1.01 - 1.4 * red - 0.05 * yellow))


@kernel
def _redness(spot: Spot) -> float:
    """Where blood shows: cheeks, nose, chin, lids, ears."""
    side = abs(spot.x)
    red = 0.60 * bump((side - 3.9) / 1.8, (spot.y + 3.3) / 1.4)
    red += 0.75 * bump(spot.x / 1.3, (spot.y + 3.9) / 0.9)
    red += 0.30 * bump(spot.x / 1.6, (spot.y + 10.2) / 1.1)
    red += 0.45 * bump((side - 3.2) / 1.9, (spot.y - 0.15) / 0.9)
    if spot.z < -6.0 and side > 6.6:
        red += 0.9 * smoothstep(-6.0, -7.5, spot.z) * smoothstep(6.6, 7.5, side)
    return red


@kernel
def _pores(spot: Spot) -> float:
    """Shade of the pores, 0..1: on the nose and the cheeks beside it, seen from close by only."""
    share = visible_share(9.0, spot.footprint) - 0.4
    side = abs(spot.x)
    if share <= 0.0 or spot.z < -3.0:
        return 0.0
    reach = bump(spot.x / 1.4, (spot.y + 3.3) / 1.5) + bump(
        (side - 2.7) / 1.2, (spot.y + 3.0) / 1.3
    )
    if reach < 0.05:
        return 0.0
    # turned and bent, or one would see the grid's rows
    bent = 0.22 * noise2(spot.x * 2.6, spot.y * 2.6, 201)
    u = 0.8 * spot.x + 0.6 * spot.y + 0.3 * spot.z + bent
    dot = cell_at(u, 0.8 * spot.y - 0.6 * spot.x - bent, 0.13, 202)
    distance = np.sqrt(dot.across * dot.across + dot.up * dot.up)
    return reach * share * dot.first * smoothstep(0.05, 0.015, distance)


@kernel
def _eye_shadow(colour: Colour, spot: Spot, material: Float32) -> Colour:
    """Powder on the upper lid: dense at the lashes and the outer corner, fading to the brow."""
    side = abs(spot.x)
    above = spot.y - 0.45 - 0.12 * (side - 3.2)
    share = smoothstep(-0.3, 0.1, above) * smoothstep(1.25, 0.15, above)
    share *= smoothstep(1.5, 2.3, side) * smoothstep(5.5, 4.5, side)
    share *= 0.7 + 0.3 * smoothstep(3.0, 4.6, side) + 0.25 * octave(spot, 13.0)
    worn = clamp(0.9 * np.float64(material[EYE_SHADOW]) * share, 0.0, 0.9)
    return mix(colour, colour_at(material, EYE_SHADOW_COLOUR), worn)


@kernel
def _make_up(colour: Colour, spot: Spot, material: Float32) -> Colour:
    """Blush, eye shadow, darker lids and the circles under the eyes."""
    side = abs(spot.x)
    if material[BLUSH] > 0.0:
        share = material[BLUSH] * bump((side - 4.4) / 1.5, spot.y + 2.8 - 0.35 * (side - 4.4))
        colour = tint(colour, 1.0 + 0.06 * share, 1.0 - 0.40 * share, 1.0 - 0.33 * share)
    lid = bump((side - 3.2) / 1.6, (spot.y - 0.75) / 0.5)
    colour = tint(colour, 1.0 - 0.06 * lid, 1.0 - 0.11 * lid, 1.0 - 0.09 * lid)
    if material[EYE_SHADOW] > 0.0:
        colour = _eye_shadow(colour, spot, material)
    dark = 0.22 * material[DARK_CIRCLES] * bump((side - 3.0) / 1.4, (spot.y + 1.1) / 0.4)
    return tint(colour, 1.0 - dark, 1.0 - dark, 1.0 - 0.8 * dark)


@kernel
def _nostril(spot: Spot) -> float:
    """Darkness of the nostrils, 0..1, on the underside of the nose."""
    if spot.z < 0.8 or abs(spot.y + 4.38) > 0.6:
        return 0.0
    inside = bump((abs(spot.x) - 0.74) / 0.34, (spot.y + 4.38) / 0.22)
    return smoothstep(0.25, 0.75, inside * bump(0.0, (spot.z - 1.85) / 0.55))


@kernel
def _lip_colour(spot: Spot, material: Float32) -> Colour:
    """Lip colour: fine upright wrinkles, darker towards the mouth line, lighter in the middle."""
    wrinkle = 0.6 * (noise3(spot.x * 6.0, spot.y * 0.9, 0.5) - 0.5)
    wrinkle += (
        0.6 * (noise2(spot.x * 13.0, spot.y * 1.4, 22) - 0.5) * visible_share(13.0, spot.footprint)
    )
    shade = 0.74 + 0.30 * smoothstep(-0.1, 0.5, spot.ring) + 0.05 * bump(spot.x / 1.2, 0.0)
    pale = shade * (1.0 + 0.20 * wrinkle)
    return tint(colour_at(material, LIPS), shade * (1.0 + 0.13 * wrinkle), pale, pale)


@kernel
def _lips(skin: Skin, spot: Spot, material: Float32) -> Skin:
    """Skin with the lips on it: their edge is soft and a little uneven."""
    edge = spot.ring + 0.22 * octave(spot, 3.0)
    cover = smoothstep(1.2, 0.92, edge) * material[LIP_AMOUNT]
    shine = _shine(material) / (0.3 + 0.7 * max(0.0, np.float64(material[SKIN_GLOSS])) + 1e-6)
    gloss = shine * (0.20 + 0.5 * material[LIP_GLOSS])
    roughness = 0.42 - 0.17 * material[LIP_GLOSS]
    return Skin(
        mix(skin.colour, _lip_colour(spot, material), cover),
        skin.gloss + cover * (gloss - skin.gloss),
        skin.roughness + cover * (roughness - skin.roughness),
        LABEL_LIPS if spot.ring < 1.05 else skin.label,
    )


@kernel
def _shaven(colour: Colour, spot: Spot, amount: float) -> Colour:
    """Where a beard grows, skin is cooler even between the hairs."""
    if amount <= 0.0 or spot.y > -4.6 or spot.y < -12.5:
        return colour
    jaw = smoothstep(-4.8, -6.8, spot.y) * smoothstep(-12.4, -11.0, spot.y)
    jaw *= smoothstep(-8.0, -6.0, spot.z) * min(1.0, 2.5 * amount)
    return tint(colour, 1.0 - 0.09 * jaw, 1.0 - 0.04 * jaw, 1.0 - 0.02 * jaw)


@kernel
def skin_albedo(spot: Spot, material: Float32) -> Skin:
    """Painted skin of a spot, brows and lips included; `material` is (128,)."""
    middle = octave(spot, 4.0)
    colour = _tone(spot, material, middle)
    red = 0.16 * _redness(spot) * material[REDNESS]
    colour = tint(colour, 1.0 + 0.25 * red, 1.0 - 0.9 * red, 1.0 - 0.7 * red)
    colour = _make_up(colour, spot, material)
    colour = _shaven(colour, spot, np.float64(material[BEARD]))
    pore = 1.0 - 0.25 * _pores(spot)
    colour = tint(marked(colour, spot, material), pore, pore, pore)
    colour, covered = short_hair(colour, spot, material)
    nostril = 0.8 * _nostril(spot)
    colour = tint(colour, 1.0 - 0.85 * nostril, 1.0 - nostril, 1.0 - nostril)
    shine = _shine(material) * (1.0 - max(nostril, 0.8 * covered))
    oil = _oil(spot)
    gloss, roughness = shine * (0.12 + 0.09 * oil), 0.59 - 0.06 * oil + 0.1 * middle
    label = LABEL_SKIN
    brow = brow_at(spot, material)
    if brow.cover > 0.0:
        colour = mix(colour, brow_colour(material), brow.cover)
        gloss, roughness = gloss * (1.0 - 0.6 * brow.cover), roughness + 0.2 * brow.cover
    if brow.labelled:
        label = LABEL_BROW
    skin = Skin(colour, gloss, roughness, label)
    if spot.ring < LIP_EDGE:
        skin = _lips(skin, spot, material)
    red, green, blue = skin.colour
    whole = (max(red, 0.0), max(green, 0.0), max(blue, 0.0))
    return Skin(whole, skin.gloss, skin.roughness, skin.label)


@kernel
def skin_relief(spot: Spot, material: Float32) -> Relief:
    """Slope of the skin's height in rest space: folds, moles, lips, and at two scales its grain."""
    x, y, z, shade = folds(spot, material)
    mole = mole_relief(spot, material)
    x, y, z = x + mole.x, y + mole.y, z + mole.z
    side = abs(spot.x)
    coarse = 0.55 + bump((side - 2.2) / 2.4, (spot.y + 3.4) / 1.9)
    coarse *= (0.45 + material[ROUGHNESS]) * (1.0 - 0.6 * bump((side - 3.2) / 1.8, spot.y / 0.9))
    if 0.0 < spot.ring < 1.05:  # lips are not grainy but pleated
        coarse = 0.0
        pleat = visible_share(6.0, spot.footprint) * smoothstep(1.05, 0.8, spot.ring)
        wave = noise2(spot.x * 6.0 + 0.8 * spot.y, spot.y * 0.8, 23) - 0.5
        x += 0.22 * pleat * wave
    for frequency, height in ((5.5, 0.065), (13.0, 0.14)):
        share = coarse * height * visible_share(frequency, spot.footprint)
        if share > 0.0:
            u, v, w = slope3(spot.x * frequency, spot.y * frequency, spot.z * frequency)
            x, y, z = x + share * u, y + share * v, z + share * w
    return Relief(x, y, z, shade)
