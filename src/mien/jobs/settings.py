"""What the resolved settings of every training recipe have in common."""

from __future__ import annotations

import dataclasses
import itertools
import math
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

from mien import fields
from mien.errors import OptionError
from mien.messages import text


@dataclasses.dataclass(frozen=True)
class RecipeSettings:
    """Plain values by field name, there and back again; a job's settings derive from it."""

    @classmethod
    def of(cls, presets: Mapping[str, Mapping[str, Any]], preset: str, **changes: Any) -> Self:
        """The settings of a preset, with some of them changed.

        Raises OptionError for an unknown preset.
        """
        if preset not in presets:
            raise fields.unknown("--preset", preset, presets)
        return cls(**{**presets[preset], **changes})

    def changed(self, words: Sequence[str]) -> Self:
        """The settings with `NAME=VALUE` for each word; the items of a list have commas between.

        Raises OptionError for an unknown name, and for a value of another type.
        """
        hints, values = typing.get_type_hints(type(self)), {}
        for word in words:
            name, equals, written = word.partition("=")
            if not equals:
                raise OptionError(text("training.set.form", word=word))
            if name not in hints:
                raise fields.unknown("--set", name, hints)
            values[name] = _read(name, hints[name], written)
        return dataclasses.replace(self, **values)

    def as_config(self) -> dict[str, Any]:
        """JSON values."""
        return dataclasses.asdict(self)

    @classmethod
    def from_config(cls, values: Mapping[str, Any]) -> Self:
        """The settings that `as_config` described.

        The values may come from a file that somebody sent: raises TypeError for a foreign name or
        a value of another type, ValueError for one that no network of ours has.
        """
        told: dict[str, Any] = {
            n: tuple(v) if isinstance(v, list) else v for n, v in values.items()
        }
        made = cls(**told)
        for name, hint in typing.get_type_hints(cls).items():
            value = getattr(made, name)
            if not _is_of(hint, value):
                raise TypeError(f"{name}: {value!r:.60}")
            _check_span(name, value)
        return made


_WIDEST, _DEEPEST, _LARGEST = 8192, 64, 4096
_WEIGHTS = 4_000_000  # of all layers together, for each place of their kernels
_WIDTHS = frozenset(
    {"maker", "judge", "widths", "hidden", "channels", "latent", "bottleneck", "aus", "components"}
)
_DEPTHS = frozenset({"blocks", "repeat", "layers"})


def _is_of(hint: Any, value: Any) -> bool:
    """Whether a value is of the type of a field."""
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return any(_is_of(one, value) for one in parts)
    if origin is Literal:
        return isinstance(value, str) and value in parts
    if origin is tuple:
        several = isinstance(value, tuple) and len(value) <= _DEEPEST
        whole = parts[-1] is Ellipsis or (several and len(value) == len(parts))
        return several and whole and all(_is_of(parts[0], one) for one in value)
    if hint is float:
        return type(value) in (int, float) and math.isfinite(value)
    return value is None if hint is type(None) else type(value) is hint


def _check_span(name: str, value: Any) -> None:
    """Raises ValueError for a network that would not fit into any memory."""
    most = _WIDEST if name in _WIDTHS else _DEEPEST if name in _DEPTHS else _LARGEST
    if name not in _WIDTHS | _DEPTHS | {"size", "window", "patch"}:
        most = int(_MOST)
    numbers = value if isinstance(value, tuple) else (value,)
    if any(type(one) in (int, float) and not -most <= one <= most for one in numbers):
        raise ValueError(f"{name}: {value!r:.60}")
    if name in _WIDTHS and sum(a * b for a, b in itertools.pairwise(numbers)) > _WEIGHTS:
        raise ValueError(f"{name}: {value!r:.60}")


_MOST = 1e9
"""No setting means anything beyond."""


def _read(name: str, hint: Any, written: str) -> Any:
    """One value of a field with this type."""
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _read(name, next(one for one in parts if one is not type(None)), written)
    if origin is Literal:
        if written not in parts:
            raise fields.unknown(f"--set {name}:", written, parts)
        return written
    if origin is tuple:
        items = tuple(_read(name, parts[0], one) for one in written.split(","))
        if parts[-1] is not Ellipsis and len(items) != len(parts):
            raise _unfit(name, written, "training.set.pair")
        return items
    if hint is bool:
        if written not in ("true", "false"):
            raise _unfit(name, written, "fields.kind.flag")
        return written == "true"
    if hint is str:
        return written
    return _number(name, hint, written)


def _number(name: str, hint: type, written: str) -> float:
    kind = "fields.kind.integer" if hint is int else "fields.kind.number"
    try:
        value = hint(written)
    except ValueError:
        raise _unfit(name, written, kind) from None
    if not math.isfinite(value) or value < 0 or abs(value) > _MOST:
        raise _unfit(name, written, "training.set.sound")
    return value


def _unfit(name: str, written: str, wanted: str) -> OptionError:
    shown = f"--set {name}"
    return OptionError(text("fields.not_a", name=shown, value=written, wanted=text(wanted)))
