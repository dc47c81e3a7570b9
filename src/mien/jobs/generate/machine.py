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

_REPEATS = 2


def trial_steps(settings: Config) -> int:
    """Steps of one measurement: in so many every phase and penalty falls due once."""
    return max(settings.lazy if settings.gamma > 0 else 1, settings.critic_steps)


def time_formats(
    settings: Config,
    stream: PictureStream,
    device: torch.device,
    *,
    candidates: Sequence[Precision] = CANDIDATES,
) -> list[Timing]:
    """Seconds of `trial_steps` training steps in every format, fastest first."""
    batch, count = stream.take(0, settings.batch), trial_steps(settings)

    def trial(precision: Precision) -> Callable[[], None]:
        recipe = build("default", settings, stream, images=10**6)
        live = Live(recipe, Plan(images=10**6, precision=precision), World(), device)

        def steps() -> None:
            for _ in range(count):
                live.run_step([batch])

        return steps

    return measure(trial, device, candidates=candidates, repeats=_REPEATS)


def images_a_second(settings: Config, device: torch.device) -> list[tuple[str, float]]:
    """Every format with its speed on noise, fastest first: "bf16 channels_last", 210.0."""
    random = rng("machine")
    shape = (2 * settings.batch + 8, settings.size, settings.size, 3)
    with tempfile.TemporaryDirectory(prefix="mien-measure-") as name:
        folder = Path(name)
        write_info(folder, PackInfo(size=settings.size, count=shape[0]))
        write_shard(folder, 0, random.integers(0, 256, shape).astype(np.uint8))
        timings = time_formats(settings, PictureStream(Pack(folder), seed=0), device)
    count = trial_steps(settings) * settings.batch
    return [(timing.precision.name, count / timing.seconds) for timing in timings]
