"""Numbered pieces of work, done by one process or by many, each with one thread."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, TypeAlias

from mien.errors import MienError, OutputError
from mien.messages import Language, language, text, use_language

Told: TypeAlias = Callable[[int], None]
"""Is told how many parts were done since it was told last."""
Make: TypeAlias = Callable[[int, Told], None]
"""Does the piece of a number; has to survive pickling, and to leave whole pieces or none."""

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
"""What says how many threads a process may have, in its environment."""
_PATIENCE = 20.0  # seconds that a worker gets to tidy up what it is at


def work_through(make: Make, numbers: Sequence[int], *, workers: int, told: Told) -> None:
    """Does every piece; which worker does which never shows in what they leave.

    Raises the first MienError of a piece; OutputError where a worker dies. A worker whose parent
    has gone stops at the next part that it tells of.
    """
    workers = min(workers, len(numbers))
    if workers <= 1:
        for number in numbers:
            make(number, told)
        return
    with _crew(make, workers) as pipes:
        _hand_out(list(reversed(numbers)), pipes, told)


def _hand_out(left: list[int], pipes: list[Connection], told: Told) -> None:
    busy = set(pipes)
    for pipe in pipes:
        pipe.send(left.pop())
    while busy:
        for pipe in wait(list(busy)):
            assert isinstance(pipe, Connection)
            try:
                kind, value = pipe.recv()
            except (EOFError, ConnectionError):
                raise OutputError(text("data.worker_died")) from None
            if kind == "part":
                told(value)
            elif kind == "error":
                error, line = value
                raise error(line)
            elif left:
                pipe.send(left.pop())
            else:
                busy.discard(pipe)


@contextlib.contextmanager
def _crew(make: Make, workers: int) -> Iterator[list[Connection]]:
    """Starts the processes and gives the pipes to them; they end with the block."""
    context = multiprocessing.get_context("spawn")
    pipes: list[Connection] = []
    crew: list[SpawnProcess] = []
    try:
        with _one_thread():
            for _ in range(workers):
                here, there = context.Pipe()
                one = context.Process(target=_work, args=(make, there, language()), daemon=True)
                one.start()
                there.close()
                pipes.append(here)
                crew.append(one)
        yield pipes
    finally:
        for pipe in pipes:
            pipe.close()
        for one in crew:
            one.join(_PATIENCE)
            if one.is_alive():
                one.terminate()
                one.join()


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Processes that start inside compute with one thread each."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _work(make: Make, pipe: Any, spoken: Language) -> None:
    """Target of a worker: takes numbers from the pipe until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    # A closed pipe: the parent has finished, given up, or been killed.
    with contextlib.suppress(EOFError, ConnectionError), use_language(spoken):
        while True:
            number = pipe.recv()
            try:
                make(number, lambda parts: pipe.send(("part", parts)))
            except MienError as error:
                pipe.send(("error", (type(error), str(error))))
                return
            pipe.send(("done", number))
