"""The two kinds of pictures that a run learns from: the head in both styles, or two folders.

Kind a is translated to kind b and back; on the head a are photos and b drawings.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.data import head_cache
from mien.data.crop import Crop
from mien.data.importer import import_pictures
from mien.data.pack import Pack, is_pack
from mien.data.people import CROP, HeadSpec
from mien.data.sources import open_source
from mien.data.stream import to_floats
from mien.errors import OptionError, TrainingError
from mien.jobs.base import Progress, Step
from mien.jobs.translate.balance import balanced
from mien.jobs.translate.pairs import look_alikes
from mien.jobs.translate.presets import Config, Pairing
from mien.jobs.translate.wild import untidy
from mien.messages import text
from mien.seeding import rng

HELD_OUT_SEED = 7_000_003
"""Of people that no model was trained on."""
_MOST_HELD = 2_000
_MOST_MATCHED = 8_000
"""Pictures of each kind that look-alikes are sought among; more take minutes."""

Rows = NDArray[np.int64]


@dataclasses.dataclass(frozen=True)
class Wanted:
    """Which pictures, as a request says it.

    data, to_data   "head" and "", or paths of two packs, folders or zip files
    crop, to_crop   how pictures of folders become squares
    people          of the head
    guide           drawings of guessed heads too (`data.guesses`); the head alone has them
    """

    data: str
    to_data: str
    size: int
    people: int
    crop: Crop
    to_crop: Crop
    cache: Path
    seed: int = 0
    guide: bool = False

    @property
    def head(self) -> bool:
        """Whether the pictures are the head's; raises OptionError where the two do not agree."""
        if self.data == "head" and not self.to_data:
            return True
        if self.data == "head" or not self.to_data:
            raise OptionError(text("translate.two_folders"))
        return False


@dataclasses.dataclass(frozen=True, eq=False)
class Domain:
    """Pictures of one kind: a pack, and the rows of it that train and that do not."""

    pack: Pack
    train: Rows
    held_out: Rows


@dataclasses.dataclass(frozen=True, eq=False)
class Domains:
    """Both kinds.

    true     row k of both packs shows the same
    aligned  both are head crops, so that eyes are where they always are
    source   JSON values that find the pictures again
    guide    row k: a drawing of the head that a fit to row k of a might find
    """

    a: Domain
    b: Domain
    true: bool
    aligned: bool
    source: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    guide: Pack | None = None

    def rows(self, pairing: Pairing) -> tuple[Rows, Rows]:
        """The rows of a and b that train.

        Where the pairs are not to be used although they are known, nobody is in both.
        Raises OptionError where they are to be used and not known.
        """
        if pairing == "true" and not self.true:
            raise OptionError(text("translate.no_pairs"))
        if pairing == "true" or not self.true:
            return self.a.train, self.b.train
        half = len(self.a.train) // 2
        return self.a.train[:half], self.b.train[half:]


@contextlib.contextmanager
def opened(wanted: Wanted, progress: Progress) -> Iterator[Domains]:
    """The pictures, all of them there; those of the head are drawn first where they are missing.

    Raises InputError where nothing can be used, OptionError for data of an unknown kind.
    """
    if wanted.guide and not wanted.head:
        raise OptionError(text("translate.no_guides"))
    if wanted.head:
        yield _of_head(wanted, progress)
    else:
        yield _of_folders(wanted, progress)


def _of_head(wanted: Wanted, progress: Progress) -> Domains:
    specs = (
        HeadSpec(style="photo", size=wanted.size, seed=wanted.seed),
        HeadSpec(style="toon", size=wanted.size, seed=wanted.seed),
    )
    if wanted.guide:
        specs = (*specs, HeadSpec(style="toon", size=wanted.size, seed=wanted.seed, guess=1.0))
    packs = [head_cache.open_cache(wanted.cache, one, wanted.people) for one in specs]
    with contextlib.ExitStack() as stack:
        pairs = zip(packs, specs, strict=True)
        alive = [stack.enter_context(head_cache.growing(pack, spec)) for pack, spec in pairs]
        _wait(packs, alive, wanted.people, progress)
    rows = np.arange(wanted.people)
    none = rows[:0]
    source = {"kind": "head", "seed": wanted.seed, "count": wanted.people}
    a, b = (Domain(pack, rows, none) for pack in packs[:2])
    guide = packs[2] if wanted.guide else None
    return Domains(a, b, true=True, aligned=True, source=source, guide=guide)


