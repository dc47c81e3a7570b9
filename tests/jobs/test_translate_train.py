"""Every recipe trains, on two processes as on one, and goes on where it was killed."""

from __future__ import annotations

import dataclasses
import json
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
from mien.jobs.translate.balance import balanced
from mien.jobs.translate.config import TrainRequest
from mien.jobs.translate.contrast import chosen_places, patch_loss
from mien.jobs.translate.data import PairStream, Wanted, opened
from mien.jobs.translate.generators import FixedEncoder
from mien.jobs.translate.losses import Pool, spread
from mien.jobs.translate.networks import EYES, eye_weights, make_judge, make_maker
from mien.jobs.translate.pairs import look_alikes
from mien.jobs.translate.presets import PRESETS, Config, config
from mien.jobs.translate.recipe import preview, ready_maker
from mien.jobs.translate.training import TRAINER
from mien.jobs.translate.transfer import FROM_OTHER, FROM_OWN, REAL, how_real, sort_loss
from mien.nn.init import generator
from mien.seeding import rng
from mien.train.distributed import World
from mien.train.live import Live
from mien.train.loop import Outside, train
from mien.train.plan import Plan
from mien.train.recipe import Recipe
from mien.train.run_folder import RunFolder
from mien.train.verify import verify_resume

from .training_help import EPS, STEPS, as_two_and_as_one, assert_one, still_after_bf16, train_each
from .translate_help import SIZE, tiny, tiny_domains, tiny_recipe, two_kinds

UNET, SEED = ("default", "paired", "cut"), ("seed", "seed-wgan-gp")
METHODS = (*UNET, *SEED, "dtn", "guided", "resnet", "seed-unet")
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
    # Where only differences of logits count, a judge's last bias has no gradient; nor has a bias
    # that a norm of the same map takes back.
    taken = ("last.bias", "eyes.1.bias")
    if PRESETS[preset].get("opinion") == "patch":
        taken = (*taken, ".bias")
    assert not [n for n in still if not n.endswith(taken)]


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


@pytest.mark.parametrize(
    "changes",
    [
        {"method": method, "gamma": gamma}
        for method in ("vanilla", "lsgan", "hinge", "wgan", "wgan-gp", "relativistic")
        for gamma in (0.0, 1.0)
    ],
)
def test_every_game_runs_alone_and_with_both_penalties(
    changes: dict[str, Any], tmp_path: Path
) -> None:
    recipe = tiny_recipe("cut", tmp_path / "packs", images=16, lazy=1, **changes)
    live = Live(recipe, Plan(images=16), World(), CPU)
    terms = live.run_step([recipe.batches.take(0, 8)])
    assert all(bool(torch.isfinite(one).all()) for one in terms.values())
    assert ("judges/penalty" in terms) == (changes["gamma"] > 0 or changes["method"] == "wgan-gp")
    if changes["method"] == "wgan":
        live.run_step([recipe.batches.take(8, 8)])
        assert max(float(w.abs().max()) for w in live.nets["judge_b"].parameters()) < 0.02


def test_one_way_makes_one_model(tmp_path: Path) -> None:
    recipe = tiny_recipe("cut", tmp_path / "packs", images=16)
    assert set(recipe.nets) == {"to_b", "judge_b", "heads_b"}
    stream = PairStream(tiny_domains(tmp_path / "packs"), tiny("cut"), 0)
    assert preview(recipe.nets, stream=stream).shape == (32, SIZE, SIZE, 3)
    both = tiny_recipe("cut", tmp_path / "packs", images=16, ways="both")
    assert {"to_a", "heads_a"} <= set(both.nets)


def test_a_guide_is_shown_as_its_photo_is(tmp_path: Path) -> None:
    stream = PairStream(tiny_domains(tmp_path), tiny("guided", wild=False), 0)
    batch = stream.take(3, 8)
    assert batch["seen a"].shape == (8, 6, SIZE, SIZE)
    assert np.array_equal(batch["seen a"][:, :3], batch["a"])
    # The guide of the tests is the negative of the wanted picture, mirrored where that is.
    assert np.allclose(batch["seen a"][:, 3:], -batch["b"], atol=1e-6)
    wanted = Wanted("x", "y", SIZE, 500, "centre", "centre", tmp_path, guide=True)
    with pytest.raises(OptionError, match="guessed heads"), opened(wanted, no_progress):
        pass


