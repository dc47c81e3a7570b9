"""`translate`: a photo as an anime character, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mien.jobs.base import Job, Outcome
from mien.jobs.translate.config import EvalRequest, ExportRequest, RunRequest, TrainRequest
from mien.jobs.translate.presets import PRESETS, config

if TYPE_CHECKING:
    from mien.jobs.translate.predict import TranslatePredictor


def load(device: str = "auto") -> TranslatePredictor:
    """The predictor on this device; raises OptionError for one that is not there."""
    from mien import device as devices
    from mien.jobs.translate.predict import TranslatePredictor

    return TranslatePredictor(devices.pick(device))


def evaluate(preset: str) -> Mapping[str, float]:
    """Scores of the shipped models on people that they never saw."""
    from mien.jobs.translate.evaluation import on_preset

    return on_preset(preset)


JOB = Job(
    name="translate",
    title="job.translate.title",
    summary="job.translate.summary",
    request={
        "run": RunRequest,
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
