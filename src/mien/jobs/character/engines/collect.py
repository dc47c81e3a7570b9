"""`mien character collect`: pictures of any engine with the parameters that made them."""

from __future__ import annotations

import dataclasses
import json
import time
from pathlib import Path

import numpy as np

from mien.data.begun import begin
from mien.errors import InputError
from mien.io.atomic import remove_leftovers
from mien.io.image import read_image, write_image
from mien.io.names import terminal_safe
from mien.io.provenance import Provenance, request_hash
from mien.jobs.base import Outcome, Progress, Skipped, Step
from mien.jobs.character.config import CollectRequest
from mien.jobs.character.engines import training_set
from mien.jobs.character.engines.opening import Opened, open_engine
from mien.jobs.character.engines.sampling import held_rows, noisy_units, sample_params
from mien.jobs.character.engines.schema import Schema, Value
from mien.jobs.character.engines.unity import ancestor_schema
from mien.messages import text

JOB = "character.collect"
MOST_FAILURES = 3
"""Failures one after the other that end a run: what is wrong is the engine then."""
_TELL_EVERY = 1.0
"""Seconds between two words on progress."""


@dataclasses.dataclass(frozen=True, eq=False)
class _Set:
    """A set that was begun."""

    folder: Path
    schema: Schema
    opened: Opened
    request: CollectRequest
    made_by: Provenance

    def name(self, index: int) -> str:
        return self.opened.stem.format(index)

    def params(self, index: int) -> dict[str, Value]:
        seed, spread = self.request.seed, self.request.spread
        return sample_params(self.schema, seed, index, spread=spread)


def collect(request: CollectRequest, progress: Progress) -> Outcome:
    """Draws what is missing of a set; a sample that the engine cannot draw is left out and told.

    Raises OutputError where the folder holds another set or anything else, InputError where the
    engine cannot be opened or fails three times running; what was drawn stays.
    """
    with open_engine(request.engine, size=request.size, seconds=request.timeout) as opened:
        known = _begin(opened, request)
        test = set(held_rows(request.seed, request.count).tolist())
        files = [
            f"{'test' if k in test else 'train'}/{known.name(k)}.png" for k in range(request.count)
        ]
        skipped = _draw(known, files, progress)
    notes = _write_labels(known, files)
    return Outcome((request.out,), tuple(skipped), tuple(notes))


def _begin(opened: Opened, request: CollectRequest) -> _Set:
    schema = opened.engine.schema()
    recipe = {
        "format": training_set.FORMAT,
        **{"engine": opened.kind, "engine_digest": opened.digest, "schema": schema.digest},
        **{"count": request.count, "seed": request.seed, "label_noise": request.label_noise},
        "spread": request.spread,
    }
    written = json.dumps(recipe, indent=1, sort_keys=True).encode() + b"\n"
    begin(request.out, training_set.RECIPE, written)
    for split in training_set.SPLITS:
        remove_leftovers(request.out / split)
    training_set.write_schema(request.out, schema)
    asked = request_hash({name: str(value) for name, value in recipe.items()})
    made_by = Provenance(source=opened.source, job=JOB, seed=request.seed, request=asked)
    return _Set(request.out, schema, opened, request, made_by)


def _draw(known: _Set, files: list[str], progress: Progress) -> list[Skipped]:
    skipped: list[Skipped] = []
    failures, told, shape = 0, 0.0, _first_shape(known.folder, files)
    for k, file in enumerate(files):
        path = known.folder / file
        if not path.is_file():
            params = known.params(k)
            try:
                picture = known.opened.engine.render(params)
                shape = shape or picture.shape
                _check_shape(file, picture.shape, shape)
                write_image(path, picture, provenance=known.made_by, marked=False)
                failures = 0
            except InputError as problem:
                skipped.append(Skipped(file, str(problem)))
                failures += 1
                if failures == MOST_FAILURES or failures == len(files):
                    shown = {"count": failures, "reason": problem}
                    raise InputError(text("engine.collect.failed", **shown)) from problem
        if time.monotonic() - told > _TELL_EVERY or k + 1 == len(files):
            told = time.monotonic()
            progress(Step(k + 1, len(files), file))
    return skipped


def _first_shape(folder: Path, files: list[str]) -> tuple[int, ...] | None:
    """Of the pictures that an earlier run left."""
    there = next((path for file in files if (path := folder / file).is_file()), None)
    return None if there is None else read_image(there).shape


def _check_shape(file: str, came: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    if came != wanted:
        sizes = {"came": f"{came[1]} x {came[0]}", "wanted": f"{wanted[1]} x {wanted[0]}"}
        raise InputError(text("engine.collect.shape", name=terminal_safe(file), **sizes))


def _write_labels(known: _Set, files: list[str]) -> list[str]:
    """`params.csv` of the pictures that are there, and the ancestor's file where it fits."""
    schema, request = known.schema, known.request
    rows: list[list[str]] = []
    labels: dict[str, list[np.ndarray]] = {split: [] for split in training_set.SPLITS}
    names: dict[str, list[str]] = {split: [] for split in training_set.SPLITS}
    wrong = 0
    for k, file in enumerate(files):
        if not (known.folder / file).is_file():
            continue
        units = schema.to_unit(known.params(k))
        if request.label_noise:
            units, changed = noisy_units(schema, units, request.seed, k)
            wrong += changed
        split = file.partition("/")[0]
        rows.append([file, split, *training_set.csv_row(schema, units)])
        labels[split].append(units)
        names[split].append(known.name(k))
    training_set.write_params(known.folder, schema, rows)
    if schema == ancestor_schema():
        for split in training_set.SPLITS:
            if names[split]:
                place = known.folder / split
                training_set.write_database(place, names[split], np.array(labels[split]))
    notes = [text("engine.collect.split", train=len(names["train"]), test=len(names["test"]))]
    if request.label_noise:
        total = len(rows) * sum(one.size == 1 for one in schema.parameters)
        notes.append(text("engine.collect.noise", count=wrong, total=total))
    return notes
