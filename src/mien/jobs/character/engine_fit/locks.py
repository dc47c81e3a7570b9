"""Values that a fit leaves alone: `NAME=VALUE`, or `NAME` for what is there already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mien.errors import OptionError
from mien.io.names import terminal_safe
from mien.jobs.character.engines.schema import OneOf, Schema, Value
from mien.messages import text


def read_locks(words: Sequence[str]) -> dict[str, str | None]:
    """Names with what was written after them, None where nothing was; raises OptionError."""
    found: dict[str, str | None] = {}
    for word in words:
        name, equals, value = word.partition("=")
        name, value = name.strip(), value.strip()
        if not name or (equals and not value):
            raise OptionError(text("character.lock.words", value=terminal_safe(word)))
        found[name] = value if equals else None
    return found


def number(name: str, written: str) -> float:
    """A number that was written; raises OptionError."""
    try:
        return float(written)
    except ValueError:
        shown = {"name": f"--lock {terminal_safe(name)}", "value": terminal_safe(written)}
        wanted = text("fields.kind.number")
        raise OptionError(text("fields.not_a", wanted=wanted, **shown)) from None


def engine_locks(words: Sequence[str], schema: Schema) -> dict[str, Value]:
    """Checked values of an engine's locked parameters, by name; a bare name holds its default.

    Raises OptionError for an unknown name, and for a value that is not allowed.
    """
    kinds = {one.name: one for one in schema.parameters}
    asked: Mapping[str, str | None] = read_locks(words)
    values: dict[str, Value] = {}
    for name, written in asked.items():
        known = kinds.get(name)
        if written is not None:
            chooses = known is None or isinstance(known, OneOf)
            values[name] = written if chooses else number(name, written)
        elif known is not None:
            values[name] = known.default
        else:
            values[name] = ""
    whole = schema.complete(values)  # names what is wrong with one
    return {name: whole[name] for name in values}
