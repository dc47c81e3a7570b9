"""Networks, regions and losses of `express`, and edits with a model."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mien.errors import OptionError, WeightsError
from mien.io.image import read_image, write_image
from mien.io.mark import LOUDEST
from mien.io.provenance import read_provenance
from mien.jobs.express.appearance import vary
from mien.jobs.express.evaluation import Scored, editors, summary
from mien.jobs.express.losses import RepairGame, SeedGame
from mien.jobs.express.model import SHIPPED, ExpressModel, load_model, save_model
from mien.jobs.express.networks import make_judge, make_maker
from mien.jobs.express.pairs import PairSpec, draw_pairs, open_pairs
from mien.jobs.express.presets import PRESETS, config
from mien.jobs.express.regions import KIND_STEP, activity, as_floats, planes_of, region, window
from mien.jobs.express.repair import add_change
from mien.nn.init import generator
from mien.persona.flow import MOUTH
from mien.train.recipe import Turn
from mien.types import AU_NAMES, Image

from .express_help import tiny_data, tiny_pairs

CPU = torch.device("cpu")
Cli = Callable[..., Any]


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def saved(folder: Path, preset: str) -> Path:
    """An untrained model in a file."""
    settings = config(preset)
    path = folder / f"{preset}.safetensors"
    save_model(path, make_maker(settings, 1), preset=preset, config=settings, told={})
    return path


# --- networks ------------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", ["default", "tiny"])
def test_the_repairer_leaves_everything_outside_its_gate(preset: str) -> None:
    settings = config(preset)
    maker, side = make_maker(settings, 3).eval(), settings.window
    random = generator(1, "gate")
    warp = torch.rand(2, 3, side, side, generator=random) * 2 - 1
    planes = torch.zeros(2, 5, side, side)
    planes[:, 0, side // 2 :, : side // 2] = 0.7
    planes[1, 1, : side // 4, side // 2 :] = 1.0
    planes[:, 2:] = torch.rand(2, 3, side, side, generator=random)
    made = maker(warp, planes, torch.rand(2, 2, 22, generator=random)).detach()
    assert made.shape == (2, 4, side, side)
    open_ = (planes[:, :2].amax(1, keepdim=True) > 0).expand_as(made)
    assert float(made[~open_].abs().max()) == 0.0
    assert float(made[open_].abs().max()) > 0.01
    assert float(made[:, 3].max()) <= 1.0


@pytest.mark.parametrize("preset", ["seed-slim", "tiny-seed"])
def test_the_ancestors_networks_have_its_shapes(preset: str) -> None:
    settings = config(preset)
    maker, critic = make_maker(settings, 0).eval(), make_judge(settings, 0).eval()
    pictures = torch.rand(2, 3, settings.size, settings.size) * 2 - 1
    made = maker(pictures, torch.rand(2, 17)).detach()
    assert made.shape == (2, 4, settings.size, settings.size)
    assert 0.0 < float(made[:, 3].min()) <= float(made[:, 3].max()) < 1.0
    assert critic(pictures).shape == (2, 18)


def test_attention_one_keeps_the_input() -> None:
    maker = make_maker(config("tiny-seed"), 0).eval()
    pictures = torch.rand(1, 3, 32, 32) * 2 - 1
    with torch.no_grad():
        maker.get_parameter("heads.weight")[3].fill_(0.0)
        kept = maker(pictures, torch.zeros(1, 17))
    colour = kept[:, :3] * 2 - pictures  # A = sigmoid(0) = 1/2
    assert float((kept[:, 3] - 0.5).abs().max()) < 1e-6
    assert float(colour.abs().max()) <= 1.0 + 1e-5


def test_the_published_generator_is_as_large_as_the_ancestors() -> None:
    count = sum(one.numel() for one in make_maker(config("seed"), 0).parameters())
    assert abs(count - 8.47e6) < 0.05e6


def test_equal_seeds_give_equal_networks() -> None:
    for preset in ("tiny", "tiny-seed"):
        settings = config(preset)
        one, same, other = (
            torch.cat([p.flatten() for p in make_maker(settings, seed).parameters()])
            for seed in (1, 1, 2)
        )
        assert torch.equal(one, same)
        assert not torch.equal(one, other)


# --- regions -------------------------------------------------------------------------------------


def test_a_region_is_one_inside_and_exactly_nothing_beyond_its_reach() -> None:
    square = np.array([[20.0, 20.0], [40.0, 20.0], [40.0, 40.0], [20.0, 40.0]])
    found = region(square, 64, 8.0)
    rows, columns = np.mgrid[0:64, 0:64]
    away = np.maximum(np.maximum(20 - columns, columns - 40), np.maximum(20 - rows, rows - 40))
    assert float(found[away < -2].min()) == 1.0
    assert float(found[away > 11].max()) == 0.0
    assert 0.2 < float(found[30, 44]) < 0.8


def test_what_is_not_asked_stays_closed() -> None:
    change = np.zeros(22)
    assert activity(change) == (0.0, 0.0)
    change[AU_NAMES.index("AU12")] = 0.5
    assert activity(change) == (1.0, 0.0)
    change[AU_NAMES.index("AU45")] = -0.04
    mouth, eyes = activity(change)
    assert mouth == 1.0
    assert 0.0 < eyes < 1.0


def test_planes_keep_the_kinds_and_the_window_holds_the_face() -> None:
    person = draw_pairs(PairSpec(size=64), 3)
    assert person.warps.shape == person.truths.shape == person.planes.shape == (4, 64, 64, 3)
    outside = np.ones((64, 64), bool)
    outside[window(64, 40)] = False
    for planes, codes in zip(person.planes, person.codes, strict=True):
        assert planes[outside][:, :2].max() < 40
        if np.abs(codes[1] - codes[0]).max() == 0:
            assert planes[..., :2].max() == 0
    floats = as_floats(person.planes)
    assert floats.shape == (4, 5, 64, 64)
    assert set(np.unique(person.planes[..., 2] // KIND_STEP)) <= set(range(6))
    inside = person.planes[..., 2] == MOUTH * KIND_STEP
    assert np.array_equal(floats[:, 2] > 0, inside)
    again = draw_pairs(PairSpec(size=64), 3)
    assert np.array_equal(again.warps, person.warps)
    assert np.array_equal(again.planes, person.planes)


def test_planes_of_no_change_are_closed() -> None:
    points = np.random.default_rng(0).uniform(10, 50, (68, 2))
    kind = np.zeros((64, 64), np.uint8)
    assert planes_of(points, points, kind, np.zeros(22))[..., :2].max() == 0


@pytest.mark.slow
def test_pairs_are_drawn_once_and_kept(tmp_path: Path) -> None:
    spec = PairSpec(size=32)
    told: list[tuple[int, int]] = []
    pairs = open_pairs(tmp_path, spec, 10, told=lambda *one: told.append(one))
    assert told == [(50, 50)]
    assert pairs.count == 200
    again = open_pairs(tmp_path, spec, 50, told=lambda *one: told.append(one))
    assert told == [(50, 50)]
    assert np.array_equal(again.codes, pairs.codes)


# --- losses --------------------------------------------------------------------------------------


def turn(preset: str, folder: Path) -> Turn:
    """The first step of a recipe."""
    settings = config(preset)
    batch = tiny_data(preset, folder).batches(0).take(0, settings.batch)
    return Turn(
        nets={"maker": make_maker(settings, 0), "judge": make_judge(settings, 0)},
        batch={name: torch.from_numpy(np.array(value)) for name, value in batch.items()},
        state={},
        step=0,
        images=0,
        key=(0, 0, 0),
        device=CPU,
        kept={},
        graphs=None,
    )


def test_the_repair_game_tells_its_terms(tmp_path: Path) -> None:
    now = turn("tiny", tmp_path)
    game = RepairGame(config("tiny"))
    judged, made = game.judge(now), game.maker(now)
    assert {"real", "fake", "penalty"} <= set(judged.terms)
    assert {"l1", "ssim", "word", "attention"} <= set(made.terms)
    assert bool(torch.isfinite(judged.total)) and bool(torch.isfinite(made.total))  # noqa: PT018


def test_a_perfect_repair_costs_no_difference(tmp_path: Path) -> None:
    now = turn("tiny", tmp_path)
    truth = now.batch["image"]
    game = RepairGame(dataclasses.replace(config("tiny"), appearance=0.0))
    warp = now.batch["warp"]
    perfect = torch.cat([truth - warp, torch.zeros_like(truth[:, :1])], 1)
    now.nets = {**now.nets, "maker": lambda *given: perfect}
    game.judge(now)
    terms = game.maker(now).terms
    assert float(terms["l1"]) < 1e-6
    assert float(terms["ssim"]) < 1e-5


def test_ganimations_players_pull_against_each_other(tmp_path: Path) -> None:
    now, game = turn("tiny-seed", tmp_path), SeedGame(config("tiny-seed"))
    critic, maker = game.critic(now), game.maker(now)
    assert {"distance", "units", "penalty"} <= set(critic.terms)
    assert {"units", "cycle", "attention"} <= set(maker.terms)
    assert 0.1 < float(maker.terms["attention"]) < 0.9


def test_targets_are_other_labels_moved_a_little(tmp_path: Path) -> None:
    now, game = turn("tiny-seed", tmp_path), SeedGame(config("tiny-seed"))
    target, aus = game._target(now), now.batch["aus"]
    nearest = (target[:, None] - aus[None]).abs().amax(2).amin(1)
    assert float(nearest.max()) <= 0.1 + 1e-6
    assert float(target.min()) >= 0.0
    assert float(target.max()) <= 1.0


def changed_game(**changes: Any) -> SeedGame:
    return SeedGame(config("tiny-seed", **changes))


def test_chosen_units_alone_change_in_targets(tmp_path: Path) -> None:
    now = turn("tiny-seed", tmp_path)
    aus = now.batch["aus"]
    two = changed_game(select=("AU12", "AU6"))._target(now)
    moved = {AU_NAMES[int(k)] for k in (two != aus).any(0).nonzero()}
    assert moved
    assert moved <= {"AU12", "AU6"}
    some = changed_game(selective=0.3, wobble=1.0)._target(now)
    assert 0.1 < float((some != aus).float().mean()) < 0.5
    none = changed_game(selective=0.0)._target(now)
    assert torch.equal(none, aus)


def test_the_virtual_way_back_is_compared_with_the_made_face(tmp_path: Path) -> None:
    """A maker that paints what it is asked for, whatever it sees, comes back to what it made."""
    now = turn("tiny-seed", tmp_path)

    def painter(pictures: torch.Tensor, aus: torch.Tensor) -> torch.Tensor:
        told = aus.mean(1)[:, None, None, None]
        return torch.cat([(pictures * 0 + told), pictures[:, :1] * 0 + 0.5], 1)

    now.nets = {**now.nets, "maker": painter}
    costs = {
        share: float(changed_game(virtual_alpha=share).maker(now).terms["cycle"])
        for share in (0.0, 0.5, 1.0)
    }
    assert costs[0.0] > 0.1
    assert costs[1.0] < 1e-6
    assert abs(costs[0.5] - costs[0.0] / 2) < 1e-6


@pytest.mark.parametrize(("mean", "price"), [(0.0, 1.0), (0.1, 0.0), (0.5, 0.0), (1.0, 1.0)])
def test_attention_at_an_end_costs(tmp_path: Path, mean: float, price: float) -> None:
    now = turn("tiny-seed", tmp_path)

    def steady(pictures: torch.Tensor, _: torch.Tensor) -> torch.Tensor:
        return torch.cat([pictures, pictures[:, :1] * 0 + mean], 1)

    now.nets = {**now.nets, "maker": steady}
    with_guard, without = (changed_game(guard=g).maker(now).total for g in (10.0, 0.0))
    assert float((with_guard - without).detach()) == pytest.approx(price, abs=1e-4)


@pytest.mark.parametrize("wrong", [{"select": ("AU99",)}, {"selective": 1.5}])
def test_units_and_shares_that_do_not_exist_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(OptionError):
        config("tiny-seed", **wrong)


def test_appearance_changes_every_picture_of_a_sample_alike() -> None:
    one = torch.rand(4, 3, 16, 16) * 1.6 - 0.8
    other = one.clone()
    other[:, :, 5:9, 5:9] = 0.0
    first, second = vary([one, other], generator(0, "look"), 1.0)
    same = (first - second).abs().amax(1)
    assert float(same[:, :3, :3].max()) == 0.0
    assert float((first - one).abs().mean()) > 0.02
    plain = vary([one], generator(0, "look"), 0.0)[0]
    assert float((plain - one).abs().max()) < 1e-3


# --- models and edits ----------------------------------------------------------------------------


def test_a_result_does_not_depend_on_its_neighbours(tmp_path: Path) -> None:
    pairs = tiny_pairs(tmp_path / "pairs")
    model = load_model(str(saved(tmp_path, "tiny")), CPU)
    place = (slice(None), *window(32, 16))
    rows = np.arange(7)
    warp, planes = pairs.warp.take(rows)[place], pairs.planes.take(rows)[place]
    together = model.repaired(warp, planes, pairs.codes[rows])
    alone = model.repaired(warp[5:6], planes[5:6], pairs.codes[5:6])
    assert np.array_equal(together[5:6], alone)
    seed = load_model(str(saved(tmp_path, "tiny-seed")), CPU)
    many = seed.changed(pairs.warp.take(rows), pairs.codes[rows, 1])
    assert np.array_equal(many[3:4], seed.changed(pairs.warp.take(rows[3:4]), pairs.codes[3:4, 1]))


def test_a_change_reaches_the_photo_where_the_crop_lies() -> None:
    photo = np.full((90, 120, 3), 100, np.uint8)
    change = np.zeros((16, 16, 3), np.float32)
    change[6:10, 6:10] = 50.0
    to_crop = np.array([[0.25, 0.0, -5.0], [0.0, 0.25, -3.0]])
    made = add_change(photo, change, to_crop)
    assert made[12 + 31, 20 + 31].tolist() == [150, 150, 150]
    moved = np.argwhere((made != photo).any(2))
    assert moved.min(0).tolist() >= [12 + 18, 20 + 18]
    assert moved.max(0).tolist() <= [12 + 44, 20 + 44]
    nothing = add_change(photo, np.zeros_like(change), to_crop)
    assert np.array_equal(nothing, photo)


def test_foreign_and_missing_models_are_told(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no such file"):
        load_model(str(tmp_path / "none.safetensors"), CPU)
    path = saved(tmp_path, "tiny")
    save_model(path, make_judge(config("tiny"), 0), preset="tiny", config=config("tiny"), told={})
    with pytest.raises(WeightsError, match="not the networks"):
        load_model(str(path), CPU)


def test_shipped_models_are_small_and_of_this_head() -> None:
    from mien.head.schema import VERSION_1_HASH, schema_hash

    for name, path in SHIPPED.items():
        if path.is_file():
            assert path.stat().st_size <= 4_000_000
            model: ExpressModel = load_model(name, CPU)
            assert model.header.head_hash in (VERSION_1_HASH, schema_hash())
            assert model.header.preset in PRESETS


@pytest.fixture
def photo(tmp_path: Path, astronaut: Image) -> Path:
    path = tmp_path / "face.png"
    write_image(path, astronaut[:360, 40:420], provenance=None)
    return path


@pytest.mark.parametrize("preset", ["tiny", "tiny-seed"])
def test_a_model_edits_a_photo(preset: str, cli: Cli, photo: Path, tmp_path: Path) -> None:
    model = saved(tmp_path, preset)
    words = ("express", "edit", photo, "--au", "12=.8", "25=.6")
    result = cli(*words, "--model", model, "--out", tmp_path / "out")
    assert result.code == 0, result.err
    warped = cli(*words, "--model", "warp", "--out", tmp_path / "warp")
    assert warped.code == 0
    made, plain = (read_image(tmp_path / d / "face.png").astype(int) for d in ("out", "warp"))
    change = np.abs(made - plain).max(2)
    assert change.max() > 2
    if preset == "tiny":
        # Eyes and brows: nothing was asked of them, but each picture carries its own mark.
        assert change[:110].max() <= 2 * LOUDEST
        assert change[200:].max() == 0
    made_by = read_provenance(tmp_path / "out" / "face.png")
    assert made_by is not None
    assert len(made_by.models) == 2


def test_ganimation_turns_no_heads(cli: Cli, photo: Path, tmp_path: Path) -> None:
    model = saved(tmp_path, "tiny-seed")
    result = cli("express", "edit", photo, "--yaw", "5", "--model", model, "--out", tmp_path)
    assert result.code == 2
    assert "changes expressions alone" in result.err


@pytest.mark.slow
def test_eval_prints_its_rows(cli: Cli, tmp_path: Path) -> None:
    model = saved(tmp_path, "tiny")
    out = tmp_path / "ev"
    result = cli("express", "eval", "--model", model, "--people", "2", "--out", out)
    assert result.code == 0, result.err
    told = result.out + result.err
    for row in ("no edit", "mean picture", "warp", "tiny.safetensors", "floor", "dlib"):
        assert row in told
    assert (out / "express.json").is_file()
    assert (out / "express.png").is_file()


def test_rows_begin_with_the_trivial_and_end_with_the_floor() -> None:
    assert list(editors({})) == ["no edit", "warp", "floor"]


def test_correlation_of_action_units_is_one_for_the_truth_itself() -> None:
    wanted = [np.linspace(0, k / 4, 22) for k in range(4)]
    found = [Scored({"identity": 0.0}, one) for one in wanted]
    assert summary(found, wanted)["aus"] == pytest.approx(1.0)
    assert np.isnan(summary([Scored({"identity": 0.0}, None)] * 4, wanted)["aus"])


@pytest.mark.slow
def test_export_is_the_network(cli: Cli, tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    model = saved(tmp_path, "tiny")
    result = cli("express", "export", "--model", model, "--out", tmp_path / "m.onnx")
    assert result.code == 0, result.err
    assert (tmp_path / "m.onnx").is_file()
    wrong = cli("express", "export", "--model", model, "--out", tmp_path / "m.pt")
    assert wrong.code == 2
