"""Photo style: one key light with shadows, a fill light, the sky, and gloss."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mien.head.kernels import kernel
from mien.head.layout import (
    AMBIENT,
    FILL_COLOUR,
    FILL_DIRECTION,
    KEY_COLOUR,
    KEY_DIRECTION,
    PART_EAR,
    PART_EYE,
    PART_HAIR,
    PART_SKIN,
    Float32,
    Scene,
)
from mien.head.maths import PI, Colour, power, smoothstep
from mien.head.shadow import light_reaching
from mien.head.surfaces import Point, Surface

SKIN_WRAP = (0.36, 0.24, 0.20)
"""How far light creeps round a curve under the skin, per channel: red light goes furthest."""
HAIR_WRAP = (0.3, 0.3, 0.3)


class Angles(NamedTuple):
    """Cosines between normal, light, view and their half vector, and the light that arrives."""

    facing: float
    viewing: float
    half: float
    reaching: float


@kernel
def dot3(a: tuple[float, float, float], values: Float32, first: int) -> float:
    """Scalar product of a vector with three slots of an array."""
    return a[0] * values[first] + a[1] * values[first + 1] + a[2] * values[first + 2]


@kernel
def _angles(point: Point, surface: Surface, scene: Scene) -> Angles:
    normal, view, light = surface.normal, point.to_camera, scene.light
    facing = dot3(normal, light, KEY_DIRECTION)
    viewing = normal[0] * view[0] + normal[1] * view[1] + normal[2] * view[2]
    hx, hy, hz = light[0] + view[0], light[1] + view[1], light[2] + view[2]
    along = normal[0] * hx + normal[1] * hy + normal[2] * hz
    half = along / (np.sqrt(hx * hx + hy * hy + hz * hz) + 1e-9)
    reaching = light_reaching(scene.shadow, point.position, normal, facing)
    return Angles(facing, max(viewing, 0.02), max(half, 0.0), reaching)


@kernel
def _wrapped(facing: float, wrap: float) -> float:
    """Lambert's cosine, reaching `wrap` beyond the edge of the lit side."""
    return max(0.0, (facing + wrap) / (1.0 + wrap))


@kernel
def _strand_gloss(point: Point, surface: Surface, light: Float32) -> float:
    """Hair: a soft band of light across the strands where they bend."""
    nx, ny, nz = surface.normal
    place = ny * 0.75 + nz * 0.4 + light[0] * nx * 0.4 - 0.62 - 0.10 * surface.streak
    band = max(0.0, 1.0 - abs(place) * 4.2)
    brightness = (surface.colour[0] + surface.colour[1] + surface.colour[2]) * 0.33
    return (0.18 + 0.9 * brightness) * surface.gloss * 0.9 * band * band


@kernel
def _gloss(point: Point, surface: Surface, angles: Angles, light: Float32) -> float:
    """Mirror-like share of the key light: a microfacet lobe (GGX), or the hair's band."""
    if point.part == PART_HAIR:
        band = _strand_gloss(point, surface, light) * max(0.0, angles.facing + 0.25)
        return band * (0.3 + 0.7 * angles.reaching) * surface.occlusion
    if angles.reaching <= 0.0:
        return 0.0
    width = surface.roughness * surface.roughness
    width *= width
    spread = angles.half * angles.half * (width - 1.0) + 1.0
    lobe = width / (PI * spread * spread)
    if point.part == PART_EYE:
        return surface.gloss * min(lobe, 14.0) * 0.16 * angles.reaching
    openness = 0.3 + 0.7 * surface.occlusion
    return surface.gloss * lobe * max(0.0, angles.facing) * angles.reaching * 0.22 * openness


@kernel
def _rim(point: Point, surface: Surface, viewing: float) -> float:
    """Sky seen in the surface at a grazing angle (Schlick's Fresnel term)."""
    away = 1.0 - viewing
    fresnel = 0.04 + 0.96 * away * away * away * away * away
    strength = 0.055
    if point.part == PART_HAIR:
        strength = 0.05
    elif point.part != PART_EYE:
        strength = min(0.22, 1.3 * surface.gloss)
    return fresnel * strength * surface.occlusion * max(0.0, 0.4 + 0.6 * surface.normal[1])


@kernel
def _window(point: Point, normal: tuple[float, float, float], light: Float32) -> float:
    """The bright window mirrored in the eye."""
    view = point.to_camera
    x = normal[0] - view[0] - 0.5 * (light[0] - view[0])
    y = normal[1] - view[1] - 0.5 * (light[1] - view[1])
    return smoothstep(0.15, 0.09, np.sqrt(x * x + y * y)) * 0.75


@kernel
def photo_colour(point: Point, surface: Surface, scene: Scene) -> Colour:
    """Linear colour of a surface under the scene's light."""
    light, normal = scene.light, surface.normal
    angles = _angles(point, surface, scene)
    skin = point.part == PART_SKIN or point.part == PART_EAR
    wrap = SKIN_WRAP if skin else (HAIR_WRAP if point.part == PART_HAIR else (0.0, 0.0, 0.0))
    openness = 0.35 + 0.65 * surface.occlusion
    key = angles.reaching * openness
    key_red, ambient_red = key, surface.occlusion
    if skin:  # red light also comes through the skin beside a shadow, and out of its folds
        ambient_red = power(surface.occlusion, 0.6)
        if 0.0 < angles.reaching < 1.0:
            key_red = power(angles.reaching, 0.55) * openness
    fill = max(0.0, 0.5 + 0.5 * dot3(normal, light, FILL_DIRECTION))
    sky = 0.55 + 0.45 * (0.5 + 0.5 * normal[1])
    gloss = _gloss(point, surface, angles, light)
    rim = _rim(point, surface, angles.viewing)
    glint = _window(point, normal, light) if point.part == PART_EYE else 0.0
    red = light[KEY_COLOUR] * _wrapped(angles.facing, wrap[0]) * key_red
    green = light[KEY_COLOUR + 1] * _wrapped(angles.facing, wrap[1]) * key
    blue = light[KEY_COLOUR + 2] * _wrapped(angles.facing, wrap[2]) * key
    red += (light[AMBIENT] * sky + light[FILL_COLOUR] * fill) * ambient_red
    green += (light[AMBIENT + 1] * sky + light[FILL_COLOUR + 1] * fill) * surface.occlusion
    blue += (light[AMBIENT + 2] * sky + light[FILL_COLOUR + 2] * fill) * surface.occlusion
    return (
        surface.colour[0] * red + light[KEY_COLOUR] * gloss + rim + glint,
        surface.colour[1] * green + light[KEY_COLOUR + 1] * gloss + rim + glint,
        surface.colour[2] * blue + light[KEY_COLOUR + 2] * gloss + rim * 1.05 + glint,
    )
