"""The drawn face of the toon style: eyes, brows, nose, mouth and beard as flat paint.

All of it is a function of the rest position, like the photo style's skin, but in shapes of its
own: an eye is not a ball in a socket but a picture of an eye on smooth skin, (u, v) from its
centre, u outwards along the lids and v up. What Action Units do to these shapes comes in the
working slots DRAWN_* of the material (`stylise.drawn_face`).
"""

from __future__ import annotations

import numpy as np

from mien.head.colours import colour_at, luminance
from mien.head.kernels import kernel
from mien.head.layout import (
    LABEL_BEARD,
    LABEL_BROW,
    LABEL_IRIS,
    LABEL_LASH,
    LABEL_LIPS,
    LABEL_MOUTH,
    LABEL_SCLERA,
    LABEL_SKIN,
    Float32,
)
from mien.head.material_index import (
    BEARD,
    BEARD_COLOUR,
    BLUSH,
    BROW_ARCH,
    BROW_COLOUR,
    BROW_HEIGHT,
    BROW_INNER,
    BROW_OUTER,
    BROW_THICKNESS,
    BROW_TILT,
    DRAWN_AGE,
    DRAWN_ARC,
    DRAWN_BEARD,
    DRAWN_BROW_INNER,
    DRAWN_BROW_OUTER,
    DRAWN_CLOSING,
    DRAWN_FROWN,
    DRAWN_GAZE,
    DRAWN_RAISED,
    DRAWN_SEX,
    EYE_SHADOW,
    EYE_SHADOW_COLOUR,
    FRECKLES,
    HAIR,
    IRIS_COLOUR,
    LIP_AMOUNT,
    LIPS,
    SCALP,
    SKIN,
)
from mien.head.maths import PI, Colour, bump, clamp, mix, power, sin, smoothstep, tint
from mien.head.noise import noise2
from mien.head.points import Point

EYE_X, EYE_WIDTH = 3.2, 1.62
"""The drawn eye on the resting face: |x| of its centre, half its width, cm."""
TOP, BOTTOM = 1.32, 1.10
"""Half heights of an open eye of a young woman above and below its centre, cm at rest."""
CLOSED_AT = -0.32
MOUSTACHE, GOATEE, SHORT_BEARD, FULL_BEARD = 1, 2, 3, 4
WHITE = (0.90, 0.90, 0.93)


@kernel
def cover(distance: float, blur: float) -> float:
    """Share of a sample inside a shape whose edge is `distance` away (> 0 inside), cm."""
    return clamp(0.5 + distance / blur, 0.0, 1.0)


@kernel
def darkness(material: Float32) -> float:
    """0..1, how dark the drawn skin is: shapes on dark skin need more contrast to be read."""
    red, green, blue = colour_at(material, SKIN)
    return 1.0 - clamp(((red + green + blue) / 3.0 - 0.055) / 0.30, 0.0, 1.0)


@kernel
def eye_height(sex: float, age: float) -> float:
    """Height of the drawn eye as a share of a young woman's; sex -1 .. 1, age 0 .. 1."""
    return 1.0 - 0.06 * smoothstep(-0.6, 0.8, sex) - 0.06 * smoothstep(0.1, 0.9, age)


@kernel
def _closed_line(t: float, arc: float) -> float:
    """v of closed lids at t = u / EYE_WIDTH: a bow (arc 1) or a bowl (arc -1)."""
    return CLOSED_AT + 0.70 * arc * (0.75 - t * t)


@kernel
def upper_edge(t: float, closing: float, arc: float, height: float) -> float:
    """v of the upper lid's edge at t in [-1, 1] (1 outside); closing < 0 is wide open."""
    q = min(t * t, 1.0)
    round_v = 1.0 - q * (0.42 + 0.58 * q)
    if t > 0.0:  # fuller towards the temple
        round_v = 1.0 - q * (0.25 + 0.75 * q * q)
    open_v = TOP * height * round_v * (1.0 - 0.16 * min(closing, 0.0))
    share = clamp(closing, 0.0, 1.0)
    return open_v + (_closed_line(t, arc) - open_v) * share


