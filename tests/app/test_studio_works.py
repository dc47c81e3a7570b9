"""The studio's queue, with a job that ends in every way."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mien.app.studio import results
from mien.app.studio.works import MOST_WAITING, Work, Works
from mien.errors import OptionError

from .studio_stub import WORKER

Start = Callable[..., Work]


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Works]:
    made = Works(tmp_path / "studio", worker=WORKER)
    yield made
    made.close()


@pytest.fixture
def start(works: Works) -> Start:
    def begin(action: str = "draw", owner: str = "me", **values: Any) -> Work:
        work = works.new(owner, "toy", action, language="en")
        work.values = {"out": str(work.folder / "drawn")} if action == "draw" else {}
        work.values = {**work.values, **values}
        works.add(work)
        return work

    return begin


def ended(work: Work, seconds: float = 20.0) -> Work:
    until = time.monotonic() + seconds
    while not work.over:
        assert time.monotonic() < until, work
        time.sleep(0.01)
    return work


def until(true: Callable[[], bool]) -> None:
    limit = time.monotonic() + 20
    while not true():
        assert time.monotonic() < limit
        time.sleep(0.01)


def test_a_run_leaves_results_in_the_folder_of_its_session(start: Start, tmp_path: Path) -> None:
    work = ended(start(photos=["/up/load/<b>小明.jpg"]))
    assert (work.state, work.number, work.done, work.total) == ("done", 1, 1, 1)
    (result,) = work.outcome.results
    assert result.parent.name == "001-toy-draw"
    assert result.is_relative_to(tmp_path / "studio")
    left = results.left_by(work)
    assert [path.name for path in left.pictures] == ["sheet.png", "a.png"]
    assert len(left.files) == 3
    html = results.words_html(work, left)
    for shown in (
        "<li>&lt;b&gt;小明.jpg: too dark</li>", "&lt;script&gt;note", "<td>psnr</td><td>31.25</td>",
        "<td>a · b</td><td>1, 2.5</td>", "<td>&lt;i&gt;</td>",
    ):  # fmt: skip
        assert shown in html
    for hidden in ("/up/load", "<script", "<b>", "<i>"):
        assert hidden not in html


def test_the_next_run_uses_the_same_process(start: Start) -> None:
    first, second = ended(start(photos=["a"])), ended(start(photos=["a"]))
    assert second.seconds < 1.0
    assert (first.number, second.number) == (1, 2)
    assert first.folder.parent == second.folder.parent
    other = start(owner="you", photos=["a"])
    assert other.folder.parent != first.folder.parent
    assert other.number == 1


def test_errors_are_one_line_and_faults_say_that_they_are(start: Start) -> None:
    bad, fault = ended(start(photos=["bad"])), ended(start(photos=["fault"]))
    assert bad.state == fault.state == "failed"
    html = results.status_html(bad)
    assert "--style: this cannot be; &lt;b&gt;do&lt;/b&gt; something else" in html
    assert "this should not happen (ZeroDivisionError: one)" in results.status_html(fault)
    assert "Traceback" not in html + results.status_html(fault)
    missing = ended(start(photos=[]))
    assert "is missing" in missing.error


def test_a_process_that_dies_takes_one_run_with_it(start: Start) -> None:
    died, after = start(photos=["die"]), start(photos=["a"])
    assert ended(died).state == "failed"
    assert "ended by itself" in results.status_html(died)
    assert ended(after).state == "done"


def test_long_work_runs_beside_the_rest_and_is_stopped_in_order(works: Works, start: Start) -> None:
    long, next_long = start("train", minutes=5), start("train", minutes=5)
    assert ended(start(photos=["a"])).state == "done"
    until(lambda: long.done > 0)
    assert long.state == "running"
    assert long.lines == ["a sentence that stays"]
    assert "width:" in results.status_html(long)
    assert works.before(next_long) == 1
    works.cancel(next_long)
    assert next_long.state == "stopped"
    works.cancel(long)
    assert ended(long, 5).state == "stopped"
    again = start("train", minutes=0.01, runs=str(long.folder / "runs"))
    assert ended(again).state == "done"


def test_a_run_can_be_stopped_before_its_process_has_begun(works: Works, start: Start) -> None:
    work = start("train", minutes=5)
    until(lambda: work.state == "running")
    works.cancel(work)
    assert ended(work, 10).state == "stopped"


def test_a_run_that_will_not_stop_is_ended(
    works: Works, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mien.app.studio.works.GRACE_SECONDS", 0.3)
    work, after = start(photos=["stubborn"]), start(photos=["a"])
    until(lambda: work.done == 1)
    works.cancel(work)
    assert ended(work, 10).state == "stopped"
    assert ended(after).state == "done"


def test_closing_stops_everything(tmp_path: Path) -> None:
    works = Works(tmp_path, worker=WORKER)
    work = works.new("me", "toy", "train", language="en")
    work.values = {"minutes": 5.0}
    works.add(work)
    until(lambda: work.done > 0)
    begun = time.monotonic()
    works.close()
    assert work.state == "stopped"
    assert time.monotonic() - begun < 10


def test_sessions_see_their_own_runs_alone(works: Works, start: Start) -> None:
    mine, yours = start(photos=["a"]), start(owner="you", photos=["a"])
    assert works.of("me") == [mine]
    assert works.find("me", yours.key) is None
    assert works.find("you", yours.key) is yours
    assert results.folders_of([ended(mine)]) == [
        ("1 · Toy · Draw: drawn", str(mine.folder / "drawn"))
    ]


def test_the_queue_has_an_end(start: Start) -> None:
    first = start("train", minutes=5)
    until(lambda: first.state == "running")
    for _ in range(MOST_WAITING):
        start("train", minutes=5)
    with pytest.raises(OptionError, match="are waiting already"):
        start("train", minutes=5)
