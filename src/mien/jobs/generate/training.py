"""What is `generate`'s own in training: its pictures, its recipe, its finished model."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import torch

from mien.io.image import write_image
from mien.io.provenance import Provenance
from mien.jobs.base import Progress
from mien.jobs.generate.codes import Codes
from mien.jobs.generate.config import TrainRequest
from mien.jobs.generate.model import FaceModel, load_model, save_model
from mien.jobs.generate.pictures import Pictures, Wanted, opened
from mien.jobs.generate.presets import Config, config
from mien.jobs.generate.recipe import build, final_codes, ready_maker
from mien.jobs.training import Order, Trainer, TrainingData, trained_on
from mien.train.live import Live
from mien.train.log import grid
from mien.train.recipe import Recipe
from mien.train.run_folder import RunFolder

_VERIFY_PEOPLE = 500


@contextlib.contextmanager
def training_data(
    request: TrainRequest, settings: Config, progress: Progress
) -> Iterator[TrainingData]:
    """The pictures of a request; the head's are drawn in the background inside the block."""
    wanted = Wanted(
        data=request.data,
        size=settings.size,
        count=request.people,
        crop=request.crop,
        cache=request.cache,
    )
    with opened(wanted, progress) as pictures:
        yield of_pictures(pictures, settings)


def of_pictures(pictures: Pictures, settings: Config) -> TrainingData:
    """Opened pictures as training data."""
    return TrainingData(
        count=len(pictures.train),
        source=pictures.source,
        batches=lambda seed: pictures.stream(seed=seed, mirror=settings.mirror),
        notes=pictures.notes,
        payload=pictures,
    )


def recipe(order: Order) -> Recipe:
    """The recipe of an order."""
    stream = order.data.payload.stream(seed=order.seed, mirror=order.config.mirror)
    return build(order.preset, order.config, stream, images=order.images, seed=order.seed)


def finish(live: Live, settings: Config, data: TrainingData, folder: RunFolder) -> tuple[Any, ...]:
    """Makes the model of a run: averaged weights, fresh statistics, codes of the whole set."""
    pictures: Pictures = data.payload
    net = live.averages.get("maker", live.nets["maker"])
    kept, codes = live.recipe.state.get("codes"), None
    if isinstance(kept, Codes):
        stream = pictures.stream(seed=live.recipe.seed, mirror=settings.mirror)
        codes = final_codes(kept, stream)
    maker = ready_maker(net, settings, codes)
    told = trained_on(live, pictures.pack.info, pictures.source)
    path = folder.path / "weights.safetensors"
    preset = live.recipe.preset
    digest = save_model(path, maker, codes, preset=preset, config=settings, told=told)
    model = load_model(str(path), torch.device("cpu"))
    sheet = folder.path / "faces.png"
    made_by = Provenance("trainedAlgorithmicMedia", "generate.train", (digest,), seed=0)
    write_image(sheet, grid(_faces(model)), provenance=made_by)
    return path, sheet


def _faces(model: FaceModel) -> Any:
    """Sixty-four faces of the finished model."""
    return model.draw(torch.stack([model.latent(0, k) for k in range(64)]))


def trial_steps(settings: Config) -> int:
    """In so many steps every phase and penalty falls due once."""
    return max(settings.lazy if settings.gamma > 0 else 1, settings.critic_steps)


TRAINER = Trainer(
    job="generate",
    config=config,
    restore=Config.from_config,
    opened=training_data,
    build=recipe,
    finish=finish,
    trial_steps=trial_steps,
    verify_people=_VERIFY_PEOPLE,
    kept=("data", "people", "crop"),
)
"""How `generate` trains."""
