"""Tiny pairs and tiny versions of every recipe of `express`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mien.data.pack import Pack, PackInfo, write_info, write_shard
from mien.jobs.express.pairs import CHANGES, Pairs, PairSpec
from mien.jobs.express.presets import config
from mien.jobs.express.recipe import build
from mien.jobs.express.regions import KIND_STEP
from mien.jobs.express.streams import LabelledStream, PairStream
from mien.jobs.training import Order, TrainingData
from mien.persona.flow import TEETH
from mien.seeding import rng
from mien.train.recipe import Recipe

SIZE = 32
PEOPLE = 8


def tiny_pairs(folder: Path) -> Pairs:
    """Eight people of four changes; the truth is the warp with a brighter mouth."""
    random = rng(5, "tiny pairs")
    count = PEOPLE * CHANGES
    warp = np.zeros((count, SIZE, SIZE, 3), np.uint8)
    warp[:] = random.integers(40, 160, (count, 1, 1, 3))
    warp[:, ::3, ::2] += np.uint8(9)
    planes = np.zeros_like(warp)
    planes[:, 17:23, 11:21, 0] = 255
    planes[:, 19:21, 13:19, 2] = TEETH * KIND_STEP
    truth = warp.copy()
    truth[:, 19:21, 13:19] += np.uint8(60)
    codes = random.uniform(0, 0.9, (count, 2, 22)).astype(np.float32)
    packs = {"photo": warp[::CHANGES], "warp": warp, "truth": truth, "planes": planes}
    for name, pictures in packs.items():
        if not (folder / name / "pack.json").exists():
            info = PackInfo(size=SIZE, count=len(pictures), digest="tiny", licence="Apache-2.0")
            write_info(folder / name, info)
            write_shard(folder / name, 0, pictures)
    opened = (Pack(folder / name) for name in packs)
    photo, warps, truths, places = opened
    for pack in (photo, warps, truths, places):
        assert pack.whole
    return Pairs(PairSpec(size=SIZE), photo, warps, truths, places, codes)


def tiny_data(preset: str, folder: Path) -> TrainingData:
    """The samples of a preset."""
    settings, pairs = config(preset), tiny_pairs(folder)

    def paired(seed: int) -> PairStream:
        return PairStream(pairs, seed, side=settings.window)

    def labelled(seed: int) -> LabelledStream:
        return LabelledStream(pairs.truth, pairs.codes[:, 1, : settings.aus], seed)

    return TrainingData(pairs.count, {}, paired if settings.kind == "repair" else labelled)


def tiny_recipe(preset: str, folder: Path, *, images: int, seed: int = 0) -> Recipe:
    """A recipe on the tiny pairs in a folder."""
    data = tiny_data(preset, folder)
    return build(Order(preset, config(preset), data, images, seed))
