"""From a preset and pictures to a training recipe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

from mien.data.augment import AdaptiveStrength
from mien.data.stream import PictureStream, to_pictures
from mien.jobs.generate import latents
from mien.jobs.generate.codes import FIT_MOST, Codes, fit_codes, spread_anew
from mien.jobs.generate.losses import Game
from mien.jobs.generate.networks import make_judge, make_maker
from mien.jobs.generate.presets import Config
from mien.nn.ema import average_of, recalibrate
from mien.nn.init import generator
from mien.nn.norm import iterate_spectral_norms
from mien.train.recipe import Adam, HasStateDict, Nets, Phase, Recipe
from mien.train.schedule import Ramp, decaying
from mien.types import Image

PREVIEW = 64


def build(
    preset: str, config: Config, stream: PictureStream, *, images: int, seed: int = 0
) -> Recipe:
    """The recipe that trains these settings on this stream for so many images.

    The codes are fitted to the pictures that are there now, so wait for a few thousand first.
    """
    nets = {"maker": make_maker(config, seed), "judge": make_judge(config, seed)}
    codes = codes_of(stream, config) if config.code else None
    adaptive = AdaptiveStrength() if config.adaptive else None
    pull = Ramp(0, max(1, images * config.pull_until), *config.pull)
    game = Game(config, pull)
    spectral = config.method == "hinge"
    maker_every_step = config.critic_steps == 1
    fall = decaying(images, hold=config.hold, last=config.last)
    betas = (config.beta1, config.beta2)
    state: dict[str, HasStateDict] = {}
    if codes is not None:
        state["codes"] = codes
    if adaptive is not None:
        state["adaptive"] = adaptive

    def observe(terms: Mapping[str, float], seen: int) -> None:
        if adaptive is not None:
            adaptive.observe(terms["judge/sign"], seen)

    return Recipe(
        job="generate",
        preset=preset,
        config=config.as_config(),
        nets=nets,
        phases=(
            Phase(
                "judge",
                ("judge",),
                game.judge,
                keeps=("maker",) if maker_every_step else (),
                before=_iterate if spectral else None,
            ),
            Phase("maker", ("maker",), game.maker, every=config.critic_steps),
        ),
        optimisers={
            "judge": Adam(config.rate_judge, betas, fall),
            "maker": Adam(config.rate_maker, betas, fall),
        },
        batches=stream,
        batch=config.batch,
        seed=seed,
        ema={"maker": config.average} if config.average else {},
        state=state,
        observe=observe,
        preview=lambda nets: preview(nets, config, codes, seed),
    )


def _iterate(nets: Nets) -> None:
    iterate_spectral_norms(nets["judge"])


def codes_of(stream: PictureStream, config: Config) -> Codes:
    """The codes of the pictures that are there, or of an even choice of them."""
    pictures = _even_choice(stream)
    return fit_codes(pictures, count=config.code, grain=config.grain, mirror=config.mirror)


def final_codes(codes: Codes, stream: PictureStream) -> Codes:
    """The same codes, spread as those of all pictures that are there by now."""
    return spread_anew(codes, _even_choice(stream), mirror=stream.mirror)


def _even_choice(stream: PictureStream) -> Image:
    rows = stream.available()
    most = FIT_MOST // (2 if stream.mirror else 1)
    chosen = np.linspace(0, len(rows) - 1, min(most, len(rows))).round().astype(np.int64)
    return stream.pack.take(rows[chosen])


def ready_maker(
    maker: nn.Module, config: Config, codes: Codes | None, *, batches: int = 40
) -> nn.Module:
    """A copy of the maker in evaluation mode whose running statistics fit its weights.

    After this a picture depends on its latent alone: the ancestor's fault cannot happen.
    """
    copy = average_of(maker)
    random = generator(7, "calibration")
    device = next(copy.parameters()).device
    recalibrate(copy, (latents.drawn(50, config, codes, random).to(device) for _ in range(batches)))
    return copy.eval()


@torch.no_grad()
def preview(nets: Mapping[str, Any], config: Config, codes: Codes | None, seed: int) -> Image:
    """(64, s, s, 3) the same faces at every call, as the maker in `nets` draws them now."""
    maker = ready_maker(nets["maker"], config, codes, batches=10)
    z = torch.stack([latents.of_seed(seed, k, config, codes) for k in range(PREVIEW)])
    device = next(maker.parameters()).device
    return to_pictures(maker(z.to(device)).float().cpu().numpy())
