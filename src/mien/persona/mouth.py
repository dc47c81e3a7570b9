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
from mien.head.light import Light
from mien.persona.light_fit import untone
from mien.persona.teeth import CAVITY_ALBEDO, Hollow, draw_inside, on_head, white_of
from mien.persona.window import Place
from mien.types import Image, Landmarks

FloatArray = NDArray[Any]  # float32, which OpenCV's types do not tell

OPEN = 0.035
"""Gap of the inner lips, in eye distances, from which the photo shows the mouth's inside."""
_PARTED = 0.10
"""Below this gap lips may be parted without showing teeth; then the inside is painted."""
_WIDE = 0.11  # gap from which on a mouth may show both rows of teeth
_SHADOW = 0.06  # height of a dark band under the upper lip below which it is the lip's shadow
_INNER = slice(60, 68)
_FEW = 20  # pixels that a colour needs

_COLUMNS = 65
_ROUND, _POINTED = (1.7, 0.85), (1.5, 1.1)  # exponents of an opening's height along its width
_FLAT, _TALL = 0.12, 0.40  # height over width of an opening that is pointed, and of a round one
_SOFT, _SOFT_PIXELS = 0.003, 0.35  # how blurred paint is: eye distances, and pixels
_RIM = 0.05  # of the opening's height: how far paint covers the torn edge of the lower lip
_CORNER = (0.72, 1.0)  # of the half width: from where to where painting ends in the corners


@dataclasses.dataclass(frozen=True, eq=False)
class Inside:
    """What the photo shows between the lips, in photo pixels of the window.

    opening  (h, w) float32 0..1, or None for a closed mouth
    above, below  (w,) rows of the inner edges of the lips
    split    (w,) row of the line between what stays with the skull and what moves with the jaw
    light    on the face
    cavity   (3,) scene light of the dark behind the teeth
    """

    opening: FloatArray | None
    above: FloatArray
    below: FloatArray
    split: FloatArray
    light: Light
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
    dim = CAVITY_ALBEDO * white_of(light)
    inner = landmarks[_INNER]
    gap = float(np.mean([inner[7, 1] - inner[1, 1], inner[6, 1] - inner[2, 1]])) / eyes
    opening = _polygon(inner, (height, width))
    above, below = _edge(inner[:5], width), _edge(inner[[0, 7, 6, 5, 4]], width)
    if gap <= OPEN or (gap < _PARTED and not _shows_teeth(part, opening, landmarks)):
        return Inside(None, above, below, below, light, dim)
    reach = max(1, round(0.012 * eyes))
    opening = cv2.erode(opening, np.ones((2 * reach + 1,) * 2, np.uint8))
    opening = np.maximum(opening, _beside(part, opening, landmarks, eyes))
    opening = cv2.GaussianBlur(opening, (0, 0), 0.006 * eyes + 0.4)
    # The darkest tenth of what the photo shows there is its cavity, if it is dark at all.
    shown = to_linear(part[opening > 0.5]) if (opening > 0.5).any() else np.ones((1, 3))
    dark = shown[shown.mean(1) <= np.percentile(shown.mean(1), 10)].mean(0)
    cavity = np.minimum(untone(dark), 2.0 * dim)
    split = _dark_line(part, inner, (above, below), gap)
    if split is None:
        split = below + np.float32(0.05 * eyes)
    return Inside(opening, above, below, split, light, cavity)


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


def _beside(part: Image, opening: FloatArray, landmarks: Landmarks, eyes: float) -> FloatArray:
    """(h, w) 0 or 1: teeth and dark that curved lips show outside of the straight `opening`.

    Six points around a mouth cut off its corners. Between them and a rounder line, what is less
    like the lips than like what surely lies inside belongs to it.
    """
    sure = opening > 0.5
    round_line = _polygon(_rounded(landmarks[_INNER]), part.shape[:2]) > 0.5
    lips = (_polygon(landmarks[48:60], part.shape[:2]) > 0.5) & ~round_line
    if sure.sum() < _FEW or lips.sum() < _FEW:
        return np.zeros_like(opening)
    colours = cv2.cvtColor(part, cv2.COLOR_RGB2LAB).astype(np.float32)
    light = colours[sure][:, 0]
    ends = [
        colours[sure][light >= np.percentile(light, 70)].mean(0),
        colours[sure][light <= np.percentile(light, 10)].mean(0),
    ]
    inside = np.min([np.linalg.norm(colours - one, axis=2) for one in ends], axis=0)
    outside = np.linalg.norm(colours - colours[lips].mean(0), axis=2)
    found = (round_line & (inside < outside)) | sure
    size = max(1, round(0.01 * eyes))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * size + 1,) * 2)
    return cv2.morphologyEx(found.astype(np.float32), cv2.MORPH_OPEN, kernel)


