"""A picture of a face bent so that its landmarks lie where others are, by a thin plate.

What `persona.move` does with a head, for frames of which nothing is known but their landmarks.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.face.affine import Matrix, transform
from mien.persona.spline import kernel, system_of
from mien.types import Image, Landmarks

_GRID = 33
_SMOOTH = 0.004
"""Of the spline, in units of the eye distance: gives way to the noise of a detector."""
_WEIGHTS = np.ones(68)
_WEIGHTS[:17], _WEIGHTS[17:27], _WEIGHTS[36:48] = 0.5, 1.5, 3.0
_WEIGHTS[48:60], _WEIGHTS[60:68] = 2.0, 3.0
_ALL_WEIGHTS = np.concatenate([_WEIGHTS, [8.0, 8.0]])
"""With both irises: no warp turns an eye, so a source has to look where it is wanted. Among the
learnt frames of a real clip, neighbours of a second left out, 8 instead of 2 gained 1.8 dB around
the eyes and .4 in the face; of another, where nobody looks aside, nothing."""


def warp_to(picture: Image, own: Landmarks, wanted: Landmarks) -> Image:
    """The picture (h, w, 3) with its landmarks `own` (68, 2) moved to `wanted` (68, 2).

    Its border stays.
    """
    return warps_to([picture], [own], wanted)[0]


def warps_to(
    pictures: Sequence[Image],
    owns: Sequence[Landmarks],
    wanted: Landmarks,
    *,
    moved: Matrix | None = None,
) -> list[Image]:
    """Several pictures (h, w, 3) of one face, each moved to the same landmarks.

    moved  where the pictures' border goes; None: it stays

    One spline is solved for all of them on the points of `wanted`, found on a grid of 33 and
    enlarged: two pictures of 128 pixels take about a millisecond.
    """
    height, width = pictures[0].shape[:2]
    border = _border(width, height)
    edge = border if moved is None else transform(moved, border)
    points = np.concatenate([wanted, edge])
    values = np.concatenate([np.concatenate([own, border]) - points for own in owns], 1)
    unit = float(np.hypot(*(wanted[45] - wanted[36]))) or 1.0
    grid = _lattice(width - 1.0, height - 1.0, _GRID)
    coarse = _plate(points / unit, values, grid / unit)
    x, y = np.meshgrid(
        *(np.linspace(0.0, _GRID - 1.0, side, dtype=np.float32) for side in (width, height))
    )
    made = []
    for k, picture in enumerate(pictures):
        shifted = (grid + coarse[:, 2 * k : 2 * k + 2]).reshape(_GRID, _GRID, 2)
        fine = cv2.remap(
            shifted.astype(np.float32), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        one = cv2.remap(picture, fine, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # pyright: ignore[reportCallIssue, reportArgumentType]
        made.append(np.asarray(one, np.uint8))
    return made


def _plate(
    points: NDArray[np.float64], values: NDArray[np.float64], at: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(n, c) of a thin plate through `values` (k, c) at `points` (k, 2), seen at `at` (n, 2).

    As `spline.fit_spline` with its smoothing, but all columns at once and solved directly: the
    smoothing and the four corners of the border make the system regular.
    """
    count = len(points)
    system = system_of(points, _SMOOTH)
    right = np.zeros((count + 3, values.shape[1]))
    right[:count] = values
    weights = np.linalg.solve(system, right)
    flat = np.c_[np.ones(len(at)), at] @ weights[count:]
    return flat + kernel(at, points) @ weights[:count]


def _border(width: int, height: int) -> NDArray[np.float64]:
    """(12, 2) points on the picture's border."""
    right, bottom = width - 1.0, height - 1.0
    grid = _lattice(right, bottom, 4)
    return grid[((grid == 0) | (grid == [right, bottom])).any(1)]


def _lattice(right: float, bottom: float, count: int) -> NDArray[np.float64]:
    """(count^2, 2) places spread evenly from (0, 0) to the corner."""
    lines = (np.linspace(0.0, far, count) for far in (right, bottom))
    return np.stack(np.meshgrid(*lines), -1).reshape(-1, 2)


def likeness(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, m) distances of landmarks (n, 68, 2) and (m, 68, 2): mouth and eyes count most.

    Both may hold the two pupils as points 68 and 69.
    """
    weights = _WEIGHTS[:, None] if one.shape[1] == len(_WEIGHTS) else _ALL_WEIGHTS[:, None]
    a, b = ((values * weights).reshape(len(values), -1) for values in (one, other))
    squared = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
    return np.sqrt(np.maximum(squared, 0.0))
