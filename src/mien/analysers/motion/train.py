"""Training of the reader of moved faces, and its scores beside Gauss-Newton alone."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.analysers.motion.renders import RESTING, read_shards
from mien.analysers.perceptron import Course, fit
from mien.errors import TrainingError
from mien.face.eye_signals import eye_opening
from mien.head.schema import schema_hash
from mien.io.weights import WeightHeader, save_weights
from mien.persona.motion_reader import INPUT_SIZE, JOB, WEIGHTS, Rest, features
from mien.persona.track import Seen, rested_head, solve_all
from mien.types import AU_NAMES

FloatArray = NDArray[np.float64]

LEAST = 0.05
"""Standard deviation above which an Action Unit counts as moving."""


COURSE = Course(widths=(64,), epochs=40, batch=128, rate=2e-3, decay=0.1, dropout=0.1)


@dataclasses.dataclass(frozen=True)
class Plan:
    """How the reader is trained.

    jitter    noise on its inputs, in standard deviations
    held_out  share of the clips that measure and never train
    """

    course: Course = COURSE
    jitter: float = 0.3
    held_out: float = 0.1


PLAN = Plan()


@dataclasses.dataclass(frozen=True, eq=False)
class Rows:
    """Frames after the resting ones.

    inputs         (n, INPUT_SIZE)
    truth, solved  (n, 22) Action Units beside rest: the head's, and Gauss-Newton's answer
    """

    inputs: FloatArray
    truth: FloatArray
    solved: FloatArray


def train(folder: Path, *, seed: int, out: Path | None = None, plan: Plan = PLAN) -> Iterator[str]:
    """Train on the shards in `folder` and write the weight file; yields lines of progress."""
    columns = read_shards(folder, seed)
    clips = [
        rows_of(*one)
        for one in zip(columns["found"], columns["aus"], columns["descriptor"], strict=True)
    ]
    held = max(2, int(len(clips) * plan.held_out))
    learnt, kept = joined(clips[:-held]), joined(clips[-held:])
    if len(learnt.inputs) < 2 * plan.course.batch:
        raise TrainingError(f"{len(clips)} clips are too few to train on.")
    yield f"{len(clips)} clips, {held} held out"
    start = time.monotonic()
    net = yield from fit(
        learnt.inputs,
        learnt.truth,
        plan.course,
        jitter=np.full(INPUT_SIZE, plan.jitter),
        key=(seed, "motion"),
    )
    read = np.clip(net(kept.inputs), 0.0, 1.1)
    metrics = {"clips": float(len(clips)), "seconds": round(time.monotonic() - start, 1)}
    for name, answer in (("read", read), ("solved", kept.solved)):
        r = agreement(answer, kept.truth)
        metrics |= {f"{name}_r": float(np.mean(list(r.values())))}
        metrics |= {f"{name}_error": float(np.abs(answer - kept.truth).mean())}
    metrics |= {f"r_{au}": value for au, value in agreement(read, kept.truth).items()}
    header = WeightHeader(
        job=JOB,
        preset="default",
        config=dataclasses.asdict(plan),
        metrics=metrics,
        data=f"head renders, {len(clips)} usable clips of seed {seed}",
        head_hash=schema_hash(),
    )
    digest = save_weights(out or WEIGHTS, net.tensors(), header)
    yield ", ".join(f"{name} {value:.4g}" for name, value in metrics.items())
    yield f"wrote {(out or WEIGHTS).name} {digest[:12]}"


def rows_of(found: FloatArray, aus: FloatArray, descriptor: NDArray[np.float32]) -> Rows:
    """One clip, solved as `track` solves clips whose first frames are at rest."""
    nobody = np.zeros(0, np.float32)
    faces = [
        Seen(points, 1.0, eye_opening(points), None, descriptor[k] if k < RESTING else nobody)
        for k, points in enumerate(found)
    ]
    solved = solve_all(rested_head(faces, range(RESTING)), faces)
    rest = Rest.of(list(found[:RESTING]), solved[:RESTING])
    inputs = np.stack([features(rest, found[k], solved[k]) for k in range(RESTING, len(faces))])
    answers = np.stack([one.aus for one in solved])
    return Rows(
        inputs,
        aus[RESTING:] - np.median(aus[:RESTING], axis=0),
        answers[RESTING:] - np.median(answers[:RESTING], axis=0),
    )


def joined(clips: list[Rows]) -> Rows:
    """The rows of several clips as one."""
    return Rows(
        np.concatenate([one.inputs for one in clips]),
        np.concatenate([one.truth for one in clips]),
        np.concatenate([one.solved for one in clips]),
    )


def agreement(answer: FloatArray, truth: FloatArray) -> dict[str, float]:
    """Correlation by name of every Action Unit that moves; 0 where the answer stands still."""
    found = {}
    for k, name in enumerate(AU_NAMES):
        if truth[:, k].std() > LEAST:
            still = answer[:, k].std() < 1e-6
            found[name] = 0.0 if still else float(np.corrcoef(answer[:, k], truth[:, k])[0, 1])
    return found
