from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mien.errors import OptionError, OutputError
from mien.io.video import probe, read_frames, write_video
from mien.persona import stream
from mien.persona.stream import (
    GREEN,
    Arrived,
    Backdrop,
    FileSink,
    NoSink,
    Watch,
    as_arrived,
    background_colour,
    listened,
    played,
    run_stream,
)
from mien.persona.subject import Motion
from mien.persona.vmc import FaceReceiver, VmcSender
from mien.types import Image


def grey(value: int, side: int = 16) -> Image:
    return np.full((side, side, 3), value, np.uint8)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "c.mp4"
    write_video(path, [grey(20 * k) for k in range(10)], fps=20, provenance=None)
    return path


class Shows:
    """Gives the frame back, slowly."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds

    def __call__(self, arrived: Arrived, watch: Watch) -> Image:
        with watch.stage("show"):
            time.sleep(self.seconds)
            assert arrived.picture is not None
            return arrived.picture


class Keeps:
    """A sink that keeps what it gets."""

    def __init__(self) -> None:
        self.got: list[tuple[float, int]] = []
        self.closed = False

    def send(self, picture: Image, seconds: float) -> None:
        self.got.append((seconds, int(picture.mean())))

    def close(self) -> None:
        self.closed = True


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(stream, "time", made)
    return made


def test_a_clip_is_played_in_real_time(clip: Path, clock: Clock) -> None:
    shown = []
    for one in played(clip):
        assert clock.now == pytest.approx(100.0 + one.time)
        assert one.at == pytest.approx(clock.now)
        shown.append(one.time)
    assert shown == pytest.approx([k / 20 for k in range(10)])


def test_who_is_slow_misses_frames(clip: Path, clock: Clock) -> None:
    seen = []
    for one in played(clip):
        assert clock.now - one.at <= 1 / 20 + 1e-9
        seen.append(round(20 * one.time))
        clock.sleep(0.16)
    assert seen == [0, 3, 6, 9]


def test_who_is_far_too_slow_still_sees_something(clip: Path, clock: Clock) -> None:
    seen = []
    for one in played(clip, loops=6):
        seen.append(round(20 * one.time))
        clock.sleep(60.0)
    assert seen == [0, 21, 42]


def test_fast_means_every_frame(clip: Path) -> None:
    shown = list(played(clip, fast=True, loops=2))
    assert len(shown) == 20
    assert shown[-1].time == pytest.approx(19 / 20)


def test_a_stream_goes_from_source_to_sinks(clip: Path) -> None:
    sink = Keeps()
    told: list[int] = []
    report = run_stream(
        played(clip, fast=True), Shows(0.002), [sink, NoSink()], told=lambda n, _: told.append(n)
    )
    assert sink.closed
    assert len(sink.got) == report.frames == 10 == told[-1]
    assert [value for _, value in sink.got] == sorted(value for _, value in sink.got)
    assert set(report.stages) == {"show", "send"}
    assert report.stages["show"][0] >= 2.0
    assert report.work[0] >= report.stages["show"][0]
    assert report.latency[1] >= report.latency[0] >= report.work[0] * 0.9
    assert report.possible == pytest.approx(1000 / report.work[0])
    lines = report.lines()
    assert len(lines) == 2 + 2 + 2
    assert lines[0].startswith("10 frames")


def test_a_stream_ends_after_its_seconds_and_on_a_key(clip: Path) -> None:
    assert run_stream(played(clip, fast=True), Shows(), [], seconds=0.2).frames == 4

    def stopped() -> Iterator[Arrived]:
        yield Arrived(0.0, time.monotonic(), grey(1))
        raise KeyboardInterrupt

    sink = Keeps()
    assert run_stream(stopped(), Shows(), [sink]).frames == 1
    assert sink.closed


def test_sinks_are_closed_when_something_breaks() -> None:
    def broken() -> Iterator[Arrived]:
        yield Arrived(0.0, time.monotonic(), grey(1))
        raise OutputError("full")

    sink = Keeps()
    with pytest.raises(OutputError, match="full"):
        run_stream(broken(), Shows(), [sink])
    assert sink.closed


def test_a_file_keeps_the_time_of_its_pictures(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    sink = FileSink(path, fps=10, provenance=None)
    for seconds, value in ((0.0, 10), (0.1, 60), (0.5, 110), (0.55, 160)):
        sink.send(grey(value), seconds)
    sink.close()
    assert probe(path).frames == 6
    values = [int(one.mean()) for one in read_frames(path)]
    for found, wanted in zip(values, (10, 60, 60, 60, 60, 160), strict=True):
        assert abs(found - wanted) < 6


def test_a_file_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("x")
    sink = FileSink(tmp_path / "plain" / "out.mp4", fps=10, provenance=None)

    def write() -> None:
        for k in range(300):
            sink.send(grey(k % 250), k / 10)
        sink.close()

    with pytest.raises(OutputError):
        write()
    FileSink(tmp_path / "never.mp4", fps=10, provenance=None).close()
    assert not (tmp_path / "never.mp4").exists()


@pytest.mark.parametrize(
    ("written", "wanted"),
    [("none", None), ("green", GREEN), ("#102030", (16, 32, 48)), ("#FFffFF", (255, 255, 255))],
)
def test_colours_are_read(written: str, wanted: object) -> None:
    assert background_colour(written) == wanted


@pytest.mark.parametrize("written", ["", "red", "#12345", "102030", "#1020300"])
def test_colours_that_are_none_are_refused(written: str) -> None:
    with pytest.raises(OptionError, match="wanted none, green"):
        background_colour(written)


def test_a_colour_lies_behind_a_head() -> None:
    outside = np.zeros((16, 16), np.float32)
    outside[:, :4], outside[:, 4:8] = 1.0, 0.5
    lay = Backdrop(outside, (0, 100, 200))
    made = lay(grey(50))
    assert made[0, 0].tolist() == [0, 100, 200]
    assert made[0, 5].tolist() == [25, 75, 125]
    assert made[0, 12].tolist() == [50, 50, 50]
    assert lay(grey(50, side=32))[0, 1].tolist() == [0, 100, 200]


def test_a_camera_and_a_program_are_sources_too() -> None:
    (frame,) = as_arrived([(0.5, grey(3))])
    assert (frame.time, frame.motion) == (0.5, None)
    receiver = FaceReceiver(0)
    sender = VmcSender("127.0.0.1", receiver.port)
    try:
        sender.send(Motion(np.eye(22)[9]), 0.0)
        (told,) = listened(receiver, patience=0.5)
    finally:
        sender.close()
        receiver.close()
    assert told.picture is None
    assert told.motion is not None
    assert told.motion.aus[9] > 0.5
