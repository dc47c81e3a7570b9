from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]


def test_votes_become_a_ranking(cli: Cli, tmp_path: Path) -> None:
    votes, out = tmp_path / "votes.csv", tmp_path / "ranking.json"
    lines = ["left,right,choice"] + ["warp, person ,right"] * 5 + ["person,first,left"] * 5
    votes.write_text("\n".join([*lines, "", "warp,first,same"]))
    result = cli("reenact", "rank", votes, "--out", out)
    assert result.code == 0
    told = json.loads(out.read_text())
    assert told["votes"] == 11
    assert told["ranking"][0]["name"] == "person"
    assert told["ranking"][0]["votes"] == 10
    assert "person" in result.err + result.out
    assert cli("reenact", "rank", votes, votes, "--out", out).code == 0
    assert json.loads((tmp_path / "ranking-2.json").read_text())["votes"] == 22


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("a,b,left\n", "first line is left,right,choice"),
        ("left,right,choice\n", "0 votes"),
        ("left,right,choice\na,b,left\na,b\n", "line 3: a,b"),
        ("left,right,choice\na,a,left\n", "line 2"),
        ("left,right,choice\na,b,best\n", "line 2"),
        ("left,right,choice\n,b,left\n", "line 2"),
        ("left,right,choice\n" + "x" * 300 + ",b,left\n", "line 2"),
        ("\0\0\0", "no votes"),
    ],
)
def test_what_is_no_vote_is_named(cli: Cli, tmp_path: Path, written: str, said: str) -> None:
    votes = tmp_path / "votes.csv"
    votes.write_text(written)
    result = cli("reenact", "rank", votes, "--out", tmp_path / "r.json")
    assert result.code == 2
    assert said in result.err
    assert not (tmp_path / "r.json").exists()


def test_bytes_that_are_no_text_are_refused(cli: Cli, tmp_path: Path) -> None:
    votes = tmp_path / "votes.csv"
    votes.write_bytes(b"left,right,choice\n\xff\xfe,b,left\n")
    assert cli("reenact", "rank", votes, "--out", tmp_path / "r.json").code == 2
