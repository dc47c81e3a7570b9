"""`generate`: people who do not exist, and the ways between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mien.jobs.base import Job, Outcome
from mien.jobs.generate.config import (
    EvalRequest,
    ExportRequest,
    LikeRequest,
    SampleRequest,
    TrainRequest,
    WalkRequest,
)
from mien.jobs.generate.presets import PRESETS, config

if TYPE_CHECKING:
    from mien.jobs.generate.predict import GeneratePredictor


def load(device: str = "auto") -> GeneratePredictor:
    """The predictor on this device; raises OptionError for one that is not there."""
    from mien import device as devices
    from mien.jobs.generate.predict import GeneratePredictor

    return GeneratePredictor(devices.pick(device))


def evaluate(preset: str) -> Mapping[str, float]:
    """Scores of the shipped model on renders that it never saw."""
    from mien.jobs.generate.evaluation import on_preset

    return on_preset(preset)


JOB = Job(
    name="generate",
    title="job.generate.title",
    summary="job.generate.summary",
    request={
        "sample": SampleRequest,
        "walk": WalkRequest,
        "like": LikeRequest,
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
