"""Two processes train what one does that accumulates two micro-batches."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from mien.errors import TrainingError
from mien.train import checkpoint
from mien.train.checkpoint import Snapshot
from mien.train.distributed import joined
from mien.train.loop import Outside, train
from mien.train.plan import Plan
from mien.train.run_folder import RunFolder
from mien.train.verify import run_processes

from .conftest import tiny_recipe

STEPS, BATCH = 20, 8


def together(path: Path) -> None:
    torch.set_num_threads(1)
    device = torch.device("cpu")
    with joined(device) as world:
        plan = Plan(images=STEPS * BATCH * 2, accumulate=2 // world.size, look_steps=5)
        run = RunFolder(path)
        wanted = [] if world.leads else None
        told = (lambda look: wanted.append(look)) if wanted is not None else fail
        train(tiny_recipe(images=STEPS * BATCH * 2), plan, Outside(run, device, world, told))


def fail(look: object) -> None:
    raise AssertionError("only rank 0 speaks")


def last(path: Path) -> Snapshot:
    return checkpoint.load(next(checkpoint.checkpoints(RunFolder(path).checkpoints)))


def test_two_processes_are_one_that_accumulates(tmp_path: Path) -> None:
    run_processes(together, tmp_path / "two", count=2)
    (tmp_path / "one").mkdir()
    together(tmp_path / "one")
    one, two = last(tmp_path / "one"), last(tmp_path / "two")
    assert one.progress["step"] == two.progress["step"] == STEPS
    start = checkpoint.load(tmp_path / "one" / "checkpoints" / "step-000000")
    for net, weights in one.parts["weights"].items():
        for name, weight in weights.items():
            if "running" in name or "tracked" in name:
                continue  # each process keeps its own; sampling computes them anew
            scale = float(weight.abs().max())
            difference = float((weight - two.parts["weights"][net][name]).abs().max())
            assert difference <= 1e-4 * scale, (net, name)
    ends = [run.parts["weights"]["maker"]["first.weight"] for run in (start, one)]
    moved = ends[1] - ends[0]
    assert float(moved.abs().max()) > 1e-3
    assert len(list((tmp_path / "two").glob("events*"))) == 1


def test_a_failing_process_is_reported(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="ended by itself"):
        run_processes(broken, tmp_path, count=1)


def broken(path: Path) -> None:
    raise SystemExit(3)


def test_alone_nothing_is_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with joined(torch.device("cpu")) as world:
        assert (world.rank, world.size, world.leads) == (0, 1, True)
    assert not torch.distributed.is_initialized()
