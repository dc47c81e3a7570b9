"""The studio's queue: every run of every session, done one at a time in a process of its own.

Two lanes: what trains or measures networks for minutes or hours does not hold up the rest.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import queue
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal, TypeAlias

from mien.errors import OptionError
from mien.jobs.base import Outcome, Skipped
from mien.messages import text

State: TypeAlias = Literal["waiting", "running", "done", "failed", "stopped"]

WORKER = (sys.executable, "-m", "mien.app.studio.worker")
LONG_ACTIONS = frozenset({"train", "learn", "eval", "collect"})
MOST_WAITING = 20
MOST_KEPT = 100
_LINES_KEPT = 200
GRACE_SECONDS = 30.0
"""What a run gets to stop in order; then its process is ended."""


@dataclasses.dataclass(eq=False)
class Work:
    """One run. Written by the lane that does it, read by every page that shows it.

    key      unguessable name; number: 1, 2, ... within the session
    owner    session that asked for it
    folder   where its results go
    lines    sentences it told on its way
    error    one line for the user, where it failed
    fault    what broke, where that was no mistake of the user's
    """

    key: str
    number: int
    owner: str
    job: str
    action: str
    language: str
    folder: Path
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    state: State = "waiting"
    done: int = 0
    total: int = 0
    label: str = ""
    lines: list[str] = dataclasses.field(default_factory=list)
    started: float = 0.0
    ended: float = 0.0
    outcome: Outcome = dataclasses.field(default_factory=Outcome)
    error: str = ""
    fault: str = ""
    cancelled: bool = False

    @property
    def over(self) -> bool:
        """Whether it has ended, one way or another."""
        return self.state in ("done", "failed", "stopped")

    @property
    def seconds(self) -> float:
        """How long it has run."""
        if not self.started:
            return 0.0
        return (self.ended or time.monotonic()) - self.started


class Works:
    """All runs, in order.

    out      folder below which every result lies
    worker   command that starts the process of a lane
    """

    def __init__(self, out: Path, *, worker: Sequence[str] = WORKER) -> None:
        self._out = out
        self._works: dict[str, Work] = {}
        self._folders: dict[str, Path] = {}
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()
        self._lanes = {name: _Lane(worker) for name in ("short", "long")}

    def new(self, owner: str, job: str, action: str, *, language: str) -> Work:
        """A run that waits to be told its values; it is not in any list yet."""
        with self._lock:
            number = self._counts[owner] = self._counts.get(owner, 0) + 1
            folder = self._session(owner) / f"{number:03d}-{job}-{action}"
        return Work(secrets.token_urlsafe(9), number, owner, job, action, language, folder)

    def _session(self, owner: str) -> Path:
        """The session's own folder: the time it began, and what tells it from the others."""
        if owner not in self._folders:
            mark = hashlib.sha256(owner.encode()).hexdigest()[:6]
            self._folders[owner] = self._out / f"{time.strftime('%Y-%m-%d-%H%M%S')}-{mark}"
        return self._folders[owner]

    def add(self, work: Work) -> None:
        """Puts a run into its lane; raises OptionError where too many wait already."""
        lane = self._lane(work)
        with self._lock:
            if lane.waiting >= MOST_WAITING:
                raise OptionError(text("studio.queue_full", most=MOST_WAITING))
            self._works[work.key] = work
            for key in list(self._works)[:-MOST_KEPT]:
                if self._works[key].over:
                    del self._works[key]
        lane.add(work)

    def of(self, owner: str) -> list[Work]:
        """The session's runs, the newest first."""
        with self._lock:
            return [one for one in reversed(self._works.values()) if one.owner == owner]

    def find(self, owner: str, key: str) -> Work | None:
        """One run of this session."""
        work = self._works.get(key)
        return work if work is not None and work.owner == owner else None

    def before(self, work: Work) -> int:
        """How many runs are done before this one that waits."""
        lane = self._lane(work)
        with self._lock:
            mine = [one for one in self._works.values() if self._lane(one) is lane]
        return sum(not one.over for one in mine[: mine.index(work)]) if work in mine else 0

    def warm(self) -> None:
        """Starts the process of what is quick, so that the first run need not wait for it."""
        self._lanes["short"].warm()

    def cancel(self, work: Work) -> None:
        """Stops a run in order, or takes it out of the queue."""
        self._lane(work).cancel(work)

    def close(self) -> None:
        """Stops everything and waits for it, for both lanes at once."""
        lanes = self._lanes.values()
        with ThreadPoolExecutor(len(lanes)) as closing:
            list(closing.map(_Lane.close, lanes))

    def _lane(self, work: Work) -> _Lane:
        return self._lanes["long" if work.action in LONG_ACTIONS else "short"]


