"""Persons on the page: moved at once, sent to other programs, learnt and filmed in the queue."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.app.studio.stage import camera as camera_module
from mien.app.studio.stage import learnt as learnt_module
from mien.app.studio.stage.errands import (
    ERRANDS,
    Backstage,
    person_folder,
    result_of,
)
from mien.app.studio.stage.frames import Header
from mien.app.studio.stage.outputs import SIDE, Outputs, squared
from mien.app.studio.stage.performer import Scene
from mien.app.studio.works import Work, Works
from mien.errors import InputError, MienError, OptionError
from mien.io.image import decode_image, encode_image
from mien.io.provenance import Provenance, read_provenance
from mien.jobs import JOBS
from mien.messages import use_language
from mien.persona.live_face import LiveSigns
from mien.persona.person import write_person
from mien.persona.stream import GREEN
from mien.persona.subject import Motion
from mien.persona.vmc import FaceReceiver, VmcSender
from mien.types import AU_NAMES, Pose

from ..persona.person_help import person, points

MADE_BY = Provenance("compositeSynthetic", "test")
SMILE = {"au.AU12": 0.8, "scene.yaw": 12.0}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Somebody who was learnt from a clip, without a network yet."""
    target = tmp_path / "anna"
    write_person(target, person(), provenance=MADE_BY)
    return target


def picture(data: bytes) -> np.ndarray:
    return decode_image(data, name="answer")[0].astype(int)


def test_a_person_follows_its_sliders_and_is_kept(folder: Path, tmp_path: Path) -> None:
    scene = Scene()
    told, data = scene.do({"do": "person.open", "folder": str(folder)}, b"")
    assert told == {"values": {}, "size": 32, "learnt": False}
    still = picture(data)
    asked: Header = {"do": "person.draw", "folder": str(folder)}
    rest = picture(scene.do({**asked, "values": {}}, b"")[1])
    assert np.abs(rest - still).mean() < 3
    values = {"au.AU25": 0.8, "au.AU26": 0.8}
    opened = picture(scene.do({**asked, "values": values}, b"")[1])
    assert np.abs(opened - still)[16:].max() > 40
    told, data = scene.do({**asked, "do": "person.make", "values": values}, b"")
    kept = tmp_path / told["file"]
    kept.write_bytes(data)
    made_by = read_provenance(kept)
    assert made_by is not None
    assert (kept.name, made_by.job) == ("person.png", "studio.reenact")


def test_a_person_that_was_written_again_is_read_again(folder: Path) -> None:
    scene = Scene()
    asked: Header = {"do": "person.open", "folder": str(folder)}
    assert scene.do(asked, b"")[0]["size"] == 32
    write_person(folder, person(size=64), provenance=MADE_BY)
    assert scene.do(asked, b"")[0]["size"] == 64


@pytest.mark.parametrize("do", ["person.open", "person.draw", "person.make"])
def test_a_person_who_is_not_there_is_told_in_one_line(do: str, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="choose one"):
        Scene().do({"do": do, "values": {}}, b"")
    with pytest.raises(MienError):
        Scene().do({"do": do, "values": {}, "folder": str(tmp_path)}, b"")


class Seen:
    """A live face that shows what it is told."""

    def __init__(self, **_: Any) -> None:
        self.rest = points(200)
        self.still = Motion(np.zeros(len(AU_NAMES)))
        self.motion = Motion(np.full(len(AU_NAMES), 0.4), Pose(40.0, 0.0, 0.0))

    def __call__(self, image: Any, seconds: float, watch: Any) -> LiveSigns | None:
        if image.mean() < 50:
            return None
        opened = points(200, AU25=0.8, AU26=0.8)
        return LiveSigns(opened, np.zeros(2), np.zeros(2))


def test_a_camera_shows_the_person_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_module, "LiveFace", Seen)
    scene = Scene()
    still = picture(scene.do({"do": "person.open", "folder": str(folder)}, b"")[1])
    frame = encode_image(np.full((48, 64, 3), 90, np.uint8), path=Path("a.jpg"), provenance=None)
    asked: Header = {"do": "camera.frame", "by": "person", "folder": str(folder), "time": 0.1}
    told, data = scene.do(asked, frame)
    assert told == {"picture": True}
    assert np.abs(picture(data) - still)[16:].max() > 40
    assert scene.camera.shown is not None
    # The turn that goes out is held as that of the picture is.
    assert 0 < scene.camera.shown[1].pose.yaw <= 15
    nobody = encode_image(np.zeros((48, 64, 3), np.uint8), path=Path("a.jpg"), provenance=None)
    assert scene.do({**asked, "time": 0.2}, nobody) == ({"waiting": "face"}, b"")
    assert scene.camera.shown is None


