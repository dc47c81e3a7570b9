"""A picture of a face bent so that its landmarks lie where others are, by a thin plate.

What `persona.move` does with a head, for frames of which nothing is known but their landmarks.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.persona.spline import fit_spline
from mien.types import Image, Landmarks

_GRID = 33
_SMOOTH = 0.004
"""Of the spline, in units of the eye distance: gives way to the noise of a detector."""
_WEIGHTS = np.ones(68)
_WEIGHTS[:17], _WEIGHTS[17:27], _WEIGHTS[36:48] = 0.5, 1.5, 3.0
_WEIGHTS[48:60], _WEIGHTS[60:68] = 2.0, 3.0


def warp_to(picture: Image, own: Landmarks, wanted: Landmarks) -> Image:
    """The square picture (s, s, 3) with its landmarks `own` (68, 2) moved to `wanted` (68, 2).

    Its border stays. The spline is solved on the points of `wanted`, found on a grid of 33
    and enlarged, so that a picture of 128 pixels takes about a millisecond.
    """
    size = len(picture)
    border = _border(size)
    unit = float(np.hypot(*(wanted[45] - wanted[36]))) or 1.0
    points = np.concatenate([wanted, border])
    values = np.concatenate([own - wanted, np.zeros_like(border)])
    spline = fit_spline(points, values, np.full(len(points), _SMOOTH), unit=unit)
    steps = np.linspace(0.0, size - 1.0, _GRID)
    grid = np.stack(np.meshgrid(steps, steps), -1).reshape(-1, 2)
    coarse = (grid + spline(grid)).reshape(_GRID, _GRID, 2).astype(np.float32)
    places = np.linspace(0.0, _GRID - 1.0, size, dtype=np.float32)
    x, y = np.meshgrid(places, places)
    fine = cv2.remap(coarse, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    made = cv2.remap(
        picture,
        np.ascontiguousarray(fine[..., 0]),
        np.ascontiguousarray(fine[..., 1]),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(made, np.uint8)


def _border(size: int) -> NDArray[np.float64]:
    """(12, 2) points on the picture's border."""
    steps = np.linspace(0.0, size - 1.0, 4)
    grid = np.stack(np.meshgrid(steps, steps), -1).reshape(-1, 2)
    return grid[((grid == 0) | (grid == size - 1.0)).any(1)]


def likeness(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, m) distances of landmarks (n, 68, 2) and (m, 68, 2): mouth and eyes count most."""
    a, b = ((values * _WEIGHTS[:, None]).reshape(len(values), -1) for values in (one, other))
    squared = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
    return np.sqrt(np.maximum(squared, 0.0))
