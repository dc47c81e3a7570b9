"""Training runs as the studio lists them, from folders in every state."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from mien.app.studio import results, runs
from mien.app.studio.results import Left
from mien.app.studio.works import Work
from mien.jobs.base import Outcome

NOW = 1e9


def make(root: Path, name: str, *, images: int, age: float = 1000.0, **more: Any) -> Path:
    """A run's folder that wrote its last line `age` seconds ago."""
    folder = root / name
    folder.mkdir(parents=True)
    config = {"job": name.split("-")[1], "preset": "tiny", "plan": {"images": 1000}, **more}
    (folder / "config.json").write_text(json.dumps(config))
    steps = range(50, images + 1, 50)
    lines = [{"images": one, "images/s": 9.5, "maker/loss": 1.0 + 1 / one} for one in steps]
    written = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / "stats.jsonl").write_text(f'{written}{{"images": 9')
    (folder / "log.txt").write_text("".join(f"line {k} <i>\n" for k in range(40)))
    for path in folder.iterdir():
        os.utime(path, (NOW - age, NOW - age))
    return folder


@pytest.mark.parametrize(
    ("images", "age", "state"),
    [(1000, 1.0, "done"), (400, 1.0, "running"), (400, 1000.0, "stopped"), (0, 1000.0, "stopped")],
)
def test_the_state_of_a_run(tmp_path: Path, images: int, age: float, state: str) -> None:
    (run,) = _runs(make(tmp_path, "00000-generate-tiny", images=images, age=age))
    assert (run.state, run.job, run.images, run.total) == (state, "generate", images, 1000)
    assert run.remarks[-1] == "line 39 <i>"
    assert len(run.remarks) == 12
    if images:
        assert run.losses["maker/loss"] == pytest.approx(1.0 + 1 / images)
        picture = runs.curve(run)
        assert picture.shape[1:] == (960, 3)
    else:
        assert (runs.curve(run), dict(run.losses)) == (None, {})


def _runs(folder: Path) -> list[runs.Run]:
    return runs.runs_in(folder.parent, now=NOW)


def test_the_newest_run_comes_first_and_what_is_none_is_left_out(tmp_path: Path) -> None:
    for number in (1, 10, 2):
        make(tmp_path, f"{number:05d}-express-tiny", images=50)
    (tmp_path / "00011-express-tiny").mkdir()
    (tmp_path / "notes").mkdir()
    broken = make(tmp_path, "00012-express-tiny", images=50)
    (broken / "config.json").write_text("[1")
    empty = make(tmp_path, "00013-express-tiny", images=50, plan=None)
    (empty / "stats.jsonl").write_bytes(b"\xff\x00[]\nnull\n3\n")
    found = runs.runs_in(tmp_path, now=NOW)
    assert [run.name[:5] for run in found] == ["00013", "00010", "00002", "00001"]
    assert (found[0].images, found[0].total) == (0, 0)
    assert runs.runs_in(tmp_path / "nothing", now=NOW) == []


def test_of_a_long_file_the_end_is_read(tmp_path: Path) -> None:
    folder = make(tmp_path, "00000-generate-tiny", images=50)
    line = json.dumps({"images": 7, "maker/loss": 1.0}) + "\n"
    (folder / "stats.jsonl").write_text("x" * (1 << 20) + "\n" + line * 3)
    assert [one["images"] for one in runs.stats_of(folder)] == [7, 7, 7]


def test_what_a_run_says_is_escaped(tmp_path: Path) -> None:
    (run,) = _runs(make(tmp_path, "00000-generate-tiny", images=400))
    html = runs.table_html([run]) + runs.details_html(run)
    assert "<i>" not in html
    assert "line 39 &lt;i&gt;" in html
    assert "400 (40 %)" in html
    assert "00000-generate-tiny" in html


def test_previews_are_the_newest_four(tmp_path: Path) -> None:
    folder = make(tmp_path, "00000-generate-tiny", images=400)
    (folder / "samples").mkdir()
    for number in range(6):
        (folder / "samples" / f"{number:09d}-raw.png").write_bytes(b"")
    (folder / "samples" / "zzz.png").symlink_to("/etc/passwd")
    (run,) = _runs(folder)
    assert [path.name[:9] for path in runs.previews(run)] == [f"{k:09d}" for k in (5, 4, 3, 2)]


def test_one_photo_and_its_result_are_shown_side_by_side(tmp_path: Path) -> None:
    photo = tmp_path / "anna.png"
    photo.write_bytes(b"")
    work = Work("k", 1, "me", "translate", "run", "en", tmp_path / "out")
    work.outcome = Outcome()
    made = (Path("out/sheet.png"), Path("out/anna.png"))
    for given, wanted in (
        ({"photos": [str(photo)]}, results.Pair(photo, 1, False)),
        ({"photos": [str(photo), str(photo)]}, None),
        ({"photos": [str(tmp_path / "gone.png")]}, None),
        ({"preset": "smile"}, None),
    ):
        work.values = given
        assert results.pair_of(work, Left(pictures=made)) == wanted
    work.values, work.job = {"photos": [str(photo)]}, "express"
    assert results.pair_of(work, Left(pictures=made)) == results.Pair(photo, 1, True)
    assert results.pair_of(work, Left(pictures=made[:1])) is None
