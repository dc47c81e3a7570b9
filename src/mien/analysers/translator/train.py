"""Training of the translator: a perceptron, its errors, and the statistics that ship with it."""

from __future__ import annotations

import dataclasses
import itertools
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mien.analysers.shards import Columns
from mien.analysers.translator.renders import read_shards
from mien.errors import TrainingError
from mien.face import affine
from mien.head.schema import SLIDERS, schema_hash
from mien.io.weights import WeightHeader, save_weights
from mien.persona.gauss_newton import eye_frame, pose_features
from mien.persona.prior import moments, population
from mien.persona.translator import (
    CLAMP,
    INPUT_SIZE,
    JOB,
    OUTPUT_SIZE,
    WEIGHTS,
    landmark_features,
)
from mien.persona.vocabulary import spoken_sliders
from mien.seeding import key_to_int

if TYPE_CHECKING:
    import torch

FloatArray = NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Plan:
    """How the network is trained.

    widths            hidden layers
    jitter            noise on landmark and descriptor inputs, in standard deviations
    held_out          share of the samples that measure and never train
    """

    widths: tuple[int, ...] = (768, 512)
    epochs: int = 40
    batch: int = 128
    rate: float = 2e-3
    decay: float = 0.02
    dropout: float = 0.15
    jitter: tuple[float, float] = (0.15, 0.35)
    held_out: float = 0.08
    people: int = 4000


PLAN = Plan()


def train(folder: Path, *, seed: int, out: Path | None = None, plan: Plan = PLAN) -> Iterator[str]:
    """Train on the shards in `folder` and write the weight file; yields lines of progress."""
    columns = read_shards(folder, seed)
    count = len(columns["sliders"])
    held = max(8, int(count * plan.held_out))
    if count - held < plan.batch:
        raise TrainingError(f"{count} samples are too few: make at least {plan.batch * 2}.")
    yield f"{count} samples, {held} held out"
    inputs = np.concatenate([_landmark_rows(columns), columns["descriptor"]], axis=1)
    targets = np.concatenate([columns["sliders"], columns["sex"][:, None]], axis=1)
    network = _Standard.of(inputs[:-held], targets[:-held])
    start = time.monotonic()
    layers = yield from _fit(network, inputs[:-held], targets[:-held], plan=plan, seed=seed)
    predicted = _forward(network, layers, inputs[-held:])
    error = predicted[:, : len(SLIDERS)] - targets[-held:, : len(SLIDERS)]
    known = _explained(error, targets[-held:, : len(SLIDERS)])
    noise = landmark_noise(columns)
    sliders, brows = population(plan.people)
    tensors: dict[str, NDArray[Any]] = {
        **{f"net.weight{k}": weight.astype(np.float16) for k, (weight, _) in enumerate(layers)},
        **{f"net.bias{k}": bias.astype(np.float16) for k, (_, bias) in enumerate(layers)},
        "input.mean": network.input_mean.astype(np.float32),
        "input.sd": network.input_sd.astype(np.float32),
        "output.mean": network.output_mean.astype(np.float32),
        "output.sd": network.output_sd.astype(np.float32),
        "error.covariance": shrunk(np.cov(error.T)).astype(np.float32),
        "noise.bias": noise[0].astype(np.float32),
        "noise.covariance": noise[1].astype(np.float32),
    }
    for name, values in (("sliders", sliders), ("brows", brows)):
        mean, covariance = moments(values)
        tensors[f"people.{name}.mean"] = mean.astype(np.float32)
        tensors[f"people.{name}.covariance"] = covariance.astype(np.float32)
    metrics = {
        "samples": float(count),
        "slider_r2_median": float(np.median(known)),
        "slider_r2_mean": float(known.mean()),
        "sliders_above_0.2": float((known > 0.2).sum()),
        "landmark_noise": float(np.sqrt(np.diag(noise[1]).mean())),
        "seconds": round(time.monotonic() - start, 1),
    }
    header = WeightHeader(
        job=JOB,
        preset="default",
        config={**dataclasses.asdict(plan), **spoken_sliders()},
        metrics=metrics,
        data=f"head renders, {count} usable samples of seed {seed}",
        head_hash=schema_hash(),
    )
    digest = save_weights(out or WEIGHTS, tensors, header)
    yield ", ".join(f"{name} {value:.4g}" for name, value in metrics.items())
    yield f"wrote {(out or WEIGHTS).name} {digest[:12]}"


