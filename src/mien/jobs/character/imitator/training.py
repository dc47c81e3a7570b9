"""What is the imitator's own in training: its data, its recipe, its finished model."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from mien.io.image import write_image
from mien.io.provenance import Provenance
from mien.jobs.base import Progress
from mien.jobs.character.config import TrainRequest
from mien.jobs.character.imitator.data import ParameterSet, ParameterStream, Wanted, open_set, split
from mien.jobs.character.imitator.model import JOB, load_imitator, save_imitator
from mien.jobs.character.imitator.presets import Settings, settings
from mien.jobs.character.imitator.recipe import build, ready
from mien.jobs.training import Order, Trainer, TrainingData, trained_on
from mien.jobs.weights import trained_header
from mien.train.live import Live
from mien.train.log import grid
from mien.train.recipe import Batches, Recipe
from mien.train.run_folder import RunFolder
from mien.types import Image

_VERIFY_PEOPLE = 100
_SHEET = 24


@contextlib.contextmanager
def training_data(
    request: TrainRequest, chosen: Settings, progress: Progress
) -> Iterator[TrainingData]:
    """The parameters and pictures of a request; what is missing is drawn or decoded first."""
    known = open_set(wanted_of(request, chosen), progress)
    rows, _ = split(known)

    def batches(seed: int) -> Batches:
        return ParameterStream(known, rows, seed)

    yield TrainingData(len(rows), known.source, batches, known.notes, known)


def wanted_of(request: TrainRequest, chosen: Settings) -> Wanted:
    """Which set a request means."""
    return Wanted(request.data, chosen.size, request.people, request.cache)


def recipe(order: Order) -> Recipe:
    """The recipe of an order."""
    named = (order.preset, order.images, order.seed)
    return build(order.data.payload, order.data.batches(order.seed), order.config, named)


def finish(live: Live, chosen: Settings, data: TrainingData, folder: RunFolder) -> tuple[Path, ...]:
    """The model of a run, and a sheet of heads with their imitations."""
    known: ParameterSet = data.payload
    net = ready(live.averages.get("imitator", live.nets["imitator"]), known)
    told = trained_on(live, known.pack.info, known.source)
    header = trained_header(JOB, live.recipe.preset, chosen, told)
    path = folder.path / "weights.safetensors"
    digest = save_imitator(path, net, known, header)
    model = load_imitator(str(path), torch.device("cpu"))
    sheet = folder.path / "imitations.png"
    rows = np.arange(min(_SHEET, len(known.parameters)))
    page = pairs_page(known.pictures(rows), model.draw(known.parameters[rows]))
    made_by = Provenance("trainedAlgorithmicMedia", "character.train", (digest,), seed=0)
    write_image(sheet, page, provenance=made_by)
    return path, sheet


def pairs_page(true: Image, made: Image, *, columns: int = 8) -> Image:
    """A row of pictures (n, s, s, 3), under it a row of their imitations, and so on."""
    rows = []
    for first in range(0, len(true), columns):
        rows += [true[first : first + columns], made[first : first + columns]]
    return np.concatenate([grid(row, columns=columns) for row in rows])


def trial_steps(chosen: Settings) -> int:
    """One step sees everything."""
    return 1


TRAINER = Trainer(
    job="character",
    config=settings,
    restore=Settings.from_config,
    opened=training_data,
    build=recipe,
    finish=finish,
    trial_steps=trial_steps,
    verify_people=_VERIFY_PEOPLE,
    kept=("data", "people"),
)
"""How the imitator trains."""
