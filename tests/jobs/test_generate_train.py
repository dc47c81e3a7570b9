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
from mien.train.loop import Outside, train
from mien.train.plan import Plan
from mien.train.recipe import Recipe
from mien.train.run_folder import RunFolder

from .generate_help import tiny_pack, tiny_recipe
from .training_help import STEPS, as_two_and_as_one, assert_one, still_after_bf16, train_each

METHODS = ("default", "seed", "r3gan", "sn-hinge", "wgan-gp")
CPU = torch.device("cpu")
Cli = Callable[..., Any]


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def every_recipe(path: Path) -> None:
    """Twenty steps of every method; two micro-batches of eight in each."""
    images = STEPS * 16

    def recipe(preset: str) -> Recipe:
        return tiny_recipe(preset, path.parent / "pack", images=images)

    train_each(path, METHODS, recipe, images=images)


def test_two_processes_train_every_recipe_as_one_does(tmp_path: Path) -> None:
    tiny_pack(tmp_path / "pack")
    as_two_and_as_one(every_recipe, tmp_path)
    assert_one(tmp_path, METHODS, floor=0.0)


@pytest.mark.parametrize("preset", METHODS)
def test_every_recipe_moves_both_players_in_bf16(preset: str, tmp_path: Path) -> None:
    tiny_pack(tmp_path / "pack")
    recipe = tiny_recipe(preset, tmp_path / "pack", images=80)
    # Where only differences of logits count, the judge's last bias has no gradient.
    assert still_after_bf16(recipe, 80, tmp_path / "run") <= {"judge.last.bias"}


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
