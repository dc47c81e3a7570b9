from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import pytest

from mien import fields
from mien.app.parse import parse, usage
from mien.errors import OptionError


@dataclasses.dataclass(frozen=True)
class Sample:
    photos: tuple[Path, ...] = fields.argument("PHOTO...", help="option.photos")
    out: Path = fields.option(Path("out"), help="option.out_picture")
    style: Literal["photo", "toon"] | None = fields.option(None, help="option.style")
    max_faces: int = fields.option(3, help="option.count", span=(1, 99))
    yaw: float = fields.option(0.0, help="option.yaw", span=(-90, 90), unit="°")
    gaze: tuple[float, float] = fields.option((0.0, 0.0), help="option.gaze", span=(-1, 1))
    set: Mapping[str, float] = fields.option({}, help="option.set")
    json: bool = fields.option(False, help="option.json")


@dataclasses.dataclass(frozen=True)
class Needy:
    folder: Path = fields.argument("DIR", help="option.params")
    seed: int = fields.option(help="option.seed")


def read(*words: str) -> Sample:
    return parse(Sample, words, command="sample")


def test_everything_at_once() -> None:
    words = "a.jpg --out x --style toon --max-faces 2 --yaw -20 --gaze -.5 .5"
    pairs = "--set nose_width=.3 --set=age=-1 --json b.jpg"
    assert read(*words.split(), *pairs.split()) == Sample(
        photos=(Path("a.jpg"), Path("b.jpg")),
        out=Path("x"),
        style="toon",
        max_faces=2,
        yaw=-20.0,
        gaze=(-0.5, 0.5),
        set={"nose_width": 0.3, "age": -1.0},
        json=True,
    )


def test_nothing_gives_the_defaults() -> None:
    assert read("a.jpg") == Sample(photos=(Path("a.jpg"),))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--max_faces", "7", "a.jpg"], 7),
        (["--max-faces=7", "a.jpg"], 7),
        (["a.jpg", "--max-faces", "7"], 7),
    ],
)
def test_ways_to_write_an_option(words: list[str], expected: int) -> None:
    assert read(*words).max_faces == expected


@pytest.mark.parametrize(
    "name", ["照片/小明.jpg", "<img src=x>.jpg", 'it\'s "here".jpg', "a b.jpg", "a=b.jpg"]
)
def test_names_of_photos_come_through_whole(name: str) -> None:
    assert read(name, "--json").photos == (Path(name),)


def test_a_photo_that_looks_like_an_option() -> None:
    assert read("--json", "--", "--out", "-x.jpg").photos == (Path("--out"), Path("-x.jpg"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "PHOTO... is missing: give photos, one or more"),
        (["--json"], "PHOTO... is missing: give photos, one or more"),
        (["a", "--liknes", "full"], "option '--liknes' does not exist; it must be one of --out,"),
        (["a", "--ot", "x"], "option '--ot' does not exist; did you mean --out?"),
        (["a", "--out"], "--out is missing: give PATH"),
        (["a", "--out", "--json"], "--out is missing: give PATH"),
        (["a", "--gaze", "1"], "--gaze is missing: give X X"),
        (["a", "--out", "x", "--out", "y"], "--out was given twice: give it once"),
        (["a", "--json=1"], "--json takes no value: write --json alone, or leave it out"),
        (["a", "--style", "tone"], "--style: 'tone' does not exist; did you mean toon?"),
        (["a", "--max-faces", "many"], "--max-faces: 'many' is not a whole number"),
        (["a", "--yaw", "100"], "--yaw: 100 is outside -90 to 90°; give a value inside"),
        (["a", "--set", "wide"], "--set: 'wide' is not NAME=NUMBER, such as nose_width=.3"),
        (["a", "-v"], "'-v' is one word too many: `mien sample --help` shows what is taken"),
    ],
)
def test_mistakes_are_named(words: list[str], message: str) -> None:
    with pytest.raises(OptionError) as caught:
        read(*words)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_what_has_to_be_given() -> None:
    assert parse(Needy, ["x", "--seed", "0"], command="needy") == Needy(Path("x"), 0)
    with pytest.raises(OptionError, match=r"^--seed is missing: give N$"):
        parse(Needy, ["x"], command="needy")
    with pytest.raises(OptionError, match=r"^DIR is missing: give params.json of a character$"):
        parse(Needy, ["--seed", "1"], command="needy")
    with pytest.raises(OptionError, match=r"^'y' is one word too many"):
        parse(Needy, ["x", "y", "--seed", "1"], command="needy")


def test_the_help_shows_every_option_with_range_and_default() -> None:
    lines = list(usage(Sample, command="sample", summary="does it"))
    assert lines[:2] == ["usage: mien sample PHOTO... [options]", "  does it"]
    body = [line.split() for line in lines[3:]]
    assert [words[0] for words in body] == [
        *("PHOTO...", "--out", "--style", "--max-faces", "--yaw", "--gaze", "--set", "--json"),
        "--help",
    ]
    yaw = next(line for line in lines if "--yaw" in line)
    assert yaw.endswith("(-90 … 90°; default 0.0)")
    style = next(line for line in lines if "--style" in line)
    assert "{photo,toon}" in style
    assert "default" not in style
