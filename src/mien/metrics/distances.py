"""How far two sets of features are apart: Fréchet, kernel, precision and recall, a classifier.

`real` and `made` are (n, d) and (m, d). Everything is exact and unseeded but for what says so.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mien.metrics.features import Points
from mien.seeding import rng

NEIGHBOURS = 5


def frechet(real: Points, made: Points) -> float:
    """Fréchet distance of the two normal distributions (Heusel et al. 2017, equation 6).

    |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)).
    """
    first, second = np.cov(real.T), np.cov(made.T)
    # The square root's trace from eigenvalues: the product is similar to a symmetric matrix.
    values = np.linalg.eigvals(first @ second).real
    root = np.sqrt(np.clip(values, 0.0, None)).sum()
    apart = float(np.square(real.mean(0) - made.mean(0)).sum())
    return apart + float(np.trace(first) + np.trace(second) - 2.0 * root)


def kernel_distance(real: Points, made: Points) -> float:
    """Unbiased squared MMD with the kernel (x.y / d + 1)^3 (Binkowski et al. 2018, equation 3).

    Both sets are scaled alike so that real features have the mean square 1.
    """
    scale = np.sqrt(np.square(real).sum(1).mean() / real.shape[1])
    real, made = real / scale, made / scale
    within = _within(real) + _within(made)
    return within - 2.0 * float(_kernel(real, made).mean())


def _kernel(one: Points, other: Points) -> Points:
    return (one @ other.T / one.shape[1] + 1.0) ** 3


def _within(points: Points) -> float:
    values, count = _kernel(points, points), len(points)
    return float(values.sum() - np.trace(values)) / (count * (count - 1))


@dataclasses.dataclass(frozen=True, eq=False)
class Neighbourhoods:
    """Who lies within whose reach: one entry for each picture, its mean the score.

    precise   (m,) a made picture lies near some real one (Kynkaanniemi et al. 2019)
    recalled  (n,) a real picture lies near some made one
    dense     (m,) how many real neighbourhoods hold a made picture, over k (Naeem et al. 2020)
    covered   (n,) a real picture's neighbourhood holds a made one
    """

    precise: NDArray[np.bool_]
    recalled: NDArray[np.bool_]
    dense: NDArray[np.float64]
    covered: NDArray[np.bool_]

    def scores(self) -> dict[str, float]:
        """precision, recall, density, coverage."""
        return {
            "precision": float(self.precise.mean()),
            "recall": float(self.recalled.mean()),
            "density": float(self.dense.mean()),
            "coverage": float(self.covered.mean()),
        }


def neighbourhoods(real: Points, made: Points, *, k: int = NEIGHBOURS) -> Neighbourhoods:
    """Precision, recall, density and coverage with the k-th neighbour as reach."""
    reach_real = np.sort(distances(real, real), 1)[:, k]
    reach_made = np.sort(distances(made, made), 1)[:, k]
    apart = distances(real, made)
    near_real = apart < reach_real[:, None]
    return Neighbourhoods(
        precise=np.asarray(near_real.any(0)),
        recalled=np.asarray((apart < reach_made[None]).any(1)),
        dense=near_real.sum(0) / k,
        covered=apart.min(1) < reach_real,
    )


def distances(one: Points, other: Points) -> Points:
    """(n, m) Euclidean distances."""
    squares = np.square(one).sum(1)[:, None] + np.square(other).sum(1) - 2.0 * one @ other.T
    return np.sqrt(np.maximum(squares, 0.0))


def nearest(one: Points, other: Points) -> tuple[NDArray[np.int64], Points]:
    """For each row of `one` the row of `other` that is nearest, and how far it is."""
    apart = distances(one, other)
    places = apart.argmin(1)
    return places, apart[np.arange(len(one)), places]


def classifier_accuracy(real: Points, made: Points, *, folds: int = 5, seed: int = 0) -> float:
    """Held-out accuracy of a logistic classifier, 0.5 where it cannot tell (C2ST).

    Lopez-Paz and Oquab 2017. Features are scaled to unit variance; ridge penalty 1; `seed` deals
    out the folds.
    """
    points = np.concatenate([real, made])
    labels = np.concatenate([np.ones(len(real)), np.zeros(len(made))])
    points = (points - points.mean(0)) / (points.std(0) + 1e-9)
    points = np.concatenate([points, np.ones((len(points), 1))], 1)
    part = rng(seed, "folds").permutation(len(points)) % folds
    right = 0
    for fold in range(folds):
        weights = _logistic(points[part != fold], labels[part != fold])
        guess = points[part == fold] @ weights > 0
        right += int((guess == (labels[part == fold] > 0.5)).sum())
    return right / len(points)


def _logistic(points: Points, labels: Points, *, ridge: float = 1.0, steps: int = 25) -> Points:
    """Newton's method; the last column of points is the constant and is not penalised."""
    weights = np.zeros(points.shape[1])
    penalty = np.full(points.shape[1], ridge)
    penalty[-1] = 0.0
    for _ in range(steps):
        chance = 1.0 / (1.0 + np.exp(-np.clip(points @ weights, -30, 30)))
        slope = points.T @ (chance - labels) + penalty * weights
        spread = np.maximum(chance * (1 - chance), 1e-6)
        curvature = (points * spread[:, None]).T @ points + np.diag(penalty + 1e-9)
        step = np.linalg.solve(curvature, slope)
        weights -= step
        if float(np.abs(step).max()) < 1e-6:
            break
    return weights
