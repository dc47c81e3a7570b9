"""What an engine's parameters are called and may be: names, ranges, choices, and flat vectors.

A flat vector holds the parameters in the order of the schema, a continuous one as one number, 0 at
its low end and 1 at its high end, and a one-of-n choice as n numbers of which one is 1.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Protocol, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.errors import OptionError
from mien.fields import unknown
from mien.io.names import is_harmful, terminal_safe
from mien.messages import text
from mien.types import Image

Value: TypeAlias = float | str
Params: TypeAlias = Mapping[str, Value]
"""A number for every continuous parameter, the name of an option for every choice."""
Vector: TypeAlias = NDArray[np.float64]

MOST_PARAMETERS, MOST_OPTIONS, MOST_NUMBERS = 4096, 256, 16_384
LONGEST_NAME = 100
_FURTHEST = 1e9
"""Ranges end here: beyond, differences of float64 lose the fifth digit."""


@dataclasses.dataclass(frozen=True)
class Continuous:
    """A number from `low` to `high`, in the engine's own unit."""

    name: str
    low: float
    high: float
    default: float

    @property
    def size(self) -> int:
        """Numbers in a vector."""
        return 1


@dataclasses.dataclass(frozen=True)
class OneOf:
    """One of several options, by name."""

    name: str
    options: tuple[str, ...]
    default: str

    @property
    def size(self) -> int:
        """Numbers in a vector."""
        return len(self.options)


Parameter: TypeAlias = Continuous | OneOf


class Engine(Protocol):
    """Draws faces. `render` is called with complete, checked parameters (`Schema.complete`)."""

    def schema(self) -> Schema:
        """The parameters; the same at every call."""
        ...

    def render(self, params: Params) -> Image:
        """(h, w, 3) uint8; equal parameters give equal pictures.

        Raises InputError where the engine fails.
        """
        ...

    def close(self) -> None:
        """Ends what the engine holds: a process, a socket."""
        ...


