"""`mien data`, sentences of a run that stay, and `mien doctor --measure`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.app import console
from mien.app.cli import find
from mien.data.pack import Pack
from mien.io.image import write_image
from mien.jobs.base import Step
from mien.jobs.generate import machine
from mien.seeding import rng

Cli = Callable[..., Any]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for number in range(3):
        picture = rng(number, "photo").integers(0, 256, (20, 30, 3)).astype(np.uint8)
        write_image(tmp_path / "photos" / f"{number}.png", picture, provenance=None)
    return tmp_path / "photos"


def test_check_reports_and_writes_nothing(cli: Cli, photos: Path) -> None:
    before = sorted(photos.rglob("*"))
    told = cli("data", "check", photos)
    assert (told.code, sorted(photos.rglob("*"))) == (0, before)
    assert "3 of 3 pictures can be used" in told.out
    assert "below 500" in told.out
    values = json.loads(cli("data", "check", photos, "--json").out)
    assert (values["usable"], values["formats"]) == (3, {"PNG": 3})
    (photos / "bad.png").write_bytes(b"x")
    assert cli("data", "check", photos).code == 3


def test_import_packs(cli: Cli, photos: Path, tmp_path: Path) -> None:
    told = cli("data", "import", photos, "--out", tmp_path / "pack", "--size", "16")
    assert told.code == 0
    assert "wrote " in told.out
    pack = Pack(tmp_path / "pack")
    assert (pack.info.count, pack.info.size) == (3, 16)
    again = cli("data", "import", photos, "--out", tmp_path / "pack")
    assert again.code == 2
    assert cli("data", "import", photos / "none", "--out", tmp_path / "x").code == 2


def test_nothing_usable_is_an_error(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"x")
    told = cli("data", "check", tmp_path)
    assert told.code == 2
    assert "0 of 1 pictures can be used" in told.out


def test_sentences_of_a_run_are_lines_of_their_own(capfd: pytest.CaptureFixture[str]) -> None:
    with console.progress("train") as progress:
        progress(Step(0, 10, "about 3 min", stays=True))
        progress(Step(5, 10, "half"))
    lines = capfd.readouterr().err.splitlines()
    assert lines[0] == "about 3 min"
    assert lines[1].startswith("[5/10] half")


def test_doctor_measures_when_asked(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    speeds = [("bf16 channels_last", 210.4), ("fp32 contiguous", 99.0)]
    monkeypatch.setattr(machine, "images_a_second", lambda settings, device: speeds)
    values = json.loads(cli("doctor", "--measure", "--json").out)
    assert values["train bf16 channels_last"] == "210 images/s"
    assert "train bf16 channels_last" not in json.loads(cli("doctor", "--json").out)


@pytest.mark.slow
def test_speeds_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from mien.jobs.generate.presets import config

    found = machine.images_a_second(config("tiny"), torch.device("cpu"))
    assert len(found) == 4
    assert [rate for _, rate in found] == sorted((rate for _, rate in found), reverse=True)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("data import photos --out x", "data import"),
        ("data import ./photos --out x", "data import"),
        ("data import photos", "data import"),
        ("data import photos holidays --out x", "data import photos"),
        ("data import ckplus CK+ --out x", "data import ckplus"),
        ("data import ckplus --help", "data import ckplus"),
        ("data import --help", "data import"),
    ],
)
def test_a_data_set_is_named_only_before_its_folder(line: str, words: str) -> None:
    command, rest = find(line.split())
    assert command is not None
    assert " ".join(command.words) == words
    assert [*command.words, *rest] == line.split()
