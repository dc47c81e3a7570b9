"""Kills, damage, full disks and NaN: what a run survives, and how exactly."""

from __future__ import annotations

import dataclasses
import errno
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch

from mien.errors import OutputError, TrainingError
from mien.train import checkpoint
from mien.train.checkpoint import fingerprint
from mien.train.loop import Outside, train
from mien.train.plan import Plan
from mien.train.recipe import Batches, Recipe
from mien.train.run_folder import RunFolder
from mien.train.verify import verify_resume

from .conftest import tiny_recipe

MakeRecipe = Callable[..., Recipe]
PLAN = Plan(images=320, look_steps=1, save_seconds=0.0, log_images=64, preview_images=10**9)


def forty_steps(path: Path) -> None:
    torch.set_num_threads(1)
    train(tiny_recipe(images=320), PLAN, Outside(RunFolder(path)))


def test_five_kills_change_nothing(tmp_path: Path) -> None:
    verdict = verify_resume(forty_steps, tmp_path, steps=40, kills=5, seed=1)
    assert verdict.kills == 5
    assert verdict.equal, verdict.sentence()
    # The judge of equality itself can tell a difference.
    last = next(checkpoint.checkpoints(tmp_path / "killed" / "checkpoints"))
    found = checkpoint.load(last)
    found.parts["optimisers"]["adam"]["maker"][0]["exp_avg"].view(-1)[3] += 1e-8
    assert fingerprint(found) != verdict.killed


def test_a_run_in_two_pieces_is_the_run_in_one(make_recipe: MakeRecipe, tmp_path: Path) -> None:
    one, two = RunFolder(tmp_path / "one"), RunFolder(tmp_path / "two")
    for run in (one, two):
        run.path.mkdir()
    straight = train(make_recipe(images=160), plan_of(160), Outside(one))
    asked = iter([False] * 7 + [True] * 99)
    train(make_recipe(images=160), plan_of(160), Outside(two, stop=lambda: next(asked)))
    assert (two.checkpoints / "step-000008").is_dir()
    pieces = train(make_recipe(images=160), plan_of(160), Outside(two))
    assert fingerprint(pieces.snapshot()) == fingerprint(straight.snapshot())
    steps = [json.loads(line)["step"] for line in two.stats.read_text().splitlines()]
    assert steps == sorted(set(steps))


def test_nan_is_rolled_back_once_then_stops(make_recipe: MakeRecipe, run: RunFolder) -> None:
    plan = dataclasses.replace(plan_of(320), save_seconds=0.0)
    with pytest.raises(TrainingError, match=r"step 21: not finite again .*\(step 20\)"):
        train(make_recipe(poison=20 * 8 + 1), plan, Outside(run))
    found = checkpoint.latest(run.checkpoints, warn=pytest.fail)
    assert found is not None
    assert (found.progress["step"], found.progress["slowdown"]) == (20, 0.5)
    for net in found.parts["weights"].values():
        assert all(bool(torch.isfinite(weight).all()) for weight in net.values())
    said = run.log.read_text()
    assert "step 21: a loss or gradient is not finite; went back to step 20" in said
    assert said.count("went back") == 1


def test_a_passing_nan_costs_half_the_rate(make_recipe: MakeRecipe, run: RunFolder) -> None:
    recipe = make_recipe(images=160, poison=10 * 8 + 1)
    once = Once(recipe.batches)
    live = train(dataclasses.replace(recipe, batches=once), plan_of(160), Outside(run))
    assert (live.images, live.slowdown, live.rollbacks) == (160, 0.5, 1)
    rate = live.optimisers["maker"].param_groups[0]["lr"]
    told = recipe.optimisers["maker"]
    assert rate == pytest.approx(0.5 * told.rate * told.schedule(152))


@dataclasses.dataclass
class Once:
    """Batches that are poisoned the first time only, as a flipped bit would."""

    batches: Batches
    spoiled: int = 0

    def take(self, first: int, count: int) -> Mapping[str, Any]:
        taken = self.batches.take(first, count)
        if not np.isfinite(taken["image"]).all():
            self.spoiled += 1
            if self.spoiled > 1:
                taken["image"][0] = 0.0
        return taken


