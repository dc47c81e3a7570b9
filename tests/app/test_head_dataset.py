"""`mien head dataset` and `mien head npc` as they are typed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mien.data.people import head_name

Cli = Callable[..., Any]
DATASET = ("head", "dataset", "--workers", 1)


def test_a_set_is_made_and_then_kept(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "set"
    words = (*DATASET, "--count", 3, "--size", 16, "--style", "toon", "--seed", 2, "--out", out)
    result = cli(*words)
    assert (result.code, result.out) == (0, f"wrote {out}\n")
    assert json.loads((out / "recipe.json").read_text()) == {
        **{"count": 3, "size": 16, "style": "toon", "seed": 2, "sampler": "portrait"},
        **{"masks": False, "head": head_name()},
    }
    again = cli(*words)
    assert (again.code, again.err) == (0, "3 were there already\n")
    copy = cli(*DATASET, "--recipe", out / "recipe.json", "--out", tmp_path / "copy")
    assert copy.code == 0
    assert (out / "labels.csv").read_bytes() == (tmp_path / "copy/labels.csv").read_bytes()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--count", "0"], "--count: 0 is outside 1 to 1e+07"),
        (["--count", "5", "--size", "5000"], "--size: 5000 is outside 16 to 1024 px"),
        (["--count", "5", "--style", "oil"], "--style: 'oil' does not exist"),
        (["--count", "5", "--sampler", "people"], "--sampler: 'people' does not exist"),
        (["--count", "5", "--workers", "0"], "--workers: 0 is outside 1 to 256"),
        ([], "wanted --count N for a new data set, or --recipe FILE"),
        (["--recipe", "r.json", "--count", "5"], "--recipe says all of it: leave --count out"),
        (["--recipe", "r.json", "--masks"], "--recipe says all of it: leave --masks out"),
        (["--recipe", "no-such.json"], "no-such.json: "),
    ],
)
def test_mistakes_are_one_line(cli: Cli, tmp_path: Path, words: list[str], message: str) -> None:
    result = cli("head", "dataset", *words, "--out", tmp_path / "set")
    assert result.code == 2
    assert result.err.startswith(f"mien: {message}")
    assert result.err.count("\n") == 1
    assert not (tmp_path / "set").exists()


def test_a_set_needs_a_place(cli: Cli) -> None:
    result = cli("head", "dataset", "--count", 5)
    assert (result.code, result.err.count("\n")) == (2, 1)


def test_a_folder_that_cannot_be_written_is_one_line(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    below = tmp_path / "file" / "set"
    result = cli(*DATASET, "--count", 1, "--size", 16, "--out", below)
    assert (result.code, result.err.count("\n")) == (2, 1)
    if os.geteuid() != 0:
        locked = tmp_path / "locked"
        locked.mkdir(mode=0o500)
        result = cli(*DATASET, "--count", 1, "--size", 16, "--out", locked / "set")
        assert (result.code, result.err.count("\n")) == (2, 1)


def test_a_crowd_is_made_and_then_kept(cli: Cli, tmp_path: Path) -> None:
    words = ("head", "npc", "--count", 2, "--size", 16, "--workers", 1, "--out", tmp_path / "crowd")
    assert cli(*words).code == 0
    folders = [path for path in (tmp_path / "crowd").iterdir() if path.is_dir()]
    assert len(folders) == 2
    assert all(
        {p.name for p in one.iterdir()} == {"params.json", "portrait.png"} for one in folders
    )
    assert cli(*words).err == "2 were there already\n"
    taken = cli(*words[:-1], tmp_path)
    assert taken.code == 2
    assert taken.err.count("\n") == 1


def test_the_balance_is_shown_and_written(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = cli("head", "sheet", "--stats", "--people", 50, "--sampler", "game")
    assert result.code == 0
    assert result.out.startswith("50 people of sampler game:\n")
    assert result.out.endswith("wrote balance.csv\n")
    lines = (tmp_path / "balance.csv").read_text().splitlines()
    assert lines[0] == "group,name,count,share"
    assert any(line.startswith("skin,dark,") for line in lines)
    again = cli("head", "sheet", "--stats", "--people", 50)
    assert again.out.endswith("wrote balance-2.csv\n")
    chinese = cli("head", "sheet", "--stats", "--people", 20, "--lang", "zh")
    assert "肤色" in chinese.out


def test_a_sampler_has_no_part_in_some_sheets(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "a.png"
    result = cli("head", "sheet", "--kind", "aus", "--sampler", "anime", "--out", out)
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert not out.exists()
