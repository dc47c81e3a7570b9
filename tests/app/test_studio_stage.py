"""What stands between a live panel and its pictures: frames, values, and who is answered when."""

from __future__ import annotations

import dataclasses
import json
import queue
import struct
import time
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest

from mien.app.studio.stage import frames
from mien.app.studio.stage.facts import PANELS, facts
from mien.app.studio.stage.frames import Header, pack, unpack
from mien.app.studio.stage.stage import MOST_LINKS, MOST_WAITING, Link, Stage
from mien.app.studio.stage.values import (
    HEAD,
    checked,
    code_of,
    mirrored,
    random_values,
    rows,
    values_of,
    view_of,
    written,
)
from mien.errors import OptionError
from mien.head.sample import sample
from mien.head.schema import SLIDERS, validate
from mien.messages import use_language
from mien.types import AU_NAMES, Pose

from .studio_stub import PERFORMER


def test_a_frame_comes_as_it_went() -> None:
    header = {"do": "x", "name": "坏 \U0001f600", "values": {"a": -0.5}}
    assert unpack(pack(header, b"\0\xffpicture")) == (header, b"\0\xffpicture")
    stream = BytesIO()
    frames.write_frame(stream, b"one")
    frames.write_frame(stream, b"")
    stream.seek(0)
    assert [frames.read_frame(stream) for _ in range(3)] == [b"one", b"", None]
    assert frames.read_frame(BytesIO(stream.getvalue()[:-5])) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0\0\0",
        pack({"a": 1})[:-1],
        struct.pack("<I", 0xFFFFFFFF) + b"{}",
        struct.pack("<I", 2) + b"[]",
        struct.pack("<I", 9) + b'{"a":NaN}',
        struct.pack("<I", 3) + b"{\xff}",
        struct.pack("<I", 60_000) + b"[" * 60_000,
        struct.pack("<I", 1 << 17) + b'{"a":"' + b"x" * (1 << 17),
    ],
)
def test_a_damaged_frame_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(OptionError, match="reload the page"):
        unpack(data)


def test_every_slider_of_the_head_has_a_control_and_a_name_in_both_languages() -> None:
    known = rows("head")
    assert {f"slider.{name}" for name in SLIDERS} <= set(known)
    assert {f"au.{name}" for name in AU_NAMES} <= set(known)
    for language in ("en", "zh"):
        with use_language(language):
            told = facts("head", astronaut=False)
        titles = {row["key"]: row["title"] for group in told["groups"] for row in group["rows"]}
        assert set(titles) == set(known)
        if language == "zh":
            every = [row for group in told["groups"] for row in group["rows"]]
            chosen = dict(one for row in every for one in row.get("choices", []))
            named = {**titles, **chosen, **dict(told["samplers"]), **dict(told["presets"])}
            assert [key for key, title in named.items() if title.isascii()] == []


def test_every_panel_is_plain_data() -> None:
    for panel in PANELS:
        told = facts(panel, astronaut=True)
        assert json.loads(json.dumps(told)) == told
        if panel == "generate":
            assert told["models"][0][0] == "photo"
            continue
        assert told["controls"] == ("head" if panel in ("head", "character") else "photo")
        assert all(told["words"].values())


