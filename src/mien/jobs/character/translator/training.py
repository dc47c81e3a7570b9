"""What is the translator's own in training: its data, its recipe, its finished model."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from mien.data.pack import PackInfo
from mien.jobs.base import Progress
from mien.jobs.character.config import TrainRequest
from mien.jobs.character.imitator.data import Wanted
from mien.jobs.character.translator.data import MeasuredSet, MeasuredStream, measured_set
from mien.jobs.character.translator.model import JOB, save_translator
from mien.jobs.character.translator.network import TranslatorNet
from mien.jobs.character.translator.presets import Settings, settings
from mien.jobs.character.translator.recipe import build
from mien.jobs.training import Order, Trainer, TrainingData, trained_on
from mien.jobs.weights import trained_header
from mien.nn.ema import average_of
from mien.train.live import Live
from mien.train.recipe import Batches, Recipe
from mien.train.run_folder import RunFolder

_VERIFY_PEOPLE = 100


@contextlib.contextmanager
def training_data(
    request: TrainRequest, chosen: Settings, progress: Progress
) -> Iterator[TrainingData]:
    """The measured pictures of a request."""
    wanted = Wanted(request.data, chosen.size, request.people, request.cache)
    known = measured_set(wanted, chosen, progress)

    def batches(seed: int) -> Batches:
        return MeasuredStream(known, seed)

    yield TrainingData(len(known.train), known.source, batches, known.notes, known)


def recipe(order: Order) -> Recipe:
    """The recipe of an order."""
    named = (order.preset, order.images, order.seed)
    return build(order.data.payload, order.data.batches(order.seed), order.config, named)


def finish(live: Live, chosen: Settings, data: TrainingData, folder: RunFolder) -> tuple[Path, ...]:
    """The model of a run, scored on the rows that were held out."""
    known: MeasuredSet = data.payload
    net = average_of(live.averages.get("translator", live.nets["translator"])).cpu().eval()
    assert isinstance(net, TranslatorNet)
    crop = {"name": "head-256" if known.basis.faces else "squeeze", "size": chosen.size}
    words = f"{len(known.train)} pictures of an engine with their parameters"
    info = PackInfo(chosen.size, len(known.train), 1, crop, words, "unknown", "")
    header = trained_header(JOB, live.recipe.preset, chosen, trained_on(live, info, known.source))
    path = folder.path / "weights.safetensors"
    save_translator(path, net, known, header)
    return (path,)


def trial_steps(chosen: Settings) -> int:
    """One step sees everything."""
    return 1


TRAINER = Trainer(
    job="translator",
    config=settings,
    restore=Settings.from_config,
    opened=training_data,
    build=recipe,
    finish=finish,
    trial_steps=trial_steps,
    verify_people=_VERIFY_PEOPLE,
    kept=("data",),
)
"""How a translator of an engine trains."""
