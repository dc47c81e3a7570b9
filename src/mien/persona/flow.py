"""Dense flow of a moved head: for every pixel of the result, where in the photo it came from.

The rasteriser says which point of which triangle a pixel of the moved head shows; the same point of
the head as the photo has it is the source. That is exact wherever the photo shows the point. All
else (hair, ears that turn, neck, background) follows softly and comes to rest.
"""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.head.kernels import kernel
from mien.head.layout import PART_EYE, PART_TEETH, Float32, Int32, Visibility
from mien.persona.window import CELL, Window

Values: TypeAlias = NDArray[Any]
"""float32, which OpenCV's types do not tell."""

# What a pixel of the moved head shows.
NOTHING, SURFACE, EYEBALL, TEETH, MOUTH, HIDDEN = range(6)

_INSIDE_LIPS = -0.02  # of the lip level: below it the surface belongs to the mouth's inside
_DEPTH_SLACK = 0.7 / 85.0**2  # 0.7 cm at the camera's distance, in 1 / distance
_MOVED = 0.004  # working pixels: flow below this is rest
_FACET_BLUR = 2.5
REACH, TURNED_REACH = 0.6, 1.25
"""Of the eye distance: beyond this from the head nothing moves, in expressions and in turns."""
_LIGHT_BLUR = 0.05  # of the eye distance
_LIGHT_LIMITS = (-0.3, 0.26)
_LIGHT_SHARE = 0.7 / 2.2  # of the light's log ratio in the log of display values


class Source(NamedTuple):
    """The head as the photo has it, per vertex and triangle.

    screen     (n, 3) float32 working pixels from the corner, 1 / distance
    triangles  (t, 3) int32; parts (t,) int32
    lip_level  (n,) float32: below 0 inside the mouth
    seam       (n,) uint8: 1 on lid and lip edges, where depth says nothing
    expressive (t,) float32: 1 on the face, 0 on the neck, which no expression moves
    frontal    (t,) float32: 1 where the photo shows the triangle well enough to be turned
    log_light  (n,) float32 log of the light that falls on each vertex
    depth      (h, w) float32 nearest 1 / distance, as the photo shows the head
    stillness  (h / 4, w / 4) float32: 0 where nothing may move, 1 elsewhere
    """

    screen: Float32
    triangles: Int32
    parts: Int32
    lip_level: Float32
    seam: NDArray[np.uint8]
    expressive: Float32
    frontal: Float32
    log_light: Float32
    depth: Float32
    stillness: Float32


@dataclasses.dataclass(frozen=True, eq=False)
class Flow:
    """Where the pixels of the result come from.

    shift      (h, w, 2) float32 working pixels to add to a pixel's place; 0 at rest
    log_gain   (h / 4, w / 4) float32 log of the light's change, smooth; 0 where nothing is known
    kind       (h, w) uint8: NOTHING, SURFACE, EYEBALL, TEETH, MOUTH or HIDDEN
    exact      (h, w, 2) float32 as `shift`, unsmoothed and only of the head itself
    distance   (h / 4, w / 4) float32 working pixels from the moving head
    folds      (h, w) float32 log of what folds of the skin change in the light, or None
    """

    shift: Values
    log_gain: Values
    kind: NDArray[np.uint8]
    exact: Values
    distance: Values
    folds: Values | None = None


class _Sampled(NamedTuple):
    """What `_sample` fills, per working pixel.

    exact  (h, w, 2) flow of the head; kind (h, w) uint8
    cells  (h, w, 4) trust times (x, y, 1, log of the light's change)
    """

    exact: Float32
    kind: NDArray[np.uint8]
    cells: Float32


@kernel
def _at(values: Any, i: int, j: int, k: int, weights: tuple[float, float, float]) -> float:
    return weights[0] * values[i] + weights[1] * values[j] + weights[2] * values[k]


@kernel
def _is_hidden(depth: Any, x: float, y: float, own: float) -> bool:
    """Whether the photo shows something nearer at (x, y), or nothing at all."""
    u, v = int(x + 0.5), int(y + 0.5)
    if u < 1 or v < 1 or u >= depth.shape[1] - 1 or v >= depth.shape[0] - 1:
        return True
    nearest = np.float32(1e9)
    for dv in range(-1, 2):
        for du in range(-1, 2):
            nearest = min(nearest, depth[v + dv, u + du])
    return bool(nearest > own + _DEPTH_SLACK)


@kernel
def _kind_of(
    source: Source, t: int, x: float, y: float, weights: tuple[float, float, float]
) -> int:
    part = source.parts[t]
    if part == PART_EYE:
        return EYEBALL
    if part == PART_TEETH:
        return TEETH
    i, j, k = source.triangles[t, 0], source.triangles[t, 1], source.triangles[t, 2]
    if _at(source.lip_level, i, j, k, weights) < _INSIDE_LIPS:
        return MOUTH
    own = _at(source.screen[:, 2], i, j, k, weights)
    if source.seam[i] == 0 and _is_hidden(source.depth, x, y, own):
        return HIDDEN
    return SURFACE


