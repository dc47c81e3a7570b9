"""`character`: a photo becomes a game character, with sliders and a 3D model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mien.jobs.base import Job, Outcome
from mien.jobs.character.config import EditRequest, FitRequest

if TYPE_CHECKING:
    from mien.jobs.character.predict import CharacterPredictor


def load(device: str = "auto") -> CharacterPredictor:
    """The predictor; `device` is checked, though fitting runs on the CPU alone."""
    from mien import device as devices
    from mien.jobs.character.predict import CharacterPredictor

    if device != "auto":
        devices.pick(device)
    return CharacterPredictor()


def evaluate(preset: str) -> Mapping[str, float]:
    """Figures on renders whose truth is known."""
    from mien.jobs.character.evaluate import on_renders

    return on_renders(200 if preset != "tiny" else 4)


JOB = Job(
    name="character",
    title="job.character.title",
    summary="job.character.summary",
    request={"fit": FitRequest, "edit": EditRequest},
    result=Outcome,
    presets={},
    recipe=None,
    load=load,
    evaluate=evaluate,
)
