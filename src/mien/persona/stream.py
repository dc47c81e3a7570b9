"""Moving pictures as they come: a clip played in real time, where results go, what it costs.

Jobs and the studio put these together: frames in, a performer that makes a picture of each, sinks
that take the pictures, and a watch that tells milliseconds by stage.
"""

from __future__ import annotations

import contextlib
import dataclasses
import queue
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mien.errors import OptionError
from mien.face import affine
from mien.io.provenance import Provenance
from mien.io.video import write_video
from mien.io.virtual_camera import VirtualCamera
from mien.messages import text
from mien.persona.clips import clip_frames
from mien.persona.subject import Motion
from mien.persona.vmc import FaceReceiver
from mien.types import Image, Landmarks

GREEN = (0, 177, 64)
"""What chroma keys expect."""
_COLOUR = re.compile(r"#([0-9a-fA-F]{6})")
_WAITING = 64
"""Pictures that may wait for the writer of a file before the stream waits for it."""
_MOST_REPEATS = 250


@dataclasses.dataclass(frozen=True, eq=False)
class Arrived:
    """A frame on its way.

    time     seconds since the first frame
    at       when it was there, by `time.monotonic`
    picture  (h, w, 3) uint8; None where another program told only what the face does
    motion   that
    """

    time: float
    at: float
    picture: Image | None
    motion: Motion | None = None


# --- where frames come from -----------------------------------------------------------------


def as_arrived(frames: Iterable[tuple[float, Image]]) -> Iterator[Arrived]:
    """A camera's frames, there when they are taken."""
    for seconds, picture in frames:
        yield Arrived(seconds, time.monotonic(), picture)


def played(
    path: Path, *, fps: float = 25.0, fast: bool = False, loops: int = 1
) -> Iterator[Arrived]:
    """A clip, or a folder of its frames, as a camera would give it.

    fast   as quickly as they are taken, none left out; else in real time: a frame comes when it is
           due, and frames that somebody was too slow for are left out, a second of them at most
    loops  how often; 0: without end

    Raises InputError as `clips.clip_frames`.
    """
    start: float | None = None
    number = left_out = done = 0
    while loops == 0 or done < loops:
        frames, rate, _ = clip_frames(path, fps=fps, limit=None)
        for picture in frames:
            now = time.monotonic()
            start = now if start is None else start
            seconds = number / rate
            number += 1
            if fast:
                yield Arrived(seconds, now, picture)
                continue
            late = now - (start + seconds)
            if late > 1.0 / rate and left_out < rate:
                left_out += 1  # its successor is due already
                continue
            time.sleep(max(0.0, -late))
            left_out = 0
            yield Arrived(seconds, start + seconds, picture)
        done += 1


def listened(receiver: FaceReceiver, *, patience: float = 10.0) -> Iterator[Arrived]:
    """What another program tells of a face, until it says nothing for so many seconds."""
    while (taken := receiver.take(patience)) is not None:
        seconds, motion = taken
        yield Arrived(seconds, time.monotonic(), None, motion)


# --- where pictures go ----------------------------------------------------------------------


class Sink(Protocol):
    """Takes pictures."""

    def send(self, picture: Image, seconds: float) -> None:
        """Take the picture (h, w, 3) uint8 of a moment."""
        ...

    def close(self) -> None:
        """The last picture was sent."""
        ...


class NoSink:
    """Takes pictures and forgets them: for measuring."""

    def send(self, picture: Image, seconds: float) -> None:
        """Nothing is done."""

    def close(self) -> None:
        """Nothing is done."""


