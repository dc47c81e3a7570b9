"""The studio's end of the performers: pages ask, processes answer, nobody waits for a stale value.

Three processes, started when they are needed: one for what moves, one for models and other slow
things, one that looks through the cameras. Each page has at most one question in each of them; of
those that wait, a newer picture replaces an older one.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import queue
import secrets
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal, TypeAlias, get_args

from mien.app.studio.stage.frames import Header, pack, read_frame, unpack, write_frame
from mien.data.workers import THREADS
from mien.errors import OptionError
from mien.messages import text, use_language

PERFORMER = (sys.executable, "-m", "mien.app.studio.stage.performer")
Lane: TypeAlias = Literal["quick", "slow", "camera"]
Tell: TypeAlias = Callable[[bytes], None]
LANES: tuple[Lane, ...] = get_args(Lane)
SLOW = frozenset({"head.make", "faces.wall", "faces.near", "faces.walk", "faces.make"})
LATEST = frozenset({"head.draw", "photo.draw", "person.draw", "camera.frame", "camera.hear"})
"""Of these, only the newest is of any use."""
MOST_LINKS = 32
MOST_WAITING = 8


@dataclasses.dataclass
class _Question:
    header: Header
    payload: bytes


class Link:
    """One page's connection. `ask` may be called from any thread, and `tell` is called from others.

    tell      is given every answer, a whole frame
    language  of what it is told
    """

    def __init__(self, stage: Stage, tell: Tell, language: str) -> None:
        self.key = secrets.token_urlsafe(9)
        self.tell, self.language = tell, language
        self._stage = stage
        self._lanes: dict[Lane, _Turn] = {lane: _Turn() for lane in LANES}
        self._lock = threading.Lock()

    def ask(self, header: Header, payload: bytes = b"") -> None:
        """Asks, or keeps the question until the last one is answered."""
        lane = _lane_of(str(header.get("do")))
        header = {**header, "link": self.key, "language": self.language}
        with self._lock:
            turn = self._lanes[lane]
            dropped = turn.add(_Question(header, payload))
            following = turn.next()
        for one, line in dropped:
            self._refuse(one.header, line)
        self._send(lane, following)

    def answered(self, lane: Lane, frame: bytes) -> None:
        """An answer came; the next question follows."""
        self.tell(frame)
        self._go_on(lane)

    def lost(self, lane: Lane) -> None:
        """The process has ended, and with it whatever this page had open there."""
        with self._lock:
            asked = self._lanes[lane].now
        with use_language(self.language):
            line = text("studio.live.died")
        if asked is not None:
            self.tell(pack({**_answer_to(asked.header), "error": line, "lost": True}))
        elif lane == "quick":
            self.tell(pack({"lost": True, "error": line}))
        self._go_on(lane)

    def close(self) -> None:
        """Forgets the page."""
        self._stage.forget(self)

    def _go_on(self, lane: Lane) -> None:
        with self._lock:
            self._lanes[lane].now = None
            following = self._lanes[lane].next()
        self._send(lane, following)

    def _send(self, lane: Lane, question: _Question | None) -> None:
        if question is not None:
            self._stage.send(self, lane, pack(question.header, question.payload))

    def _refuse(self, header: Header, line: str) -> None:
        with use_language(self.language):
            told = {"error": text(line)} if line else {"dropped": True}
        self.tell(pack({**_answer_to(header), **told}))


def _lane_of(asked: str) -> Lane:
    if asked.startswith("camera."):
        return "camera"
    return "slow" if asked in SLOW else "quick"


def _answer_to(header: Header) -> Header:
    return {"id": header.get("id"), "do": header.get("do")}


class _Turn:
    """What a page has asked one process: the question it works on, and those that wait."""

    def __init__(self) -> None:
        self.now: _Question | None = None
        self._waiting: deque[_Question] = deque()

    def add(self, question: _Question) -> list[tuple[_Question, str]]:
        """Puts a question in; gives those that will not be answered, with the reason's key."""
        kind = question.header.get("do")
        stale = [one for one in self._waiting if kind in LATEST and one.header.get("do") == kind]
        for one in stale:
            self._waiting.remove(one)
        if len(self._waiting) >= MOST_WAITING:
            return [(question, "studio.live.busy")]
        self._waiting.append(question)
        return [(one, "") for one in stale]

    def next(self) -> _Question | None:
        """The question to be sent now, if any."""
        if self.now is not None or not self._waiting:
            return None
        self.now = self._waiting.popleft()
        return self.now


