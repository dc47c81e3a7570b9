"""How the parsing network is trained: every pixel its part, every part its due."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from mien.analysers.faces import Course, Shuffled, recipe_of
from mien.analysers.landmarks.augment import Miss
from mien.analysers.parsing.augment import NEAR, augmented
from mien.analysers.parsing.renders import read_shards
from mien.analysers.shards import Columns
from mien.data.stream import to_floats
from mien.face.parsing_net import ABOVE, JOB, PARTS, SIDE, WEIGHTS, WIDER, ParsingNet
from mien.losses.terms import Loss, told
from mien.nn.ema import average_of
from mien.seeding import rng
from mien.train.recipe import Recipe, Turn
from mien.types import Image

COLOURS = np.array(
    [
        *((0, 0, 0), (230, 180, 150), (120, 60, 20), (255, 255, 255), (220, 40, 60)),
        *((120, 0, 0), (255, 130, 0), (90, 40, 160), (40, 120, 60), (0, 200, 255)),
        (255, 255, 0),
    ],
    np.uint8,
)
"""(len(PARTS), 3) of the parts in drawings."""


@dataclasses.dataclass(frozen=True)
class Settings:
    """Values of the training; `dice` weighs the overlap of parts against the pixels' entropy."""

    images: int = 400_000
    batch: int = 32
    rate: float = 2e-3
    dice: float = 1.0
    average: float = 8_000


SETTINGS = Settings()


class PartStream:
    """Endless augmented samples: `image` (n, 3, SIDE, SIDE), `parts` (n, SIDE, SIDE) uint8.

    miss   how the boxes lie off
    """

    def __init__(self, columns: Columns, seed: int, miss: Miss = NEAR) -> None:
        self._columns, self._seed, self._miss = columns, seed, miss
        self.count = len(columns["points"])
        self._order = Shuffled(self.count, seed, "parsing-order")

    def take(self, first: int, count: int) -> dict[str, Any]:
        """Samples first .. first + count - 1."""
        places = np.arange(first, first + count)
        rows = self._order.rows(places)
        seen = [
            augmented(self._columns, int(row), rng(self._seed, "parsing", int(place)), self._miss)
            for row, place in zip(rows, places, strict=True)
        ]
        return {
            "image": to_floats(np.stack([picture for picture, _ in seen])),
            "parts": np.stack([parts for _, parts in seen]),
            "index": rows,
        }


def overlap(share: Tensor, truth: Tensor) -> Tensor:
    """Mean over the parts of a batch of the soft Dice overlap (Milletari et al. 2016).

    share, truth  (n, p, h, w); a part that is nowhere and believed nowhere counts as found
    """
    both = (share * truth).sum((0, 2, 3))
    each = share.sum((0, 2, 3)) + truth.sum((0, 2, 3))
    return ((2 * both + 1) / (each + 1)).mean()


@dataclasses.dataclass(frozen=True)
class PartLoss:
    """Cross-entropy of the pixels, and one minus the overlap of the parts, small ones alike."""

    settings: Settings

    def __call__(self, turn: Turn) -> Loss:
        """The loss of one micro-batch."""
        logits = turn.nets["parsing"](turn.batch["image"])
        parts = turn.batch["parts"].long()
        entropy = functional.cross_entropy(logits, parts)
        truth = functional.one_hot(parts, len(PARTS)).permute(0, 3, 1, 2).float()
        dice = overlap(logits.softmax(1), truth)
        return told(entropy + self.settings.dice * (1 - dice), entropy=entropy, dice=dice)


def build(stream: PartStream, seed: int, settings: Settings = SETTINGS) -> Recipe:
    """The recipe over these samples."""
    recipe = recipe_of(
        "parsing", ParsingNet(), PartLoss(settings), stream, settings=settings, seed=seed
    )
    return dataclasses.replace(recipe, preview=lambda nets: preview(nets["parsing"], stream))


@torch.no_grad()
def preview(net: Any, stream: PartStream) -> Image:
    """(32, SIDE, SIDE, 3): what the network sees, beside what it says."""
    batch = stream.take(0, 16)
    copy = average_of(net).eval()
    device = next(copy.parameters()).device
    parts = copy(torch.from_numpy(batch["image"]).to(device)).argmax(1).cpu().numpy()
    pictures = np.rint((batch["image"].transpose(0, 2, 3, 1) + 1) * 127.5).astype(np.uint8)
    return np.stack([pictures, COLOURS[parts]], 1).reshape(32, SIDE, SIDE, 3)


def ious(found: NDArray[Any], truth: NDArray[Any]) -> NDArray[np.float64]:
    """(len(PARTS),) intersection over union of parts (n, h, w); NaN where both have none."""
    table = np.zeros((len(PARTS), len(PARTS)), np.int64)
    np.add.at(table, (truth.ravel().astype(int), found.ravel().astype(int)), 1)
    both = table.diagonal()
    either = table.sum(0) + table.sum(1) - both
    return np.where(either > 0, both / np.maximum(either, 1), np.nan)


def average_parts(parts: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(SIDE, SIDE): the part that most of (n, SIDE, SIDE) show; all that a box alone can tell."""
    counts = np.stack([(parts == k).sum(0) for k in range(len(PARTS))])
    return counts.argmax(0).astype(np.uint8)


@torch.no_grad()
def score(net: ParsingNet, stream: PartStream) -> dict[str, float]:
    """Overlaps on held-out people, augmented as in training, beside what the box alone tells."""
    batch = stream.take(0, min(stream.count, 256))
    rows = torch.from_numpy(batch["image"]).split(32)
    found = np.concatenate([net(one).argmax(1).numpy() for one in rows])
    truth = batch["parts"]
    mean = np.broadcast_to(average_parts(truth), truth.shape)
    each = dict(zip(PARTS, ious(found, truth), strict=True))
    known = {name: float(value) for name, value in each.items() if np.isfinite(value)}
    return {
        "miou": float(np.mean(list(known.values()))),
        "miou_of_the_mean_mask": float(np.nanmean(ious(mean, truth))),
        **known,
    }


COURSE = Course(
    job=JOB,
    net="parsing",
    out=WEIGHTS,
    miss=NEAR,
    settings=SETTINGS,
    build=build,
    score=score,
    crop={"name": "head-128", "size": SIDE, "wider": WIDER, "above": ABOVE},
    read=read_shards,
    stream=PartStream,
)
