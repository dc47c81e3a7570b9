"""`mien reenact live`: what a stream does to a person and a photo."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.errors import MissingExtraError, OutputError
from mien.io import virtual_camera
from mien.io.image import write_image
from mien.io.osc import decode_packet
from mien.io.provenance import Provenance, read_provenance
from mien.io.udp import Receiver
from mien.io.video import probe, read_frames, write_video
from mien.io.virtual_camera import VirtualCamera
from mien.jobs.reenact.live import PersonPerformer, PhotoPerformer, Told
from mien.jobs.reenact.person.player import player_of
from mien.persona.live_face import LiveSigns
from mien.persona.person import write_person
from mien.persona.retarget import Transfer
from mien.persona.stream import Arrived, Backdrop, CameraSink, Watch
from mien.persona.subject import Motion
from mien.persona.vmc import VmcSender
from mien.types import Image

from .test_reenact_person import CPU, person, points

Cli = Callable[..., Any]
BLANK = np.zeros((8, 8, 3), np.uint8)


class Scripted:
    """A face that is known from the second frame on, and then opens its mouth."""

    def __init__(self) -> None:
        self.rest: Any = None
        self.motion: Motion | None = None
        self.still = Motion(np.zeros(22))
        self.seen: list[Image] = []

    def __call__(self, frame: Image, seconds: float, watch: Watch) -> LiveSigns | None:
        with watch.stage("face"):
            self.seen.append(frame)
        if len(self.seen) == 1:
            return None
        self.rest = points(200, 0.0)
        self.motion = Motion(np.eye(22)[14] * 0.7)
        opened = 0.0 if len(self.seen) == 2 else 0.7
        return LiveSigns(points(200, opened), np.zeros(2), np.zeros(2))


def arrived(second: float = 0.0, picture: Image | None = BLANK, **told: Any) -> Arrived:
    return Arrived(second, time.monotonic(), picture, **told)


def test_a_person_rests_until_the_face_is_known_and_then_follows() -> None:
    known, watch = person(), Watch(warm=0)
    face: Any = Scripted()
    performer = PersonPerformer(player_of(known, CPU), face, Transfer())
    shown = [performer(arrived(k / 25), watch).astype(int) for k in range(3)]
    assert np.abs(shown[0] - known.frames[known.neutral]).mean() < 2.0
    assert np.abs(shown[1] - shown[0]).mean() < 1.0
    mouth = slice(18, 26), slice(10, 22)
    assert np.abs(shown[2] - shown[0])[mouth].mean() > 5.0
    watch.done(arrived())
    assert set(watch.report().stages) == {"face", "transfer", "picture"}


def test_a_person_follows_what_another_program_tells() -> None:
    known, watch, face = person(), Watch(), Scripted()
    performer = PersonPerformer(player_of(known, CPU), face, Transfer())  # type: ignore[arg-type]
    opened = np.zeros(22)
    opened[[14, 15]] = 0.8
    rest, shown = (
        performer(arrived(picture=None, motion=Motion(aus)), watch).astype(int)
        for aus in (np.zeros(22), opened)
    )
    assert face.seen == []
    assert np.abs(shown - rest).mean() > 1.0


class Mover:
    """Stands in for a photo's mover: it shows how far the lips are parted."""

    def __init__(self) -> None:
        self.subject = type("Subject", (), {"motion": Motion(np.zeros(22))})()

    def move(self, motion: Motion) -> Any:
        image = np.full((8, 8, 3), round(200 * motion.aus[14]), np.uint8)
        return type("Moved", (), {"image": image})()


def test_a_photo_follows_too() -> None:
    watch, face, mover = Watch(), Scripted(), Mover()
    performer = PhotoPerformer(mover, face, Transfer())  # type: ignore[arg-type]
    values = [int(performer(arrived(k / 25), watch).mean()) for k in range(3)]
    assert values == [0, 140, 140]
    told = arrived(picture=None, motion=Motion(np.eye(22)[14] * 0.5))
    assert int(performer(told, watch).mean()) == 100


def test_mirror_backdrop_and_packets() -> None:
    receiver = Receiver(0)
    sender = VmcSender("127.0.0.1", receiver.port)
    face: Any = Scripted()
    outside = np.zeros((8, 8), np.float32)
    outside[0] = 1.0
    performer = PhotoPerformer(Mover(), face, Transfer())  # type: ignore[arg-type]
    told = Told(performer, face, sender, Backdrop(outside, (9, 9, 9)), mirror=True)
    picture = BLANK.copy()
    picture[:, 0] = 255
    try:
        told(arrived(0.0, picture), Watch())
        assert face.seen[0][0, -1].tolist() == [255, 255, 255]
        assert receiver.wait(0.05) == []
        shown = told(arrived(0.1, picture), Watch())
        assert shown[0, 0].tolist() == [9, 9, 9]
        packets = receiver.wait(5.0)
        assert any(one.address == "/VMC/Ext/OK" for one in decode_packet(packets[0]))
    finally:
        sender.close()
        receiver.close()


