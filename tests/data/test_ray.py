"""Pieces of work on a Ray cluster of this machine: the same bytes, each once, after kills too.

Ray gives its own processes thirty seconds to start: a machine under heavy load fails these tests.
"""

from __future__ import annotations

import dataclasses
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mien.data.backends import Backend, through
from mien.data.ledger import Ledger
from mien.data.people import HeadSpec
from mien.data.tar_pack import HeadSamples, pack
from mien.data.tar_set import TarSet
from mien.data.workers import Told
from mien.errors import InputError

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def ray() -> Any:
    return pytest.importorskip("ray", reason="ray is not installed (extra [scale])")


@pytest.fixture
def backend(ray: Any) -> Iterator[Backend]:
    yield Backend("ray", 2, "local")
    ray.shutdown()


@dataclasses.dataclass(frozen=True)
class Notes:
    """Leaves a file for each piece and an entry; the first try of one piece dies midway."""

    folder: Path
    dies: int = -1
    error: int = -1

    def __call__(self, number: int, told: Told) -> None:
        with (self.folder / "tries").open("a") as file:
            file.write(f"{number}\n")
        if number == self.error:
            raise InputError(f"piece {number} is bad")
        if number == self.dies and not (self.folder / "died").exists():
            (self.folder / "died").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.05)
        (self.folder / f"{number}.txt").write_text(str(number))
        Ledger(self.folder).enter(number, {})
        told(1)


def test_every_piece_is_done_once_though_a_worker_dies(backend: Backend, tmp_path: Path) -> None:
    heard: list[int] = []
    through(Notes(tmp_path, dies=3), range(12), backend, heard.append)
    assert sum(heard) == 12
    assert Ledger(tmp_path).left(12) == []
    tries = [int(line) for line in (tmp_path / "tries").read_text().split()]
    assert (tmp_path / "died").exists()
    assert sorted(set(tries)) == list(range(12))
    assert tries.count(3) == 2
    # The worker that died may have held others that had not begun; none was done twice.
    assert len(tries) == 13


def test_an_error_of_ours_comes_back_as_itself(backend: Backend, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="piece 2 is bad"):
        through(Notes(tmp_path, error=2), range(4), backend, lambda more: None)


def test_a_stopped_run_goes_on(backend: Backend, tmp_path: Path) -> None:
    def stop(more: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        through(Notes(tmp_path), range(8), backend, stop)
    left = Ledger(tmp_path).left(8)
    assert 0 < len(left) < 8
    through(Notes(tmp_path), left, backend, lambda more: None)
    assert Ledger(tmp_path).left(8) == []


def test_the_cluster_packs_the_same_bytes_as_this_process(backend: Backend, tmp_path: Path) -> None:
    samples = HeadSamples(HeadSpec(size=24), 7)
    pack(samples, tmp_path / "one", shard=2)
    pack(samples, tmp_path / "two", shard=2, backend=backend)
    for path in (tmp_path / "one").glob("*.tar"):
        assert (tmp_path / "two" / path.name).read_bytes() == path.read_bytes()
    assert len(TarSet(tmp_path / "two")) == 7


@pytest.mark.usefixtures("ray")
def test_a_cluster_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    backend = Backend("ray", 1, "127.0.0.1:1")
    with pytest.raises(InputError, match=r"127\.0\.0\.1:1: no Ray cluster"):
        through(Notes(tmp_path), range(2), backend, lambda more: None)
