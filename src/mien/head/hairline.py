"""Where hair begins on the resting head, and how a person's own hairline differs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.head.kernels import kernel
from mien.head.maths import PI, atan2

ANGLES = (0, 25, 40, 52, 60, 66, 72, 80, 86, 104, 114, 140, 180)
HEIGHTS = (6.6, 6.5, 5.9, 5.0, 3.6, 0.6, -1.8, -2.0, 2.2, 1.2, -4.5, -7.4, -7.8)
LINE_REACH = 0.7
"""How much the forehead's hairline rises for `line` +1, cm."""
RECESSION_REACH = 3.2
"""How much it goes back at the temples for `recession` 1, cm."""


@kernel
def _angles(points: Any, out: Any) -> None:
    for i in range(points.shape[0]):
        out[i] = atan2(abs(points[i, 0]), points[i, 2] + 7.6) * (180.0 / PI)


def scalp_angle(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Degrees from the front, 0..180, around the scalp's centre."""
    angles = np.zeros(len(points))
    _angles(np.ascontiguousarray(points, np.float64), angles)
    return angles


def hairline_distance(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far above the average hairline points (n, 3) of the surface lie, in y."""
    return points[:, 1] - np.interp(scalp_angle(points), ANGLES, HEIGHTS)


def hairline_rise(
    points: NDArray[np.float64], *, line: float, recession: float
) -> NDArray[np.float64]:
    """(n,) how much higher a person's hairline is than the average over points of the head, cm."""
    angle = scalp_angle(points)
    front = np.interp(angle, [0, 50, 72], [1, 1, 0])
    temple = np.interp(angle, [0, 16, 34, 48, 66], [0.45, 0.55, 1, 0.9, 0])
    return LINE_REACH * line * front + RECESSION_REACH * recession * temple
