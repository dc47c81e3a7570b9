"""How the expression network is trained: Action Units and gaze, told exactly by the head."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import torch

from mien.analysers.faces import Course, FaceStream, recipe_of
from mien.analysers.landmarks.augment import LOCATED
from mien.face.expression_net import JOB, WEIGHTS, ExpressionNet
from mien.losses.terms import Loss, told
from mien.train.recipe import Recipe, Turn
from mien.types import AU_NAMES


@dataclasses.dataclass(frozen=True)
class Settings:
    """Values of the training; `gaze` weighs it against the Action Units."""

    images: int = 600_000
    batch: int = 64
    rate: float = 1e-3
    gaze: float = 1.5
    average: float = 12_000


SETTINGS = Settings()


@dataclasses.dataclass(frozen=True)
class ExpressionLoss:
    """Squared errors: the mean of what a picture leaves open is the best guess."""

    settings: Settings

    def __call__(self, turn: Turn) -> Loss:
        """The loss of one micro-batch."""
        answer: Any = turn.nets["expression"](turn.batch["image"])
        aus, gaze = answer
        apart = (aus - turn.batch["aus"]).square().mean()
        looks = (gaze - turn.batch["gaze"]).square().mean()
        return told(10 * apart + self.settings.gaze * looks, aus=apart, gaze=looks)


def build(stream: FaceStream, seed: int, settings: Settings = SETTINGS) -> Recipe:
    """The recipe over these samples."""
    return recipe_of(
        "expression",
        ExpressionNet(),
        ExpressionLoss(settings),
        stream,
        settings=settings,
        seed=seed,
    )


@torch.no_grad()
def score(net: ExpressionNet, stream: FaceStream) -> dict[str, float]:
    """On held-out people: correlations by Action Unit, their median, and of the gaze."""
    batch = stream.take(0, min(stream.count, 640))
    aus, gaze = (one.numpy() for one in net(torch.from_numpy(batch["image"])))
    figures = {}
    for k, name in enumerate(AU_NAMES):
        true = batch["aus"][:, k]
        figures[name] = float(np.corrcoef(aus[:, k], true)[0, 1]) if true.std() > 0 else 0.0
    median = float(np.median(list(figures.values())))
    looks = [float(np.corrcoef(gaze[:, k], batch["gaze"][:, k])[0, 1]) for k in (0, 1)]
    return {"median": median, "gaze_x": looks[0], "gaze_y": looks[1], **figures}


COURSE = Course(
    job=JOB,
    net="expression",
    out=WEIGHTS,
    miss=LOCATED,
    settings=SETTINGS,
    build=build,
    score=score,
)
