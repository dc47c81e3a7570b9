"""`mien express train`: what is this job's own of it; the rest is `jobs.training`."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch

from mien.data.pack import PackInfo
from mien.errors import OptionError
from mien.io.image import write_image
from mien.io.provenance import Provenance
from mien.jobs.base import Outcome, Progress, Step
from mien.jobs.express import folder
from mien.jobs.express.config import TrainRequest
from mien.jobs.express.model import save_model
from mien.jobs.express.pairs import PairSpec, open_pairs
from mien.jobs.express.presets import Config
from mien.jobs.express.presets import config as preset_config
from mien.jobs.express.recipe import build, preview, ready_maker
from mien.jobs.express.streams import LabelledStream, PairStream
from mien.jobs.training import Trainer, TrainingData
from mien.jobs.training import run as run_trainer
from mien.messages import text
from mien.train.live import Live
from mien.train.log import grid
from mien.train.run_folder import RunFolder

_SMALL_PEOPLE = 50
_COLUMNS = 8


def run(request: TrainRequest, device: torch.device, progress: Progress) -> Outcome:
    """Trains, or goes on training; under torchrun every process comes through here."""
    return run_trainer(TRAINER, request, device, progress)


@dataclasses.dataclass(frozen=True, eq=False)
class Payload:
    """What the end of a run needs of its data: about the pictures, and whether they are drawn."""

    info: PackInfo
    is_head: bool


@contextlib.contextmanager
def opened(request: TrainRequest, config: Config, progress: Progress) -> Iterator[TrainingData]:
    """The head's pairs, drawn where they are missing, or a folder with an attribute file.

    Raises OptionError where the preset cannot learn from the data.
    """
    if request.data == "head":
        yield _of_head(request, config, progress)
        return
    if config.kind == "repair":
        raise OptionError(text("express.needs_pairs", data=request.data, preset=request.preset))
    found = folder.open_folder(request, config, progress)
    yield TrainingData(
        count=len(found.rows),
        source=found.source,
        batches=_Labelled(found.pack, found.aus, found.rows),
        notes=found.notes,
        payload=Payload(found.info, is_head=False),
    )


def _of_head(request: TrainRequest, config: Config, progress: Progress) -> TrainingData:
    spec = PairSpec(size=config.size)

    def told(done: int, total: int) -> None:
        progress(Step(done, total, text("express.drawing")))

    pairs = open_pairs(request.cache, spec, request.people, told=told)
    aus = pairs.codes[:, 1, : config.aus]
    batches: Callable[[int], Any] = _Labelled(pairs.truth, aus, None)
    if config.kind == "repair":
        batches = _Paired(pairs, config.window)
    source = {"kind": "head", "seed": spec.seed, "people": request.people, "head": spec.digest()}
    return TrainingData(
        count=pairs.count,
        source=source,
        batches=batches,
        payload=Payload(pairs.truth.info, is_head=True),
    )


@dataclasses.dataclass(frozen=True, eq=False)
class _Paired:
    pairs: Any
    side: int

    def __call__(self, seed: int) -> PairStream:
        return PairStream(self.pairs, seed, side=self.side)


@dataclasses.dataclass(frozen=True, eq=False)
class _Labelled:
    pack: Any
    aus: Any
    rows: Any

    def __call__(self, seed: int) -> LabelledStream:
        return LabelledStream(self.pack, self.aus, seed, rows=self.rows)


def finish(live: Live, config: Config, data: TrainingData, folder: RunFolder) -> tuple[Path, ...]:
    """Writes the averaged maker with fresh statistics, and a sheet of what it does."""
    net = live.averages.get("maker", live.nets["maker"])
    batches = data.batches(live.recipe.seed)
    maker = ready_maker(net, config, batches)
    payload: Payload = data.payload
    told = {
        "data": payload.info.data,
        "source": dict(data.source),
        "crop": dict(payload.info.crop),
        "licence": payload.info.licence,
        "metrics": {"images": float(live.images), "seconds": round(live.seconds, 1)},
        "head": payload.is_head,
    }
    path = folder.path / "weights.safetensors"
    digest = save_model(path, maker, preset=live.recipe.preset, config=config, told=told)
    sheet = folder.path / "edits.png"
    made_by = Provenance("trainedAlgorithmicMedia", "express.train", (digest,))
    write_image(sheet, grid(preview(net, config, batches), _COLUMNS), provenance=made_by)
    return path, sheet


def trial_steps(config: Config) -> int:
    """Steps in which every phase falls due once."""
    return config.critic_steps if config.kind == "ganimation" else config.lazy


TRAINER = Trainer(
    job="express",
    config=preset_config,
    restore=Config.from_config,
    opened=opened,
    build=build,
    finish=finish,
    trial_steps=trial_steps,
    verify_people=_SMALL_PEOPLE,
    kept=("data", "attributes", "crop", "people"),
)
