"""Thin-plate splines in the plane: a smooth displacement from a few points that are known.

Bookstein (1989), with a smoothing weight per point (Wahba 1990): minimises
sum_i |f(p_i) - v_i|^2 / s_i + bending energy of f.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclasses.dataclass(frozen=True, eq=False)
class Spline:
    """f(x) = affine part + sum_i weight_i * u(|x - centre_i|), u(r) = r^2 log r.

    centres  (k, 2); weights (k, 2); affine (3, 2) for the rows (1, x, y)
    unit     length by which coordinates are divided first
    """

    centres: FloatArray
    weights: FloatArray
    affine: FloatArray
    unit: float

    def __call__(self, points: NDArray[np.floating]) -> FloatArray:
        """(n, 2) displacements at `points` (n, 2)."""
        scaled = np.asarray(points, np.float64) / self.unit
        flat = np.c_[np.ones(len(scaled)), scaled] @ self.affine
        return flat + kernel(scaled, self.centres) @ self.weights


def fit_spline(
    points: FloatArray, values: FloatArray, smoothing: FloatArray, *, unit: float
) -> Spline:
    """The spline through `values` (k, 2) at `points` (k, 2).

    smoothing  (k,): 0 keeps a value exactly; with `unit` as length, 0.01 gives way a little and 1
               follows only broad trends
    unit       a typical length; it makes `smoothing` independent of the picture's size
    """
    centres = points / unit
    count = len(centres)
    system = system_of(centres, smoothing)
    right = np.zeros((count + 3, 2))
    right[:count] = values
    solution = np.asarray(np.linalg.lstsq(system, right, rcond=None)[0], np.float64)
    return Spline(centres, solution[:count], solution[count:], unit)


def system_of(centres: FloatArray, smoothing: FloatArray | float) -> FloatArray:
    """(k + 3, k + 3) what weights and affine part of a spline with these centres have to solve."""
    count = len(centres)
    system = np.zeros((count + 3, count + 3))
    system[:count, :count] = kernel(centres, centres)
    system[range(count), range(count)] += smoothing
    system[:count, count:] = np.c_[np.ones(count), centres]
    system[count:, :count] = system[:count, count:].T
    return system


def kernel(points: FloatArray, centres: FloatArray) -> FloatArray:
    """(n, m) u(|p - c|) of points (n, 2) and centres (m, 2)."""
    # Multiplied out, so that BLAS does most of it: half the time of differences.
    squared = (points**2).sum(1)[:, None] + (centres**2).sum(1)[None] - 2 * points @ centres.T
    squared = np.maximum(squared, 1e-12)
    return 0.5 * squared * np.log(squared)
