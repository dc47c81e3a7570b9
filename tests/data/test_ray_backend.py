"""How pieces are handed to a cluster, with a cluster of our own that works in this process."""

from __future__ import annotations

import dataclasses
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from mien.data.backends import Backend, through
from mien.data.people import HeadSpec
from mien.data.tar_pack import HeadSamples, pack
from mien.data.workers import Told
from mien.errors import InputError, MissingExtraError, OutputError


class RayError(Exception):
    """As Ray's own."""


class Cluster(types.ModuleType):
    """What of Ray is used: works when `wait` asks, the last piece handed out first."""

    def __init__(self) -> None:
        super().__init__("ray")
        self.exceptions = types.SimpleNamespace(RayError=RayError)
        self.waiting: list[Any] = []
        self.most = 0
        self.said: list[tuple[str, Any]] = []
        self.refuses: Exception | None = None
        self.breaks = -1

    def is_initialized(self) -> bool:
        return False

    def init(self, **options: Any) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.said.append(("init", options))

    def shutdown(self) -> None:
        self.said.append(("shutdown", None))

    def cluster_resources(self) -> dict[str, float]:
        return {"CPU": 3.0}

    def put(self, value: Any) -> Any:
        return value

    def remote(self, function: Any) -> Any:
        self.function = function
        return self

    def options(self, **given: Any) -> Any:
        self.said.append(("options", given))
        outer = self

        class Piece:
            @staticmethod
            def remote(*words: Any) -> tuple[Any, ...]:
                outer.waiting.append(words)
                outer.most = max(outer.most, len(outer.waiting))
                return words

        return Piece()

    def wait(self, going: list[Any], num_returns: int) -> tuple[list[Any], list[Any]]:
        assert num_returns == 1
        return going[-1:], going[:-1]

    def get(self, words: tuple[Any, ...]) -> Any:
        self.waiting.remove(words)
        if words[1] == self.breaks:
            raise RayError("the worker died\nof a long story")
        return self.function(*words)

    def cancel(self, words: tuple[Any, ...]) -> None:
        self.said.append(("cancel", words[1]))


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    made = Cluster()
    monkeypatch.setitem(sys.modules, "ray", made)
    return made


@dataclasses.dataclass(frozen=True)
class Notes:
    """Leaves a line for each piece, and fails at one."""

    file: Path
    error: int = -1

    def __call__(self, number: int, told: Told) -> None:
        if number == self.error:
            raise InputError(f"piece {number} is bad")
        with self.file.open("a") as file:
            file.write(f"{number}\n")
        told(2)
        told(3)


def test_every_piece_once_and_few_ahead(cluster: Cluster, tmp_path: Path) -> None:
    heard: list[int] = []
    through(Notes(tmp_path / "a"), range(20), Backend("ray", 0, "10.0.0.5:6379"), heard.append)
    done = [int(line) for line in (tmp_path / "a").read_text().split()]
    assert sorted(done) == list(range(20))
    assert heard == [5] * 20
    assert cluster.most == 6  # two for each of three cores
    (_, options) = cluster.said[0]
    assert options["address"] == "10.0.0.5:6379"
    assert options["runtime_env"]["env_vars"]["OMP_NUM_THREADS"] == "1"
    assert ("options", {"num_cpus": 1, "max_retries": 3}) in cluster.said
    assert cluster.said[-1] == ("shutdown", None)


def test_nothing_to_do_asks_nobody(cluster: Cluster, tmp_path: Path) -> None:
    through(Notes(tmp_path / "a"), [], Backend("ray"), lambda more: None)
    assert cluster.said == []


def test_an_error_of_ours_stops_the_rest(cluster: Cluster, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="piece 4 is bad"):
        through(Notes(tmp_path / "a", 4), range(9), Backend("ray", 1), lambda more: None)
    assert [kind for kind, _ in cluster.said[-2:]] == ["cancel", "shutdown"]


def test_a_piece_that_breaks_everywhere_is_one_line(cluster: Cluster, tmp_path: Path) -> None:
    cluster.breaks = 2
    with pytest.raises(OutputError, match=r"the worker died\); what is done is kept"):
        through(Notes(tmp_path / "a"), range(4), Backend("ray", 1), lambda more: None)


def test_a_cluster_that_is_not_there_is_one_line(cluster: Cluster, tmp_path: Path) -> None:
    cluster.refuses = ConnectionError("nobody\nat all")
    with pytest.raises(InputError, match=r"^auto: no Ray cluster answers there \(nobody\)"):
        through(Notes(tmp_path / "a"), [1], Backend("ray"), lambda more: None)


def test_without_ray_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"mien\[scale\]"):
        through(Notes(tmp_path / "a"), [0], Backend("ray"), lambda more: None)


def test_the_bytes_do_not_depend_on_who_packs(cluster: Cluster, tmp_path: Path) -> None:
    samples = HeadSamples(HeadSpec(size=16), 3)
    pack(samples, tmp_path / "one", shard=1)
    pack(samples, tmp_path / "two", shard=1, backend=Backend("ray", 1))
    for path in (tmp_path / "one").glob("*.tar"):
        assert (tmp_path / "two" / path.name).read_bytes() == path.read_bytes()