def _wait(
    packs: list[Pack], alive: list[Callable[[], bool]], people: int, progress: Progress
) -> None:
    """Returns when both packs hold so many; tells how far they are."""
    told = -1
    while (there := min(pack.available for pack in packs)) < people:
        if not all(one() for one in alive) and min(pack.available for pack in packs) < people:
            raise TrainingError(text("data.maker_died", count=there, wanted=people))
        if there != told:
            told = there
            progress(Step(there, people, text("translate.drawing")))
        time.sleep(0.05)


def _of_folders(wanted: Wanted, progress: Progress) -> Domains:
    a, notes = _domain(wanted.data, wanted.crop, wanted, progress)
    b, more = _domain(wanted.to_data, wanted.to_crop, wanted, progress)
    crops = [dict(one.pack.info.crop).get("name") for one in (a, b)]
    source = {
        "kind": "packs",
        "a": {"digest": a.pack.info.digest, "count": a.pack.info.count},
        "b": {"digest": b.pack.info.digest, "count": b.pack.info.count},
    }
    aligned = crops == [CROP["name"]] * 2
    return Domains(a, b, true=False, aligned=aligned, source=source, notes=(*notes, *more))


def _domain(
    data: str, crop: Crop, wanted: Wanted, progress: Progress
) -> tuple[Domain, tuple[str, ...]]:
    path, notes = Path(data), ()
    if is_pack(path):
        pack = Pack(path)
    else:
        source = open_source(path)
        seen = hashlib.sha256(crop.encode())
        for place, name in enumerate(source.names):
            seen.update(f"{name}\0{source.size(place)}\n".encode())
        folder = wanted.cache / f"data-{wanted.size}-{seen.hexdigest()[:16]}"
        if not is_pack(folder):
            report = import_pictures(
                source,
                folder,
                size=wanted.size,
                crop=crop,
                told=lambda done, total, name: progress(Step(done, total, name)),
            )
            notes = tuple(report.lines())
        pack = Pack(folder)
    if pack.info.size != wanted.size:
        values = {"found": pack.info.size, "wanted": wanted.size}
        raise OptionError(text("translate.size_differs", path=data, **values))
    order = rng("held out", pack.info.digest).permutation(pack.info.count)
    held = min(_MOST_HELD, pack.info.count // 10)
    return Domain(pack, np.sort(order[held:]), np.sort(order[:held])), notes


class PairStream:
    """Batches of two kinds: `a` and `b` (n, 3, s, s) float32 in [-1, 1], `index` (n,) int64.

    Without pairs both kinds come in their own epochs, each in its own order. With true pairs row
    k of b is the counterpart of row k of a. With look-alikes samples begin in turns with a picture
    of a and with one of b, so that all of both are seen; the other row holds its look-alike.
    index is the number of the sample's first picture (of b after all of a), plus `count` where
    the sample is mirrored. `seen a` is what a maker is shown in the place of a, where that is less
    tidy than a. The order depends on the seed and the place in the stream alone.

    matched   False leaves the seconds out that look-alikes and balance take: look-alikes are then
              all the first one, and every row is shown once
    """

    def __init__(
        self, domains: Domains, config: Config, seed: int, *, matched: bool = True
    ) -> None:
        self.domains, self.config, self._seed = domains, config, seed
        self.rows_a, self.rows_b = domains.rows(config.pairing)
        if config.balanced and config.pairing == "none" and matched:
            self._balance()
        if config.pairing == "alike":
            self.rows_a, self.rows_b = self.rows_a[:_MOST_MATCHED], self.rows_b[:_MOST_MATCHED]
            self.to_b, self.to_a = np.zeros(len(self.rows_a), int), np.zeros(len(self.rows_b), int)
            if matched:
                a, b = domains.a.pack.take(self.rows_a), domains.b.pack.take(self.rows_b)
                self.to_b = look_alikes(a, b, mirror=config.mirror)
                self.to_a = look_alikes(b, a, mirror=config.mirror)
        self._order = functools.lru_cache(8)(self._make_order)

    def _balance(self) -> None:
        """Rows in such numbers that both kinds show as many of every look."""
        packs = (self.domains.a.pack, self.domains.b.pack)
        rows = [one[:_MOST_MATCHED] for one in (self.rows_a, self.rows_b)]
        pictures = [pack.take(some) for pack, some in zip(packs, rows, strict=True)]
        a, b = balanced(*pictures, rng(self._seed, "balance"))
        self.rows_a, self.rows_b = rows[0][a], rows[1][b]

    @property
    def count(self) -> int:
        """Different samples, mirror images aside."""
        return len(self.rows_a) + (len(self.rows_b) if self.config.pairing == "alike" else 0)

    def take(self, first: int, count: int) -> dict[str, Any]:
        """Samples first .. first + count - 1."""
        places = np.arange(first, first + count)
        mirrored = self._mirrored(places)
        if self.config.pairing == "none":
            rows_a = self._numbers("a", len(self.rows_a), places)
            rows_b = self._numbers("b", len(self.rows_b), places)
            index, flips = rows_a, (mirrored, mirrored)
        elif self.config.pairing == "true":
            rows_a = rows_b = self._numbers("a", len(self.rows_a), places)
            index, flips = rows_a, (mirrored, mirrored)
        else:
            index = self._numbers("both", self.count, places)
            rows_a, rows_b, flips = self._partners(index, mirrored)
        a = _shown(self.domains.a.pack.take(self.rows_a[rows_a]), flips[0])
        b = _shown(self.domains.b.pack.take(self.rows_b[rows_b]), flips[1])
        batch = {"a": a, "b": b, "image": a, "index": index + self.count * mirrored}
        if self.config.wild and self.domains.true:
            batch["seen a"] = untidy(a, self._seed, "untidy", first)
        if self.config.guide and self.domains.guide is not None:
            guide = _shown(self.domains.guide.take(self.rows_a[rows_a]), flips[0])
            batch["seen a"] = np.concatenate([batch.get("seen a", a), guide], 1)
        return batch

    def _partners(
        self, index: Rows, mirrored: NDArray[np.bool_]
    ) -> tuple[Rows, Rows, tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
        """Numbers of both pictures of the samples, and whether each is shown mirrored."""
        many_a, many_b = len(self.rows_a), len(self.rows_b)
        from_b = index >= many_a
        own = np.where(from_b, index - many_a, index)
        found = np.where(from_b, self.to_a[own % many_b], self.to_b[own % many_a])
        limit = np.where(from_b, many_a, many_b)
        turned, other = found >= limit, found % limit
        rows_a, rows_b = np.where(from_b, other, own), np.where(from_b, own, other)
        flip_a = mirrored ^ (turned & from_b)
        return rows_a, rows_b, (flip_a, mirrored ^ (turned & ~from_b))

    def _mirrored(self, places: Rows) -> NDArray[np.bool_]:
        if not self.config.mirror:
            return np.zeros(len(places), bool)
        return np.array([rng(self._seed, "mirror", int(k)).random() < 0.5 for k in places])

    def _numbers(self, kind: str, count: int, places: Rows) -> Rows:
        epochs, offsets = np.divmod(places, count)
        return np.array(
            [self._order(kind, count, int(e))[o] for e, o in zip(epochs, offsets, strict=True)]
        )

    def _make_order(self, kind: str, count: int, epoch: int) -> Rows:
        return rng(self._seed, "order", kind, epoch).permutation(count)


def _shown(pictures: NDArray[np.uint8], mirrored: NDArray[np.bool_]) -> NDArray[np.float32]:
    pictures = pictures.copy()
    pictures[mirrored] = pictures[mirrored, :, ::-1]
    return to_floats(pictures)
