"""Folds of the skin: the lines of age, which stay, and those of an expression, which come and go.

Every fold is a groove along a curve of the resting face. What is returned is the slope of the
skin's height there, so a normal can be tilted by it, and how much the groove is shaded.
`material[WRINKLES]` gives the lines of age; the slots CREASE_* those of the moment.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mien.head.kernels import kernel
from mien.head.layout import Float32
from mien.head.material_index import (
    CREASE_CHEEK,
    CREASE_CHIN,
    CREASE_EYE,
    CREASE_FOREHEAD,
    CREASE_FROWN,
    CREASE_NOSE,
    WRINKLES,
)
from mien.head.maths import PI, atan2, bump, clamp, cos, sin, smoothstep
from mien.head.noise import hash3, noise2, slope3, visible_share
from mien.head.spot import Relief, Spot

FOREHEAD_GAP, FOREHEAD_FIRST, FOREHEAD_LINES = 0.82, 3.05, 4
NOSE_GAP = 0.36
FAN = 0.27
"""Angle between two lines beside the eye, radians."""
FINEST = 3.0
"""Cells per cm of the narrowest folds: coarser samples see them less and less."""
SLIGHT = 0.01


class Fold(NamedTuple):
    """Slope of the height away from the middle of the face and upwards, and shade 0..1."""

    out: float
    up: float
    shade: float


@kernel
def _groove(distance: float, width: float) -> tuple[float, float]:
    """Depth 0..1 of a groove of depth 1 at a distance from its line, and its slope."""
    t = distance / width
    depth = bump(t, 0.0)
    return depth, 2.0 * t / width * depth


@kernel
def _forehead(spot: Spot, age: float, raised: float) -> Fold:
    """Level lines across the forehead, broken here and there, lower at the temples."""
    side, y = abs(spot.x), spot.y
    amount = 0.95 * age + raised
    if amount < SLIGHT or not 2.2 < y < 7.2 or side > 5.4:
        return Fold(0.0, 0.0, 0.0)
    edge = smoothstep(5.3, 3.2, side) * smoothstep(2.2, 2.9, y) * smoothstep(7.2, 5.6, y)
    wave = 0.34 * (noise2(spot.x * 0.6, 3.0, 41) - 0.5) - 0.028 * side * side
    place = (y - FOREHEAD_FIRST - wave) / FOREHEAD_GAP
    line = clamp(np.floor(place + 0.5), 0.0, FOREHEAD_LINES - 1.0)
    gap = noise2(spot.x * 0.42, line * 3.0, 42) + 0.25 * raised
    broken = smoothstep(0.18, 0.55, gap)
    away = (place - line) * FOREHEAD_GAP + 0.06 * (noise2(spot.x * 1.7, line * 5.0, 43) - 0.5)
    depth, slope = _groove(away, 0.115)
    roll = 0.075 * amount * sin(2.0 * PI * place)
    return Fold(
        0.0,
        edge * (0.052 * amount * broken * slope + roll),
        edge * 0.5 * amount * broken * depth,
    )


@kernel
def _frown(spot: Spot, age: float, drawn: float) -> Fold:
    """The upright lines between the brows and the level one at the root of the nose."""
    side, y = abs(spot.x), spot.y
    amount = 0.7 * age + 1.1 * drawn
    if amount < SLIGHT or side > 1.7 or not -0.3 < y < 3.8:
        return Fold(0.0, 0.0, 0.0)
    reach = bump(0.0, (y - 1.75) / 0.95)
    wobble = 0.16 * (noise2(y * 1.3, 7.0 if spot.x > 0.0 else 2.0, 44) - 0.5)
    depth, slope = _groove(side - 0.52 - 0.07 * (y - 1.6) - wobble, 0.13)
    second, second_slope = _groove(side - 1.0 - 0.14 * (y - 1.6) + wobble, 0.11)
    out = reach * amount * (0.05 * slope + 0.02 * second_slope)
    level, level_slope = _groove(y - 0.42 - 0.25 * side * side, 0.13)
    across = smoothstep(0.9, 0.4, side) * (0.3 * age + 0.7 * drawn)
    shade = 0.5 * amount * reach * max(depth, 0.4 * second) + 0.3 * across * level
    return Fold(out, 0.045 * across * level_slope, shade)


@kernel
def _nose(spot: Spot, wrinkled: float) -> Fold:
    """Slanting lines on the sides of the nose's bridge."""
    side, y = abs(spot.x), spot.y
    if wrinkled < SLIGHT or side > 1.8 or not -2.6 < y < 1.0:
        return Fold(0.0, 0.0, 0.0)
    reach = wrinkled * bump((side - 0.62) / 0.55, (y + 0.75) / 0.75)
    slant = 0.55
    place = (y + slant * side + 0.12 * noise2(spot.x * 3.0, y * 3.0, 45)) / NOSE_GAP
    steep = reach * 0.36 * sin(2.0 * PI * place)
    return Fold(slant * steep, steep, 0.22 * reach * (0.5 + 0.5 * cos(2.0 * PI * place)))


