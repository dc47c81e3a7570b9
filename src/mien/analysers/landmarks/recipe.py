"""How the landmark network is trained: points, and how unsure it is about each."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mien.analysers.faces import Course, FaceStream, recipe_of
from mien.analysers.landmarks.augment import DETECTED
from mien.face.landmark_net import JOB, POINTS, SIDE, WEIGHTS, LandmarkNet
from mien.losses.terms import Loss, told
from mien.nn.ema import average_of
from mien.train.recipe import Recipe, Turn
from mien.types import Image


@dataclasses.dataclass(frozen=True)
class Settings:
    """Values of the training.

    jaw      weight of the contour's points, which slide along an edge, against the others
    iris     weight of the two irises
    average  half-life of the averaged network, in images
    """

    images: int = 450_000
    batch: int = 64
    rate: float = 1.5e-3
    jaw: float = 0.4
    iris: float = 1.0
    average: float = 12_000


SETTINGS = Settings()
FLOOR = 0.004
"""Error, as a share of the side, below which being surer pays no more."""


@dataclasses.dataclass(frozen=True)
class PointLoss:
    """Laplace likelihood: the error over how unsure the network says it is."""

    settings: Settings

    def __call__(self, turn: Turn) -> Loss:
        """The loss of one micro-batch."""
        answer: Any = turn.nets["landmarks"](turn.batch["image"])
        found, unsure = answer
        wanted = turn.batch["points"]
        away = (found - wanted).square().sum(2).add(1e-8).sqrt()
        weight = self.weights(away.device)
        plain = (away * weight).mean()
        scale = unsure.clamp(-7.0, 1.0).exp() * 0.1 + FLOOR
        doubt = ((away.detach() / scale + scale.log()) * weight).mean()
        eyes = (wanted[:, 45] - wanted[:, 36]).norm(dim=1).clamp_min(0.05)
        nme = (away[:, 17:68].mean(1) / eyes).mean()
        return told(plain * 20 + 0.05 * doubt, away=plain, nme=nme)

    def weights(self, device: torch.device) -> Tensor:
        """(POINTS,) mean 1."""
        weight = torch.ones(POINTS, device=device)
        weight[:17], weight[68:] = self.settings.jaw, self.settings.iris
        return weight / weight.mean()


def build(stream: FaceStream, seed: int, settings: Settings = SETTINGS) -> Recipe:
    """The recipe over these samples."""
    recipe = recipe_of(
        "landmarks", LandmarkNet(), PointLoss(settings), stream, settings=settings, seed=seed
    )
    return dataclasses.replace(recipe, preview=lambda nets: preview(nets["landmarks"], stream))


@torch.no_grad()
def preview(net: Any, stream: FaceStream) -> Image:
    """(32, 96, 96, 3): what the network sees, with what it says drawn as dots."""
    batch = stream.take(0, 32)
    copy = average_of(net).eval()
    device = next(copy.parameters()).device
    points = copy(torch.from_numpy(batch["image"]).to(device))[0].float().cpu().numpy()
    pictures = np.rint((batch["image"].transpose(0, 2, 3, 1) + 1) * 127.5).astype(np.uint8).copy()
    for picture, places in zip(pictures, points, strict=True):
        cells = np.clip(np.floor(places * SIDE), 0, SIDE - 1).astype(int)
        picture[cells[:, 1], cells[:, 0]] = (0, 255, 0)
    return pictures


@torch.no_grad()
def score(net: LandmarkNet, stream: FaceStream) -> dict[str, float]:
    """Errors on held-out people, augmented as in training, over the outer eye distance."""
    batch = stream.take(0, min(stream.count, 512))
    found = net(torch.from_numpy(batch["image"]))[0].numpy()
    away = np.hypot(*np.moveaxis(found - batch["points"], 2, 0))
    eyes = np.hypot(*(batch["points"][:, 45] - batch["points"][:, 36]).T)
    share = away / np.maximum(eyes, 0.05)[:, None]
    return {
        "nme_inner": float(np.median(share[:, 17:68].mean(1))),
        "nme_all": float(np.median(share[:, :68].mean(1))),
        "iris": float(np.median(share[:, 68:].mean(1))),
    }


COURSE = Course(
    job=JOB,
    net="landmarks",
    out=WEIGHTS,
    miss=DETECTED,
    settings=SETTINGS,
    build=build,
    score=score,
)
