"""Toon style: flat colours in two or three tones, crisp shadow shapes, an angel's ring, ink."""

from __future__ import annotations

import numpy as np

from mien.head.colours import colour_at, luminance
from mien.head.kernels import kernel
from mien.head.layout import (
    KEY_DIRECTION,
    LABEL_BEARD,
    LABEL_EAR,
    LABEL_GLASSES,
    LABEL_HAIR,
    LABEL_IRIS,
    LABEL_LASH,
    LABEL_MOUTH,
    LABEL_SCLERA,
    LABEL_SHIRT,
    LABEL_TEETH,
    PART_BEARD,
    PART_EAR,
    PART_EYE,
    PART_GLASSES,
    PART_HAIR,
    PART_LENS,
    PART_MOUTH,
    PART_SHIRT,
    PART_SKIN,
    PART_TEETH,
    PART_TONGUE,
    Float32,
    Geometry,
    Scene,
    UInt8,
    Visibility,
)
from mien.head.lighting import dot3
from mien.head.material_index import (
    GLASSES_COLOUR,
    HAIR,
    HAIR_TIP_SHARE,
    HAIR_TIPS,
    HEAD_CENTRE,
    IRIS_COLOUR,
    IRIS_SIZE,
    SHIRT_COLOUR,
    SKIN,
)
from mien.head.maths import Colour, clamp, mix, smoothstep, tint
from mien.head.points import Point, Vector, unit
from mien.head.shadow import light_reaching
from mien.head.toon_face import WHITE, cover, lit_skin, paint_face

SHADOW_CM = 0.62
"""How far a lock of hair throws its shadow over the face, cm."""
KEY_NOTHING, KEY_SKIN, KEY_EAR, KEY_SHIRT, KEY_MOUTH, KEY_GLASSES, KEY_NECK = range(7)
KEY_HAIR = 8
"""What ink separates: surfaces of different keys. Masses of hair count up from KEY_HAIR."""
INK_STRENGTH = 0.86
NECK_Y = -11.2


@kernel
def _proxy_normal(point: Point, material: Float32, flat: float) -> Vector:
    """Normal of a smooth egg around the head; `flat` < 1 takes height out of it."""
    x = point.position[0] - material[HEAD_CENTRE]
    y = point.position[1] - material[HEAD_CENTRE + 1]
    z = point.position[2] - material[HEAD_CENTRE + 2]
    return unit(x, flat * y, z)


@kernel
def _blend(a: Vector, b: Vector, share: float) -> Vector:
    return unit(
        a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share
    )


@kernel
def _hair(point: Point, scene: Scene, blur: float) -> Colour:
    """Hair in three tones with the ring: shadow towards the tips and inside, light above."""
    material = scene.material
    mass = np.floor(point.across / 4.0)
    across, along = point.across - 4.0 * mass - 2.0, point.along - 2.0
    base = colour_at(material, HAIR)
    share = np.float64(material[HAIR_TIP_SHARE])
    if share > 0.0:
        edge = 1.0 - 0.9 * share + 0.10 * (abs(across) - 0.5)
        base = mix(base, colour_at(material, HAIR_TIPS), cover((along - edge) * 3.0, blur))
    x = point.position[0] - material[HEAD_CENTRE]
    z = point.position[2] - material[HEAD_CENTRE + 2]
    near = smoothstep(13.5, 10.5, np.sqrt(x * x + z * z))  # tails have their own roundness
    normal = _blend(point.normal, _proxy_normal(point, material, 0.8), 0.15 + 0.57 * near)
    lit = dot3(normal, scene.light, KEY_DIRECTION)
    shade = 1.0 - cover((lit - 0.20) * 3.0, 2.0 * blur)
    shade = max(shade, 1.0 - cover((point.occlusion - 0.75) * 4.0, 2.0 * blur))
    # A darker wedge up the middle of each lock's lower half: the drawing of strands.
    wedge = (along - 0.62 - 0.45 * abs(across)) * 2.2
    shade = max(shade, 0.45 * cover(wedge, 2.0 * blur)) if mass > 0.0 else shade
    light = luminance(base)
    keep = 0.50 + 0.12 * smoothstep(0.1, 0.6, light)
    colour = tint(
        base,
        1.0 - shade * (1.0 - keep),
        1.0 - shade * (1.04 - keep),
        1.0 - shade * (0.94 - keep),
    )
    # The ring: a band around the skull, broken into points.
    y = point.rest[1] - 8.35 + 0.030 * point.rest[0] * point.rest[0]
    fine = 4.0 if mass == 0.0 else 1.0
    teeth = abs((across + 1.0) * fine - np.floor((across + 1.0) * fine) - 0.5)
    half = (0.62 - 0.75 * teeth) * smoothstep(6.2, 2.0, abs(point.rest[0]))
    ring = cover(half - abs(y - 0.5 * teeth), blur)
    ring *= 1.0 if point.rest[2] > -9.5 else 0.0
    ring *= cover((lit - 0.25) * 3.0, blur) * (1.0 - shade)
    glow = 0.05 + 0.28 * light
    bright = (
        min(1.0, base[0] * 1.9 + glow),
        min(1.0, base[1] * 1.9 + glow),
        min(1.0, base[2] * 1.9 + 1.15 * glow),
    )
    return mix(colour, bright, 0.85 * ring)


