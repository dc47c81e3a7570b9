"""How fast `generate`'s networks train on this machine."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import torch

from mien.data.pack import Pack, PackInfo, write_info, write_shard
from mien.jobs.generate.pictures import Pictures
from mien.jobs.generate.presets import Config
from mien.jobs.generate.training import TRAINER, of_pictures, trial_steps
from mien.jobs.training import Order, time_formats
from mien.seeding import rng


def images_a_second(settings: Config, device: torch.device) -> list[tuple[str, float]]:
    """Every format with its speed on noise, fastest first: "bf16 channels_last", 210.0."""
    random = rng("machine")
    shape = (2 * settings.batch + 8, settings.size, settings.size, 3)
    with tempfile.TemporaryDirectory(prefix="mien-measure-") as name:
        folder = Path(name)
        write_info(folder, PackInfo(size=settings.size, count=shape[0]))
        write_shard(folder, 0, random.integers(0, 256, shape).astype(np.uint8))
        rows = np.arange(shape[0])
        noise = Pictures(Pack(folder), rows, rows, {"kind": "noise"}, lambda count: None)
        order = Order("default", settings, of_pictures(noise, settings), 10**6, 0)
        timings = time_formats(TRAINER, order, device)
    count = trial_steps(settings) * settings.batch
    return [(timing.precision.name, count / timing.seconds) for timing in timings]
