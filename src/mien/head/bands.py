"""Hair for engines: fewer strands, each wider, a flat band instead of a curved one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WIDEST = 2.6
"""How much wider a strand may become to stand for those that were left out."""
FEWEST_POINTS, LONG_POINTS = 3, 5
NEAR_ROOT = 1.25
Int = NDArray[np.int64]


def thinned(starts: Int, budget: int) -> tuple[Int, NDArray[np.int32], float]:
    """At most about `budget` triangles for strands laid by `strands.lay_strands`.

    starts (n + 1,): first path point of each strand, as in `hair.HairMesh`

    Returns places (m, 2), the vertex and its strand's middle; triangles (t, 3) over them; and how
    much further from the middle each vertex belongs.
    """
    counts = np.diff(starts)
    # A strand of few points cuts through the skull that it lies on: long ones have more, most of
    # them near the root, and there are fewer strands for it.
    room, own = 1 + budget // (2 * len(counts)), round(float(counts.mean()))
    points = max(FEWEST_POINTS, min(room, own), min(LONG_POINTS, round(0.55 * own)))
    share = min(1.0, budget / (2 * len(counts) * (points - 1)))
    number = np.arange(len(counts))
    kept = number[np.floor((number + 1) * share + 1e-9) > np.floor(number * share + 1e-9)]
    along = np.linspace(0, 1, points) ** (NEAR_ROOT if own > LONG_POINTS else 1.0)
    path = starts[kept][:, None] + np.round(along * (counts[kept][:, None] - 1)).astype(np.int64)
    middle = 3 * path[..., None] + 1
    places = np.stack([middle + np.array([-1, 1]), middle + np.array([0, 0])], -1)
    first = 2 * (np.arange(len(kept))[:, None] * points + np.arange(points - 1)).reshape(-1, 1)
    corners = np.array([[0, 2, 3], [0, 3, 1]])
    triangles = (first[:, :, None] + corners).reshape(-1, 3)
    return places.reshape(-1, 2), triangles.astype(np.int32), min(WIDEST, share**-0.75)