@kernel
def _beside_eye(spot: Spot, age: float, squeezed: float) -> Fold:
    """Crow's feet: a fan of lines from the outer corner of the eye."""
    side, y = abs(spot.x), spot.y
    amount = 1.1 * age + squeezed
    if amount < SLIGHT or not 4.6 < side < 7.0 or abs(y) > 2.2:
        return Fold(0.0, 0.0, 0.0)
    x, y = side - 4.0, y + 0.05
    distance = np.sqrt(x * x + y * y)
    angle = atan2(y, x)
    reach = smoothstep(0.7, 1.15, distance) * smoothstep(2.7, 1.5, distance)
    reach *= smoothstep(1.0, 0.62, abs(angle))
    if reach <= 0.0:
        return Fold(0.0, 0.0, 0.0)
    place = angle / FAN + 0.45 * (noise2(distance * 1.1, 0.5, 46) - 0.5) + 0.5
    line = np.floor(place + 0.5)
    strength = 0.55 + 0.45 * hash3(int(line), 1, 47)
    depth, slope = _groove((place - line) * FAN * distance, 0.085)
    steep = 0.036 * amount * reach * strength * slope
    return Fold(
        -y / distance * steep, x / distance * steep, 0.42 * amount * reach * strength * depth
    )


@kernel
def _under_eye(spot: Spot, age: float, squeezed: float) -> Fold:
    """Two bows below the lower lid."""
    side, y = abs(spot.x), spot.y
    amount = 1.05 * age + 0.5 * squeezed
    if amount < SLIGHT or not 1.3 < side < 5.2 or not -2.4 < y < -0.5:
        return Fold(0.0, 0.0, 0.0)
    u = (side - 3.05) / 1.5
    reach = bump(0.85 * u, 0.0) * amount
    wobble = 0.1 * (noise2(spot.x * 1.9, 1.0, 48) - 0.5)
    upper, upper_slope = _groove(y + 0.93 - 0.30 * u * u - wobble, 0.085)
    lower, lower_slope = _groove(y + 1.42 - 0.42 * u * u + wobble, 0.15)
    return Fold(
        0.0,
        reach * (0.028 * upper_slope + 0.07 * lower_slope),
        reach * (0.3 * upper + 0.5 * lower),
    )


@kernel
def _cheek(spot: Spot, age: float, lifted: float) -> Fold:
    """The fold from the wing of the nose past the corner of the mouth, and the cheek above it."""
    side, y = abs(spot.x), spot.y
    amount = 1.05 * age + 1.2 * lifted
    if amount < SLIGHT or not 1.0 < side < 5.2 or not -8.8 < y < -3.0:
        return Fold(0.0, 0.0, 0.0)
    down = -3.85 - y
    curve = 1.60 + 0.76 * down - 0.105 * down * down
    away = 0.9 * (side - curve) + 0.08 * (noise2(y * 1.2, spot.x * 0.5, 49) - 0.5)
    reach = smoothstep(-0.5, 0.5, down) * smoothstep(4.3, 1.9, down)
    depth, slope = _groove(away, 0.21)
    broad, _ = _groove(away + 0.1, 0.5)
    _, swell = _groove(away - 0.75, 0.62)
    steep = amount * reach * (0.085 * slope - 0.13 * swell)
    shade = amount * reach * (0.5 * depth + 0.3 * broad)
    return Fold(0.87 * steep, 0.48 * steep, shade)


@kernel
def _chin_side(spot: Spot, age: float) -> Fold:
    """The line from the corner of the mouth down."""
    side, y = abs(spot.x), spot.y
    amount = 1.2 * (age - 0.15)
    if amount < SLIGHT or not 2.0 < side < 4.2 or not -10.2 < y < -7.0:
        return Fold(0.0, 0.0, 0.0)
    down = -7.25 - y
    reach = smoothstep(-0.1, 0.5, down) * smoothstep(2.7, 1.2, down)
    away = side - 2.72 - 0.16 * down + 0.09 * (noise2(y * 1.5, 3.0, 50) - 0.5)
    depth, slope = _groove(away, 0.22)
    return Fold(0.075 * amount * reach * slope, 0.0, 0.5 * amount * reach * depth)


