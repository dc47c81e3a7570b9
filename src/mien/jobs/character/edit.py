"""`mien character edit`: changes by hand, which the folder remembers, and fits around them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from mien.errors import InputError, OptionError
from mien.face.analyse import analyse
from mien.head.schema import SLIDER_INDEX, validate
from mien.io.atomic import atomic_folder
from mien.io.names import ResultNames, terminal_safe
from mien.io.provenance import Provenance, request_hash
from mien.jobs.base import Outcome, Progress, Step, no_progress
from mien.jobs.character.config import EditRequest
from mien.jobs.character.head_locks import held_of, names_of
from mien.jobs.character.results import OWN, earlier_photo, write_results
from mien.jobs.record import recorded
from mien.messages import text
from mien.persona.character import Character, Confidence, read_character
from mien.persona.fit import Fit, FitOptions, fit_face
from mien.persona.held import STYLES
from mien.types import Image


def edit(request: EditRequest, *, progress: Progress = no_progress) -> Outcome:
    """The character with changed sliders or styles, in a new folder, `out` or beside the old one.

    Raises OptionError for an unknown name or where nothing is to be changed, InputError where it
    is to be fitted again and its folder holds no photo with a face.
    """
    if not (request.set or styles_of(request) or request.relock or request.lock):
        raise OptionError(text("character.no_change"))
    known = read_character(request.folder)
    # What is edited is the folder, also where its params.json was named.
    source = request.folder if request.folder.is_dir() else request.folder.parent
    changed, photo = by_hand(request, known), earlier_photo(source)
    if request.relock:
        again = refitted(changed, photo, source)
        changed, photo = again.character, again.photo
    changed = dataclasses.replace(changed, provenance=_made_by(request, known, changed))
    resolved = source.resolve()
    place = request.out or resolved.parent
    names = ResultNames(place, [resolved], overwrite=request.overwrite)
    in_place = request.overwrite and request.out is None
    target = resolved if in_place else names.claim(resolved)
    with atomic_folder(target, overwrite=request.overwrite, owned=OWN) as folder:
        write_results(folder, changed, photo)
    progress(Step(1, 1, target.name))
    return Outcome(results=(target,))


def styles_of(request: EditRequest) -> dict[str, str]:
    """The styles that are asked for, by the fields of `FaceCode`."""
    asked = {name: getattr(request, name) for name in STYLES}
    return {name: style for name, style in asked.items() if style is not None}


def by_hand(request: EditRequest, known: Character) -> Character:
    """The character with what was set, and the names of all that somebody ever set."""
    code = dataclasses.replace(
        known.code,
        sliders={**known.code.sliders, **request.set},
        **styles_of(request),
    )
    validate(code)
    held = held_of(request.lock, code)
    code = dataclasses.replace(
        code,
        sliders={**code.sliders, **held.sliders},
        materials={**code.materials, **held.materials},
        **held.styles,
    )
    names = dict.fromkeys((*known.by_hand, *request.set, *styles_of(request), *names_of(held)))
    told: dict[str, Confidence] = {
        name: "set" for name in names if name in SLIDER_INDEX and known.confidence
    }
    confidence = {**known.confidence, **told}
    return dataclasses.replace(known, code=code, by_hand=tuple(names), confidence=confidence)


def refitted(changed: Character, photo: Image | None, source: Path) -> Fit:
    """A character fitted to its photo again, around what was set by hand."""
    if photo is None:
        raise InputError(text("character.relock.photo", path=terminal_safe(source)))
    faces = analyse(photo, max_faces=1)
    if not faces:
        raise InputError(text("character.relock.face", path=terminal_safe(source)))
    held = held_of(changed.by_hand, changed.code)
    likeness = "off" if changed.texture is None else "full"
    fit = fit_face(photo, faces[0], FitOptions(likeness, len(photo), held))
    # A macro was held by its sliders, and lives on in them.
    character = dataclasses.replace(fit.character, by_hand=names_of(held))
    return dataclasses.replace(fit, character=character)


def _made_by(request: EditRequest, known: Character, changed: Character) -> Provenance:
    asked: dict[str, object] = {
        **{"set": dict(request.set), "styles": styles_of(request)},
        **{"of": known.provenance.request},
    }
    if request.relock or request.lock:
        asked |= {"relock": request.relock, "lock": list(request.lock)}
    made_by = dataclasses.replace(
        changed.provenance, job="character.edit", request=request_hash(asked)
    )
    return dataclasses.replace(recorded(made_by, request), consent=known.provenance.consent)
