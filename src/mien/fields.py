"""Fields of requests and configs that carry their own help, range, unit and choices.

A request is a frozen dataclass whose fields are made by `option` or `argument`. `describe` reads
them back as `Control`s; the command line, the web form and the documentation are made from those,
and `check` refuses an instance whose values are not allowed.
"""

from __future__ import annotations

import dataclasses
import difflib
import functools
import math
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias

from mien.errors import OptionError
from mien.messages import text

Kind: TypeAlias = Literal["flag", "integer", "number", "text", "path", "choice", "pair"]
Choices: TypeAlias = tuple[str, ...] | Callable[[], tuple[str, ...]]

_KEY = "mien"
_KINDS: dict[object, Kind] = {
    bool: "flag",
    int: "integer",
    float: "number",
    str: "text",
    Path: "path",
}
_FEW = 16  # choices that still fit on one line


@dataclasses.dataclass(frozen=True)
class Control:
    """One field, described: enough to draw a slider or to parse an option.

    kind        what one value is; "pair" is NAME=NUMBER
    count       how many values: 1, or exactly n, or 0 for any number of them
    default     dataclasses.MISSING where the user has to give it
    optional    None is allowed
    help        message key of the one-line help
    low, high   inclusive range of a number, or None
    choices     allowed texts of a choice
    """

    name: str
    kind: Kind
    count: int
    default: Any
    optional: bool
    help: str
    low: float | None = None
    high: float | None = None
    unit: str = ""
    choices: tuple[str, ...] = ()
    positional: bool = False
    metavar: str = ""

    @property
    def required(self) -> bool:
        """Whether the user has to give it."""
        return self.default is dataclasses.MISSING


