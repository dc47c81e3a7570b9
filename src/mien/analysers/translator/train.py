"""Training of the translator: a perceptron, its errors, and the statistics that ship with it."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.analysers.perceptron import Course, fit
from mien.analysers.shards import Columns
from mien.analysers.translator.renders import read_shards
from mien.errors import TrainingError
from mien.face import affine
from mien.head.schema import SLIDERS, schema_hash
from mien.io.weights import WeightHeader, save_weights
from mien.persona.gauss_newton import eye_frame, pose_features
from mien.persona.prior import moments, population
from mien.persona.translator import (
    INPUT_SIZE,
    JOB,
    WEIGHTS,
    landmark_features,
)
from mien.persona.vocabulary import spoken_sliders

FloatArray = NDArray[np.float64]


COURSE = Course()


@dataclasses.dataclass(frozen=True)
class Plan:
    """How the network is trained.

    jitter            noise on landmark and descriptor inputs, in standard deviations
    held_out          share of the samples that measure and never train
    """

    course: Course = COURSE
    jitter: tuple[float, float] = (0.15, 0.35)
    held_out: float = 0.08
    people: int = 4000


PLAN = Plan()


def train(folder: Path, *, seed: int, out: Path | None = None, plan: Plan = PLAN) -> Iterator[str]:
    """Train on the shards in `folder` and write the weight file; yields lines of progress."""
    columns = read_shards(folder, seed)
    count = len(columns["sliders"])
    held = max(8, int(count * plan.held_out))
    if count - held < plan.course.batch:
        raise TrainingError(f"{count} samples are too few: make at least {plan.course.batch * 2}.")
    yield f"{count} samples, {held} held out"
    inputs = np.concatenate([_landmark_rows(columns), columns["descriptor"]], axis=1)
    targets = np.concatenate([columns["sliders"], columns["sex"][:, None]], axis=1)
    start = time.monotonic()
    network = yield from fit(
        inputs[:-held],
        targets[:-held],
        plan.course,
        jitter=np.repeat(plan.jitter, (136, INPUT_SIZE - 136)),
        key=(seed, "translator"),
    )
    error = network(inputs[-held:])[:, : len(SLIDERS)] - targets[-held:, : len(SLIDERS)]
    known = _explained(error, targets[-held:, : len(SLIDERS)])
    noise = landmark_noise(columns)
    sliders, brows = population(plan.people)
    tensors: dict[str, NDArray[Any]] = {
        **network.tensors(),
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


def _landmark_rows(columns: Columns) -> FloatArray:
    return np.array([landmark_features(found) for found in columns["found"]])


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
