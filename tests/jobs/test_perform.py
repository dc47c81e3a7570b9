"""`mien character perform`: a clip, an animated model and a table of a character that follows."""

from __future__ import annotations

import dataclasses
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.head.sample import sample
from mien.io.provenance import Provenance, read_provenance
from mien.io.video import probe, read_frames
from mien.jobs.character import perform as performing
from mien.jobs.character.config import PerformRequest
from mien.persona.character import NEUTRAL_VIEW, Character, write_character
from mien.persona.driver import read_driver
from mien.persona.film import write_clip
from mien.types import Image

Cli = Callable[..., Any]
PERSON = dataclasses.replace(sample(5, 1), hair="buzz", facial_hair="none", glasses="none")
FILES = {"performance.mp4", "performance.glb", "performance.csv"}
DRIVER = "time,confidence,AU12,yaw\n2,1,0,0\n2.1,1,.5,5\n2.2,0,1,10\n2.3,1,.2,0\n"


@pytest.fixture
def anna(tmp_path: Path) -> Path:
    made_by = Provenance(
        source="trainedAlgorithmicMedia", job="test", models=(), seed=5, request="0" * 16
    )
    place = tmp_path / "anna"
    place.mkdir()
    write_character(place, Character(PERSON, NEUTRAL_VIEW, None, made_by))
    return place


@pytest.fixture
def driver(tmp_path: Path) -> Path:
    path = tmp_path / "driver.csv"
    path.write_text(DRIVER, "utf-8")
    return path


def animation(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    (length,) = struct.unpack("<I", data[12:16])
    document = json.loads(data[20 : 20 + length])
    (found,) = document["animations"]
    start = document["accessors"][found["samplers"][0]["input"]]
    assert start["min"] == [0.0]
    return {"seconds": start["max"][0], "frames": start["count"], **found, **document["asset"]}


def test_a_character_follows_a_table(cli: Cli, anna: Path, driver: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ("character", "perform", anna, "--driver", driver, "--size", 64, "--out", out)
    done = cli(*(str(word) for word in words))
    assert (done.code, done.out) == (0, f"{out / 'anna'}\n")
    assert "1 of 4 frames show no face" in done.err
    assert {path.name for path in (out / "anna").iterdir()} == FILES
    known = probe(out / "anna" / "performance.mp4")
    assert (known.width, known.frames, known.fps) == (64, 4, 10.0)
    made = animation(out / "anna" / "performance.glb")
    assert (made["frames"], made["seconds"]) == (4, pytest.approx(0.3))
    assert made["extras"]["job"] == "character.perform"
    followed = read_driver(out / "anna" / "performance.csv")
    assert followed.times[0] == 0
    assert list(followed.confidence) == [1, 1, 0, 1]
    made_by = read_provenance(out / "anna" / "performance.mp4")
    assert made_by is not None
    assert made_by.job == "character.perform"
    for path in (out / "anna").iterdir():
        assert b"driver.csv" not in path.read_bytes()

    again = cli(*(str(word) for word in words), "--style", "toon", "--smooth", "0")
    assert again.out == f"{out / 'anna-2'}\n"
    first, second = (
        next(iter(read_frames(out / name / "performance.mp4"))).astype(int)
        for name in ("anna", "anna-2")
    )
    assert np.abs(first - second).mean() > 3
    assert cli(*(str(word) for word in words), "--overwrite").out == f"{out / 'anna'}\n"


def test_what_cannot_be_followed_leaves_nothing(
    cli: Cli, anna: Path, driver: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"

    def run(folder: Path, driver: Path | str) -> Any:
        return cli("character", "perform", folder, "--driver", driver, "--size", "64", "--out", out)

    broken = tmp_path / "broken.csv"
    broken.write_text("time,AU12\n0,9\n", "utf-8")
    for folder, named, told in (
        (anna, broken, "AU12"),
        (anna, tmp_path / "none.csv", "none.csv"),
        (tmp_path / "nobody", driver, "nobody"),
        (anna, "webcam", "webcam 0"),
    ):
        done = run(folder, named)
        assert done.code == 2
        assert told in done.err
        assert len(done.err.strip().splitlines()) <= 2
    monkeypatch.setattr(performing, "LONGEST", 3)
    done = run(anna, driver)
    assert done.code == 2
    assert "4 frames; wanted at most 3" in done.err
    assert not out.exists()


def test_a_performance_that_is_stopped_leaves_nothing(
    anna: Path, driver: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: Any, **__: Any) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr(performing, "export_performance", stopped)
    request = PerformRequest(folder=anna, driver=driver, size=64, out=tmp_path / "out")
    with pytest.raises(KeyboardInterrupt):
        performing.perform(request)
    assert list((tmp_path / "out").iterdir()) == []


def test_the_sound_of_the_driver_is_kept(tmp_path: Path) -> None:
    av = pytest.importorskip("av")
    sounding = tmp_path / "driver.mp4"
    with av.open(str(sounding), "w", format="mp4") as container:
        shown = container.add_stream("libx264", rate=10)
        shown.width = shown.height = 64
        shown.pix_fmt = "yuv420p"
        heard = container.add_stream("aac", rate=16000)
        heard.layout = "mono"
        grey = np.full((64, 64, 3), 90, np.uint8)
        for k in range(10):
            frame = av.VideoFrame.from_ndarray(grey, format="rgb24")
            frame.pts = k
            container.mux(shown.encode(frame))
        container.mux(shown.encode(None))
        tone = np.sin(np.arange(16000) / 5).astype(np.float32)[None]
        sound = av.AudioFrame.from_ndarray(tone, format="fltp", layout="mono")
        sound.sample_rate = 16000
        container.mux(heard.encode(sound))
        container.mux(heard.encode(None))
    frames: list[Image] = [np.full((64, 64, 3), 10 * k, np.uint8) for k in range(10)]
    for path, sound_of, streams in (
        (tmp_path / "with.mp4", sounding, 1),
        (tmp_path / "without.mp4", None, 0),
    ):
        assert write_clip(path, iter(frames), fps=10, sound=sound_of, provenance=None) == ()
        with av.open(str(path)) as made:
            assert len(made.streams.audio) == streams
            assert made.streams.video[0].frames == 10


def test_a_performance_is_told_to_another_program(
    cli: Cli, anna: Path, driver: Path, tmp_path: Path
) -> None:
    from mien.persona.vmc import FaceReceiver

    receiver = FaceReceiver(0)
    words = ("--driver", driver, "--size", "64", "--out", tmp_path / "o")
    try:
        done = cli("character", "perform", anna, *words, "--vmc", f"127.0.0.1:{receiver.port}")
        assert done.code == 0
        taken = receiver.take(1.0)
    finally:
        receiver.close()
    assert "sends the performance" in done.err
    assert taken is not None
    assert receiver.state.frames == 4
