"""Photos filmed: what the predictors of `express animate` and `reenact run` do alike."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from mien.errors import MienError
from mien.io.names import ResultNames, terminal_safe
from mien.io.provenance import Provenance, request_hash
from mien.jobs.base import Outcome, Progress, Skipped, Step
from mien.jobs.driven import DrivenOptions
from mien.jobs.record import PLACES, of_photos, recorded
from mien.messages import text
from mien.persona.driver import Driver
from mien.persona.film import Film, Told, driver_for
from mien.persona.retarget import Transfer
from mien.persona.translator import translator

_NOT_ASKED = ("photos", "driver", "model", *PLACES)
"""What says where, not what: it is no part of the hash of what was asked."""


class Photos(Protocol):
    """What every such request says of its photos and their results."""

    @property
    def photos(self) -> tuple[Path, ...]:
        """The photos."""
        ...

    @property
    def out(self) -> Path:
        """The folder of the results."""
        ...

    @property
    def overwrite(self) -> bool:
        """Whether files that are there give way."""
        ...


def each_photo(
    request: Photos,
    suffix: str,
    make: Callable[[Path, Path], tuple[str, ...]],
    progress: Progress,
    *,
    stop: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Makes a result of every photo; one that cannot be used never stops the rest.

    make   photo and the file to be written -> message keys of remarks on it
    stop   asked after every photo; True leaves the others out
    """
    names = ResultNames(request.out, request.photos, overwrite=request.overwrite)
    results: list[Path] = []
    skipped: list[Skipped] = []
    notes: list[str] = []
    for done, photo in enumerate(request.photos):
        try:
            target = names.claim(photo, suffix=suffix)
            keys = make(photo, target)
            results.append(target)
            notes += [text(key, path=terminal_safe(photo.name)) for key in keys]
        except MienError as problem:
            skipped.append(Skipped(str(photo), str(problem)))
        progress(Step(done + 1, len(request.photos), photo.name))
        if stop():
            break
    return Outcome(tuple(results), tuple(skipped), tuple(notes))


def driver_of(request: DrivenOptions, progress: Progress) -> Driver:
    """The driver that a request names.

    Raises OptionError where there is none, or two; InputError where its file is unusable.
    """
    return driver_for(
        request.driver,
        request.expression,
        frames=request.frames,
        fps=request.fps,
        limit=request.limit,
        progress=told(progress, request.driver.name if request.driver else ""),
    )


def film_of(request: DrivenOptions, job: str) -> Film:
    """How a request wants its photos filmed; `job` is the name in the results' provenance."""
    asked = {n: v for n, v in dataclasses.asdict(request).items() if n not in _NOT_ASKED}
    made_by = Provenance(
        source="compositeSynthetic",
        job=job,
        models=(translator().sha256,),
        request=request_hash(asked),
    )
    return Film(
        transfer=Transfer(request.strength, request.head, request.gaze, absolute=request.absolute),
        size=request.size,
        face=request.face,
        limit=request.limit,
        provenance=recorded(made_by, request),
    )


def film_of_photo(film: Film, photo: Path) -> Film:
    """The film of one photo, whose hash its provenance tells."""
    return dataclasses.replace(film, provenance=of_photos(film.provenance, photo))


def told(progress: Progress, label: str) -> Told:
    """Frames told as steps under a label."""
    return lambda done, total: progress(Step(done, total, label))
