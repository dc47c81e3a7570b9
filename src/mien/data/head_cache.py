"""Pictures of the head on disk: made once, in the background while training already runs, kept.

`fill` can be stopped at any moment and goes on where it was; shards are the same bytes whoever
draws them.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np

from mien.data.pack import (
    SHARD,
    Pack,
    PackInfo,
    is_pack,
    read_info,
    shard_path,
    write_info,
    write_shard,
)
from mien.data.people import CROP, HeadSpec, draw_person
from mien.errors import TrainingError
from mien.messages import text

_NICE = 10


def open_cache(root: Path, spec: HeadSpec, count: int) -> Pack:
    """The pack of at least `count` of these pictures, begun or enlarged; raises OutputError.

    It holds whole shards, so that what is there stays right when more is wanted.
    """
    folder = root / f"head-{spec.style}-{spec.size}-{spec.digest()}"
    count = -(-count // SHARD) * SHARD
    if not is_pack(folder) or read_info(folder).count < count:
        words = f"head version {spec.as_config()['version']}, {spec.style}, seed {spec.seed}"
        info = PackInfo(
            size=spec.size,
            count=count,
            shard=SHARD,
            crop=CROP,
            data=f"renders, {words}",
            licence="Apache-2.0",
            digest=spec.digest(),
        )
        write_info(folder, info)
    return Pack(folder)


def fill(
    pack: Pack, spec: HeadSpec, *, told: Callable[[int, int], None] = lambda done, total: None
) -> None:
    """Draws what is missing; `told(done, total)` after every shard."""
    info = pack.info
    for number in range(info.shards):
        first, last = number * SHARD, min((number + 1) * SHARD, info.count)
        if not shard_path(pack.folder, number).exists():
            pictures = [draw_person(spec, index)[1].rgb for index in range(first, last)]
            write_shard(pack.folder, number, np.stack(pictures))
        told(last, info.count)


def _fill_quietly(folder: Path, spec: HeadSpec) -> None:
    """Target of the background process: as little in the way as it can be."""
    if hasattr(os, "nice"):
        os.nice(_NICE)
    fill(Pack(folder), spec)


@contextlib.contextmanager
def growing(pack: Pack, spec: HeadSpec) -> Iterator[Callable[[], bool]]:
    """Fills the pack in a process of its own while the block runs.

    Gives a function that says whether that process still works; it ends with the block.
    """
    if pack.whole:
        yield lambda: True
        return
    context = multiprocessing.get_context("spawn")
    process: BaseProcess = context.Process(
        target=_fill_quietly, args=(pack.folder, spec), daemon=True, name="mien-head-cache"
    )
    process.start()
    try:
        yield lambda: process.is_alive() or pack.whole
    finally:
        process.terminate()
        process.join()


def wait_for(pack: Pack, count: int, *, alive: Callable[[], bool]) -> None:
    """Returns when `count` pictures are there; raises TrainingError where nobody makes them."""
    while pack.available < count:
        if not alive() and pack.available < count:
            raise TrainingError(text("data.maker_died", count=pack.available, wanted=count))
        time.sleep(0.02)
