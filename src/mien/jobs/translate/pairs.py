"""Look-alikes: which picture of one kind is most like a given one of the other kind.

Pictures of two kinds cannot be compared as they are, one being paler or flatter than the other.
What can be compared is how each differs from the average of its own kind.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.types import Image

GRAIN = 16
"""Side of the thumbnails that are compared."""
_NEIGHBOURS = 10
_CHUNK = 1024

Vectors = NDArray[np.float32]


def thumbnail_vectors(pictures: Image, grain: int = GRAIN) -> Vectors:
    """(n, s, s, 3) uint8 to (n, 3 grain^2): means over cells, s a multiple of `grain`."""
    count, size = pictures.shape[:2]
    cell = size // grain
    small = pictures.reshape(count, grain, cell, grain, cell, 3).mean((2, 4), dtype=np.float32)
    return np.asarray(small.reshape(count, -1), np.float32)


def standardised(vectors: Vectors) -> Vectors:
    """Every number at mean 0 and deviation 1 over the set, every row of length 1."""
    centred = (vectors - vectors.mean(0)) / (vectors.std(0) + 1.0)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(centred / (length + 1e-6), np.float32)


def look_alikes(pictures: Image, others: Image, *, mirror: bool) -> NDArray[np.int64]:
    """(n,) for each picture its look-alike among m others; m + k is number k mirrored.

    The nearest by cosine, corrected for hubs: without that a few others would be everybody's
    look-alike (Conneau et al. 2018, CSLS, equation 3).
    """
    query = standardised(thumbnail_vectors(pictures))
    known = [others, others[:, :, ::-1]] if mirror else [others]
    vectors = np.concatenate([thumbnail_vectors(one) for one in known])
    # Mean and deviation of one kind, mirror images included, so that both sides are the same.
    pool = standardised(vectors)
    hub = _closeness(pool, query)
    found = [_best(query[k : k + _CHUNK], pool, hub) for k in range(0, len(query), _CHUNK)]
    return np.concatenate(found).astype(np.int64)


def _best(query: Vectors, pool: Vectors, hub: Vectors) -> NDArray[np.int64]:
    # The query's own closeness is the same for all candidates: it changes no choice.
    return np.argmax(2 * (query @ pool.T) - hub, axis=1)


def _closeness(pool: Vectors, query: Vectors) -> Vectors:
    """(m,) mean cosine of each to its nearest queries: high for a hub."""
    near = min(_NEIGHBOURS, len(query))
    rows = []
    for first in range(0, len(pool), _CHUNK):
        cosines = pool[first : first + _CHUNK] @ query.T
        rows.append(np.partition(cosines, -near, axis=1)[:, -near:].mean(1))
    return np.concatenate(rows)
