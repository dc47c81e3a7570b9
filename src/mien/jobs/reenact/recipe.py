"""From settings and a stream of clip samples to a training recipe."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from mien.data.stream import to_pictures
from mien.jobs.reenact.feeding import Feeding
from mien.jobs.reenact.losses import AncestorGame, RefineGame
from mien.jobs.reenact.networks import make_judges, make_networks
from mien.jobs.reenact.presets import Config
from mien.nn.ema import recalibrate
from mien.train.recipe import Adam, Nets, Phase, Recipe
from mien.train.schedule import Ramp, decaying
from mien.types import Image

PREVIEW = 8
_CALIBRATION = 25
_FIRST_OF_CALIBRATION = 10_000_019
"""Far into the stream: samples that training hardly sees in this variation."""


class Stream(Protocol):
    """Batches of clip samples (`data.clip_stream`)."""

    def take(self, first: int, count: int) -> dict[str, Any]:
        """Samples first .. first + count - 1."""
        ...


def build(preset: str, config: Config, stream: Stream, *, images: int, seed: int = 0) -> Recipe:
    """The recipe that trains these settings on this stream for so many images.

    The ancestor's two stages are phases of one recipe: FaceGAN trains from the start to the end,
    FineGAN beside it from `fine_after` of the run on.
    """
    makers, judges = make_networks(config, seed), make_judges(config, seed)
    feeding = Feeding(Ramp(0, max(1, images * config.feed_until), *config.feed))
    fall = decaying(images, hold=config.hold, last=config.last)
    betas = (config.beta1, config.beta2)
    rates = dict.fromkeys(makers, config.rate_maker) | dict.fromkeys(judges, config.rate_judge)
    samples = stream.take(0, PREVIEW)

    def observe(terms: Mapping[str, float], seen: int) -> None:
        feeding.follow(seen)

    return Recipe(
        job="reenact",
        preset=preset,
        config=config.as_config(),
        nets={**makers, **judges},
        phases=_phases(config, images),
        optimisers={name: Adam(rate, betas, fall) for name, rate in rates.items()},
        batches=stream,
        batch=config.batch,
        seed=seed,
        ema=dict.fromkeys(makers, config.average) if config.average else {},
        state={"feeding": feeding},
        observe=observe,
        preview=lambda nets: preview(nets, config, samples),
    )


def _phases(config: Config, images: int) -> tuple[Phase, ...]:
    if config.kind == "refine":
        judged = round(images * config.judge_after)
        game = RefineGame(config, judged)
        return (
            Phase("judge", ("judge",), game.judge, after=judged, keeps=("refiner",)),
            Phase("refiner", ("refiner",), game.refiner),
        )
    late, old = round(images * config.fine_after), AncestorGame(config)
    return (
        Phase("face judge", ("face_judge",), old.face_judge, keeps=("face",)),
        Phase("face", ("face",), old.face),
        Phase("fine judge", ("fine_judge",), old.fine_judge, after=late, keeps=("fine",)),
        Phase("fine", ("fine",), old.fine, after=late),
    )


def made_by(
    nets: Mapping[str, Any], config: Config, planes: Mapping[str, Tensor], last: Tensor
) -> Tensor:
    """(n, 4, s, s) the picture that the networks make, and how far each pixel is theirs.

    planes   "warp", "lines" and "gate", or for the ancestor "photo", "edges" and "gate"
    last     (n, 3, s, s) the frame that they made before
    """
    if config.kind == "refine":
        return nets["refiner"](planes["warp"], planes["lines"], planes["gate"], last)
    coarse = nets["face"](planes["photo"], planes["edges"])
    picture = nets["fine"](planes["photo"], coarse, last)
    return torch.cat([picture, planes["gate"].to(picture.dtype)], 1)


def ready_networks(nets: Nets, config: Config, stream: Stream, device: Any) -> dict[str, nn.Module]:
    """Copies in evaluation mode whose running statistics fit their weights."""
    copies = {name: copy.deepcopy(nets[name]).eval() for name in make_networks(config, 0)}
    batches = [
        _on(stream.take(_FIRST_OF_CALIBRATION + k * config.batch, config.batch), device)
        for k in range(_CALIBRATION)
    ]
    if config.kind == "refine":
        whole: list[tuple[nn.Module, Any]] = [(copies["refiner"], _refine_inputs)]
    else:
        face = copies["face"]
        whole = [(face, lambda b: (b["photo"], b["edges"]))]
        whole += [(copies["fine"], lambda b: (b["photo"], face(b["photo"], b["edges"]), b["last"]))]
    for net, inputs in whole:
        recalibrate(net, (inputs(batch) for batch in batches))
    return {name: net.requires_grad_(False) for name, net in copies.items()}


def _refine_inputs(batch: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
    return batch["warp"], batch["lines"], batch["gate"], batch["last"]


@torch.no_grad()
def preview(nets: Mapping[str, nn.Module], config: Config, samples: Mapping[str, Any]) -> Image:
    """(3 n, s, s, 3): what is given, what the networks make of it now, and the truth."""
    names = tuple(make_networks(config, 0))
    device = next(nets[names[0]].parameters()).device
    batch = _on(samples, device)
    copies = {name: copy.deepcopy(nets[name]).train() for name in names}
    made = made_by(copies, config, batch, batch["last"])[:, :3].float().cpu().numpy()
    given = samples["warp" if config.kind == "refine" else "photo"]
    return np.concatenate([to_pictures(one) for one in (given, made, samples["image"])])


def _on(samples: Mapping[str, Any], device: Any) -> dict[str, Tensor]:
    return {name: torch.from_numpy(one).to(device) for name, one in samples.items()}
