"""From a preset and pictures of two kinds to a training recipe."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mien.data.stream import to_pictures
from mien.jobs.translate.data import PairStream
from mien.jobs.translate.losses import Game, Pool
from mien.jobs.translate.networks import make_judge, make_maker
from mien.jobs.translate.presets import Config
from mien.nn.ema import average_of, recalibrate
from mien.nn.norm import iterate_spectral_norms
from mien.train.recipe import Adam, HasStateDict, Nets, Phase, Recipe
from mien.train.schedule import Ramp, decaying
from mien.types import Image

MAKERS, JUDGES = ("to_b", "to_a"), ("judge_b", "judge_a")
_SHOWN = 16
_CALIBRATION = (40, 50)
"""Batches and pictures in each that running statistics are computed from."""


def build(preset: str, config: Config, stream: PairStream, *, images: int, seed: int = 0) -> Recipe:
    """The recipe that trains these settings on this stream for so many images (samples)."""
    nets = {name: make_maker(config, seed, name) for name in MAKERS}
    nets |= {name: make_judge(config, seed, name) for name in JUDGES}
    start = round(images * config.judged_from)
    judged = Ramp(start, start + max(1, images // 20), 0.0, 1.0) if start else Ramp(-1, 0, 1.0, 1.0)
    pull = Ramp(0, max(1, images * config.pull_until), *config.pull)
    game = Game(config, pull, judged, stream.domains.aligned)
    fall = decaying(images, hold=config.hold, last=config.last)
    betas = (config.beta1, config.beta2)
    maker, judge = (Adam(rate, betas, fall) for rate in (config.rate_maker, config.rate_judge))
    state: dict[str, HasStateDict] = {"pool": Pool(config.pool)} if config.pool else {}
    # The makers' pass of the judges' phase may be gone on with in their own: their norms iterate
    # before both, whether it is or not. Judges that come later leave it to the makers' phase.
    shared = config.critic_steps == 1 and not (config.spectral and start)
    first, second = (JUDGES, MAKERS) if start else ((*JUDGES, *MAKERS), ())
    return Recipe(
        job="translate",
        preset=preset,
        config=config.as_config(),
        nets=nets,
        phases=(
            Phase(
                "judges",
                JUDGES,
                game.judges,
                after=start,
                keeps=MAKERS if shared else (),
                before=functools.partial(_iterate, first) if config.spectral else None,
            ),
            Phase(
                "makers",
                MAKERS,
                game.makers,
                every=config.critic_steps,
                before=functools.partial(_iterate, second) if config.spectral else None,
            ),
        ),
        optimisers={**dict.fromkeys(JUDGES, judge), **dict.fromkeys(MAKERS, maker)},
        batches=stream,
        batch=config.batch,
        seed=seed,
        ema=dict.fromkeys(MAKERS, config.average) if config.average else {},
        state=state,
        preview=functools.partial(preview, stream=stream),
    )


def _iterate(names: tuple[str, ...], nets: Nets) -> None:
    for name in names:
        iterate_spectral_norms(nets[name])


def ready_maker(maker: nn.Module, stream: PairStream, kind: str) -> nn.Module:
    """A copy in evaluation mode whose running statistics fit its weights.

    kind   of the pictures that it is given, "a" or "b"
    """
    copy = average_of(maker)
    device = next(copy.parameters()).device
    recalibrate(copy, _inputs(stream, kind, device))
    return copy.eval()


def _inputs(stream: PairStream, kind: str, device: torch.device) -> Iterator[Tensor]:
    """Training pictures, from a place of the stream that depends on nothing."""
    batches, size = _CALIBRATION
    for number in range(batches):
        batch = stream.take(number * size, size)
        yield torch.from_numpy(batch.get(f"seen {kind}", batch[kind])).to(device)


@torch.no_grad()
def preview(nets: Mapping[str, Any], *, stream: PairStream) -> Image:
    """(64, s, s, 3) rows of a and its translation, then of b and its own."""
    samples, rows = stream.take(0, _SHOWN), []
    for kind, net in (("a", "to_b"), ("b", "to_a")):
        maker = nets[net]
        training = maker.training
        # Batch statistics for a look: cheaper than computing the running ones anew.
        copy = average_of(maker).train()
        made = copy(torch.from_numpy(samples[kind]).to(next(copy.parameters()).device))
        maker.train(training)
        rows += [to_pictures(samples[kind]), to_pictures(made.float().cpu().numpy())]
    half = _SHOWN // 2
    ordered = [
        part[k : k + half] for two in (rows[:2], rows[2:]) for k in (0, half) for part in two
    ]
    return np.concatenate(ordered)