def _rounded(inner: Landmarks) -> NDArray[np.float64]:
    """(2 k, 2) the lines through the eight inner points (8, 2) of lips, round between them."""
    left, right = inner[0], inner[4]
    along = np.linspace(-1.0, 1.0, _COLUMNS)
    chord = left + (right - left) * (along[:, None] + 1) / 2
    lines = []
    for points in (inner[1:4], inner[[7, 6, 5]]):
        t = 2 * (points - left) @ (right - left) / max(float(np.sum((right - left) ** 2)), 1e-6) - 1
        t = np.clip(t, -0.95, 0.95)
        away = points - (left + (right - left) * (t[:, None] + 1) / 2)
        shape = away / np.sqrt(1.0 - t[:, None] ** 2)
        bow = np.stack([np.interp(along, t, column) for column in shape.T], 1)
        lines.append(chord + bow * np.sqrt(1.0 - along[:, None] ** 2))
    return np.concatenate([lines[0], lines[1][::-1]])


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
    if _is_lip_shadow(profile, darkest, gap):
        return None
    share = (top + darkest - inner[1:4, 1].mean()) / max(bottom - top, 1)
    return (above + share * (below - above)).astype(np.float32)


def _is_lip_shadow(profile: FloatArray, darkest: int, gap: float) -> bool:
    """Whether a dark line is only the upper lip's shadow on teeth: next to the lip, and thin."""
    bright = np.flatnonzero(profile > 0.35 * profile.max())
    first = int(bright[0]) if len(bright) else len(profile)
    return darkest <= first and first / len(profile) * gap < _SHADOW


def paint_mouth(moved: Image, part: Image, inside: Inside, lips: Lips, eyes: float) -> None:
    """Paint the inside of the mouth into `moved` (h, w, 3), in place.

    moved  the window after its flow; part: the window of the photo; eyes: pixels
    """
    ring = _opening(lips.ring, own=inside.opening is not None)
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
        shift = lips.stretch(place)
        pulled = at_lower_lip(shift[..., 1], cover, 0.02 * eyes + 0.5)
        shift = shift * np.float32(1.0 - opened)
        painted = _own(painted, part, (columns, rows, shift, pulled, opened), (inside, lips, eyes))
    share = cv2.GaussianBlur(cover, (0, 0), 0.3 + 0.003 * eyes)[..., None]
    if inside.opening is None:
        share = share * _ending(columns, ring, lips)[..., None]
    mixed = moved[place] * (1 - share) + painted * share
    moved[place] = np.clip(mixed + 0.5, 0, 255).astype(np.uint8)


def _smooth(value: float, low: float, high: float) -> float:
    share = float(np.clip((value - low) / (high - low), 0.0, 1.0))
    return share * share * (3 - 2 * share)


def _ending(columns: FloatArray, ring: NDArray[np.float64], lips: Lips) -> FloatArray:
    """(h, w) 1, and less in the corners of a mouth that opens by little.

    There the dark line between the photo's closed lips, stretched by the flow, looks more like a
    corner than any paint.
    """
    left, right = float(ring[:, 0].min()), float(ring[:, 0].max())
    flat = 1.0 - _smooth(lips.gap / max(right - left, 1.0), _FLAT, _TALL)
    along = np.abs(columns - (left + right) / 2) / max((right - left) / 2, 1.0)
    share = np.clip((along - _CORNER[0]) / (_CORNER[1] - _CORNER[0]), 0.0, 1.0)
    return 1.0 - flat * share * share * (3 - 2 * share)


def _opening(ring: NDArray[np.float64], *, own: bool) -> NDArray[np.float64] | None:
    """The outline (k, 2) of what is open between the lips; None where they touch or cross.

    ring  (k, 2): upper lip first. Near the corners real lips close to a point, which the model's
          do not; so the height is limited there, more so in flat openings and where the photo's
          mouth is open (`own`), as it mostly is by a smile.
    """
    first, second = _lines(ring)
    left, right = max(first[0, 0], second[0, 0]), min(first[-1, 0], second[-1, 0])
    if right - left < 1.0:
        return None
    x = np.linspace(left, right, _COLUMNS)
    above, below = (np.interp(x, line[:, 0], line[:, 1]) for line in (first, second))
    height = below - above
    along = np.linspace(-1.0, 1.0, _COLUMNS)
    bow, tip = _exponents(float(height.max()) / (right - left), own=own)
    limit = 1.15 * float(height.max()) * np.clip(1.0 - np.abs(along) ** bow, 0.0, 1.0) ** tip
    excess = np.maximum(height - limit, 0.0)
    above, below = above + 0.3 * excess, below - 0.7 * excess
    inside = np.flatnonzero(below - above > 0.3)
    if len(inside) < 3:
        return None
    kept = np.s_[inside[0] : inside[-1] + 1]
    below = np.maximum(above, below) + _RIM * np.minimum(height, 0.2 * (right - left))
    outline = np.stack([x[kept], above[kept]], 1), np.stack([x[kept], below[kept]], 1)[::-1]
    return np.concatenate(outline)


