"""Every recipe trains, on two processes as on one, and goes on where it was killed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mien.errors import OptionError
from mien.io.image import write_image
from mien.jobs.base import no_progress
from mien.jobs.training import VerifyTarget
from mien.jobs.translate import wild
from mien.jobs.translate.config import TrainRequest
from mien.jobs.translate.data import PairStream, Wanted, opened
from mien.jobs.translate.losses import Pool
from mien.jobs.translate.networks import EYES, eye_weights, make_judge, make_maker
from mien.jobs.translate.pairs import look_alikes
from mien.jobs.translate.presets import PRESETS
from mien.jobs.translate.training import TRAINER
from mien.nn.init import generator
from mien.seeding import rng
from mien.train.loop import Outside, train
from mien.train.plan import Plan
from mien.train.recipe import Recipe
from mien.train.run_folder import RunFolder
from mien.train.verify import verify_resume

from .training_help import EPS, STEPS, as_two_and_as_one, assert_one, still_after_bf16, train_each
from .translate_help import SIZE, tiny, tiny_domains, tiny_recipe, two_kinds

UNET, SEED = ("default", "paired"), ("seed", "seed-wgan-gp")
METHODS = (*UNET, *SEED)
SEED_STEPS = 3
"""Longer, and the ancestor's norm of a single pixel magnifies rounding beyond any bound."""
CPU = torch.device("cpu")
Cli = Callable[..., Any]


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def every_unet(path: Path) -> None:
    """Twenty steps of our methods; two micro-batches of eight in each."""
    _every(path, UNET, STEPS, EPS)


def every_seed(path: Path) -> None:
    """A few steps of the ancestor's methods."""
    _every(path, SEED, SEED_STEPS, 100 * EPS)


def _every(path: Path, names: tuple[str, ...], steps: int, eps: float) -> None:
    images = steps * 16

    def recipe(preset: str) -> Recipe:
        return tiny_recipe(preset, path.parent / "packs", images=images)

    train_each(path, names, recipe, images=images, eps=eps)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("every", "names", "steps"), [(every_unet, UNET, STEPS), (every_seed, SEED, SEED_STEPS)]
)
def test_two_processes_train_every_recipe_as_one_does(
    every: Callable[[Path], None], names: tuple[str, ...], steps: int, tmp_path: Path
) -> None:
    tiny_domains(tmp_path / "packs")
    as_two_and_as_one(every, tmp_path)
    assert_one(tmp_path, names, steps=steps)


@pytest.mark.parametrize("preset", METHODS)
def test_every_recipe_moves_all_four_networks_in_bf16(preset: str, tmp_path: Path) -> None:
    recipe = tiny_recipe(preset, tmp_path / "packs", images=64, judged_from=0.0)
    still = still_after_bf16(recipe, 64, tmp_path / "run")
    # Where only differences of logits count, a judge's last bias has no gradient.
    assert not [n for n in still if not n.endswith(("last.bias", "eyes.1.bias"))]


@pytest.mark.slow
def test_a_killed_run_ends_where_a_straight_one_does(tmp_path: Path) -> None:
    a, b = two_kinds(30)
    for name, pictures in (("a", a), ("b", b)):
        for number, picture in enumerate(pictures):
            write_image(tmp_path / name / f"{number}.png", picture, provenance=None)
    request = TrainRequest(
        preset="tiny",
        data=str(tmp_path / "a"),
        to_data=str(tmp_path / "b"),
        crop="centre",
        cache=tmp_path / "cache",
    )
    target = VerifyTarget(TRAINER, request)
    verdict = verify_resume(target, tmp_path / "runs", steps=40, kills=2)
    assert verdict.equal, verdict.sentence()