def test_green_is_laid_behind_a_person(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    top = np.zeros((32, 32), np.float32)
    top[:8] = 1.0
    monkeypatch.setattr(learnt_module, "outside", lambda picture, landmarks: top)
    scene, asked = Scene(), {"do": "person.draw", "folder": str(folder), "values": SMILE}
    plain = picture(scene.do(asked, b"")[1])
    green = picture(scene.do({**asked, "green": True}, b"")[1])
    assert np.abs(green[:6] - np.array(GREEN)).mean() < 20
    assert np.abs(green[16:] - plain[16:]).mean() < 4
    assert scene.learnt.shown is not None
    assert np.array_equal(scene.learnt.shown[0][0, 0], GREEN)
    assert np.array_equal(picture(scene.do(asked, b"")[1]), plain)


def test_what_is_shown_is_sent_as_vmc_and_read_back(folder: Path) -> None:
    receiver, scene = FaceReceiver(0), Scene()
    try:
        out = {"vmc": receiver.port, "camera": False}
        asked: Header = {"do": "person.draw", "folder": str(folder), "values": SMILE}
        assert "not_sent" not in scene.do({**asked, "out": out}, b"")[0]
        taken = receiver.take(5.0)
        assert taken is not None
        motion = taken[1]
        assert motion.pose.yaw == pytest.approx(12.0, abs=0.5)
        assert motion.aus[AU_NAMES.index("AU12")] > 0.4
        assert motion.aus[AU_NAMES.index("AU4")] < 0.2
        # Without being asked for, nothing goes out any more, and the socket is given back.
        scene.do(asked, b"")
        assert receiver.take(0.05) is None
        assert not scene.outputs.open
    finally:
        scene.close()
        receiver.close()


def test_a_drawn_head_is_sent_too() -> None:
    receiver, scene = FaceReceiver(0), Scene()
    try:
        asked: Header = {"do": "head.draw", "values": SMILE, "draft": True}
        scene.do({**asked, "out": {"vmc": receiver.port}}, b"")
        taken = receiver.take(5.0)
        assert taken is not None
        assert taken[1].pose.yaw == pytest.approx(12.0, abs=0.5)
    finally:
        scene.close()
        receiver.close()


def test_another_program_moves_the_face() -> None:
    scene, receiver = Scene(), FaceReceiver(0)
    free_port = receiver.port
    receiver.close()
    asked: Header = {"do": "camera.hear", "by": "head", "port": free_port}
    try:
        assert scene.do(asked, b"") == ({"waiting": "packets"}, b"")
        sender = VmcSender("127.0.0.1", free_port)
        aus = np.zeros(len(AU_NAMES))
        aus[AU_NAMES.index("AU12")] = 0.9
        sender.send(Motion(aus, Pose(5.0, 0.0, 0.0)), 0.0)
        sender.close()
        values = scene.do(asked, b"")[0]["values"]
        assert values["scene.yaw"] == pytest.approx(5.0, abs=0.5)
        assert values["au.AU12"] > 0.4
        for port in (0, 65536, "x", True):
            with pytest.raises(OptionError):
                scene.do({**asked, "port": port}, b"")
    finally:
        scene.close()


class Virtual:
    """A camera of this machine that keeps what it is shown."""

    made: list[Virtual]

    def __init__(self, width: int, height: int, fps: float) -> None:
        self.size, self.pictures, self.closed = (width, height), list[Any](), False
        Virtual.made.append(self)

    def send(self, shown: Any) -> None:
        self.pictures.append(shown)

    def close(self) -> None:
        self.closed = True


def test_pictures_of_any_size_go_to_one_virtual_camera(monkeypatch: pytest.MonkeyPatch) -> None:
    Virtual.made = []
    monkeypatch.setattr("mien.app.studio.stage.outputs.VirtualCamera", Virtual)
    outputs, still = Outputs(), Motion(np.zeros(len(AU_NAMES)))
    for side in (256, 384):
        assert outputs.send({"camera": True}, np.full((side, side, 3), 7, np.uint8), still) == ""
    (made,) = Virtual.made
    assert made.size == (SIDE, SIDE)
    assert [one.shape for one in made.pictures] == [(SIDE, SIDE, 3)] * 2
    assert outputs.send(None, made.pictures[0], still) == ""
    assert made.closed


def test_where_there_is_no_virtual_camera_it_is_said_and_pictures_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyvirtualcam", None)
    scene = Scene()
    asked: Header = {"do": "head.draw", "values": {}, "draft": True, "out": {"camera": True}}
    told, data = scene.do(asked, b"")
    assert "mien[virtual-camera]" in told["not_sent"]
    assert len(data) > 1000
    for port in (-1, 65536, "39539", True):
        told, data = scene.do({**asked, "out": {"vmc": port}}, b"")
        assert "1 … 65535" in told["not_sent"]
        assert data


def test_a_wide_picture_is_cut_to_its_middle() -> None:
    wide = np.zeros((20, 60, 3), np.uint8)
    wide[:, 20:40] = 200
    assert squared(wide).min() > 190


# --- the queue ------------------------------------------------------------------------------


@pytest.fixture
def backstage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Backstage:
    """A studio whose queue takes works and does nothing."""
    works = Works(tmp_path / "studio")
    taken: dict[str, Work] = {}
    monkeypatch.setattr(works, "add", lambda work: taken.update({work.key: work}))
    monkeypatch.setattr(
        works, "of", lambda owner: [one for one in taken.values() if one.owner == owner]
    )
    monkeypatch.setattr(
        works,
        "find",
        lambda owner, key: next((one for one in works.of(owner) if one.key == key), None),
    )
    monkeypatch.setattr(works, "before", lambda work: 0)
    nobody: Any = None
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return Backstage(nobody, works, tuple(JOBS), tmp_path / "studio", scratch, None)


def uploaded(backstage: Backstage, name: str) -> str:
    path = backstage.scratch / name
    path.write_bytes(b"x")
    return str(path)


def test_a_person_is_learnt_and_can_be_shown_before_it_is(backstage: Backstage) -> None:
    clip = uploaded(backstage, "anna.mp4")
    told = ERRANDS["person.learn"](backstage, "me", {"clip": clip, "minutes": 2.5})
    (work,) = backstage.works.of("me")
    assert told["key"] == work.key
    assert (work.action, work.values["source"], work.values["minutes"]) == ("learn", clip, 2.5)
    assert ERRANDS["people"](backstage, "me", {}) == {"people": []}
    with pytest.raises(InputError, match="choose one"):
        person_folder(backstage, "me", work.key)
    target = Path(work.values["out"])
    assert target.is_relative_to(work.folder)
    target.parent.mkdir(parents=True)
    write_person(target, person(), provenance=MADE_BY)
    ((name, key),) = ERRANDS["people"](backstage, "me", {})["people"]
    assert (key, "anna.mp4" in name) == (work.key, True)
    assert person_folder(backstage, "me", key) == target.resolve()
    assert ERRANDS["people"](backstage, "other", {}) == {"people": []}
    with pytest.raises(InputError):
        person_folder(backstage, "other", key)

    told = ERRANDS["person.film"](backstage, "me", {"clip": clip, "person": key, "head": 0.5})
    film = backstage.works.find("me", told["key"])
    assert film is not None
    assert (film.action, film.values["photos"]) == ("run", [str(target.resolve())])
    assert (film.values["driver"], film.values["head"]) == (clip, 0.5)
    with pytest.raises(InputError):
        ERRANDS["person.film"](backstage, "other", {"clip": clip, "person": key})


@pytest.mark.parametrize("clip", ["/etc/passwd", "../../etc/passwd", "anna.mp4"])
def test_only_what_was_uploaded_is_learnt_from(backstage: Backstage, clip: str) -> None:
    for do in ("person.learn", "person.film"):
        with use_language("en"), pytest.raises(InputError, match="upload"):
            ERRANDS[do](backstage, "me", {"clip": clip, "photo": clip})
    assert backstage.works.of("me") == []


@pytest.mark.parametrize("minutes", [0, -1, "many", 1e9, True])
def test_minutes_that_cannot_be_are_refused(backstage: Backstage, minutes: Any) -> None:
    clip = uploaded(backstage, "anna.mp4")
    with pytest.raises(OptionError, match="minutes"):
        ERRANDS["person.learn"](backstage, "me", {"clip": clip, "minutes": minutes})


def test_a_run_is_looked_at_and_its_files_are_its_sessions_alone(backstage: Backstage) -> None:
    clip = uploaded(backstage, "anna.mp4")
    key = ERRANDS["person.learn"](backstage, "me", {"clip": clip})["key"]
    work = backstage.works.find("me", key)
    assert work is not None
    told = ERRANDS["work"](backstage, "me", {"key": key})
    assert (told["over"], told["files"]) == (False, [])
    assert result_of(backstage, "me", key, 0) is None
    work.folder.mkdir(parents=True)
    (work.folder / "preview.png").write_bytes(b"x")
    work.state = "stopped"
    told = ERRANDS["work"](backstage, "me", {"key": key})
    assert (told["over"], told["files"]) == (True, ["preview.png"])
    assert result_of(backstage, "me", key, 0) == work.folder / "preview.png"
    for owner, name, place in (("other", key, 0), ("me", "x", 0), ("me", key, 1), ("me", key, -1)):
        assert result_of(backstage, owner, name, place) is None
    with pytest.raises(InputError, match="Jobs"):
        ERRANDS["work"](backstage, "other", {"key": key})