@kernel
def lower_edge(t: float, closing: float, arc: float, raised: float, height: float) -> float:
    """v of the lower lid's edge; raised 0..1 is how far cheek and lid push it up."""
    q = min(t * t, 1.0)
    open_v = -BOTTOM * height * (1.0 - q * (0.72 + 0.28 * q))
    open_v += (0.55 * (0.75 - q) - 0.35 - open_v) * 0.62 * raised
    share = clamp(closing, 0.0, 1.0)
    return open_v + (_closed_line(t, arc) - open_v) * share


@kernel
def _iris(u: float, v: float, x: float, material: Float32, blur: float) -> tuple[Colour, float]:
    """Colour and cover of iris and pupil at (u, v) from the iris' centre; x as the picture has it.

    Dark above and light below, with a dark ring, a light bow at the bottom, two highlights.
    """
    rx, ry = 0.97, 1.22
    r = np.sqrt(u * u / (rx * rx) + v * v / (ry * ry))
    inside = cover((1.0 - r) * rx, blur)
    if inside <= 0.0:
        return (0.0, 0.0, 0.0), 0.0
    base, e = colour_at(material, IRIS_COLOUR), v / ry
    shade = 0.42 + 0.95 * smoothstep(0.35, -0.75, e)
    colour = tint(base, shade, shade, shade)
    bow = cover(0.80 - r, blur) * smoothstep(-0.12, -0.42, e)
    light = (min(1.0, base[0] * 1.7 + 0.10), min(1.0, base[1] * 1.7 + 0.12), base[2] * 1.5 + 0.12)
    colour = mix(colour, light, 0.75 * bow)
    colour = mix(colour, tint(base, 0.22, 0.20, 0.24), cover((r - 0.86) * rx, blur))
    upper = cover((e - 0.38 + 0.15 * u * u) * ry, blur)
    colour = mix(colour, tint(base, 0.30, 0.28, 0.34), 0.8 * upper)
    pupil = np.sqrt(u * u / 0.15 + (v - 0.02) * (v - 0.02) / 0.27)
    colour = mix(colour, (0.012, 0.010, 0.016), cover((1.0 - pupil) * 0.34, blur))
    large = 1.0 - np.sqrt((x + 0.28) * (x + 0.28) / 0.085 + (v - 0.46) * (v - 0.46) / 0.125)
    small = 1.0 - np.sqrt((x - 0.38) * (x - 0.38) / 0.026 + (v + 0.56) * (v + 0.56) / 0.034)
    spark = max(cover(large * 0.26, blur), 0.9 * cover(small * 0.14, blur))
    return mix(colour, (1.0, 1.0, 1.0), spark), inside


@kernel
def _lash_colour(material: Float32) -> Colour:
    brow = colour_at(material, BROW_COLOUR)
    return 0.014 + 0.10 * brow[0], 0.010 + 0.07 * brow[1], 0.014 + 0.06 * brow[2]


@kernel
def _upper_lash(t: float, v: float, lid: tuple[float, float, float], lash: float) -> float:
    """About the distance into the upper lash mass; lid = (closing, arc, height of the eye).

    It lies between the lid's edge and a larger copy of it, which ends in a wing at the temple.
    """
    closing, arc, height = lid
    stretch = 1.0 + 0.17 * lash if t > 0.0 else 1.05
    s = t / stretch
    if abs(s) >= 1.0:
        return -1.0
    edge = upper_edge(clamp(t, -1.0, 1.0), closing, arc, height)
    thick = lash * (0.10 + 0.13 * smoothstep(-0.9, 0.6, t)) * smoothstep(-1.05, -0.55, s)
    thick *= smoothstep(1.0, 0.93, s)
    awake = 1.0 - clamp(closing, 0.0, 1.0)
    past = max(t - 1.0, 0.0)
    edge += past * (0.5 + 2.2 * awake)
    outer = upper_edge(s, closing, arc, height) + thick + past * 0.9 * (1.0 + awake)
    return min(v - edge + 0.02, outer - v)


