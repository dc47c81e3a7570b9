from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pytest

from mien import fields
from mien.app.form import fill, form
from mien.errors import OptionError
from mien.messages import use_language


@dataclasses.dataclass(frozen=True)
class Sample:
    photo: Path = fields.argument("PHOTO", help="option.photos")
    style: Literal["photo", "toon"] = fields.option("photo", help="option.style")
    yaw: float | None = fields.option(None, help="option.yaw", span=(-90, 90), unit="°")
    gaze: tuple[float, float] = fields.option((0.0, 0.5), help="option.gaze")
    out: Path = fields.option(Path("a/b"), help="option.out_picture")
    set: Mapping[str, float] = fields.option({"age": 1.0}, help="option.set")


def test_a_form_is_json_with_everything_a_page_needs() -> None:
    described = json.loads(json.dumps(form(Sample)))
    by_name = {one["name"]: one for one in described}
    assert list(by_name) == ["photo", "style", "yaw", "gaze", "out", "set"]
    assert by_name["photo"] | {"help": ""} == {
        "name": "photo", "kind": "path", "count": 1, "help": "", "default": None,
        "required": True, "optional": False, "low": None, "high": None, "unit": "", "choices": [],
    }  # fmt: skip
    assert by_name["style"]["choices"] == ["photo", "toon"]
    assert (by_name["yaw"]["low"], by_name["yaw"]["high"], by_name["yaw"]["unit"]) == (-90, 90, "°")
    assert by_name["yaw"]["optional"]
    assert by_name["gaze"]["default"] == [0.0, 0.5]
    assert by_name["out"]["default"] == "a/b"
    assert by_name["set"]["default"] == {"age": 1.0}


def test_the_help_is_in_the_language_of_the_reader() -> None:
    with use_language("zh"):
        assert form(Sample)[1]["help"] == "绘制风格"


def test_what_a_page_sends_back_becomes_a_request() -> None:
    sent = {"photo": "x.jpg", "style": "toon", "yaw": 3, "gaze": [0.1, 0.2], "set": {"age": -1}}
    assert fill(Sample, sent) == Sample(
        photo=Path("x.jpg"), style="toon", yaw=3, gaze=(0.1, 0.2), set={"age": -1}
    )


@pytest.mark.parametrize("request_defaults", [Sample])
def test_a_form_sent_back_unchanged_gives_the_defaults(request_defaults: type) -> None:
    sent = {one["name"]: one["default"] for one in form(request_defaults) if not one["required"]}
    assert fill(request_defaults, {"photo": "x", **sent}) == Sample(photo=Path("x"))


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({}, "photo is missing"),
        ({"photo": "x", "stile": "toon"}, "option 'stile' does not exist; did you mean style?"),
        ({"photo": "x", "yaw": 100}, "--yaw: 100 is outside -90 to 90°"),
        ({"photo": "x", "yaw": "3"}, "--yaw: '3' is not a number"),
        ({"photo": 3}, "PHOTO: 3 is not a text or a path"),
        ({"photo": "x", "gaze": 1}, "--gaze: 1 is not a list of values"),
        ({"photo": "x", "set": [1]}, "--set: (1,) is not NAME=NUMBER"),
        ({"photo": "x", "style": ["toon"]}, "--style: \"('toon',)\" does not exist"),
    ],
)
def test_what_is_not_allowed_is_refused(sent: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError) as caught:
        fill(Sample, sent)
    assert str(caught.value).startswith(message)
