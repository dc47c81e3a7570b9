"""params.json: what goes in comes out, and nothing else gets in."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.errors import InputError, MienError, OptionError
from mien.head.backdrop import Backdrop
from mien.head.camera import Camera
from mien.head.light import LIGHTS
from mien.head.render import View
from mien.head.sample import sample
from mien.head.schema import SLIDER_INDEX
from mien.head.template import head_hash, load
from mien.head.texture import HIGHEST, LOWEST, dequantise, quantise
from mien.head.units import version_1_units
from mien.io.image import write_image
from mien.io.provenance import Provenance, read_provenance
from mien.persona.character import (
    NEUTRAL_VIEW,
    Character,
    read_character,
    to_json,
    write_character,
)
from mien.seeding import rng
from mien.types import Pose

Change = Callable[[dict[str, Any]], None]


def made(*, textured: bool = True) -> Character:
    code = sample(11, 4, expression=True, pose_sd=(10.0, 5.0, 3.0))
    view = View(
        camera=Camera(size=96, zoom=0.9, shift=(0.01, -0.02)),
        light=LIGHTS["sunset"],
        background=(0.1, 0.2, 0.3),
        supersample=1,
        shadow=64,
        backdrop=Backdrop("shapes", ((0.1, 0.2, 0.3), (0.4, 0.5, 0.6), (0.7, 0.8, 0.9)), 12),
        exposure="auto",
    )
    texture = None
    if textured:
        smooth = rng("skin").uniform(LOWEST / 4, HIGHEST / 4, (24, 32, 3)).astype(np.float32)
        texture = dequantise(quantise(smooth))
    made_by = Provenance(
        source="compositeSynthetic", job="character.fit", models=("ab" * 32,), request="0123abcd"
    )
    return Character(code, view, texture, made_by)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "角色 <b>"
    place.mkdir()
    write_character(place, made())
    return place


@pytest.mark.parametrize("textured", [True, False])
def test_a_round_trip_changes_nothing(textured: bool, tmp_path: Path) -> None:
    first = made(textured=textured)
    write_character(tmp_path, first)
    second = read_character(tmp_path)
    assert second.code == first.code
    assert second.view == first.view
    assert second.provenance == first.provenance
    if textured:
        assert np.array_equal(second.texture, first.texture)  # type: ignore[arg-type]
    else:
        assert second.texture is None
        assert not (tmp_path / "texture.png").exists()
    assert np.array_equal(second.render().rgb, first.render().rgb)


def test_files_from_before_backdrops_and_exposure_still_load(folder: Path) -> None:
    path = folder / "params.json"
    values = json.loads(path.read_text("utf-8"))
    del values["view"]["backdrop"], values["view"]["exposure"]
    del values["view"]["light"]["rim_direction"], values["view"]["light"]["rim_colour"]
    path.write_text(json.dumps(values), "utf-8")
    view = read_character(folder).view
    assert view.backdrop == Backdrop()
    assert view.exposure == 1.0
    assert view.light.rim_colour == (0.0, 0.0, 0.0)
    assert view.background == made().view.background


def test_writing_what_was_read_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    again.mkdir()
    write_character(again, read_character(folder / "params.json"))
    for name in ("params.json", "texture.png"):
        assert (again / name).read_bytes() == (folder / name).read_bytes()


def test_a_render_is_made_again_byte_for_byte(folder: Path, cli: Any, tmp_path: Path) -> None:
    character = made()
    write_image(folder / "render.png", character.render().rgb, provenance=character.provenance)
    out = tmp_path / "again.png"
    assert cli("head", "render", "--params", folder / "params.json", "--out", out).code == 0
    assert out.read_bytes() == (folder / "render.png").read_bytes()


def test_the_texture_matters(folder: Path) -> None:
    (folder / "texture.png").unlink()
    write_image(folder / "texture.png", np.full((24, 32, 3), 40, np.uint8), provenance=None)
    assert not np.array_equal(read_character(folder).render().rgb, made().render().rgb)


def test_the_file_says_what_it_is(folder: Path) -> None:
    values = json.loads((folder / "params.json").read_text("utf-8"))
    assert values["format"] == 1
    assert values["head"]["hash"] == head_hash()
    assert values["texture"] == "texture.png"
    assert values["provenance"]["source"].endswith("/compositeSynthetic")
    assert values == json.loads(json.dumps(to_json(made(), texture_name="texture.png")))
    assert read_provenance(folder / "texture.png") == made().provenance


def test_neutral_keeps_the_person_alone() -> None:
    character = made()
    neutral = character.neutral()
    assert neutral.code.aus == {}
    assert neutral.code.gaze == (0.0, 0.0)
    assert neutral.code.pose == Pose()
    assert neutral.view == NEUTRAL_VIEW
    kept = {"sliders", "materials", "hair", "style"}
    for name in kept:
        assert getattr(neutral.code, name) == getattr(character.code, name)
    assert np.array_equal(neutral.texture, character.texture)  # type: ignore[arg-type]
    assert character.render(size=32).rgb.shape == (32, 32, 3)


def changed(folder: Path, change: Change) -> Path:
    path = folder / "params.json"
    values = json.loads(path.read_text("utf-8"))
    change(values)
    path.write_text(json.dumps(values), "utf-8")  # json writes NaN and Infinity as they are
    return path


def refused(path: Path) -> MienError:
    with pytest.raises(MienError) as caught:
        read_character(path)
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    "name",
    [
        "../texture.png",
        "/etc/passwd",
        "..",
        ".",
        "",
        "a/b.png",
        "a\\b.png",
        "C:texture.png",
        "x\0.png",
        "x" * 201,
        7,
        ["texture.png"],
    ],
)
def test_a_texture_elsewhere_is_refused(name: Any, folder: Path) -> None:
    # What the name would reach does exist and is a picture.
    write_image(folder.parent / "texture.png", np.zeros((4, 4, 3), np.uint8), provenance=None)
    path = changed(folder, lambda values: values.update(texture=name))
    assert str(refused(path)) == (
        f"{path}: its texture is not a picture beside it; wanted a plain file name such as "
        "texture.png: fit the photo again"
    )


def test_a_texture_that_is_missing_or_no_picture(folder: Path) -> None:
    (folder / "texture.png").write_bytes(b"not a picture")
    assert isinstance(refused(folder), InputError)
    (folder / "texture.png").unlink()
    assert "no such file" in str(refused(folder))
    write_image(folder / "texture.png", np.zeros((1, 5, 3), np.uint8), provenance=None)
    assert "not a picture beside it" in str(refused(folder))


def test_a_newer_format_is_named(folder: Path) -> None:
    path = changed(folder, lambda values: values.update(format=2))
    assert str(refused(path)) == (
        f"{path}: written by a newer mien; wanted one that this version knows: install the newer "
        "mien"
    )


def _set(*keys: str, to: Any) -> Change:
    def change(values: dict[str, Any]) -> None:
        for key in keys[:-1]:
            values = values[key]
        values[keys[-1]] = to

    return change


def _drop(*keys: str) -> Change:
    def change(values: dict[str, Any]) -> None:
        for key in keys[:-1]:
            values = values[key]
        del values[keys[-1]]

    return change


NAN, INFINITE = float("nan"), float("inf")
DAMAGE: dict[str, Change] = {
    "NaN slider": _set("code", "sliders", to={"nose_width": NAN}),
    "infinite unit": _set("code", "aus", to={"AU12": INFINITE}),
    "NaN colour": _set("code", "materials", to={"skin": [0.1, NAN, 0.1]}),
    "NaN pose": _set("code", "pose", "yaw", to=NAN),
    "NaN gaze": _set("code", "gaze", to=[NAN, 0.0]),
    "NaN light": _set("view", "light", "key", to=NAN),
    "infinite zoom": _set("view", "camera", "zoom", to=INFINITE),
    "zero zoom": _set("view", "camera", "zoom", to=0.0),
    "negative distance": _set("view", "camera", "distance", to=-85.0),
    "a slider in words": _set("code", "sliders", to={"nose_width": "wide"}),
    "a slider that is true": _set("code", "sliders", to={"nose_width": True}),
    "sliders as a list": _set("code", "sliders", to=[1, 2]),
    "gaze of three": _set("code", "gaze", to=[0, 0, 0]),
    "an unknown angle": _set("code", "pose", to={"yaw": 0, "tilt": 1}),
    "a giant picture": _set("view", "camera", "size", to=100000),
    "no picture": _set("view", "camera", "size", to=0),
    "endless samples": _set("view", "supersample", to=64),
    "infinite samples": _set("view", "supersample", to=INFINITE),
    "a giant shadow": _set("view", "shadow", to=10**6),
    "no code": _drop("code"),
    "no light": _drop("view", "light"),
    "no provenance": _drop("provenance"),
    "a path as provenance": _set("provenance", "job", to="/home/me/photo.jpg"),
    "an unknown source": _set("provenance", "source", to="photo of mine"),
    "format in words": _set("format", to="new"),
}


@pytest.mark.parametrize("change", list(DAMAGE.values()), ids=list(DAMAGE))
def test_damage_is_one_line(change: Change, folder: Path) -> None:
    path = changed(folder, change)
    assert str(refused(path)) == (
        f"{path}: not a params.json of mien's, or damaged; wanted one that `mien character fit` "
        "wrote: make it again"
    )


@pytest.mark.parametrize(
    "data",
    [b"{", b"[]", b"null", b"7", b"\xff\xfe{}", b"[" * 100000, b'{"format": 1}', b"{}"],
    ids=["cut", "list", "null", "number", "not-utf8", "nested", "little", "nothing"],
)
def test_no_params_at_all(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "params.json"
    path.write_bytes(data)
    assert "not a params.json of mien's" in str(refused(path))


def test_empty_missing_and_giant_files(tmp_path: Path) -> None:
    path = tmp_path / "params.json"
    assert "no such file; wanted the params.json of a character" in str(refused(path))
    path.touch()
    assert "the file is empty (0 bytes)" in str(refused(path))
    path.write_bytes(b" " * ((1 << 20) + 1))
    assert "wanted at most 1 MiB" in str(refused(path))
    assert "no such file" in str(refused(tmp_path / "nobody"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_set("code", "sliders", to={"nose_widht": 0.1}), "nose_width"),
        (_set("code", "sliders", to={"nose_width": 9.0}), "2.5"),
        (_set("code", "aus", to={"AU99": 0.1}), "AU99"),
        (_set("code", "hair", to="mohawk"), "mohawk"),
        (_set("code", "materials", to={"glitter": 1.0}), "glitter"),
    ],
)
def test_names_and_values_the_head_does_not_know(change: Change, said: str, folder: Path) -> None:
    problem = refused(changed(folder, change))
    assert isinstance(problem, OptionError)
    assert said in str(problem)


def test_names_from_elsewhere_are_shown_without_harm(tmp_path: Path) -> None:
    place = tmp_path / "evil\x1b[2J\u202e"
    place.mkdir()
    (place / "params.json").write_text("{}")
    shown = str(refused(place))
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "\\x1b" in shown


def test_no_value_that_is_not_a_number_is_ever_written(tmp_path: Path) -> None:
    broken = dataclasses.replace(made(), code=dataclasses.replace(made().code, gaze=(NAN, 0.0)))
    with pytest.raises(ValueError, match="JSON compliant"):
        write_character(tmp_path, broken)
    assert not (tmp_path / "params.json").exists()


OLD_PARAMS = {
    "format": 1,
    "head": {"version": 1, "hash": "3a1e6cbb4cf3ef33"},
    "code": {
        "sliders": {"head_width": 0.4, "nose_hump": -0.5, "chin_length": 0.6, "eye_size": 1.3},
        "aus": {"AU12": 0.2},
        "gaze": [0.0, 0.0],
        "pose": {"yaw": 0.0, "pitch": 0.0, "roll": 0.0},
        "materials": {"skin": [0.5, 0.3, 0.2], "beard": 0.0},
        "hair": "bald",
        "style": "photo",
    },
    "view": {
        "camera": {"size": 64, "zoom": 1.0, "shift": [0.0, 0.0], "distance": 75.0},
        "light": {
            "direction": [0.0, 0.3, 1.0],
            "key": 1.5,
            "key_colour": [1.0, 1.0, 1.0],
            "ambient": [0.3, 0.3, 0.3],
            "fill_direction": [0.8, 0.0, 0.5],
            "fill_colour": [0.2, 0.2, 0.2],
        },
        "background": [0.2, 0.2, 0.2],
        "supersample": 1,
        "shadow": 64,
    },
    "texture": None,
    "provenance": {
        "source": None,
        "job": "character.fit",
        "models": [],
        "seed": None,
        "request": "",
        "version": "0.1",
    },
}
"""As head version 1 wrote it."""


def test_a_file_of_head_version_1_is_the_same_face(tmp_path: Path) -> None:
    """Its sliders moved a chin by 0.75 cm times 2 a unit, a nose's hump by 0.3 cm times 2."""
    (tmp_path / "params.json").write_text(json.dumps(OLD_PARAMS), "utf-8")
    sliders = read_character(tmp_path).code.sliders
    template = load()
    for name, most in (("chin_length", 0.6 * 1.5), ("nose_hump", 0.5 * 0.6)):
        k = SLIDER_INDEX[name]
        field = template.sliders.vectors[
            template.sliders.starts[k] : template.sliders.starts[k + 1]
        ]
        moved = np.abs(field * sliders[name]).max()
        assert moved == pytest.approx(most, rel=0.1), name
    assert sliders["head_width"] == pytest.approx(0.4 / version_1_units("head_width"))
    again = tmp_path / "again"
    again.mkdir()
    write_character(again, read_character(tmp_path))
    written = json.loads((again / "params.json").read_text("utf-8"))
    assert written["head"]["version"] == 2
    assert read_character(again).code.sliders == sliders
