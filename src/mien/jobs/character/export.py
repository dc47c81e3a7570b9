"""`mien character export DIR`: a fitted character as models for engines, an avatar, or one page."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from mien.errors import OptionError
from mien.head.gltf import export_glb
from mien.head.vrm import Meta, export_vrm
from mien.io.atomic import atomic_write_bytes
from mien.io.names import free_path
from mien.io.provenance import request_hash
from mien.jobs.base import Outcome, Progress, Step, no_progress
from mien.jobs.character.config import ExportRequest
from mien.jobs.character.page import character_page
from mien.jobs.character.results import AVATAR, MODEL, PAGE, SIMPLE_MODEL
from mien.jobs.record import recorded
from mien.messages import text
from mien.persona.character import Character, read_character

SIZE, SIMPLE_SIZE = 1024, 512
LONGEST = 200
"""Characters of a title or an author's name."""


def wants_character(request: ExportRequest) -> bool:
    """Whether a request is about a character rather than an imitator.

    Raises OptionError where it asks for a character's file and names no character.
    """
    if request.folder is None and (request.html or request.vrm or request.glb):
        raise OptionError(text("character.export.no_folder"))
    return request.folder is not None


def export_character(request: ExportRequest, *, progress: Progress = no_progress) -> Outcome:
    """Writes what is asked for into the character's folder, or into `out`.

    Without --html, --vrm or --glb, the models for engines. Raises InputError for a folder without
    a character, OptionError for a title or author that is too long.
    """
    if request.folder is None:
        raise OptionError(text("character.export.no_folder"))
    for name, written in (("--title", request.title), ("--author", request.author)):
        if written is not None and not 0 < len(written.strip()) <= LONGEST:
            raise OptionError(text("character.export.length", name=name, most=LONGEST))
    known = read_character(request.folder)
    folder = request.out or (request.folder if request.folder.is_dir() else request.folder.parent)
    made = _made(request, _exported(known, request))
    written = []
    for done, (name, make) in enumerate(made, 1):
        path = free_path(folder / name, overwrite=request.overwrite)
        atomic_write_bytes(path, make())
        written.append(path)
        progress(Step(done, len(made), name))
    return Outcome(results=tuple(written))


def _exported(known: Character, request: ExportRequest) -> Character:
    """The character as it leaves, with what was asked in its provenance."""
    asked = {"toon": request.toon, "morphs": request.morphs, "of": known.provenance.request}
    made_by = dataclasses.replace(
        known.provenance, job="character.export", request=request_hash(asked)
    )
    consent = known.provenance.consent
    made_by = dataclasses.replace(recorded(made_by, request), consent=consent)
    code = dataclasses.replace(known.code, style="toon") if request.toon else known.code
    return dataclasses.replace(known, code=code, provenance=made_by)


def _made(request: ExportRequest, character: Character) -> list[tuple[str, Callable[[], bytes]]]:
    """The files by name, and what makes each."""
    code, skin = character.code, character.texture
    extras = character.provenance.as_mapping()
    # Nothing is named after a file: names of photos are often names of people.
    title = request.title or text("page3d.title")

    def model(level: int) -> bytes:
        size = SIMPLE_SIZE if level else SIZE
        return export_glb(
            code, texture=skin, size=size, extras=extras, morphs=request.morphs, level=level
        )

    def avatar() -> bytes:
        meta = Meta(name=title, authors=(request.author or text("character.export.unknown"),))
        return export_vrm(code, texture=skin, size=SIZE, extras=extras, meta=meta)

    def page() -> bytes:
        whole = export_glb(code, texture=skin, size=SIZE, extras=extras, morphs="both")
        seeing = not request.no_webcam
        return character_page(whole, title=title, style=code.style, webcam=seeing)

    made: list[tuple[str, Callable[[], bytes]]] = []
    if request.glb or not (request.html or request.vrm):
        made += [(MODEL, lambda: model(0)), (SIMPLE_MODEL, lambda: model(1))]
    if request.vrm:
        made.append((AVATAR, avatar))
    if request.html:
        made.append((PAGE, page))
    return made