@kernel
def _sample(seen: Visibility, source: Source, lit: Any, turned: float, out: _Sampled) -> None:
    """Fill `out`; lit (n,) log light of the moved head; turned as in `find_flow`."""
    height, width = out.kind.shape
    for row in range(height):
        for column in range(width):
            t = seen.triangle[row, column]
            out.exact[row, column, :] = 0.0
            out.cells[row, column, :] = 0.0
            out.kind[row, column] = NOTHING
            if t < 0:
                continue
            a, b = seen.barycentric[row, column, 0], seen.barycentric[row, column, 1]
            weights = (a, b, 1.0 - a - b)
            i, j, k = source.triangles[t, 0], source.triangles[t, 1], source.triangles[t, 2]
            x = _at(source.screen[:, 0], i, j, k, weights) - 0.5
            y = _at(source.screen[:, 1], i, j, k, weights) - 0.5
            found = _kind_of(source, t, x, y, weights)
            out.kind[row, column] = found
            out.exact[row, column, 0] = x - column
            out.exact[row, column, 1] = y - row
            if found in (SURFACE, EYEBALL):
                trust = source.expressive[t]
                trust += turned * (source.frontal[t] - trust)
                out.cells[row, column, 0] = trust * (x - column)
                out.cells[row, column, 1] = trust * (y - row)
                out.cells[row, column, 2] = trust
                if found == SURFACE:
                    before = _at(source.log_light, i, j, k, weights)
                    out.cells[row, column, 3] = trust * (_at(lit, i, j, k, weights) - before)


