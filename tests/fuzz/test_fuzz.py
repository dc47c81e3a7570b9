"""What people send: damaged, hostile, huge; see `harness.py` for the long run."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import harness


def test_300_damaged_files_give_a_result_or_one_line() -> None:
    found = harness.run(300, 1)
    assert found["faults"] == []
    assert found["files"] == found["results"] + found["errors"] == 300
    assert found["errors"] > 150
    assert found["results"] > 10
    assert found["slowest"] < harness.SECONDS


def test_a_file_is_the_same_wherever_it_is_made(tmp_path: Path) -> None:
    from .doors import all_doors, write_seeds

    write_seeds(tmp_path)
    doors = all_doors()
    first = [harness.make(number, 3, tmp_path, doors) for number in range(40)]
    assert first == [harness.make(number, 3, tmp_path, doors) for number in range(40)]
    assert len({data for _, _, data in first}) == 40
    assert {name for name, _, _ in first} == set(doors)


@pytest.mark.parametrize("what", ["traceback", "time", "died", "ran code"])
def test_the_report_knows_what_should_not_be(what: str) -> None:
    rows = [{"number": 0, "door": "picture", "end": what, "seconds": 0.1}]
    assert harness.report(rows, 0, 1.0)["faults"] == rows


@pytest.mark.slow
def test_3000_damaged_files_give_a_result_or_one_line() -> None:
    assert harness.run(3000, 2)["faults"] == []
