"""The predictor of the job `reenact`: a photo follows a clip, with the clip's sound."""

from __future__ import annotations

import dataclasses

from mien.errors import InputError, MienError
from mien.face.landmarks import default_landmarker
from mien.io.names import ResultNames, terminal_safe
from mien.io.provenance import Provenance, request_hash
from mien.jobs.base import Outcome, Progress, Skipped, Step, no_progress
from mien.jobs.reenact.config import RunRequest
from mien.messages import text
from mien.persona.film import Film, Told, driver_for, film_photo
from mien.persona.retarget import Transfer
from mien.persona.translator import translator


class ReenactPredictor:
    """Moves photos. Holds nothing itself: networks are loaded once per process."""

    def run(self, request: RunRequest, *, progress: Progress = no_progress) -> Outcome:
        """One clip per photo; a photo that cannot be used never stops the rest.

        Raises OptionError or InputError where there is no driver to follow.
        """
        if not request.photos:
            raise InputError(text("motion.no_photos"))
        driver = driver_for(
            request.driver,
            request.expression,
            frames=request.frames,
            fps=request.fps,
            limit=request.limit,
            progress=_told(progress, request.driver.name if request.driver else ""),
        )
        names = ResultNames(request.out, request.photos, overwrite=request.overwrite)
        film, results, skipped, notes = _film(request), [], [], []
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


def _film(request: RunRequest) -> Film:
    asked = dataclasses.asdict(request)
    for name in ("photos", "out", "driver", "overwrite"):
        asked.pop(name)
    return Film(
        transfer=Transfer(request.strength, request.head, request.gaze, absolute=request.absolute),
        size=request.size,
        face=request.face,
        limit=request.limit,
        sound=request.driver,
        provenance=Provenance(
            source="compositeSynthetic",
            job="reenact.run",
            models=(translator().sha256,),
            request=request_hash(asked),
        ),
    )


def _told(progress: Progress, label: str) -> Told:
    return lambda done, total: progress(Step(done, total, label))
