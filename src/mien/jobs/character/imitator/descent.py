"""The ancestor's fit: down the gradient of a loss on the imitation, to the parameters.

Loss = 1.2 identity + parts + 0.5 colours + 0.2 prior. From the ancestor: the weight of identity
and of the parts, the rate 0.6 (1 - share) + 0.01 changed every twentieth of the steps, plain
gradient steps and the clamp to [0, 1]. Repaired (its faults are listed in docs/character.md): one
scale and the upright picture for the identity network, each part compared with its own, both
brows and both eyes, and choices that stay soft until four fifths of the steps are done.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from mien.face.identity import network
from mien.jobs.character.imitator.layout import code_of
from mien.jobs.character.imitator.model import ImitatorModel
from mien.jobs.character.imitator.targets import (
    COLOURS,
    PARTS,
    Target,
    chip_grid,
    part_indices,
)

IDENTITY, COLOUR, PRIOR = 1.2, 0.5, 0.2
RATE, RATE_FLOOR = 0.6, 0.01
_STAIRS = 20
_SOFT = 0.8
"""Share of the steps in which choices are mixtures."""
_SHARPNESS = 10.0
_REALIGN = 10
"""Steps between two looks at where the eyes lie."""
_TINY = 1e-4
_NARROWEST = 0.01
"""Standard deviation in [0, 1] from which a number counts as one that varies."""


@dataclasses.dataclass(frozen=True, eq=False)
class Start:
    """Where a descent begins: a vector (d,) in [0, 1], and which numbers may move (d,)."""

    vector: NDArray[np.float64]
    free: NDArray[np.bool_]


@dataclasses.dataclass(frozen=True, eq=False)
class Descent:
    """A finished descent.

    vector         (d,) the parameters, choices made
    first, last    the terms of the loss by name, with their weighted sum as "loss"
    """

    vector: NDArray[np.float64]
    first: dict[str, float]
    last: dict[str, float]


def varied(model: ImitatorModel) -> NDArray[np.bool_]:
    """(d,) the numbers that an imitator has seen vary."""
    return np.asarray(model.prior[1] > _NARROWEST)


def descend(
    model: ImitatorModel, target: Target, start: Start, *, steps: int, prior: float = PRIOR
) -> Descent:
    """Follows the gradient for so many steps; what is found last, choices made, is returned.

    prior   weight of the distance to what the imitator learnt from; the ancestor has none
    """
    state = torch.from_numpy(start.vector.astype(np.float32))[None]
    free = torch.from_numpy(start.free)[None]
    first: dict[str, float] = {}
    grid = torch.zeros(0)
    for step in range(steps + 1):
        soft = step < _SOFT * steps
        if step % _REALIGN == 0:
            chosen = _chosen(state, model).numpy()[0]
            grid = chip_grid(code_of(chosen, model.layout), model.settings.size)
        state.requires_grad_(step < steps)
        mixed = _softened(state, model) if soft else _chosen(state, model)
        terms = losses(model, target, mixed, grid, prior=prior)
        told = {name: float(value.detach()) for name, value in terms.items()}
        first = first or told
        if step == steps:
            return Descent(mixed.detach().numpy()[0].astype(np.float64), first, told)
        (gradient,) = torch.autograd.grad(terms["loss"], state)
        with torch.no_grad():
            moved = state - _rate(step, steps) * gradient
            state = torch.where(free, moved.clamp(0.0, 1.0), state).detach()
    raise AssertionError("unreachable")


def _rate(step: int, steps: int) -> float:
    share = np.floor(_STAIRS * step / steps) / _STAIRS
    return RATE * (1.0 - float(share)) + (RATE_FLOOR if share else 0.0)


def losses(
    model: ImitatorModel, target: Target, vector: Tensor, grid: Tensor, *, prior: float = PRIOR
) -> dict[str, Tensor]:
    """The terms of the loss at parameters (1, d), and "loss", their weighted sum."""
    picture, logits = model.net(vector)
    seen = (picture + 1.0) / 2.0
    chip = functional.grid_sample(255.0 * seen, grid, align_corners=False, padding_mode="border")
    apart = network()(chip)[0] - target.descriptor
    terms = {"identity": apart.square().sum()}
    total = IDENTITY * terms["identity"]
    if logits is not None:
        shares = logits[0].float().softmax(0)
        terms["parts"] = part_loss(shares, target)
        terms["colours"] = colour_loss(shares, seen[0], target)
        total = total + terms["parts"] + COLOUR * terms["colours"]
    usual = torch.from_numpy(model.prior)
    count = len(model.layout.parameters)
    away = (vector[0, :count] - usual[0, :count]) / usual[1, :count].clamp(min=_NARROWEST)
    terms["prior"] = away.square().mean()
    return {**terms, "loss": total + prior * terms["prior"]}


def part_loss(shares: Tensor, target: Target) -> Tensor:
    """Weighted mean over parts of |wanted - made| over their common area, in [0, 1].

    shares   (12, h, h) of the labels
    """
    values, weights = [], []
    for place, (name, (weight, labels)) in enumerate(PARTS.items()):
        if name not in target.asked:
            continue
        made = shares[part_indices(labels)].sum(0)
        wanted = target.parts[place]
        if name == "face":  # above the brows it is the hair's business
            below = (wanted.sum(1, keepdim=True).cumsum(0) > 0).float()
            made = made * below
        common = made.sum() + wanted.sum() + 1.0
        values.append(weight * (made - wanted).abs().sum() / common)
        weights.append(weight)
    return torch.stack(values).sum() / sum(weights)


def colour_loss(shares: Tensor, seen: Tensor, target: Target) -> Tensor:
    """Mean absolute difference of the parts' mean colours.

    seen   (3, s, s) in [0, 1]
    """
    small = functional.avg_pool2d(seen[None], 2)[0]
    found = []
    for name, colour in target.colours.items():
        where = shares[part_indices(COLOURS[name])].sum(0)
        mean = (small * where).sum((1, 2)) / (where.sum() + _TINY)
        found.append((mean - colour).abs().mean())
    return torch.stack(found).mean() if found else seen.sum() * 0.0


def _softened(state: Tensor, model: ImitatorModel) -> Tensor:
    """Choices as mixtures: the softmax of their numbers."""
    parts = [state[:, : len(model.layout.parameters)]]
    parts += [(_SHARPNESS * state[:, part]).softmax(1) for part in model.layout.slices().values()]
    return torch.cat(parts, 1)


def _chosen(state: Tensor, model: ImitatorModel) -> Tensor:
    """Choices as one-of-n: the largest number wins; the others pass no gradient."""
    parts = [state[:, : len(model.layout.parameters)]]
    for part in model.layout.slices().values():
        values = state[:, part].detach()
        parts.append(functional.one_hot(values.argmax(1), values.shape[1]).float())
    return torch.cat(parts, 1)
