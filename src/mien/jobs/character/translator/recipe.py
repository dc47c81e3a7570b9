"""How a translator is trained: one network, one loss."""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.jobs.character.imitator.layout import Layout
from mien.jobs.character.translator.data import MeasuredSet
from mien.jobs.character.translator.network import make_translator
from mien.jobs.character.translator.presets import Settings
from mien.losses.terms import Loss, told
from mien.train.recipe import Adam, Batches, Phase, Recipe, Turn
from mien.train.schedule import decaying

_HOLD, _LAST = 0.3, 0.02
NARROWEST = 0.01
"""Standard deviation from which a number counts as one that varies."""


@dataclasses.dataclass(frozen=True, eq=False)
class Translation:
    """The loss: squared error of numbers in standard deviations, cross-entropy of choices.

    centre, spread  (d,) of the training set's units
    """

    layout: Layout
    centre: Tensor
    spread: Tensor
    noise: float
    decay: float

    def __call__(self, turn: Turn) -> Loss:
        """The loss of one micro-batch."""
        units, components = turn.batch["units"].float(), turn.batch["components"].float()
        jitter = turn.normal(*components.shape, purpose="jitter")
        answer = turn.nets["translator"](components + self.noise * jitter).float()
        count = len(self.layout.parameters)
        terms: dict[str, Tensor] = {}
        if count:
            wanted = (units - self.centre.to(units)) / self.spread.to(units)
            apart = answer[:, :count] - wanted[:, :count]
            terms["numbers"] = functional.smooth_l1_loss(apart, torch.zeros_like(apart))
        for place in self.layout.slices().values():
            right = units[:, place].argmax(1)
            terms["choices"] = terms.get("choices", answer.sum() * 0.0) + functional.cross_entropy(
                answer[:, place], right
            ) / len(self.layout.choices)
        total = torch.stack(list(terms.values())).sum()
        return told(total + self.decay * _size(turn.nets["translator"]), **terms)


def _size(net: object) -> Tensor:
    """Sum over the layers of their weights' squares, divided by the numbers they answer with."""
    module = getattr(net, "module", net)
    assert isinstance(module, nn.Module)
    sizes = [one.square().sum() / len(one) for one in module.parameters() if one.ndim == 2]
    return torch.stack(sizes).sum()


def build(
    known: MeasuredSet, stream: Batches, settings: Settings, named: tuple[str, int, int]
) -> Recipe:
    """The recipe; `named` is the preset, the rows of the run and the seed."""
    preset, images, seed = named
    rows = torch.from_numpy(known.units[known.train])
    spread = rows.std(0).clamp(min=NARROWEST)
    loss = Translation(known.layout, rows.mean(0), spread, settings.noise, settings.decay)
    inputs = known.components.shape[-1]
    return Recipe(
        job="character",
        preset=preset,
        config=settings.as_config(),
        nets={"translator": make_translator(inputs, known.layout.size, settings, seed)},
        phases=(Phase("translator", ("translator",), loss),),
        optimisers={
            "translator": Adam(settings.rate, (0.9, 0.99), decaying(images, hold=_HOLD, last=_LAST))
        },
        batches=stream,
        batch=settings.batch,
        seed=seed,
        ema={"translator": settings.average},
    )
