"""The Python that does what a command line does."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mien import fields
from mien.app import cli, parse
from mien.errors import OptionError
from mien.jobs import JOBS
from mien.messages import text

WIDTH = 88


def twin(words: Sequence[str]) -> str:
    """A program for the words that follow `mien`; raises OptionError for what is no command."""
    command, rest = cli.find(list(words))
    if command is None:
        raise OptionError(text("twin.no_command", words=" ".join(words)))
    request, run = command.load()
    name = " ".join(command.words)
    made = parse.parse(request, rest, command=name)
    job = next((one for one in JOBS if one.name == command.words[0]), None)
    if job is not None and command.words[1] in job.request:
        return _of_job(command.words, made)
    return _of_command(made, run)


def _of_job(words: Sequence[str], made: Any) -> str:
    device = getattr(made, "device", "auto")
    lines = [
        *_imports("from mien import JOBS", made),
        "",
        f'job = next(one for one in JOBS if one.name == "{words[0]}")',
        f"request = {_call(f'job.request[{_shown(words[1])}]', _given(made))}",
        f"outcome = job.load({_shown(device)}).run(request)",
    ]
    return "\n".join(lines) + "\n"


def _of_command(made: Any, run: Any) -> str:
    """What a partial function was given comes before the request."""
    before: tuple[Any, ...] = ()
    if isinstance(run, functools.partial):
        before, run = run.args, run.func
    module, function = inspect.getmodule(run), run.__name__
    assert module is not None
    names = ", ".join(sorted((type(made).__name__, function)))
    first = "".join(f"{_shown(one)}, " for one in before)
    lines = [
        *_imports(f"from {module.__name__} import {names}", made),
        "",
        f"request = {_call(type(made).__name__, _given(made))}",
        f"exit_code = {function}({first}request)",
    ]
    return "\n".join(lines) + "\n"


def _imports(line: str, made: Any) -> list[str]:
    given = "".join(_given(made).values())
    return ["from pathlib import Path", "", line] if "Path(" in given else [line]


def _given(made: Any) -> dict[str, str]:
    """Fields that differ from their defaults, as Python."""
    values = {one.name: getattr(made, one.name) for one in fields.describe(type(made))}
    known = {one.name: one.default for one in fields.describe(type(made))}
    return {name: _shown(value) for name, value in values.items() if value != known[name]}


def _call(name: str, given: Mapping[str, str]) -> str:
    """On one line where it fits, else a line for each argument."""
    arguments = [f"{one}={value}" for one, value in given.items()]
    flat = f"{name}({', '.join(arguments)})"
    if len(flat) <= WIDTH:
        return flat
    return "\n".join([f"{name}(", *(f"    {one}," for one in arguments), ")"])


def _shown(value: Any) -> str:
    if isinstance(value, Path):
        return f"Path({_shown(value.as_posix())})"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_shown(k)}: {_shown(v)}" for k, v in value.items()) + "}"
    if isinstance(value, tuple):
        inner = ", ".join(map(_shown, value))
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    return repr(value)
