"""A request class as a form: JSON that a web page can draw and send back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mien import fields
from mien.errors import OptionError
from mien.fields import Control
from mien.messages import text


def form(request: type) -> list[dict[str, Any]]:
    """The controls of a request class, in order, JSON-ready, with help in the current language.

    Each has name, kind, count, help, default (None where there is none), required, optional,
    low, high, unit and choices; see `mien.fields.Control`.
    """
    return [_described(control) for control in fields.describe(request)]


def _described(control: Control) -> dict[str, Any]:
    return {
        "name": control.name,
        "kind": control.kind,
        "count": control.count,
        "help": text(control.help),
        "default": None if control.required else _plain(control.default),
        "required": control.required,
        "optional": control.optional,
        "low": control.low,
        "high": control.high,
        "unit": control.unit,
        "choices": list(control.choices),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return dict(value) if isinstance(value, Mapping) else value


def fill(request: type, sent: Mapping[str, Any]) -> Any:
    """An instance of the request class from the values of a form, checked.

    sent   by field name: JSON values as `form` describes them; what is missing keeps its default

    Raises OptionError for an unknown field, a missing one, or a value that is not allowed.
    """
    controls = {control.name: control for control in fields.describe(request)}
    for name in sent:
        if name not in controls:
            raise fields.unknown(text("fields.what.option"), name, controls)
    for control in controls.values():
        if control.required and control.name not in sent:
            wanted = text(control.help)
            raise OptionError(text("fields.missing", name=control.name, wanted=wanted))
    made = request(**{name: _typed(controls[name], value) for name, value in sent.items()})
    fields.check(made)
    return made


def _typed(control: Control, value: Any) -> Any:
    """A JSON value as the type of its field: lists become tuples, texts of paths become paths."""
    if isinstance(value, list):
        return tuple(_typed(control, one) for one in value)
    return Path(value) if control.kind == "path" and isinstance(value, str) else value