class FileSink:
    """Writes an mp4 while pictures come; a picture stays until the next one's time.

    fps  of the file
    """

    def __init__(self, path: Path, *, fps: float, provenance: Provenance | None) -> None:
        self._path, self._fps, self._made_by = path, fps, provenance
        self._waiting: queue.Queue[Image | None] = queue.Queue(_WAITING)
        self._writer: threading.Thread | None = None
        self._problem: BaseException | None = None
        self._count, self._last = 0, np.zeros((0, 0, 3), np.uint8)

    def send(self, picture: Image, seconds: float) -> None:
        """Raises OutputError where the file cannot be written."""
        if self._writer is None:
            self._writer = threading.Thread(target=self._write, daemon=True)
            self._writer.start()
            self._last = picture
        wanted = int(seconds * self._fps + 1e-6)
        for _ in range(min(wanted - self._count, _MOST_REPEATS)):
            self._put(self._last)
        self._last = picture

    def close(self) -> None:
        """Raises OutputError where the file could not be written."""
        if self._writer is None:
            return
        self._put(self._last)
        self._put(None)
        self._writer.join()
        self._raise()

    def _put(self, picture: Image | None) -> None:
        while True:
            self._raise()
            try:
                self._waiting.put(picture, timeout=0.2)
            except queue.Full:
                continue
            self._count += 1
            return

    def _raise(self) -> None:
        if self._problem is not None:
            raise self._problem

    def _taken(self) -> Iterator[Image]:
        while (picture := self._waiting.get()) is not None:
            yield picture

    def _write(self) -> None:
        try:
            write_video(self._path, self._taken(), fps=self._fps, provenance=self._made_by)
        except BaseException as problem:  # noqa: BLE001 (told to the thread that sends)
            self._problem = problem


class CameraSink:
    """Shows pictures as a camera of this machine, opened with the first one."""

    def __init__(self, *, fps: float) -> None:
        self._fps = fps
        self._camera: VirtualCamera | None = None

    def send(self, picture: Image, seconds: float) -> None:
        """Raises MissingExtraError or OutputError where there can be no such camera."""
        if self._camera is None:
            height, width = picture.shape[:2]
            self._camera = VirtualCamera(width, height, self._fps)
        self._camera.send(picture)

    def close(self) -> None:
        """Give the camera back."""
        if self._camera is not None:
            self._camera.close()


# --- what stands behind a head --------------------------------------------------------------


def background_colour(written: str) -> tuple[int, int, int] | None:
    """The colour of `none`, `green` or `#rrggbb`; raises OptionError for anything else."""
    if written == "none":
        return None
    if written == "green":
        return GREEN
    match = _COLOUR.fullmatch(written)
    if match is None:
        raise OptionError(text("live.background", value=written))
    number = int(match[1], 16)
    return (number >> 16, number >> 8 & 255, number & 255)


def outside(picture: Image, landmarks: Landmarks) -> NDArray[np.float32]:
    """(h, w) 0..1 how likely every pixel is background, as the parsing network sees it."""
    from mien.face.parsing_net import PART, head_parser

    shares = head_parser()(picture, landmarks)[..., PART["background"]]
    return np.clip((shares - 0.25) * 2.0, 0.0, 1.0).astype(np.float32)


class Backdrop:
    """Lays a colour behind a head that hardly moves: its outline is found once.

    outside  (h, w) 0..1: how far each pixel of the picture is background
    """

    def __init__(self, outside: NDArray[np.float32], colour: tuple[int, int, int]) -> None:
        self._kept = (1.0 - outside)[..., None].astype(np.float32)
        self._behind = (outside[..., None] * np.array(colour, np.float32)).astype(np.float32)

    def __call__(self, picture: Image) -> Image:
        """The picture (h, w, 3) with the colour behind it."""
        kept, behind = self._kept, self._behind
        if picture.shape[:2] != kept.shape[:2]:
            size = (picture.shape[1], picture.shape[0])
            kept, behind = affine.resize(kept, size)[..., None], affine.resize(behind, size)
            self._kept, self._behind = kept, behind
        return np.asarray(picture * kept + behind + 0.5, np.uint8)


