"""The command line: finds the command, reads its request, runs it, returns an exit code.

0   everything was done
2   nothing could be done: a bad input or option
3   some inputs were skipped; they are listed at the end
1   a mistake of mien's own; MIEN_DEBUG=1 shows where
130 stopped by Ctrl-C
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Sequence

import mien
from mien import fields
from mien.app import console
from mien.app.commands import Command, all_commands
from mien.errors import MienError
from mien.messages import LANGUAGES, text, use_language

STOPPED = 130
PIPE_CLOSED = 141
FAULT = 1
_HELP = ("-h", "--help")
_DEEP = 3  # words of a command whose last one may be a file as well


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line, `sys.argv` by default; returns the exit code.

    NumPy, which nothing has loaded yet, is told to use one thread, unless the user has said
    otherwise: our matrices are small, and threads that wait for each other take twice the
    processor time of a fit. PyTorch has threads of its own.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    _make_streams_safe()
    with contextlib.ExitStack() as stack:
        try:
            words = _choose_language(words, stack)
            code = _run(words)
            sys.stdout.flush()
            return code
        except MienError as error:
            console.note(text("app.error", error=error))
            return error.exit_code
        except KeyboardInterrupt:
            console.note(text("app.stopped"))
            return STOPPED
        except BrokenPipeError:
            # The reader (`head`, `less`) has gone; Python must not try to flush to it at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return PIPE_CLOSED
        except Exception as error:
            if os.environ.get("MIEN_DEBUG"):
                raise
            first_line = str(error).partition("\n")[0][:200]
            console.note(text("app.fault", kind=type(error).__name__, error=first_line))
            return FAULT


def _make_streams_safe() -> None:
    """A file name that the terminal's encoding lacks is escaped, never an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _choose_language(words: list[str], stack: contextlib.ExitStack) -> list[str]:
    """Takes `--lang` out of the words, wherever it stands before `--`."""
    end = words.index("--") if "--" in words else len(words)
    for place, word in enumerate(words[:end]):
        name, equals, code = word.partition("=")
        if name != "--lang":
            continue
        after = place + 1
        if not equals:
            code = words[after] if after < end else ""
            after += 1
        if code not in LANGUAGES:
            raise fields.unknown("--lang:", code, LANGUAGES)
        stack.enter_context(use_language(code))
        return words[:place] + words[after:]
    return words


def _run(words: list[str]) -> int:
    if words[:1] == ["--version"]:
        console.say(f"mien {mien.__version__}")
        return 0
    if not words or words[0] in _HELP:
        _show_commands(all_commands())
        return 0 if words else 2
    command, rest = find(words)
    if command is None:
        return 0 if rest[:1] and rest[0] in _HELP else 2
    name = " ".join(command.words)
    request, run = command.load()
    from mien.app import parse

    if any(word in _HELP for word in rest[: rest.index("--") if "--" in rest else None]):
        for line in parse.usage(request, command=name, summary=text(command.summary)):
            console.say(line)
        return 0
    return run(parse.parse(request, rest, command=name))


def find(words: list[str]) -> tuple[Command | None, list[str]]:
    """The command that the words after `mien` begin with, and what follows it.

    No command where the words only name a group of them: its commands are listed then.
    Raises OptionError where there is no such command.
    """
    commands = all_commands()
    meant = [command for command in commands if _means(words, command)]
    if meant:
        command = max(meant, key=lambda one: len(one.words))
        return command, words[len(command.words) :]
    group = [command for command in commands if command.words[0] == words[0]]
    if not group:
        names = dict.fromkeys(command.words[0] for command in commands)
        raise fields.unknown(text("app.command"), words[0], names)
    if len(words) > 1 and words[1] not in _HELP:
        actions = [command.words[1] for command in group]
        raise fields.unknown(text("app.command_of", group=words[0]), words[1], actions)
    _show_commands(group)
    return None, words[1:]


def _means(words: list[str], command: Command) -> bool:
    """Whether a line begins with a command.

    A third word can also be a file of that name (`data import photos --out x`): it is part of the
    command only where a further word, or a question for help, follows.
    """
    length = len(command.words)
    if tuple(words[:length]) != command.words:
        return False
    after = words[length] if len(words) > length else "-"
    return length < _DEEP or after in _HELP or not after.startswith("-")


def _show_commands(commands: Sequence[Command]) -> None:
    console.say(text("app.usage", words=f"mien {text('app.command_words')}"))
    console.say()
    rows = [(" ".join(command.words), text(command.summary)) for command in commands]
    console.table(rows, indent=2)
    console.say()
    console.say(text("app.more_help"))
