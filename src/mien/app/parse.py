"""A request from the words of a command line, and the help that shows how to write them.

tyro reads the line into texts; `mien.fields` turns the texts into values and refuses bad ones, so
that the command line and the web form accept the same things and say the same about the rest.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from mien import fields
from mien.errors import OptionError
from mien.fields import Control
from mien.messages import text

_PAIR = re.compile(r"\w+=[-+.\d][-+.\deE]*")
_COUNTLESS = 1e9  # a limit above this is the computer's, not the user's


def parse(request: type, words: Sequence[str], *, command: str) -> Any:
    """An instance of the request class, checked.

    words     what follows the command on the command line
    command   the command itself, for messages: "head render"

    Raises OptionError with the option, what came and what was wanted.
    """
    controls = fields.describe(request)
    words = _spread(controls, words)
    _check_options(controls, words)
    texts, rest = _read(controls, words, command)
    values = {control.name: _value(control, texts[control.name], command) for control in controls}
    _place_rest(controls, values, rest, command)
    for control in controls:
        if control.required and values[control.name] in (None, ()):
            raise _missing(control)
    made = request(**values)
    fields.check(made)
    return made


def _spread(controls: Sequence[Control], words: Sequence[str]) -> list[str]:
    """`--au 12=.8 6=.5` as `--au 12=.8 --au 6=.5`: NAME=NUMBER after such an option is its own."""
    pairs = {fields.shown(control) for control in controls if control.kind == "pair"}
    spread: list[str] = []
    current = ""
    for place, word in enumerate(words):
        if word == "--":
            return spread + list(words[place:])
        if word.startswith("--"):
            current = word if word in pairs else ""
        elif current and spread[-1] != current and _PAIR.fullmatch(word):
            spread.append(current)
        else:
            current = current if current and spread[-1] == current else ""
        spread.append(word)
    return spread


def _check_options(controls: Sequence[Control], words: Sequence[str]) -> None:
    """Refuses unknown options, options without their values and flags with one."""
    known = {fields.shown(control): control for control in controls if not control.positional}
    for place, word in enumerate(words):
        if word == "--":
            return
        if not word.startswith("--"):
            continue
        name, equals, _ = word.partition("=")
        name = name.replace("_", "-")
        if name not in known:
            raise fields.unknown(text("fields.what.option"), name, known)
        control = known[name]
        if control.kind == "flag":
            if equals:
                raise OptionError(text("app.flag_value", name=name))
        elif not equals or control.count > 1:
            needed = max(control.count, 1)
            given = words[place + 1 : place + 1 + needed]
            if len(given) < needed or any(value.startswith("--") for value in given):
                raise _missing(control)


def _read(
    controls: Sequence[Control], words: Sequence[str], command: str
) -> tuple[dict[str, Any], list[str]]:
    """What was written for each control, and the words that belong to none."""
    import tyro

    texts = dataclasses.make_dataclass("Texts", [_text_field(control) for control in controls])
    try:
        read, rest = tyro.cli(
            texts,
            prog=f"mien {command}",
            args=list(words),
            return_unknown_args=True,
            console_outputs=False,
            add_help=False,
        )
    except SystemExit:
        # The options were checked before: what is left is beyond what one line can blame.
        raise OptionError(text("app.unreadable", words=" ".join(words), command=command)) from None
    return vars(read), rest


def _text_field(control: Control) -> tuple[str, Any, Any]:
    import tyro

    # An option that was not written stays None; tyro needs a type that allows it.
    if control.kind == "flag":
        kind: Any = Annotated[bool, tyro.conf.FlagCreatePairsOff]
        return control.name, kind, dataclasses.field(default=bool(control.default))
    if control.positional:
        many = Annotated[tuple[str, ...], tyro.conf.Positional]
        return control.name, many, dataclasses.field(default=())
    one: Any = str if control.count <= 1 else tuple[(str,) * control.count]
    append = Annotated[tuple[one, ...], tyro.conf.UseAppendAction]
    return control.name, append, dataclasses.field(default=())


def _value(control: Control, written: Any, command: str) -> Any:
    """The value of a control; its default, or None where it has none, if nothing was written."""
    if control.kind == "flag":
        return written
    if not written:
        return None if control.required else control.default
    if control.kind == "pair":
        return dict(fields.convert(control, one) for one in written)
    if control.count == 0:
        return tuple(fields.convert(control, one) for one in written)
    if len(written) > 1 and control.positional:
        raise OptionError(text("app.unexpected", word=written[1], command=command))
    if len(written) > 1:
        raise OptionError(text("app.twice", name=fields.shown(control)))
    if control.count == 1:
        return fields.convert(control, written[0])
    return tuple(fields.convert(control, one) for one in written[0])


def _place_rest(
    controls: Sequence[Control], values: dict[str, Any], rest: list[str], command: str
) -> None:
    """Adds words that stood behind options to the arguments, as `fit a.jpg --out x b.jpg` means."""
    open_ended = next((one for one in controls if one.positional and one.count == 0), None)
    for word in rest:
        if open_ended is None or word.startswith("-"):
            raise OptionError(text("app.unexpected", word=word, command=command))
        before = values[open_ended.name] or ()
        values[open_ended.name] = (*before, fields.convert(open_ended, word))


def _missing(control: Control) -> OptionError:
    name = fields.shown(control)
    wanted = text(control.help) if control.positional else metavar(control)
    return OptionError(text("fields.missing", name=name, wanted=wanted))


def metavar(control: Control) -> str:
    """What stands for the value of an option in its help: `{off,detail,full}`, `NUMBER`."""
    if control.metavar:
        return control.metavar
    if control.choices:
        return "{" + ",".join(control.choices) + "}"
    names = {"integer": "N", "number": "X", "pair": "NAME=X", "path": "PATH", "text": "TEXT"}
    return " ".join([names.get(control.kind, "")] * max(control.count, 1))


def usage(request: type, *, command: str, summary: str) -> Iterator[str]:
    """The lines of the help of one command.

    summary   what the command is for, in one line, in the current language
    """
    controls = fields.describe(request)
    places = [control for control in controls if control.positional]
    options = [control for control in controls if not control.positional]
    words = " ".join(["mien", command, *(control.metavar for control in places)])
    yield text("app.usage", words=f"{words} [{text('app.options')}]")
    yield f"  {summary}"
    rows = [(control.metavar, text(control.help)) for control in places]
    rows += [(_option_words(control), _option_help(control)) for control in options]
    rows.append(("--help", text("app.help_option")))
    width = min(30, max(len(left) for left, _ in rows))
    yield ""
    for left, right in rows:
        yield f"  {left:<{width}}  {right}" if len(left) <= width else f"  {left}"
        if len(left) > width:
            yield f"  {'':<{width}}  {right}"


def _option_words(control: Control) -> str:
    return f"{fields.shown(control)} {'' if control.kind == 'flag' else metavar(control)}".rstrip()


def _option_help(control: Control) -> str:
    notes = []
    if control.low is not None and control.high is not None:
        high = "" if control.high > _COUNTLESS else f"{control.high:g}{control.unit}"
        notes.append(f"{control.low:g} … {high}".rstrip())
    if control.required:
        notes.append(text("app.required"))
    elif control.kind == "pair" or (control.count == 0 and not control.positional):
        notes.append(text("app.repeatable"))
    elif control.kind != "flag" and control.default is not None:
        shown = control.default
        shown = " ".join(map(str, shown)) if isinstance(shown, tuple) else shown
        notes.append(text("app.default", value=shown))
    return text(control.help) + (f" ({'; '.join(notes)})" if notes else "")
