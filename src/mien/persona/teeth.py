"""A drawn inside of the mouth, for photos whose lips are closed: teeth, gums, tongue, cavity.

Rows of teeth lie in the head's own coordinates, tooth by tooth with its width, length and bulge.
They are lit as the face is; lips shade them from above, cheeks from the sides.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.head.layout import AMBIENT, FILL_COLOUR, FILL_DIRECTION, KEY_COLOUR, KEY_DIRECTION
from mien.head.light import Light

FloatArray = NDArray[Any]  # float32, which OpenCV's types do not tell

FACE_CM = 9.3
"""Centimetres between the outer corners of the eyes."""
CAVITY_ALBEDO = np.array([0.016, 0.0050, 0.0042])
_TOOTH_ALBEDO = np.array([0.80, 0.71, 0.57])
_ROOT_TINT = np.array([0.95, 0.88, 0.76])  # of a tooth where it leaves the gum
_GUM_ALBEDO = np.array([0.40, 0.15, 0.14])
_TONGUE_ALBEDO = np.array([0.34, 0.115, 0.11])
_SHADE_POWER = np.array([0.85, 1.12, 1.18])  # of shade by colour: light from lips is red
_SKY = 0.775  # of the ambient light, on what stands upright (`shading.log_light`)
_GLOSS, _GLOSS_POWER = 0.10, 30.0


@dataclasses.dataclass(frozen=True)
class Row:
    """One row of teeth as seen from the front, outwards from the middle; cm on the resting head.

    ends     where each tooth ends
    edges    how far its biting edge stays short of the row's line
    lengths  from the edge to the gum
    points   how far its edge rises beside its middle
    line     height of the biting line; up: 1 where teeth grow upwards from it, else -1
    """

    ends: tuple[float, ...]
    edges: tuple[float, ...]
    lengths: tuple[float, ...]
    points: tuple[float, ...]
    line: float
    up: int


UPPER = Row(
    ends=(0.84, 1.46, 2.00, 2.38, 2.68),
    edges=(0.0, 0.08, 0.01, 0.12, 0.18),
    lengths=(1.00, 0.84, 0.96, 0.80, 0.70),
    points=(0.05, 0.09, 0.17, 0.12, 0.08),
    line=-7.14,
    up=1,
)
LOWER = Row(
    ends=(0.50, 1.04, 1.62, 2.10, 2.45),
    edges=(0.0, 0.0, 0.03, 0.10, 0.14),
    lengths=(0.82, 0.84, 0.95, 0.75, 0.65),
    points=(0.03, 0.03, 0.12, 0.10, 0.08),
    line=-7.42,
    up=-1,
)


@dataclasses.dataclass(frozen=True, eq=False)
class Hollow:
    """An open mouth that is to be filled, (h, w) float32 each.

    cover         0..1 between the lips
    upper, lower  (x, y) of each pixel on the resting head, cm, if it belongs to skull or jaw
    eyes          pixels between the outer corners of the eyes
    """

    cover: FloatArray
    upper: tuple[FloatArray, FloatArray]
    lower: tuple[FloatArray, FloatArray]
    eyes: float

    @property
    def pixel(self) -> float:
        """Centimetres per pixel."""
        return FACE_CM / self.eyes


@dataclasses.dataclass(frozen=True, eq=False)
class _Relief:
    """A row of teeth, (h, w) each.

    cover   0..1 of the row, gums with it; gum: 0..1 of what is gum
    height  0 at the biting edge, 1 at the gum
    right   how far the surface faces right, -1..1; rise: how far up
    gap     1 on a tooth, less towards its neighbours
    """

    cover: FloatArray
    gum: FloatArray
    height: FloatArray
    right: FloatArray
    rise: FloatArray
    gap: FloatArray


def white_of(light: Light) -> NDArray[np.float64]:
    """(3,) scene light of a white surface that faces the camera."""
    return np.asarray(_lit(light, np.zeros((1, 1)), np.zeros((1, 1)))[0, 0], np.float64)


def draw_inside(hollow: Hollow, light: Light, cavity: FloatArray, *, teeth: bool) -> FloatArray:
    """(h, w, 3) scene light of the inside of a mouth.

    cavity  (3,) scene light of the dark behind the teeth
    teeth   False leaves them out, where the photo has its own
    """
    below, sides, above = _lip_shade(hollow)
    depth = np.clip(below / 0.5, 0.0, 1.0)
    scene = cavity * (0.45 + 0.55 * depth * sides)[..., None]
    scene = _tongue(scene, hollow, light, depth * sides)
    if not teeth:
        return scene
    rows = (
        (LOWER, hollow.lower, 0.55 * _step(below, 0.0, 0.9) * (0.6 + 0.4 * _step(above, 0.0, 0.3))),
        (UPPER, hollow.upper, 0.40 + 0.60 * _step(below, -0.05, 0.40)),
    )
    for row, (x, y), shade in rows:
        relief = _relief(row, x, y, hollow.pixel)
        scene = _over(scene, _shaded(relief, x, light, shade * sides), relief.cover)
    return scene


def _lip_shade(hollow: Hollow) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Centimetres below the upper lip, light from the sides 0..1, centimetres above the lower."""
    inside = hollow.cover > 0.5
    height, width = inside.shape
    rows = np.arange(height, dtype=np.float32)[:, None]
    any_ = inside.any(0)
    columns = np.flatnonzero(any_)
    if len(columns) == 0:
        empty = np.zeros(inside.shape, np.float32)
        return empty, empty, empty
    every = np.arange(width)
    top = np.interp(every, columns, inside.argmax(0)[columns])
    bottom = np.interp(every, columns, height - 1 - inside[::-1].argmax(0)[columns])
    soft = 0.012 * hollow.eyes + 0.5
    top, bottom = (
        cv2.GaussianBlur(line.astype(np.float32)[None], (0, 0), soft)[0] for line in (top, bottom)
    )
    middle, half = columns.mean(), max((columns[-1] - columns[0]) / 2, 1.0)
    along = np.abs(every - middle) / half
    sides = np.broadcast_to(1.0 - 0.75 * _step(along, 0.45, 1.0), inside.shape)
    below, above = (rows - top) * hollow.pixel, (bottom - rows) * hollow.pixel
    return below, sides.astype(np.float32), above