@dataclasses.dataclass(frozen=True, eq=False)
class _Standard:
    """Means and standard deviations that bring inputs and outputs to unit size."""

    input_mean: FloatArray
    input_sd: FloatArray
    output_mean: FloatArray
    output_sd: FloatArray

    @staticmethod
    def of(inputs: FloatArray, targets: FloatArray) -> _Standard:
        return _Standard(
            inputs.mean(0), inputs.std(0) + 1e-3, targets.mean(0), targets.std(0) + 1e-3
        )

    def inputs(self, values: FloatArray) -> FloatArray:
        return np.clip((values - self.input_mean) / self.input_sd, -CLAMP, CLAMP)


def _landmark_rows(columns: Columns) -> FloatArray:
    return np.array([landmark_features(found) for found in columns["found"]])


def _fit(
    standard: _Standard, inputs: FloatArray, targets: FloatArray, *, plan: Plan, seed: int
) -> Generator[str, None, list[tuple[FloatArray, FloatArray]]]:
    """Train; yields a line now and then and returns the layers."""
    import torch

    x = torch.from_numpy(standard.inputs(inputs)).float()
    y = torch.from_numpy((targets - standard.output_mean) / standard.output_sd).float()
    chance = torch.Generator().manual_seed(key_to_int(seed, "translator") % 2**63)
    layers = _linear_layers(plan, chance)
    parameters = [p for layer in layers for p in (layer.weight, layer.bias)]
    optimiser = torch.optim.AdamW(parameters, plan.rate, weight_decay=plan.decay)
    steps = len(x) // plan.batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, plan.rate, steps * plan.epochs + 1)
    scale = torch.full((INPUT_SIZE,), plan.jitter[1])
    scale[:136] = plan.jitter[0]
    for epoch in range(plan.epochs):
        order, total = torch.randperm(len(x), generator=chance), 0.0
        for first in range(0, steps * plan.batch, plan.batch):
            rows = order[first : first + plan.batch]
            noisy = x[rows] + torch.randn(len(rows), INPUT_SIZE, generator=chance) * scale
            answer = _run(layers, noisy, dropout=plan.dropout, chance=chance)
            loss = torch.nn.functional.smooth_l1_loss(answer, y[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
        if not np.isfinite(total):
            raise TrainingError("the translator's loss is not finite: use a smaller rate.")
        if (epoch + 1) % 10 == 0 or epoch + 1 == plan.epochs:
            yield f"epoch {epoch + 1}/{plan.epochs}: loss {total / steps:.4f}"
    return [
        (layer.weight.detach().double().numpy(), layer.bias.detach().double().numpy())
        for layer in layers
    ]


def _linear_layers(plan: Plan, chance: torch.Generator) -> list[torch.nn.Linear]:
    import torch

    sizes, layers = (INPUT_SIZE, *plan.widths, OUTPUT_SIZE), []
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


def _forward(
    standard: _Standard, layers: list[tuple[FloatArray, FloatArray]], inputs: FloatArray
) -> FloatArray:
    value = standard.inputs(inputs)
    for k, (weight, bias) in enumerate(layers):
        value = value @ weight.T + bias
        if k < len(layers) - 1:
            value = value / (1.0 + np.exp(-value))
    return value * standard.output_sd + standard.output_mean


def _explained(error: FloatArray, truth: FloatArray) -> FloatArray:
    """R squared per slider; 0 for one that never varies."""
    varied = truth.var(0)
    return np.where(varied > 1e-9, 1.0 - (error**2).mean(0) / np.maximum(varied, 1e-9), 0.0)


def shrunk(covariance: FloatArray, share: float = 0.15) -> FloatArray:
    """A covariance pulled towards its diagonal, safe to invert."""
    return (1 - share) * covariance + share * np.diag(np.diag(covariance))


def landmark_noise(columns: Columns) -> tuple[FloatArray, FloatArray]:
    """Bias (4, 136) and covariance (136, 136) of detected minus true landmarks, eye frame.

    Gross misses (0.45 of the eye distance off the median at any point) are left out.
    """
    features, errors = [], []
    for found, true, pose in zip(columns["found"], columns["true"], columns["pose"], strict=True):
        frame = eye_frame(found)
        errors.append((affine.transform(frame, found) - affine.transform(frame, true)).ravel())
        # The eye frame takes the roll out; yaw and pitch are what the bias depends on.
        features.append(pose_features(pose))
    x, y = np.array(features), np.array(errors)
    kept = np.abs(y - np.median(y, 0)).max(1) < 0.45
    x, y = x[kept], y[kept]
    bias = np.linalg.solve(x.T @ x + 1e-3 * np.eye(x.shape[1]), x.T @ y).astype(np.float64)
    left = np.asarray(np.cov((y - x @ bias).T), np.float64)
    covariance = shrunk(left) + np.eye(136) * 0.006**2
    return bias, covariance