def find_flow(
    source: Source,
    seen: Visibility,
    lit: Values,
    *,
    turned: float,
    eyes: float,
    held: Values | None = None,
) -> Flow:
    """The flow of one moved head.

    seen    the moved head in the window
    lit     (n,) float32 log light of its vertices
    turned  0 for a change of expression alone, up to 1 for a turned head: then only what the photo
            shows from the front is trusted, and the surroundings follow further
    eyes    working pixels between the outer corners of the eyes
    held    (h, w) float32 0..1, or None: how much of the photo no expression moves there
    """
    height, width = seen.triangle.shape
    out = _Sampled(
        np.empty((height, width, 2), np.float32),
        np.empty((height, width), np.uint8),
        np.empty((height, width, 4), np.float32),
    )
    _sample(seen, source, lit, turned, out)
    exact, kind, cells = out
    coarse = cv2.resize(cells, (width // CELL, height // CELL), interpolation=cv2.INTER_AREA)
    distance = _distance(source, seen, kind, turned)
    around = _around(coarse, distance, turned=turned, eyes=eyes)
    around *= source.stillness[..., None]
    shift = _joined(exact, cells[..., 2], around, kind)
    if held is not None and turned < 1.0:
        shift *= (1.0 - (1.0 - turned) * held)[..., None]
    return Flow(shift, _gain(coarse, eyes), kind, exact, distance)


def _distance(source: Source, seen: Visibility, kind: NDArray[np.uint8], turned: float) -> Values:
    """(h / 4, w / 4) working pixels from the moving head."""
    middle = np.s_[CELL // 2 :: CELL, CELL // 2 :: CELL]
    shown, triangle = kind[middle], seen.triangle[middle]
    on_face = (shown != NOTHING) & (source.expressive[np.maximum(triangle, 0)] > 0.5)
    moved = [(1.0 - turned, on_face)] if turned < 1.0 else []
    if turned > 0.0:
        front = (source.frontal[np.maximum(triangle, 0)] > 0.3) & (shown != HIDDEN)
        front |= (shown == TEETH) | (shown == MOUTH)
        moved.append((turned, front & (shown != NOTHING)))
    total = np.zeros(shown.shape, np.float32)
    for weight, mask in moved:
        away = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 3)
        total += np.float32(weight * CELL) * away
    return total


def _around(coarse: Values, distance: Values, *, turned: float, eyes: float) -> Values:
    """(h / 4, w / 4, 2) flow that goes on softly from the head and comes to rest."""
    trust = coarse[..., 2]
    filled = fill(coarse[..., :2], trust)
    far = cv2.GaussianBlur(filled, (0, 0), 2.5 + 2.5 * turned)
    mix = np.clip(distance / (10.0 + 15.0 * turned), 0.0, 1.0)[..., None]
    # Two cells short of the promise, since bilinear enlargement reaches one further.
    reach = (REACH + (TURNED_REACH - REACH) * turned) * eyes - 2 * CELL
    rest = np.clip(distance / reach, 0.0, 1.0)
    share = 1.0 - rest * rest * (3.0 - 2.0 * rest)
    return (filled + (far - filled) * mix) * share[..., None]


def fill(sums: Values, weights: Values) -> Values:
    """(h, w, c) values sums / weights, and where the weights (h, w) are 0 what lies around.

    Pull-push (Gortler et al. 1996): averages over ever larger areas fill the holes.
    """
    levels = [(sums, weights)]
    while min(levels[-1][1].shape) > 3:
        levels.append((cv2.pyrDown(levels[-1][0]), cv2.pyrDown(levels[-1][1])))
    last, weight = levels[-1]
    values = last / np.maximum(weight, 1e-6)[..., None]
    for one, weight in reversed(levels[:-1]):
        size = (weight.shape[1], weight.shape[0])
        coarser = cv2.resize(values, size, interpolation=cv2.INTER_LINEAR)
        coarser = coarser.reshape(one.shape)
        share = np.clip(weight, 0.0, 1.0)[..., None]
        own = one / np.maximum(weight, 1e-6)[..., None]
        values = coarser + (own - coarser) * share
    return values


def _joined(exact: Values, trust: Values, around: Values, kind: NDArray[np.uint8]) -> Values:
    """Exact flow on the head, the other elsewhere, without facets or seams but at eyes and lips."""
    height, width = trust.shape
    shift = cv2.resize(around, (width, height), interpolation=cv2.INTER_LINEAR)
    _mix(exact, trust, shift)
    half = cv2.resize(shift, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    half = cv2.GaussianBlur(half, (0, 0), _FACET_BLUR / 2)
    smooth = cv2.resize(half, (width, height), interpolation=cv2.INTER_LINEAR)
    fine = ((kind >= EYEBALL) & (kind <= MOUTH)).astype(np.uint8)
    near = cv2.dilate(fine, np.ones((9, 9), np.uint8))
    keep = cv2.blur(near * np.uint8(255), (7, 7))
    _settle(smooth, near, keep, shift)
    return shift


@kernel
def _mix(exact: Any, trust: Any, shift: Any) -> None:
    """shift += (exact - shift) * trust, in place."""
    for row in range(trust.shape[0]):
        for column in range(trust.shape[1]):
            share = trust[row, column]
            if share > 0.0:
                for k in range(2):
                    other = shift[row, column, k]
                    shift[row, column, k] = other + (exact[row, column, k] - other) * share


@kernel
def _settle(smooth: Any, near: Any, keep: Any, shift: Any) -> None:
    """The smooth flow but near eyes and lips, in place; what hardly moves is put to rest."""
    for row in range(near.shape[0]):
        for column in range(near.shape[1]):
            share = 1.0 if near[row, column] else keep[row, column] / 255.0
            x, y = smooth[row, column, 0], smooth[row, column, 1]
            x += (shift[row, column, 0] - x) * share
            y += (shift[row, column, 1] - y) * share
            moves = max(abs(x), abs(y)) >= _MOVED
            shift[row, column, 0] = x if moves else 0.0
            shift[row, column, 1] = y if moves else 0.0


def _gain(coarse: Values, eyes: float) -> Values:
    """(h / 4, w / 4) smooth log gain from the sums of the trusted pixels' log ratios."""
    sigma = _LIGHT_BLUR * eyes / CELL
    total = cv2.GaussianBlur(coarse[..., 3], (0, 0), sigma)
    count = cv2.GaussianBlur(coarse[..., 2], (0, 0), sigma)
    inside = cv2.erode(coarse[..., 2], np.ones((3, 3), np.uint8))
    inside = cv2.GaussianBlur(inside, (0, 0), 1.0)
    ratio = total / np.maximum(count, 0.05)
    return np.clip(ratio, *_LIGHT_LIMITS) * inside * _LIGHT_SHARE


def warp(part: NDArray[np.uint8], window: Window, flow: Flow) -> NDArray[np.uint8]:
    """The window's pixels `part` (h, w, 3) of the photo, moved and relit.

    Pixels that neither move nor change their light keep their values exactly.
    """
    shift = window.enlarge(flow.shift)
    x, y = np.empty(shift.shape[:2], np.float32), np.empty(shift.shape[:2], np.float32)
    _places(shift, *window.scale, x, y)
    moved = np.asarray(
        cv2.remap(part, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )
    size = (moved.shape[1], moved.shape[0])
    gain = cv2.resize(np.exp(flow.log_gain), size, interpolation=cv2.INTER_LINEAR)
    if flow.folds is not None:
        gain *= window.enlarge(np.exp(flow.folds))
    _relight(moved, gain)
    return moved


@kernel
def _places(shift: Any, across: float, down: float, x: Any, y: Any) -> None:
    """Fill x and y (h, w): column and row that each pixel comes from, photo pixels."""
    for row in range(x.shape[0]):
        for column in range(x.shape[1]):
            x[row, column] = column + shift[row, column, 0] / across
            y[row, column] = row + shift[row, column, 1] / down


@kernel
def _relight(moved: Any, gain: Any) -> None:
    for row in range(gain.shape[0]):
        for column in range(gain.shape[1]):
            factor = gain[row, column]
            if abs(factor - 1.0) > 1e-4:
                for k in range(3):
                    value = moved[row, column, k] * factor + 0.5
                    moved[row, column, k] = np.uint8(min(max(value, 0.0), 255.0))
