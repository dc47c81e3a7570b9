"""From settings and samples to a training recipe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

from mien.data.stream import to_pictures
from mien.jobs.express.losses import RepairGame, SeedGame
from mien.jobs.express.networks import make_judge, make_maker
from mien.jobs.express.presets import Config
from mien.jobs.training import Order
from mien.nn.ema import average_of, recalibrate
from mien.train.recipe import Adam, Batches, Phase, Recipe
from mien.train.schedule import decaying
from mien.types import Image

PREVIEW = 8


def build(order: Order) -> Recipe:
    """The recipe that trains these settings on these samples."""
    config: Config = order.config
    batches = order.data.batches(order.seed)
    fall = decaying(order.images, hold=config.hold, last=config.last)
    betas = (config.beta1, config.beta2)
    return Recipe(
        job="express",
        preset=order.preset,
        config=config.as_config(),
        nets={"maker": make_maker(config, order.seed), "judge": make_judge(config, order.seed)},
        phases=phases(config),
        optimisers={
            "judge": Adam(config.rate_judge, betas, fall),
            "maker": Adam(config.rate_maker, betas, fall),
        },
        batches=batches,
        batch=config.batch,
        seed=order.seed,
        ema={"maker": config.average} if config.average else {},
        preview=lambda nets: preview(nets["maker"], config, batches),
    )


def phases(config: Config) -> tuple[Phase, ...]:
    """Judge, then maker."""
    if config.kind == "ganimation":
        game = SeedGame(config)
        return (
            Phase("judge", ("judge",), game.critic),
            Phase("maker", ("maker",), game.maker, every=config.critic_steps),
        )
    repair = RepairGame(config)
    return (
        Phase("judge", ("judge",), repair.judge, keeps=("maker",)),
        Phase("maker", ("maker",), repair.maker),
    )


def ready_maker(
    maker: nn.Module, config: Config, batches: Batches, *, count: int = 24
) -> nn.Module:
    """A copy of the maker in evaluation mode whose running statistics fit its weights."""
    copy = average_of(maker)
    device = next(copy.parameters()).device
    if config.kind == "repair":
        taken = (batches.take(k * config.batch, config.batch) for k in range(count))
        recalibrate(copy, (inputs_of(one, device) for one in taken))
    return copy.eval()


def inputs_of(batch: Mapping[str, Any], device: torch.device) -> Any:
    """What the repairer is given of a batch of arrays."""
    names = ("warp", "planes", "codes")
    return tuple(torch.as_tensor(np.asarray(batch[name])).to(device) for name in names)


@torch.no_grad()
def preview(maker: nn.Module, config: Config, batches: Batches) -> Image:
    """(3 k, s, s, 3): rows of eight. Repair: warps, results, truths. Else: photos, results, A."""
    batch = batches.take(0, PREVIEW)
    copy = ready_maker(maker, config, batches, count=4)
    device = next(copy.parameters()).device
    if config.kind == "repair":
        inputs = inputs_of(batch, device)
        made = (inputs[0] + copy(*inputs)[:, :3]).clamp(-1, 1)
        rows = [batch["warp"], made.float().cpu().numpy(), batch["image"]]
    else:
        image, aus = (torch.as_tensor(batch[name]).to(device) for name in ("image", "aus"))
        found = copy(image, aus.roll(1, 0)).float().cpu().numpy()
        attention = np.repeat(found[:, 3:] * 2 - 1, 3, axis=1)
        rows = [batch["image"], found[:, :3], attention]
    return to_pictures(np.concatenate(rows))
