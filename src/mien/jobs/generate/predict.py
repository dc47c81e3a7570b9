"""The predictor of the job `generate`: every action, each in its own module."""

from __future__ import annotations

import functools
from typing import Any

import torch

from mien.jobs import training
from mien.jobs.base import Outcome, Progress, no_progress
from mien.jobs.generate import evaluation, export, use
from mien.jobs.generate.config import (
    EvalRequest,
    ExportRequest,
    LikeRequest,
    SampleRequest,
    TrainRequest,
    WalkRequest,
)
from mien.jobs.generate.model import FaceModel, load_model
from mien.jobs.generate.training import TRAINER

_ACTIONS: dict[type, Any] = {
    SampleRequest: use.sample,
    WalkRequest: use.walk,
    LikeRequest: use.like,
    EvalRequest: evaluation.evaluate,
    ExportRequest: export.export,
}


class GeneratePredictor:
    """Holds the models that were asked for: slow once, then fast many times."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self._models = functools.lru_cache(4)(self._load)

    def run(self, request: Any, *, progress: Progress = no_progress) -> Outcome:
        """Does what one request asks."""
        if isinstance(request, TrainRequest):
            return training.run(TRAINER, request, self.device, progress)
        return _ACTIONS[type(request)](self.model(request.model), request, progress)

    def model(self, name: str) -> FaceModel:
        """A model by name or file, read once."""
        return self._models(name)

    def _load(self, name: str) -> FaceModel:
        return load_model(name, self.device)
