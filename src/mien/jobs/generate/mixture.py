"""A mixture of normal distributions: how codes are distributed, without keeping anybody's."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mien.seeding import rng

Points = NDArray[np.float64]

_RIDGE = 1e-3
"""Added to every variance: no part may collapse onto a point."""
_A_PART = 250
"""Points that a part has to stand for."""


@dataclasses.dataclass(frozen=True, eq=False)
class Mixture:
    """shares (k,), sum 1; centres (k, d); factors (k, d, d), lower triangular roots."""

    shares: Points
    centres: Points
    factors: Points


def fit_mixture(points: Points, *, most: int = 32, steps: int = 25) -> Mixture:
    """Expectation-maximisation with full covariances (Dempster et al. 1977), keyed.

    points   (n, d), unit variance
    most     parts; fewer where there are fewer than 250 points for each
    """
    count, width = points.shape
    parts = max(1, min(most, count // _A_PART))
    chosen = rng("mixture", count, parts).choice(count, parts, replace=False)
    mixture = Mixture(
        np.full(parts, 1.0 / parts),
        points[chosen],
        np.repeat(np.eye(width)[None] * 0.5**0.5, parts, 0),
    )
    for _ in range(steps):
        mixture = _improved(points, responsibilities(points, mixture))
    return mixture


def responsibilities(points: Points, mixture: Mixture) -> Points:
    """(n, k) how likely each part is to have made each point; rows sum to 1."""
    logs = np.stack(
        [
            np.log(share)
            - 0.5 * np.square(_whitened(points - centre, factor)).sum(0)
            - np.log(np.diag(factor)).sum()
            for share, centre, factor in zip(
                mixture.shares, mixture.centres, mixture.factors, strict=True
            )
        ],
        1,
    )
    chances = np.exp(logs - logs.max(1, keepdims=True))
    return chances / chances.sum(1, keepdims=True)


def _whitened(centred: Points, factor: Points) -> Points:
    """(d, n): factor^-1 times the points."""
    return np.asarray(np.linalg.solve(factor, centred.T), np.float64)


def _improved(points: Points, chances: Points) -> Mixture:
    counts = chances.sum(0) + 1e-9
    centres = (chances.T @ points) / counts[:, None]
    factors = []
    for part, centre in enumerate(centres):
        centred = points - centre
        spread = (centred * chances[:, part : part + 1]).T @ centred / counts[part]
        factors.append(np.linalg.cholesky(spread + _RIDGE * np.eye(points.shape[1])))
    return Mixture(counts / counts.sum(), centres, np.stack(factors))
