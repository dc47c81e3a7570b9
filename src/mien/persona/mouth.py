"""The inside of a moved mouth: the photo's own teeth where it shows them, drawn ones elsewhere.

What lies between open lips does not move with them. The upper teeth stay with the skull and the
lower ones with the jaw, so the photo's mouth is cut along its darkest line and both parts are
moved as rigid pieces; between and around them the cavity is painted. From closed lips everything
is painted: rows of teeth in the head's own coordinates, lit as the face is, a dark cavity and the
tongue.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.face.regions import to_linear
from mien.head.layout import AMBIENT, FILL_COLOUR, FILL_DIRECTION, KEY_COLOUR, KEY_DIRECTION
from mien.head.light import Light
from mien.persona.light_fit import untone
from mien.persona.window import Place
from mien.types import Image, Landmarks

FloatArray = NDArray[Any]  # float32, which OpenCV's types do not tell

OPEN = 0.035
"""Gap of the inner lips, in eye distances, from which the photo shows the mouth's inside."""
_PARTED = 0.10
"""Below this gap lips may be parted without showing teeth; then the inside is painted."""
_WIDE = 0.11  # gap from which on a mouth may show both rows of teeth
_INNER = slice(60, 68)

_COLUMNS = 65
_ROUND, _POINTED = (1.7, 0.85), (1.5, 1.1)  # exponents of an opening's height along its width

# Front teeth, centimetres from the middle: where each ends, how far its edge hangs below the line.
_TOOTH_ENDS = (0.84, 1.46, 2.02, 2.5)
_TOOTH_EDGES = (0.0, 0.07, 0.02, 0.16)
_LOWER_ENDS = (0.5, 1.05, 1.65, 2.3)
_UPPER_LINE, _LOWER_LINE = -7.14, -7.42  # height of the biting edges on the resting head, cm
_TOOTH_ALBEDO = np.array([0.74, 0.68, 0.57])
_CAVITY_ALBEDO = np.array([0.014, 0.0045, 0.004])
_TONGUE_ALBEDO = np.array([0.24, 0.075, 0.07])


@dataclasses.dataclass(frozen=True, eq=False)
class Inside:
    """What the photo shows between the lips, in photo pixels of the window.

    opening  (h, w) float32 0..1, or None for a closed mouth
    above, below  (w,) rows of the inner edges of the lips
    split    (w,) row of the line between what stays with the skull and what moves with the jaw
    white    (3,) scene light that a white surface at the mouth would reflect
    cavity   (3,) scene light of the dark behind the teeth
    """

    opening: FloatArray | None
    above: FloatArray
    below: FloatArray
    split: FloatArray
    white: NDArray[np.float64]
    cavity: NDArray[np.float64]


@dataclasses.dataclass(frozen=True, eq=False)
class Lips:
    """Where a moved mouth is, in photo pixels of the window.

    ring     (k, 2) the line where the lips end inwards, closed, the upper lip first
    gap, gap_before  its height now and in the photo
    stretch  gives for a place (h, w, 2) float32 the shift by which the surroundings flow there
    upper  (2, 3) maps pixels to where they were when they belong to the skull; lower: to the jaw
    upper_teeth, lower_teeth  (6, 2) quadratic maps of pixels to (x, y) on the resting head, cm
    """

    ring: NDArray[np.float64]
    gap: float
    gap_before: float
    stretch: Callable[[Place], FloatArray]
    upper: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper_teeth: NDArray[np.float64]
    lower_teeth: NDArray[np.float64]


def look_inside(part: Image, landmarks: Landmarks, light: Light, eyes: float) -> Inside:
    """What the window's pixels `part` (h, w, 3) show; landmarks and `eyes` in its pixels."""
    height, width = part.shape[:2]
    white = _white(light)
    inner = landmarks[_INNER]
    gap = float(np.mean([inner[7, 1] - inner[1, 1], inner[6, 1] - inner[2, 1]])) / eyes
    opening = _polygon(inner, (height, width))
    above, below = _edge(inner[:5], width), _edge(inner[[0, 7, 6, 5, 4]], width)
    if gap <= OPEN or (gap < _PARTED and not _shows_teeth(part, opening, landmarks)):
        return Inside(None, above, below, below, white, _CAVITY_ALBEDO * white)
    reach = max(1, round(0.012 * eyes))
    opening = cv2.erode(opening, np.ones((2 * reach + 1,) * 2, np.uint8))
    opening = cv2.GaussianBlur(opening, (0, 0), 0.006 * eyes + 0.4)
    # The darkest tenth of what the photo shows there is its cavity, if it is dark at all.
    shown = to_linear(part[opening > 0.5]) if (opening > 0.5).any() else np.ones((1, 3))
    dark = shown[shown.mean(1) <= np.percentile(shown.mean(1), 10)].mean(0)
    cavity = np.minimum(untone(dark), 2.0 * _CAVITY_ALBEDO * white)
    split = _dark_line(part, inner, (above, below), gap)
    if split is None:
        split = below + np.float32(0.05 * eyes)
    return Inside(opening, above, below, split, white, cavity)


