"""Structured rings around the eyes and the mouth, where a hull would be too coarse to animate."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mien.head.build.sdf import EYE, EYE_RADIUS, LID_THICKNESS, MIRROR, Points, surface_in_front

EYE_POINTS = 44
EYE_OFFSETS = (0.0, 0.0, 0.08, 0.17, 0.27, 0.37, 0.48, 0.62, 0.80)
"""Distance of each ring from the lid edge; ring 0 is the inner rim, ring 1 the outer."""
MOUTH_POINTS = 56
MOUTH_LEVELS = (-3.0, -2.0, -1.0, 0.0, 0.18, 0.38, 0.6, 0.82, 1.0, 1.25, 1.6, 2.1)
"""-3..-1 inside the mouth, 0 the line where lips meet, 1 the vermilion border, above it skin."""
MOUTH_WIDTH = 2.45
MOUTH_Y = -6.95

EYE_ANGLES = np.arange(EYE_POINTS) / EYE_POINTS * 2 * np.pi
MOUTH_ANGLES = np.arange(MOUTH_POINTS) / MOUTH_POINTS * 2 * np.pi


@dataclasses.dataclass(frozen=True)
class Rings:
    """Points of the rings; eyes are for x > 0 (the other eye is the mirror image)."""

    eye: list[Points]
    mouth: list[Points]
    mouth_cap: Points


def eye_curve(
    angles: NDArray[np.float64], offset: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(x, y) of an almond around the eye centre; angle 0 is the outer corner."""
    c, s = np.cos(angles), np.sin(angles)
    upper = 0.575 * np.abs(s) ** 1.15 * (1 - 0.10 * c)
    lower = 0.45 * np.abs(s) ** 1.25 * (1 + 0.18 * c)
    y = np.where(
        s > 0, upper + offset * np.abs(s) ** 0.6 * 1.08, -(lower + offset * np.abs(s) ** 0.6)
    )
    return (1.50 + offset * 0.95) * c - 0.04, y + 0.10 * c


def eye_rings() -> list[Points]:
    """Nine rings of (44, 3) from the inner lid rim out to the socket."""
    rings = []
    for k, offset in enumerate(EYE_OFFSETS):
        x, y = eye_curve(EYE_ANGLES, offset)
        if k > 5:
            rings.append(surface_in_front(np.c_[EYE[0] + x, EYE[1] + y]))
            continue
        radius = EYE_RADIUS + (0.0 if k == 0 else LID_THICKNESS)
        z = EYE[2] + np.sqrt(np.maximum(radius * radius - (x * x + y * y), 0.16))
        ring = np.c_[EYE[0] + x, EYE[1] + y, z]
        if k == 0:
            ring[:, 2] -= 0.05
        if k >= 2:
            skin = surface_in_front(ring[:, :2])
            weight = (0.0, 0.0, 0.35, 0.7, 1.0, 1.0)[k]
            ring[:, 2] = np.maximum(ring[:, 2], skin[:, 2]) * weight + ring[:, 2] * (1 - weight)
        rings.append(ring)
    return rings


def _lip_profile(
    angles: NDArray[np.float64], level: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    c, s = np.cos(angles), np.sin(angles)
    upper = s > 0
    x = MOUTH_WIDTH * np.sign(c) * np.abs(c) ** 0.95
    taper_base = np.clip(1 - c * c, 0, 1)
    contact = 0.05 * np.cos(2.4 * x) * taper_base + 0.03 * np.abs(c) ** 2
    upper_border = 0.66 * taper_base**0.78 * (1 - 0.17 * np.exp(-((x / 0.28) ** 2)))
    border = np.where(upper, upper_border, -0.86 * taper_base**0.72)
    beyond = np.maximum(level - 1, 0)
    side = np.sign(np.abs(s) + 1e-9) * np.abs(s) ** 0.5
    y = contact + min(level, 1) * border + beyond * np.where(upper, 0.38, -0.42) * side
    x = x + beyond * 0.42 * np.sign(c) * np.abs(c) ** 1.5
    taper = taper_base**0.45
    at = np.clip(level, 0, 1.6)
    stops = (0, 0.18, 0.38, 0.6, 0.82, 1.0, 1.25, 1.6)
    bulge_upper = np.interp(at, stops, (-0.16, 0.02, 0.13, 0.19, 0.19, 0.14, 0.04, 0))
    bulge_lower = np.interp(at, stops, (-0.16, 0.06, 0.20, 0.27, 0.22, 0.09, 0.0, 0))
    sunk = 0.10 * (1 - taper) * np.clip(1.6 - level, 0, 1)
    return x, y + MOUTH_Y, np.where(upper, bulge_upper, bulge_lower) * taper - sunk


def mouth_rings() -> list[Points]:
    """Twelve rings of (56, 3), the mouth bag first."""
    outside: list[Points] = []
    for level in MOUTH_LEVELS:
        x, y, bulge = _lip_profile(MOUTH_ANGLES, max(level, 0))
        ring = surface_in_front(np.c_[x, y])
        ring[:, 2] += bulge
        outside.append(ring)
    contact = outside[MOUTH_LEVELS.index(0.0)]
    rings = []
    for level, ring in zip(MOUTH_LEVELS, outside, strict=True):
        if level >= 0:
            rings.append(ring)
            continue
        inside, depth = contact.copy(), int(-level)
        inside[:, 0] *= (1, 1.0, 1.08, 1.05)[depth]
        inside[:, 2] -= (0, 0.30, 1.0, 4.2)[depth]
        inside[:, 1] += (0, 0.16, 0.95, 1.15)[depth] * np.sin(MOUTH_ANGLES)
        rings.append(inside)
    return rings


def make_rings() -> Rings:
    """All rings of the rest head."""
    mouth = mouth_rings()
    return Rings(eye_rings(), mouth, mouth[0].mean(0, keepdims=True) - [0, 0, 0.5])


def mirrored(points: Points) -> Points:
    """The points of the other half."""
    return points * MIRROR
