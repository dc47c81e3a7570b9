from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.app.commands import head
from mien.app.sheet import KINDS, compose
from mien.errors import OptionError
from mien.head.camera import Camera
from mien.head.moods import EXPRESSIONS
from mien.head.render import View, render
from mien.head.sample import sample
from mien.head.schema import HAIR_STYLES, SLIDERS
from mien.head.texture import dequantise, quantise
from mien.io.image import read_image, write_image
from mien.io.mark import LOUDEST, mark
from mien.io.provenance import Provenance, read_provenance
from mien.io.sheet import LABEL_HEIGHT
from mien.persona.character import Character, write_character
from mien.types import AU_NAMES, FaceCode, Pose

Cli = Callable[..., Any]


def test_a_render_is_the_librarys_and_says_how_it_was_made(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "head.png"
    result = cli("head", "render", "--seed", 3, "--index", 1, "--size", 64, "--out", out)
    assert (result.code, result.out, result.err) == (0, f"wrote {out}\n", "")
    made_by = read_provenance(out)
    assert made_by is not None
    drawn = render(sample(3, 1), size=64).rgb
    assert np.array_equal(read_image(out), mark(drawn, made_by.number()))
    assert (made_by.source, made_by.job, made_by.seed) == ("algorithmicMedia", "head.render", 3)


def test_a_second_render_keeps_the_first(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "head.png"
    words = ("head", "render", "--size", 16, "--out", out)
    cli(*words)
    before = out.read_bytes()
    assert cli(*words, "--yaw", 30).out == f"wrote {tmp_path / 'head-2.png'}\n"
    assert out.read_bytes() == before
    assert cli(*words, "--yaw", 30, "--overwrite").out == f"wrote {out}\n"
    assert out.read_bytes() == (tmp_path / "head-2.png").read_bytes() != before


def test_every_option_changes_its_own_value() -> None:
    request = head.RenderRequest(
        seed=0,
        set={"nose_width": 0.3, "age": 0.5},
        au={"AU12": 0.8, "au6": 0.4, "25": 0.2, "AU01": 0.1},
        hair="long",
        material={"wrinkles": 0.5},
        facial_hair="goatee",
        glasses="round",
        style="toon",
        yaw=20.0,
        gaze=(0.1, 0.2),
    )
    made = head.person(request, job="head.render")
    code = made.code
    before = sample(0, 0)
    assert {**before.sliders, "nose_width": 0.3, "age": 0.5} == code.sliders
    assert code.aus == {"AU12": 0.8, "AU6": 0.4, "AU25": 0.2, "AU1": 0.1}
    assert (code.hair, code.style, code.gaze) == ("long", "toon", (0.1, 0.2))
    assert code.pose == Pose(yaw=20.0)
    assert code.materials == {**before.materials, "wrinkles": 0.5}
    assert (code.facial_hair, code.glasses) == ("goatee", "round")
    assert made.texture is None


def test_without_a_seed_it_is_the_average_head() -> None:
    assert head.person(head.RenderRequest(), job="head.render").code == FaceCode()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--set", "nose_widht=.3"], "slider 'nose_widht' does not exist; did you mean nose_width"),
        (["--au", "AU122=.3"], "Action Unit 'AU122' does not exist; did you mean AU12"),
        (["--au", "smile=.3"], "Action Unit 'smile' does not exist; did you mean "),
        (["--au", "AU12=2"], "--au AU12: 2 is outside 0 to 1; give a value inside"),
        (["--hair", "mohawk"], "--hair: 'mohawk' does not exist; did you mean "),
        (["--glasses", "monocle"], "--glasses: 'monocle' does not exist; it must be one of none,"),
        (
            ["--material", "wrinkels=.5"],
            "material 'wrinkels' does not exist; did you mean wrinkles",
        ),
        (["--material", "wrinkles=2"], "--material wrinkles: 2 is outside 0 to 1"),
        (["--material", "skin=.5"], "material 'skin' does not exist; did you mean "),
        (["--size", "9999"], "--size: 9999 is outside 16 to 2048 px; give a value inside"),
        (["--light", "candle"], "--light: 'candle' does not exist; it must be one of studio,"),
        (
            ["--seed", "1", "--params", "x.json"],
            "--params and --seed both say which head to draw: give one of them",
        ),
        (["--size", "16", "--out", "x.tga"], "x.tga: "),
    ],
)
def test_mistakes_are_one_line(cli: Cli, words: list[str], message: str) -> None:
    result = cli("head", "render", *words)
    assert result.code == 2
    assert result.err.startswith(f"mien: {message}")
    assert result.err.count("\n") == 1


