"""The predictor of the job `character`: photos to characters, and changes to them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mien.errors import InputError, MienError, OptionError
from mien.face.analyse import report_faces
from mien.io.atomic import atomic_folder
from mien.io.image import read_image_with_info
from mien.io.names import ResultNames, terminal_safe
from mien.jobs.base import Outcome, Progress, Skipped, Step, no_progress
from mien.jobs.character.config import (
    CollectRequest,
    EditRequest,
    EvalRequest,
    ExportRequest,
    FitRequest,
    PerformRequest,
    TrainRequest,
)
from mien.jobs.character.edit import edit
from mien.jobs.character.export import export_character, wants_character
from mien.jobs.character.head_locks import held_of, names_of
from mien.jobs.character.one_person import fit_person
from mien.jobs.character.results import OWN, write_results
from mien.jobs.record import of_photos, recorded
from mien.messages import text
from mien.persona.character import Character
from mien.persona.fit import FitOptions, fit_face
from mien.types import Face, FaceCode, Image


class CharacterPredictor:
    """Fits and edits characters; trains, scores and exports the imitator.

    device   where the imitator trains; everything else is done on the CPU
    """

    def __init__(self, device: str = "auto") -> None:
        self.device = device

    def run(self, request: Any, *, progress: Progress = no_progress) -> Outcome:
        """Does what one request asks; what was written is in the outcome."""
        if isinstance(request, EditRequest):
            return edit(request, progress=progress)
        if isinstance(request, FitRequest):
            return fit(request, progress=progress)
        if isinstance(request, PerformRequest):
            from mien.jobs.character.perform import perform

            return perform(request, progress=progress)
        if isinstance(request, CollectRequest):
            from mien.jobs.character.engines.collect import collect

            return collect(request, progress)
        if isinstance(request, ExportRequest) and wants_character(request):
            return export_character(request, progress=progress)
        return self._of_imitator(request, progress)

    def _of_imitator(self, request: Any, progress: Progress) -> Outcome:
        from mien import device as devices
        from mien.jobs import training
        from mien.jobs.character.imitator import evaluation, export
        from mien.jobs.character.imitator.model import load_imitator
        from mien.jobs.character.imitator.training import TRAINER

        if isinstance(request, TrainRequest) and request.stage == "translator":
            from mien.jobs.character.translator.training import TRAINER as TRANSLATOR

            return training.run(TRANSLATOR, request, devices.pick(self.device), progress)
        if isinstance(request, TrainRequest):
            return training.run(TRAINER, request, devices.pick(self.device), progress)
        if isinstance(request, EvalRequest) and request.stage != "imitator":
            return score(request, progress)
        if isinstance(request, EvalRequest):
            model = load_imitator(request.model, devices.pick(self.device))
            return evaluation.evaluate(model, request, progress)
        from mien.jobs.character.translator import export as translators

        if translators.is_translator(request.model):
            from mien.jobs.character.translator.model import load_translator

            return translators.export(load_translator(request.model), request, progress)
        return export.export(load_imitator(request.model, devices.pick("cpu")), request, progress)


def score(request: EvalRequest, progress: Progress) -> Outcome:
    """Scores a translator of an engine, or every way of fitting the head."""
    if request.stage == "translator":
        from mien.jobs.character.translator.evaluation import evaluate
        from mien.jobs.character.translator.model import load_translator

        return evaluate(load_translator(request.model), request, progress)
    from mien.jobs.character.comparison.run import compare_ways
    from mien.jobs.character.imitator.model import shipped_for_fit

    return compare_ways(shipped_for_fit(request.model), request, progress)


def wants_engine(request: FitRequest) -> bool:
    """Whether a fit is with an engine's translator."""
    return request.translator is not None or request.engine not in ("head", "imitator")


