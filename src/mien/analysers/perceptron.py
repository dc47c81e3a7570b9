"""Training of the small perceptrons that fits use: from columns of numbers, in seconds."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mien.errors import TrainingError
from mien.persona.perceptron import Perceptron
from mien.seeding import key_to_int

if TYPE_CHECKING:
    import torch

FloatArray = NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Course:
    """How a perceptron is trained: AdamW, one cycle, Huber's loss on outputs of unit size.

    widths   hidden layers
    """

    widths: tuple[int, ...] = (768, 512)
    epochs: int = 40
    batch: int = 128
    rate: float = 2e-3
    decay: float = 0.02
    dropout: float = 0.15


def fit(
    inputs: FloatArray,
    targets: FloatArray,
    course: Course,
    *,
    jitter: FloatArray,
    key: tuple[int | str, ...],
) -> Generator[str, None, Perceptron]:
    """Train on rows of inputs and targets; yields a line now and then.

    jitter  (inputs,) noise on each input, in standard deviations
    key     of what is trained, its seed and its name: decides chance

    Raises TrainingError where the loss is not finite.
    """
    import torch

    chance = torch.Generator().manual_seed(key_to_int(*key) % 2**63)
    untrained = Perceptron(
        (), inputs.mean(0), inputs.std(0) + 1e-3, targets.mean(0), targets.std(0) + 1e-3
    )
    x = torch.from_numpy(untrained.standard(inputs)).float()
    y = torch.from_numpy((targets - untrained.output_mean) / untrained.output_sd).float()
    layers = _layers((inputs.shape[1], *course.widths, targets.shape[1]), chance)
    optimiser, schedule = _optimiser(layers, course, len(x))
    noise = torch.from_numpy(jitter).float()
    steps = len(x) // course.batch
    for epoch in range(course.epochs):
        order, total = torch.randperm(len(x), generator=chance), 0.0
        for rows in order[: steps * course.batch].split(course.batch):
            noisy = x[rows] + torch.randn(len(rows), x.shape[1], generator=chance) * noise
            answer = _run(layers, noisy, dropout=course.dropout, chance=chance)
            loss = torch.nn.functional.smooth_l1_loss(answer, y[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
        if not np.isfinite(total):
            raise TrainingError(f"the loss of {key[-1]} is not finite: use a smaller rate.")
        if (epoch + 1) % 10 == 0 or epoch + 1 == course.epochs:
            yield f"epoch {epoch + 1}/{course.epochs}: loss {total / steps:.4f}"
    trained = [
        (layer.weight.detach().double().numpy(), layer.bias.detach().double().numpy())
        for layer in layers
    ]
    return dataclasses.replace(untrained, layers=tuple(trained))


def _optimiser(
    layers: list[torch.nn.Linear], course: Course, rows: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    import torch

    parameters = [p for layer in layers for p in (layer.weight, layer.bias)]
    optimiser = torch.optim.AdamW(parameters, course.rate, weight_decay=course.decay)
    steps = (rows // course.batch) * course.epochs
    return optimiser, torch.optim.lr_scheduler.OneCycleLR(optimiser, course.rate, steps + 1)


def _layers(sizes: Sequence[int], chance: torch.Generator) -> list[torch.nn.Linear]:
    import torch

    layers = []
    for wide, narrow in itertools.pairwise(sizes):
        layer = torch.nn.Linear(wide, narrow)
        with torch.no_grad():
            layer.weight.normal_(0, (1.0 / wide) ** 0.5, generator=chance)
            layer.bias.zero_()
        layers.append(layer)
    return layers


def _run(
    layers: list[torch.nn.Linear], x: torch.Tensor, *, dropout: float, chance: torch.Generator
) -> torch.Tensor:
    import torch

    for k, layer in enumerate(layers):
        x = layer(x)
        if k < len(layers) - 1:
            x = torch.nn.functional.silu(x)
            keep = torch.rand(x.shape, generator=chance) >= dropout
            x = x * keep / (1.0 - dropout)
    return x
