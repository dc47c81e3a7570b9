"""The predictor of the job `character`: photos to characters, and changes to them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path

from mien.errors import InputError, MienError, OptionError
from mien.face.analyse import report_faces
from mien.face.landmarks import default_landmarker
from mien.head.schema import validate
from mien.io.atomic import atomic_folder
from mien.io.image import read_image_with_info
from mien.io.names import ResultNames, terminal_safe
from mien.io.provenance import request_hash
from mien.jobs.base import Outcome, Progress, Skipped, Step, no_progress
from mien.jobs.character.config import EditRequest, FitRequest
from mien.jobs.character.results import OWN, earlier_photo, write_results
from mien.messages import text
from mien.persona.character import Character, read_character
from mien.persona.fit import FitOptions, fit_face


class CharacterPredictor:
    """Fits and edits characters. Holds nothing itself: networks are loaded once per process."""

    def run(
        self, request: FitRequest | EditRequest, *, progress: Progress = no_progress
    ) -> Outcome:
        """Fit photos or change a character; what was written is in the outcome."""
        if isinstance(request, EditRequest):
            return edit(request, progress=progress)
        return fit(request, progress=progress)


@dataclasses.dataclass
class _Tally:
    """What a run has done so far."""

    results: list[Path] = dataclasses.field(default_factory=list)
    skipped: list[Skipped] = dataclasses.field(default_factory=list)
    notes: list[str] = dataclasses.field(default_factory=list)

    def outcome(self) -> Outcome:
        """The tally, frozen."""
        return Outcome(tuple(self.results), tuple(self.skipped), tuple(self.notes))


def fit(request: FitRequest, *, progress: Progress = no_progress) -> Outcome:
    """One folder per face of every photo. A photo that cannot be used never stops the rest."""
    if not request.photos:
        raise InputError(text("character.no_photos"))
    names = ResultNames(request.out, request.photos, overwrite=request.overwrite)
    tally, total = _Tally(), len(request.photos)
    for done, photo in enumerate(request.photos):
        try:
            _fit_photo(photo, request, names, tally)
        except MienError as problem:
            tally.skipped.append(Skipped(str(photo), str(problem)))
        progress(Step(done + 1, total, photo.name))
    notice = getattr(default_landmarker(), "notice", "")
    if tally.results and notice:
        tally.notes.append(notice)
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
    options = FitOptions(likeness=request.likeness, size=request.size)
    for number, face in enumerate(report.faces, 1):
        result = fit_face(image, face, options)
        target = names.claim(photo, face=number)
        with atomic_folder(target, overwrite=request.overwrite, owned=OWN) as folder:
            write_results(folder, result.character, result.photo)
        tally.results.append(target)
        told = (text(f"face.warning.{key}") for key in result.warnings)
        tally.notes += _named(Path(target.name), told)


def _named(path: Path, lines: Iterable[str]) -> list[str]:
    return [f"{terminal_safe(path.name)}: {line}" for line in lines]


def edit(request: EditRequest, *, progress: Progress = no_progress) -> Outcome:
    """The character with changed sliders or hair, in a new folder beside the old one.

    Raises OptionError for an unknown name or where nothing is to be changed.
    """
    if not request.set and request.hair is None:
        raise OptionError(text("character.no_change"))
    known = read_character(request.folder)
    # What is edited is the folder, also where its params.json was named.
    source = request.folder if request.folder.is_dir() else request.folder.parent
    code = dataclasses.replace(
        known.code,
        sliders={**known.code.sliders, **request.set},
        hair=request.hair or known.code.hair,
    )
    validate(code)
    asked = {"set": dict(request.set), "hair": request.hair, "of": known.provenance.request}
    made_by = dataclasses.replace(
        known.provenance, job="character.edit", request=request_hash(asked)
    )
    changed: Character = dataclasses.replace(known, code=code, provenance=made_by)
    photo = earlier_photo(source)
    resolved = source.resolve()
    names = ResultNames(resolved.parent, [resolved], overwrite=request.overwrite)
    target = resolved if request.overwrite else names.claim(resolved)
    with atomic_folder(target, overwrite=request.overwrite, owned=OWN) as folder:
        write_results(folder, changed, photo)
    progress(Step(1, 1, target.name))
    return Outcome(results=(target,))
