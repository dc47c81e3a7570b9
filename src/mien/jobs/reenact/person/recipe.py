"""From a person and settings to a training recipe: one game of a painter and a judge."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mien.data.stream import to_pictures
from mien.jobs.reenact.losses import heard, judged, parts_with_lines
from mien.jobs.reenact.person.networks import PAINTER, make_judge, make_painter
from mien.jobs.reenact.person.settings import PersonSettings
from mien.jobs.reenact.person.stream import PersonStream
from mien.losses.reconstruction import coarse_ssim_loss, l1
from mien.losses.terms import Loss, told
from mien.nn.ema import recalibrate
from mien.train.recipe import Adam, Nets, Phase, Recipe, Turn
from mien.train.schedule import decaying
from mien.types import Image

PREVIEW = 6
_COUNTS = 5.0
_CALIBRATION = 25
_FIRST_OF_CALIBRATION = 10_000_019


@dataclasses.dataclass(frozen=True)
class PersonGame:
    """The painter finishes the warp; the judge sees one part of each picture, with its lines.

    judge_from   images seen from which the judge's word counts
    """

    settings: PersonSettings
    judge_from: int

    def judge(self, turn: Turn) -> Loss:
        """True parts up, painted parts down, beside their lines; its gradient kept small."""
        made = self._made(turn).detach()[:, :3]
        pair = [self._parts(one, turn) for one in (turn.batch["image"], made)]
        return judged(turn, "judge", pair, self.settings)

    def painter(self, turn: Turn) -> Loss:
        """Near the truth, most of all in eyes and mouth; and what the judge takes for true."""
        settings, both = self.settings, self._made(turn)
        picture, share = both[:, :3], both[:, 3:]
        truth = turn.batch["image"].float()
        apart = l1(picture, truth, 1.0 + _COUNTS * turn.batch["weight"].float())
        unlike = coarse_ssim_loss(picture, truth)
        total = settings.l1 * apart + settings.ssim * unlike
        terms = {"apart": apart, "ssim": 1.0 - unlike, "share": share}
        if turn.images >= self.judge_from:
            terms["fake"], word = heard(turn, "judge", self._parts(picture, turn))
            total = total + settings.adversarial * word
        return told(total, **terms)

    def _made(self, turn: Turn) -> Tensor:
        batch = turn.batch
        planes = [batch[name] for name in ("first", "second", "lines", "skin")]
        return turn.once("made", lambda: turn.nets[PAINTER](*planes))

    def _parts(self, pictures: Tensor, turn: Turn) -> Tensor:
        return parts_with_lines(pictures, turn, self.settings.patch)


def build(
    preset: str, settings: PersonSettings, stream: PersonStream, *, images: int, seed: int = 0
) -> Recipe:
    """The recipe that learns a person for so many images."""
    judge_from = round(images * settings.judge_after)
    game = PersonGame(settings, judge_from)
    fall = decaying(images, hold=settings.hold, last=settings.last)
    betas = (settings.beta1, settings.beta2)
    samples = stream.take(0, PREVIEW)
    return Recipe(
        job="reenact",
        preset=preset,
        config=settings.as_config(),
        nets={PAINTER: make_painter(settings, seed), "judge": make_judge(settings, seed)},
        phases=(
            Phase("judge", ("judge",), game.judge, after=judge_from, keeps=(PAINTER,)),
            Phase(PAINTER, (PAINTER,), game.painter),
        ),
        optimisers={
            PAINTER: Adam(settings.rate_maker, betas, fall),
            "judge": Adam(settings.rate_judge, betas, fall),
        },
        batches=stream,
        batch=settings.batch,
        seed=seed,
        ema={PAINTER: settings.average},
        preview=lambda nets: preview(nets, samples),
    )


@torch.no_grad()
def preview(nets: Nets, samples: Mapping[str, Any]) -> Image:
    """(3 n, s, s, 3): the warp, what the painter makes of it now, and the truth."""
    net = nets[PAINTER]
    device = next(net.parameters()).device
    planes = _planes(samples, device)
    made = copy.deepcopy(net).train()(*planes)[:, :3].float().cpu().numpy()
    rows = (samples["first"], made, samples["image"])
    return np.concatenate([to_pictures(one) for one in rows])


def ready_painter(nets: Nets, stream: PersonStream, device: torch.device) -> nn.Module:
    """A copy of the painter in evaluation mode whose running statistics fit its weights."""
    net = copy.deepcopy(nets[PAINTER]).eval()
    batch = stream.settings.batch
    batches = (
        _planes(stream.take(_FIRST_OF_CALIBRATION + k * batch, batch), device)
        for k in range(_CALIBRATION)
    )
    recalibrate(net, batches)
    return net.requires_grad_(False)


def _planes(samples: Mapping[str, Any], device: Any) -> tuple[Tensor, ...]:
    names = ("first", "second", "lines", "skin")
    return tuple(torch.from_numpy(samples[name]).to(device) for name in names)
