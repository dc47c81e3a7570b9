"""Proof that a killed and resumed run ends where a straight one does, byte for byte."""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import socket
import sys
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

from mien.errors import TrainingError
from mien.io.names import terminal_safe
from mien.messages import text
from mien.seeding import rng
from mien.train import checkpoint
from mien.train.run_folder import RunFolder

_NAP = 0.002
_PATIENCE = 300.0


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What the two runs came to.

    straight, killed   fingerprints of the last checkpoint: weights, averages, optimisers, state,
                       data order
    kills              how often the second one was killed
    """

    straight: str
    killed: str
    steps: int
    kills: int

    @property
    def equal(self) -> bool:
        """Whether the two runs came to the same."""
        return self.straight == self.killed

    def sentence(self) -> str:
        """The verdict for people."""
        values = {"steps": self.steps, "kills": self.kills}
        if self.equal:
            return text("train.verify_equal", digest=self.straight[:16], **values)
        shown = {"straight": self.straight[:16], "killed": self.killed[:16]}
        return text("train.verify_differs", **shown, **values)


def verify_resume(
    target: Callable[[Path], None], folder: Path, *, steps: int, kills: int = 5, seed: int = 0
) -> Verdict:
    """Trains twice, once straight and once killed (SIGKILL) at moments that the seed chooses.

    target   picklable; trains in a run folder to step `steps`, going on with what is there, and
             saves at every step
    folder   empty; gets the run folders `straight` and `killed`

    Raises TrainingError where a run fails by itself.
    """
    straight, killed = folder / "straight", folder / "killed"
    _finish(_start(target, straight), straight)
    random = rng(seed, "kills")
    moments = sorted(int(step) for step in random.integers(1, steps - 1, kills))
    done = 0
    for moment in moments:
        process = _start(target, killed)
        pace = _wait_for(process, killed, moment)
        time.sleep(float(random.uniform(0.0, 2.0)) * pace)
        if process.is_alive():
            process.kill()
            done += 1
        process.join()
    _finish(_start(target, killed), killed)
    return Verdict(_last(straight), _last(killed), steps, done)


def run_processes(target: Callable[[Path], None], folder: Path, *, count: int) -> None:
    """Runs `target(folder)` in several processes of one machine, joined as torchrun joins them.

    Raises TrainingError where one of them fails.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shared = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": str(count)}
    environments = [{**shared, "RANK": str(rank), "LOCAL_RANK": str(rank)} for rank in range(count)]
    started = [_start(_Member(target, one), folder) for one in environments]
    for process in started:
        _finish(process, folder)


@dataclasses.dataclass(frozen=True)
class _Member:
    """One process of several: it knows its rank from its environment."""

    target: Callable[[Path], None]
    environment: dict[str, str]

    def __call__(self, path: Path) -> None:
        os.environ.update(self.environment)
        self.target(path)


def _start(target: Callable[[Path], None], path: Path) -> BaseProcess:
    path.mkdir(parents=True, exist_ok=True)
    # A server that has imported torch once makes the children start quickly.
    method = "spawn" if sys.platform == "win32" else "forkserver"
    context = multiprocessing.get_context(method)
    if method == "forkserver":
        # torch._dynamo: an optimiser imports it when it is first made.
        context.set_forkserver_preload([__name__, "mien.train.loop", "torch._dynamo"])
    process = context.Process(target=target, args=(path,), daemon=True)
    process.start()
    return process


def _wait_for(process: BaseProcess, path: Path, step: int) -> float:
    """Waits for a checkpoint at or beyond a step; seconds that one step seems to take."""
    start, first = time.monotonic(), _step(path)
    while process.is_alive() and _step(path) < step:
        time.sleep(_NAP)
        if time.monotonic() - start > _PATIENCE:
            process.kill()
            raise TrainingError(text("train.verify_failed", code="-", path=terminal_safe(path)))
    return (time.monotonic() - start) / max(1, _step(path) - first)


def _step(path: Path) -> int:
    found = checkpoint.checkpoints(RunFolder(path).checkpoints)
    return max((int(one.name.rpartition("-")[2]) for one in found), default=-1)


def _finish(process: BaseProcess, path: Path) -> None:
    process.join(_PATIENCE)
    if process.exitcode != 0:
        process.kill()
        shown = terminal_safe(RunFolder(path).log)
        raise TrainingError(text("train.verify_failed", code=process.exitcode, path=shown))


def _last(path: Path) -> str:
    last = next(checkpoint.checkpoints(RunFolder(path).checkpoints))
    return checkpoint.fingerprint(checkpoint.load(last))
