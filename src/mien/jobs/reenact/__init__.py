"""`reenact`: a photo moved by a clip, a driver or an expression."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mien.jobs.base import Job, Outcome
from mien.jobs.reenact.config import (
    EvalRequest,
    ExportRequest,
    LearnRequest,
    LiveRequest,
    RankRequest,
    RunRequest,
    TrainRequest,
)
from mien.jobs.reenact.presets import PRESETS, config

if TYPE_CHECKING:
    from mien.jobs.reenact.predict import ReenactPredictor


def load(device: str = "auto") -> ReenactPredictor:
    """The predictor; raises OptionError for a device that is not there."""
    from mien import device as devices
    from mien.jobs.reenact.predict import ReenactPredictor

    if device != "auto":
        devices.pick(device)
    return ReenactPredictor(device)


def evaluate(preset: str) -> Mapping[str, float]:
    """Figures of the moved photo on a clip of the head whose motion is known."""
    from mien.jobs.reenact.evaluate import on_renders

    return on_renders(people=6, frames=24) if preset != "tiny" else on_renders(people=1, frames=4)


JOB = Job(
    name="reenact",
    title="job.reenact.title",
    summary="job.reenact.summary",
    request={
        "run": RunRequest,
        "learn": LearnRequest,
        "live": LiveRequest,
        "train": TrainRequest,
        "eval": EvalRequest,
        "rank": RankRequest,
        "export": ExportRequest,
    },
    result=Outcome,
    presets=PRESETS,
    recipe=config,
    load=load,
    evaluate=evaluate,
)
