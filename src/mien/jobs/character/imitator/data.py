"""What an imitator learns from: parameters, pictures and, for the head, part labels, on disk.

A set is a pack of pictures with `parameters.npy` (n, d) float32 and, where parts are known,
`labels-00000.npy` (shard, s / 2, s / 2) uint8 beside it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mien.data.crop import to_square
from mien.data.face_to_parameter import Database, open_database
from mien.data.pack import Pack, PackInfo, read_info, shard_path, write_info, write_shard
from mien.data.people import CROP, head_name
from mien.data.stream import to_floats
from mien.errors import InputError, OptionError
from mien.head.schema import LABELS
from mien.io.atomic import atomic_write_bytes
from mien.io.image import read_image
from mien.io.names import terminal_safe
from mien.jobs.base import Progress, Step
from mien.jobs.character.engines.training_set import SCHEMA
from mien.jobs.character.imitator import drawing
from mien.jobs.character.imitator.layout import Choice, Layout, Parameter, head_layout, vector_of
from mien.messages import text
from mien.seeding import rng
from mien.types import Image

HELD_OUT_SEED = 7_000_003
"""Added to the seed of the heads that train."""
_SHARD = 100
_VERSION = 1
"""Of `drawing.training_code`: another one makes other sets."""


@dataclasses.dataclass(frozen=True, eq=False)
class ParameterSet:
    """Pictures with the parameters that made them.

    layout      what the numbers mean
    parameters  (n, d) float32 in [0, 1]
    pack        n pictures
    labels      (n, s / 2, s / 2) uint8 by rows, or None where parts are not known
    source      JSON values that find the set again
    test        (n,) bool, rows that never train; None: `split` decides
    """

    layout: Layout
    parameters: NDArray[np.float32]
    pack: Pack
    labels: Callable[[NDArray[np.int64]], NDArray[np.uint8]] | None
    source: dict[str, Any]
    notes: tuple[str, ...] = ()
    test: NDArray[np.bool_] | None = None

    def pictures(self, rows: NDArray[np.int64]) -> Image:
        """(n, s, s, 3) uint8."""
        return self.pack.take(rows)


class ParameterStream:
    """Batches in epochs, each in an order of its own that the seed decides.

    `parameters` (n, d) float32, `image` (n, 3, s, s) float32 in [-1, 1], `index` (n,) int64 and,
    where parts are known, `labels` (n, s / 2, s / 2) uint8.
    """

    def __init__(self, known: ParameterSet, rows: NDArray[np.int64], seed: int) -> None:
        self._known, self._rows, self._seed = known, rows, seed
        self._order = functools.lru_cache(4)(self._make_order)

    def take(self, first: int, count: int) -> dict[str, Any]:
        """Samples first .. first + count - 1."""
        epochs, places = np.divmod(np.arange(first, first + count), len(self._rows))
        order = [self._order(int(epoch))[places[epochs == epoch]] for epoch in np.unique(epochs)]
        index = self._rows[np.concatenate(order)]
        batch = {
            "image": to_floats(self._known.pictures(index)),
            "parameters": self._known.parameters[index],
            "index": index,
        }
        if self._known.labels is not None:
            batch["labels"] = self._known.labels(index)
        return batch

    def _make_order(self, epoch: int) -> NDArray[np.int64]:
        return rng(self._seed, "order", epoch).permutation(len(self._rows))


@dataclasses.dataclass(frozen=True)
class HeadSet:
    """Which heads a set holds; equal specs give equal bytes."""

    size: int
    count: int
    seed: int = 0

    def as_config(self) -> dict[str, Any]:
        """JSON values that find the set again."""
        drawn = {"version": _VERSION, "head": head_name()}
        return {"kind": "head", **dataclasses.asdict(self), **drawn}

    def folder(self, root: Path) -> Path:
        """Where it lies; a larger set of the same heads lies in the same place."""
        told = {name: value for name, value in self.as_config().items() if name != "count"}
        digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]
        return root / f"imitator-{self.size}-{digest}"


def head_set(root: Path, spec: HeadSet, progress: Progress) -> ParameterSet:
    """The heads of a spec: what is missing is drawn, shard by shard, and kept."""
    folder, layout = spec.folder(root), head_layout()
    count = -(-spec.count // _SHARD) * _SHARD
    if not (folder / "pack.json").is_file() or read_info(folder).count < count:
        words = f"{len(layout.names)} parameters, head version {spec.as_config()['version']}"
        data = f"frontal neutral renders of the head, {words}, seed {spec.seed}"
        info = PackInfo(spec.size, count, _SHARD, CROP, data, "Apache-2.0", folder.name)
        write_info(folder, info)
    for number in range(count // _SHARD):
        if not shard_path(folder, number).exists():
            _draw_shard(folder, number, spec)
            label = text("character.imitator.draws")
            progress(Step((number + 1) * _SHARD, count, label))
    vectors = [vector_of(drawing.training_code(spec.seed, k), layout) for k in range(spec.count)]
    parameters = np.array(vectors, np.float32)
    labels = functools.partial(_labels, folder)
    return ParameterSet(layout, parameters, Pack(folder), labels, spec.as_config())


def _draw_shard(folder: Path, number: int, spec: HeadSet) -> None:
    """Labels first: a shard of pictures says that both are there."""
    numbers = range(number * _SHARD, (number + 1) * _SHARD)
    drawn = [drawing.draw_front(drawing.training_code(spec.seed, k), spec.size) for k in numbers]
    parts = np.stack([one.labels[1::2, 1::2] for one in drawn]).astype(np.uint8)
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(parts))
    atomic_write_bytes(_labels_path(folder, number), buffer.getvalue())
    write_shard(folder, number, np.stack([one.rgb for one in drawn]))


def _labels_path(folder: Path, number: int) -> Path:
    return folder / f"labels-{number:05d}.npy"


def _labels(folder: Path, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
    """(n, s / 2, s / 2) labels of rows."""
    shards, places = np.divmod(rows, _SHARD)
    found: NDArray[np.uint8] | None = None
    for shard in np.unique(shards):
        array = np.load(_labels_path(folder, int(shard)), mmap_mode="r", allow_pickle=False)
        if found is None:
            found = np.zeros((len(rows), *array.shape[1:]), np.uint8)
        here = shards == shard
        found[here] = array[places[here]]
    assert found is not None
    assert len(LABELS) > int(found.max())
    return found


def database_layout(database: Database) -> Layout:
    """The ancestor's 99 numbers: 95 of the bones, the brow's brightness, one of three brows."""
    continuous = tuple(Parameter(name, 0.0, 1.0) for name in database.continuous)
    return Layout(continuous, (Choice("brow", database.brows),))


def database_set(path: Path, size: int, cache: Path, progress: Progress) -> ParameterSet:
    """A `db_description` with its pictures, decoded and made small once.

    Raises InputError where the file is damaged or no picture can be used.
    """
    database = open_database(path)
    folder = cache / f"imitator-{size}-{database.digest}"
    if not (folder / "rows.npy").is_file():
        import_pictures(database, folder, size, progress)
    pack, rows = Pack(folder), np.load(folder / "rows.npy", allow_pickle=False)
    parameters = np.clip(database.values[rows], 0.0, 1.0).astype(np.float32)
    source = {"kind": "db_description", "digest": database.digest, "count": len(rows)}
    notes = kept_notes(database, len(rows))
    return ParameterSet(database_layout(database), parameters, pack, None, source, notes)


class Listed(Protocol):
    """Pictures in order: where each lies, or InputError where it does not."""

    @property
    def path(self) -> Path:
        """The set, for messages."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """What the pictures are called."""
        ...

    @property
    def digest(self) -> str:
        """Names the content."""
        ...

    def picture(self, place: int) -> Path:
        """Where a picture lies; raises InputError where it does not."""
        ...


def kept_notes(listed: Listed, kept: int) -> tuple[str, ...]:
    """What is said where some pictures cannot be used."""
    missing = len(listed.names) - kept
    values = {"count": kept, "missing": missing}
    return (text("character.imitator.database", **values),) if missing else ()


def import_pictures(database: Listed, folder: Path, size: int, progress: Progress) -> None:
    """Decodes pictures into a pack, with the rows that could be; raises InputError for none."""
    pictures, rows = [], []
    for place, name in enumerate(database.names):
        with contextlib.suppress(InputError):  # counted: what is missing is told with the set
            pictures.append(to_square(read_image(database.picture(place)), size, "squeeze"))
            rows.append(place)
        progress(Step(place + 1, len(database.names), terminal_safe(name)))
    if len(rows) < 2:
        raise InputError(text("character.imitator.no_pictures", path=terminal_safe(database.path)))
    crop = {"name": "squeeze", "size": size}
    info = PackInfo(size, len(rows), _SHARD, crop, "db_description", "unknown", database.digest)
    write_info(folder, info)
    for number in range(info.shards):
        part = pictures[number * _SHARD : (number + 1) * _SHARD]
        write_shard(folder, number, np.stack(part))
    buffer = io.BytesIO()
    np.save(buffer, np.array(rows, np.int64))
    atomic_write_bytes(folder / "rows.npy", buffer.getvalue())


@dataclasses.dataclass(frozen=True)
class Wanted:
    """Which set, as a request says it.

    data   "head", or the path of a collected set or of a `db_description`
    """

    data: str
    size: int
    people: int
    cache: Path
    seed: int = 0


def open_set(wanted: Wanted, progress: Progress) -> ParameterSet:
    """The set; raises OptionError for data of an unknown kind, InputError for damaged data."""
    if wanted.data == "head":
        spec = HeadSet(wanted.size, wanted.people, wanted.seed)
        return head_set(wanted.cache, spec, progress)
    if not Path(wanted.data).exists():
        raise OptionError(text("character.imitator.data", value=terminal_safe(wanted.data)))
    if (Path(wanted.data) / SCHEMA).is_file():
        from mien.jobs.character.imitator.collected import collected_set

        return collected_set(Path(wanted.data), wanted.size, wanted.cache, progress)
    return database_set(Path(wanted.data), wanted.size, wanted.cache, progress)


def split(known: ParameterSet) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows that train, and rows that never do: none of the head's, which draws others for that."""
    count = len(known.parameters)
    if known.test is not None:
        return np.flatnonzero(~known.test), np.flatnonzero(known.test)
    if known.source["kind"] == "head":
        return np.arange(count), np.arange(0)
    order = rng("held out", str(known.source["digest"])).permutation(count)
    held = max(1, count // 10)
    return np.sort(order[held:]), np.sort(order[:held])


def held_out(wanted: Wanted, count: int, progress: Progress) -> ParameterSet:
    """Samples that did not train: other heads, or a database's tenth (as a set of its own)."""
    if wanted.data == "head":
        others = dataclasses.replace(wanted, people=count, seed=wanted.seed + HELD_OUT_SEED)
        return open_set(others, progress)
    return open_set(wanted, progress)