@pytest.mark.parametrize("seed", [0, 7])
def test_controls_show_a_person_and_give_the_same_person_back(seed: int) -> None:
    code = dataclasses.replace(
        sample(seed, 0, expression="sided"), pose=Pose(10.0, -5.0, 2.0), style="toon"
    )
    again = code_of(checked(values_of(code), "head"))
    validate(again)
    assert (again.hair, again.facial_hair, again.glasses) == (
        code.hair,
        code.facial_hair,
        code.glasses,
    )
    assert (again.pose, again.style) == (code.pose, code.style)
    for name, value in code.sliders.items():
        assert again.sliders.get(name, 0.0) == pytest.approx(value, abs=1e-4)
    assert again.aus == pytest.approx(code.aus)
    for name, value in code.materials.items():
        # A colour travels as 8 bits.
        assert again.materials[name] == pytest.approx(value, abs=0.012)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"slider.nose": 0.5}, "nose"),
        ({"slider.nose_width": 99}, "nose_width"),
        ({"slider.nose_width": True}, "nose_width"),
        ({"slider.nose_width": "1"}, "nose_width"),
        ({"au.AU12": -0.5}, "AU12"),
        ({"material.brow_inner": 0.0}, "brow_inner"),
        ({"choice.hair": "../../etc"}, "hair"),
        ({"choice.hair": "#ffffff"}, "hair"),
        ({"colour.skin": "red"}, "skin"),
        ({"scene.zoom": float("1e999")}, "zoom"),
        ([], "reload"),
        (None, "reload"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name(values: Any, told: str) -> None:
    with pytest.raises(OptionError, match=told):
        checked(values, "head")


def test_a_draft_is_the_same_view_with_fewer_samples() -> None:
    values = checked({"scene.zoom": 1.3, "choice.light": "window"}, "head")
    fine, draft = view_of(values, 64), view_of(values, 64, draft=True)
    assert draft == dataclasses.replace(fine, supersample=1, shadow=128)
    assert fine.camera.zoom == 1.3


def test_left_and_right_change_places_and_back() -> None:
    sent = {"slider.nose_bend": 0.4, "au.AU12L": 0.7, "au.jaw_left": 0.2, "scene.yaw": 20.0}
    values = checked(sent, "head")
    turned = mirrored(values)
    assert (turned["slider.nose_bend"], turned["au.AU12R"], turned["au.AU12L"]) == (-0.4, 0.7, 0)
    assert (turned["au.jaw_right"], turned["scene.yaw"]) == (0.2, -20.0)
    assert checked(mirrored(turned), "head") == values


def test_a_random_person_keeps_what_is_locked_and_the_scene() -> None:
    held = checked({"slider.nose_width": 0.31, "au.AU12": 0.5, "choice.light": "neon"}, "head")
    one = random_values(5, "portrait", ["slider.nose_width"], held)
    assert (one["slider.nose_width"], one["au.AU12"], one["choice.light"]) == (0.31, 0.5, "neon")
    other = random_values(5, "portrait", [], held)
    assert other["slider.nose_width"] != 0.31
    assert random_values(5, "portrait", [], held) == other
    assert set(checked(other, "head")) == {row.key for group in HEAD.values() for row in group}
    for seed in (-1, 2**53, 1.5, True, "1"):
        with pytest.raises(OptionError):
            random_values(seed, "portrait", [], held)  # pyright: ignore[reportArgumentType]
    with pytest.raises(OptionError, match="portrait"):
        random_values(1, "nobody", [], held)


def test_colours_travel_as_the_browser_writes_them() -> None:
    assert written((0.0, 1.0, 2.0)) == "#00ffff"
    values = checked({"colour.skin": "#804020"}, "head")
    skin = code_of(values).materials["skin"]
    assert isinstance(skin, tuple)
    assert written(skin) == "#804020"


class Page:
    """A page that writes down what it is told."""

    def __init__(self, stage: Stage, language: str = "en") -> None:
        self.told: queue.Queue[tuple[Header, bytes]] = queue.Queue()
        self.link: Link = stage.open(lambda frame: self.told.put(unpack(frame)), language=language)

    def ask(self, do: str, **more: Any) -> None:
        self.link.ask({"do": do, **more}, more.get("name", "").encode())

    def answers(self, count: int) -> list[Header]:
        return [self.told.get(timeout=30)[0] for _ in range(count)]


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage(PERFORMER)
    yield made
    made.close()


def test_of_pictures_that_wait_only_the_newest_is_drawn(stage: Stage) -> None:
    page = Page(stage)
    for number in range(10):
        page.ask("head.draw", id=number, sleep=0.2)
    answers = page.answers(10)
    drawn = [one["id"] for one in answers if not one.get("dropped")]
    assert drawn == [0, 9]
    assert sorted(one["id"] for one in answers) == list(range(10))


def test_pages_are_never_mixed_up(stage: Stage) -> None:
    pages = [Page(stage) for _ in range(20)]
    for number in range(3):
        for place, page in enumerate(pages):
            page.ask("preset", id=number, name=f"page {place}")
    for place, page in enumerate(pages):
        for number in range(3):
            header, payload = page.told.get(timeout=30)
            assert (header["id"], payload) == (number, f"page {place}".encode())
            assert header["link"] == page.link.key


def test_models_do_not_hold_up_pictures(stage: Stage) -> None:
    page = Page(stage)
    page.ask("preset", id=0)
    page.ask("head.make", id=1, sleep=0.0)
    page.answers(2)
    page.ask("head.make", id=2, sleep=5.0)
    page.ask("head.draw", id=3)
    assert page.answers(1)[0]["id"] == 3


def test_a_camera_and_pictures_do_not_wait_for_each_other(stage: Stage) -> None:
    page = Page(stage)
    page.ask("camera.rest", id=0)
    page.ask("preset", id=1)
    page.answers(2)
    page.ask("camera.frame", id=2, sleep=5.0)
    page.ask("photo.draw", id=3)
    assert page.answers(1)[0]["id"] == 3


def test_a_page_that_asks_too_much_is_told_so(stage: Stage) -> None:
    page = Page(stage, "zh")
    for number in range(MOST_WAITING + 3):
        page.ask("preset", id=number, sleep=0.05)
    errors = [one for one in page.answers(MOST_WAITING + 3) if "error" in one]
    assert [one["id"] for one in errors] == [MOST_WAITING + 1, MOST_WAITING + 2]
    assert "等待" in errors[0]["error"]


def test_a_process_that_dies_is_told_and_started_again(stage: Stage) -> None:
    pages = [Page(stage), Page(stage)]
    pages[0].ask("die", id=1)
    lost = [page.answers(1)[0] for page in pages]
    assert all(one["lost"] and "memory" in one["error"] for one in lost)
    assert lost[0]["id"] == 1
    pages[0].ask("preset", id=2)
    assert pages[0].answers(1)[0]["id"] == 2


def test_only_so_many_pages_are_open_and_closing_makes_room(stage: Stage) -> None:
    pages = [Page(stage) for _ in range(MOST_LINKS)]
    with pytest.raises(OptionError, match="close one"):
        Page(stage)
    pages[0].link.close()
    another = Page(stage)
    another.ask("preset", id=1)
    assert another.answers(1)[0]["id"] == 1
    pages[0].ask("preset", id=1)
    time.sleep(0.2)
    assert pages[0].told.empty()
