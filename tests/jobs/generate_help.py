"""A tiny pack of pictures and tiny versions of every recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from mien.data.pack import Pack, PackInfo, write_info, write_shard
from mien.data.stream import PictureStream
from mien.jobs.generate.presets import PRESETS, Config, config
from mien.jobs.generate.recipe import build
from mien.seeding import rng
from mien.train.recipe import Recipe

SIZE = 16
TINY = {"size": SIZE, "maker": (8, 8), "judge": (8, 8), "batch": 8}
SEED_TINY = {"size": SIZE, "maker": (8, 8), "judge": (8, 8), "latent": 12, "batch": 8}


def tiny(preset: str, **changes: Any) -> Config:
    """The method of a preset at 16 pixels."""
    if PRESETS[preset].get("network") == "seed":
        return config(preset, **SEED_TINY, **changes)
    code = (
        {"code": 6, "grain": 4, "latent": 12} if PRESETS[preset].get("code", 1) else {"latent": 12}
    )
    return config(preset, **TINY, **code, **changes)


def tiny_pack(folder: Path, count: int = 48) -> Pack:
    """Squares on backgrounds, written once."""
    write_info(folder, PackInfo(size=SIZE, count=count, crop={"name": "centre"}, digest="tiny"))
    random = rng(11, "tiny pack")
    pictures = np.zeros((count, SIZE, SIZE, 3), np.uint8)
    pictures[:] = random.integers(0, 256, (count, 1, 1, 3))
    pictures[:, 5:11, 4:12] = random.integers(0, 256, (count, 1, 1, 3))
    write_shard(folder, 0, pictures)
    return Pack(folder)


def tiny_recipe(preset: str, folder: Path, *, images: int, seed: int = 0, **changes: Any) -> Recipe:
    """A recipe on the tiny pack in a folder."""
    settings = tiny(preset, **changes)
    stream = PictureStream(Pack(folder), seed=seed, mirror=settings.mirror)
    return build(preset, settings, stream, images=images, seed=seed)
