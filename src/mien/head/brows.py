"""Eyebrows: single hairs over a soft shade, along a curve that the material gives.

Hairs stand up at the inner end, lean outwards further on, and at the outer half those from above
come down to meet those from below.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mien.head.colours import colour_at, luminance
from mien.head.kernels import kernel
from mien.head.layout import Float32
from mien.head.material_index import (
    BROW_ARCH,
    BROW_COLOUR,
    BROW_DENSITY,
    BROW_HEIGHT,
    BROW_INNER,
    BROW_OUTER,
    BROW_STROKES,
    BROW_THICKNESS,
    BROW_TILT,
    GREY,
    SKIN,
)
from mien.head.maths import PI, Colour, clamp, mix, power, sin, smoothstep
from mien.head.noise import hash3, noise2, visible_share
from mien.head.spot import TOO_COARSE, Spot

SPACING = 0.105
"""Between the hairs of a layer, cm."""
HAIR_WIDTH = 0.017
"""Half the width of a brow hair at its root, cm: thicker than life, as drawn ones are."""
FINEST = 10.0
"""Hairs per cm, seen as single ones by samples that are fine enough."""
LAYERS = ((-1.05, 0.35), (-0.75, 0.75), (-0.35, 0.95), (0.15, 1.1))
"""Where the hairs of each layer begin and end, from -1 at the brow's lower edge to 1."""
LIMIT, BESIDE = 1.45, 0.03
"""Half thicknesses from the curve at which the last hair ends, and a margin beyond it, cm."""
LABELLED = 0.45
"""Cover from which a spot counts as brow."""


class Band(NamedTuple):
    """Where a spot lies in its brow.

    along   0 at the inner end, 1 at the outer
    up      cm above the curve
    half    half the brow's thickness there, cm; 0 off the brow
    length  of the whole brow, cm
    """

    along: float
    up: float
    half: float
    length: float


class Brow(NamedTuple):
    """Cover of the brow with its hairs, 0..1, and whether a spot belongs to it."""

    cover: float
    labelled: bool


@kernel
def _band(spot: Spot, material: Float32) -> Band:
    """The place in the brow; half = 0 for every spot that is clear of it."""
    inner, outer = material[BROW_INNER], material[BROW_OUTER]
    t = (abs(spot.x) - inner) / (outer - inner)
    nowhere = Band(0.0, 0.0, 0.0, 0.0)
    if not -0.16 < t < 1.12 or spot.z <= -4.0:
        return nowhere
    s = clamp(t, 0.0, 1.0)
    rise = abs(spot.y - material[BROW_HEIGHT])
    if rise > abs(material[BROW_ARCH]) + abs(material[BROW_TILT]) + material[BROW_THICKNESS] + 0.3:
        return nowhere
    curve = material[BROW_HEIGHT] + material[BROW_ARCH] * sin(PI * power(s, 1.25))
    curve += material[BROW_TILT] * (s - 0.35) - 0.25 * s * s
    half = material[BROW_THICKNESS] * (1.0 - 0.72 * power(s, 1.4))
    half *= 0.80 + 0.2 * smoothstep(-0.05, 0.25, t)
    return Band(t, spot.y - curve, half, np.float64(outer - inner))


@kernel
def beside_brow(spot: Spot, material: Float32) -> bool:
    """True where nothing of a brow can be seen in a pixel (`spot.footprint`, cm) beside a spot."""
    band, margin = _band(spot, material), BESIDE + 0.4 * spot.footprint
    return not band.half > 0.0 or abs(band.up) > LIMIT * band.half + margin


@kernel
def _lean(layer: int, t: float) -> float:
    """How far the hairs of a layer lean outwards, cm per cm of height."""
    s = clamp(t, 0.0, 1.0)
    if layer < 2:
        return 0.15 + 2.3 * s
    return 0.25 + 2.0 * s - 5.0 * smoothstep(0.35, 0.75, s)


@kernel
def _reach(layer: int, q: float, shift: float, other: float) -> float:
    """How much of a layer's hairs is at height q (-1 to 1): they taper towards their tips."""
    low, high = LAYERS[layer][0] + shift, LAYERS[layer][1] + other
    return smoothstep(low, low + 0.3, q) * smoothstep(high, high - 0.7, q)


