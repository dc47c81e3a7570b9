"""How an imitator is trained: one network, one loss, no opponent."""

from __future__ import annotations

import dataclasses
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.data.stream import to_pictures
from mien.head.schema import LABEL
from mien.jobs.character.imitator.data import ParameterSet
from mien.jobs.character.imitator.networks import make_imitator
from mien.jobs.character.imitator.presets import Settings
from mien.losses.reconstruction import l1, ssim_loss
from mien.losses.terms import Loss, told
from mien.nn.ema import average_of, recalibrate
from mien.train.recipe import Adam, Batches, Nets, Phase, Recipe, Turn
from mien.train.schedule import Schedule, decaying
from mien.types import Image

DETAILS = ("brow", "lips", "mouth", "sclera", "iris", "teeth", "lash")
"""Parts that are small and that people look at."""
_PREVIEW = 16
_CALIBRATION = 1_000
_QUICK = 200
_GREY = (0.299, 0.587, 0.114)
_SEED_FLOOR, _SEED_EVERY = 2e-3, 1_000


@dataclasses.dataclass(frozen=True)
class SeedFall:
    """The ancestor's rate: rate (1 - share)^2 + 0.002, changed every 1,000 steps."""

    total: int
    batch: int
    rate: float

    def __call__(self, images: int) -> float:
        """The factor on the rate after so many images."""
        stair = images // (self.batch * _SEED_EVERY) * self.batch * _SEED_EVERY
        share = min(1.0, stair / max(self.total, 1))
        return (1.0 - share) ** 2 + _SEED_FLOOR / self.rate


@dataclasses.dataclass(frozen=True)
class Imitation:
    """The loss: L1, weighted by parts, and, where asked for, SSIM and part labels."""

    settings: Settings

    def __call__(self, turn: Turn) -> Loss:
        """The loss of one micro-batch."""
        settings, wanted = self.settings, turn.batch["image"]
        answer: Any = turn.nets["imitator"](turn.batch["parameters"])
        made, logits = answer[0].float(), answer[1]
        labels = turn.batch.get("labels")
        weight = detail_weight(labels, settings.details) if labels is not None else None
        apart = l1(made, wanted, weight if settings.details else None)
        terms = {"l1": l1(made, wanted)}
        total = apart
        if settings.structure:
            terms["structure"] = ssim_loss(half_grey(made), half_grey(wanted))
            total = total + settings.structure * terms["structure"]
        if settings.parts and labels is not None and logits is not None:
            terms["parts"] = functional.cross_entropy(logits.float(), labels.long())
            total = total + settings.labels * terms["parts"]
        elif logits is not None:
            total = total + 0.0 * logits.float().sum()  # so that every weight has a gradient
        return told(total, **terms)


def half_grey(pictures: Tensor) -> Tensor:
    """(n, 3, h, w) to (n, 1, h / 2, w / 2): SSIM at full size costs as much as the network."""
    weights = torch.tensor(_GREY, device=pictures.device, dtype=pictures.dtype)
    small = functional.avg_pool2d(pictures, 2)
    return (small * weights[:, None, None]).sum(1, keepdim=True)


def detail_weight(labels: Tensor, details: float) -> Tensor:
    """(n, h, w) labels to weights (n, 1, 2 h, 2 w): 1, and `details` more on small parts."""
    small = torch.zeros_like(labels, dtype=torch.bool)
    for name in DETAILS:
        small |= labels == LABEL[name]
    near = functional.max_pool2d(small[:, None].float(), 3, 1, 1)
    return 1.0 + details * functional.interpolate(near, scale_factor=2.0, mode="nearest")


def build(
    known: ParameterSet, stream: Batches, settings: Settings, named: tuple[str, int, int]
) -> Recipe:
    """The recipe; `named` is the preset, the images of the run and the seed."""
    preset, images, seed = named
    net = make_imitator(settings, known.layout.size, seed)
    schedule: Schedule = decaying(images, hold=settings.hold, last=settings.last)
    if settings.schedule == "seed":
        schedule = SeedFall(images, settings.batch, settings.rate)
    return Recipe(
        job="character",
        preset=preset,
        config=settings.as_config(),
        nets={"imitator": net},
        phases=(Phase("imitator", ("imitator",), Imitation(settings)),),
        optimisers={"imitator": Adam(settings.rate, (0.9, 0.99), schedule)},
        batches=stream,
        batch=settings.batch,
        seed=seed,
        ema={"imitator": settings.average} if settings.average else {},
        preview=lambda nets: preview(nets, known),
    )


def ready(net: nn.Module, known: ParameterSet, *, samples: int = _CALIBRATION) -> nn.Module:
    """A copy in evaluation mode whose running statistics fit its weights."""
    copy = average_of(net)
    device = next(copy.parameters()).device
    rows = torch.from_numpy(known.parameters[:samples]).to(device)
    recalibrate(copy, rows.split(50))
    return copy.eval()


@torch.no_grad()
def preview(nets: Nets, known: ParameterSet) -> Image:
    """(32, s, s, 3) the first heads of the set and, after them, their imitations."""
    net = ready(nets["imitator"], known, samples=_QUICK)
    count = min(_PREVIEW, len(known.parameters))
    device = next(net.parameters()).device
    made = net(torch.from_numpy(known.parameters[:count]).to(device))[0]
    true = torch.from_numpy(known.pictures(range_of(count)))
    both = torch.cat([true, torch.from_numpy(to_pictures(made.float().cpu().numpy()))])
    return both.numpy()


def range_of(count: int) -> Any:
    """Row numbers 0 .. count - 1."""
    return torch.arange(count).numpy()
