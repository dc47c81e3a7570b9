"""From what a user writes, `glb:head.glb`, to an engine."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from pathlib import Path

from mien.data.game_faces import FEMALE, MALE
from mien.errors import OptionError
from mien.io.names import terminal_safe
from mien.io.provenance import DigitalSource
from mien.jobs.character.engines.program import Patience, ProgramEngine, split_command
from mien.jobs.character.engines.schema import Engine
from mien.messages import text

_SHAPES = {"unity": FEMALE, "unity-male": MALE}


@dataclasses.dataclass(frozen=True)
class Opened:
    """An engine and what a set tells of it.

    kind    head, glb, program, unity or unity-male
    digest  of what it draws, where that is known; the size of its pictures is part of it
    stem    how its samples are called, with a field for the number
    source  IPTC's word for its pictures; None where we cannot know
    """

    engine: Engine
    kind: str
    digest: str
    stem: str = "{:06d}"
    source: DigitalSource | None = None


@contextlib.contextmanager
def open_engine(written: str, *, size: int, seconds: float) -> Iterator[Opened]:
    """The engine of `head`, `glb:FILE`, `program:COMMAND LINE` or `unity:FOLDER`, until the end.

    Raises OptionError for another kind, InputError where it cannot be opened.
    """
    kind, colon, rest = written.partition(":")
    opened = _opened(kind, rest.strip() if colon else "", size, seconds)
    if opened is None:
        raise OptionError(text("engine.unknown", value=terminal_safe(written)))
    try:
        yield opened
    finally:
        opened.engine.close()


def _opened(kind: str, rest: str, size: int, seconds: float) -> Opened | None:
    if kind == "head" and not rest:
        from mien.head.schema import schema_hash
        from mien.jobs.character.engines.head import HeadEngine

        digest = f"{schema_hash()}-{size}"
        return Opened(HeadEngine(size), kind, digest, source="algorithmicMedia")
    if kind == "glb" and rest:
        from mien.jobs.character.engines.glb import GlbEngine

        model = GlbEngine(Path(rest), size)
        return Opened(model, kind, f"{model.digest}-{size}", source="algorithmicMedia")
    if kind == "program" and rest:
        patience = Patience(render=seconds)
        return Opened(ProgramEngine(split_command(rest), patience), kind, "")
    if kind in _SHAPES and rest:
        from mien.jobs.character.engines.unity import UnityEngine

        shape = _SHAPES[kind]
        unity = UnityEngine(Path(rest), seconds=seconds, shape=shape)
        return Opened(unity, kind, "", stem=f"db_{{:05d}}_{shape}")
    return None
