"""Every recipe trains, on two processes as on one, and goes on where it was killed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mien.io.image import read_image, write_image
from mien.jobs.generate.presets import PRESETS
from mien.seeding import rng
from mien.train import checkpoint
from mien.train.distributed import joined
from mien.train.live import Live
from mien.train.loop import Outside, train
from mien.train.plan import Plan
from mien.train.precision import Precision
from mien.train.run_folder import RunFolder
from mien.train.verify import run_processes

from .generate_help import tiny_pack, tiny_recipe

METHODS = ("default", "seed", "r3gan", "sn-hinge", "wgan-gp")
STEPS = 20
CPU = torch.device("cpu")
Cli = Callable[..., Any]


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def every_recipe(path: Path) -> None:
    """Twenty steps of every method; two micro-batches of eight in each."""
    torch.set_num_threads(1)
    with joined(CPU) as world:
        for preset in METHODS:
            plan = Plan(
                images=STEPS * 16,
                accumulate=2 // world.size,
                look_steps=10,
                preview_images=10**9,
            )
            run = RunFolder(path / preset)
            run.path.mkdir(exist_ok=True)
            recipe = tiny_recipe(preset, path.parent / "pack", images=STEPS * 16)
            train(recipe, plan, Outside(run, CPU, world))


def test_two_processes_train_every_recipe_as_one_does(tmp_path: Path) -> None:
    tiny_pack(tmp_path / "pack")
    run_processes(every_recipe, tmp_path / "two", count=2)
    (tmp_path / "one").mkdir()
    every_recipe(tmp_path / "one")
    for preset in METHODS:
        one, two = (
            checkpoint.load(next(checkpoint.checkpoints(tmp_path / kind / preset / "checkpoints")))
            for kind in ("one", "two")
        )
        assert one.progress["step"] == two.progress["step"] == STEPS
        for net, weights in one.parts["weights"].items():
            for name, weight in weights.items():
                if "running" in name or "tracked" in name:
                    continue
                apart = float((weight - two.parts["weights"][net][name]).abs().max())
                assert apart <= 1e-4 * float(weight.abs().max()), (preset, net, name)


@pytest.mark.parametrize("preset", METHODS)
def test_every_recipe_moves_both_players_in_bf16(preset: str, tmp_path: Path) -> None:
    tiny_pack(tmp_path / "pack")
    recipe = tiny_recipe(preset, tmp_path / "pack", images=80)
    before = {
        f"{net}.{name}": value.detach().clone()
        for net, module in recipe.nets.items()
        for name, value in module.named_parameters()
        if value.requires_grad
    }
    plan = Plan(images=80, precision=Precision("bf16", True), preview_images=10**9)
    run = RunFolder(tmp_path / "run")
    run.path.mkdir()
    live: Live = train(recipe, plan, Outside(run))
    after = {
        f"{net}.{name}": value
        for net, module in live.nets.items()
        for name, value in module.named_parameters()
    }
    for name, value in before.items():
        # Where only differences of logits count, the judge's last bias has no gradient.
        if name != "judge.last.bias":
            assert not torch.equal(value, after[name]), name
        assert bool(torch.isfinite(after[name]).all()), name


def test_the_pull_brings_the_maker_near_its_anchors(tmp_path: Path) -> None:
    tiny_pack(tmp_path / "pack")
    last = {}
    for pull in ((0.0, 0.0), (30.0, 30.0)):
        recipe = tiny_recipe("default", tmp_path / "pack", images=960, pull=pull)
        run = RunFolder(tmp_path / f"run-{pull[0]:.0f}")
        run.path.mkdir()
        train(recipe, Plan(images=960, log_images=160, preview_images=10**9), Outside(run))
        lines = [json.loads(line) for line in run.stats.read_text().splitlines()]
        last[pull[0]] = lines[-1]["maker/apart"]
    assert last[30.0] < 0.85 * last[0.0]


def test_presets_are_all_reachable() -> None:
    assert set(METHODS) <= set(PRESETS)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Forty pictures, one broken."""
    random = rng(3, "photos")
    for number in range(40):
        picture = np.zeros((24, 30, 3), np.uint8)
        picture[:] = random.integers(0, 256, (1, 1, 3))
        picture[8:16, 10:20] = random.integers(0, 256, (1, 1, 3))
        write_image(tmp_path / "photos" / f"{number:02d}.png", picture, provenance=None)
    (tmp_path / "photos" / "broken.jpg").write_bytes(b"\xff\xd8\xff nothing")
    return tmp_path / "photos"


def test_a_newcomers_path(
    cli: Cli, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Own folder of photos -> check -> train -> walk, sample, export; then train on."""
    monkeypatch.chdir(tmp_path)
    checked = cli("data", "check", photos, "--size", "16")
    assert checked.code == 3
    assert "40 of 41 pictures can be used" in checked.out
    assert "broken.jpg" in checked.out
    words = ("generate", "train", "--preset", "tiny", "--data", photos, "--images", "160")
    trained = cli(*words, "--precision", "fp32")
    assert trained.code == 0, trained.err
    run = tmp_path / "runs" / "00000-generate-tiny"
    assert f"{run.relative_to(tmp_path)}/weights.safetensors" in trained.out
    assert "images a second" in trained.err
    assert "40 of 41 pictures can be used" in trained.err
    assert (run / "samples").is_dir()
    again = cli(*words, "--resume", "auto")
    assert again.code == 0
    assert not (tmp_path / "runs" / "00001-generate-tiny").exists()
    sampled = cli("generate", "sample", "--model", run, "--count", "3", "--seed", "5", "--out", "f")
    assert sampled.code == 0
    names = sorted(path.name for path in (tmp_path / "f").iterdir())
    assert names == [*(f"seed5-000{k}.png" for k in range(3)), "sheet.png"]
    more = cli("generate", "sample", "--model", run, "--count", "2", "--seed", "5", "--out", "g")
    assert more.code == 0
    for k in range(2):
        one, other = (read_image(tmp_path / d / f"seed5-000{k}.png") for d in "fg")
        assert np.array_equal(one, other)
    kept = (tmp_path / "f" / "seed5-0000.png").read_bytes()
    cli("generate", "sample", "--model", run, "--count", "1", "--seed", "5", "--out", "f")
    assert (tmp_path / "f" / "seed5-0000.png").read_bytes() == kept
    assert (tmp_path / "f" / "seed5-0000-2.png").exists()


def test_a_dry_run_only_tells(cli: Cli, photos: Path, tmp_path: Path) -> None:
    told = cli(
        *("generate", "train", "--preset", "tiny", "--data", photos, "--dry-run"),
        *("--runs", tmp_path / "runs", "--cache", tmp_path / "cache", "--minutes", "1"),
    )
    assert told.code == 0
    assert "about 1.0 min" in told.err
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--data", "nowhere"), "no such file or folder"),
        (("--data", "header"), "wanted head, head:toon"),
        (("--resume", "nowhere"), "there is no training run"),
        (("--preset", "defualt"), "did you mean default"),
    ],
)
def test_mistakes_are_answered_in_a_line(
    words: tuple[str, ...], said: str, cli: Cli, tmp_path: Path
) -> None:
    result = cli("generate", "train", *words, "--runs", tmp_path, "--cache", tmp_path)
    assert result.code == 2
    assert said in result.err
    assert len(result.err.splitlines()) == 1
