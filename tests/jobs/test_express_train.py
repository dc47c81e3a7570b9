"""Both recipes train, on two processes as on one, and go on where they were killed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mien.io.image import read_image, write_image
from mien.jobs.express.config import TrainRequest
from mien.jobs.express.model import load_model
from mien.jobs.express.presets import PRESETS, config
from mien.jobs.express.training import TRAINER
from mien.seeding import rng
from mien.train.loop import Outside, train
from mien.train.plan import Plan
from mien.train.recipe import Recipe
from mien.train.run_folder import RunFolder
from mien.train.verify import verify_resume
from mien.types import OPENFACE_AUS

from .express_help import tiny_pairs, tiny_recipe
from .training_help import EPS, STEPS, as_two_and_as_one, assert_one, still_after_bf16, train_each

METHODS = ("tiny", "tiny-seed")
CPU = torch.device("cpu")
Cli = Callable[..., Any]


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def every_recipe(path: Path) -> None:
    """Twenty steps of every method; two micro-batches of four in each."""
    images = STEPS * 8

    def recipe(preset: str) -> Recipe:
        return tiny_recipe(preset, path.parent / "pairs", images=images)

    train_each(path, METHODS, recipe, images=images, look_steps=5, eps=EPS)


def test_two_processes_train_every_recipe_as_one_does(tmp_path: Path) -> None:
    tiny_pairs(tmp_path / "pairs")
    as_two_and_as_one(every_recipe, tmp_path)
    assert_one(tmp_path, METHODS)


@pytest.mark.parametrize("preset", METHODS)
def test_every_recipe_moves_both_players_in_bf16(preset: str, tmp_path: Path) -> None:
    recipe = tiny_recipe(preset, tmp_path / "pairs", images=40)
    # Where only differences of logits count, the judge's last bias has no say.
    assert still_after_bf16(recipe, 40, tmp_path / "run") <= {"judge.last.bias"}


def test_the_repairer_comes_nearer_to_the_truth(tmp_path: Path) -> None:
    recipe = tiny_recipe("tiny", tmp_path / "pairs", images=320)
    run = RunFolder(tmp_path / "run")
    run.path.mkdir()
    train(recipe, Plan(images=320, log_images=80, preview_images=10**9), Outside(run))
    lines = [json.loads(line) for line in run.stats.read_text().splitlines()]
    assert lines[-1]["maker/l1"] < 0.7 * lines[0]["maker/l1"]


def resumed(path: Path) -> None:
    """Forty steps of both recipes in a run folder each."""
    torch.set_num_threads(1)
    recipe = tiny_recipe("tiny", path.parent.parent / "pairs", images=40 * 4)
    plan = Plan(images=40 * 4, look_steps=1, save_seconds=0.0, preview_images=10**12)
    train(recipe, plan, Outside(RunFolder(path)))


@pytest.mark.slow
def test_kills_change_nothing(tmp_path: Path) -> None:
    tiny_pairs(tmp_path / "pairs")
    verdict = verify_resume(resumed, tmp_path / "verify", steps=40, kills=2, seed=0)
    assert verdict.equal, verdict.sentence()


def test_the_trainers_parts_fit_each_other() -> None:
    assert set(PRESETS) >= {"default", "seed", "seed-slim", *METHODS}
    for preset in PRESETS:
        settings = config(preset)
        assert TRAINER.restore(json.loads(json.dumps(settings.as_config()))) == settings
        assert TRAINER.trial_steps(settings) >= settings.critic_steps
    request = TrainRequest()
    assert all(hasattr(request, name) for name in TRAINER.kept)
    assert TRAINER.verify_people < request.people


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """Twenty-four pictures, of which twenty-two have a line, in the ancestor's layout."""
    random = rng(3, "labelled")
    lines = ["24", " ".join(OPENFACE_AUS)]
    for number in range(24):
        picture = random.integers(0, 256, (36, 36, 3), np.uint8)
        write_image(tmp_path / "faces" / f"{number}.png", picture, provenance=None)
        values = " ".join(f"{value:.2f}" for value in random.uniform(0, 5, 17))
        if number < 22:
            lines.append(f"{number}.png {values}")
    (tmp_path / "faces" / "list_attr_celeba.txt").write_text("\n".join(lines))
    return tmp_path / "faces"


def test_a_folder_with_an_attribute_file_trains_the_ancestors_game(
    cli: Cli, labelled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ("express", "train", "--preset", "tiny-seed", "--data", labelled, "--crop", "centre")
    trained = cli(*words, "--images", "40", "--precision", "fp32")
    assert trained.code == 0, trained.err
    assert "22 pictures with Action Units, of 22 lines" in trained.err
    run = tmp_path / "runs" / "00000-express-tiny-seed"
    assert (run / "edits.png").is_file()
    model = load_model(str(run), CPU)
    assert not model.repairs
    assert model.header.head_hash == ""
    again = cli(*words, "--resume", "auto")
    assert again.code == 0
    photo = labelled / "0.png"
    assert read_image(photo).shape == (36, 36, 3)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--preset", "default"), "learns from pairs whose truth is known"),
        (("--preset", "tiny-seed", "--attributes", "none.txt"), "none.txt: no such file"),
        (("--preset", "tiny-seed", "--attributes", "other.txt"), "none of its 1 lines names"),
        (("--preset", "sede"), "did you mean seed"),
    ],
)
def test_mistakes_are_answered_in_a_line(
    words: tuple[str, ...],
    said: str,
    cli: Cli,
    labelled: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other.txt").write_text("somebody.jpg " + "1 " * 17)
    result = cli("express", "train", "--data", labelled, *words)
    assert result.code == 2
    assert said in result.err
    assert len(result.err.splitlines()) == 1


def test_pictures_without_attributes_are_told_so(cli: Cli, labelled: Path) -> None:
    (labelled / "list_attr_celeba.txt").unlink()
    result = cli("express", "train", "--preset", "tiny-seed", "--data", labelled)
    assert result.code == 2
    assert "no Action Units beside the pictures" in result.err
