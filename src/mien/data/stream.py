"""Training samples in an order that the seed alone decides, from a pack that may still grow."""

from __future__ import annotations

import dataclasses
import functools
import time
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mien.data.pack import PictureStore
from mien.seeding import rng
from mien.types import Image

REUSE = 12
"""How often a picture is seen on average before the next one has to be there."""
_CHUNK = 4096


@dataclasses.dataclass(frozen=True)
class Growth:
    """How a pack is used while it still grows.

    first   rows that are there from the start
    reuse   images seen for every further row that has to be there
    """

    first: int
    reuse: int = REUSE


class PictureStream:
    """Batches of pictures: `image` (n, 3, s, s) float32 in [-1, 1], `index` (n,) int64.

    index is the place of the picture among `rows`, plus `count` where it is mirrored. A whole
    pack is seen in epochs, each in its own order. From a pack that grows, samples are drawn evenly
    from what must be there by then (see `Growth`).
    Either way the order depends on the seed and the place in the stream alone, and not on how
    fast anything is.

    rows   of the pack that are used; None: all of them
    wait   returns when so many rows of the pack are there
    """

    def __init__(
        self,
        pack: PictureStore,
        *,
        seed: int,
        mirror: bool = True,
        rows: NDArray[np.int64] | None = None,
        growth: Growth | None = None,
        wait: Callable[[int], None] = lambda rows: None,
    ) -> None:
        self.pack, self.mirror = pack, mirror
        self.subset = np.arange(pack.info.count) if rows is None else rows
        self._seed, self._growth, self._wait = seed, growth, wait
        # An epoch's order is asked for by every batch of it; at most two meet in a batch.
        self._order = functools.lru_cache(4)(self._make_order)
        self._draws = functools.lru_cache(4)(self._make_draws)

    @property
    def count(self) -> int:
        """Pictures that are used."""
        return len(self.subset)

    def needed(self, place: int) -> int:
        """Pictures that have to be there before sample `place` can be drawn."""
        if self._growth is None:
            return self.count
        return min(self.count, self._growth.first + place // self._growth.reuse)

    def available(self) -> NDArray[np.int64]:
        """The rows that are used and can be read now."""
        return self.subset[self.subset < self.pack.available]

    def rows(self, first: int, count: int) -> NDArray[np.int64]:
        """`index` of samples first .. first + count - 1."""
        places = np.arange(first, first + count)
        if self._growth is not None:
            chunks, offsets = np.divmod(places, _CHUNK)
            shares = np.concatenate(
                [self._draws(int(chunk))[offsets[chunks == chunk]] for chunk in np.unique(chunks)]
            )
            needed = np.array([self.needed(int(place)) for place in places])
            rows, mirrored = (shares[:, 0] * needed).astype(np.int64), shares[:, 1] < 0.5
        else:
            epochs, offsets = np.divmod(places, self.count)
            pairs = np.concatenate(
                [self._order(int(epoch))[offsets[epochs == epoch]] for epoch in np.unique(epochs)]
            )
            rows, mirrored = pairs[:, 0], pairs[:, 1] > 0
        return rows + self.count * (mirrored & self.mirror)

    def take(self, first: int, count: int) -> dict[str, Any]:
        """Samples first .. first + count - 1; waits until their pictures are there."""
        last = self.needed(first + count - 1) - 1
        self._wait(int(self.subset[last]) + 1)
        index = self.rows(first, count)
        return {"image": self.pictures(index), "index": index}

    def pictures(self, index: NDArray[np.int64]) -> NDArray[np.float32]:
        """(n, 3, s, s) float32 in [-1, 1] of rows, mirrored from `count` on."""
        mirrored = index >= self.count
        taken = self.pack.take(self.subset[index - self.count * mirrored])
        taken[mirrored] = taken[mirrored, :, ::-1]
        return to_floats(taken)

    def _make_order(self, epoch: int) -> NDArray[np.int64]:
        random = rng(self._seed, "order", epoch)
        rows = random.permutation(self.count)
        return np.stack([rows, random.integers(0, 2, self.count)], 1)

    def _make_draws(self, chunk: int) -> NDArray[np.float64]:
        return rng(self._seed, "draws", chunk).random((_CHUNK, 2))


def to_floats(pictures: Image) -> NDArray[np.float32]:
    """(n, h, w, 3) uint8 to (n, 3, h, w) float32 in [-1, 1]."""
    planes = np.ascontiguousarray(pictures.transpose(0, 3, 1, 2))
    return planes.astype(np.float32) * np.float32(1 / 127.5) - np.float32(1)


def to_pictures(planes: NDArray[np.floating[Any]]) -> Image:
    """(n, 3, h, w) floats in [-1, 1] to (n, h, w, 3) uint8, rounded to the nearest."""
    scaled = np.clip((planes.transpose(0, 2, 3, 1) + 1) * 127.5, 0, 255)
    return np.rint(scaled).astype(np.uint8)


class Takes(Protocol):
    """Any stream of samples."""

    def take(self, first: int, count: int) -> Any:
        """Samples first .. first + count - 1."""
        ...


def samples_a_second(stream: Takes, batch: int, *, seconds: float = 0.3) -> float:
    """How fast the stream can be read, measured; compare it with what training needs."""
    stream.take(0, batch)
    start, done = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        stream.take(done, batch)
        done += batch
    return done / (time.perf_counter() - start)
