"""`express`: the same photo with another expression, in its own pixels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mien.jobs.base import Job, Outcome
from mien.jobs.express.config import (
    AnimateRequest,
    EditRequest,
    EvalRequest,
    ExportRequest,
    TrainRequest,
)
from mien.jobs.express.presets import PRESETS, config

if TYPE_CHECKING:
    from mien.jobs.express.predict import ExpressPredictor


def load(device: str = "auto") -> ExpressPredictor:
    """The predictor; only networks use the device: moving a photo runs on the CPU alone."""
    from mien import device as devices
    from mien.jobs.express.predict import ExpressPredictor

    if device != "auto":
        devices.pick(device)
    return ExpressPredictor(device)


def evaluate(preset: str) -> Mapping[str, float]:
    """Figures on renders whose truth is known."""
    from mien.jobs.express.evaluate import on_renders

    return on_renders(40 if preset != "tiny" else 2)


JOB = Job(
    name="express",
    title="job.express.title",
    summary="job.express.summary",
    request={
        "edit": EditRequest,
        "animate": AnimateRequest,
        "train": TrainRequest,
        "eval": EvalRequest,
        "export": ExportRequest,
    },
    result=Outcome,
    presets=PRESETS,
    recipe=config,
    load=load,
    evaluate=evaluate,
)