@kernel
def _paint_eye(
    place: tuple[float, float, float], skin: Colour, material: Float32, blur: float
) -> tuple[Colour, int]:
    """Colour and label at (x, u, v) of an eye; `skin` is what lies around it."""
    x, u, v = place
    side = 0 if x > 0.0 else 1
    sex, age = np.float64(material[DRAWN_SEX]), np.float64(material[DRAWN_AGE])
    closing, arc = np.float64(material[DRAWN_CLOSING + side]), np.float64(material[DRAWN_ARC])
    height = eye_height(sex, age)
    t = u / EYE_WIDTH
    inner = clamp(t, -1.0, 1.0)
    v -= (0.07 - 0.05 * sex) * inner
    top = upper_edge(inner, closing, arc, height)
    low = lower_edge(inner, closing, arc, np.float64(material[DRAWN_RAISED + side]), height)
    colour, label = skin, LABEL_SKIN
    # The fold of the upper lid, and eye shadow under it.
    lash = 1.35 - 0.34 * smoothstep(-0.5, 0.7, sex)
    fold = 0.036 - abs(v - top - 0.20 - 0.30 * lash + 0.06 * t)
    fold_cover = cover(fold, blur) * smoothstep(-0.72, -0.4, t) * smoothstep(1.05, 0.8, t)
    if material[EYE_SHADOW] > 0.0:
        share = 0.6 * material[EYE_SHADOW] * smoothstep(0.55, 0.1, abs(v - top - 0.1))
        share *= smoothstep(1.2, 0.7, abs(t))
        colour = mix(colour, colour_at(material, EYE_SHADOW_COLOUR), share)
    colour = mix(colour, tint(skin, 0.50, 0.30, 0.28), 0.8 * fold_cover)
    # White, iris and pupil in the opening.
    opening = min(top - v, v - low)
    if abs(t) < 1.0 and opening > -blur:
        shade = 0.66 + 0.34 * cover(top - 0.24 * height - v, blur)
        shade *= 0.87 - 0.25 * darkness(material)  # a white that shines hides the rest
        white = tint(WHITE, shade, shade * 0.98, 0.04 + shade * 0.97)
        sign = 1.0 if side == 0 else -1.0
        iu = u + 0.06 - sign * 0.52 * material[DRAWN_GAZE]
        iv = v - 0.10 * height - 0.36 * material[DRAWN_GAZE + 1]
        small = 1.0 - 0.06 * sex + 0.25 * min(closing, 0.0)
        shown, inside = _iris(iu / small, iv / (small * height), sign * iu / small, material, blur)
        share = cover(opening, blur)
        colour = mix(colour, mix(white, shown, inside), share)
        if share > 0.5:
            label = LABEL_IRIS if inside > 0.5 else LABEL_SCLERA
    ink = cover(_upper_lash(t, v, (closing, arc, height), lash), blur)
    under = 0.022 + 0.020 * smoothstep(-0.2, 0.9, t) - abs(v - low)
    under_ink = 0.75 * cover(under, blur) * smoothstep(-0.55, 0.25, t) * smoothstep(1.04, 0.96, t)
    colour = mix(colour, _lash_colour(material), max(ink, under_ink))
    if ink > 0.5:
        label = LABEL_LASH
    return colour, label


@kernel
def _brow(x: float, y: float, material: Float32, blur: float) -> float:
    """Cover of a drawn brow: a tapered bow along the curve of the photo style's brow."""
    side = 0 if x > 0.0 else 1
    start, end = np.float64(material[BROW_INNER]), np.float64(material[BROW_OUTER])
    start -= 0.25 * material[DRAWN_FROWN]
    s = (abs(x) - start) / (end - start)
    if not 0.0 < s < 1.0:
        return 0.0
    inner = np.float64(material[DRAWN_BROW_INNER + side])
    outer = np.float64(material[DRAWN_BROW_OUTER + side])
    curve = material[BROW_HEIGHT] + material[BROW_ARCH] * sin(PI * power(s, 1.25))
    curve += material[BROW_TILT] * (s - 0.35) - 0.25 * s * s
    curve += inner * (1.0 - s) * (1.0 - 0.4 * s) + outer * s * (1.4 - 0.4 * s)
    half = material[BROW_THICKNESS] * (1.0 - 0.80 * s * s) * smoothstep(-0.06, 0.10, s)
    return cover(half * smoothstep(1.0, 0.75, s) - abs(y - curve), blur)


