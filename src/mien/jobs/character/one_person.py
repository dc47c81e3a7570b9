"""`mien character fit A.jpg B.jpg --one-person`: one character from several photos."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from mien.data.crop import resize
from mien.errors import InputError, MienError
from mien.face.analyse import analyse
from mien.io.atomic import atomic_folder, atomic_write_bytes
from mien.io.image import read_image, write_image
from mien.io.names import ResultNames, terminal_safe
from mien.io.provenance import Provenance
from mien.jobs.base import Outcome, Progress, Skipped, Step
from mien.jobs.character.config import FitRequest
from mien.jobs.character.head_locks import names_of
from mien.jobs.character.results import OWN, REPORT, TOGETHER, beside, write_results
from mien.jobs.record import of_photos, recorded
from mien.messages import text
from mien.persona.fit import Fit, FitOptions
from mien.persona.held import Held
from mien.persona.report import compare
from mien.persona.together import Together, fit_together
from mien.types import Face, Image

FORMAT = 1
_SHEET = 256


def fit_person(request: FitRequest, held: Held, progress: Progress) -> Outcome:
    """One folder, named after the first photo with a face; of every photo its largest face."""
    used: list[Path] = []
    seen: list[tuple[Image, Face]] = []
    skipped: list[Skipped] = []
    for done, path in enumerate(request.photos):
        try:
            seen.append(_face_of(path))
            used.append(path)
        except MienError as problem:
            skipped.append(Skipped(str(path), str(problem)))
        progress(Step(done + 1, len(request.photos) + 1, path.name))
    if not used:
        return Outcome(skipped=tuple(skipped))
    options = FitOptions(likeness=request.likeness, size=request.size, held=held)
    found = fit_together(seen, options)
    names = ResultNames(request.out, request.photos, overwrite=request.overwrite)
    target = names.claim(used[0])
    with atomic_folder(target, overwrite=request.overwrite, owned=OWN) as folder:
        _write(folder, found, held, functools.partial(_asked, request, used))
    progress(Step(len(request.photos) + 1, len(request.photos) + 1, target.name))
    return Outcome((target,), tuple(skipped), tuple(_notes(found, used)))


def _face_of(path: Path) -> tuple[Image, Face]:
    image = read_image(path)
    faces = analyse(image, max_faces=1)
    if not faces:
        message = text("character.no_face", path=terminal_safe(path), notes="")
        raise InputError(message.strip())
    return image, faces[0]


def _notes(found: Together, used: list[Path]) -> list[str]:
    best = terminal_safe(used[found.best].name)
    notes = [text("character.together.best", count=len(used), name=best)]
    for path, fit, alone in zip(used, found.fits, found.alone, strict=True):
        values = {"alone": alone, "shared": fit.error}
        notes.append(text("character.together.photo", name=terminal_safe(path.name), **values))
    return notes


def _asked(request: FitRequest, photos: list[Path], made_by: Provenance) -> Provenance:
    return of_photos(recorded(made_by, request), *photos)


def _write(
    folder: Path, found: Together, held: Held, asked: Callable[[Provenance], Provenance]
) -> None:
    fit = found.fits[found.best]
    # For the last fits all sliders were held; what the photos show was told before that.
    character = dataclasses.replace(
        fit.character,
        by_hand=names_of(held),
        confidence=found.confidence,
        provenance=asked(fit.character.provenance),
    )
    write_results(folder, character, fit.photo)
    rows, report = [], []
    for one, alone in zip(found.fits, found.alone, strict=True):
        drawn = one.character.render(size=_SHEET).rgb
        rows.append(beside([resize(one.photo, _SHEET), drawn]))
        report.append(_row(one, alone))
    write_image(folder / TOGETHER, np.concatenate(rows), provenance=character.provenance)
    values = {"format": FORMAT, "best": found.best, "photos": report}
    atomic_write_bytes(folder / REPORT, json.dumps(values, indent=1).encode() + b"\n")


def _row(fit: Fit, alone: float) -> dict[str, Any]:
    """What the report says of a photo: its own numbers, and how well the person lies on it."""
    code = fit.character.code
    judged = compare(fit.photo, fit.landmarks, fit.character.render().rgb)
    return {
        "pose": dataclasses.asdict(code.pose),
        "aus": dict(code.aus),
        "warnings": list(fit.warnings),
        "error_alone": round(alone, 5),
        "error": round(fit.error, 5),
        "nme": None if not judged.detected else round(judged.nme, 5),
    }