@kernel
def _skin_shade(point: Point, scene: Scene, covered: float, blur: float) -> float:
    """Shadow on skin, 0..1: one side of the face, under the fringe, under the jaw."""
    normal = _proxy_normal(point, scene.material, 0.42)
    # Drawn light comes more from the front and the side: no edge of a shadow crosses the face.
    x, y, z = unit(
        0.75 * scene.light[KEY_DIRECTION],
        0.40 * scene.light[KEY_DIRECTION + 1],
        scene.light[KEY_DIRECTION + 2] + 0.45,
    )
    lit = normal[0] * x + normal[1] * y + normal[2] * z
    shade = 1.0 - cover((lit - 0.49) * 6.0, 2.0 * blur)
    neck = point.part == PART_SKIN and point.rest[1] < NECK_Y
    if neck:
        facing = dot3(point.normal, scene.light, KEY_DIRECTION)
        reaching = light_reaching(scene.shadow, point.position, point.normal, facing)
        shade = max(shade, 1.0 - cover((reaching - 0.5) * 0.8, 2.0 * blur))
    return max(shade, covered)


@kernel
def _ear_colour(point: Point, material: Float32, blur: float) -> Colour:
    """Skin with one darker shape in the shell of the ear."""
    skin = colour_at(material, SKIN)
    hollow = 1.0 - cover((point.occlusion - 0.62) * 1.5, blur)
    return tint(skin, 1.0 - 0.25 * hollow, 1.0 - 0.45 * hollow, 1.0 - 0.43 * hollow)


@kernel
def _inside(point: Point) -> tuple[Colour, int]:
    """Mouth, teeth as one white band above, tongue."""
    edge = -7.235 + 0.022 * point.rest[0] * point.rest[0]  # between the rows, which rest touching
    if point.part == PART_TEETH and point.rest[1] > edge:
        return (0.90, 0.89, 0.87), LABEL_TEETH
    if point.part == PART_TONGUE:
        return (0.62, 0.17, 0.17), LABEL_MOUTH
    if point.part == PART_TEETH:
        return (0.24, 0.045, 0.05), LABEL_MOUTH
    return (0.20, 0.035, 0.04), LABEL_MOUTH


@kernel
def _worn(point: Point, scene: Scene, covered: float, blur: float) -> tuple[Colour, int, int]:
    """Glasses, shirt and what a drawn head seldom shows; as `toon_point`."""
    material, part = scene.material, point.part
    if part in (PART_GLASSES, PART_LENS):
        return colour_at(material, GLASSES_COLOUR), LABEL_GLASSES, KEY_GLASSES
    if part == PART_BEARD:
        return colour_at(material, HAIR), LABEL_BEARD, KEY_SKIN
    if part == PART_SHIRT:
        lit = dot3(_proxy_normal(point, material, 0.3), scene.light, KEY_DIRECTION)
        shade = max(1.0 - cover((lit - 0.22) * 6.0, 2.0 * blur), covered)
        cloth = colour_at(material, SHIRT_COLOUR)
        keep = 1.0 - 0.38 * shade
        return tint(cloth, keep, keep, 1.0 - 0.30 * shade), LABEL_SHIRT, KEY_SHIRT
    if part == PART_EYE:  # a drawn head has none; a head that is shown part by part may
        x, y, z = point.rest
        if z > 0.0 and x * x + y * y < material[IRIS_SIZE] * material[IRIS_SIZE]:
            return colour_at(material, IRIS_COLOUR), LABEL_IRIS, KEY_SKIN
        return WHITE, LABEL_SCLERA, KEY_SKIN
    return (0.03, 0.02, 0.02), LABEL_LASH, KEY_SKIN


