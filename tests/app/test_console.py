from __future__ import annotations

import json
from pathlib import Path

import pytest

from mien.app import console
from mien.io.names import free_path
from mien.jobs.base import Outcome, Skipped, Step


def test_lines_are_made_safe(capsys: pytest.CaptureFixture[str]) -> None:
    console.say("a\x1b[31m\u202eb\nc")
    console.note("小明\x07")
    out, err = capsys.readouterr()
    assert out == "a\\x1b[31m\\u202eb\\x0ac\n"
    assert err == "小明\\x07\n"


def test_json_is_plain_and_reads_back(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"name": "小明\u202e\x1b", "numbers": [1.5, None]}
    console.say_json(value)
    out = capsys.readouterr().out
    assert out.isascii()
    assert json.loads(out) == value


def test_columns_line_up_in_any_language(capsys: pytest.CaptureFixture[str]) -> None:
    console.table([("ab", "x"), ("小明", "y"), ("", "z")], indent=1)
    assert capsys.readouterr().out == " ab    x\n 小明  y\n       z\n"


def test_outcomes_have_their_codes(capsys: pytest.CaptureFixture[str]) -> None:
    done = (Path("out/a"),)
    skipped = (Skipped("b\x1b.jpg", "no face"),)
    assert console.report(Outcome(results=done, notes=("look",))) == 0
    assert capsys.readouterr() == ("out/a\n", "look\n")
    assert console.report(Outcome(results=done, skipped=skipped)) == 3
    assert capsys.readouterr() == ("out/a\n", "skipped: 1\n  b\\x1b.jpg: no face\n")
    assert console.report(Outcome(skipped=skipped)) == 2
    assert console.report(Outcome()) == 0


def test_progress_without_a_terminal_is_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    with console.progress("fit") as progress:
        progress(Step(1, 2, "a.jpg"))
        progress(Step(2, 2, "b.jpg"))
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["[1/2] a.jpg (0 s left)", "[2/2] b.jpg (0 s left)"]
    with console.progress("train") as progress:
        progress(Step(3, 2, "images"))  # the last batch may reach beyond the end
    assert capsys.readouterr().err == "[3/2] images (0 s left)\n"
    with console.progress("sheet", quiet=True) as progress:
        progress(Step(1, 2, "a.jpg"))
    assert capsys.readouterr().err == ""


def test_progress_on_a_terminal_is_a_bar(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with console.progress("fit") as progress:
        progress(Step(2, 2, "[bold]b.jpg"))
    shown = capsys.readouterr().err
    assert "[bold]b.jpg" in shown
    assert "2/2" in shown


def test_a_result_never_replaces_a_file(tmp_path: Path) -> None:
    wanted = tmp_path / "head.png"
    assert free_path(wanted, overwrite=False) == wanted
    wanted.touch()
    assert free_path(wanted, overwrite=False) == tmp_path / "head-2.png"
    (tmp_path / "head-2.png").symlink_to(tmp_path / "gone")
    assert free_path(wanted, overwrite=False) == tmp_path / "head-3.png"
    assert free_path(wanted, overwrite=True) == wanted


def test_latest_png_belongs_to_mien(tmp_path: Path) -> None:
    (tmp_path / "latest.png").touch()
    assert free_path(tmp_path / "latest.png", overwrite=False) == tmp_path / "latest.png"
