"""One component for each field of a page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from mien.app.studio.forms import (
    Field,
    capital,
    choice_word,
    offered,
    pair_names,
    step_of,
    with_pair,
)
from mien.messages import text

_FILES, _GALLERY = 150, 190
"""Heights in pixels."""


def draw(field: Field) -> Any:
    """The Gradio component that holds the value of a field."""
    return _DRAWN[field.shape](field)


def _told(field: Field, *hints: str) -> dict[str, Any]:
    """Label and hints, as every component takes them."""
    info = field.hint
    for line in (one for one in hints if one):
        info = text("studio.join", one=info, other=capital(line)) if info else capital(line)
    return {"label": field.label, "info": info or None, "elem_id": field.key}


def _default(field: Field) -> Any:
    return None if field.control.required else field.control.default


def _photos(field: Field) -> Any:
    # A gallery shows what was uploaded and hands the files on as they came; an image component
    # would decode them, and answer a broken one with its own words.
    label = field.hint or field.label
    return gr.Gallery(
        label=label,
        columns=4,
        fit_columns=False,
        height=_GALLERY,
        object_fit="contain",
        interactive=True,
        sources=["upload", "clipboard"],
        buttons=[],
        elem_classes="mien-photos",
        elem_id=field.key,
    )


def _files(field: Field) -> Any:
    many = "multiple" if field.control.count == 0 else "single"
    label = field.hint or field.label
    return gr.File(label=label, file_count=many, height=_FILES, elem_id=field.key)


def _folder(field: Field) -> Any:
    told = _told(field, text("studio.folder.hint"))
    return gr.Dropdown([], value=None, allow_custom_value=True, elem_classes="mien-folder", **told)


def _place(field: Field) -> Any:
    default = _default(field)
    name = "" if default is None else Path(str(default)).name
    return gr.Textbox(name, max_lines=1, **_told(field))


def _tick(field: Field) -> Any:
    return gr.Checkbox(bool(_default(field)), **_told(field))


def _slider(field: Field) -> Any:
    control = field.control
    told = _told(field)
    low, high = control.low, control.high
    assert low is not None
    assert high is not None
    if control.unit.strip():
        told["label"] += f" ({control.unit.strip()})"
    start = low if control.required else control.default
    return gr.Slider(low, high, start, step=step_of(control), **told)


def _number(field: Field) -> Any:
    control = field.control
    told = _told(field, text("studio.empty_keeps") if control.optional else "")
    if control.unit.strip():
        told["label"] += f" ({control.unit.strip()})"
    if control.optional:
        # A number component shows nothing as 0.
        return gr.Textbox(str(_default(field) or ""), max_lines=1, **told)
    whole = 0 if control.kind == "integer" else None
    return gr.Number(_default(field), precision=whole, **told)


def _list(field: Field) -> Any:
    """Several values on one line, of any number or of a fixed one."""
    control = field.control
    default = " ".join(map(str, _default(field) or ()))
    hint = text("studio.list.hint" if control.count == 0 else "studio.several.hint")
    empty = text("studio.empty_keeps") if control.optional else ""
    told = _told(field, hint, empty)
    return gr.Textbox(default, max_lines=2, placeholder=control.metavar, **told)


def _pairs(field: Field) -> Any:
    """A line of NAME=NUMBER, and where the names are known a row that writes into it."""
    default = " ".join(f"{name}={value:g}" for name, value in (_default(field) or {}).items())
    line = gr.Textbox(default, max_lines=4, **_told(field, text("studio.pair.hint")))
    names = pair_names(field.control)
    if names:
        _pair_row(field, line, names)
    return line


def _pair_row(field: Field, line: Any, names: tuple[str, ...]) -> None:
    control = field.control
    low = -1.0 if control.low is None else control.low
    high = 1.0 if control.high is None else control.high
    shown = [(choice_word(name), name) for name in names]
    with gr.Row(elem_classes="mien-pair", equal_height=True):
        name = gr.Dropdown(
            shown, value=names[0], label=text("studio.pair.name"), min_width=120, scale=3
        )
        value = gr.Slider(
            low, high, min(0.8, high), step=0.05, label=text("studio.pair.value"), min_width=160,
            scale=4,
        )  # fmt: skip
        button = gr.Button(text("studio.pair.set"), size="sm", min_width=60, scale=1)
    button.click(
        with_pair, [line, name, value], line, api_visibility="private", show_progress="hidden"
    )


def _choice(field: Field) -> Any:
    control = field.control
    shown = [(choice_word(name), name) for name in control.choices]
    if control.count != 1:
        return gr.Dropdown(
            shown, value=list(_default(field) or ()), multiselect=True, **_told(field)
        )
    if control.optional:
        shown.insert(0, (text("studio.none"), ""))
    start = _default(field) or ("" if control.optional else control.choices[0])
    return gr.Dropdown(shown, value=start, filterable=len(shown) > 12, **_told(field))


def _open_choice(field: Field) -> Any:
    ready = [(choice_word(name), name) for name in offered(field.control)]
    told = _told(field, text("studio.path.hint"))
    return gr.Dropdown(ready, value=_default(field), allow_custom_value=True, **told)


def _line(field: Field) -> Any:
    return gr.Textbox(_default(field), max_lines=1, **_told(field))


_DRAWN: dict[str, Callable[[Field], Any]] = {
    "photos": _photos,
    "files": _files,
    "folder": _folder,
    "place": _place,
    "tick": _tick,
    "slider": _slider,
    "number": _number,
    "list": _list,
    "pairs": _pairs,
    "choice": _choice,
    "open_choice": _open_choice,
    "line": _line,
}
