"""The imitator: its layout, its networks, its training, its files, and the fit that follows it."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from mien.data.face_to_parameter import BONES, to_bytes
from mien.errors import OptionError, TrainingError, WeightsError
from mien.head.render import View, render
from mien.head.sample import sample
from mien.head.schema import LABELS, SLIDERS, schema_hash
from mien.io.image import read_image, write_image
from mien.io.weights import read_header
from mien.jobs.base import no_progress
from mien.jobs.character import JOB, results
from mien.jobs.character.imitator import descent, drawing, targets
from mien.jobs.character.imitator.data import ParameterSet, ParameterStream, Wanted, open_set, split
from mien.jobs.character.imitator.export import Pictures, examples, to_onnx
from mien.jobs.character.imitator.layout import Layout, code_of, complete, head_layout, vector_of
from mien.jobs.character.imitator.model import SHIPPED, load_imitator
from mien.jobs.character.imitator.networks import make_imitator
from mien.jobs.character.imitator.presets import PRESETS, Settings, settings
from mien.jobs.character.imitator.recipe import SeedFall, build, detail_weight
from mien.jobs.character.imitator.training import TRAINER
from mien.jobs.onnx import parity
from mien.jobs.training import VerifyTarget, run
from mien.seeding import rng
from mien.train import checkpoint
from mien.train.live import Live
from mien.train.loop import Outside, train
from mien.train.plan import Plan
from mien.train.run_folder import RunFolder
from mien.types import FaceCode

from .training_help import EPS, as_two_and_as_one, assert_one, train_each

CPU = torch.device("cpu")
TINY = settings("tiny")
SEED_TINY = dataclasses.replace(settings("seed"), size=32, widths=(12, 12, 8), batch=8)
Cli = Callable[..., Any]


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def database(folder: Path, count: int = 60) -> Path:
    """A `db_description` with pictures whose colour follows the first bones and the brow."""
    random = rng("small database")
    values = random.uniform(0, 1, (count, BONES + 4)).astype(np.float32)
    values[:, -3:] = np.eye(3)[random.integers(0, 3, count)]
    names = tuple(f"db_{k:05d}_4" for k in range(count))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "db_description").write_bytes(to_bytes(names, values))
    for name, row in zip(names, values, strict=True):
        picture = np.full((48, 48, 3), 40, np.uint8)
        picture[8:40, 8:40] = (row[:3] * 255).astype(np.uint8)
        picture[12:16, 8:40] = (row[-3:] * 200).astype(np.uint8)
        write_image(folder / f"{name}.jpg", picture, provenance=None)
    return folder


@pytest.fixture(scope="module")
def heads(tmp_path_factory: pytest.TempPathFactory) -> ParameterSet:
    """A hundred heads of 32 pixels."""
    wanted = Wanted("head", 32, 100, tmp_path_factory.mktemp("heads"))
    return open_set(wanted, no_progress)


def test_the_layout_keeps_every_value_by_name() -> None:
    layout, code = head_layout(), drawing.training_code(3, 5)
    vector = vector_of(code, layout)
    again = code_of(vector, layout)
    assert vector.shape == (layout.size,) == (len(layout.names),)
    assert again.hair == code.hair
    for name in SLIDERS:
        assert again.sliders[name] == pytest.approx(code.sliders[name], abs=2e-4)
    for name, value in complete(code.materials, code.hair).items():
        assert np.allclose(again.materials[name], value, atol=2e-4), name
    assert vector[layout.names.index(f"hair={code.hair}")] == 1.0
    place = layout.names.index("slider.nose_width")
    one = layout.parameters[place]
    share = (code.sliders["nose_width"] - one.low) / (one.high - one.low)
    assert vector[place] == pytest.approx(share)


def test_the_layout_is_written_and_read_by_name() -> None:
    layout = head_layout()
    told = json.loads(json.dumps(layout.as_config()))
    assert Layout.from_config(told) == layout
    wider = dataclasses.replace(layout.parameters[0], high=2.0)
    assert dataclasses.replace(layout, parameters=(wider, *layout.parameters[1:])) != layout
    assert len(set(layout.names)) == layout.size


def test_values_beyond_their_range_are_cut() -> None:
    layout = head_layout()
    vector = vector_of(FaceCode(sliders={"nose_width": 2.4}), layout)
    assert vector.min() >= 0.0
    assert vector.max() == 1.0


@pytest.mark.parametrize("preset", ["default", "default-256", "tiny"])
def test_networks_give_pictures_and_parts(preset: str) -> None:
    chosen = settings(preset)
    net = make_imitator(chosen, 20, 0).eval()
    with torch.no_grad():
        picture, labels = net(torch.rand(2, 20))
    assert picture.shape == (2, 3, chosen.size, chosen.size)
    assert labels.shape == (2, len(LABELS), chosen.size // 2, chosen.size // 2)
    assert float(picture.abs().max()) <= 1.0


def test_the_seed_is_the_ancestors_network() -> None:
    chosen = settings("seed")
    assert (chosen.size, chosen.batch, len(chosen.widths) + 1) == (512, 4, 8)
    net = make_imitator(chosen, 99, 0)
    assert sum(one.numel() for one in net.parameters()) == 12_026_883
    small = make_imitator(SEED_TINY, 9, 0)
    picture, labels = small(torch.rand(2, 9))
    assert picture.shape == (2, 3, 32, 32)
    assert labels is None


def test_equal_seeds_give_equal_networks() -> None:
    one, same, other = (make_imitator(TINY, 9, seed).state_dict() for seed in (0, 0, 1))
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not all(torch.equal(one[name], other[name]) for name in one)


def test_the_shipped_size_is_kept_to() -> None:
    net = make_imitator(settings("default"), head_layout().size, 0)
    numbers = sum(one.numel() for one in net.state_dict().values())
    assert 2 * numbers < 4 * 2**20


def test_widths_that_do_not_make_the_size_are_refused() -> None:
    with pytest.raises(ValueError, match="pixels"):
        make_imitator(dataclasses.replace(TINY, size=64), 9, 0)
    with pytest.raises(OptionError, match="default"):
        settings("defalt")


def test_settings_survive_json() -> None:
    for preset in PRESETS:
        chosen = settings(preset)
        assert Settings.from_config(json.loads(json.dumps(chosen.as_config()))) == chosen
    with pytest.raises(TypeError):
        Settings.from_config({"colour": 1})


def test_the_ancestors_rate_falls_in_stairs_to_its_floor() -> None:
    fall = SeedFall(total=40_000, batch=4, rate=0.01)
    assert fall(0) == fall(3_999) == pytest.approx(1.2)
    assert fall(4_000) == pytest.approx(0.81 + 0.2)
    assert fall(40_000) == pytest.approx(0.2)


def test_small_parts_weigh_more() -> None:
    labels = torch.zeros(1, 8, 8, dtype=torch.uint8)
    labels[0, 4, 4] = 7  # iris
    weight = detail_weight(labels, 3.0)
    assert weight.shape == (1, 1, 16, 16)
    assert float(weight[0, 0, 9, 9]) == 4.0
    assert float(weight[0, 0, 0, 0]) == 1.0


def test_heads_are_the_same_alone_and_frontal(heads: ParameterSet) -> None:
    drawn = drawing.draw_front(drawing.training_code(0, 7), 32)
    assert np.array_equal(heads.pictures(np.array([7]))[0], drawn.rgb)
    assert heads.labels is not None
    assert np.array_equal(heads.labels(np.array([7]))[0], drawn.labels[1::2, 1::2])
    code = dataclasses.replace(drawing.training_code(0, 7), aus={"AU12": 1.0})
    assert np.array_equal(drawing.draw_front(code, 32).rgb, drawn.rgb)
    assert np.allclose(
        targets.front_landmarks(drawing.training_code(0, 7), 32), drawn.landmarks, atol=0.3
    )


def test_the_order_depends_on_the_seed_alone(heads: ParameterSet) -> None:
    rows, _ = split(heads)
    one, same, other = (ParameterStream(heads, rows, seed) for seed in (0, 0, 1))
    a, b, c = (stream.take(95, 20)["index"] for stream in (one, same, other))
    assert np.array_equal(a, b)
    assert not np.array_equal(a, c)
    whole = one.take(0, 100)
    assert sorted(whole["index"]) == list(range(100))
    assert whole["labels"].shape == (100, 16, 16)
    assert np.array_equal(whole["parameters"], heads.parameters[whole["index"]])


def test_a_database_is_split_and_missing_pictures_are_told(tmp_path: Path) -> None:
    folder = database(tmp_path / "db")
    (folder / "db_00007_4.jpg").unlink()
    (folder / "db_00009_4.jpg").write_bytes(b"\xff\xd8\xff nothing")
    known = open_set(Wanted(str(folder), 32, 0, tmp_path / "cache"), no_progress)
    assert known.layout.size == 99
    assert known.parameters.shape == (58, 99)
    assert "2 without" in known.notes[0]
    train_rows, held = split(known)
    assert set(train_rows) | set(held) == set(range(58))
    assert not set(train_rows) & set(held)
    assert np.array_equal(held, split(known)[1])


def recipe_of(known: ParameterSet, chosen: Settings, images: int) -> Any:
    rows, _ = split(known)
    named = ("tiny", images, 0)
    return build(known, ParameterStream(known, rows, 0), chosen, named)


def every_recipe(path: Path) -> None:
    """Twenty steps of both methods; two micro-batches of eight in each."""
    wanted = Wanted(str(path.parent / "db"), 32, 0, path.parent / "cache")
    known, chosen = open_set(wanted, no_progress), {"slim": TINY, "seed": SEED_TINY}
    train_each(path, chosen, lambda name: recipe_of(known, chosen[name], 320), images=320,
               look_steps=5, eps=EPS)  # fmt: skip


def test_two_processes_train_as_one_does(tmp_path: Path) -> None:
    folder = database(tmp_path / "db")
    open_set(Wanted(str(folder), 32, 0, tmp_path / "cache"), no_progress)
    as_two_and_as_one(every_recipe, tmp_path)
    assert_one(tmp_path, ("slim", "seed"))


def test_training_learns_the_heads(heads: ParameterSet, tmp_path: Path) -> None:
    live: Live = train(
        recipe_of(heads, TINY, 2_400),
        Plan(2_400, log_images=400, preview_images=10**9),
        Outside(RunFolder(tmp_path)),
    )
    lines = [json.loads(line) for line in (tmp_path / "stats.jsonl").read_text().splitlines()]
    assert lines[-1]["imitator/l1"] < 0.6 * lines[0]["imitator/l1"]
    assert lines[-1]["imitator/parts"] < lines[0]["imitator/parts"]
    assert live.images == 2_400


@pytest.mark.slow
def test_kills_change_nothing(tmp_path: Path) -> None:
    request = JOB.request["train"](
        preset="tiny", verify_resume=True, cache=tmp_path / "cache", runs=tmp_path / "runs"
    )
    outcome = run(TRAINER, request, CPU, no_progress)
    assert "resuming is exact" in outcome.notes[0]


def test_a_stopped_run_ends_as_a_straight_one(tmp_path: Path) -> None:
    """As above without processes: saved in the middle, taken up again, the same fingerprint."""
    folder = database(tmp_path / "db")
    request = JOB.request["train"](preset="tiny", data=str(folder), cache=tmp_path / "cache")
    VerifyTarget(TRAINER, request)(tmp_path / "straight")
    known = open_set(Wanted(str(folder), 32, 0, tmp_path / "cache"), no_progress)
    plan = Plan(320, look_steps=1, save_seconds=0.0, preview_images=10**12)
    stops = iter([False] * 17 + [True])
    halted = Outside(RunFolder(tmp_path / "halted"), stop=lambda: next(stops))
    assert train(recipe_of(known, TINY, 320), plan, halted).images < 320
    train(recipe_of(known, TINY, 320), plan, Outside(RunFolder(tmp_path / "halted")))
    prints = [
        checkpoint.fingerprint(
            checkpoint.load(next(checkpoint.checkpoints(tmp_path / name / "checkpoints")))
        )
        for name in ("straight", "halted")
    ]
    assert prints[0] == prints[1]


def test_train_eval_export_on_a_database(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = database(tmp_path / "db")
    words = ("--preset", "tiny", "--data", folder, "--images", "320", "--precision", "fp32")
    trained = cli("character", "train", *words)
    assert trained.code == 0, trained.err
    weights = tmp_path / "runs" / "00000-character-tiny" / "weights.safetensors"
    header = read_header(weights)
    assert header.job == "character.imitator"
    assert header.head_hash == ""
    assert len(header.config["layout"]["parameters"]) == 96
    scored = cli("character", "eval", "--model", weights, "--data", folder, "--count", "10")
    assert scored.code == 0, scored.err
    figures = json.loads((tmp_path / "evaluation" / "report.json").read_text())["figures"]
    for row in ("imitator", "nearest training parameters", "mean picture"):
        assert 0 <= figures[f"{row}: l1"] < 1
    refused = cli("character", "fit", "x.png", "--engine", "imitator", "--model", weights)
    assert refused.code == 2
    assert cli("character", "eval", "--model", weights).code == 2


@pytest.fixture(scope="module")
def small_model(heads: ParameterSet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The weight file of an imitator that was hardly trained."""
    from mien.jobs.training import TrainingData

    folder = RunFolder(tmp_path_factory.mktemp("run"))
    live = train(recipe_of(heads, TINY, 160), Plan(160, preview_images=10**9), Outside(folder))
    data = TrainingData(100, heads.source, lambda seed: live.recipe.batches, payload=heads)
    return TRAINER.finish(live, TINY, data, folder)[0]