def _edge(points: Landmarks, width: int) -> FloatArray:
    """(w,) the row of a line through points, column by column."""
    order = np.argsort(points[:, 0], kind="stable")
    rows = np.interp(np.arange(width), points[order, 0], points[order, 1])
    return rows.astype(np.float32)


def _shows_teeth(part: Image, opening: FloatArray, landmarks: Landmarks) -> bool:
    """Whether a good part of the opening is about as bright as the cheeks."""
    light = to_linear(part).mean(2)
    limits = np.array(light.shape)[::-1] - 1
    x, y = (
        np.clip(np.rint(landmarks[[3, 13]] * 0.4 + landmarks[[48, 54]] * 0.6), 0, limits)
        .astype(int)
        .T
    )
    shown = light[opening > 0.5]
    return shown.size > 0 and float(np.percentile(shown, 75)) > 0.7 * float(light[y, x].mean())


def _white(light: Light) -> NDArray[np.float64]:
    """(3,) what a white surface that faces the camera shows, display values, linear."""
    vector = light.vector().astype(np.float64)
    facing = max(0.0, float(vector[KEY_DIRECTION + 2]))
    scene = vector[KEY_COLOUR : KEY_COLOUR + 3] * facing + 0.775 * vector[AMBIENT : AMBIENT + 3]
    scene += vector[FILL_COLOUR : FILL_COLOUR + 3] * (0.5 + 0.5 * vector[FILL_DIRECTION + 2])
    return scene


def _display(scene: FloatArray) -> FloatArray:
    """The head's tone curve (`head.resolve`), the inverse of `light_fit.untone`."""
    return scene * (0.12 * scene + 1.0) / (1.0 + 0.5 * scene)


def _polygon(points: NDArray[np.floating], shape: tuple[int, int]) -> FloatArray:
    mask = np.zeros(shape, np.uint8)
    fixed = np.rint(np.clip(points, -4096, 4096 * 4) * 16).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, 4)
    return mask.astype(np.float32) / np.float32(255)


def _dark_line(
    part: Image, inner: Landmarks, edges: tuple[FloatArray, FloatArray], gap: float
) -> FloatArray | None:
    """(w,) the row of the darkest line in a wide open mouth; None where there is no dark band.

    Without one, all that the photo shows are upper teeth.
    """
    above, below = edges
    if gap < _WIDE:
        return None
    left, right = inner[[0, 1], 0].mean(), inner[[3, 4], 0].mean()
    middle = slice(int(left), max(int(left) + 1, int(right)))
    top, bottom = int(inner[1:4, 1].mean()), int(inner[5:8, 1].mean())
    band = to_linear(part[top:bottom, middle]).mean(2)
    if band.size == 0:
        return None
    profile = cv2.GaussianBlur(band.mean(1)[:, None], (1, 5), 1.0)[:, 0]
    darkest = int(np.argmin(profile))
    rises = float(profile[darkest:].max()) >= 1.5 * profile[darkest]
    if profile[darkest] > 0.55 * float(profile.max()) or not rises:
        return None
    share = (top + darkest - inner[1:4, 1].mean()) / max(bottom - top, 1)
    return (above + share * (below - above)).astype(np.float32)


def paint_mouth(moved: Image, part: Image, inside: Inside, lips: Lips, eyes: float) -> None:
    """Paint the inside of the mouth into `moved` (h, w, 3), in place.

    moved  the window after its flow; part: the window of the photo; eyes: pixels
    """
    ring = _opening(lips.ring, pointed=inside.opening is not None)
    if ring is None:
        return
    height, width = moved.shape[:2]
    margin = 0.05 * eyes
    low = np.clip(np.floor(ring.min(0) - margin), 0, [width - 1, height - 1]).astype(int)
    high = np.clip(np.ceil(ring.max(0) + margin), 1, [width, height]).astype(int)
    size = (int(high[1] - low[1]), int(high[0] - low[0]))
    if min(size) < 2:
        return
    cover = _polygon(ring - low, size)
    place = slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))
    painted = moved[place].astype(np.float32)
    rows, columns = np.mgrid[low[1] : high[1], low[0] : high[0]].astype(np.float32)
    span = (0.02, 0.07) if inside.opening is not None else (0.012, 0.035)
    opened = _smooth((lips.gap - lips.gap_before) / eyes, *span)
    if opened > 0.0:
        filled = _fill(rows, columns, cover, (inside, lips, eyes))
        painted += (filled - painted) * np.float32(opened)
    if inside.opening is not None:
        shift = lips.stretch(place) * np.float32(1.0 - opened)
        painted = _own(painted, part, (columns, rows, shift, opened), (inside, lips, eyes))
    share = cv2.GaussianBlur(cover, (0, 0), 0.3 + 0.003 * eyes)[..., None]
    mixed = moved[place] * (1 - share) + painted * share
    moved[place] = np.clip(mixed + 0.5, 0, 255).astype(np.uint8)