def test_true_pairs_are_learnt(tmp_path: Path) -> None:
    recipe = tiny_recipe("paired", tmp_path / "packs", images=480, judged=0.0)
    run = RunFolder(tmp_path / "run")
    run.path.mkdir()
    live = train(recipe, Plan(images=480, preview_images=10**9), Outside(run))
    batch = recipe.batches.take(0, 48)
    with torch.no_grad():
        made = live.nets["to_b"].train()(torch.from_numpy(batch["a"]))
    apart = float((made - torch.from_numpy(batch["b"])).abs().mean())
    assert apart < 0.5 * float(np.abs(batch["a"] - batch["b"]).mean())


def test_planted_look_alikes_are_found() -> None:
    a, b = two_kinds(60)
    order = rng(1, "order").permutation(60)
    b = b[order]
    b[:20] = b[:20, :, ::-1]
    found = look_alikes(a, b, mirror=True)
    places, mirrored = np.argsort(order), np.argsort(order) < 20
    assert np.mean(found % 60 == places) > 0.95
    turned = (found >= 60) == mirrored
    assert np.mean(turned[found % 60 == places]) > 0.9


def test_a_hub_is_not_everybodys_look_alike() -> None:
    a, b = two_kinds(60)
    b[7] = b.mean(0).astype(np.uint8)
    found = look_alikes(a, b, mirror=False)
    assert np.mean(found == 7) < 0.1
    assert len(set(found.tolist())) > 45


def test_unpaired_recipes_never_see_a_person_in_both_kinds(tmp_path: Path) -> None:
    domains = tiny_domains(tmp_path)
    for preset in ("default", "seed"):
        stream = PairStream(domains, tiny(preset), 0)
        assert not set(stream.rows_a) & set(stream.rows_b)
    stream = PairStream(domains, tiny("paired", wild=False, mirror=False), 0)
    batch = stream.take(0, 20)
    a, b = domains.a.pack.take(batch["index"]), domains.b.pack.take(batch["index"])
    assert np.array_equal(np.rint((batch["a"].transpose(0, 2, 3, 1) + 1) * 127.5), a)
    assert np.array_equal(np.rint((batch["b"].transpose(0, 2, 3, 1) + 1) * 127.5), b)


@pytest.mark.parametrize("preset", ["default", "paired", "seed"])
def test_the_stream_depends_on_the_place_alone(preset: str, tmp_path: Path) -> None:
    stream = PairStream(tiny_domains(tmp_path), tiny(preset), 4)
    once, again = stream.take(40, 8), PairStream(tiny_domains(tmp_path), tiny(preset), 4)
    again.take(0, 16)
    other = again.take(40, 8)
    for name, value in once.items():
        assert np.array_equal(value, other[name]), name
    numbers = np.concatenate([stream.take(k, 8)["index"] for k in range(0, stream.count, 8)])
    assert len(set((numbers % stream.count).tolist())) == stream.count


def test_folders_have_no_true_pairs(tmp_path: Path) -> None:
    domains = dataclasses.replace(tiny_domains(tmp_path), true=False)
    with pytest.raises(OptionError, match="true pairs"):
        domains.rows("true")


@pytest.mark.parametrize("data", [("head", "x"), ("x", "")])
def test_one_folder_is_not_enough(data: tuple[str, str], tmp_path: Path) -> None:
    wanted = Wanted(*data, SIZE, 500, "centre", "centre", tmp_path)
    with pytest.raises(OptionError, match="two kinds"), opened(wanted, no_progress):
        pass


def test_a_pool_hands_out_the_past_and_can_be_saved() -> None:
    pool, seen = Pool(4), []
    for step in range(12):
        made = torch.full((2, 3, 2, 2), float(step))
        shown = pool.exchange(made, 0, "a", generator("pool", step))
        seen += [(step, float(one.mean())) for one in shown]
    assert any(value < step for step, value in seen)
    assert all(value <= step for step, value in seen)
    other = Pool(4)
    other.load_state_dict(pool.state_dict())
    made = torch.full((4, 3, 2, 2), 50.0)
    one, two = (x.exchange(made, 0, "a", generator("z")) for x in (pool, other))
    assert torch.equal(one, two)
    assert torch.equal(pool.exchange(made, 1, "a", generator("z")), made)