@kernel
def _hair(band: Band, layer: int, side: int, footprint: float) -> float:
    """Cover of the one hair of a layer that passes nearest to a spot.

    Where samples are too coarse for single hairs it turns into the mean of them all.
    """
    lean = _lean(layer, band.along)
    slant = np.sqrt(1.0 + lean * lean)
    u = (band.along * band.length - lean * band.up) / SPACING + 0.37 * layer
    column, q = np.floor(u), band.up / band.half
    i, key = int(column), 3 * layer + 31 * side
    middle = 0.32 + 0.36 * hash3(i, key, 51)
    distance = abs(u - column - middle) * SPACING / slant
    reach = _reach(layer, q, 0.7 * (hash3(i, key, 52) - 0.5), 0.7 * (hash3(i, key, 53) - 0.5))
    width = HAIR_WIDTH * (0.6 + 0.9 * hash3(i, key, 54)) * (0.35 + 0.65 * reach)
    blur = clamp(footprint, 0.012, 0.04)
    hair = 0.0
    if reach > 0.0:
        edge = width + 0.5 * blur
        seen = min(1.0, 2.0 * width * blur / (edge * edge))
        hair = clamp((edge - distance) / blur, 0.0, 1.0) * seen
    sharp = visible_share(FINEST, footprint)
    if sharp > 0.97:
        return hair
    usual = _reach(layer, q, 0.0, 0.0)
    mean = min(1.0, 2.1 * HAIR_WIDTH * (0.35 + 0.65 * usual) * slant / SPACING)
    mean *= smoothstep(0.0, 0.3, usual)
    return mean + sharp * (hair - mean)


@kernel
def brow_at(spot: Spot, material: Float32) -> Brow:
    """The brow at a spot."""
    band = _band(spot, material)
    if not band.half > 0.0:
        return Brow(0.0, False)
    density = np.float64(material[BROW_DENSITY])
    t, q = band.along, band.up / band.half
    ends = smoothstep(-0.10, 0.10, t) * smoothstep(1.08, 0.9, t)
    envelope = (1.0 - q * q) * ends
    labelled = smoothstep(0.0, 0.55, 1.25 * envelope - 0.28) * density > LABELLED
    if spot.footprint > TOO_COARSE:  # a drawing has one clean shape
        return Brow(smoothstep(0.0, 0.3, envelope) * density, labelled)
    if abs(q) > LIMIT:
        return Brow(0.0, False)
    strokes = clamp(np.float64(material[BROW_STROKES]), 0.0, 1.0)
    ragged = noise2(t * 9.0, q * 1.3, 5) - 0.5
    soft = 1.0 - q * q * (1.0 + 0.5 * strokes * ragged)
    soft = smoothstep(-0.05, 0.95, soft) * smoothstep(-0.10, 0.28, t) * smoothstep(1.10, 0.7, t)
    side, clear = 1 if spot.x > 0.0 else 0, 1.0
    for layer in range(4):
        clear *= 1.0 - 0.92 * _hair(band, layer, side, spot.footprint)
    hairs = (1.0 - clear) * smoothstep(-0.15, 0.06, t + 0.1 * ragged) * smoothstep(1.12, 0.92, t)
    shade = soft * (0.95 - 0.42 * strokes)
    return Brow((1.0 - (1.0 - shade) * (1.0 - strokes * hairs)) * density, labelled)


@kernel
def brow_colour(material: Float32) -> Colour:
    """The brow's colour, turned half-way to the hue of the skin below, equally bright; greying."""
    brow, skin = colour_at(material, BROW_COLOUR), colour_at(material, SKIN)
    if brow[2] < 0.7 * brow[1]:  # blond hair, dimmed, would look green on skin
        brow = (max(brow[0], 1.45 * brow[1]), brow[1], brow[2])
    share = 0.5 * luminance(brow) / (luminance(skin) + 1e-3)
    colour = (
        0.5 * brow[0] + share * skin[0],
        0.5 * brow[1] + share * skin[1],
        0.5 * brow[2] + share * skin[2],
    )
    return mix(colour, (0.26, 0.25, 0.24), 0.7 * clamp(np.float64(material[GREY]), 0.0, 1.0))
