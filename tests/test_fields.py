from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pytest

from mien import fields
from mien.errors import OptionError

STYLES = ("bald", "long", "bun")


@dataclasses.dataclass(frozen=True)
class Sample:
    photos: tuple[Path, ...] = fields.argument("PHOTO...", help="option.photos")
    out: Path = fields.option(Path("out"), help="option.out_picture")
    likeness: Literal["off", "detail", "full"] = fields.option("detail", help="option.style")
    hair: str | None = fields.option(None, help="option.hair", choices=lambda: STYLES)
    size: int = fields.option(256, help="option.size", span=(64, 2048), unit=" px")
    yaw: float = fields.option(0.0, help="option.yaw", span=(-90, 90), unit="°")
    gaze: tuple[float, float] = fields.option((0.0, 0.0), help="option.yaw", span=(-1, 1))
    set: Mapping[str, float] = fields.option({}, help="option.set", span=(-2.5, 2.5))
    json: bool = fields.option(False, help="option.json")


CONTROLS = {control.name: control for control in fields.describe(Sample)}
PHOTOS = (Path("a.jpg"),)


def test_a_request_is_described_field_by_field() -> None:
    kinds = {name: (one.kind, one.count, one.optional) for name, one in CONTROLS.items()}
    assert kinds == {
        "photos": ("path", 0, False),
        "out": ("path", 1, False),
        "likeness": ("choice", 1, False),
        "hair": ("choice", 1, True),
        "size": ("integer", 1, False),
        "yaw": ("number", 1, False),
        "gaze": ("number", 2, False),
        "set": ("pair", 0, False),
        "json": ("flag", 1, False),
    }
    assert CONTROLS["likeness"].choices == ("off", "detail", "full")
    assert CONTROLS["hair"].choices == STYLES
    assert (CONTROLS["yaw"].low, CONTROLS["yaw"].high, CONTROLS["yaw"].unit) == (-90, 90, "°")
    assert [name for name, one in CONTROLS.items() if one.required] == ["photos"]
    assert [name for name, one in CONTROLS.items() if one.positional] == ["photos"]


def test_defaults_are_allowed_and_not_shared() -> None:
    fields.check(Sample(photos=PHOTOS))
    assert Sample(photos=PHOTOS).set == {}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"size": 63}, "--size: 63 is outside 64 to 2048 px; give a value inside"),
        ({"yaw": -90.5}, "--yaw: -90.5 is outside -90 to 90°; give a value inside"),
        ({"yaw": math.nan}, "--yaw: nan is not a number"),
        ({"yaw": math.inf}, "--yaw: inf is not a number"),
        ({"size": 256.0}, "--size: 256.0 is not a whole number"),
        ({"size": True}, "--size: True is not a whole number"),
        ({"json": 1}, "--json: 1 is not true or false"),
        ({"out": None}, "--out is missing: give a value"),
        ({"out": 3}, "--out: 3 is not a text or a path"),
        ({"gaze": (0.0,)}, "--gaze is missing: give a value"),
        ({"gaze": (0.0, 1.5)}, "--gaze: 1.5 is outside -1 to 1; give a value inside"),
        ({"set": {"nose_width": 9.0}}, "--set nose_width: 9 is outside -2.5 to 2.5"),
        ({"photos": ()}, "PHOTO... is missing: give PHOTO..."),
        ({"likeness": "ful"}, "--likeness: 'ful' does not exist; did you mean full?"),
        (
            {"hair": "mohican"},
            "--hair: 'mohican' does not exist; it must be one of bald, long, bun",
        ),
    ],
)
def test_values_that_are_not_allowed(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError) as caught:
        fields.check(Sample(**{"photos": PHOTOS, **changes}))
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        ("size", "512", 512),
        ("yaw", "-.5", -0.5),
        ("out", "a/b.png", Path("a/b.png")),
        ("hair", "bun", "bun"),
        ("set", "nose_width=.3", ("nose_width", 0.3)),
        ("set", "age=-1", ("age", -1.0)),
        ("json", "true", True),
        ("photos", "照片/小明.jpg", Path("照片/小明.jpg")),
    ],
)
def test_texts_become_values(name: str, written: str, value: Any) -> None:
    converted = fields.convert(CONTROLS[name], written)
    assert converted == value
    assert type(converted) is type(value)


@pytest.mark.parametrize(
    ("name", "written", "message"),
    [
        ("size", "big", "--size: 'big' is not a whole number"),
        ("size", "256.5", "--size: '256.5' is not a whole number"),
        ("yaw", "nan", "--yaw: nan is not a number"),
        ("yaw", "1e9", "--yaw: 1e+09 is outside -90 to 90°; give a value inside"),
        ("set", "nose_width", "--set: 'nose_width' is not NAME=NUMBER, such as nose_width=.3"),
        ("set", "=3", "--set: '=3' is not NAME=NUMBER, such as nose_width=.3"),
        ("set", "nose_width=wide", "--set nose_width: 'wide' is not a number"),
        ("json", "maybe", "--json: 'maybe' is not true or false"),
        ("hair", "lnog", "--hair: 'lnog' does not exist; did you mean long?"),
    ],
)
def test_texts_that_are_not_values(name: str, written: str, message: str) -> None:
    with pytest.raises(OptionError) as caught:
        fields.convert(CONTROLS[name], written)
    assert str(caught.value) == message


def test_unknown_names_get_the_nearest() -> None:
    sliders = (*tuple(f"slider_{index}" for index in range(40)), "nose_width")
    assert "did you mean nose_width?" in str(fields.unknown("slider", "nose_widht", sliders))
    far = str(fields.unknown("slider", "qqqq", sliders))
    assert far.count("slider_") + far.count("nose_width") <= 5


def test_fields_of_the_program_have_to_be_made_right() -> None:
    @dataclasses.dataclass
    class Plain:
        size: int = 3

    @dataclasses.dataclass
    class Strange:
        size: complex = fields.option(3j, help="option.size")

    with pytest.raises(TypeError, match="field size was not made by"):
        fields.describe(Plain)
    with pytest.raises(TypeError, match="no control shows a <class 'complex'>"):
        fields.describe(Strange)
