"""Painted hair on skin: roots on the scalp, stubble and beard."""

from __future__ import annotations

from mien.head.colours import colour_at, luminance
from mien.head.kernels import kernel
from mien.head.layout import Float32
from mien.head.material_index import BEARD, BEARD_COLOUR, BEARD_KIND, GREY, HAIR, SCALP
from mien.head.maths import Colour, clamp, mix, smoothstep, tint
from mien.head.spot import Spot, octave

WHITE_HAIR = (0.50, 0.49, 0.47)


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
def _moustache(side: float, y: float) -> float:
    """0..1 between nose and upper lip."""
    low = -6.55 - 0.10 * side - 0.35 * smoothstep(1.6, 3.0, side)
    high = -4.85 - 0.28 * side
    inside = smoothstep(0.0, 0.45, high - y) * smoothstep(-0.45, 0.0, y - low)
    return inside * smoothstep(3.1, 2.3, side) * (0.55 + 0.45 * smoothstep(0.05, 0.3, side))


@kernel
def _cheek_line(side: float) -> float:
    """Height up to which a beard grows on the cheek."""
    if side < 2.9:
        return -8.1 + 0.9 * smoothstep(1.9, 2.9, side)
    if side < 4.6:
        return -7.2 + 1.6 * smoothstep(2.6, 4.4, side)
    return -5.6 + 5.6 * (side - 4.6) * (0.25 + 0.25 * (side - 4.6))


@kernel
def _jaw(side: float, y: float, z: float) -> float:
    """0..1 on chin, jaw and the lower cheeks, up to the sideburns, with soft edges."""
    cheek = smoothstep(0.45, -0.75, y - _cheek_line(side))
    throat = smoothstep(-13.0, -11.4, y + 0.32 * (z + 1.0))
    before = smoothstep(-4.8, -3.6, y) * smoothstep(-6.1, -4.9, z)
    return cheek * throat * smoothstep(-8.6, -7.2, z) * (1.0 - before) * smoothstep(0.4, -0.8, y)


@kernel
def _chin(side: float, y: float, z: float) -> float:
    """0..1 on the chin and around the mouth's corners."""
    chin = smoothstep(2.7, 1.8, side) * smoothstep(-7.9, -8.4, y)
    corners = smoothstep(0.6, 0.25, abs(side - 2.75 - 0.10 * (y + 7.0)))
    corners *= smoothstep(-6.0, -6.5, y)
    return max(chin, corners) * smoothstep(-12.6, -11.4, y) * smoothstep(-2.4, -1.0, z)


@kernel
def _off_lips(ring: float) -> float:
    """0 on the lips, 1 beside them."""
    return smoothstep(1.05, 1.3, ring)


@kernel
def _may_grow(spot: Spot) -> bool:
    return (
        spot.ring > 1.0 and spot.z > -8.7 and -13.5 < spot.y < 0.5 and spot.y < 3.0 * spot.z + 26.0
    )


@kernel
def _beard(spot: Spot, amount: float) -> float:
    """Cover of stubble, 0..1: jaw, chin and upper lip, never the lips."""
    if not _may_grow(spot):
        return 0.0
    side = abs(spot.x)
    area = max(0.85 * _moustache(side, spot.y), _jaw(side, spot.y, spot.z)) * _off_lips(spot.ring)
    if area <= 0.0:
        return 0.0
    grain = _hair_grain(spot, 11.0, 24.0)
    return clamp(area * amount * (0.25 + 0.9 * smoothstep(0.25, 0.85, grain)), 0.0, 1.0)


@kernel
def _under_beard(spot: Spot, kind: float) -> float:
    """Cover of the roots below a beard, 0..1; `kind` counts `FACIAL_HAIR`."""
    if not _may_grow(spot):
        return 0.0
    side = abs(spot.x)
    area = _moustache(side, spot.y)
    if kind > 2.5:
        area = max(area, _jaw(side, spot.y, spot.z))
    elif kind > 1.5:
        area = max(area, _chin(side, spot.y, spot.z))
    area *= _off_lips(spot.ring)
    return clamp(area * (0.55 + 0.55 * _hair_grain(spot, 9.0, 21.0)), 0.0, 0.95)


@kernel
def short_hair(colour: Colour, spot: Spot, material: Float32) -> tuple[Colour, float]:
    """The colour with scalp roots and beard, and how much of the skin they cover."""
    hair, covered = colour_at(material, HAIR), 0.0
    hair = mix(hair, WHITE_HAIR, 0.85 * material[GREY])
    if material[SCALP] > 0.0 and spot.hairline > -1.3:
        covered = _scalp(spot, material[SCALP])
        colour = _stubble(colour, hair, covered)
        # where hair stands above the roots, nothing of the skin may shine through
        hidden = smoothstep(0.95, 1.2, material[SCALP]) * smoothstep(-0.3, 0.9, spot.hairline)
        value = 0.5 + 0.45 * _hair_grain(spot, 3.1, 15.0)
        roots = tint(hair, 0.80 * value, 0.76 * value, 0.72 * value)
        colour = mix(colour, roots, covered * hidden)
    own = mix(colour_at(material, BEARD_COLOUR), WHITE_HAIR, 0.85 * material[GREY])
    if material[BEARD] > 0.0:
        beard = _beard(spot, material[BEARD])
        colour = _stubble(colour, own, beard)
        covered = max(covered, 0.7 * beard)
    if material[BEARD_KIND] > 0.0:
        beard = _under_beard(spot, material[BEARD_KIND])
        colour = mix(_stubble(colour, own, beard), tint(own, 0.62, 0.6, 0.58), 0.75 * beard)
        covered = max(covered, beard)
    return colour, covered