@dataclasses.dataclass
class _Tally:
    """What a run has done so far."""

    results: list[Path] = dataclasses.field(default_factory=list)
    skipped: list[Skipped] = dataclasses.field(default_factory=list)
    notes: list[str] = dataclasses.field(default_factory=list)
    figures: dict[str, float] = dataclasses.field(default_factory=dict)

    def outcome(self) -> Outcome:
        """The tally, frozen."""
        results, skipped, notes = tuple(self.results), tuple(self.skipped), tuple(self.notes)
        return Outcome(results, skipped, notes, self.figures)


def fit(request: FitRequest, *, progress: Progress = no_progress) -> Outcome:
    """One folder per face of every photo. A photo that cannot be used never stops the rest."""
    if not request.photos:
        raise InputError(text("character.no_photos"))
    if wants_engine(request):
        from mien.jobs.character.engine_fit.run import run

        return run(request, progress)
    held = held_of(request.lock, FaceCode())  # a mistake in a lock is one of the whole run
    if request.engine == "imitator" and (request.one_person or request.lock):
        raise OptionError(text("character.imitator.plain"))
    if request.one_person:
        return fit_person(request, held, progress)
    names = ResultNames(request.out, request.photos, overwrite=request.overwrite)
    tally, total = _Tally(), len(request.photos)
    for done, photo in enumerate(request.photos):
        try:
            _fit_photo(photo, request, names, tally)
        except MienError as problem:
            tally.skipped.append(Skipped(str(photo), str(problem)))
        progress(Step(done + 1, total, photo.name))
    if tally.results and request.engine == "imitator" and request.likeness != "off":
        tally.notes.append(text("character.imitator.no_texture"))
    return tally.outcome()


def _fit_photo(photo: Path, request: FitRequest, names: ResultNames, tally: _Tally) -> None:
    image, info = read_image_with_info(photo)
    report = report_faces(image)
    tally.notes += _named(photo, (text(key) for key in info.notes))
    if not report.faces:
        reasons = " ".join(report.notes)
        message = text("character.no_face", path=terminal_safe(photo), notes=reasons)
        raise InputError(message.strip())
    tally.notes += _named(photo, report.notes)
    for number, face in enumerate(report.faces, 1):
        result = _fit_one(image, face, request)
        target = names.claim(photo, face=number)
        with atomic_folder(target, overwrite=request.overwrite, owned=OWN) as folder:
            write_results(folder, of_request(result.character, request, photo), result.photo)
        tally.results.append(target)
        tally.notes += _named(Path(target.name), result.notes)
        shown = terminal_safe(target.name)
        tally.figures |= {f"{shown} {name}": value for name, value in result.figures.items()}


@dataclasses.dataclass(frozen=True, eq=False)
class _Fitted:
    """A character of either way of fitting, the photo crop it lies on, and what to say."""

    character: Character
    photo: Image
    notes: tuple[str, ...]
    figures: Mapping[str, float] = dataclasses.field(default_factory=dict)


def _fit_one(image: Image, face: Face, request: FitRequest) -> _Fitted:
    if request.engine == "head":
        held = held_of(request.lock, FaceCode())
        options = FitOptions(likeness=request.likeness, size=request.size, held=held)
        result = fit_face(image, face, options)
        told = tuple(text(f"face.warning.{key}") for key in result.warnings)
        character = dataclasses.replace(result.character, by_hand=names_of(held))
        return _Fitted(character, result.photo, told)
    from mien.jobs.character.imitator.fitting import fit_by_imitator, report_of
    from mien.jobs.character.imitator.model import shipped_for_fit

    model = shipped_for_fit(request.model)
    options = (request.start, request.steps, request.size)
    found = fit_by_imitator(image, face, model, options)
    notes, figures = report_of(found, request.steps)
    return _Fitted(found.fit.character, found.fit.photo, notes, figures)


def of_request(character: Character, request: FitRequest, *photos: Path) -> Character:
    """The character with what was asked, and of which photos, in its provenance."""
    made_by = of_photos(recorded(character.provenance, request), *photos)
    return dataclasses.replace(character, provenance=made_by)


def _named(path: Path, lines: Iterable[str]) -> list[str]:
    return [f"{terminal_safe(path.name)}: {line}" for line in lines]