@kernel
def _neck(spot: Spot, age: float) -> Fold:
    """Rings round the neck."""
    if age < SLIGHT or spot.y > -12.3:
        return Fold(0.0, 0.0, 0.0)
    place = (spot.y + 13.3 + 0.03 * spot.x * spot.x + 0.3 * noise2(spot.x * 0.5, 1.0, 54)) / 1.5
    line = np.floor(place + 0.5)
    broken = smoothstep(0.2, 0.6, noise2(spot.x * 0.35, line * 3.0, 55))
    depth, slope = _groove((place - line) * 1.5, 0.15)
    reach = age * broken * smoothstep(-12.3, -12.9, spot.y)
    return Fold(0.0, 0.05 * reach * slope, 0.45 * reach * depth)


@kernel
def _creped(spot: Spot, age: float, dimpled: float) -> Relief:
    """Skin that has lost its tightness, lines round the mouth, and the dimples of a raised chin."""
    side, y = abs(spot.x), spot.y
    x_slope = y_slope = z_slope = shade = 0.0
    slack = age * visible_share(5.0, spot.footprint)
    if slack > SLIGHT:
        u, v, w = slope3(spot.x * 3.9 + 1.4 * spot.y, spot.y * 5.2 - 1.1 * spot.x, spot.z * 3.1)
        amount = 0.085 * slack * (0.3 + bump((side - 4.3) / 2.2, (y + 3.6) / 4.5))
        x_slope, y_slope, z_slope = amount * u, amount * v, amount * w
        if side < 2.5 and age > 0.3 and spot.ring > 1.0:
            round_mouth = max(bump(0.0, (y + 5.75) / 0.6), 0.8 * bump(0.0, (y + 8.4) / 0.5))
            round_mouth *= smoothstep(2.5, 1.6, side) * smoothstep(0.3, 0.8, age)
            if round_mouth > SLIGHT:
                u, _, _ = slope3(spot.x * 2.6, spot.y * 0.35, 2.5)
                x_slope += 0.22 * round_mouth * u
                shade = 0.12 * round_mouth * max(0.0, u)
    if dimpled > SLIGHT and y < -8.3 and side < 2.4:
        reach = 0.34 * dimpled * bump(spot.x / 1.25, (y + 9.75) / 0.85)
        u, v, w = slope3(spot.x * 2.7, spot.y * 2.7 + 3.0, spot.z * 2.7)
        x_slope, y_slope, z_slope = x_slope + reach * u, y_slope + reach * v, z_slope + reach * w
    return Relief(x_slope, y_slope, z_slope, shade)


@kernel
def _philtrum(spot: Spot) -> Fold:
    """The shallow channel between nose and upper lip: everybody has it."""
    side, y = abs(spot.x), spot.y
    if side > 1.1 or not -6.5 < y < -4.4:
        return Fold(0.0, 0.0, 0.0)
    reach = smoothstep(-4.5, -5.1, y) * smoothstep(-6.45, -6.1, y)
    _, slope = _groove(side - 0.40, 0.20)
    return Fold(-0.020 * reach * slope, 0.0, 0.0)


@kernel
def folds(spot: Spot, material: Float32) -> Relief:
    """All folds at a spot; `material` is (128,). Nothing where samples are far too coarse."""
    share = visible_share(FINEST, spot.footprint)
    if share <= 0.0 or spot.z < -9.0 or spot.ring < 1.0:
        return Relief(0.0, 0.0, 0.0, 0.0)
    age = clamp(np.float64(material[WRINKLES]), 0.0, 1.5)
    right = 0 if spot.x > 0.0 else 1
    eye = clamp(np.float64(material[CREASE_EYE + right]), 0.0, 1.5)
    cheek = clamp(np.float64(material[CREASE_CHEEK + right]), 0.0, 1.5)
    raised = clamp(np.float64(material[CREASE_FOREHEAD]), 0.0, 1.5)
    drawn = clamp(np.float64(material[CREASE_FROWN]), 0.0, 1.5)
    nose = clamp(np.float64(material[CREASE_NOSE]), 0.0, 1.5)
    chin = clamp(np.float64(material[CREASE_CHIN]), 0.0, 1.5)
    out, up, shade = _philtrum(spot)
    if max(age, eye, cheek, raised, drawn, nose, chin) < SLIGHT:
        return Relief(out * share if spot.x > 0.0 else -out * share, 0.0, 0.0, 0.0)
    for fold in (
        _forehead(spot, age, raised),
        _frown(spot, age, drawn),
        _nose(spot, nose + 0.1 * age),
        _beside_eye(spot, age, eye),
        _under_eye(spot, age, eye),
        _cheek(spot, age, cheek),
        _chin_side(spot, age),
        _neck(spot, age),
    ):
        out, up, shade = out + fold.out, up + fold.up, shade + fold.shade
    fine = _creped(spot, age, chin)
    out *= share if spot.x > 0.0 else -share
    return Relief(out + fine.x, up * share + fine.y, fine.z, min(1.0, (shade + fine.shade) * share))