def test_rare_looks_are_shown_as_often_in_both_kinds() -> None:
    random = rng(2, "balance")

    def kind(count: int, men: float, paper: int) -> tuple[Any, np.ndarray]:
        pictures = random.integers(paper, paper + 40, (count, SIZE, SIZE, 3))
        is_man = np.arange(count) < men * count
        hair = np.where(is_man, 5, 13)
        for row, low in enumerate(hair):
            pictures[row, :low, :4] = pictures[row, :low, 12:] = 30
        return pictures.astype(np.uint8), is_man

    (a, men_a), (b, men_b) = kind(300, 0.5, 100), kind(300, 0.1, 190)
    rows_a, rows_b = balanced(a, b, random)
    assert (len(rows_a), len(rows_b)) == (300, 300)
    shares = men_a[rows_a].mean(), men_b[rows_b].mean()
    assert abs(shares[0] - shares[1]) < 0.08
    assert shares[1] > 0.2
    one, other = (balanced(a, b, rng(4, "x"))[1] for _ in range(2))
    assert np.array_equal(one, other)


def test_places_are_told_apart_by_what_is_there() -> None:
    random = generator("places")
    keys = torch.nn.functional.normalize(torch.randn(2, 3, 5, 8, generator=random), dim=-1)
    right = float(patch_loss(keys, keys, 0.07))
    assert right < 0.1
    assert float(patch_loss(keys.flip(2), keys, 0.07)) > 1
    maps = [torch.zeros(3, 4, 4, 4), torch.zeros(3, 6, 2, 2)]
    places = chosen_places(maps, 64, random)
    assert [sorted(one.tolist()) for one in places][1] == [0, 1, 2, 3]
    assert len(set(places[0].tolist())) == 4


def test_the_encoder_stays_what_it_was(tmp_path: Path) -> None:
    recipe = tiny_recipe("dtn", tmp_path / "packs", images=16)
    live = Live(recipe, Plan(images=16), World(), CPU)
    before = {n: one.clone() for n, one in live.nets["to_b"].state_dict().items()}
    live.run_step([recipe.batches.take(0, 8)])
    stream = PairStream(tiny_domains(tmp_path / "packs"), tiny("dtn"), 0)
    after = ready_maker(live.nets["to_b"], stream, "a").state_dict()
    moved = {name for name, one in before.items() if not torch.equal(one, after[name])}
    assert moved
    assert not [name for name in moved if name.startswith("encoder.")]
    fresh = FixedEncoder().state_dict()
    assert all(torch.equal(after[f"encoder.{name}"], one) for name, one in fresh.items())


def test_the_judge_of_transfer_knows_three_sorts() -> None:
    sure = torch.eye(3) * 9
    for sort in (FROM_OTHER, FROM_OWN, REAL):
        assert float(sort_loss(sure[sort : sort + 1], sort)) < 0.01
        assert float(sort_loss(sure[sort : sort + 1], (sort + 1) % 3)) > 8
    assert (how_real(sure) > 0).tolist() == [False, False, True]


def test_spread_is_that_of_the_thumbnails() -> None:
    flat = torch.ones(4, 3, 16, 16)
    assert float(spread(flat)) == 0
    apart = flat * torch.tensor([0.0, 1.0, 0.0, 1.0])[:, None, None, None]
    # Eight of twelve pairs differ, by 1 in each of 192 numbers.
    assert float(spread(apart)) == pytest.approx(8 / 12 * 192**0.5)


