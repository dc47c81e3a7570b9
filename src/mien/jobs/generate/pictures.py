"""The pictures that a run learns from: the head, a pack, or somebody's folder or zip file."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.data import head_cache
from mien.data.crop import Crop
from mien.data.importer import import_pictures
from mien.data.pack import Pack, PictureStore, is_pack
from mien.data.people import HeadSpec
from mien.data.sources import Source, open_source
from mien.data.stream import Growth, PictureStream
from mien.data.tar_set import TarSet, is_tar_set
from mien.errors import OptionError
from mien.jobs.base import Progress, Step
from mien.messages import text
from mien.seeding import rng

HELD_OUT_SEED = 7_000_003
"""Added to the seed of the people that train: nobody of these was ever trained on."""
_FIRST = 2_000
"""Renders that have to be there before training begins: the codes are fitted to them."""
_MOST_HELD = 2_000


@dataclasses.dataclass(frozen=True)
class Wanted:
    """Which pictures, as a request says it.

    data    "head", "head:toon", or the path of a pack, folder or zip file
    count   renders of the head
    """

    data: str
    size: int
    count: int
    crop: Crop
    cache: Path
    seed: int = 0

    def style(self) -> str | None:
        """The head's style, or None where the pictures are not the head's."""
        if not self.data.startswith("head"):
            return None
        style = self.data.removeprefix("head").removeprefix(":") or "photo"
        if self.data.startswith("head") and style in ("photo", "toon"):
            return style
        if Path(self.data).exists():
            return None
        raise OptionError(text("generate.data_unknown", value=self.data))


@dataclasses.dataclass(frozen=True, eq=False)
class Pictures:
    """Pictures that are there, or being made.

    pack     all of them
    train    rows to train on; held_out: rows that never train (None for the head, which draws
             other people for that)
    source   JSON values that find the pictures again
    wait     returns when so many rows are there
    """

    pack: PictureStore
    train: NDArray[np.int64]
    held_out: NDArray[np.int64] | None
    source: dict[str, Any]
    wait: Callable[[int], None]
    notes: tuple[str, ...] = ()

    def stream(self, *, seed: int, mirror: bool) -> PictureStream:
        """The training samples, in an order that depends on the seed alone."""
        growth = Growth(min(_FIRST, len(self.train))) if self.held_out is None else None
        return PictureStream(
            self.pack, seed=seed, mirror=mirror, rows=self.train, growth=growth, wait=self.wait
        )


@contextlib.contextmanager
def opened(wanted: Wanted, progress: Progress) -> Iterator[Pictures]:
    """The pictures; what is missing of the head's is drawn in the background inside the block.

    Raises InputError where nothing can be used, OptionError for data of an unknown kind.
    """
    style = wanted.style()
    if style is None:
        yield _of_pack(wanted, progress)
        return
    drawn = "toon" if style == "toon" else "photo"
    spec = HeadSpec(style=drawn, size=wanted.size, seed=wanted.seed)
    pack = head_cache.open_cache(wanted.cache, spec, wanted.count)
    source = {"kind": "head", "style": style, "seed": spec.seed, "count": wanted.count}
    with head_cache.growing(pack, spec) as alive:

        def wait(rows: int) -> None:
            head_cache.wait_for(pack, rows, alive=alive)

        wait(min(_FIRST, wanted.count))
        yield Pictures(pack, np.arange(wanted.count), None, source, wait)


def _of_pack(wanted: Wanted, progress: Progress) -> Pictures:
    path = Path(wanted.data)
    notes: tuple[str, ...] = ()
    pack: PictureStore
    if is_pack(path):
        pack = Pack(path)
    elif is_tar_set(path):
        pack = TarSet(path)
    else:
        source = open_source(path)
        folder = wanted.cache / f"data-{wanted.size}-{_digest(source, wanted.crop)}"
        if not is_pack(folder):
            report = import_pictures(
                source,
                folder,
                size=wanted.size,
                crop=wanted.crop,
                told=lambda done, total, name: progress(Step(done, total, name)),
            )
            notes = tuple(report.lines())
        pack = Pack(folder)
    if pack.info.size != wanted.size:
        values = {"found": pack.info.size, "wanted": wanted.size}
        raise OptionError(text("generate.size_differs", path=wanted.data, **values))
    train, held_out = split(pack.info.count, pack.info.digest)
    found = {"kind": "pack", "digest": pack.info.digest, "count": pack.info.count}
    return Pictures(pack, train, held_out, found, lambda rows: None, notes)


def split(count: int, digest: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows to train on and rows to keep: a tenth, at most 2,000, chosen by the content."""
    order = rng("held out", digest).permutation(count)
    held = min(_MOST_HELD, count // 10)
    return np.sort(order[held:]), np.sort(order[:held])


def _digest(source: Source, crop: Crop) -> str:
    """Names the pack of a source: its names and the sizes of its files."""
    seen = hashlib.sha256(crop.encode())
    for place, name in enumerate(source.names):
        seen.update(f"{name}\0{source.size(place)}\n".encode())
    return seen.hexdigest()[:16]


@contextlib.contextmanager
def held_out_of(wanted: Wanted, count: int, progress: Progress) -> Iterator[NDArray[np.uint8]]:
    """(n, s, s, 3) pictures that did not train: other people of the head, or the rows kept."""
    style = wanted.style()
    if style is None:
        pictures = _of_pack(wanted, progress)
        rows = pictures.held_out if pictures.held_out is not None else pictures.train
        yield pictures.pack.take(rows[:count])
        return
    others = dataclasses.replace(wanted, seed=wanted.seed + HELD_OUT_SEED, count=count)
    with opened(others, progress) as pictures:
        pictures.wait(count)
        yield pictures.pack.take(np.arange(count))
