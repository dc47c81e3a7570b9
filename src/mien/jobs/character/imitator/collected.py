"""What an imitator learns from a set of `mien character collect`: any engine's parameters."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.data.pack import Pack
from mien.errors import InputError
from mien.io.files import check_file
from mien.io.names import terminal_safe
from mien.jobs.base import Progress
from mien.jobs.character.engines.schema import Continuous, OneOf, Schema
from mien.jobs.character.engines.training_set import PARAMS, SCHEMA, TrainingSet, read_set
from mien.jobs.character.imitator.data import ParameterSet, import_pictures, kept_notes
from mien.jobs.character.imitator.layout import Choice, Layout, Parameter
from mien.messages import text


@dataclasses.dataclass(frozen=True, eq=False)
class _Listed:
    """The pictures of a set, as `import_pictures` asks for them."""

    path: Path
    known: TrainingSet
    digest: str

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"{path.parent.name}/{path.name}" for path in self.known.pictures)

    def picture(self, place: int) -> Path:
        path = self.known.pictures[place]
        check_file(path, max_bytes=1 << 30, wanted="io.wanted.image")
        return path


def collected_set(folder: Path, size: int, cache: Path, progress: Progress) -> ParameterSet:
    """A collected set with its pictures decoded and made small once; its test split is held out.

    Raises InputError where the set is damaged or no picture can be used.
    """
    known = read_set(folder)
    digest = hashlib.sha256()
    for name in (SCHEMA, PARAMS):
        digest.update((folder / name).read_bytes())
    listed = _Listed(folder, known, digest.hexdigest()[:16])
    place = cache / f"imitator-{size}-{listed.digest}"
    if not (place / "rows.npy").is_file():
        import_pictures(listed, place, size, progress)
    rows = np.load(place / "rows.npy", allow_pickle=False)
    order = _order(known.schema)
    units = np.clip(known.units[rows][:, order], 0.0, 1.0).astype(np.float32)
    source = {"kind": "collected", "digest": listed.digest, "count": len(rows)}
    notes = kept_notes(listed, len(rows))
    test = known.test[rows]
    if test.all():
        raise InputError(text("character.imitator.no_pictures", path=terminal_safe(folder)))
    return ParameterSet(layout_of(known.schema), units, Pack(place), None, source, notes, test=test)


def layout_of(schema: Schema) -> Layout:
    """The parameters as a network has them: numbers first, then choices."""
    numbers, choices = [], []
    for one in schema.parameters:
        if isinstance(one, OneOf):
            choices.append(Choice(one.name, one.options))
        else:
            numbers.append(Parameter(one.name, one.low, one.high))
    return Layout(tuple(numbers), tuple(choices))


def _order(schema: Schema) -> NDArray[np.int64]:
    """Where each number of a network's vector stands in the engine's."""
    places = schema.slices()
    told = sorted(schema.parameters, key=lambda one: not isinstance(one, Continuous))
    return np.concatenate(
        [np.arange(places[one.name].start, places[one.name].stop) for one in told]
    )
