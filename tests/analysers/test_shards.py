"""Shards of training data: made once, made anywhere, read back in order."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from mien.analysers import shards
from mien.analysers.shards import ShardSet, write_shard
from mien.errors import InputError
from mien.seeding import rng


@dataclasses.dataclass(frozen=True)
class Sample:
    number: int
    values: np.ndarray
    usable: bool


def make(seed: int, index: int) -> Sample:
    return Sample(index, rng(seed, "sample", index).normal(size=3), index % 3 > 0)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ShardSet:
    """Four samples per file."""
    monkeypatch.setattr(shards, "SHARD", 4)
    return ShardSet(tmp_path, 7, analyser="translator", kind="people")


def test_samples_come_back_in_order(few: ShardSet) -> None:
    told: list[tuple[int, int]] = []
    few.make(10, make, told=lambda *step: told.append(step))
    assert told == [(4, 10), (8, 10), (10, 10)]
    names = ["people-7-0000000.npz", "people-7-0000004.npz", "people-7-0000008.npz"]
    assert [path.name for path in few.paths()] == names
    columns = few.read()
    assert columns["number"].tolist() == list(range(10))
    assert np.array_equal(columns["values"][6], make(7, 6).values)


def test_only_usable_samples(few: ShardSet) -> None:
    few.make(10, make, told=lambda *_: None)
    assert few.read(where="usable")["number"].tolist() == [1, 2, 4, 5, 7, 8]


def test_what_is_there_is_not_made_again(few: ShardSet) -> None:
    few.make(8, make, told=lambda *_: None)
    before = {path.name: path.read_bytes() for path in few.paths()}
    few.path(4).unlink()
    asked: list[int] = []

    def noted(seed: int, index: int) -> Sample:
        asked.append(index)
        return make(seed, index)

    few.make(8, noted, told=lambda *_: None)
    assert asked == [4, 5, 6, 7]
    assert {path.name: path.read_bytes() for path in few.paths()} == before


def test_seeds_do_not_mix(few: ShardSet) -> None:
    few.make(4, make, told=lambda *_: None)
    other = dataclasses.replace(few, seed=8)
    with pytest.raises(InputError) as caught:
        other.read()
    assert str(caught.value) == (
        f"{few.folder} holds no data of translator: "
        "run `python -m mien.analysers.translator make` first."
    )
    other.make(2, make, told=lambda *_: None)
    assert len(other.read()["number"]) == 2
    assert len(few.read()["number"]) == 4


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="allow_pickle"):
        write_shard(tmp_path / "a.npz", [Sample(0, np.array([{}], object), True)])
    assert not (tmp_path / "a.npz").exists()
    np.savez(tmp_path / "people-7-0000000.npz", number=np.array([{}], object))
    with pytest.raises(ValueError, match="allow_pickle"):
        ShardSet(tmp_path, 7, analyser="translator", kind="people").read()