@kernel
def _segment(x: float, y: float, start: tuple[float, float], end: tuple[float, float]) -> float:
    """Distance from (x, y) to a segment."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    along = clamp(((x - start[0]) * dx + (y - start[1]) * dy) / (dx * dx + dy * dy), 0.0, 1.0)
    ex, ey = x - start[0] - along * dx, y - start[1] - along * dy
    return np.sqrt(ex * ex + ey * ey)


@kernel
def nose_mark(x: float, y: float, shadow_side: float) -> float:
    """Distance into the nose's one small shadow, a wedge on the side away from the light."""
    x *= shadow_side
    if abs(x) > 1.2 or y > -1.5 or y < -5.2:
        return -1.0
    wedge = min(0.62 - x - 0.55 * (y + 4.35), x + 0.02 + 0.22 * (y + 4.5), y + 4.52)
    return wedge if y < -3.75 else -1.0


@kernel
def _beard_area(x: float, y: float, ring: float, kind: int, z: float) -> float:
    """About the distance into a kind of beard on the resting face, cm."""
    side = abs(x)
    if ring <= 1.02 or z < -8.5 or side > 7.3 or y > -2.2 or y < -13.0:
        return -1.0
    lip = 0.64 - abs(y + 5.72 + 0.20 * side) - 0.35 * max(0.0, side - 1.2) * max(0.0, side - 1.2)
    chin = 2.15 - np.sqrt(side * side + 0.75 * (y + 9.9) * (y + 9.9))
    past = max(0.0, side - 2.9)
    jaw = min(-6.9 + 0.16 * past * past + 0.45 * past - y, y + 11.25)
    jaw = min(jaw, 0.9 * (6.9 - side))
    if kind == MOUSTACHE:
        return lip
    if kind == GOATEE:
        bridge = min(2.55 - abs(side - 0.0), min(side - 1.75, min(-5.6 - y, y + 9.4)))
        return max(max(lip, chin), bridge)
    return max(
        lip, max(jaw, min(2.9 - side, min(side - 1.6, min(-5.2 - 0.35 * side - y, y + 9.0))))
    )


@kernel
def _beard(colour: Colour, point: Point, material: Float32, blur: float) -> tuple[Colour, bool]:
    """Skin with what grows on it: an even shade for stubble, a flat shape for a beard."""
    x, y, z = point.rest
    kind = int(material[DRAWN_BEARD] + 0.5)
    stubble = np.float64(material[BEARD])
    if kind == 0 and stubble <= 0.0:
        return colour, False
    hair = colour_at(material, BEARD_COLOUR)
    if stubble > 0.0 and kind != FULL_BEARD:
        area = _beard_area(x, y, point.across, SHORT_BEARD, z)
        heavy = smoothstep(0.55, 0.95, stubble)
        share = stubble * (0.22 + 0.14 * heavy) * cover(area - 0.2, 1.2)
        share *= smoothstep(-11.0, -10.2, y)  # none on the neck
        colour = mix(
            colour, (hair[0] * 0.6 + 0.02, hair[1] * 0.6 + 0.02, hair[2] * 0.6 + 0.03), share
        )
    if kind == 0:
        return colour, False
    ragged = 0.10 * (noise2(x * 2.2, y * 2.2, 4) - 0.5)
    area = cover(_beard_area(x, y, point.across, kind, z) + ragged, blur)
    lines = smoothstep(0.56, 0.64, noise2(x * 4.4 - 0.7 * y, 0.5 * y, 7))
    keep = 0.92 - 0.12 * lines
    flat = tint(hair, keep, keep, keep)
    share = area * (0.82 if kind == SHORT_BEARD else 1.0)
    return mix(colour, flat, share), area > 0.5


