"""The command: photos to parameters of an engine, one folder per face or per person."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from mien.errors import InputError, MienError, OptionError
from mien.face.analyse import report_faces
from mien.io.atomic import atomic_folder
from mien.io.image import read_image
from mien.io.names import ResultNames, terminal_safe
from mien.io.provenance import Provenance, request_hash
from mien.jobs.base import Outcome, Progress, Skipped, Step
from mien.jobs.character.config import FitRequest
from mien.jobs.character.engine_fit.files import OWN, write_fit
from mien.jobs.character.engine_fit.fit import Bench, EngineFit, fit_engine, open_bench
from mien.jobs.character.engine_fit.judges import Views
from mien.jobs.character.engine_fit.looking import Look, look_at_photo
from mien.jobs.character.engines.opening import open_engine
from mien.jobs.record import of_photos, recorded
from mien.messages import text
from mien.types import Face

JOB = "character.fit"


def run(request: FitRequest, progress: Progress) -> Outcome:
    """Fits every photo with an engine and its translator; errors as `open_bench`."""
    if request.translator is None:
        raise OptionError(text("character.engine_fit.needs", value=terminal_safe(request.engine)))
    size = request.size
    with open_engine(request.engine, size=size, seconds=request.timeout) as opened:
        networks = (request.translator, request.imitator)
        limits = (request.renders, request.steps)
        bench = open_bench(opened, networks, request.lock, limits=limits)
        return _people(request, bench, progress)


def _people(request: FitRequest, bench: Bench, progress: Progress) -> Outcome:
    names = ResultNames(request.out, request.photos, overwrite=request.overwrite)
    made_by = _made_by(request, bench)
    results: list[Path] = []
    skipped: list[Skipped] = []
    notes: list[str] = [_confidence_line(bench)]
    together: list[Look] = []
    total = len(request.photos)
    for done, photo in enumerate(request.photos):
        try:
            looks = _looks(photo, bench, one=request.one_person)
            if request.one_person:
                together += looks
            for number, look in enumerate([] if request.one_person else looks, 1):
                target = names.claim(photo, face=number)
                of_it = of_photos(made_by, photo)
                notes.append(_written(target, [look], bench, (request, of_it)))
                results.append(target)
        except MienError as problem:
            skipped.append(Skipped(str(photo), str(problem)))
        progress(Step(done + 1, total, photo.name))
    if together:
        target = names.claim(request.photos[0])
        of_them = of_photos(made_by, *request.photos)
        notes.append(_written(target, together, bench, (request, of_them)))
        results.append(target)
    return Outcome(tuple(results), tuple(skipped), tuple(notes) if results else ())


def _looks(photo: Path, bench: Bench, *, one: bool) -> list[Look]:
    """The faces of a photo, largest first; the photo itself where an engine needs none.

    Where the engine's own faces are not found as such, a detector may find several in one drawing:
    then only the largest counts.
    """
    image = read_image(photo)
    most = None if bench.model.basis.faces and not one else 1
    faces: list[Face | None] = list(report_faces(image).faces[:most])
    if not faces and bench.model.basis.faces:
        shown = {"path": terminal_safe(photo), "notes": ""}
        raise InputError(text("character.no_face", **shown).strip())
    return [look_at_photo(image, face, bench.model) for face in faces or [None]]


def _written(
    target: Path, looks: Sequence[Look], bench: Bench, asked: tuple[FitRequest, Provenance]
) -> str:
    request, made_by = asked
    found = fit_engine(looks, bench)
    with atomic_folder(target, overwrite=request.overwrite, owned=OWN) as folder:
        write_fit(folder, found, bench, made_by)
    return f"{terminal_safe(target.name)}: {_story(found)}"


def _made_by(request: FitRequest, bench: Bench) -> Provenance:
    told = {
        **{"engine": bench.opened.kind, "schema": bench.schema.digest, "renders": bench.renders},
        **{"steps": bench.steps if bench.imitator else 0, "size": request.size},
        **{"locks": {name: str(value) for name, value in bench.locks.items()}},
        "one_person": request.one_person,
    }
    models = [bench.model.sha256]
    if bench.imitator is not None:
        models.append(bench.imitator.sha256)
    made_by = Provenance(
        source=bench.opened.source, job=JOB, models=tuple(models), request=request_hash(told)
    )
    return recorded(made_by, request)


def _confidence_line(bench: Bench) -> str:
    known = bench.model.confidence()
    seen = sum(value == "seen" for value in known.values())
    return text("character.engine_fit.seen", seen=seen, total=len(known))


def _story(found: EngineFit) -> str:
    """What happened, in one line: views of the average, the estimate and the end."""
    kept = sum(row.kept for row in found.rows if row.kind not in ("average", "estimate"))
    tried = sum(row.kind not in ("average", "estimate") for row in found.rows)
    ends = [_shown(one) for one in (found.average, found.estimate, found.views)]
    values = {"average": ends[0], "estimate": ends[1], "fit": ends[2]}
    story = text(
        "character.engine_fit.story", kept=kept, tried=tried, renders=found.renders, **values
    )
    names = ", ".join(found.views.worse_in(found.average))
    return f"{story} {text('character.engine_fit.worse', names=names)}" if names else story


def _shown(views: Views) -> str:
    edges = "-" if math.isnan(views.edges) else f"{views.edges:.3f}"
    return edges if math.isnan(views.nme) else f"{edges} / {views.nme:.4f}"
