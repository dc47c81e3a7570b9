"""The predictor of the job `express`: photos with another expression, still or moving."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mien.errors import InputError
from mien.jobs.base import Outcome, Progress, no_progress
from mien.jobs.express.config import (
    AnimateRequest,
    EvalRequest,
    ExportRequest,
    TrainRequest,
)
from mien.jobs.express.edit import Editor
from mien.jobs.filming import driver_of, each_photo, film_of, film_of_photo, told
from mien.messages import text
from mien.persona.film import film_photo

if TYPE_CHECKING:
    from mien.jobs.express.model import ExpressModel

WARP = "warp"


class ExpressPredictor:
    """Edits and animates photos, trains and scores networks that edit. Models are read once."""

    def __init__(self, device: str = "auto") -> None:
        self._device = device
        self._models = functools.lru_cache(4)(self._load)

    def run(self, request: Any, *, progress: Progress = no_progress) -> Outcome:
        """Do what the request asks; what was written is in the outcome."""
        if isinstance(request, TrainRequest | EvalRequest | ExportRequest):
            return self._with_networks(request, progress)
        if not request.photos:
            raise InputError(text("motion.no_photos"))
        if isinstance(request, AnimateRequest):
            return _animated(request, progress)
        model = None
        if request.model != WARP:
            model = self._models(request.model, request.attention).at(request.runtime)
        editor = Editor(request, model)
        return each_photo(request, editor.suffix, editor.make, progress)

    def model(self, name: str) -> ExpressModel:
        """A model by name or file."""
        return self._models(name, "keep")

    def _load(self, name: str, attention: Literal["keep", "change"]) -> ExpressModel:
        from mien import device
        from mien.jobs.express.model import load_model

        return load_model(name, device.pick(self._device), attention=attention)

    def _with_networks(
        self, request: TrainRequest | EvalRequest | ExportRequest, progress: Progress
    ) -> Outcome:
        from mien import device
        from mien.jobs.express import evaluation, export, training

        if isinstance(request, TrainRequest):
            return training.run(request, device.pick(self._device), progress)
        if isinstance(request, EvalRequest):
            models = {name: self.model(name) for name in request.model}
            return evaluation.evaluate(models, request, progress)
        return export.export(self.model(request.model), request, progress)


def _animated(request: AnimateRequest, progress: Progress) -> Outcome:
    driver, film = driver_of(request, progress), film_of(request, "express.animate")

    def make(photo: Path, target: Path) -> tuple[str, ...]:
        own = film_of_photo(film, photo)
        return film_photo(photo, driver, target, film=own, progress=told(progress, photo.name))

    return each_photo(request, f".{request.format}", make, progress)
