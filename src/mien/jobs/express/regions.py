"""Where a network may change a moved face: planes of a head-256 crop, from landmarks and flow."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.face import affine
from mien.face.affine import Matrix
from mien.persona.flow import EYEBALL, MOUTH, NOTHING, TEETH, Flow
from mien.persona.window import Window
from mien.types import AU_NAMES, Landmarks

Planes: TypeAlias = NDArray[np.uint8]
"""(size, size, 3): how much the network may change mouth and eyes, 0..255, and the kind of
surface that the moved head shows there (`persona.flow`) times KIND_STEP."""

KIND_STEP = 40
PLANES = 5
"""Planes that `as_floats` makes of one `Planes`."""

# Outlines, in the order of their corners: lips; a brow and the eye below it, twice.
LIPS = tuple(range(48, 60))
EYES = ((17, 18, 19, 20, 21, 39, 40, 41, 36), (22, 23, 24, 25, 26, 45, 46, 47, 42))
_AROUND_LIPS, _AROUND_EYES = 0.30, 0.12
"""Of the outer-eye distance: how far beyond its outline a region fades to nothing."""

UPPER = frozenset(("AU1", "AU2", "AU4", "AU5", "AU6", "AU7", "AU9", "AU45"))
"""Action Units that change the eyes and brows; those that change the mouth are the others."""
_BOTH = frozenset(("AU6", "AU9"))
_NOTICED = 0.08
"""From this change of an Action Unit on, its region is open to the network entirely."""


_TOP = 0.3125
"""Where the window of the repairer begins, as a share of the crop's side; it is in the middle."""


def window(size: int, side: int) -> tuple[slice, slice]:
    """Rows and columns of a head-256 crop of `size` that hold eyes, brows, mouth and chin."""
    top, left = round(_TOP * size), (size - side) // 2
    top = min(top, size - side)
    return slice(top, top + side), slice(left, left + side)


def activity(change: NDArray[np.floating]) -> tuple[float, float]:
    """How much mouth and eyes are open to changes, 0..1 each, for a change (22,) of the AUs.

    Exactly 0 where nothing is asked of a region: it then stays as it is.
    """
    size = np.abs(np.asarray(change, np.float64))
    upper = np.array([name in UPPER for name in AU_NAMES])
    lower = ~upper | np.array([name in _BOTH for name in AU_NAMES])
    shares = np.clip([size[lower].max() / _NOTICED, size[upper].max() / _NOTICED], 0.0, 1.0)
    mouth, eyes = shares * shares * (3 - 2 * shares)
    return float(mouth), float(eyes)


def planes_of(
    before: Landmarks, after: Landmarks, kind: NDArray[np.uint8], change: NDArray[np.floating]
) -> Planes:
    """The planes of one move.

    before, after  (68, 2) landmarks of the still and the moved face, pixels of the crop
    kind           (size, size) as `kinds_in_crop` gives it
    change         (22,) what is added to the Action Units
    """
    size = len(kind)
    mouth, eyes = activity(change)
    planes = np.zeros((size, size, 3), np.uint8)
    planes[..., 2] = kind * np.uint8(KIND_STEP)
    unit = float(np.hypot(*(before[45] - before[36])))
    for channel, share, outlines, reach in (
        (0, mouth, (LIPS,), _AROUND_LIPS),
        (1, eyes, EYES, _AROUND_EYES),
    ):
        if share > 0.0:
            shapes = [one[list(ids)] for ids in outlines for one in (before, after)]
            soft = np.max([region(shape, size, reach * unit) for shape in shapes], axis=0)
            planes[..., channel] = np.rint(soft * (share * 255))
    return planes


def region(outline: NDArray[np.floating], size: int, reach: float) -> NDArray[np.float32]:
    """(size, size): 1 inside an outline (k, 2), falling smoothly to exactly 0 `reach` beyond it.

    Drawn on every second pixel and enlarged, as the fall is smooth.
    """
    half = size // 2
    rows, columns = np.mgrid[0:half, 0:half].astype(np.float32)
    x, y = columns * 2 + 0.5, rows * 2 + 0.5
    away = np.full((half, half), np.inf, np.float32)
    inside = np.zeros((half, half), bool)
    points = outline.astype(np.float32)
    for (x0, y0), (x1, y1) in zip(points, np.roll(points, -1, axis=0), strict=True):
        dx, dy = x1 - x0, y1 - y0
        along = ((x - x0) * dx + (y - y0) * dy) / max(float(dx * dx + dy * dy), 1e-9)
        along = np.clip(along, 0.0, 1.0)
        away = np.minimum(away, np.hypot(x - x0 - along * dx, y - y0 - along * dy))
        crosses = (y0 > y) != (y1 > y)
        if y1 != y0:
            inside ^= crosses & (x < x0 + (y - y0) * dx / dy)
    share = np.where(inside, 1.0, np.clip(1.0 - away / max(reach, 1e-6), 0.0, 1.0))
    share = (share * share * (3 - 2 * share)).astype(np.float32)
    return affine.resize(share, (size, size))


def kinds_in_crop(flow: Flow, window: Window, crop: Matrix, size: int) -> NDArray[np.uint8]:
    """(size, size) the kind of surface of the moved head in every pixel of a crop.

    crop  (2, 3) photo to crop pixels
    """
    columns, rows = np.meshgrid(np.arange(size), np.arange(size))
    to_work = affine.compose(window.from_photo(), affine.invert(crop))
    places = affine.transform(to_work, np.stack([columns, rows], -1))
    x, y = np.rint(places).astype(np.int64).transpose(2, 0, 1)
    height, width = flow.kind.shape
    inside = (x >= 0) & (y >= 0) & (x < width) & (y < height)
    found = flow.kind[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)]
    return np.where(inside, found, NOTHING).astype(np.uint8)


def as_floats(planes: Planes) -> NDArray[np.float32]:
    """(n, 5, s, s) float32 in [0, 1] of planes (n, s, s, 3): two regions, three kinds of surface.

    The kinds are the inside of the mouth, teeth, and eyeballs.
    """
    made = np.empty((len(planes), PLANES, *planes.shape[1:3]), np.float32)
    made[:, 0] = planes[..., 0] * np.float32(1 / 255)
    made[:, 1] = planes[..., 1] * np.float32(1 / 255)
    for channel, kind in enumerate((MOUTH, TEETH, EYEBALL), 2):
        made[:, channel] = planes[..., 2] == kind * KIND_STEP
    return made
