"""An outside program as an engine: one JSON line in, one JSON line out.

    -> {"do": "schema"}
    <- {"parameters": [{"name": "eye_size", "low": 0, "high": 1, "default": 0.5},
                       {"name": "hair", "choices": ["short", "long"], "default": "short"}]}
    -> {"do": "render", "params": {"eye_size": 0.7, "hair": "long"}, "folder": "..."}
    <- {"image": "<base64 of a PNG or JPEG>"}     or     {"file": "face.png"}, in that folder
    <- {"error": "what went wrong"}               instead of any answer

The folder is made by us, and a file is looked for nowhere else. Low defaults to 0, high to 1, the
default to the middle, or to the first choice. The end of the input asks the program to end.
"""

from __future__ import annotations

import base64
import binascii
import collections
import contextlib
import dataclasses
import json
import os
import queue
import shlex
import signal
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from mien.errors import InputError, OptionError
from mien.io.files import read_bytes
from mien.io.image import decode_image
from mien.io.limits import MIB, ImageLimits
from mien.io.names import terminal_safe
from mien.jobs.character.engines.schema import Params, Schema
from mien.messages import text
from mien.types import Image

PICTURE_LIMITS = ImageLimits(max_bytes=32 * MIB, max_pixels=4096 * 4096, max_side=4096)
LONGEST_LINE = 48 * MIB
"""Bytes of an answer: base64 of the largest picture, and some."""
FIRST_SECONDS = 60.0
"""What a program gets for its schema: it has to start first."""
_KEPT_LINES, _KEPT_LETTERS = 20, 300
_GRACE_SECONDS = 3.0


@dataclasses.dataclass(frozen=True)
class Patience:
    """How long to wait for answers, in seconds."""

    schema: float = FIRST_SECONDS
    render: float = 30.0


PATIENCE = Patience()


def split_command(command: str) -> tuple[str, ...]:
    """The words of a command line, quoted as in a shell; none is ever given to one.

    Raises OptionError where there are none, or a quote is left open.
    """
    try:
        words = tuple(shlex.split(command, posix=os.name == "posix"))
    except ValueError:
        words = ()
    if not words:
        raise OptionError(text("engine.program.words", command=terminal_safe(command)))
    return words


class ProgramEngine:
    """Speaks with a program that is started when it is first needed.

    A program that died, was silent for too long or answered nonsense is ended; the next picture
    starts it anew, as the fault may be the parameters'. A context that is left ends it too.
    """

    def __init__(self, words: Sequence[str], patience: Patience = PATIENCE) -> None:
        self._words, self._patience = tuple(words), patience
        self._running: _Running | None = None
        self._schema: Schema | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="mien-engine-")

    def schema(self) -> Schema:
        """As the program told it; asked once. Raises InputError for anything that is not one."""
        if self._schema is None:
            told = self._ask({"do": "schema"}, self._patience.schema)
            try:
                self._schema = Schema.from_config(told)
            except ValueError as problem:
                raise self._fault("engine.program.schema", reason=problem) from problem
        return self._schema

    def render(self, params: Params) -> Image:
        """(h, w, 3) uint8; raises InputError with one line for every way to fail."""
        values = self.schema().complete(params)
        folder = Path(self._folder.name)
        order = {"do": "render", "params": values, "folder": str(folder)}
        told = self._ask(order, self._patience.render)
        try:
            return decode_image(
                self._picture(told, folder), name=self._name, limits=PICTURE_LIMITS
            )[0]
        finally:
            _empty(folder)

    def close(self) -> None:
        """Ends the program and removes its folder."""
        self._end()
        self._folder.cleanup()

    @property
    def _name(self) -> str:
        return Path(self._words[0]).name

    def _picture(self, told: Mapping[str, Any], folder: Path) -> bytes:
        if isinstance(told.get("image"), str):
            try:
                return base64.b64decode(told["image"], validate=True)
            except (binascii.Error, ValueError) as problem:
                raise self._fault("engine.program.base64") from problem
        name = told.get("file")
        if not isinstance(name, str):
            raise self._fault("engine.program.no_picture")
        path = folder / name
        inside = path.parent == folder and path.name == name and name not in (".", "..")
        if not inside or "\0" in name or path.is_symlink():
            raise self._fault("engine.program.outside", file=terminal_safe(name)[:60])
        return read_bytes(path, max_bytes=PICTURE_LIMITS.max_bytes, wanted="io.wanted.image")

    def _ask(self, order: Mapping[str, Any], seconds: float) -> Mapping[str, Any]:
        if self._running is None:
            try:
                self._running = _Running(self._words)
            except OSError as problem:
                reason = problem.strerror or type(problem).__name__
                raise self._fault("engine.program.start", reason=reason) from problem
        line = self._running.ask(json.dumps(order), seconds)
        if line is None:
            raise self._fault("engine.program.silent", seconds=f"{seconds:g}")
        if not line.endswith(b"\n"):
            long = len(line) >= LONGEST_LINE
            raise self._fault("engine.program.long" if long else "engine.program.ended")
        try:
            told = json.loads(line)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            excerpt = terminal_safe(line[:60].decode(errors="replace").strip())
            raise self._fault("engine.program.garbage", line=excerpt)
        if "error" in told:
            # It works, and says what it cannot draw: it need not be started anew.
            reason = terminal_safe(told["error"])[:_KEPT_LETTERS]
            shown = {"name": terminal_safe(self._name), "reason": reason}
            raise InputError(text("engine.program.error", **shown))
        return told

    def _fault(self, key: str, **shown: object) -> InputError:
        """Ends the program; the error, with the last that it wrote to its standard error."""
        last = self._end()
        line = text(key, name=terminal_safe(self._name), **shown)
        if last:
            line = text("engine.program.stderr", line=line, last=terminal_safe(last))
        return InputError(line)

    def _end(self) -> str:
        running, self._running = self._running, None
        return "" if running is None else running.end()