# --- what it costs --------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class StreamReport:
    """What a stream cost.

    frames, seconds  made, and how long it ran
    fps              of it
    stages           median and 95th percentile of each stage in ms, in the order they ran
    work             the same of all stages of a frame together
    latency          the same from a frame's arrival to its picture's
    """

    frames: int
    seconds: float
    fps: float
    stages: dict[str, tuple[float, float]]
    work: tuple[float, float]
    latency: tuple[float, float]

    @property
    def possible(self) -> float:
        """Frames a second if they came as fast as they are made."""
        return 1000.0 / self.work[0] if self.work[0] > 0 else 0.0

    def lines(self) -> list[str]:
        """The table of milliseconds, for a terminal."""
        rows = [*self.stages.items(), ("all", self.work), ("latency", self.latency)]
        wide = max(len(name) for name, _ in rows)
        return [
            text("live.table", frames=self.frames, fps=self.fps, possible=self.possible),
            f"{'':<{wide}} {'ms':>8} {'p95':>8}",
            *(f"{name:<{wide}} {one:>8.1f} {high:>8.1f}" for name, (one, high) in rows),
        ]


class Watch:
    """Measures stages of frames; the first frames warm everything up and do not count.

    clock  seconds; `time.process_time` measures the work whatever else the machine does
    """

    def __init__(self, *, warm: int = 5, clock: Callable[[], float] = time.perf_counter) -> None:
        self._warm, self._clock = warm, clock
        self._stages: dict[str, list[float]] = defaultdict(list)
        self._frame: dict[str, float] = {}
        self._work: list[float] = []
        self._latency: list[float] = []
        self.frames = 0
        self._start = time.monotonic()

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measures the block as a stage of this frame."""
        start = self._clock()
        try:
            yield
        finally:
            spent = 1000.0 * (self._clock() - start)
            self._frame[name] = self._frame.get(name, 0.0) + spent

    def done(self, arrived: Arrived) -> None:
        """The frame's picture is where it should be."""
        self.frames += 1
        if self.frames > self._warm:
            for name, spent in self._frame.items():
                self._stages[name].append(spent)
            self._work.append(sum(self._frame.values()))
            self._latency.append(1000.0 * (time.monotonic() - arrived.at))
        self._frame = {}

    def report(self) -> StreamReport:
        """What was measured until now."""
        seconds = max(time.monotonic() - self._start, 1e-9)
        return StreamReport(
            frames=self.frames,
            seconds=seconds,
            fps=self.frames / seconds,
            stages={name: _both(values) for name, values in self._stages.items()},
            work=_both(self._work),
            latency=_both(self._latency),
        )


def _both(values: list[float]) -> tuple[float, float]:
    if not values:
        return 0.0, 0.0
    return float(np.median(values)), float(np.percentile(values, 95))


class Performer(Protocol):
    """Makes a picture of what a frame shows."""

    def __call__(self, arrived: Arrived, watch: Watch) -> Image:
        """The picture (h, w, 3) uint8 for the next frame; its stages are told to `watch`."""
        ...


def run_stream(
    frames: Iterable[Arrived],
    performer: Performer,
    sinks: Iterable[Sink],
    *,
    seconds: float | None = None,
    told: Callable[[int, float], None] = lambda frames, seconds: None,
    watch: Watch | None = None,
) -> StreamReport:
    """Makes a picture of every frame that comes, until they end, `seconds` have passed, or Ctrl-C.

    told   given the pictures made and the seconds of the stream
    watch  measures the stages; None: a new one, by the clock on the wall
    """
    watch, all_sinks = watch or Watch(), tuple(sinks)
    try:
        with contextlib.suppress(KeyboardInterrupt):  # how a live picture ends
            for arrived in frames:
                if seconds is not None and arrived.time >= seconds:
                    break
                picture = performer(arrived, watch)
                with watch.stage("send"):
                    for sink in all_sinks:
                        sink.send(picture, arrived.time)
                watch.done(arrived)
                told(watch.frames, arrived.time)
    finally:
        for sink in all_sinks:
            sink.close()
    return watch.report()