@kernel
def _age_lines(x: float, y: float, age: float) -> float:
    """Distance into the few lines that make a drawn face old."""
    if age <= 0.25:
        return -1.0
    side, weight = abs(x), 0.05 * smoothstep(0.25, 0.8, age)
    best = _segment(side, y, (1.55, -4.3), (2.55, -6.0))
    best = min(best, _segment(side, y, (2.2, -1.75), (3.8, -1.85)))
    if age > 0.5:
        best = min(best, _segment(side, y, (2.55, -6.0), (2.75, -7.0)))
        best = min(best, _segment(side, y, (0.0, 4.3 + 0.08 * side), (2.6, 4.5)))
        best = min(best, _segment(side, y, (0.0, 5.2), (2.0, 5.35)))
    return weight - best


@kernel
def _mouth(colour: Colour, point: Point, material: Float32, blur: float) -> tuple[Colour, int]:
    """Lips as a hint of colour under one line; a dark red inside."""
    ring = point.across
    if ring < 0.0:
        deep = smoothstep(-0.2, -1.0, ring)
        return (0.30 - 0.14 * deep, 0.055 - 0.03 * deep, 0.060 - 0.03 * deep), LABEL_MOUTH
    under = 0.4 * smoothstep(0.0, 0.05, -6.95 - point.rest[1])
    under *= bump(point.rest[0] / 1.3, (point.rest[1] + 8.15) / 0.45)
    colour = tint(colour, 1.0 - 0.5 * under, 1.0 - 0.6 * under, 1.0 - 0.6 * under)
    lips, sex = colour_at(material, LIPS), np.float64(material[DRAWN_SEX])
    skin = colour_at(material, SKIN)
    tone = mix(skin, lips, 0.6)
    feminine = smoothstep(0.4, -0.4, sex)
    tone = mix(tone, (0.44, 0.10, 0.10), 0.85 * darkness(material) * feminine)
    amount = 0.30 * material[LIP_AMOUNT] + darkness(material) * (0.40 + 0.2 * material[LIP_AMOUNT])
    share = 0.30 + amount * feminine
    colour = mix(colour, tone, share * smoothstep(1.0, 0.86, ring))
    below = smoothstep(0.0, 0.05, -6.95 - point.rest[1]) * bump(point.rest[0] / 0.8, 0.0)
    shade = 0.55 * cover(0.10 - abs(ring - 1.0), 0.3) * below
    colour = tint(colour, 1.0 - 0.22 * shade, 1.0 - 0.40 * shade, 1.0 - 0.40 * shade)
    thick = max(0.21, 1.0 * blur)
    line = cover(thick - ring * 0.75, 0.7 * blur)
    colour = mix(colour, tint(skin, 0.22, 0.10, 0.10), line)
    return colour, LABEL_LIPS


@kernel
def _scalp(colour: Colour, point: Point, material: Float32, blur: float) -> Colour:
    """Cropped hair: one flat tone with a crisp hairline; all longer hair covers its roots."""
    if not 0.0 < material[SCALP] < 1.1 or point.hairline < -0.5:
        return colour
    hair = colour_at(material, HAIR)
    share = min(1.0, 0.9 * material[SCALP]) * cover(point.hairline, 1.5 * blur)
    return mix(colour, tint(hair, 0.8, 0.8, 0.8), share)


@kernel
def _rouge(colour: Colour, point: Point, material: Float32) -> Colour:
    """Blush on the cheeks, stronger for young women, and freckles as a few dots."""
    side, y = abs(point.rest[0]), point.rest[1]
    if y > 0.5 or y < -6.0:
        return colour
    young = smoothstep(0.3, -0.5, np.float64(material[DRAWN_SEX]))
    amount = 0.22 + 0.28 * young + 0.5 * material[BLUSH]
    blush = amount * bump((side - 4.0) / 1.25, (y + 2.75) / 0.62)
    colour = tint(colour, 1.0, 1.0 - 0.34 * blush, 1.0 - 0.28 * blush)
    if material[FRECKLES] > 0.0 and side > 0.6:
        dots = noise2(point.rest[0] * 3.1, y * 3.1, 8)
        dots = smoothstep(0.72, 0.80, dots) * bump((side - 3.4) / 1.5, (y + 2.6) / 0.7)
        share = 0.5 * material[FRECKLES] * dots
        colour = tint(colour, 1.0 - 0.4 * share, 1.0 - 0.55 * share, 1.0 - 0.6 * share)
    return colour


