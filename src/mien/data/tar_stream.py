"""Samples of tar shards in an order that suits disks: shards shuffled, then a window of them.

Sample `place` of the stream is decided by the seed and the place alone, so any number of processes
that share out the places read every sample of an epoch once, none twice, and go on where they were.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.data.stream import to_floats
from mien.data.tar_set import TarSet
from mien.seeding import rng

WINDOW = 16
"""Shards whose samples are mixed."""


class TarStream:
    """Batches `image` (n, 3, s, s) float32 in [-1, 1], `index` (n,) int64: the sample's number.

    A mirrored picture's index is its number plus `count`. Memory grows with the window, not with
    the set.
    """

    def __init__(
        self, known: TarSet, *, seed: int, mirror: bool = True, window: int = WINDOW
    ) -> None:
        self.known, self.mirror = known, mirror
        self._seed, self._window = seed, window
        self._sizes = np.array([one.samples for one in known.shards], np.int64)
        self._starts = np.concatenate([[0], np.cumsum(self._sizes)])
        self._shards = functools.lru_cache(2)(self._epoch)
        self._mixed = functools.lru_cache(4)(self._mix)

    @property
    def count(self) -> int:
        """Samples of an epoch."""
        return self.known.info.count

    def rows(self, first: int, count: int) -> NDArray[np.int64]:
        """`index` of samples first .. first + count - 1."""
        places, found = np.arange(first, first + count), np.zeros(count, np.int64)
        epochs, offsets = np.divmod(places, self.count)
        for epoch in np.unique(epochs):
            _, ends = self._shards(int(epoch))
            here = epochs == epoch
            blocks = np.searchsorted(ends, offsets[here], side="right")
            inside = offsets[here] - np.concatenate([[0], ends])[blocks]
            some = np.zeros(len(blocks), np.int64)
            for block in np.unique(blocks):
                mixed = self._mixed(int(epoch), int(block))
                some[blocks == block] = mixed[inside[blocks == block]]
            found[here] = some
        return found

    def take(self, first: int, count: int) -> dict[str, Any]:
        """Samples first .. first + count - 1."""
        index = self.rows(first, count)
        mirrored = index >= self.count
        taken = self.known.take(index - self.count * mirrored)
        taken[mirrored] = taken[mirrored, :, ::-1]
        return {"image": to_floats(taken), "index": index}

    def _epoch(self, epoch: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The shards in this epoch's order, and where each window of them ends."""
        order = rng(self._seed, "shards", epoch).permutation(len(self._sizes))
        ends = np.cumsum(self._sizes[order])
        last = np.append(np.arange(self._window - 1, len(order) - 1, self._window), len(order) - 1)
        return order, ends[last]

    def _mix(self, epoch: int, block: int) -> NDArray[np.int64]:
        order, _ = self._shards(epoch)
        some = order[block * self._window : (block + 1) * self._window]
        starts = self._starts.tolist()
        rows = np.concatenate([np.arange(starts[one], starts[one + 1]) for one in some.tolist()])
        random = rng(self._seed, "window", epoch, block)
        rows = rows[random.permutation(len(rows))]
        flips = random.integers(0, 2, len(rows)) > 0
        return rows + self.count * (flips & self.mirror)
