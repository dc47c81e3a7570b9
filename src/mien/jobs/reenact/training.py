"""What is `reenact`'s own in training: its clips, its recipe, its finished model."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mien.io.image import write_image
from mien.io.provenance import Provenance
from mien.jobs.reenact.config import TrainRequest
from mien.jobs.reenact.data import CLIP_CROP, ClipData, training_data
from mien.jobs.reenact.model import save_model
from mien.jobs.reenact.presets import Config, config, with_edges
from mien.jobs.reenact.recipe import build, preview, ready_networks
from mien.jobs.training import Order, Trainer, TrainingData
from mien.train.live import Live
from mien.train.log import grid
from mien.train.recipe import Recipe
from mien.train.run_folder import RunFolder

_VERIFY_PEOPLE = 4


def recipe(order: Order) -> Recipe:
    """The recipe of an order."""
    stream = order.data.batches(order.seed)
    return build(order.preset, order.config, stream, images=order.images, seed=order.seed)  # pyright: ignore[reportArgumentType]


def finish(live: Live, settings: Config, data: TrainingData, folder: RunFolder) -> tuple[Path, ...]:
    """Makes the model of a run: averaged weights with fresh statistics, and a sheet."""
    clips: ClipData = data.payload
    stream = clips.stream(settings, live.recipe.seed)
    nets = ready_networks({**live.nets, **live.averages}, settings, stream, live.device)
    told = {
        "data": clips.words,
        "source": data.source,
        "crop": CLIP_CROP,
        "licence": clips.licence,
        "metrics": {"images": float(live.images), "seconds": round(live.seconds, 1)},
        "head": clips.is_head,
    }
    path = folder.path / "weights.safetensors"
    digest = save_model(path, nets, preset=live.recipe.preset, config=settings, told=told)
    sheet = folder.path / "frames.png"
    made_by = Provenance("trainedAlgorithmicMedia", "reenact.train", (digest,), seed=0)
    samples = stream.take(0, 12)
    shown = preview(nets, settings, samples)
    write_image(sheet, grid(np.ascontiguousarray(shown), 12), provenance=made_by)
    return path, sheet


def trial_steps(settings: Config) -> int:
    """In so many steps every phase and penalty falls due once."""
    return settings.lazy if settings.gamma > 0 else 1


def adjusted(settings: Config, request: TrainRequest) -> Config:
    """The settings of a preset as a request wants them."""
    return with_edges(settings, request.edges)


TRAINER = Trainer(
    job="reenact",
    config=config,
    adjusted=adjusted,
    restore=Config.from_config,
    opened=training_data,
    build=recipe,
    finish=finish,
    trial_steps=trial_steps,
    verify_people=_VERIFY_PEOPLE,
    kept=("data", "people"),
)
"""How `reenact` trains."""
