"""The process that does the studio's work: one run after the other, networks kept loaded.

It reads orders as lines of JSON from its standard input and answers in lines of JSON:

    {"job", "action", "language", "values"}   run this
    {"cancel": true}                          stop what runs now
    {"warm": true}                            load every job, so that the first run need not wait
    {"step": [done, total, label, stays]}     how far it is
    {"done": {...}} | {"error": line} | {"fault": line} | {"stopped": true}   how it ended

A process of its own, because a run can be stopped at any point, as by Ctrl-C, and because nothing
that a run does can bring the page down.
"""

from __future__ import annotations

import _thread
import contextlib
import dataclasses
import functools
import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any, TypeAlias

from mien.errors import MienError
from mien.jobs.base import Job, Outcome, Predictor, Step
from mien.messages import use_language

Tell: TypeAlias = Callable[[Mapping[str, Any]], None]
_FAULT_LENGTH = 200


def main() -> int:
    """Serves the jobs of mien on standard input and output until the input ends."""
    from mien.jobs import JOBS

    # Ctrl-C may be ignored here, where the studio itself was started in the background.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # The answers go where stdout went; what anything else prints must not mix with them.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        serve(JOBS, sys.stdin, answers)
    return 0


def serve(jobs: Sequence[Job], orders: IO[str], answers: IO[str]) -> None:
    """Runs orders until there are no more."""
    waiting: queue.Queue[Mapping[str, Any] | None] = queue.Queue()
    busy = threading.Event()
    reader = threading.Thread(target=_listen, args=(orders, waiting, busy), daemon=True)
    reader.start()
    known = {job.name: job for job in jobs}
    tell = functools.partial(_write, answers)
    loaded = functools.cache(lambda name, device: known[name].load(device))
    while True:
        stopped = False
        try:
            order = waiting.get()
        except KeyboardInterrupt:
            # The stop was faster than the order that it is meant for.
            stopped, order = True, waiting.get()
        if order is None:
            return
        if order.get("warm"):
            _warm(known, loaded)
            continue
        answer = {"stopped": True} if stopped else _answer(order, known, loaded, tell)
        busy.clear()
        tell(answer)


def _warm(known: Mapping[str, Job], loaded: Callable[[str, str], Predictor]) -> None:
    for name in known:
        # What is wrong with a job is told where it is asked for.
        with contextlib.suppress(MienError, KeyboardInterrupt):
            loaded(name, "auto")


def _listen(
    orders: IO[str], waiting: queue.Queue[Mapping[str, Any] | None], busy: threading.Event
) -> None:
    """Reads orders while one is done, so that a stop is heard; the end of the input is one too."""
    for line in orders:
        order = json.loads(line)
        if not order.get("cancel"):
            if not order.get("warm"):
                busy.set()
            waiting.put(order)
        elif busy.is_set():
            _thread.interrupt_main()
    if busy.is_set():
        _thread.interrupt_main()
    waiting.put(None)


def _answer(
    order: Mapping[str, Any],
    known: Mapping[str, Job],
    loaded: Callable[[str, str], Predictor],
    tell: Tell,
) -> Mapping[str, Any]:
    try:
        with use_language(order["language"]):
            return {"done": _plain(_run(order, known, loaded, tell))}
    except MienError as error:
        return {"error": str(error)}
    except KeyboardInterrupt:
        return {"stopped": True}
    except Exception as error:
        if os.environ.get("MIEN_DEBUG"):
            raise
        first_line = str(error).partition("\n")[0][:_FAULT_LENGTH]
        return {"fault": f"{type(error).__name__}: {first_line}"}


def _run(
    order: Mapping[str, Any],
    known: Mapping[str, Job],
    loaded: Callable[[str, str], Predictor],
    tell: Tell,
) -> Outcome:
    from mien.app.form import fill

    request = fill(known[order["job"]].request[order["action"]], order["values"])
    predictor = loaded(order["job"], getattr(request, "device", "auto"))
    return predictor.run(request, progress=lambda step: tell({"step": _step(step)}))


def _step(step: Step) -> list[Any]:
    return [step.done, step.total, step.label, step.stays]


def _plain(outcome: Outcome) -> dict[str, Any]:
    return {
        "results": [str(path) for path in outcome.results],
        "skipped": [dataclasses.astuple(one) for one in outcome.skipped],
        "notes": list(outcome.notes),
        "figures": {name: float(value) for name, value in outcome.figures.items()},
    }


def _write(answers: IO[str], message: Mapping[str, Any]) -> None:
    answers.write(json.dumps(message, ensure_ascii=True) + "\n")
    answers.flush()


if __name__ == "__main__":
    sys.exit(main())
