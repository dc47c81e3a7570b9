"""Rotations, written out in plain arithmetic."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.head.kernels import kernel
from mien.head.maths import cos, sin


def rotation(yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    """(3, 3) matrix roll @ yaw @ pitch; degrees, signs as in `types.Pose`."""
    a, b, c = (angle * (np.pi / 180) for angle in (yaw, pitch, roll))
    ca, sa, cb, sb, cc, sc = cos(a), sin(a), cos(b), sin(b), cos(c), sin(c)
    # Written out: a matrix product would go through BLAS.
    return np.array(
        [
            [cc * ca, cc * sa * sb - sc * cb, cc * sa * cb + sc * sb],
            [sc * ca, sc * sa * sb + cc * cb, sc * sa * cb - cc * sb],
            [-sa, ca * sb, ca * cb],
        ]
    )


@kernel
def rotate_about(points: Any, matrix: Any, pivot: Any, out: Any) -> None:
    """out = matrix (points - pivot) + pivot, all (n, 3)."""
    for i in range(points.shape[0]):
        x = points[i, 0] - pivot[0]
        y = points[i, 1] - pivot[1]
        z = points[i, 2] - pivot[2]
        for k in range(3):
            out[i, k] = matrix[k, 0] * x + matrix[k, 1] * y + matrix[k, 2] * z + pivot[k]