def test_networks_have_the_ancestors_sizes() -> None:
    settings = tiny("seed", size=64, maker=(64, 128, 256, 512), judge=(64, 128, 256, 512))
    settings = dataclasses.replace(settings, bottleneck=100)
    maker, judge = make_maker(settings, 0, "to_b"), make_judge(settings, 0, "judge_b")
    counts = [sum(one.numel() for one in net.parameters()) for net in (maker, judge)]
    assert [round(count / 1e6, 2) for count in counts] == [7.18, 3.18]
    picture = torch.rand(2, 3, 64, 64) * 2 - 1
    assert maker(picture).shape == (2, 3, 64, 64)
    assert judge(picture).shape == (2, 1)


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_every_preset_makes_pictures_and_opinions(preset: str) -> None:
    settings = tiny(preset)
    maker, judge = make_maker(settings, 0, "to_b"), make_judge(settings, 0, "judge_b")
    made = maker(torch.rand(4, 3, SIZE, SIZE) * 2 - 1)
    assert made.shape == (4, 3, SIZE, SIZE)
    assert float(made.detach().abs().max()) <= 1
    assert judge(made).shape == (4, 2 if settings.eye_judge else 1)


def test_the_eyes_count_more() -> None:
    weights = eye_weights(64, 3.0)[0, 0]
    top, bottom, left, right = EYES
    assert float(weights[round(0.47 * 64), round(0.375 * 64)]) == 3.0
    assert float(weights[round(0.47 * 64), round(0.625 * 64)]) == 3.0
    share = float((weights == 3.0).float().mean())
    assert share == pytest.approx((bottom - top) * (right - left), abs=0.02)


def test_only_the_backdrop_gets_clutter(monkeypatch: pytest.MonkeyPatch) -> None:
    from mien.data.people import HeadSpec, draw_person
    from mien.data.stream import to_floats
    from mien.head.backdrop import Backdrop
    from mien.head.schema import LABEL

    monkeypatch.setattr("mien.data.people._backdrop", lambda _: Backdrop())  # plain ones
    drawn = [draw_person(HeadSpec(size=64), k)[1] for k in range(4)]
    photos = to_floats(np.stack([one.rgb for one in drawn]))
    truth = np.stack([one.labels == LABEL["background"] for one in drawn])
    found, _ = wild.backdrop(photos)
    assert np.mean(found[:, 0] == truth) > 0.97
    once, again = (wild.untidy(photos, 3, "x") for _ in range(2))
    assert np.array_equal(once, again)
    assert not np.array_equal(once, wild.untidy(photos, 4, "x"))
    for name in ("_GAIN", "_CAST", "_NOISE", "_SMOOTH"):
        monkeypatch.setattr(wild, name, 0.0)
    change = np.abs(wild.untidy(photos, 3, "x") - photos).max(1)
    assert np.mean(change[~truth] < 1e-5) > 0.95
    assert change[truth].mean() > 0.02


def test_training_on_two_folders_from_the_command_line(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    a, b = two_kinds(40)
    for name, pictures in (("photos", a), ("drawings", b)):
        for number, picture in enumerate(pictures):
            write_image(tmp_path / name / f"{number}.png", picture, provenance=None)
    words = ("translate", "train", "--preset", "tiny", "--data", "photos")
    trained = cli(
        *words, "--to-data", "drawings", "--crop", "centre", "--images", "80",
        "--precision", "fp32",
    )  # fmt: skip
    assert trained.code == 0, trained.err
    run = tmp_path / "runs" / "00000-translate-tiny"
    assert {"anime.safetensors", "photo.safetensors", "translations.png"} <= {
        path.name for path in run.iterdir()
    }
    refused = cli(*words, "--images", "80")
    assert refused.code == 2
    assert "--to-data" in refused.err
    drawn = cli(
        "translate", "run", tmp_path / "drawings" / "0.png", "--to", "photo", "--model", run,
        "--out", "back",
    )  # fmt: skip
    assert drawn.code == 0, drawn.err
    assert (tmp_path / "back" / "0.png").is_file()