class Stage:
    """All pages that draw, and the processes that draw for them.

    performer  command that starts such a process
    """

    def __init__(self, performer: Sequence[str] = PERFORMER) -> None:
        self._links: dict[str, Link] = {}
        self._lock = threading.Lock()
        self._processes: dict[Lane, _Process] = {
            lane: _Process(performer, self._find, lane) for lane in LANES
        }

    def warm(self) -> None:
        """Starts the process of what is quick, so that the first picture need not wait for it."""
        self._processes["quick"].send(pack({"do": "warm", "link": "warm"}))

    def open(self, tell: Tell, *, language: str) -> Link:
        """A new page. Raises OptionError where there are too many."""
        with self._lock:
            if len(self._links) >= MOST_LINKS:
                raise OptionError(text("studio.live.full", most=MOST_LINKS))
            link = Link(self, tell, language)
            self._links[link.key] = link
        return link

    def send(self, link: Link, lane: Lane, frame: bytes) -> None:
        """Hands a page's question to a process."""
        if link.key in self._links:
            self._processes[lane].send(frame)

    def forget(self, link: Link) -> None:
        """Takes a page out; what it had open is closed."""
        with self._lock:
            known = self._links.pop(link.key, None)
        if known is not None:
            for process in self._processes.values():
                process.send(pack({"do": "close", "link": link.key}), start=False)

    def close(self) -> None:
        """Ends the processes, all at once."""
        with ThreadPoolExecutor(len(LANES)) as closing:
            list(closing.map(_Process.close, self._processes.values()))

    def _find(self, key: str | None) -> list[Link]:
        """The link of a key, or all of them."""
        with self._lock:
            if key is None:
                return list(self._links.values())
            found = self._links.get(key)
        return [found] if found is not None else []


class _Process:
    """One performer, with a thread that writes to it and one that reads."""

    def __init__(
        self, command: Sequence[str], find: Callable[[str | None], list[Link]], lane: Lane
    ) -> None:
        self._command, self._find = command, find
        self._lane: Lane = lane
        self._questions: queue.Queue[bytes | None] = queue.Queue()
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._closed = False

    def send(self, frame: bytes, *, start: bool = True) -> None:
        """Hands a question on; starts the process where there is none."""
        with self._lock:
            if self._process is None and not (start and not self._closed):
                return
            if self._process is None:
                self._begin()
        self._questions.put(frame)

    def close(self) -> None:
        """Ends the process."""
        with self._lock:
            self._closed = True
            process = self._process
        if process is None:
            return
        # It has nothing to lose, and in the middle of a network it would take seconds to end.
        process.kill()
        self._questions.put(None)
        process.wait()

    def _begin(self) -> None:
        self._questions = queue.Queue()
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # A picture at a time: more threads would wait for each other, and for the browser.
            env={**dict.fromkeys(THREADS, "1"), **os.environ},
            # Ctrl-C is for the studio: it ends its processes in order.
            start_new_session=True,
        )
        for work in (self._write, self._read):
            threading.Thread(
                target=work, args=(self._process, self._questions), daemon=True
            ).start()

    def _write(
        self, process: subprocess.Popen[bytes], questions: queue.Queue[bytes | None]
    ) -> None:
        assert process.stdin is not None
        # Where the process has ended, the thread that reads notices it too.
        with contextlib.suppress(OSError, ValueError):
            while (frame := questions.get()) is not None:
                write_frame(process.stdin, frame)
            process.stdin.close()

    def _read(self, process: subprocess.Popen[bytes], questions: queue.Queue[bytes | None]) -> None:
        assert process.stdout is not None
        with process.stdout as answers:
            while (frame := read_frame(answers)) is not None:
                header, _ = unpack(frame)
                for link in self._find(str(header.get("link"))):
                    link.answered(self._lane, frame)
        questions.put(None)
        process.wait()
        with self._lock:
            self._process = None
            closed = self._closed
        if not closed:
            for link in self._find(None):
                link.lost(self._lane)
