"""`mien bench`: figures, their files, their page and their comparison."""

from __future__ import annotations

import dataclasses
import json
import math
import platform
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.app import cli
from mien.app.bench import markdown, people, tables
from mien.app.bench import run as runner
from mien.app.bench.compare import changes, difference
from mien.app.bench.machine import commit, machine
from mien.app.bench.scale import FULL, QUICK, Scale
from mien.app.bench.tables import Bench, Figure, Row, Table
from mien.app.commands.bench import parts_of
from mien.errors import InputError, OptionError
from mien.jobs.base import no_progress
from mien.messages import use_language
from mien.seeding import rng


def a_table(value: float = 0.5) -> Table:
    rows = (
        Row("nothing", "trivial", {"psnr": Figure(10.0, 6, "high", 9.0, 11.0)}),
        Row("ours", "ours", {"psnr": Figure(20.0 + value, 6, "high", 18.5 + value, 20.5 + value)}),
        Row("truth", "floor", {"psnr": Figure(float("nan"), 0, "high"), "n": Figure(3.0, 3)}),
    )
    return Table("express", "Edits.", "dlib-68", "6 edits", rows)


def a_bench(value: float = 0.5, **more: Any) -> Bench:
    facts = {"cpu": "one", "cores": "2"}
    whole = Bench("0.1.0", "abc", facts, quick=False, seconds={"express": 2.0}, tables=())
    return dataclasses.replace(whole, tables=(a_table(value),), **more)


def test_a_mean_of_groups_has_an_interval_that_a_bootstrap_of_single_samples_lacks() -> None:
    random = rng("test", "groups")
    people_of = random.normal(0, 1, 40)
    groups = [[one + 0.01 * random.normal() for _ in range(25)] for one in people_of]
    found = tables.over(groups, "low")
    assert found.value == pytest.approx(np.mean(groups))
    assert found.count == 1000
    assert found.low is not None
    assert found.high is not None
    # 40 people with a spread of 1: the standard error is 1 / sqrt(40), not 1 / sqrt(1000).
    assert 2.5 / math.sqrt(40) < found.high - found.low < 5.5 / math.sqrt(40)
    assert found.low < found.value < found.high
    assert tables.over(groups, "low") == found


def test_what_was_not_measured_is_left_out() -> None:
    found = tables.each([1.0, float("nan"), 3.0, 2.0], "high")
    assert (found.value, found.count) == (2.0, 3)
    empty = tables.each([float("nan")], "high")
    assert math.isnan(empty.value)
    assert (empty.count, empty.low) == (0, None)
    assert tables.each([1.0, 2.0], "high").low is None


def test_a_share_of_all_is_not_certain() -> None:
    found = tables.each([1.0] * 8, "high")
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(8 / (8 + 1.96**2))
    half = tables.each([0.0, 1.0] * 50, "high")
    assert (half.low, half.high) == (pytest.approx(0.404, abs=1e-3), pytest.approx(0.596, abs=1e-3))
    whole = tables.over([[1.0, 0.0], [1.0, 1.0], [0.0, 0.0]], "high")
    assert whole.low == 0.0  # groups of several are resampled


def test_a_bench_survives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    path.write_text(tables.as_json(a_bench()), encoding="utf-8")
    found = tables.read_bench(path)
    assert dataclasses.replace(found, tables=()) == dataclasses.replace(a_bench(), tables=())
    assert found.tables[0].rows[:2] == a_table().rows[:2]
    assert math.isnan(found.tables[0].rows[2].figures["psnr"].value)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: "[" * 100_000,
        lambda text: text.replace('"trivial"', '"cheating"'),
        lambda text: text.replace('"high"', '"sideways"'),
        lambda text: text.replace('"rows"', '"lines"'),
        lambda text: json.dumps({**json.loads(text), "tables": [{}] * 101}),
        lambda text: json.dumps([json.loads(text)]),
    ],
    ids=["empty", "half", "deep", "kind", "better", "rows", "many", "list"],
)
def test_a_damaged_file_is_one_line(tmp_path: Path, damage: Callable[[str], str]) -> None:
    path = tmp_path / "old.json"
    path.write_text(damage(tables.as_json(a_bench())), encoding="utf-8")
    with pytest.raises(InputError, match=r"not a whole bench\.json|empty"):
        tables.read_bench(path)


def test_a_newer_file_is_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "new.json"
    values = {**json.loads(tables.as_json(a_bench())), "format": tables.FORMAT + 1}
    path.write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(InputError, match="newer mien"):
        tables.read_bench(path)


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        (Figure(1, 9, "high", 0.9, 1.1), Figure(2, 9, "high", 1.9, 2.1), "better"),
        (Figure(1, 9, "low", 0.9, 1.1), Figure(2, 9, "low", 1.9, 2.1), "worse"),
        (Figure(2, 9, "low", 1.9, 2.1), Figure(1, 9, "low", 0.9, 1.1), "better"),
        (Figure(1, 9, "high", 0.5, 1.5), Figure(1.2, 9, "high", 0.7, 1.7), "same"),
        (Figure(1, 9, "floor", 0.9, 1.1), Figure(2, 9, "floor", 1.9, 2.1), "changed"),
        (Figure(1, 9, "high"), Figure(2, 9, "high", 1.9, 2.1), "unknown"),
        (Figure(1, 9, "high"), Figure(1, 9, "high"), "same"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_verdicts(old: Figure, new: Figure, verdict: str) -> None:
    assert difference("x", old, new).verdict == verdict


def test_the_interval_of_a_difference_is_that_of_two_independent_means() -> None:
    found = difference("x", Figure(1, 9, "high", 0.7, 1.3), Figure(5, 9, "high", 4.6, 5.4))
    assert (found.low, found.high) == (pytest.approx(3.5), pytest.approx(4.5))


def test_only_what_both_have_is_compared() -> None:
    found = changes(a_bench(0.5), a_bench(1.0))
    assert [one.name for one in found] == [
        "express / nothing / psnr",
        "express / ours / psnr",
        "express / truth / n",
    ]
    assert found[1].change == pytest.approx(0.5)


def test_the_page_shows_values_intervals_and_directions() -> None:
    with use_language("en"):
        shown = markdown.page(a_bench(quick=True))
    lines = shown.splitlines()
    assert "| nothing | 10.0 (9.00 … 11.0) | - |" in lines
    assert "| **ours** | 20.5 (19.0 … 21.0) | - |" in lines
    assert "| truth | - | 3.00 |" in lines
    assert "|  | psnr ↑ | n |" in lines
    assert "too few samples" in shown
    assert "dlib-68" in shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1234.5, "1,234"), (12.34, "12.3"), (1.234, "1.23"), (0.1234, "0.123"), (0, "0")],
)
def test_numbers(value: float, shown: str) -> None:
    assert markdown.number(value) == shown


