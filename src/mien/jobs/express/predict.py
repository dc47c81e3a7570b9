"""The predictor of the job `express`: photos with another expression, still or moving."""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mien.errors import InputError, OptionError
from mien.face.analyse import analyse
from mien.io.image import read_image, write_image
from mien.io.names import terminal_safe
from mien.io.provenance import Provenance, request_hash
from mien.jobs.base import Outcome, Progress, no_progress
from mien.jobs.express.config import (
    AnimateRequest,
    EditRequest,
    EvalRequest,
    ExportRequest,
    TrainRequest,
)
from mien.jobs.filming import driver_of, each_photo, film_of, told
from mien.messages import text
from mien.persona.animate import remarks
from mien.persona.expressions import au_weights, expression_aus
from mien.persona.film import film_photo
from mien.persona.move import Mover
from mien.persona.retarget import changed, turned
from mien.persona.subject import Motion, fit_subject
from mien.persona.track import expression_of
from mien.persona.translator import translator
from mien.types import AU_NAMES, Face, Image

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
        model = None if request.model == WARP else self.model(request.model)
        return each_photo(request, ".png", _Editor(request, model).make, progress)

    def model(self, name: str) -> ExpressModel:
        """A model by name or file."""
        return self._models(name)

    def _load(self, name: str) -> ExpressModel:
        from mien import device
        from mien.jobs.express.model import load_model

        return load_model(name, device.pick(self._device))

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
        return film_photo(photo, driver, target, film=film, progress=told(progress, photo.name))

    return each_photo(request, f".{request.format}", make, progress)


class _Editor:
    """One edit, for any photo."""

    def __init__(self, request: EditRequest, model: ExpressModel | None) -> None:
        self._request, self._model = request, model
        self._values = {
            name: value * request.strength for name, value in au_weights(request.au).items()
        }
        if request.preset is not None:
            aus = expression_aus({request.preset: request.strength})
            shown = {n: float(v) for n, v in zip(AU_NAMES, aus, strict=True) if v > 0}
            self._values = {**shown, **self._values}
        self._like = None if request.like is None else _expression(request.like, request.strength)
        turns = (request.yaw, request.pitch, request.roll)
        if not self._values and self._like is None and not any(turns) and request.gaze is None:
            raise OptionError(text("motion.no_change"))
        makes_all = model is not None and not model.repairs
        if makes_all and (any(turns) or request.gaze is not None):
            raise OptionError(text("express.no_turns", model=terminal_safe(request.model)))

    def make(self, photo: Path, target: Path) -> tuple[str, ...]:
        """Write the edited photo; gives the message keys of remarks."""
        image = read_image(photo)
        keys: tuple[str, ...] = ()
        for face in _faces(photo, image, self._request.face):
            mover = Mover(fit_subject(image, face))
            motion = self._motion(mover.subject.motion)
            keys += remarks(mover, [motion])
            image = self._edited(mover, motion, (image, face))
        write_image(target, image, provenance=self._provenance())
        return tuple(dict.fromkeys(keys))

    def _edited(self, mover: Mover, motion: Motion, shown: tuple[Image, Face]) -> Image:
        """Moved, moved and repaired, or made by a network alone."""
        if self._model is None:
            return mover.move(motion).image
        from mien.jobs.express import repair

        if self._model.repairs:
            return repair.repaired(mover, mover.move(motion), motion, self._model)
        image, face = shown
        return repair.changed(image, face.landmarks, motion.aus, self._model)

    def _motion(self, rest: Motion) -> Motion:
        request = self._request
        motion = rest if self._like is None else dataclasses.replace(rest, aus=self._like)
        motion = changed(motion, self._values, exact=request.exact)
        motion = turned(motion, yaw=request.yaw, pitch=request.pitch, roll=request.roll)
        return motion if request.gaze is None else dataclasses.replace(motion, gaze=request.gaze)

    def _provenance(self) -> Provenance:
        asked = dataclasses.asdict(self._request)
        for name in ("photos", "out", "like", "overwrite", "model", "device"):
            asked.pop(name)
        asked["like"] = None if self._like is None else np.round(self._like, 3).tolist()
        used = () if self._model is None else (self._model.sha256,)
        return Provenance(
            source="compositeSynthetic",
            job="express.edit",
            models=(translator().sha256, *used),
            request=request_hash(asked),
        )


def _faces(photo: Path, image: Image, number: int | None) -> list[Face]:
    """The faces of a photo that are meant; `number` 1 is the largest, None means all."""
    faces = analyse(image)
    shown = terminal_safe(photo)
    if not faces:
        raise InputError(text("motion.no_face", path=shown))
    if number is not None and number > len(faces):
        raise InputError(text("motion.face_number", path=shown, face=number, count=len(faces)))
    return faces if number is None else [faces[number - 1]]


def _expression(path: Path, strength: float) -> np.ndarray:
    """(22,) the Action Units of the largest face of a photo."""
    (face,) = _faces(path, read_image(path), 1)
    return np.clip(expression_of(face.landmarks, face.embedding) * strength, 0.0, 1.1)
