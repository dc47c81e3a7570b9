from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mien
from mien.app.commands.replay import provenance_of
from mien.head.sample import sample as drawn_person
from mien.head.schema import schema_hash
from mien.io.image import read_image, write_image
from mien.io.provenance import Provenance, read_provenance
from mien.persona.character import NEUTRAL_VIEW, Character, write_character
from mien.types import Image

Cli = Callable[..., Any]


@pytest.fixture
def sample(cli: Cli, tmp_path: Path) -> Path:
    """A face that `generate sample` drew."""
    assert cli("generate", "sample", "--count", "2", "--out", tmp_path / "made").code == 0
    return tmp_path / "made" / "seed0-0001.png"


@pytest.fixture
def photo(astronaut: Image, tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    write_image(path, np.ascontiguousarray(astronaut[:256, 96:352]), provenance=None)
    return path


def changed(path: Path, **values: Any) -> Path:
    """A picture that says something else of itself."""
    found = read_provenance(path)
    assert found is not None
    other = path.with_name("other.png")
    write_image(other, read_image(path), provenance=dataclasses.replace(found, **values))
    return other


def test_a_sample_is_made_again_with_the_same_bytes(cli: Cli, sample: Path, tmp_path: Path) -> None:
    out = tmp_path / "again"
    done = cli("replay", sample, "--out", out)
    assert done.code == 0
    assert f"the same bytes: {out / 'seed0-0001.png'}" in done.out
    assert (out / "seed0-0001.png").read_bytes() == sample.read_bytes()


def test_a_head_is_made_again_from_its_seed_or_its_file(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "head.png"
    words = ("--seed", 3, "--set", "nose_width=.5", "--light", "soft", "--size", 64)
    assert cli("head", "render", *map(str, words), "--out", out).code == 0
    done = cli("replay", out, "--out", tmp_path / "again")
    assert (done.code, "the same bytes" in done.out) == (0, True), done.err


def test_inspect_says_in_words_what_was_asked(cli: Cli, sample: Path) -> None:
    told = cli("inspect", sample).out
    assert "made by a trained network" in told
    assert f"mien {mien.__version__}, generate sample" in told
    assert "count=2  model=photo  runtime=torch  seed=0  truncation=1" in told
    assert "generated; producer mien, number mien-" in told
    assert "由训练网络生成" in cli("inspect", sample, "--lang", "zh").out
    assert json.loads(cli("inspect", sample, "--json").out)["asked"]["count"] == 2


def test_what_is_no_longer_as_it_was_is_said_in_one_line_each(cli: Cli, sample: Path) -> None:
    other = changed(sample, version="0.0.9", head="0" * 16, models=("ab" * 32,))
    done = cli("replay", other, "--out", other.parent / "again")
    assert done.code == 3
    assert f"made by mien 0.0.9, this is mien {mien.__version__}: the bytes may differ" in done.err
    assert f"made with head {'0' * 16}, this one is {schema_hash()}" in done.err
    assert "made with model abababababab..., which is not here" in done.err
    assert "made again, but not the same bytes" in done.err


def test_a_record_that_says_too_little_is_refused(cli: Cli, sample: Path, tmp_path: Path) -> None:
    for values in ({"asked": ""}, {"job": "no.such"}, {"job": "character.edit"}):
        done = cli("replay", changed(sample, **values), "--out", tmp_path / "again")
        assert done.code == 2
        assert "does not hold all that was asked" in done.err
    assert not (tmp_path / "again").exists()


def test_a_hostile_record_is_an_error_of_its_option(cli: Cli, sample: Path) -> None:
    done = cli("replay", changed(sample, asked='{"count":-5}'))
    assert done.code == 2
    assert done.err.startswith("mien: --count: ")
    done = cli("replay", changed(sample, asked='{"model":7}'))
    assert done.code == 2


def test_sources_are_asked_for_and_checked(cli: Cli, sample: Path, tmp_path: Path) -> None:
    key = "12" * 32
    other = changed(sample, inputs=(("photos", key),))
    done = cli("replay", other)
    assert done.code == 2
    assert f"photos (SHA-256 {key[:12]}...) is not among the sources" in done.err
    stranger = tmp_path / "stranger.png"
    stranger.write_bytes(b"not it")
    done = cli("replay", other, "--source", stranger)
    assert done.code == 2
    assert f"wanted photos {key[:12]}" in done.err
    assert cli("replay", other, "--source", tmp_path / "missing.png").code == 2


def test_other_files_say_nothing(cli: Cli, photo: Path, tmp_path: Path) -> None:
    done = cli("replay", photo)
    assert done.code == 2
    assert "nothing in it says how mien made it" in done.err
    for name in ("a.json", "a.glb"):
        (tmp_path / name).write_bytes(b'{"provenance": {"source": 7}}')
        assert provenance_of(tmp_path / name) is None


@pytest.mark.slow
def test_an_edit_is_made_again_with_the_same_bytes(cli: Cli, photo: Path, tmp_path: Path) -> None:
    words = ("--preset", "smile", "--only", "12,6", "--consent", "own face")
    assert cli("express", "edit", photo, *words, "--out", tmp_path / "made").code == 0
    made = tmp_path / "made" / "photo.png"
    found = read_provenance(made)
    assert found is not None
    assert found.consent == "own-face"
    renamed = tmp_path / "elsewhere.png"
    renamed.write_bytes(photo.read_bytes())
    done = cli("replay", made, "--source", renamed, "--out", tmp_path / "again")
    assert (done.code, "the same bytes" in done.out) == (0, True)


@pytest.mark.slow
def test_a_fit_is_made_again_with_the_same_bytes(cli: Cli, photo: Path, tmp_path: Path) -> None:
    words = ("--size", "128", "--likeness", "off")
    assert cli("character", "fit", photo, *words, "--out", tmp_path / "made").code == 0
    made, again = tmp_path / "made" / "photo", tmp_path / "again"
    told = {path.name: provenance_of(path) for path in made.iterdir()}
    assert all(one is not None and one.asked and one.inputs for one in told.values()), told
    assert "character fit" in cli("inspect", made / "head.glb").out
    done = cli("replay", made / "head.glb", "--source", photo, "--out", again)
    assert (done.code, f"the same bytes: {again / 'photo' / 'head.glb'}" in done.out) == (0, True)
    for path in made.iterdir():
        assert (again / "photo" / path.name).read_bytes() == path.read_bytes(), path.name


def test_a_change_by_hand_is_made_again_with_the_same_bytes(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "ada"
    folder.mkdir()
    made_by = Provenance(
        source="trainedAlgorithmicMedia", job="test", models=(), seed=5, request="0" * 16
    )
    write_character(folder, Character(drawn_person(3, 0), NEUTRAL_VIEW, None, made_by))
    words = ("--set", "nose_width=.3", "--hair", "bob", "--glasses", "round")
    assert cli("character", "edit", folder, *words, "--out", tmp_path / "made").code == 0
    made, again = tmp_path / "made" / "ada", tmp_path / "again"
    done = cli("replay", made / "params.json", "--source", folder, "--out", again)
    assert (done.code, "the same bytes" in done.out) == (0, True)
    for path in made.iterdir():
        assert (again / "ada" / path.name).read_bytes() == path.read_bytes(), path.name
    # Into the same place only where that is wanted, and never over the character itself.
    assert cli("character", "edit", folder, *words, "--out", tmp_path / "made").code == 0
    assert (tmp_path / "made" / "ada-2").is_dir()
    before = (folder / "params.json").read_bytes()
    beside = ("--out", tmp_path, "--overwrite")
    assert cli("character", "edit", folder, *words, *beside).code == 0
    assert (folder / "params.json").read_bytes() == before
    assert (tmp_path / "ada-2").is_dir()


@pytest.mark.slow
def test_a_translation_and_a_clip_are_made_again(cli: Cli, photo: Path, tmp_path: Path) -> None:
    words = ("--to", "anime", "--size", "128")
    assert cli("translate", "run", photo, *words, "--out", tmp_path / "a").code == 0
    words = ("--expression", "smile=1", "--frames", "2", "--size", "128")
    assert cli("reenact", "run", photo, *words, "--out", tmp_path / "b").code == 0
    for made in (tmp_path / "a" / "photo.png", tmp_path / "b" / "photo.mp4"):
        out = tmp_path / f"again{made.suffix}"
        done = cli("replay", made, "--source", photo, "--out", out)
        assert (done.code, "the same" in done.out) == (0, True)