def test_parts_by_name() -> None:
    assert parts_of(None) == runner.PARTS
    assert parts_of("speed, express") == ("express", "speed")
    with pytest.raises(OptionError, match="expres"):
        parts_of("expres")
    with pytest.raises(OptionError):
        parts_of(",")


def test_every_part_has_what_measures_it() -> None:
    assert all(callable(runner.measure_of(part)) for part in runner.PARTS)
    small = dataclasses.astuple(QUICK)
    assert all(a < b for a, b in zip(small, dataclasses.astuple(FULL), strict=True))


def test_the_machine_is_told_without_names() -> None:
    known = machine()
    assert known["cores"].isdecimal()
    assert platform.node() not in known.values()
    assert re.fullmatch(r"([0-9a-f]{12}\+?)?", commit())


def test_thirds_by_skin() -> None:
    found = people.thirds([0.9, 0.1, 0.5, 0.2, 0.8, 0.6])
    assert {name: sorted(places.tolist()) for name, places in found.items()} == {
        "dark": [1, 3],
        "middle": [2, 5],
        "pale": [0, 4],
    }


def test_a_stopped_bench_goes_on_with_what_is_of_this_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def measure_of(part: str) -> Any:
        def measure(scale: Scale) -> tuple[Table, ...]:
            seen.append(part)
            if part == "speed" and len(seen) == 2:
                raise KeyboardInterrupt
            return (a_table(),)

        return measure

    monkeypatch.setattr(runner, "measure_of", measure_of)
    order = runner.Order(("express", "speed"), tmp_path / "parts", quick=True)
    with pytest.raises(KeyboardInterrupt):
        runner.run(order, no_progress)
    again = dataclasses.replace(order, resume=True)
    assert len(runner.run(again, no_progress).tables) == 2
    assert seen == ["express", "speed", "speed"]
    monkeypatch.setattr(runner, "commit", lambda: "another")
    runner.run(again, no_progress)
    assert seen[3:] == ["express", "speed"]
    (tmp_path / "parts" / "mine.txt").write_text("mine")
    runner.clear(order.folder)
    assert [path.name for path in order.folder.iterdir()] == ["mine.txt"]


@pytest.fixture
def _fake(monkeypatch: pytest.MonkeyPatch) -> None:
    def measure(scale: Scale) -> tuple[Table, ...]:
        return (a_table(scale.edited / 100),)

    monkeypatch.setattr(runner, "measure_of", lambda part: measure)


@pytest.mark.usefixtures("_fake")
def test_the_command_writes_two_files_and_keeps_earlier_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["bench", "--quick", "--only", "express", "--workers", "1", "--out", str(tmp_path)]
    assert cli.main(words) == 0
    first = (tmp_path / "bench.json").read_bytes()
    assert cli.main(words) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "bench-2.json",
        "bench-2.md",
        "bench.json",
        "bench.md",
    ]
    assert (tmp_path / "bench.json").read_bytes() == first
    assert str(tmp_path / "bench-2.md") in capsys.readouterr().out


def test_two_files_are_compared_without_measuring(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in (("old", 0.5), ("new", 9.0)):
        (tmp_path / f"{name}.json").write_text(tables.as_json(a_bench(value)), encoding="utf-8")
    words = ["bench", "--compare", str(tmp_path / "old.json")]
    assert cli.main([*words, "--results", str(tmp_path / "new.json"), "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert "| express / ours / psnr | 20.5 | 29.0 | +8.50 (" in shown
    assert "| better |" in shown


def test_results_alone_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", "--results", str(tmp_path / "new.json")]) == 2
    assert "--compare" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("part", ["faces", "character", "express", "reenact", "translate"])
def test_a_part_measures_ours_between_the_trivial_and_the_best(part: str) -> None:
    tiny = dataclasses.replace(
        QUICK, detected=6, marked=4, recognised=4, fitted=3, imitated=8, translated=8
    )
    for table in runner.measure_of(part)(dataclasses.replace(tiny, edited=2, reenacted=2)):
        assert {row.kind for row in table.rows} >= {"ours"}
        assert table.samples
        for row in table.rows:
            assert any(math.isfinite(one.value) for one in row.figures.values()), row.name


def test_the_committed_page_is_that_of_the_committed_figures(root: Path) -> None:
    bench = tables.read_bench(root / "benchmarks" / "bench.json")
    assert markdown.page(bench) == (root / "benchmarks" / "bench.md").read_text(encoding="utf-8")
    assert {"express", "reenact", "character", "speed"} <= {one.name for one in bench.tables}
    assert re.fullmatch(r"[0-9a-f]{12}", bench.commit)
