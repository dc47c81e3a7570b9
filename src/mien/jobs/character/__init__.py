"""`character`: a photo becomes a game character, with sliders and a 3D model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mien.jobs.base import Job, Outcome
from mien.jobs.character.config import (
    CollectRequest,
    EditRequest,
    EvalRequest,
    ExportRequest,
    FitRequest,
    PerformRequest,
    TrainRequest,
)
from mien.jobs.character.imitator.presets import PRESETS, settings

if TYPE_CHECKING:
    from mien.jobs.character.predict import CharacterPredictor


def load(device: str = "auto") -> CharacterPredictor:
    """The predictor; fitting runs on the CPU alone, the imitator trains on `device`."""
    from mien.jobs.character.predict import CharacterPredictor

    if device != "auto":
        from mien import device as devices

        devices.pick(device)
    return CharacterPredictor(device)


def evaluate(preset: str) -> Mapping[str, float]:
    """Figures on renders whose truth is known."""
    from mien.jobs.character.evaluate import on_renders

    return on_renders(200 if preset != "tiny" else 4)


JOB = Job(
    name="character",
    title="job.character.title",
    summary="job.character.summary",
    request={
        "fit": FitRequest,
        "edit": EditRequest,
        "perform": PerformRequest,
        "train": TrainRequest,
        "eval": EvalRequest,
        "export": ExportRequest,
        "collect": CollectRequest,
    },
    result=Outcome,
    presets=PRESETS,
    recipe=settings,
    load=load,
    evaluate=evaluate,
)
