"""Locks, `edit --relock` and `fit --one-person` through the command line."""

from __future__ import annotations

import contextlib
import functools
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.app.cli import main
from mien.errors import OptionError
from mien.head.schema import MACROS, slider_vector
from mien.io.image import read_image, write_image
from mien.jobs.character import results
from mien.jobs.character.head_locks import held_of, names_of
from mien.persona.character import read_character
from mien.types import FaceCode, Image


@pytest.fixture(scope="module", autouse=True)
def _quick() -> Any:
    """Turntables are short."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(results, "turning", functools.partial(results.turning, frames=2))
        yield


def run(*words: str | Path) -> tuple[int, str]:
    """A command line in this process: exit code, and what it said."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = main(["--lang", "en", *(str(word) for word in words)])
    return code, said.getvalue()


def portrait(astronaut: Image) -> Image:
    return np.ascontiguousarray(astronaut[:256, 80:400])


@pytest.fixture(scope="module")
def fitted(astronaut: Image, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a character fitted with a lock."""
    folder = tmp_path_factory.mktemp("locks")
    write_image(folder / "who.png", portrait(astronaut), provenance=None)
    words = ("--size", "128", "--likeness", "off", "--lock", "nose_width=.6", "--lock", "hair")
    code, said = run("character", "fit", folder / "who.png", "--out", folder / "out", *words)
    assert code == 0, said
    return folder / "out" / "who"


def test_a_lock_stays_and_is_remembered(fitted: Path) -> None:
    known = read_character(fitted)
    assert known.code.sliders["nose_width"] == 0.6
    assert known.code.hair == "crop", "a name alone is the default of a face that was not fitted"
    assert known.by_hand == ("nose_width", "hair")
    assert known.confidence["nose_width"] == "set"
    assert {"seen", "guessed"} <= set(known.confidence.values())


def test_relock_keeps_what_was_set_by_hand_and_fits_the_rest(fitted: Path) -> None:
    before = read_character(fitted)
    code, said = run("character", "edit", fitted, "--set", "jaw_width=.9", "--relock")
    assert code == 0, said
    again = read_character(fitted.with_name("who-2"))
    assert again.code.sliders["jaw_width"] == 0.9
    assert again.code.sliders["nose_width"] == 0.6
    assert again.code.hair == "crop"
    assert set(again.by_hand) == {"nose_width", "jaw_width", "hair"}
    moved = np.abs(slider_vector(again.code.sliders) - slider_vector(before.code.sliders))
    assert (moved > 0.02).sum() > 3, "the rest was fitted around them"
    assert again.provenance.job == "character.edit"


def test_edit_remembers_without_fitting(fitted: Path) -> None:
    code, said = run("character", "edit", fitted, "--lock", "eye_size", "--hair", "bob")
    assert code == 0, said
    folder = sorted(fitted.parent.glob("who-*"))[-1]
    known, before = read_character(folder), read_character(fitted)
    assert known.by_hand == ("nose_width", "hair", "eye_size")
    assert known.code.sliders == {**before.code.sliders, "eye_size": known.code.sliders["eye_size"]}
    assert known.confidence["eye_size"] == "set"
    assert known.code.hair == "bob"


def test_relock_needs_its_photo(fitted: Path, tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "params.json").write_bytes((fitted / "params.json").read_bytes())
    code, said = run("character", "edit", tmp_path / "bare", "--relock")
    assert code == 2
    assert "photo.png" in said
    blank = np.full((128, 128, 3), 90, np.uint8)
    write_image(tmp_path / "bare" / "photo.png", blank, provenance=None)
    code, said = run("character", "edit", tmp_path / "bare", "--relock")
    assert code == 2
    assert "no face" in said


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("nose_widht=.3", "nose_width"),
        ("nose_width=wide", "wide"),
        ("nose_width=9", "nose_width"),
        ("hair=mohican", "hair"),
        ("skin=.3", "colour"),
        ("=.3", "NAME=VALUE"),
    ],
)
def test_a_wrong_lock_is_one_line(word: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=said):
        held_of([word], FaceCode())
    code, told = run("character", "fit", tmp_path / "a.jpg", "--lock", word, "--out", tmp_path)
    assert code == 2
    assert len(told.splitlines()) == 1


def test_macros_and_materials_are_held_too() -> None:
    code = FaceCode(sliders={"sex": 0.5, "jaw_width": 0.1}, materials={"skin": (0.1, 0.2, 0.3)})
    held = held_of(["sex", "beard=.4", "skin"], code)
    assert set(held.sliders) == set(MACROS["sex"])
    assert held.sliders["jaw_width"] == pytest.approx(0.1 + 0.5 * MACROS["sex"]["jaw_width"])
    assert held.materials == {"beard": 0.4, "skin": (0.1, 0.2, 0.3)}
    assert set(names_of(held)) == {*MACROS["sex"], "beard", "skin"}


def test_two_photos_become_one_person(astronaut: Image, tmp_path: Path) -> None:
    photo = portrait(astronaut)
    write_image(tmp_path / "a.png", photo, provenance=None)
    write_image(tmp_path / "b.png", np.ascontiguousarray(photo[10:, 20:300]), provenance=None)
    (tmp_path / "c.png").write_text("no picture")
    words = ("--one-person", "--size", "128", "--likeness", "off", "--out", tmp_path / "out")
    photos = [tmp_path / name for name in ("a.png", "c.png", "b.png")]
    code, said = run("character", "fit", *photos, *words, "--lock", "jaw_width=.2")
    assert code == 3, said
    assert "as one person" in said
    folders = [path for path in (tmp_path / "out").iterdir() if path.is_dir()]
    assert [path.name for path in folders] == ["a"]
    known = read_character(folders[0])
    assert known.code.sliders["jaw_width"] == 0.2
    assert known.by_hand == ("jaw_width",)
    report = json.loads((folders[0] / "report.json").read_text())
    assert [round(one["error"], 1) for one in report["photos"]] == [0.0, 0.0]
    assert read_image(folders[0] / "together.png").shape == (512, 520, 3)
    code, said = run("character", "fit", *photos, *words, "--engine", "imitator")
    assert code == 2
    assert "one photo at a time" in said
