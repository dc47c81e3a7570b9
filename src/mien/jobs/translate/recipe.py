"""From a preset and pictures of two kinds to a training recipe."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mien.data.stream import to_pictures
from mien.jobs.translate.data import PairStream
from mien.jobs.translate.losses import Game, Pool
from mien.jobs.translate.networks import make_heads, make_judge, make_maker
from mien.jobs.translate.presets import Config
from mien.jobs.translate.transfer import TransferGame
from mien.nn.ema import average_of, recalibrate
from mien.nn.norm import iterate_spectral_norms
from mien.train.recipe import Adam, HasStateDict, Nets, Phase, Recipe
from mien.train.schedule import Cosine, Ramp, Schedule, Stairs, decaying
from mien.types import Image

_SHOWN = 16
_CALIBRATION = (40, 50)
"""Batches and pictures in each that running statistics are computed from."""


def build(preset: str, config: Config, stream: PairStream, *, images: int, seed: int = 0) -> Recipe:
    """The recipe that trains these settings on this stream for so many images (samples)."""
    kinds = tuple(reversed(config.kinds))
    makers, judges = (tuple(f"{name}_{k}" for k in kinds) for name in ("to", "judge"))
    nets = {name: make_maker(config, seed, name) for name in makers}
    nets |= {name: make_judge(config, seed, name) for name in judges}
    heads = tuple(f"heads_{k}" for k in kinds) if config.framework == "cut" else ()
    nets |= {n: make_heads(config, nets[m], seed, n) for n, m in zip(heads, makers, strict=False)}
    start = round(images * config.judged_from)
    judged = Ramp(start, start + max(1, images // 20), 0.0, 1.0) if start else Ramp(-1, 0, 1.0, 1.0)
    pull = Ramp(0, max(1, images * config.pull_until), *config.pull)
    game = Game(config, pull, judged, stream.domains.aligned)
    if config.framework == "dtn":
        game = TransferGame(config)
    fall = _fall(config, images)
    betas = (config.beta1, config.beta2)
    maker, judge = (Adam(rate, betas, fall) for rate in (config.rate_maker, config.rate_judge))
    state: dict[str, HasStateDict] = {"pool": Pool(config.pool)} if config.pool else {}
    # The makers' pass of the judges' phase may be gone on with in their own: their norms iterate
    # before both, whether it is or not. Judges that come later leave it to the makers' phase.
    shared = config.critic_steps == 1 and not (config.spectral and start)
    first, second = (judges, makers) if start else ((*judges, *makers), ())
    return Recipe(
        job="translate",
        preset=preset,
        config=config.as_config(),
        nets=nets,
        phases=(
            Phase(
                "judges",
                judges,
                game.judges,
                after=start,
                keeps=makers if shared else (),
                before=_before(config, first, judges),
            ),
            Phase(
                "makers",
                (*makers, *heads),
                game.makers,
                every=config.critic_steps,
                before=_before(config, second, judges),
            ),
        ),
        optimisers={
            **dict.fromkeys(judges, judge),
            **dict.fromkeys((*makers, *heads), maker),
        },
        batches=stream,
        batch=config.batch,
        seed=seed,
        ema=dict.fromkeys(makers, config.average) if config.average else {},
        state=state,
        preview=functools.partial(preview, stream=stream),
    )


def _fall(config: Config, images: int) -> Schedule:
    """How the rates fall over a run."""
    start, stop = images * config.hold, max(images, images * config.hold + 1)
    if config.fall == "steps":
        return Stairs(start, stop, max(config.last, 1e-3))
    if config.fall == "cosine":
        return Cosine(start, stop, config.last)
    return decaying(images, hold=config.hold, last=config.last)


def _before(
    config: Config, iterated: tuple[str, ...], judges: tuple[str, ...]
) -> Callable[[Nets], None] | None:
    """What happens to norms and critics before a phase."""
    if config.method == "wgan":
        return functools.partial(_clip, judges, config.limit)
    return functools.partial(_iterate, iterated) if config.spectral else None


def _iterate(names: tuple[str, ...], nets: Nets) -> None:
    for name in names:
        iterate_spectral_norms(nets[name])


@torch.no_grad()
def _clip(names: tuple[str, ...], limit: float, nets: Nets) -> None:
    """Arjovsky et al. 2017, algorithm 1, line 7: before either side looks at a critic."""
    for name in names:
        for weight in nets[name].parameters():
            weight.clamp_(-limit, limit)


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
    """(32 or 64, s, s, 3) rows of a and its translation, then of b and its own."""
    samples, pages = stream.take(0, _SHOWN), []
    half = _SHOWN // 2
    for kind, net in (("a", "to_b"), ("b", "to_a")):
        if net not in nets:
            continue
        maker = nets[net]
        training = maker.training
        # Batch statistics for a look: cheaper than computing the running ones anew.
        copy = average_of(maker).train()
        seen = torch.from_numpy(samples.get(f"seen {kind}", samples[kind]))
        made = copy(seen.to(next(copy.parameters()).device))
        maker.train(training)
        rows = [to_pictures(samples[kind]), to_pictures(made.float().cpu().numpy())]
        pages += [part[k : k + half] for k in (0, half) for part in rows]
    return np.concatenate(pages)