def option(
    default: Any = dataclasses.MISSING,
    *,
    help: str,
    span: tuple[float, float] | None = None,
    unit: str = "",
    choices: Choices = (),
    metavar: str = "",
) -> Any:
    """A dataclass field that is an option: `--name value`.

    help     message key of its one-line help
    span     inclusive (low, high) of a number
    unit     of a number, as it is written after it: "°", " px"
    choices  allowed texts, or a function that gives them; not needed for a Literal type
    """
    metadata = {
        _KEY: {"help": help, "span": span, "unit": unit, "choices": choices, "metavar": metavar}
    }
    if isinstance(default, dict | list):
        frozen = dict(default) if isinstance(default, dict) else tuple(default)
        return dataclasses.field(default_factory=lambda: frozen, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def argument(metavar: str, *, help: str, default: Any = dataclasses.MISSING) -> Any:
    """A dataclass field given by its place on the command line, shown as `metavar`."""
    metadata = {_KEY: {"help": help, "metavar": metavar, "positional": True}}
    return dataclasses.field(default=default, metadata=metadata)


@functools.cache
def describe(request: type) -> tuple[Control, ...]:
    """The controls of a request class, in the order of its fields.

    Raises TypeError for a field that was not made by `option` or `argument`, or whose type no
    control can show: both are mistakes of the program.
    """
    hints = typing.get_type_hints(request)
    return tuple(_control(field, hints[field.name]) for field in dataclasses.fields(request))


def _control(field: dataclasses.Field[Any], hint: Any) -> Control:
    if _KEY not in field.metadata:
        raise TypeError(f"field {field.name} was not made by mien.fields.option or argument")
    told = field.metadata[_KEY]
    hint, optional = _without_none(hint)
    hint, count = _element(hint)
    choices: Choices = told.get("choices", ())
    if typing.get_origin(hint) is Literal:
        kind, choices = "choice", typing.get_args(hint)
    elif hint == (str, float):
        kind = "pair"
    elif choices:
        kind = "choice"
    elif hint in _KINDS:
        kind = _KINDS[hint]
    else:
        raise TypeError(f"field {field.name}: no control shows a {hint}")
    low, high = told.get("span") or (None, None)
    factory = field.default_factory
    default = field.default if factory is dataclasses.MISSING else factory()
    return Control(
        name=field.name,
        kind=kind,
        count=count,
        default=default,
        optional=optional,
        help=told["help"],
        low=low,
        high=high,
        unit=told.get("unit", ""),
        choices=choices() if callable(choices) else choices,
        positional=told.get("positional", False),
        metavar=told.get("metavar", ""),
    )


def _without_none(hint: Any) -> tuple[Any, bool]:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        rest = [part for part in typing.get_args(hint) if part is not type(None)]
        if len(rest) == 1:
            return rest[0], True
    return hint, False


def _element(hint: Any) -> tuple[Any, int]:
    """The type of one value, and how many of them (0: any number)."""
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple and parts[-1] is Ellipsis:
        return parts[0], 0
    if origin is tuple and len(set(parts)) == 1:
        return parts[0], len(parts)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return parts, 0
    return hint, 1


def convert(control: Control, written: str) -> Any:
    """One value of a control from the text a user wrote.

    Raises OptionError with the option, the text and what was wanted.
    """
    if control.kind == "flag":
        return _flag(control, written)
    if control.kind in ("integer", "number"):
        return _number(control, written)
    if control.kind == "pair":
        return _pair(control, written)
    if control.kind == "path":
        return Path(written)
    if control.kind == "choice" and written.strip().replace(" ", "-") in control.choices:
        return written.strip().replace(" ", "-")  # "own face" is own-face
    if control.kind == "choice" and written not in control.choices:
        raise unknown(f"{shown(control)}:", written, control.choices)
    return written


def _flag(control: Control, written: str) -> bool:
    truth = {"true": True, "false": False}.get(written.strip().lower())
    if truth is None:
        raise _not_a(shown(control), written, "fields.kind.flag")
    return truth


def _number(control: Control, written: str, part: str = "") -> float:
    whole = control.kind == "integer"
    try:
        value = int(written) if whole else float(written)
    except ValueError:
        kind = "fields.kind.integer" if whole else "fields.kind.number"
        raise _not_a(shown(control, part), written, kind) from None
    _check_number(control, value, part)
    return value


def _pair(control: Control, written: str) -> tuple[str, float]:
    name, equals, number = written.partition("=")
    if not (equals and name):
        raise _not_a(shown(control), written, "fields.kind.pair")
    return name.strip(), _number(control, number, name.strip())


def check(request: Any) -> None:
    """Refuses a request whose values are not allowed.

    Raises OptionError with the field, its value and what was wanted, for the first such field.
    """
    for control in describe(type(request)):
        value: Any = getattr(request, control.name)
        if value is None:
            if not control.optional:
                raise _missing(control)
        elif control.kind == "pair":
            if not isinstance(value, Mapping):
                raise _not_a(shown(control), value, "fields.kind.pair")
            for name, number in value.items():
                _check_number(control, number, name)
        elif control.count == 1:
            _check_value(control, value)
        else:
            _check_many(control, value)


def _check_many(control: Control, values: Any) -> None:
    if not isinstance(values, tuple | list):
        raise _not_a(shown(control), values, "fields.kind.list")
    too_few = control.required and not values
    if too_few or (control.count and len(values) != control.count):
        raise _missing(control)
    for value in values:
        _check_value(control, value)


def _missing(control: Control) -> OptionError:
    wanted = control.metavar or text("fields.kind.value")
    return OptionError(text("fields.missing", name=shown(control), wanted=wanted))


def _check_value(control: Control, value: Any) -> None:
    if control.kind in ("integer", "number"):
        _check_number(control, value)
    elif control.kind == "flag" and not isinstance(value, bool):
        raise _not_a(shown(control), value, "fields.kind.flag")
    elif control.kind == "choice" and value not in control.choices:
        raise unknown(f"{shown(control)}:", str(value), control.choices)
    elif control.kind in ("text", "path") and not isinstance(value, str | Path):
        raise _not_a(shown(control), value, "fields.kind.text")


def _check_number(control: Control, value: Any, part: str = "") -> None:
    whole = control.kind == "integer"
    allowed = int if whole else int | float
    if isinstance(value, bool) or not isinstance(value, allowed) or not math.isfinite(value):
        kind = "fields.kind.integer" if whole else "fields.kind.number"
        raise _not_a(shown(control, part), value, kind)
    low = -math.inf if control.low is None else control.low
    high = math.inf if control.high is None else control.high
    if not low <= value <= high:
        raise OptionError(
            text(
                "fields.out_of_range",
                name=shown(control, part),
                value=f"{value:g}",
                low=f"{low:g}",
                high=f"{high:g}",
                unit=control.unit,
            )
        )


def shown(control: Control, part: str = "") -> str:
    """How a control, or one named part of it, is called on the command line.

    `--max-faces`, `--set nose_width`, or PHOTO for an argument.
    """
    name = control.metavar if control.positional else "--" + control.name.replace("_", "-")
    return f"{name} {part}".rstrip()


def unknown(what: str, name: str, names: Iterable[str]) -> OptionError:
    """The error for a name that does not exist, with the names its writer may have meant."""
    # Dashes count for nothing: with them, all options look alike.
    known = {one.lstrip("-"): one for one in names}
    bare = name.lstrip("-")
    near = difflib.get_close_matches(bare, known, n=3, cutoff=0.6)
    if not near and len(known) > _FEW:
        near = difflib.get_close_matches(bare, known, n=5, cutoff=0.0)
    key = "fields.did_you_mean" if near else "fields.one_of"
    hint = text(key, names=", ".join(known[one] for one in near or known))
    return OptionError(text("fields.unknown", what=what, name=name, hint=hint))


def _not_a(name: str, value: object, kind: str) -> OptionError:
    return OptionError(text("fields.not_a", name=name, value=value, wanted=text(kind)))
