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
    PART_BEARD,
    PART_EAR,
    PART_EYE,
    PART_HAIR,
    PART_SKIN,
    PART_TEETH,
    PART_TONGUE,
    RIM_COLOUR,
    RIM_DIRECTION,
    Float32,
    Scene,
)
from mien.head.material_index import SCALP
from mien.head.maths import PI, Colour, power, smoothstep
from mien.head.points import Point, Surface
from mien.head.shadow import light_reaching
from mien.head.surfaces import dot3

SKIN_WRAP = (0.36, 0.24, 0.20)
"""How far light creeps round a curve under the skin, per channel: red light goes furthest."""
HAIR_WRAP = (0.3, 0.3, 0.3)
WARMTH = 0.10
EAR_THICKNESS, TRANSLUCENCY = 0.7, 0.5
SHEEN_WIDTH, SHEEN = 0.36, 0.30
"""Width (roughness to the fourth) of the broad lobe under the skin's gloss, and its share."""


class Angles(NamedTuple):
    """Cosines between normal, light, view and their half vector, and the light that arrives."""

    facing: float
    viewing: float
    half: float
    reaching: float


@kernel
def _angles(point: Point, surface: Surface, scene: Scene) -> Angles:
    normal, view, light = surface.normal, point.to_camera, scene.light
    facing = dot3(normal, light, KEY_DIRECTION)
    viewing = normal[0] * view[0] + normal[1] * view[1] + normal[2] * view[2]
    hx, hy, hz = light[0] + view[0], light[1] + view[1], light[2] + view[2]
    along = normal[0] * hx + normal[1] * hy + normal[2] * hz
    half = along / (np.sqrt(hx * hx + hy * hy + hz * hz) + 1e-9)
    # the normal without its fine relief: pores must not move the edge of a shadow
    smooth = dot3(point.normal, light, KEY_DIRECTION)
    reaching = light_reaching(scene.shadow, point.position, point.normal, smooth)
    if point.part == PART_TEETH or point.part == PART_TONGUE:
        # Lips and cheeks let light through, and the mouth is too small for the shadow map.
        reaching = 0.55 + 0.45 * reaching
    return Angles(facing, max(viewing, 0.02), max(half, 0.0), reaching)


@kernel
def _wrapped(facing: float, wrap: float) -> float:
    """Lambert's cosine, reaching `wrap` beyond the edge of the lit side."""
    return max(0.0, (facing + wrap) / (1.0 + wrap))


@kernel
def _warmth(facing: float) -> float:
    """Red light that has wandered under the skin to the edge of the lit side."""
    t = max(0.0, 1.0 - abs(facing + 0.04) * 3.4)
    return WARMTH * t * t


@kernel
def _through_ear(point: Point, scene: Scene, facing: float) -> float:
    """Light that shines through an ear from behind, 0..1."""
    if facing > 0.2:
        return 0.0
    x, y, z = point.normal
    px, py, pz = point.position
    behind = (px - EAR_THICKNESS * x, py - EAR_THICKNESS * y, pz - EAR_THICKNESS * z)
    reaching = light_reaching(scene.shadow, behind, (-x, -y, -z), -facing)
    return TRANSLUCENCY * reaching * max(0.0, 0.2 - facing)


@kernel
def _rim_light(point: Point, surface: Surface, scene: Scene, viewing: float) -> float:
    """Share of the light from behind that an edge of the head catches; it casts no shadows."""
    light = scene.light
    if light.shape[0] <= RIM_COLOUR:
        return 0.0
    if max(light[RIM_COLOUR], light[RIM_COLOUR + 1], light[RIM_COLOUR + 2]) <= 0.0:
        return 0.0
    facing = dot3(point.normal, light, RIM_DIRECTION)
    if facing <= 0.0 or point.part == PART_EYE:
        return 0.0
    edge = 1.0 - viewing
    if point.part == PART_SKIN:  # the cheek would hide the light from nose and mouth
        edge *= smoothstep(0.9, -0.4, point.rest[2])
    if scene.material[SCALP] > 0.5:  # and hair whatever is under it
        edge *= smoothstep(-1.2, -3.4, point.hairline) if point.part == PART_SKIN else 1.0
        edge *= 0.4 if point.part == PART_EAR else 1.0
    part = 1.0 if point.part == PART_HAIR else 1.9
    return part * facing * edge * surface.occlusion * smoothstep(0.0, 0.25, facing)


