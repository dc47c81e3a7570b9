"""The predictor of the job `reenact`: a photo follows a clip, with the clip's sound."""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path
from typing import Any

from mien import device as devices
from mien.errors import InputError
from mien.jobs.base import Outcome, Progress, no_progress
from mien.jobs.filming import driver_of, each_photo, film_of, film_of_photo, told
from mien.jobs.reenact.config import WARP, EvalRequest, ExportRequest, RunRequest, TrainRequest
from mien.messages import text
from mien.persona.film import Film, film_photo


class ReenactPredictor:
    """Moves photos and trains. Models are loaded once, and only where one is asked for."""

    def __init__(self, device: str = "auto") -> None:
        self._device = device
        self._models = functools.lru_cache(4)(self._load)

    def run(self, request: Any, *, progress: Progress = no_progress) -> Outcome:
        """Does what one request asks."""
        if isinstance(request, RunRequest):
            return self._run(request, progress)
        if isinstance(request, TrainRequest):
            from mien.jobs.reenact.training import TRAINER
            from mien.jobs.training import run

            return run(TRAINER, request, devices.pick(self._device), progress)
        if isinstance(request, EvalRequest):
            from mien.jobs.reenact.evaluation import evaluate

            return evaluate(self.model, request, progress)
        assert isinstance(request, ExportRequest)
        from mien.jobs.reenact.export import export

        return export(self.model(request.model), request, progress)

    def model(self, name: str) -> Any:
        """A model by name or file, read once."""
        return self._models(name)

    def _load(self, name: str) -> Any:
        from mien.jobs.reenact.model import load_model

        return load_model(name, devices.pick(self._device))

    def _run(self, request: RunRequest, progress: Progress) -> Outcome:
        """One clip per photo; a photo that cannot be used never stops the rest.

        Raises OptionError or InputError where there is no driver to follow, WeightsError for a
        model that is not there.
        """
        if not request.photos:
            raise InputError(text("motion.no_photos"))
        film, driver = self._film(request), driver_of(request, progress)

        def make(photo: Path, target: Path) -> tuple[str, ...]:
            own = film_of_photo(film, photo)
            return film_photo(photo, driver, target, film=own, progress=told(progress, photo.name))

        return each_photo(request, f".{request.format}", make, no_progress)

    def _film(self, request: RunRequest) -> Film:
        film = dataclasses.replace(film_of(request, "reenact.run"), sound=request.driver)
        if request.model == WARP:
            return film
        from mien.jobs.reenact.refine import animator

        model = self.model(request.model).at(request.runtime)
        made_by = dataclasses.replace(
            film.provenance,
            source="compositeWithTrainedAlgorithmicMedia",
            models=(*film.provenance.models, model.sha256),
        )
        return dataclasses.replace(film, animate=animator(model), provenance=made_by)