@dataclasses.dataclass(frozen=True)
class Schema:
    """All parameters of an engine, in order.

    Raises ValueError for names that are empty, long, harmful or there twice, for a range that is
    empty or not finite, for a default outside, and for more parameters than anything here can use.
    """

    parameters: tuple[Parameter, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.parameters) <= MOST_PARAMETERS:
            raise ValueError(f"{len(self.parameters)} parameters, not 1 to {MOST_PARAMETERS}")
        _check_names([one.name for one in self.parameters], "parameter")
        for one in self.parameters:
            _check_choice(one) if isinstance(one, OneOf) else _check_range(one)
        if self.size > MOST_NUMBERS:
            raise ValueError(f"{self.size} numbers, more than {MOST_NUMBERS}")

    @property
    def size(self) -> int:
        """Numbers in a vector."""
        return sum(one.size for one in self.parameters)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parameters, in order."""
        return tuple(one.name for one in self.parameters)

    @property
    def digest(self) -> str:
        """Sixteen hexadecimal digits over names, ranges, options and order."""
        written = json.dumps(self.as_config(), sort_keys=True)
        return hashlib.sha256(written.encode()).hexdigest()[:16]

    def slices(self) -> dict[str, slice]:
        """Where the numbers of each parameter lie in a vector."""
        found, start = {}, 0
        for one in self.parameters:
            found[one.name] = slice(start, start + one.size)
            start += one.size
        return found

    def complete(self, params: Mapping[str, Any]) -> dict[str, Value]:
        """Checked values of all parameters, in order; what is missing gets its default.

        Raises OptionError with the name and the value for an unknown name or option, for what is
        not a finite number, and for a number out of its range.
        """
        known = set(self.names)
        for name in params:
            if name not in known:
                raise unknown(text("engine.parameter"), terminal_safe(name), self.names)
        return {
            one.name: _checked(one, params[one.name]) if one.name in params else one.default
            for one in self.parameters
        }

    def to_unit(self, params: Mapping[str, Any]) -> Vector:
        """(size,) float64 in [0, 1]; errors as `complete`."""
        values, vector = self.complete(params), np.zeros(self.size)
        for one, part in zip(self.parameters, self.slices().values(), strict=True):
            value = values[one.name]
            if isinstance(one, OneOf):
                vector[part.start + one.options.index(str(value))] = 1.0
            else:
                vector[part.start] = (float(value) - one.low) / (one.high - one.low)
        return vector

    def from_unit(self, vector: NDArray[np.floating[Any]]) -> dict[str, Value]:
        """Values by name of a vector; numbers are cut to [0, 1], of a choice the largest counts.

        Raises OptionError for a vector of another length, or one that holds a NaN.
        """
        units = np.asarray(vector, np.float64)
        if units.shape != (self.size,) or not np.isfinite(units).all():
            shown = {"size": self.size, "came": "x".join(map(str, units.shape)) or "1"}
            raise OptionError(text("engine.vector", **shown))
        values: dict[str, Value] = {}
        for one, part in zip(self.parameters, self.slices().values(), strict=True):
            if isinstance(one, OneOf):
                values[one.name] = one.options[int(np.argmax(units[part]))]
            else:
                share = float(np.clip(units[part.start], 0.0, 1.0))
                # Both ends are met exactly: low + (high - low) may miss high by a bit.
                values[one.name] = one.low * (1.0 - share) + one.high * share
        return values

    def as_config(self) -> dict[str, Any]:
        """JSON values, as an outside program tells them."""
        return {"parameters": [_as_config(one) for one in self.parameters]}

    @classmethod
    def from_config(cls, values: Any) -> Self:
        """What `as_config` described, or a program wrote; raises ValueError for anything else."""
        told = values.get("parameters") if isinstance(values, Mapping) else None
        if not isinstance(told, list) or len(told) > MOST_PARAMETERS:
            raise ValueError('no list "parameters"')
        return cls(tuple(_from_config(one) for one in told))


def _as_config(one: Parameter) -> dict[str, Any]:
    if isinstance(one, OneOf):
        return {"name": one.name, "choices": list(one.options), "default": one.default}
    return dataclasses.asdict(one)


def _from_config(told: Any) -> Parameter:
    if not isinstance(told, Mapping) or not isinstance(told.get("name"), str):
        raise ValueError("a parameter without a name")
    name, default = told["name"], told.get("default")
    if "choices" in told:
        options = told["choices"]
        if not isinstance(options, list) or not all(isinstance(one, str) for one in options):
            raise ValueError(f"choices of {terminal_safe(name)} that are not a list of texts")
        first: Any = options[0] if default is None and options else default
        return OneOf(name, tuple(options), first)
    low, high = (_number(told.get(key, end), name) for key, end in (("low", 0), ("high", 1)))
    middle = (low + high) / 2
    return Continuous(name, low, high, middle if default is None else _number(default, name))


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{terminal_safe(name)}: {terminal_safe(value)!r:.40} is not a number")
    if not -_FURTHEST <= value <= _FURTHEST:  # a NaN is not either
        raise ValueError(f"{terminal_safe(name)}: {value!r:.40} is out of range")
    return float(value)


def _check_names(names: list[str], what: str) -> None:
    for name in names:
        sound = isinstance(name, str) and 0 < len(name) <= LONGEST_NAME and name == name.strip()
        if not sound or any(is_harmful(letter) for letter in name):
            raise ValueError(f"{terminal_safe(name)!r:.60} is no name of a {what}")
    if len(set(names)) < len(names):
        raise ValueError(f"a name of a {what} that is there twice")


def _check_range(one: Continuous) -> None:
    for value in (one.low, one.high, one.default):
        _number(value, one.name)
    if not one.low < one.high or not one.low <= one.default <= one.high:
        told = f"{one.low:g} to {one.high:g}, default {one.default:g}"
        raise ValueError(f"{terminal_safe(one.name)}: {told} is no range")


def _check_choice(one: OneOf) -> None:
    if not 1 <= len(one.options) <= MOST_OPTIONS:
        raise ValueError(f"{terminal_safe(one.name)}: {len(one.options)} choices")
    _check_names(list(one.options), "choice")
    if one.default not in one.options:
        raise ValueError(f"{terminal_safe(one.name)}: the default is no choice")


def _checked(one: Parameter, value: Any) -> Value:
    name = terminal_safe(one.name)
    if isinstance(one, OneOf):
        if value not in one.options:
            raise unknown(f"{name}:", terminal_safe(value), one.options)
        return str(value)
    if isinstance(value, np.number):
        value = value.item()
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not -_FURTHEST <= value <= _FURTHEST:
        shown = {"value": terminal_safe(value)[:60], "wanted": text("fields.kind.number")}
        raise OptionError(text("fields.not_a", name=name, **shown))
    if not one.low <= value <= one.high:
        span = {"low": f"{one.low:g}", "high": f"{one.high:g}", "unit": ""}
        raise OptionError(text("fields.out_of_range", name=name, value=f"{value:g}", **span))
    return float(value)
