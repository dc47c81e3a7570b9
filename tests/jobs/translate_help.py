"""Two tiny packs of pictures with true pairs, and tiny versions of every recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from mien.data.pack import Pack, PackInfo, write_info, write_shard
from mien.data.people import CROP
from mien.jobs.translate.data import Domain, Domains, PairStream
from mien.jobs.translate.presets import PRESETS, Config, config
from mien.jobs.translate.recipe import build
from mien.seeding import rng
from mien.train.recipe import Recipe
from mien.types import Image

SIZE = 16
_TINY = {"size": SIZE, "maker": (8, 16), "judge": (8, 16), "batch": 8}
_SEED_TINY = {**_TINY, "bottleneck": 6, "pool": 10}
_KINDS = {
    "seed": _SEED_TINY,
    "deep": {**_SEED_TINY, "maker": (8, 16, 16, 16), "judge": (8, 16)},
    "resnet": {**_SEED_TINY, "maker": (8, 12, 16), "judge": (8, 16), "blocks": 2},
}


def tiny(preset: str, **changes: Any) -> Config:
    """The method of a preset at 16 pixels."""
    kind = _KINDS.get(PRESETS[preset].get("network", "unet"), _TINY)
    return config(preset, **{**kind, **changes})


def two_kinds(count: int) -> tuple[Image, Image]:
    """The same squares on the same backgrounds, colourful, and pale with a frame."""
    random = rng(12, "two kinds")
    a = np.zeros((count, SIZE, SIZE, 3), np.uint8)
    a[:] = random.integers(0, 256, (count, 1, 1, 3))
    a[:, 5:11, 4:12] = random.integers(0, 256, (count, 1, 1, 3))
    a[:, 2:4, 2:6] = random.integers(0, 256, (count, 1, 1, 3))
    b = (128 + a.astype(int) // 3).astype(np.uint8)
    b[:, 0] = b[:, -1] = 20
    return a, b


def tiny_domains(folder: Path, count: int = 48) -> Domains:
    """Both kinds as packs, written once."""
    domains = []
    a, b = two_kinds(count)
    for name, pictures in (("a", a), ("b", b), ("guide", 255 - b)):
        path = folder / name
        if not path.exists():
            info = PackInfo(size=SIZE, count=count, crop=CROP, digest=name)
            write_info(path, info)
            write_shard(path, 0, pictures)
        rows = np.arange(count)
        domains.append(Domain(Pack(path), rows, rows[:0]))
    source = {"kind": "head", "count": count}
    guide = domains[2].pack
    return Domains(domains[0], domains[1], true=True, aligned=True, source=source, guide=guide)


def tiny_recipe(preset: str, folder: Path, *, images: int, seed: int = 0, **changes: Any) -> Recipe:
    """A recipe on the tiny packs in a folder."""
    settings = tiny(preset, **changes)
    stream = PairStream(tiny_domains(folder), settings, seed)
    return build(preset, settings, stream, images=images, seed=seed)