@pytest.mark.parametrize("part", ["weights.safetensors", "state.safetensors", "manifest.json"])
def test_a_damaged_checkpoint_is_passed_over(
    part: str, make_recipe: MakeRecipe, run: RunFolder
) -> None:
    plan = dataclasses.replace(plan_of(80), save_seconds=0.0)
    straight = train(make_recipe(images=80), plan, Outside(run))
    newest, before = list(checkpoint.checkpoints(run.checkpoints))[:2]
    data = bytearray((newest / part).read_bytes())
    data[len(data) // 2] ^= 1
    (newest / part).write_bytes(data)
    with pytest.raises(TrainingError, match=f"{newest.name}: the checkpoint is damaged"):
        checkpoint.load(newest)
    live = train(make_recipe(images=80), plan, Outside(run))
    assert fingerprint(live.snapshot()) == fingerprint(straight.snapshot())
    said = run.log.read_text()
    assert f"{newest.name}: the checkpoint is damaged" in said
    assert f"goes on at step {int(before.name[5:])}" in said


def test_without_a_sound_checkpoint_nothing_is_begun(
    make_recipe: MakeRecipe, run: RunFolder
) -> None:
    train(make_recipe(images=16), plan_of(16), Outside(run))
    for path in checkpoint.checkpoints(run.checkpoints):
        (path / "manifest.json").write_text("{}")
    with pytest.raises(TrainingError, match="every checkpoint is damaged"):
        train(make_recipe(images=16), plan_of(16), Outside(run))


def test_a_full_disk_keeps_the_last_good_state(
    make_recipe: MakeRecipe, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = dataclasses.replace(plan_of(80), save_seconds=0.0)
    written = safetensors.torch.save
    left = iter(range(4 * 6 + 2))  # six checkpoints fit, and half of the seventh

    def save(tensors: dict[str, torch.Tensor]) -> bytes:
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, "No space left on device")
        return written(tensors)

    monkeypatch.setattr(safetensors.torch, "save", save)
    with pytest.raises(OutputError, match="no space"):
        train(make_recipe(images=80), plan, Outside(run))
    monkeypatch.undo()
    assert [one.name for one in run.checkpoints.iterdir() if one.name.startswith(".")] == []
    found = checkpoint.latest(run.checkpoints, warn=pytest.fail)
    assert found is not None
    assert found.progress["step"] == 5
    assert train(make_recipe(images=80), plan, Outside(run)).images == 80


def test_too_little_space_is_said_before_anything_is_written(
    make_recipe: MakeRecipe, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(run.path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=100_000))
    with pytest.raises(OutputError, match="0 MiB are free and the checkpoints need 1 MiB"):
        train(make_recipe(images=80), plan_of(80), Outside(run))
    assert list(checkpoint.checkpoints(run.checkpoints)) == []


def test_old_checkpoints_go_and_other_things_stay(make_recipe: MakeRecipe, run: RunFolder) -> None:
    plan = dataclasses.replace(plan_of(80), save_seconds=0.0, keep=2)
    (run.checkpoints / "mine").mkdir(parents=True)
    train(make_recipe(images=80), plan, Outside(run))
    names = sorted(one.name for one in run.checkpoints.iterdir())
    assert names == ["mine", "step-000009", "step-000010"]


def test_what_a_checkpoint_cannot_hold_is_a_mistake(tmp_path: Path) -> None:
    parts = {name: {} for name in checkpoint.PARTS}
    parts["state"] = {"thing": object()}
    with pytest.raises(TypeError, match="thing: a checkpoint cannot hold a object"):
        checkpoint.save(tmp_path, 1, checkpoint.Snapshot(parts, {}))
    assert list(tmp_path.iterdir()) == []


def test_trees_come_back_with_their_types(tmp_path: Path) -> None:
    whole = torch.tensor(4, dtype=torch.int64)
    tree = {1: [True, None, {"a": torch.arange(3)}], "x": 2.5, "y": whole}
    parts = {name: {} for name in checkpoint.PARTS} | {"state": tree}
    path = checkpoint.save(tmp_path, 7, checkpoint.Snapshot(parts, {"step": 7}))
    found = checkpoint.load(path).parts["state"]
    assert list(found) == [1, "x", "y"]
    assert found[1][:2] == [True, None]
    assert found[1][2]["a"].tolist() == [0, 1, 2]
    assert (found["x"], int(found["y"]), found["y"].shape) == (2.5, 4, ())


def plan_of(images: int) -> Plan:
    return Plan(images=images, look_steps=1, log_images=8, preview_images=10**9)