@pytest.mark.parametrize("start", ["normal", "xavier", "kaiming", "orthogonal"])
def test_networks_begin_as_they_are_told(start: Any) -> None:
    settings = tiny("default", start=start, gain=0.1)
    one, other = (make_maker(settings, 0, "to_b").state_dict() for _ in range(2))
    plain = make_maker(tiny("default"), 0, "to_b").state_dict()
    assert all(torch.equal(one[name], other[name]) for name in one)
    name = "net.first.weight"
    assert not torch.equal(one[name], plain[name])
    if start == "normal":
        assert float(one[name].std()) == pytest.approx(0.1, rel=0.1)
    if start == "orthogonal":
        rows = one[name].flatten(1)
        assert torch.allclose(rows @ rows.T, 0.01 * torch.eye(len(rows)), atol=1e-5)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("size=48",), "maker|judge"),
        (("framework=cut",), "cycle=3.0"),
        (("ways=anime",), "cycle=3.0"),
        (("guide=true",), "pairing"),
        (("framework=dtn", "cycle=0", "opinion=patch"), "opinion"),
        (("batch=1",), "batch=1"),
        (("cycles=2",), "did you mean"),
        (("batch=many",), "whole number"),
        (("mirror=perhaps",), "true or false"),
        (("pull=1",), "two numbers"),
        (("gamma=-1",), "0 to 1e9"),
        (("method=wgan_gp",), "wgan-gp"),
        (("batch",), "NAME=VALUE"),
    ],
)
def test_settings_that_cannot_be_are_told(words: tuple[str, ...], told: str) -> None:
    with pytest.raises(OptionError, match=told):
        config("default").changed(words)


def test_settings_are_read_by_their_types() -> None:
    words = (
        "size=128",
        "maker=24,48,96,128",
        "judge=16,32,64,128,192",
        "pull=2,.5",
        "mirror=false",
    )
    made = config("default").changed((*words, "method=lsgan", "gamma=0"))
    assert made.maker == (24, 48, 96, 128)
    assert made.pull == (2.0, 0.5)
    assert (made.size, made.mirror, made.method, made.gamma) == (128, False, "lsgan", 0.0)


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
    made = maker(torch.rand(4, 6 if settings.guide else 3, SIZE, SIZE) * 2 - 1)
    assert made.shape == (4, 3, SIZE, SIZE)
    assert float(made.detach().abs().max()) <= 1
    answers = 3 if settings.framework == "dtn" else 2 if settings.eye_judge else 1
    assert judge(made).shape[1] == answers or settings.opinion == "patch"


@pytest.mark.parametrize("preset", ["default", "paired", "guided", "cut", "dtn"])
def test_our_makers_leave_no_grid_of_cells(preset: str) -> None:
    net: Any = make_maker(tiny(preset, average=0.0), 0, "to_b").eval()
    shown = torch.zeros(1, 6 if preset == "guided" else 3, SIZE, SIZE)
    last = net.net.last if hasattr(net, "net") else net.last
    with torch.no_grad():
        # A grid and nothing else: one pixel of every cell is brighter.
        last.weight.zero_()
        last.bias.zero_()
        last.bias[::4] = 0.2
        assert net.even
        evened = net(shown)
        net.even = False
        assert float(net(shown).std()) > 0.05
    assert float(evened.std()) < 1e-6


def test_networks_of_before_are_not_evened() -> None:
    told = {name: value for name, value in tiny("paired").as_config().items() if name != "even"}
    assert tiny("paired").even
    assert not Config.from_config(told).even


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
        "--precision", "fp32", "--set", "gamma=.5",
    )  # fmt: skip
    assert trained.code == 0, trained.err
    run = tmp_path / "runs" / "00000-translate-tiny"
    assert {"anime.safetensors", "photo.safetensors", "translations.png"} <= {
        path.name for path in run.iterdir()
    }
    written = json.loads((run / "config.json").read_text("utf-8"))
    assert written["recipe"]["gamma"] == 0.5
    assert cli(*words, "--to-data", "drawings", "--set", "batch=1").code == 2
    refused = cli(*words, "--images", "80")
    assert refused.code == 2
    assert "--to-data" in refused.err
    drawn = cli(
        "translate", "run", tmp_path / "drawings" / "0.png", "--to", "photo", "--model", run,
        "--out", "back",
    )  # fmt: skip
    assert drawn.code == 0, drawn.err
    assert (tmp_path / "back" / "0.png").is_file()
