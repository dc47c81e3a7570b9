"""What hair and beards look like before light falls on them: strands, grey, dyed ends."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from mien.head.colours import colour_at, luminance
from mien.head.kernels import kernel
from mien.head.layout import Float32
from mien.head.material_index import (
    BEARD_COLOUR,
    GREY,
    GREY_TEMPLES,
    HAIR,
    HAIR_TIP_SHARE,
    HAIR_TIPS,
)
from mien.head.maths import Colour, clamp, mix, smoothstep, tint
from mien.head.noise import hash3, noise2, visible_share
from mien.head.roots import WHITE_HAIR

Vector = tuple[float, float, float]
BROAD_PER_CM, FINE_PER_CM = 5.0, 13.0
"""About how often strands of either kind change across hair: they fade where samples are coarse."""


class Strand(NamedTuple):
    """Painted hair: linear colour, gloss, normal, openness, strand noise about 0."""

    colour: Colour
    gloss: float
    normal: Vector
    occlusion: float
    streak: float


class Noise(NamedTuple):
    """Irregularity of strands about 0: whole locks, groups of hairs, single hairs."""

    lock: float
    broad: float
    fine: float


@kernel
def _noise(point: Any, footprint: float) -> Noise:
    across, along, lock = point.across, point.along, 0.0
    if point.hairline >= 0.0:
        number = np.floor(across * 0.125 + 0.5)
        place = across - 8.0 * number
        lock = hash3(int(number), 17, 6) - 0.5
        across = number * 0.73 + place * 0.17
    broad = (noise2(across * 14.0, along * 0.45, 1) - 0.5) * visible_share(BROAD_PER_CM, footprint)
    fine = (noise2(across * 47.0, along * 0.6, 2) - 0.5) * visible_share(FINE_PER_CM, footprint)
    return Noise(lock, broad, fine)


@kernel
def _tilted(point: Any, noise: Noise, amount: float) -> Vector:
    """The normal leaning to the sides of the strands."""
    n, t = point.normal, point.strand
    lean = amount * (0.45 * noise.broad + 0.4 * noise.fine)
    x = n[0] + lean * (t[1] * n[2] - t[2] * n[1])
    y = n[1] + lean * (t[2] * n[0] - t[0] * n[2])
    z = n[2] + lean * (t[0] * n[1] - t[1] * n[0])
    scale = 1.0 / (np.sqrt(x * x + y * y + z * z) + 1e-9)
    return x * scale, y * scale, z * scale


@kernel
def _varied(colour: Colour, noise: Noise) -> Colour:
    """Brightness by lock and hair; lighter ones are also a little warmer."""
    value = 1.0 + 0.42 * noise.lock + 0.50 * noise.broad + 0.45 * noise.fine
    warm = 0.10 * (noise.lock + noise.broad)
    return tint(colour, value * (1.0 + warm), value, value * (1.0 - warm))


@kernel
def _greyed(colour: Colour, noise: Noise, share: float) -> Colour:
    """Colour with a share of the hairs white, hair by hair."""
    if share <= 0.0:
        return colour
    hairs = 0.5 + 0.55 * noise.fine + 0.75 * noise.broad + 0.45 * noise.lock
    cover = clamp(smoothstep(1.0 - share - 0.38, 1.0 - share + 0.38, hairs), 0.0, 1.0)
    return mix(colour, WHITE_HAIR, 0.92 * cover * smoothstep(0.0, 0.12, share))


@kernel
def _temples(rest: Vector) -> float:
    """1 beside the temples and over the ears."""
    side, y, z = abs(rest[0]), rest[1], rest[2]
    return smoothstep(4.6, 6.2, side) * smoothstep(6.0, 2.5, y) * smoothstep(-12.5, -8.5, z)


@kernel
def hair_paint(point: Any, material: Float32, footprint: float) -> Strand:
    """Hair of the head at a point."""
    noise = _noise(point, footprint)
    colour = colour_at(material, HAIR)
    share = np.float64(material[HAIR_TIP_SHARE])
    if share > 0.0 and point.hairline >= 0.0:
        start = 1.0 - share + 0.22 * noise.lock + 0.15 * noise.broad
        dyed = smoothstep(start - 0.16, start + 0.16, point.hairline)
        colour = mix(colour, colour_at(material, HAIR_TIPS), dyed * smoothstep(0.0, 0.1, share))
    grey = np.float64(material[GREY])
    if material[GREY_TEMPLES] > 0.0:
        grey = max(grey, 0.7 * material[GREY_TEMPLES] * _temples(point.rest))
    colour = _greyed(_varied(colour, noise), noise, grey)
    if point.hairline >= 0.0:  # darker where it leaves the head
        root = 0.72 + 0.28 * smoothstep(0.0, 0.22, point.hairline)
        colour = tint(colour, root, root, root)
    occlusion = clamp(point.occlusion * (1.0 + 0.45 * noise.broad), 0.0, 1.0)
    streak = noise.broad + 0.6 * noise.fine + 0.4 * noise.lock
    gloss = 0.34 - 0.08 * smoothstep(0.1, 0.5, luminance(colour))
    return Strand(colour, gloss, _tilted(point, noise, 1.0), occlusion, streak)


@kernel
def beard_paint(point: Any, material: Float32, footprint: float) -> Strand:
    """Moustache or beard at a point."""
    noise = _noise(point, footprint)
    colour = _greyed(
        _varied(colour_at(material, BEARD_COLOUR), noise), noise, np.float64(material[GREY])
    )
    root = 0.6 + 0.4 * smoothstep(0.0, 0.5, point.hairline)
    colour = tint(colour, root, root, root)
    streak = noise.broad + 0.6 * noise.fine
    return Strand(colour, 0.15, _tilted(point, noise, 0.8), point.occlusion, streak)
