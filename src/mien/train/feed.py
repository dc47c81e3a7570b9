"""Micro-batches for the loop, prepared in a thread while the step before is computed."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any

from mien.train.distributed import World
from mien.train.recipe import Batches


class Feed:
    """Serves the micro-batches of step after step; use it in a `with` block.

    size     rows of a micro-batch
    lanes    micro-batches of one step, over all processes
    waited   seconds that the loop stood still for data
    """

    def __init__(self, batches: Batches, world: World, *, size: int, lanes: int) -> None:
        self._batches, self._size, self._lanes = batches, size, lanes
        # Lane numbers alternate between processes: lane = place * processes + rank.
        self._own = range(world.rank, lanes, world.size)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="mien-feed")
        self._next: tuple[int, Future[list[Mapping[str, Any]]]] | None = None
        self.waited = 0.0

    def step(self, number: int) -> Sequence[Mapping[str, Any]]:
        """The micro-batches of this process in a step; those of the next one are begun."""
        if self._next is None or self._next[0] != number:
            self._next = (number, self._pool.submit(self._take, number))
        start = time.perf_counter()
        taken = self._next[1].result()
        self.waited += time.perf_counter() - start
        self._next = (number + 1, self._pool.submit(self._take, number + 1))
        return taken

    def _take(self, step: int) -> list[Mapping[str, Any]]:
        first = step * self._lanes
        return [self._batches.take((first + lane) * self._size, self._size) for lane in self._own]

    def __enter__(self) -> Feed:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
