"""What of the built-in head a fit leaves alone: `--lock nose_width=.3`, `--lock hair`."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from mien.errors import OptionError
from mien.fields import unknown
from mien.head.schema import MACROS, MATERIALS, SLIDER_INDEX, SLIDERS, slider_vector, validate
from mien.io.names import terminal_safe
from mien.jobs.character.engine_fit.locks import number, read_locks
from mien.jobs.character.imitator.layout import complete
from mien.messages import text
from mien.persona.held import STYLES, Held
from mien.types import FaceCode, MaterialValue


def held_of(words: Sequence[str], code: FaceCode) -> Held:
    """The held values of locks; a name alone keeps what `code` has. A macro holds its sliders.

    Raises OptionError for an unknown name and for a value that the head does not allow.
    """
    sliders: dict[str, float] = {}
    materials: dict[str, MaterialValue] = {}
    styles: dict[str, str] = {}
    kinds = {one.name: one.kind for one in MATERIALS}
    asked = read_locks(words)
    for name, written in asked.items():
        if name in STYLES:
            styles[name] = written or getattr(code, name)
        elif name in SLIDER_INDEX or name in MACROS:
            sliders |= _sliders(name, written, code)
        elif name not in kinds:
            known = (*SLIDERS, *MACROS, *kinds, *STYLES)
            raise unknown(text("character.lock.name"), terminal_safe(name), known)
        elif written is None:
            materials[name] = complete(code.materials, code.hair)[name]
        elif kinds[name] != "scalar":
            raise OptionError(text("character.lock.colour", name=name))
        else:
            materials[name] = number(name, written)
    validate(dataclasses.replace(FaceCode(sliders=sliders, materials=materials), **styles))
    return Held(sliders, materials, **styles)


def _sliders(name: str, written: str | None, code: FaceCode) -> dict[str, float]:
    """One slider, or those that a macro moves."""
    own = code.sliders if written is None else {name: number(name, written)}
    validate(FaceCode(sliders=dict(own)))
    values = slider_vector(own)
    members = MACROS.get(name, {name: 1.0})
    return {one: round(float(values[SLIDER_INDEX[one]]), 4) for one in members}


def names_of(held: Held) -> tuple[str, ...]:
    """The names of what is held, as a character's folder remembers them."""
    # The colour "hair" and the style share a name, and stay together.
    return tuple(dict.fromkeys((*held.sliders, *held.materials, *held.styles)))
