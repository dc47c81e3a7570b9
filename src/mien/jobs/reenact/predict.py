"""The predictor of the job `reenact`: a photo follows a clip, with the clip's sound."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

from mien import device as devices
from mien.errors import InputError, MienError
from mien.face.landmarks import default_landmarker
from mien.io.names import ResultNames, terminal_safe
from mien.io.provenance import Provenance, request_hash
from mien.jobs.base import Outcome, Progress, Skipped, Step, no_progress
from mien.jobs.reenact.config import EvalRequest, ExportRequest, RunRequest, TrainRequest
from mien.messages import text
from mien.persona.film import Film, Told, driver_for, film_photo
from mien.persona.retarget import Transfer
from mien.persona.translator import translator

_WARP = "warp"


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
        film = self._film(request)
        driver = driver_for(
            request.driver,
            request.expression,
            frames=request.frames,
            fps=request.fps,
            limit=request.limit,
            progress=_told(progress, request.driver.name if request.driver else ""),
        )
        names = ResultNames(request.out, request.photos, overwrite=request.overwrite)
        results, skipped, notes = [], [], []
        for photo in request.photos:
            target = names.claim(photo, suffix=f".{request.format}")
            told = _told(progress, photo.name)
            try:
                keys = film_photo(photo, driver, target, film=film, progress=told)
            except MienError as problem:
                skipped.append(Skipped(str(photo), str(problem)))
                continue
            results.append(target)
            notes += [text(key, path=terminal_safe(photo.name)) for key in keys]
        notice = getattr(default_landmarker(), "notice", "")
        if results and notice:
            notes.append(notice)
        return Outcome(tuple(results), tuple(skipped), tuple(notes))

    def _film(self, request: RunRequest) -> Film:
        asked = dataclasses.asdict(request)
        for name in ("photos", "out", "driver", "overwrite", "device", "model"):
            asked.pop(name)
        made_by = Provenance(
            source="compositeSynthetic",
            job="reenact.run",
            models=(translator().sha256,),
            request=request_hash(asked),
        )
        film = Film(
            transfer=Transfer(
                request.strength, request.head, request.gaze, absolute=request.absolute
            ),
            size=request.size,
            face=request.face,
            limit=request.limit,
            sound=request.driver,
            provenance=made_by,
        )
        if request.model == _WARP:
            return film
        from mien.jobs.reenact.refine import animator

        model = self.model(request.model)
        made_by = dataclasses.replace(
            made_by,
            source="compositeWithTrainedAlgorithmicMedia",
            models=(*made_by.models, model.sha256),
        )
        return dataclasses.replace(film, animate=animator(model), provenance=made_by)


def _told(progress: Progress, label: str) -> Told:
    return lambda done, total: progress(Step(done, total, label))