def _tongue(scene: FloatArray, hollow: Hollow, light: Light, shade: FloatArray) -> FloatArray:
    """The tongue over the cavity: a dome behind the lower teeth, below the upper ones."""
    x, y = hollow.lower
    height = np.clip((y - LOWER.line) / 0.9, -1.0, 1.0)
    dome = np.clip(1.0 - (x / 1.9) ** 2, 0.0, 1.0)
    share = np.clip(1.0 - height / np.maximum(dome, 0.05), 0.0, 1.0) ** 1.5 * np.sqrt(dome)
    share = share * np.clip((UPPER.line - 0.25 - hollow.upper[1]) / 0.6, 0.0, 1.0)
    rise = np.clip(0.2 + 0.8 * height, -1.0, 1.0)
    lit = _lit(light, np.clip(x / 2.5, -0.8, 0.8), rise) * (0.15 + 0.55 * shade)[..., None]
    return _over(scene, _TONGUE_ALBEDO * lit, share)


def _relief(row: Row, x: FloatArray, y: FloatArray, pixel: float) -> _Relief:
    """The row's surface at head coordinates x, y (cm)."""
    away = np.abs(x)
    ends = np.array(row.ends)
    which = np.clip(np.searchsorted(ends, away), 0, len(ends) - 1)
    start = np.concatenate([[0.0], ends[:-1]])[which]
    width = ends[which] - start
    across = np.clip((away - start) / width, 0.0, 1.0)
    from_gap = np.minimum(across, 1.0 - across) * width
    bow = 2 * across - 1
    edges, lengths, points = (
        np.array(values)[which] for values in (row.edges, row.lengths, row.points)
    )
    corner = 0.08 * np.clip(1.0 - from_gap / 0.14, 0.0, 1.0) ** 2
    over_edge = (y - row.line) * row.up - edges - points * bow**2 - corner
    height = over_edge / (lengths - 0.16 * bow**2)
    blur = pixel + 0.015
    cover = np.clip(over_edge / blur + 0.5, 0.0, 1.0)
    cover = cover * np.clip((ends[-1] - away) / blur, 0.0, 1.0)
    # The nearer the biting edge, the wider teeth part.
    parting = 0.022 + 0.03 * np.clip(1.0 - height / 0.35, 0.0, 1.0) + 0.6 * pixel
    return _Relief(
        cover=cover,
        gum=np.clip((height - 1.0) * lengths / blur + 0.5, 0.0, 1.0),
        height=np.clip(height, 0.0, 1.2),
        right=np.sign(x) * np.clip(0.55 * (away / 2.2) ** 1.5 + 0.30 * bow, -0.95, 0.95),
        rise=np.clip(row.up * 0.5 * (np.clip(height, 0.0, 1.0) - 0.35), -0.4, 0.4),
        gap=np.clip(from_gap / parting, 0.0, 1.0),
    )


