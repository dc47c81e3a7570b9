"""The predictor of the job `translate`: every action, each in its own module."""

from __future__ import annotations

import functools
from typing import Any

import torch

from mien.jobs import training as trainer
from mien.jobs.base import Outcome, Progress, no_progress
from mien.jobs.translate import evaluation, export, use
from mien.jobs.translate.config import EvalRequest, ExportRequest, Kind, RunRequest, TrainRequest
from mien.jobs.translate.model import TranslateModel, load_model
from mien.jobs.translate.training import TRAINER


class TranslatePredictor:
    """Holds the models that were asked for: slow once, then fast many times."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self._models = functools.lru_cache(4)(self._load)

    def run(self, request: Any, *, progress: Progress = no_progress) -> Outcome:
        """Does what one request asks."""
        if isinstance(request, TrainRequest):
            return trainer.run(TRAINER, request, self.device, progress)
        if isinstance(request, RunRequest):
            return use.run(request, self.model, progress)
        if isinstance(request, EvalRequest):
            return evaluation.evaluate(request, self.model, progress)
        assert isinstance(request, ExportRequest)
        return export.export(self.model(request.model, request.to), request, progress)

    def model(self, name: str, to: Kind) -> TranslateModel:
        """A model by name or file, read once."""
        return self._models(name, to)

    def _load(self, name: str, to: Kind) -> TranslateModel:
        return load_model(name, to, self.device)