class _Running:
    """A started program. Threads read and write its pipes, so that none can block us."""

    def __init__(self, words: Sequence[str]) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            list(words), stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
        )
        self._orders: queue.Queue[bytes | None] = queue.Queue()
        self._answers: queue.Queue[bytes] = queue.Queue(2)
        self._said: collections.deque[bytes] = collections.deque(maxlen=_KEPT_LINES)
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=work, daemon=True)
            for work in (self._write, self._read, self._hear)
        ]
        for thread in self._threads:
            thread.start()

    def ask(self, order: str, seconds: float) -> bytes | None:
        """The line that answers; None where none came in time, an unfinished one at the end."""
        while not self._answers.empty():  # said without being asked
            self._answers.get_nowait()
        self._orders.put(order.encode() + b"\n")
        with contextlib.suppress(queue.Empty):
            return self._answers.get(timeout=seconds)
        return None

    def end(self) -> str:
        """Ends the program, kindly at first; returns the last line of its standard error."""
        self._over.set()
        self._orders.put(None)
        for stop in (lambda: None, self._process.terminate, self._process.kill):
            stop()
            if _ended(self._process, _GRACE_SECONDS):
                break
        if os.name == "posix":  # what it started in turn holds our pipes open
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        while not self._answers.empty():
            self._answers.get_nowait()
        for thread in self._threads:
            thread.join(_GRACE_SECONDS)
        if not any(thread.is_alive() for thread in self._threads):
            for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
                with contextlib.suppress(OSError, ValueError):
                    _open(stream).close()
        lines = [line.decode(errors="replace").strip() for line in self._said]
        return next((line for line in reversed(lines) if line), "")[:_KEPT_LETTERS]

    def _write(self) -> None:
        stream = _open(self._process.stdin)
        with contextlib.suppress(OSError, ValueError), stream:
            while (order := self._orders.get()) is not None:
                stream.write(order)
                stream.flush()

    def _read(self) -> None:
        stream = _open(self._process.stdout)
        with contextlib.suppress(OSError, ValueError):
            while not self._over.is_set():
                line = stream.readline(LONGEST_LINE)
                self._put(line)
                if not line.endswith(b"\n"):
                    return

    def _put(self, line: bytes) -> None:
        while not self._over.is_set():
            with contextlib.suppress(queue.Full):
                self._answers.put(line, timeout=0.1)
                return

    def _hear(self) -> None:
        stream = _open(self._process.stderr)
        with contextlib.suppress(OSError, ValueError):
            while line := stream.readline(4096):
                self._said.append(line)


def _open(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream


def _ended(process: subprocess.Popen[bytes], seconds: float) -> bool:
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
        return True
    return False


def _empty(folder: Path) -> None:
    """Removes what a program left in our folder; a link is removed, never followed."""
    for entry in folder.iterdir():
        with contextlib.suppress(OSError):
            entry.unlink()
