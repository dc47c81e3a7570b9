"""The predictor of the job `reenact`: a photo follows a clip, with the clip's sound."""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path
from typing import Any

from mien import device as devices
from mien.errors import InputError, OptionError
from mien.jobs.base import Outcome, Progress, no_progress
from mien.jobs.filming import driver_of, each_photo, film_of, film_of_photo, told
from mien.jobs.reenact.config import (
    WARP,
    EvalRequest,
    ExportRequest,
    LearnRequest,
    LiveRequest,
    RankRequest,
    RunRequest,
    TrainRequest,
)
from mien.messages import text
from mien.persona.arrows import animate_with_arrows
from mien.persona.driver import Driver
from mien.persona.film import Film, film_photo
from mien.persona.person import is_person
from mien.train.stopping import orderly


class ReenactPredictor:
    """Moves photos and trains. Models are loaded once, and only where one is asked for."""

    def __init__(self, device: str = "auto") -> None:
        self._device = device
        self._models = functools.lru_cache(4)(self._load)

    def run(self, request: Any, *, progress: Progress = no_progress) -> Outcome:
        """Does what one request asks."""
        if isinstance(request, RunRequest):
            return self._run(request, progress)
        return self._other(request, progress)

    def _other(self, request: Any, progress: Progress) -> Outcome:
        """What makes no film of a driver; each needs modules of its own."""
        if isinstance(request, LearnRequest):
            from mien.jobs.reenact.person.learn import learn

            return learn(request, devices.pick(self._device), progress)
        if isinstance(request, LiveRequest):
            from mien.jobs.reenact.live import live

            return live(request, progress)
        if isinstance(request, RankRequest):
            from mien.jobs.reenact.rank import rank

            return rank(request)
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
        last = None if request.limit is None else request.start + request.limit
        film = self._film(request)
        driver = driver_of(dataclasses.replace(request, limit=last), progress)
        film.part(len(driver))
        made = [0]
        with orderly() as asked:

            def stop(count: int) -> bool:
                made[0] = count
                return asked()

            film = dataclasses.replace(film, stop=stop)

            def make(photo: Path, target: Path) -> tuple[str, ...]:
                if is_person(photo):
                    return self._person(photo, driver, target, (film, request), progress)
                tell, own = told(progress, photo.name), film_of_photo(film, photo)
                return film_photo(photo, driver, target, film=own, progress=tell)

            outcome = each_photo(request, f".{request.format}", make, no_progress, stop=asked)
            if not asked():
                return outcome
        note = text("motion.stopped", next=request.start + made[0])
        return dataclasses.replace(outcome, notes=(*outcome.notes, note))

    def _person(
        self,
        folder: Path,
        driver: Driver,
        target: Path,
        asked: tuple[Film, RunRequest],
        progress: Progress,
    ) -> tuple[str, ...]:
        """The same for somebody who was learnt from a clip."""
        from mien.jobs.reenact.person.film import PersonFilm, film_person

        film, request = asked
        device = devices.pick(self._device)
        how = PersonFilm(film, request.driver, request.crop, device, request.arrows)
        return film_person(folder, driver, target, how, progress=told(progress, folder.name))

    def _film(self, request: RunRequest) -> Film:
        film = dataclasses.replace(
            film_of(request, "reenact.run"), sound=request.driver, start=request.start
        )
        if request.model == WARP:
            return (
                dataclasses.replace(film, animate=animate_with_arrows) if request.arrows else film
            )
        if request.arrows:
            raise OptionError(text("motion.arrows_model"))
        from mien.jobs.reenact.refine import animator

        model = self.model(request.model).at(request.runtime)
        made_by = dataclasses.replace(
            film.provenance,
            source="compositeWithTrainedAlgorithmicMedia",
            models=(*film.provenance.models, model.sha256),
        )
        return dataclasses.replace(film, animate=animator(model), provenance=made_by)
