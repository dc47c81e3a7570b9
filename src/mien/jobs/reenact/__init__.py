"""`reenact`: a photo moved by a clip, a driver or an expression."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mien.jobs.base import Job, Outcome
from mien.jobs.reenact.config import RunRequest

if TYPE_CHECKING:
    from mien.jobs.reenact.predict import ReenactPredictor


def load(device: str = "auto") -> ReenactPredictor:
    """The predictor; `device` is checked, though moving a photo runs on the CPU alone."""
    from mien import device as devices
    from mien.jobs.reenact.predict import ReenactPredictor

    if device != "auto":
        devices.pick(device)
    return ReenactPredictor()


def evaluate(preset: str) -> Mapping[str, float]:
    """Figures on a clip of the head whose motion is known."""
    from mien.jobs.reenact.evaluate import on_renders

    return on_renders(people=6, frames=24) if preset != "tiny" else on_renders(people=1, frames=4)


JOB = Job(
    name="reenact",
    title="job.reenact.title",
    summary="job.reenact.summary",
    request={"run": RunRequest},
    result=Outcome,
    presets={},
    recipe=None,
    load=load,
    evaluate=evaluate,
)