def test_a_model_draws_the_same_in_any_batch(small_model: Path, heads: ParameterSet) -> None:
    model = load_imitator(str(small_model), CPU, of_head=True)
    assert model.header.head_hash == schema_hash()
    assert tuple(model.layout.names) == head_layout().names
    together = model.draw(heads.parameters[:19])
    assert together.shape == (19, 32, 32, 3)
    assert np.array_equal(model.draw(heads.parameters[18:19])[0], together[18])
    assert model.labels(heads.parameters[:3]).shape == (3, 16, 16)
    assert model.draw(heads.parameters[:0]).shape == (0, 32, 32, 3)
    assert np.allclose(model.prior[0], heads.parameters.mean(0), atol=1e-3)


def test_a_file_of_other_networks_is_refused(small_model: Path, tmp_path: Path) -> None:
    from mien.io.weights import load_weights, save_weights

    found = load_weights(small_model, expected_job="character.imitator")
    path = tmp_path / "other.safetensors"
    save_weights(path, {"prior": found.tensors["prior"]}, found.header)
    with pytest.raises(WeightsError, match="train it again"):
        load_imitator(str(path), CPU)


def test_onnx_draws_what_the_network_draws(small_model: Path) -> None:
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed (extra [onnx])")
    pytest.importorskip("onnxscript", reason="onnxscript is not installed (extra [onnx])")
    model = load_imitator(str(small_model), CPU)
    data = to_onnx(model)
    assert parity(Pictures(model.net).eval(), data, {"parameters": examples(model, 5)}) <= 1