def _smooth(value: float, low: float, high: float) -> float:
    share = float(np.clip((value - low) / (high - low), 0.0, 1.0))
    return share * share * (3 - 2 * share)


def _opening(ring: NDArray[np.float64], *, pointed: bool) -> NDArray[np.float64] | None:
    """The outline (k, 2) of what is open between the lips; None where they touch or cross.

    ring  (k, 2): upper lip first. Near the corners real lips close to a point, which the model's
          do not; so the height is limited there, more so in a smile that opens (`pointed`).
    """
    first, second = _lines(ring)
    left, right = max(first[0, 0], second[0, 0]), min(first[-1, 0], second[-1, 0])
    if right - left < 1.0:
        return None
    x = np.linspace(left, right, _COLUMNS)
    above, below = (np.interp(x, line[:, 0], line[:, 1]) for line in (first, second))
    height = below - above
    along = np.linspace(-1.0, 1.0, _COLUMNS)
    bow, tip = _POINTED if pointed else _ROUND
    limit = 1.15 * float(height.max()) * np.clip(1.0 - np.abs(along) ** bow, 0.0, 1.0) ** tip
    excess = np.maximum(height - limit, 0.0)
    above, below = above + 0.3 * excess, below - 0.7 * excess
    inside = np.flatnonzero(below - above > 0.3)
    if len(inside) < 3:
        return None
    kept = np.s_[inside[0] : inside[-1] + 1]
    below = np.maximum(above, below)
    outline = np.stack([x[kept], above[kept]], 1), np.stack([x[kept], below[kept]], 1)[::-1]
    return np.concatenate(outline)