@kernel
def _modelled(colour: Colour, x: float, y: float, material: Float32) -> Colour:
    """Skin with the soft shades that make a flat face a face: nose, sockets, turned sides."""
    if y > 5.0:
        return colour
    side, dark = abs(x), darkness(material)
    nose = 0.46 * bump(x, (y + 4.45) / 0.38)  # under its tip
    nose = max(nose, 0.51 * bump((side - 0.95) / 0.4, (y + 3.9) / 0.7))  # its wings
    soft = 0.56 * bump((side - 1.35) / 0.75, (y - 0.2) / 1.6)  # its root
    turned = smoothstep(4.6, 6.6, side + 0.12 * max(0.0, -4.0 - y))
    soft = max(soft, 0.44 * turned * smoothstep(5.0, 1.5, y))
    soft = max(soft, 0.12 * bump((side - 3.2) / 2.0, (y - 1.6) / 0.8))  # below the brow
    soft = min(0.95, max(nose * (1.0 + 0.25 * dark), soft * (1.0 + 0.7 * dark)))
    return tint(colour, 1.0 - 0.7 * soft, 1.0 - 0.8 * soft, 1.0 - 0.8 * soft)


@kernel
def paint_face(
    point: Point, light_x: float, material: Float32, blur: float
) -> tuple[Colour, int, float]:
    """Colour, label and how much light may shade it (eyes shine by themselves) of drawn skin.

    light_x  side of the key light; blur: width of a sample on the face, cm
    """
    x, y, z = point.rest
    colour = colour_at(material, SKIN)
    if point.across < 1.25:
        colour, label = _mouth(colour, point, material, blur)
        return colour, label, 0.0 if label == LABEL_MOUTH else 1.0
    colour = _scalp(colour, point, material, blur)
    if z < -6.5 or y < -13.0:
        return colour, LABEL_SKIN, 1.0
    colour = _modelled(_rouge(colour, point, material), x, y, material)
    colour, bearded = _beard(colour, point, material, blur)
    sex, age = np.float64(material[DRAWN_SEX]), np.float64(material[DRAWN_AGE])
    lines = cover(_age_lines(x, y, age), blur)
    shadow_side = -1.0 if light_x > 0.0 else 1.0
    mark = cover(nose_mark(x, y, shadow_side), blur)
    bridge = cover(0.05 * sex - _segment(x * shadow_side, y, (0.46, -2.2), (0.40, -3.5)), blur)
    mark = max(mark, 0.55 * bridge * smoothstep(-0.2, 0.4, sex))
    skin = colour_at(material, SKIN)
    colour = mix(colour, tint(skin, 0.52, 0.34, 0.32), 0.75 * lines)
    colour = mix(colour, tint(skin, 0.60, 0.40, 0.37), mark)
    label = LABEL_BEARD if bearded else LABEL_SKIN
    if y < -2.6 or y > 4.5 or abs(x) < 0.4:
        return colour, label, 1.0
    lit = 1.0
    u, v = abs(x) - EYE_X, y
    if abs(u) < 1.34 * EYE_WIDTH and -2.2 < v < 2.2:
        colour, found = _paint_eye((x, u, v), colour, material, blur)
        if found != LABEL_SKIN:
            label, lit = found, 0.0 if found != LABEL_SCLERA else 0.35
    brow = _brow(x, y, material, blur)
    if brow > 0.0:
        ink = colour_at(material, BROW_COLOUR)
        colour = mix(colour, ink, brow)
        if brow > 0.45 and label != LABEL_LASH:
            label = LABEL_BROW
    return colour, label, lit


@kernel
def lit_skin(colour: Colour, shade: float) -> Colour:
    """A skin's colour with `shade` 0..1: the shadow is warmer than the light, never grey."""
    dark = smoothstep(0.25, 0.02, luminance(colour))
    return tint(
        colour,
        1.0 - shade * (0.22 + 0.12 * dark),
        1.0 - shade * (0.42 + 0.02 * dark),
        1.0 - shade * (0.40 - 0.02 * dark),
    )