def anna(tmp_path: Path) -> Path:
    made_by = Provenance("compositeSynthetic", "reenact.person")
    write_person(tmp_path / "anna", person(), provenance=made_by)
    return tmp_path / "anna"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--background", "blue"), "wanted none, green"),
        (("--source", "a.mp4", "--listen", "0"), "wanted one of them"),
        (("--source", "missing.mp4"), "no such clip"),
        (("--vmc", "host:port"), "wanted HOST:PORT"),
        (("--camera", "63"), "webcam 63"),
    ],
)
def test_options_that_cannot_be_are_refused(
    cli: Cli, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    result = cli("reenact", "live", anna(tmp_path), "--out", tmp_path / "o.mp4", *words)
    assert result.code == 2
    assert said in result.err
    assert not (tmp_path / "o.mp4").exists()


def test_a_stream_of_a_clip_becomes_a_file(cli: Cli, tmp_path: Path) -> None:
    clip = tmp_path / "nobody.mp4"
    write_video(clip, [np.full((96, 96, 3), 90, np.uint8)] * 6, fps=10, provenance=None)
    out = tmp_path / "o.mp4"
    words = ("reenact", "live", anna(tmp_path), "--source", clip, "--fast", "--out", out)
    result = cli(*words, "--fps", "10")
    assert result.code == 0, result.err
    assert "6 frames" in result.err
    assert "latency" in result.err
    known = probe(out)
    assert (known.width, known.frames) == (32, 6)
    first = next(iter(read_frames(out)))
    assert np.abs(first.astype(int) - person().frames[0]).mean() < 4.0
    made_by = read_provenance(out)
    assert made_by is not None
    assert made_by.job == "reenact.live"
    # Nothing is overwritten, and nothing written where nothing is asked for.
    assert cli(*words).code == 0
    assert (tmp_path / "o-2.mp4").exists()
    assert cli(*words, "--sink", "none", "--seconds", "0.3").code == 0
    assert not (tmp_path / "o-3.mp4").exists()


def test_without_the_package_a_virtual_camera_is_refused(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(virtual_camera, "_PACKAGE", "no_such_package_of_ours")
    clip = tmp_path / "nobody.mp4"
    write_video(clip, [np.full((96, 96, 3), 90, np.uint8)] * 3, fps=10, provenance=None)
    result = cli("reenact", "live", anna(tmp_path), "--source", clip, "--sink", "virtual")
    assert result.code == 2
    assert "pip install 'mien[virtual-camera]'" in result.err
    with pytest.raises(MissingExtraError):
        VirtualCamera(8, 8, 30)


def test_a_virtual_camera_gets_the_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    got: list[Any] = []

    class Camera:
        def __init__(self, **told: Any) -> None:
            got.append(told)

        def send(self, picture: Image) -> None:
            got.append(picture.shape)

        def close(self) -> None:
            got.append("closed")

    module = type("module", (), {"Camera": Camera})
    monkeypatch.setattr(virtual_camera.importlib, "import_module", lambda name: module)
    sink = CameraSink(fps=24)
    sink.close()
    sink.send(BLANK, 0.0)
    sink.close()
    assert got == [{"width": 8, "height": 8, "fps": 24}, (8, 8, 3), "closed"]

    def silent(**told: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(module, "Camera", silent)
    with pytest.raises(OutputError, match="RuntimeError"):
        VirtualCamera(8, 8, 30)

    def broken(**told: Any) -> None:
        raise RuntimeError("no driver\nat all")

    monkeypatch.setattr(module, "Camera", broken)
    with pytest.raises(OutputError, match=r"\(no driver\)"):
        VirtualCamera(8, 8, 30)


@pytest.mark.slow
def test_a_photo_follows_a_clip_of_a_face(cli: Cli, tmp_path: Path, astronaut: Image) -> None:
    photo, clip = tmp_path / "a.png", tmp_path / "c.mp4"
    shown = np.ascontiguousarray(astronaut[:300, 90:390])
    write_image(photo, shown, provenance=None)
    write_video(clip, [np.roll(shown, k % 3, axis=1) for k in range(12)], fps=10, provenance=None)
    receiver = Receiver(0)
    try:
        result = cli(
            "reenact", "live", photo, "--source", clip, "--fast", "--calibrate", ".5",
            "--vmc", f":{receiver.port}", "--background", "green", "--out", tmp_path / "o.mp4",
        )  # fmt: skip
        packets = receiver.wait(1.0)
    finally:
        receiver.close()
    assert result.code == 0, result.err
    assert probe(tmp_path / "o.mp4").width == 300
    messages = [one for packet in packets for one in decode_packet(packet)]
    assert sum(one.address == "/VMC/Ext/Blend/Apply" for one in messages) >= 6
    corner = next(iter(read_frames(tmp_path / "o.mp4")))[5, 5].astype(int)
    assert corner[1] > corner[0] + 60
    for stage in ("face", "solve", "picture", "vmc", "backdrop"):
        assert stage in result.err
