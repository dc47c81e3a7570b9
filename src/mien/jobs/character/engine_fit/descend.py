"""Refinement through an imitator: down the gradient of its picture, then checked by the engine.

The picture is compared where the face lies: grey normalised by its neighbourhood, coarse colour,
and the estimate with its held-out errors as a prior. The identity network is left out: a descent
on it fools it (its loss falls, every other view gets worse). Choices are mixtures until the last
fifth of the steps.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from mien.jobs.character.engine_fit.looking import laid_under
from mien.jobs.character.engine_fit.search import Problem, State, accepted
from mien.jobs.character.imitator.layout import Layout
from mien.jobs.character.imitator.model import ImitatorModel
from mien.types import Landmarks

_RATE = 0.03
_PRIOR, _COLOUR = 0.02, 0.5
_SOFT = 0.8
"""Share of the steps in which choices are mixtures."""
_LOOKED = 96
"""Pixels a side at which pictures are compared, or the imitator's if it has fewer."""
_NEAR, _FLOOR = 9, 0.03
_SHARES = (1.0, 0.5, 0.25)
_TINY = 1e-6


@dataclasses.dataclass(frozen=True, eq=False)
class _Wanted:
    """Photos in the frame of the imitation: local grey and colour (n, ...), and where to look."""

    grey: Tensor
    colour: Tensor
    weight: Tensor


def follow(problem: Problem, start: State, imitator: ImitatorModel, steps: int) -> State:
    """Descends from a state; the way found is gone as far as the judges allow."""
    found = descend(problem, start, imitator, steps)
    noise = problem.noise(start)
    for share in _SHARES:
        if problem.left < 1:
            break
        units = start.units + share * (found - start.units)
        new = problem.state(units)
        kept = accepted(problem, new, start, noise)
        problem.tell("imitator", f"x {share:g}", new, kept)
        if kept and new is not None:
            return new
    return start


def descend(
    problem: Problem, start: State, imitator: ImitatorModel, steps: int
) -> NDArray[np.float64]:
    """(d,) where the gradient of the imitation leads, from a state, in so many steps of Adam."""
    layout, count = imitator.layout, len(imitator.layout.parameters)
    wanted = _wanted(problem, start, min(_LOOKED, imitator.settings.size))
    begin = torch.from_numpy(start.units.astype(np.float32))
    believed = torch.from_numpy(problem.guess.units.astype(np.float32))
    error = torch.from_numpy(problem.guess.error.astype(np.float32))
    free = torch.from_numpy(problem.free)
    numbers = begin[:count].clone().requires_grad_()
    odds = believed[count:].clamp(1e-3, 1.0).log().requires_grad_()
    adam = torch.optim.Adam([numbers, odds], lr=_RATE)
    for step in range(steps):
        mixed = _mixed(numbers, odds, begin, (layout, free, step < _SOFT * steps))
        picture = imitator.net(mixed[None])[0].float()
        away = (mixed - believed)[:count] / error[:count]
        loss = _apart(picture, wanted) + _PRIOR * away.square().mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
        with torch.no_grad():
            numbers.clamp_(0.0, 1.0)
    with torch.no_grad():
        mixed = _mixed(numbers, odds, begin, (layout, free, False))
    return mixed.double().numpy()


def _mixed(
    numbers: Tensor, odds: Tensor, begin: Tensor, how: tuple[Layout, Tensor, bool]
) -> Tensor:
    """(d,) the vector: held numbers as they began, choices as mixtures or as one of n."""
    layout, free, soft = how
    count = len(layout.parameters)
    parts = [torch.where(free[:count], numbers, begin[:count])]
    for place in layout.slices().values():
        mixture = odds[place.start - count : place.stop - count].softmax(0)
        if not soft:
            mixture = functional.one_hot(mixture.argmax(), len(mixture)).to(mixture)
        parts.append(torch.where(free[place], mixture, begin[place]))
    return torch.cat(parts)


def _wanted(problem: Problem, start: State, side: int) -> _Wanted:
    pictures = [laid_under(one, start.look, problem.model, side) for one in problem.photos]
    seen = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255.0
    weight = torch.zeros(1, 1, side, side)
    rows, columns = _where(start.look.landmarks, problem, side)
    weight[:, :, rows, columns] = 1.0
    return _Wanted(local_grey(seen), functional.avg_pool2d(seen, 4), weight)


def _where(landmarks: Landmarks | None, problem: Problem, side: int) -> tuple[slice, slice]:
    """The rows and columns that hold the face."""
    if landmarks is None:
        left, top, right, bottom = (value * side for value in problem.model.basis.box)
    else:
        places = (landmarks + 0.5) * (side / problem.model.settings.size)
        (left, top), (right, bottom) = places.min(0), places.max(0)
    more = 0.08 * max(right - left, bottom - top)
    low = [max(0, int(value - more)) for value in (top, left)]
    high = [min(side, int(value + more) + 1) for value in (bottom, right)]
    return slice(low[0], max(high[0], low[0] + 1)), slice(low[1], max(high[1], low[1] + 1))


def local_grey(pictures: Tensor) -> Tensor:
    """(n, 3, s, s) in [0, 1] to (n, 1, s, s): grey less its neighbourhood, over its contrast."""
    grey = (pictures * pictures.new_tensor([0.299, 0.587, 0.114])[:, None, None]).sum(1, True)
    apart = grey - _around(grey)
    return apart / (_around(apart.square()) + _FLOOR**2).sqrt()


def _around(grey: Tensor) -> Tensor:
    return functional.avg_pool2d(grey, _NEAR, 1, _NEAR // 2, count_include_pad=False)


def _apart(picture: Tensor, wanted: _Wanted) -> Tensor:
    """How far an imitation (1, 3, s, s) in [-1, 1] is from the photos."""
    seen = (picture + 1.0) / 2.0
    side = wanted.weight.shape[-1]
    if seen.shape[-1] != side:
        seen = functional.interpolate(seen, size=(side, side), mode="bilinear", antialias=True)
    grey = ((local_grey(seen) - wanted.grey).abs() * wanted.weight).mean(0).sum()
    small = functional.avg_pool2d(wanted.weight, 4)
    tint = ((functional.avg_pool2d(seen, 4) - wanted.colour).abs() * small).mean((0, 1)).sum()
    return grey / (wanted.weight.sum() + _TINY) + _COLOUR * tint / (small.sum() + _TINY)
