"""What is `translate`'s own in training: its two kinds of pictures, its recipe, its models."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from mien.io.image import write_image
from mien.io.provenance import Provenance
from mien.jobs.base import Progress
from mien.jobs.training import Order, Trainer, TrainingData, trained_on
from mien.jobs.translate.config import TrainRequest
from mien.jobs.translate.data import Domains, PairStream, Wanted, opened
from mien.jobs.translate.model import JOB, NETS, load_model, save_model
from mien.jobs.translate.presets import Config, config
from mien.jobs.translate.recipe import build, ready_maker
from mien.train.live import Live
from mien.train.log import grid
from mien.train.recipe import Recipe
from mien.train.run_folder import RunFolder

_VERIFY_PEOPLE = 500
_SHEET = 16
_DRAWN_ON = torch.device("cpu")


@contextlib.contextmanager
def training_data(
    request: TrainRequest, settings: Config, progress: Progress
) -> Iterator[TrainingData]:
    """Both kinds of pictures of a request, all there."""
    wanted = Wanted(
        data=request.data,
        to_data=request.to_data,
        size=settings.size,
        people=request.people,
        crop=request.crop,
        to_crop=request.to_crop,
        cache=request.cache,
        guide=settings.guide,
    )
    with opened(wanted, progress) as domains:
        yield of_domains(domains, settings)


def of_domains(domains: Domains, settings: Config) -> TrainingData:
    """Opened pictures as training data."""
    return TrainingData(
        count=PairStream(domains, settings, 0, matched=False).count,
        source=domains.source,
        batches=lambda seed: PairStream(domains, settings, seed),
        notes=domains.notes,
        payload=domains,
    )


def recipe(order: Order) -> Recipe:
    """The recipe of an order."""
    stream = PairStream(order.data.payload, order.config, order.seed)
    return build(order.preset, order.config, stream, images=order.images, seed=order.seed)


def finish(live: Live, settings: Config, data: TrainingData, folder: RunFolder) -> tuple[Path, ...]:
    """Makes the two models of a run: averaged weights, fresh statistics; and a sheet."""
    domains: Domains = data.payload
    stream = PairStream(domains, settings, live.recipe.seed, matched=False)
    written: list[Path] = []
    digests, pages = [], []
    for to, name in NETS.items():
        if name not in live.nets:
            continue
        kind, domain = ("a", domains.a) if to == "anime" else ("b", domains.b)
        path = folder.path / f"{to}.safetensors"
        maker = ready_maker(live.averages.get(name, live.nets[name]), stream, kind)
        told = {"preset": live.recipe.preset, **trained_on(live, domain.pack.info, domains.source)}
        digests.append(save_model(path, maker, to, config=settings, told=told))
        rows = domain.pack.take(domain.train[:_SHEET])
        model = load_model(str(path), to, _DRAWN_ON)
        known = domains.guide if model.guided else None
        guide = None if known is None else known.take(domain.train[:_SHEET])
        made = model.draw(rows, guide)
        pages += [rows, *([] if guide is None else [guide]), made]
        written.append(path)
    sheet = folder.path / "translations.png"
    made_by = Provenance("trainedAlgorithmicMedia", f"{JOB}.train", tuple(digests), seed=0)
    write_image(sheet, grid(np.concatenate(pages), _SHEET), provenance=made_by)
    return (*written, sheet)


def trial_steps(settings: Config) -> int:
    """In so many steps every phase and penalty falls due once."""
    lazy = settings.lazy if settings.gamma > 0 else 1
    return max(lazy, settings.critic_steps, settings.cycle_every if settings.cycle else 1)


TRAINER = Trainer(
    job=JOB,
    config=config,
    restore=Config.from_config,
    opened=training_data,
    build=recipe,
    finish=finish,
    trial_steps=trial_steps,
    verify_people=_VERIFY_PEOPLE,
    kept=("data", "to_data", "people", "crop", "to_crop"),
)
"""How `translate` trains."""