@kernel
def toon_point(point: Point, scene: Scene, covered: float, blur: float) -> tuple[Colour, int, int]:
    """Linear colour, label and ink key of a visible point.

    covered  0..1, hair before it throws its shadow here; blur: width of a sample, cm
    """
    material, part = scene.material, point.part
    if part == PART_SKIN:
        side = np.float64(scene.light[KEY_DIRECTION])
        colour, label, lit = paint_face(point, side, material, blur)
        if lit > 0.0:
            colour = lit_skin(colour, lit * _skin_shade(point, scene, covered, blur))
        key = KEY_NECK if point.rest[1] < NECK_Y else KEY_SKIN
        return colour, label, KEY_MOUTH if label == LABEL_MOUTH else key
    if part == PART_HAIR:
        key = KEY_HAIR + int(clamp(np.floor(point.across / 4.0), 0.0, 200.0))
        return _hair(point, scene, blur), LABEL_HAIR, key
    if part == PART_EAR:
        shade = _skin_shade(point, scene, covered, blur)
        return lit_skin(_ear_colour(point, material, blur), shade), LABEL_EAR, KEY_EAR
    if part in (PART_TEETH, PART_MOUTH, PART_TONGUE):
        colour, label = _inside(point)
        return colour, label, KEY_MOUTH
    return _worn(point, scene, covered, blur)


@kernel
def hair_shadow(
    geometry: Geometry, seen: Visibility, scene: Scene, place: tuple[int, int, int]
) -> float:
    """1 where hair lies before a sample in the direction of the key light, as seen in the picture.

    A shadow made in the picture's plane has the shape of the locks and no fragments.
    """
    row, column, step = place
    part = geometry.parts[seen.triangle[row, column]]
    if part == PART_HAIR:
        return 0.0
    reach = SHADOW_CM * step / scene.footprint
    x = np.float64(scene.light[KEY_DIRECTION])
    y = max(np.float64(scene.light[KEY_DIRECTION + 1]), 0.35)
    length = np.sqrt(x * x + y * y)
    other_row = row - int(np.floor(reach * y / length + 0.5))
    other_column = column + int(np.floor(0.75 * reach * x / length + 0.5))
    if not (other_row >= 0 and 0 <= other_column < seen.depth.shape[1]):
        return 0.0
    triangle = seen.triangle[other_row, other_column]
    if triangle < 0 or geometry.parts[triangle] != PART_HAIR:
        return 0.0
    return 1.0 if seen.depth[other_row, other_column] > seen.depth[row, column] else 0.0


@kernel
def _edge(key: int, other: int, far: float, near: float, bend: float) -> float:
    """Ink between a sample and a nearer one, 0..1; depths in cm, `bend` the step beyond a slope."""
    if key == KEY_NOTHING or other == KEY_NOTHING:
        return 1.0
    step = far - near
    if key == KEY_NECK and other in (KEY_NECK, KEY_SKIN):
        return 0.9 if other == KEY_SKIN and step > 0.5 and bend > 0.3 else 0.0
    if key == KEY_SKIN and other == KEY_NECK:
        return 0.0
    if key == other:
        limit = 1.3 if key >= KEY_HAIR else 1.25
        return 0.9 if step > limit and bend > 0.6 * limit else 0.0
    if key >= KEY_HAIR and other >= KEY_HAIR:
        return (0.55 + 0.40 * smoothstep(0.3, 1.2, step)) * smoothstep(0.05, 0.22, step)
    if key == KEY_MOUTH or other == KEY_MOUTH:
        return 0.85
    if (key == KEY_SKIN and other == KEY_EAR) or (key == KEY_EAR and other == KEY_SKIN):
        return 0.8 if step > 0.5 else 0.0
    return 1.0


@kernel
def outline(
    keys: UInt8, depth: Float32, row: int, column: int, reach: int
) -> tuple[float, int, int]:
    """Ink on a sample, 0..1, and the nearer sample (row, column) whose outline it is.

    Eight neighbours `reach` samples away are looked at; ink lies on the farther side.
    """
    rows, columns = keys.shape
    if not (reach <= row < rows - reach and reach <= column < columns - reach):
        return 0.0, row, column
    key, here = int(keys[row, column]), np.float64(depth[row, column])
    far = 1.0 / here if here > 0.0 else 1e4
    ink, ink_row, ink_column = 0.0, row, column
    for k in range(8):
        dy = reach if k in (0, 4, 5) else (-reach if k in (1, 6, 7) else 0)
        dx = reach if k in (2, 4, 6) else (-reach if k in (3, 5, 7) else 0)
        if k >= 4:  # diagonals are as far away as the others
            dy, dx = (dy * 3) // 4, (dx * 3) // 4
        y, x = row + dy, column + dx
        there = np.float64(depth[y, x])
        if there <= here:
            continue
        near = 1.0 / there
        opposite = np.float64(depth[row - dy, column - dx])
        slope = (1.0 / opposite if opposite > 0.0 else far) - far
        found = _edge(key, int(keys[y, x]), far, near, far - near - max(slope, 0.0))
        if found > ink:
            ink, ink_row, ink_column = found, y, x
    return ink * INK_STRENGTH, ink_row, ink_column
