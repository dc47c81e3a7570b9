"""How fast this machine trains the networks of `generate`, in every number format."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch

from mien.data.pack import Pack, PackInfo, write_info, write_shard
from mien.data.stream import PictureStream
from mien.jobs.generate.presets import Config
from mien.jobs.generate.recipe import build
from mien.seeding import rng
from mien.train.distributed import World
from mien.train.live import Live
from mien.train.plan import Plan
from mien.train.precision import CANDIDATES, Precision, Timing, measure

TRIAL_STEPS = 8
"""Of one measurement: as many as it takes for every lazy penalty to fall due once."""


def time_formats(
    settings: Config,
    stream: PictureStream,
    device: torch.device,
    *,
    candidates: Sequence[Precision] = CANDIDATES,
) -> list[Timing]:
    """Seconds of `TRIAL_STEPS` training steps in every format, fastest first."""
    batch = stream.take(0, settings.batch)

    def trial(precision: Precision) -> Callable[[], None]:
        recipe = build("default", settings, stream, images=10**6)
        live = Live(recipe, Plan(images=10**6, precision=precision), World(), device)

        def steps() -> None:
            for _ in range(TRIAL_STEPS):
                live.run_step([batch])

        return steps

    return measure(trial, device, candidates=candidates)


def images_a_second(settings: Config, device: torch.device) -> list[tuple[str, float]]:
    """Every format with its speed on noise, fastest first: "bf16 channels_last", 210.0."""
    random = rng("machine")
    shape = (2 * settings.batch + 8, settings.size, settings.size, 3)
    with tempfile.TemporaryDirectory(prefix="mien-measure-") as name:
        folder = Path(name)
        write_info(folder, PackInfo(size=settings.size, count=shape[0]))
        write_shard(folder, 0, random.integers(0, 256, shape).astype(np.uint8))
        timings = time_formats(settings, PictureStream(Pack(folder), seed=0), device)
    count = TRIAL_STEPS * settings.batch
    return [(timing.precision.name, count / timing.seconds) for timing in timings]