def _lines(ring: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The upper and the lower line of a ring, each from left to right."""
    half = len(ring) // 2
    lines = ring[: half + 1], np.roll(ring, -half, axis=0)[: half + 1]
    upper, lower = (line[np.argsort(line[:, 0], kind="stable")] for line in lines)
    return upper, lower


def gap_of(ring: NDArray[np.float64]) -> float:
    """Largest height between the two lines of a ring, pixels; negative where they cross."""
    upper, lower = _lines(ring)
    x = np.linspace(max(upper[0, 0], lower[0, 0]), min(upper[-1, 0], lower[-1, 0]), _COLUMNS)
    heights = np.interp(x, *lower.T) - np.interp(x, *upper.T)
    return float(heights[_COLUMNS // 4 : -_COLUMNS // 4].max())


def _own(
    painted: FloatArray,
    part: Image,
    where: tuple[FloatArray, FloatArray, FloatArray, float],
    known: tuple[Inside, Lips, float],
) -> FloatArray:
    """The photo's own mouth over the painted one: upper piece with the skull, lower with the jaw.

    where  columns, rows, what to add to the places of the rigid pieces (h, w, 2), how rigid they
           are: a mouth that opens by little is stretched, or a dark line would surround its teeth
    """
    inside, lips, eyes = known
    columns, rows, stretch, rigid = where
    assert inside.opening is not None
    soft = np.float32(0.012 * eyes + 0.5)
    for matrix, side in ((lips.lower, -1.0), (lips.upper, 1.0)):
        x = matrix[0, 0] * columns + matrix[0, 1] * rows + matrix[0, 2]
        y = matrix[1, 0] * columns + matrix[1, 1] * rows + matrix[1, 2]
        x = ((x - columns) * rigid + columns + stretch[..., 0]).astype(np.float32)
        y = ((y - rows) * rigid + rows + stretch[..., 1]).astype(np.float32)
        y = _within(x, y, inside, side, eyes)
        shown = cv2.remap(part, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        share = cv2.remap(inside.opening, x, y, cv2.INTER_LINEAR)
        line = np.interp(x, np.arange(len(inside.split)), inside.split).astype(np.float32)
        share = share * np.clip(0.5 + side * (line - y) / soft, 0.0, 1.0)
        painted = painted + (shown - painted) * share[..., None]
    return painted


def _within(x: FloatArray, y: FloatArray, inside: Inside, side: float, eyes: float) -> FloatArray:
    """Rows that do not leave the photo's mouth by a little under the lip they belong to.

    Otherwise a lip that is raised would uncover a dark line above the teeth.
    """
    inset, most = np.float32(0.022 * eyes), np.float32(0.07 * eyes)
    edge = inside.above + inset if side > 0 else inside.below - inset
    line = np.interp(x, np.arange(len(edge)), edge).astype(np.float32)
    outside = (line - y) * np.float32(side)
    return np.where((outside > 0) & (outside < most), line, y).astype(np.float32)


def _fill(
    rows: FloatArray, columns: FloatArray, cover: FloatArray, known: tuple[Inside, Lips, float]
) -> FloatArray:
    """(h, w, 3) display values 0..255 of a painted mouth."""
    inside, lips, eyes = known
    lit = inside.white
    up_x, up_y = _on_head(lips.upper_teeth, rows, columns)
    low_x, low_y = _on_head(lips.lower_teeth, rows, columns)
    pixel = float(9.3 / eyes)  # cm; the outer eye corners are that far apart
    # The deeper under the lips, the less light.
    depth = cv2.distanceTransform((cover > 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    shade = 0.30 + 0.70 * np.clip(depth / (0.05 * eyes), 0.0, 1.0)
    corner = np.clip(1.0 - (np.abs(up_x) / 2.6) ** 2, 0.0, 1.0)
    # The cavity, and the tongue that lies behind the lower teeth.
    height = np.clip((low_y - _LOWER_LINE) / 0.9, -1.0, 1.0)
    dome = np.clip(1.0 - (low_x / 1.9) ** 2, 0.0, 1.0)
    tongue = np.clip(1.0 - height / np.maximum(dome, 0.05), 0.0, 1.0) ** 1.5 * np.sqrt(dome)
    tongue = (tongue * np.clip((_UPPER_LINE - 0.25 - up_y) / 0.6, 0.0, 1.0))[..., None]
    scene = inside.cavity * (0.5 + 0.5 * shade * corner)[..., None]
    scene = (
        scene + (_TONGUE_ALBEDO * lit * (0.3 + 0.7 * shade * corner)[..., None] - scene) * tongue
    )
    if inside.opening is None:
        # Lower teeth, then upper teeth over them.
        cover_low, relief = _row(low_x, low_y, _LOWER_ENDS, None, pixel)
        light = 0.45 * relief * corner * shade
        scene = _over(scene, _TOOTH_ALBEDO * lit * light[..., None], cover_low)
        cover_up, relief = _row(up_x, up_y, _TOOTH_ENDS, _TOOTH_EDGES, pixel)
        light = relief * (0.18 + 0.82 * corner) * (0.35 + 0.65 * shade)
        scene = _over(scene, _TOOTH_ALBEDO * lit * light[..., None], cover_up)
    shown = np.clip(_display(scene), 0.0, 1.0) ** (1 / 2.2)
    return (shown * 255.0).astype(np.float32)


def _over(below: FloatArray, above: FloatArray, share: FloatArray) -> FloatArray:
    return below + (above - below) * share[..., None]


def _row(
    x: FloatArray,
    y: FloatArray,
    ends: tuple[float, ...],
    edges: tuple[float, ...] | None,
    pixel: float,
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Coverage and brightness of a row of teeth at head coordinates x, y (cm).

    edges  how far each upper tooth ends above the line; None: the lower row, which ends upwards
    """
    away = np.abs(x)
    starts = (0.0, *ends[:-1])
    which = np.clip(np.searchsorted(np.array(ends), away), 0, len(ends) - 1)
    start, end = np.array(starts)[which], np.array(ends)[which]
    across = np.clip((away - start) / (end - start), 0.0, 1.0)
    from_gap = np.minimum(across, 1.0 - across) * (end - start)
    rounding = 0.10 * np.clip(1.0 - from_gap / 0.16, 0.0, 1.0) ** 2
    if edges is None:
        over_edge = _LOWER_LINE - rounding - y
    else:
        over_edge = y - (_UPPER_LINE + np.array(edges)[which] + rounding)
    blur = pixel + 0.012
    cover = np.clip(over_edge / blur + 0.5, 0.0, 1.0) * (away < ends[-1])
    gap = np.clip(from_gap / (0.03 + pixel), 0.0, 1.0)
    round_off = 1.0 - 0.22 * (2 * across - 1) ** 2
    biting = 0.86 + 0.14 * np.clip(over_edge / 0.12, 0.0, 1.0)
    return cover, (0.76 + 0.24 * gap) * round_off * biting


def _on_head(
    quadratic: NDArray[np.float64], rows: FloatArray, columns: FloatArray
) -> tuple[FloatArray, FloatArray]:
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