@kernel
def _strand_gloss(point: Point, surface: Surface, light: Float32) -> float:
    """Hair: a sheen that lies across the strands wherever they bend (Kajiya and Kay).

    Two soft lobes, one slightly towards the root, one towards the tip, broken up by the strands'
    noise. Each falls off with the squared cosine between the strand and the half vector.
    """
    t, n, view = point.strand, surface.normal, point.to_camera
    hx, hy, hz = light[0] + view[0], light[1] + view[1], light[2] + view[2]
    squared = hx * hx + hy * hy + hz * hz + 1e-9
    along = t[0] * hx + t[1] * hy + t[2] * hz
    above = n[0] * hx + n[1] * hy + n[2] * hz
    lobes = 0.0
    for shift, sharpness, weight in ((0.10, 4.5, 0.55), (-0.16, 2.25, 0.45)):
        lean = shift + 0.35 * surface.streak
        cosine = along + lean * above
        lobe = max(0.0, 1.0 - sharpness * cosine * cosine / (squared * (1.0 + lean * lean)))
        lobes += weight * lobe * lobe
    brightness = (surface.colour[0] + surface.colour[1] + surface.colour[2]) * 0.33
    return (0.10 + 0.5 * brightness) * surface.gloss * lobes * (0.65 + 0.9 * surface.streak)


@kernel
def _gloss(point: Point, surface: Surface, angles: Angles, light: Float32) -> float:
    """Mirror-like share of the key light: a microfacet lobe (GGX), or the hair's band."""
    if point.part == PART_HAIR or point.part == PART_BEARD:
        band = max(0.0, _strand_gloss(point, surface, light)) * max(0.0, angles.facing + 0.25)
        return band * (0.3 + 0.7 * angles.reaching) * surface.occlusion
    if angles.reaching <= 0.0:
        return 0.0
    width = surface.roughness * surface.roughness
    width *= width
    spread = angles.half * angles.half * (width - 1.0) + 1.0
    lobe = width / (PI * spread * spread)
    if point.part == PART_EYE:
        return surface.gloss * min(lobe, 14.0) * 0.16 * angles.reaching
    if point.part == PART_SKIN:
        broad = angles.half * angles.half * (SHEEN_WIDTH - 1.0) + 1.0
        lobe += SHEEN * SHEEN_WIDTH / (PI * broad * broad)
    openness = 0.3 + 0.7 * surface.occlusion
    return surface.gloss * lobe * max(0.0, angles.facing) * angles.reaching * 0.22 * openness


@kernel
def _rim(point: Point, surface: Surface, viewing: float) -> float:
    """Sky seen in the surface at a grazing angle (Schlick's Fresnel term)."""
    away = 1.0 - viewing
    fresnel = 0.04 + 0.96 * away * away * away * away * away
    strength = 0.055
    if point.part == PART_HAIR or point.part == PART_BEARD:
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
    hair = point.part == PART_HAIR or point.part == PART_BEARD
    wrap = SKIN_WRAP if skin else (HAIR_WRAP if hair else (0.0, 0.0, 0.0))
    openness = 0.35 + 0.65 * surface.occlusion
    key = angles.reaching * openness
    key_red, ambient_red = key, surface.occlusion
    if skin:  # red light also comes through the skin beside a shadow, and out of its folds
        ambient_red = power(surface.occlusion, 0.6)
        if 0.0 < angles.reaching < 1.0:
            key_red = power(angles.reaching, 0.68) * openness
    warm = through = 0.0
    if skin:
        warm = _warmth(angles.facing) * key_red
        if point.part == PART_EAR:
            through = _through_ear(point, scene, angles.facing)
    fill = max(0.0, 0.5 + 0.5 * dot3(normal, light, FILL_DIRECTION))
    sky = 0.55 + 0.45 * (0.5 + 0.5 * normal[1])
    gloss = _gloss(point, surface, angles, light)
    rim = _rim(point, surface, angles.viewing)
    glint = _window(point, normal, light) if point.part == PART_EYE else 0.0
    red = light[KEY_COLOUR] * (_wrapped(angles.facing, wrap[0]) * key_red + warm + through)
    green = light[KEY_COLOUR + 1] * (
        _wrapped(angles.facing, wrap[1]) * key + 0.2 * warm + 0.25 * through
    )
    blue = light[KEY_COLOUR + 2] * (_wrapped(angles.facing, wrap[2]) * key + 0.15 * through)
    red += (light[AMBIENT] * sky + light[FILL_COLOUR] * fill) * ambient_red
    green += (light[AMBIENT + 1] * sky + light[FILL_COLOUR + 1] * fill) * surface.occlusion
    blue += (light[AMBIENT + 2] * sky + light[FILL_COLOUR + 2] * fill) * surface.occlusion
    colour = (
        surface.colour[0] * red + light[KEY_COLOUR] * gloss + rim + glint,
        surface.colour[1] * green + light[KEY_COLOUR + 1] * gloss + rim + glint,
        surface.colour[2] * blue + light[KEY_COLOUR + 2] * gloss + rim * 1.05 + glint,
    )
    edge = _rim_light(point, surface, scene, angles.viewing)
    if edge <= 0.0:
        return colour
    return (
        colour[0] + edge * light[RIM_COLOUR] * (0.25 + surface.colour[0]),
        colour[1] + edge * light[RIM_COLOUR + 1] * (0.25 + surface.colour[1]),
        colour[2] + edge * light[RIM_COLOUR + 2] * (0.25 + surface.colour[2]),
    )
