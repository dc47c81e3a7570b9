from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.errors import WeightsError
from mien.io import pins
from mien.io.weights import WeightHeader, load_weights, save_weights

Cli = Callable[..., Any]
HEADER = WeightHeader(job="test", preset="tiny")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that takes the place of what ships."""
    monkeypatch.setattr(pins, "FOLDER", tmp_path)
    monkeypatch.setattr(pins, "TABLE", tmp_path / "sha256.json")
    return tmp_path


def test_the_table_is_that_of_the_files() -> None:
    assert pins.read_table() == pins.measured(), f"run {pins.COMMAND}"
    assert pins.TABLE.read_text("ascii") == json.dumps(pins.measured(), indent=1) + "\n"


def test_what_ships_is_noted_when_it_is_written(folder: Path, tmp_path: Path) -> None:
    path = folder / "a.safetensors"
    digest = save_weights(path, {"x": np.zeros(3, np.float32)}, HEADER)
    assert pins.read_table() == {"a.safetensors": digest}
    assert load_weights(path, expected_job="test").sha256 == digest
    (folder / "own").mkdir()
    save_weights(folder / "own" / "b.safetensors", {"x": np.zeros(3, np.float32)}, HEADER)
    assert set(pins.read_table()) == {"a.safetensors"}


def test_an_exchanged_file_is_not_used(folder: Path) -> None:
    path = folder / "a.safetensors"
    save_weights(path, {"x": np.zeros(3, np.float32)}, HEADER)
    other = folder / "own" / "a.safetensors"
    other.parent.mkdir()
    save_weights(other, {"x": np.ones(3, np.float32)}, HEADER)
    path.write_bytes(other.read_bytes())
    with pytest.raises(WeightsError, match="not the file that ships"):
        load_weights(path, expected_job="test")
    # The same bytes elsewhere are somebody's own weights.
    assert load_weights(other, expected_job="test").tensors["x"].sum() == 3
    assert pins.main() == 0
    assert load_weights(path, expected_job="test").tensors["x"].sum() == 3


def test_the_doctor_says_which_file_is_not_the_one(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = next(iter(pins.measured()))
    monkeypatch.setattr(pins, "read_table", lambda: {**pins.measured(), name: "0" * 64})
    told = json.loads(cli("doctor", "--json").out)
    assert [one for one, what in told.items() if "wrong SHA-256" in str(what)] == [name]