def _exponents(tallness: float, *, own: bool) -> tuple[float, float]:
    """How the height of an opening falls off to its corners; `tallness` is height over width."""
    if own:
        return _POINTED
    share = _smooth(tallness, _FLAT, _TALL)
    return (
        _POINTED[0] + (_ROUND[0] - _POINTED[0]) * share,
        _POINTED[1] + (_ROUND[1] - _POINTED[1]) * share,
    )


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
    where: tuple[FloatArray, FloatArray, FloatArray, FloatArray, float],
    known: tuple[Inside, Lips, float],
) -> FloatArray:
    """The photo's own mouth over the painted one: upper piece with the skull, lower with the jaw.

    where  columns, rows, what to add to the places of the rigid pieces (h, w, 2), how far the
           lower lip came (w,), how rigid the pieces are: a mouth that opens by little is
           stretched, or a dark line would surround its teeth
    """
    inside, lips, eyes = known
    columns, rows, stretch, pulled, rigid = where
    assert inside.opening is not None
    soft = np.float32(0.012 * eyes + 0.5)
    for matrix, side in ((lips.lower, -1.0), (lips.upper, 1.0)):
        x = matrix[0, 0] * columns + matrix[0, 1] * rows + matrix[0, 2]
        y = matrix[1, 0] * columns + matrix[1, 1] * rows + matrix[1, 2]
        if side < 0:
            # Lower teeth are often cut by the lip's line: what is on both sides has to meet.
            y = rows + pulled
        x = ((x - columns) * rigid + columns + stretch[..., 0]).astype(np.float32)
        y = ((y - rows) * rigid + rows + stretch[..., 1]).astype(np.float32)
        y, known_share = _within(x, y, inside, side, eyes)
        shown = cv2.remap(part, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        share = cv2.remap(inside.opening, x, y, cv2.INTER_LINEAR)
        line = np.interp(x, np.arange(len(inside.split)), inside.split).astype(np.float32)
        share = share * np.clip(0.5 + side * (line - y) / soft, 0.0, 1.0) * known_share
        painted = painted + (shown - painted) * share[..., None]
    return painted


def at_lower_lip(shift: FloatArray, cover: FloatArray, soft: float) -> FloatArray:
    """(w,) the shift (h, w) just below the lower edge of an opening, smooth along the lip."""
    open_ = cover > 0.5
    columns = np.flatnonzero(open_.any(0))
    if len(columns) == 0:
        return np.zeros(shift.shape[1], np.float32)
    bottom = len(open_) - 1 - open_[::-1].argmax(0)
    rows = np.minimum(bottom[columns] + 1, len(open_) - 1)
    found = np.interp(np.arange(shift.shape[1]), columns, shift[rows, columns])
    return cv2.GaussianBlur(found.astype(np.float32)[None], (0, 0), soft)[0]


def _within(
    x: FloatArray, y: FloatArray, inside: Inside, side: float, eyes: float
) -> tuple[FloatArray, FloatArray]:
    """Rows that do not leave the photo's mouth by a little under the lip they belong to.

    Otherwise a lip that is raised would uncover a dark line above the teeth. Gives also the share
    (h, w) that such rows are worth: upper teeth go on up to the gum, but what stands before the
    lower lip may be the tongue, which drawn out in length looks wrong.
    """
    inset, most = np.float32(0.022 * eyes), np.float32(0.07 * eyes)
    edge = inside.above + inset if side > 0 else inside.below - inset
    line = np.interp(x, np.arange(len(edge)), edge).astype(np.float32)
    outside = (line - y) * np.float32(side)
    held = (outside > 0) & (outside < most)
    fade = np.clip(1.0 - outside / inset, 0.0, 1.0) if side < 0 else np.ones_like(y)
    share = np.where(held, fade, 1.0).astype(np.float32)
    return np.where(held, line, y).astype(np.float32), share


def _fill(
    rows: FloatArray, columns: FloatArray, cover: FloatArray, known: tuple[Inside, Lips, float]
) -> FloatArray:
    """(h, w, 3) display values 0..255 of a painted mouth, as sharp as photos of mouths are."""
    inside, lips, eyes = known
    upper, lower = (on_head(map_, rows, columns) for map_ in (lips.upper_teeth, lips.lower_teeth))
    hollow = Hollow(cover, upper, lower, eyes)
    scene = draw_inside(hollow, inside.light, inside.cavity, teeth=inside.opening is None)
    shown = np.clip(_display(scene), 0.0, 1.0) ** (1 / 2.2) * 255.0
    return cv2.GaussianBlur(shown.astype(np.float32), (0, 0), _SOFT_PIXELS + _SOFT * eyes)
