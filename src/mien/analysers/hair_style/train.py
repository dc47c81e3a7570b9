"""Training of the hair style classifier."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mien.analysers.hair_style.renders import read_shards
from mien.errors import TrainingError
from mien.head.schema import HAIR_STYLES, schema_hash
from mien.io.weights import WeightHeader, save_weights
from mien.persona.hair_fit import GRID_COLUMNS, GRID_ROWS
from mien.persona.hair_style import EXTRA_INPUTS, JOB, PADS, STRIDES, SURE, WEIGHTS, StyleNet
from mien.persona.vocabulary import spoken_styles
from mien.seeding import key_to_int

if TYPE_CHECKING:
    import torch


@dataclasses.dataclass(frozen=True)
class Plan:
    """How the network is trained.

    widths    channels of the three convolutions
    hidden    size of the dense layer
    held_out  share of the samples that measure and never train
    """

    widths: tuple[int, int, int] = (16, 32, 32)
    hidden: int = 96
    epochs: int = 24
    batch: int = 64
    rate: float = 2e-3
    decay: float = 0.02
    dropout: float = 0.2
    held_out: float = 0.1


PLAN = Plan()


def train(folder: Path, *, seed: int, out: Path | None = None, plan: Plan = PLAN) -> Iterator[str]:
    """Train on the shards in `folder` and write the weight file; yields lines of progress."""
    import torch

    columns = read_shards(folder, seed)
    count = len(columns["style"])
    held = int(count * plan.held_out)
    if held < len(HAIR_STYLES) or count - held < plan.batch:
        raise TrainingError(f"{count} samples are too few: make at least {plan.batch * 4}.")
    yield f"{count} samples, {held} held out"
    start = time.monotonic()
    chance = torch.Generator().manual_seed(key_to_int(seed, "hair-style") % 2**63)
    layers = _layers(plan, chance)
    yield from _fit(layers, columns, held, plan=plan, chance=chance)
    network = _network(layers)
    right, sure, sure_right = _score(network, columns, held)
    metrics = {
        "samples": float(count),
        "accuracy": right,
        "sure": sure,
        "accuracy_where_sure": sure_right,
        "seconds": round(time.monotonic() - start, 1),
    }
    tensors: dict[str, NDArray[Any]] = {}
    for name, group in (("conv", network.convolutions), ("dense", network.dense)):
        for k, (weight, bias) in enumerate(group):
            tensors[f"{name}.weight{k}"] = weight.astype(np.float16)
            tensors[f"{name}.bias{k}"] = bias.astype(np.float16)
    header = WeightHeader(
        job=JOB,
        preset="default",
        config={**dataclasses.asdict(plan), **spoken_styles()},
        metrics=metrics,
        data=f"head renders, {count} samples of seed {seed}",
        head_hash=schema_hash(),
    )
    digest = save_weights(out or WEIGHTS, tensors, header)
    yield ", ".join(f"{name} {value:.4g}" for name, value in metrics.items())
    yield f"wrote {(out or WEIGHTS).name} {digest[:12]}"


def _layers(plan: Plan, chance: torch.Generator) -> list[Any]:
    import torch

    channels = (1, *plan.widths)
    layers: list[Any] = [
        torch.nn.Conv2d(a, b, 3, stride=stride, padding=pad)
        for a, b, stride, pad in zip(channels[:-1], channels[1:], STRIDES, PADS, strict=True)
    ]
    with torch.no_grad():
        value = torch.zeros(1, 1, GRID_ROWS, GRID_COLUMNS)
        for layer in layers:
            value = layer(value)
        flat = value.numel() + EXTRA_INPUTS
        layers += [torch.nn.Linear(flat, plan.hidden)]
        layers += [torch.nn.Linear(plan.hidden, len(HAIR_STYLES))]
        for layer in layers:
            fan = layer.weight[0].numel()
            layer.weight.normal_(0, (1.6 / fan) ** 0.5, generator=chance)
            layer.bias.zero_()
    return layers


def _run(layers: list[Any], grid: torch.Tensor, extra: torch.Tensor, drop: Any) -> torch.Tensor:
    import torch

    silu = torch.nn.functional.silu
    value = grid[:, None] * 2 - 1
    for layer in layers[:3]:
        value = silu(layer(value))
    value = torch.cat([value.flatten(1), extra], 1)
    return layers[4](drop(silu(layers[3](drop(value)))))


def _fit(
    layers: list[Any], columns: Any, held: int, *, plan: Plan, chance: torch.Generator
) -> Iterator[str]:
    import torch

    grid = torch.from_numpy(columns["grid"][:-held].astype(np.float32) / 255)
    extra = torch.from_numpy(columns["extra"][:-held].astype(np.float32))
    style = torch.from_numpy(columns["style"][:-held].astype(np.int64))
    parameters = [p for layer in layers for p in layer.parameters()]
    optimiser = torch.optim.AdamW(parameters, plan.rate, weight_decay=plan.decay)
    steps = len(grid) // plan.batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, plan.rate, steps * plan.epochs + 1)

    def drop(value: torch.Tensor) -> torch.Tensor:
        keep = torch.rand(value.shape, generator=chance) >= plan.dropout
        return value * keep / (1 - plan.dropout)

    for epoch in range(plan.epochs):
        order, total = torch.randperm(len(grid), generator=chance), 0.0
        for first in range(0, steps * plan.batch, plan.batch):
            rows = order[first : first + plan.batch]
            answer = _run(layers, _shifted(grid[rows], chance), extra[rows], drop)
            loss = torch.nn.functional.cross_entropy(answer, style[rows], label_smoothing=0.02)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
        if not np.isfinite(total):
            raise TrainingError("the classifier's loss is not finite: use a smaller rate.")
        if (epoch + 1) % 8 == 0:
            yield f"epoch {epoch + 1}/{plan.epochs}: loss {total / max(steps, 1):.4f}"


def _shifted(grid: torch.Tensor, chance: torch.Generator) -> torch.Tensor:
    """The whole batch moved by up to a cell each way: fits misplace heads by as much."""
    import torch

    dy, dx = (int(v) for v in torch.randint(-1, 2, (2,), generator=chance))
    return torch.roll(grid, (dy, dx), (1, 2))


def _network(layers: list[Any]) -> StyleNet:
    def arrays(layer: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        # As they will be stored, so that the figures are the shipped network's.
        weight, bias = (p.detach().numpy().astype(np.float16) for p in (layer.weight, layer.bias))
        return weight.astype(np.float64), bias.astype(np.float64)

    pairs = [arrays(layer) for layer in layers]
    return StyleNet(
        convolutions=tuple(pairs[:3]), dense=tuple(pairs[3:]), styles=HAIR_STYLES, sha256=""
    )


def _score(network: StyleNet, columns: Any, held: int) -> tuple[float, float, float]:
    """Held out: share right, share that is sure, share right among the sure."""
    share = np.array(
        [
            network.probabilities(grid / 255.0, extra)
            for grid, extra in zip(columns["grid"][-held:], columns["extra"][-held:], strict=True)
        ]
    )
    hit = share.argmax(1) == columns["style"][-held:]
    sure = share.max(1) >= SURE
    sure_right = float(hit[sure].mean()) if sure.any() else 0.0
    return float(hit.mean()), float(sure.mean()), sure_right