def _shaded(relief: _Relief, x: FloatArray, light: Light, shade: FloatArray) -> FloatArray:
    """(h, w, 3) scene light of a row: its own colour, light, shade of cheeks and lips, gloss."""
    root = np.clip((relief.height - 0.45) / 0.55, 0.0, 1.0)[..., None]
    albedo = _TOOTH_ALBEDO * (1.0 + (_ROOT_TINT - 1.0) * root)
    # Enamel is translucent towards the biting edge: the dark behind shows through.
    edge = 0.80 + 0.20 * np.clip(relief.height / 0.22, 0.0, 1.0)
    parted = 1.0 - 0.42 * (1.0 - relief.gap) ** 1.5 * (1.0 - relief.gum)
    # The arch of the teeth runs back behind the cheeks.
    arch = 1.0 - 0.80 * _step(np.abs(x), 0.75, 2.6)
    albedo = _over(albedo, _GUM_ALBEDO, relief.gum) * (edge * parted)[..., None]
    # What reaches shaded teeth has been reflected by lips and gums.
    albedo = albedo * (arch * shade)[..., None] ** _SHADE_POWER
    scene = albedo * _lit(light, relief.right, relief.rise)
    gloss = _gloss(light, relief.right, relief.rise) * shade * arch * relief.gap
    return scene + gloss[..., None] * np.ones(3)


def _lit(light: Light, right: FloatArray, rise: FloatArray) -> FloatArray:
    """(h, w, 3) light on surfaces that face right and up by so much, camera frame."""
    vector = light.vector().astype(np.float64)
    ahead = np.sqrt(np.clip(1.0 - right**2 - rise**2, 0.05, 1.0))

    def facing(first: int) -> FloatArray:
        a, b, c = vector[first : first + 3]
        return a * right + b * rise + c * ahead

    # Enamel scatters light inside: its shadows are soft.
    key = np.clip((facing(KEY_DIRECTION) + 0.25) / 1.25, 0.0, None)[..., None]
    fill = np.clip(0.5 + 0.5 * facing(FILL_DIRECTION), 0.0, None)[..., None]
    sky = (_SKY + (1.0 - _SKY) * rise)[..., None]
    total = key * vector[KEY_COLOUR : KEY_COLOUR + 3] + sky * vector[AMBIENT : AMBIENT + 3]
    return total + fill * vector[FILL_COLOUR : FILL_COLOUR + 3]


def _gloss(light: Light, right: FloatArray, rise: FloatArray) -> FloatArray:
    """(h, w) what wet enamel mirrors of the key light (Blinn 1977)."""
    vector = light.vector().astype(np.float64)
    half = vector[KEY_DIRECTION : KEY_DIRECTION + 3] + np.array([0.0, 0.0, 1.0])
    half = half / max(float(np.linalg.norm(half)), 1e-6)
    ahead = np.sqrt(np.clip(1.0 - right**2 - rise**2, 0.05, 1.0))
    along = np.clip(half[0] * right + half[1] * rise + half[2] * ahead, 0.0, 1.0)
    return _GLOSS * float(vector[KEY_COLOUR + 1]) * along**_GLOSS_POWER


def _over(below: FloatArray, above: FloatArray, share: FloatArray) -> FloatArray:
    return below + (above - below) * share[..., None]


def _step(values: FloatArray, low: float, high: float) -> FloatArray:
    share = np.clip((values - low) / (high - low), 0.0, 1.0)
    return share * share * (3 - 2 * share)


def on_head(
    quadratic: NDArray[np.float64], rows: FloatArray, columns: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """(x, y) on the resting head, cm, of pixels, by a map of `quadratic_map`."""
    x, y = (
        q[0]
        + q[1] * columns
        + q[2] * rows
        + q[3] * columns**2
        + q[4] * columns * rows
        + q[5] * rows**2
        for q in quadratic.T
    )
    return x.astype(np.float32), y.astype(np.float32)


def quadratic_map(pixels: NDArray[np.floating], rest: NDArray[np.floating]) -> NDArray[np.float64]:
    """(6, 2) least-squares quadratic map from pixels (n, 2) to resting places (n, 2)."""
    x, y = np.asarray(pixels, np.float64).T
    middle, size = np.array([x.mean(), y.mean()]), max(float(np.ptp(x)), 1e-6)
    u, v = (x - middle[0]) / size, (y - middle[1]) / size
    design = np.stack([np.ones_like(u), u, v, u * u, u * v, v * v], 1)
    # A row of teeth is flat in places: a little ridge keeps the quadratic part small there.
    normal = design.T @ design + np.diag([0, 0, 0, 1e-3, 1e-3, 1e-3])
    right = design.T @ np.asarray(rest, np.float64)
    solved = np.asarray(np.linalg.solve(normal, right), np.float64)
    return _unscaled(solved, middle, size)


def _unscaled(
    solved: NDArray[np.float64], middle: NDArray[np.float64], size: float
) -> NDArray[np.float64]:
    """Coefficients in pixels from those in (pixels - middle) / size."""
    c0, c1, c2, c3, c4, c5 = solved
    a, b = middle / size
    return np.stack(
        [
            c0 - c1 * a - c2 * b + c3 * a * a + c4 * a * b + c5 * b * b,
            (c1 - 2 * c3 * a - c4 * b) / size,
            (c2 - 2 * c5 * b - c4 * a) / size,
            c3 / size**2,
            c4 / size**2,
            c5 / size**2,
        ]
    )