class _Lane:
    """A process that does one run after the other, and the thread that speaks with it."""

    def __init__(self, worker: Sequence[str]) -> None:
        self._worker = worker
        self._queue: queue.Queue[Work | None] = queue.Queue()
        self._process: subprocess.Popen[str] | None = None
        self._thread: threading.Thread | None = None
        self._now: Work | None = None
        self._told: Work | None = None
        self._lock = threading.Lock()
        self._closed = False

    @property
    def waiting(self) -> int:
        return self._queue.qsize()

    def add(self, work: Work) -> None:
        self._queue.put(work)
        self._begin()

    def warm(self) -> None:
        self._running()
        self._send({"warm": True})
        self._begin()

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, daemon=True)
            self._thread.start()

    def cancel(self, work: Work) -> None:
        with self._lock:
            if work.over or work.cancelled:
                return
            work.cancelled = True
            if work is self._told:
                self._send({"cancel": True})
            elif work is not self._now:
                _end(work, "stopped")
                return
        insist = threading.Timer(GRACE_SECONDS, self._insist, (work,))
        insist.daemon = True
        insist.start()

    def close(self) -> None:
        if self._thread is None:
            return
        with self._lock:
            self._closed = True
            process = self._process
            idle = self._now is None or self._now.over
        self._queue.put(None)
        if process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                _close_input(process)
                # A process that does nothing, or still loads its modules, has nothing to lose.
                process.wait(0.0 if idle else GRACE_SECONDS)
            process.kill()
        self._thread.join(GRACE_SECONDS)
        self._tidy()

    def _insist(self, work: Work) -> None:
        if not work.over and work is self._now and self._process is not None:
            self._process.kill()

    def _serve(self) -> None:
        while (work := self._queue.get()) is not None:
            with self._lock:
                self._now = work
            if self._closed and not work.over:
                _end(work, "stopped")
            elif not work.over:
                self._do(work)

    def _do(self, work: Work) -> None:
        work.started = time.monotonic()
        work.state = "running"
        try:
            process = self._running()
            self._order(work)
            for line in process.stdout or ():
                if _took(work, json.loads(line)):
                    return
        except OSError as problem:
            work.fault = str(problem)
        finally:
            self._told = None
        # The process ended in the middle of it: killed by us, or for want of memory.
        self._tidy()
        _end(work, "stopped" if work.cancelled or self._closed else "failed")

    def _order(self, work: Work) -> None:
        order = {"job": work.job, "action": work.action, "language": work.language}
        with self._lock:
            if self._closed and self._process is not None:
                _close_input(self._process)
            self._send({**order, "values": work.values})
            self._told = work
            if work.cancelled:
                self._send({"cancel": True})

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                self._worker,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                # Ctrl-C is for the studio: it stops its lanes in order.
                start_new_session=True,
            )
        return self._process

    def _tidy(self) -> None:
        """Forgets a process that has ended."""
        process, self._process = self._process, None
        if process is not None:
            _close_input(process)
            process.wait()
            if process.stdout is not None:
                process.stdout.close()

    def _send(self, message: Mapping[str, Any]) -> None:
        process = self._process
        if process is not None and process.stdin is not None:
            # Where it has ended, its output ends too, and that is noticed where it is read.
            with contextlib.suppress(OSError, ValueError):
                process.stdin.write(json.dumps(message) + "\n")
                process.stdin.flush()


def _close_input(process: subprocess.Popen[str]) -> None:
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()


def _took(work: Work, message: Mapping[str, Any]) -> bool:
    """Writes a message of the process into the run; whether it was the last one."""
    if "step" in message:
        done, total, label, stays = message["step"]
        if stays:
            work.lines = [*work.lines, label][-_LINES_KEPT:]
        else:
            work.done, work.total, work.label = done, total, label
        return False
    if "done" in message:
        told = message["done"]
        results = tuple(Path(path) for path in told["results"])
        skipped = tuple(Skipped(name, reason) for name, reason in told["skipped"])
        work.outcome = Outcome(results, skipped, tuple(told["notes"]), told["figures"])
        _end(work, "done" if results or not skipped else "failed")
    elif "stopped" in message:
        _end(work, "stopped")
    else:
        work.error, work.fault = message.get("error", ""), message.get("fault", "")
        _end(work, "failed")
    return True


def _end(work: Work, state: State) -> None:
    work.ended = time.monotonic()
    work.state = state