def test_part_loss_is_zero_for_equal_parts_and_does_not_cancel() -> None:
    shares = torch.zeros(12, 8, 8)
    shares[0] = 1.0
    shares[:, 2, 2] = 0.0
    shares[2, 2, 2] = 1.0  # a brow here
    names = tuple(targets.PARTS)
    parts = torch.zeros(len(names), 8, 8)
    parts[names.index("brows"), 2, 2] = 1.0
    target = targets.Target(torch.zeros(128), parts, ("brows",), {})
    assert float(descent.part_loss(shares, target)) == 0.0
    moved = torch.zeros_like(parts)
    moved[names.index("brows"), 5, 5] = 1.0
    wrong = dataclasses.replace(target, parts=moved)
    assert float(descent.part_loss(shares, wrong)) > 0.5


@pytest.fixture(scope="module")
def drawn_photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rendered head as a photo of its own."""
    path = tmp_path_factory.mktemp("photo") / "head.png"
    picture = render(sample(77_001, 4), size=320, view=View()).rgb
    write_image(path, picture, provenance=None)
    return path


def test_fit_by_the_imitator_writes_what_the_usual_fit_writes(
    cli: Cli, drawn_photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not SHIPPED.exists():
        pytest.skip("the imitator has not been trained: python -m mien.jobs.character imitator")
    monkeypatch.setattr(results, "turning", functools.partial(results.turning, frames=2))
    out = tmp_path / "out"
    words = ("--engine", "imitator", "--steps", "12", "--size", "128", "--out", out)
    ran = cli("character", "fit", drawn_photo, *words)
    assert ran.code == 0, ran.err
    names = {path.name for path in (out / "head").iterdir()}
    assert names == {
        *("params.json", "photo.png", "render.png", "neutral.png"),
        *("side-by-side.png", "turntable.mp4", "head.glb"),
    }
    told = next(line for line in ran.err.splitlines() if "imitator's loss" in line)
    first, last = (float(word) for word in told.split("loss ")[1].split(" in ")[0].split(" -> "))
    assert last < first
    again = cli(
        "head", "render", "--params", out / "head" / "params.json", "--out", tmp_path / "r.png"
    )
    assert again.code == 0, again.err
    assert read_image(out / "head" / "photo.png").shape == (128, 128, 3)


def test_a_start_from_the_fit_moves_only_the_shape() -> None:
    from mien.jobs.character.imitator.fitting import start_from, worse

    class Known:
        layout = head_layout()
        prior = np.full((2, layout.size), 0.2)

    code = drawing.training_code(1, 1)
    start = start_from(Known(), code, average=False)  # pyright: ignore[reportArgumentType]
    free: NDArray[np.bool_] = start.free
    names = np.array(head_layout().names)
    assert "slider.nose_width" in names[free]
    assert not any(name.startswith(("material.skin", "hair=")) for name in names[free])
    mean = start_from(Known(), code, average=True)  # pyright: ignore[reportArgumentType]
    assert mean.vector[names == "slider.nose_width"] == pytest.approx(0.2)
    assert mean.free[names == "hair=bob"]
    skin = names == "material.skin.red"
    assert mean.vector[skin] == start.vector[skin]
    assert not mean.free[skin]
    good = {"nme": 0.04, "skin": 5.0, "ssim": 0.7}
    assert worse(good, good) == []
    assert worse({"nme": float("nan"), "skin": 6.0, "ssim": 0.6}, good) == ["nme", "skin", "ssim"]


def test_errors_of_a_run_that_differs(tmp_path: Path) -> None:
    assert issubclass(TrainingError, Exception)
    request = JOB.request["train"](data="no such folder", cache=tmp_path)
    with pytest.raises(OptionError, match="db_description"):
        run(TRAINER, request, CPU, no_progress)