def test_action_units_by_any_of_their_names() -> None:
    assert head.action_units({"12": 0.1, "au25": 0.2, "AU06": 0.3, "AU45": 0.4}) == {
        "AU12": 0.1,
        "AU25": 0.2,
        "AU6": 0.3,
        "AU45": 0.4,
    }
    assert head.action_units({"12l": 0.1, "AU45R": 0.2, "jaw_left": 0.3}) == {
        "AU12L": 0.1,
        "AU45R": 0.2,
        "jaw_left": 0.3,
    }
    with pytest.raises(OptionError, match="Action Unit 'AU99' does not exist"):
        head.action_units({"AU99": 0.1})


def test_the_schema_is_complete(cli: Cli) -> None:
    values = json.loads(cli("head", "schema", "--json").out)
    assert len(values["sliders"]) == len(SLIDERS)
    assert values["aus"] == list(AU_NAMES)
    text = cli("head", "schema").out
    for one in (*values["sliders"], *values["materials"]):
        assert one["name"] in text


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_sheets_are_full_and_named(kind: str) -> None:
    sheet = KINDS[kind](0, 3)
    labels = [cell.label for cell in sheet.cells]
    assert len(set(labels)) == len(labels)
    expected = {
        **{"identities": 3, "mixed": 3, "toon": 6, "aus": 23, "pose": 21},
        **{"hair": 2 * len(HAIR_STYLES), "sliders": 2 * len(SLIDERS)},
        **{"ages": 7, "beards": 6, "glasses": 5, "poses": 9, "twins": 16},
        "expressions": len(EXPRESSIONS) + 2,
    }
    assert len(labels) == expected[kind]
    if sheet.columns:
        assert len(labels) % sheet.columns in (0, len(labels) % 12)


def test_a_sheet_is_its_pictures_in_reading_order(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "sheet.png"
    words = ("--kind", "identities", "--count", 3, "--size", 32, "--seed", 5, "--out", out)
    assert cli("head", "sheet", *words).code == 0
    page = read_image(out)
    assert page.shape == (2 * (32 + LABEL_HEIGHT), 64, 3)
    # The page as a whole carries the mark.
    for part, index in ((page[:32, :32], 0), (page[48:80, :32], 2)):
        drawn = render(sample(5, index), size=32).rgb
        assert np.abs(part.astype(int) - drawn).max() <= LOUDEST


def test_labels_are_written_under_their_pictures() -> None:
    pictures = [np.zeros((32, 32, 3), np.uint8)] * 2
    page = compose(pictures, ["a", ""], columns=2)
    assert page[32:, :32].min() < 100
    assert page[32:, 32:].min() > 200


def test_a_model_is_written(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "head.glb"
    result = cli("head", "glb", "--seed", 1, "--size", 64, "--out", out)
    assert result.code == 0
    assert out.read_bytes()[:4] == b"glTF"
    facts = json.loads(cli("inspect", out, "--json").out)
    assert facts["job"] == "head.glb"
    assert "skin" in facts["meshes"]


def test_a_character_is_drawn_as_it_was(cli: Cli, tmp_path: Path) -> None:
    rest = np.linspace(-1, 1, 16 * 16 * 3, dtype=np.float32).reshape(16, 16, 3)
    made_by = Provenance(source="compositeSynthetic", job="character.fit", models=("0" * 16,))
    character = Character(
        code=sample(4, 2, expression=True, pose_sd=(20, 5, 5)),
        view=View(camera=Camera(size=48, zoom=0.9, shift=(0.1, -0.05)), background=(0.1, 0.2, 0.3)),
        texture=dequantise(quantise(rest)),
        provenance=made_by,
    )
    write_character(tmp_path, character)
    write_image(tmp_path / "render.png", character.render().rgb, provenance=made_by)
    again = tmp_path / "again.png"
    words = ("head", "render", "--params", tmp_path / "params.json", "--out", again)
    assert cli(*words).code == 0
    assert again.read_bytes() == (tmp_path / "render.png").read_bytes()
    assert cli(*words, "--set", "nose_width=1", "--overwrite").code == 0
    assert again.read_bytes() != (tmp_path / "render.png").read_bytes()
    changed = read_provenance(again)
    assert changed is not None
    assert (changed.source, changed.job) == ("compositeSynthetic", "head.render")
    assert changed.models == made_by.models


def test_a_damaged_character_is_one_line(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "params.json"
    path.write_text("{}")
    result = cli("head", "render", "--params", path)
    assert result.code == 2
    assert result.err.startswith(f"mien: {path}: ")
    assert result.err.count("\n") == 1
