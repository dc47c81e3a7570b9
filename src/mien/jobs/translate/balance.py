"""Two folders shown so that both have as many of every look: else all men become girls.

A crawl of drawings holds mostly girls with long hair. A judge that has hardly seen a man drawn
calls drawn men wrong, and the makers learn to draw none. Nobody says which drawing is of a man,
and what could guess it was not made for drawings. But looks can be sorted without names: coarse
thumbnails, each number standardised within its kind (as for look-alikes), fall into groups by
hair, brightness and pose, the same in both kinds. Rows of a group that one
kind has few of are shown more often there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.jobs.translate.pairs import thumbnail_vectors
from mien.types import Image

GROUPS, GRAIN = 8, 8
MOST = 8
"""Times that a row is shown at most in the place of one."""
_ROUNDS, _STEPS, _TRIES = 3, 20, 4
_AXES = 6
_RARE = 0.005
"""Share of a kind below which a group is no look that it has."""

Rows = NDArray[np.int64]
Vectors = NDArray[np.float64]


def balanced(a: Image, b: Image, random: np.random.Generator) -> tuple[Rows, Rows]:
    """As many row numbers of both kinds (n, s, s, 3) and (m, s, s, 3) as they have rows.

    Rare looks come several times, common ones not all. Both kinds then have nearly the same
    share of every look: the geometric mean of their own shares.
    """
    seen = [thumbnail_vectors(one, GRAIN).astype(np.float64) for one in (a, b)]
    weights = [np.full(len(one), 1 / len(one)) for one in seen]
    for _ in range(_ROUNDS):
        # The mean look of a one-sided kind is one-sided: it is taken anew with every weighing.
        placed = _placed([_standardised(*pair) for pair in zip(seen, weights, strict=True)])
        groups = _grouped(placed, weights, random)
        shares = [np.bincount(one, minlength=GROUPS) / len(one) for one in groups]
        wanted = np.sqrt(shares[0] * shares[1]) * (np.minimum(*shares) >= _RARE)
        if wanted.sum() <= 0:
            break
        wanted /= wanted.sum()
        for kind, (group, share) in enumerate(zip(groups, shares, strict=True)):
            factor = np.clip(wanted / np.maximum(share, 1e-9), 0, MOST)
            weights[kind] = factor[group] / factor[group].sum()
    return _drawn(weights[0], random), _drawn(weights[1], random)


def _standardised(vectors: Vectors, weights: Vectors) -> Vectors:
    mean = weights @ vectors
    deviation = np.sqrt(weights @ (vectors - mean) ** 2)
    return (vectors - mean) / (deviation + 1.0)


def _placed(kinds: list[Vectors]) -> list[Vectors]:
    """Both kinds along the axes in which they vary most together, every row of length 1.

    Of length 1, since somebody rare is far from the mean of a one-sided kind, in the direction in
    which half of a balanced kind is near.
    """
    both = np.concatenate(kinds)
    _, axes = np.linalg.eigh(both.T @ both)
    found = [one @ axes[:, -_AXES:] for one in kinds]
    return [one / (np.linalg.norm(one, axis=1, keepdims=True) + 1e-9) for one in found]


def _grouped(
    placed: list[Vectors], weights: list[Vectors], random: np.random.Generator
) -> list[NDArray[np.int64]]:
    """The group of every row of both kinds: weighted k-means over both, the best of a few."""
    points, weight = np.concatenate(placed), np.concatenate(weights)
    best, least = np.zeros(len(points), np.int64), np.inf
    for _ in range(_TRIES):
        centres = points[random.choice(len(points), GROUPS, replace=False, p=weight / 2)]
        apart = _apart(points, centres)
        group = apart.argmin(1)
        for _ in range(_STEPS):
            for k in range(GROUPS):
                mine = group == k
                if weight[mine].sum() > 0:
                    centres[k] = np.average(points[mine], axis=0, weights=weight[mine])
            apart = _apart(points, centres)
            group = apart.argmin(1)
        spread = float(weight @ apart.min(1))
        if spread < least:
            best, least = group, spread
    return [best[: len(placed[0])], best[len(placed[0]) :]]


def _apart(points: Vectors, centres: Vectors) -> Vectors:
    return (points**2).sum(1)[:, None] + (centres**2).sum(1) - 2 * points @ centres.T


def _drawn(weights: Vectors, random: np.random.Generator) -> Rows:
    """Row numbers by systematic sampling: each as often as its weight says, give or take one."""
    count = len(weights)
    marks = (np.arange(count) + random.random()) / count
    return np.minimum(np.searchsorted(np.cumsum(weights), marks), count - 1).astype(np.int64)
