"""What making a model that ships does for every job."""

from __future__ import annotations

from pathlib import Path

import pytest

from mien.jobs import shipping
from mien.jobs.base import Outcome


def test_a_run_that_was_stopped_ships_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    stopped = Outcome((Path("weights.safetensors"),), figures={"images": 300.0})
    assert shipping.whole(stopped, 1000) == ()
    assert "stopped at 300 of 1000 images" in capsys.readouterr().err


def test_a_whole_run_ships_its_results() -> None:
    results = (Path("weights.safetensors"),)
    assert shipping.whole(Outcome(results, figures={"images": 1008.0}), 1000) == results


def test_another_process_of_several_ships_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert shipping.whole(Outcome(), 1000) == ()
    assert capsys.readouterr().err == ""
