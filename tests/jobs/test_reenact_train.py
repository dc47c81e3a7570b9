"""Both recipes of `reenact` train, on two processes as on one, and go on where they stopped."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mien.jobs.reenact.feeding import Feeding, last_frame
from mien.jobs.reenact.losses import corners, cut
from mien.jobs.reenact.networks import make_judges, make_networks
from mien.jobs.reenact.presets import PRESETS, config
from mien.jobs.reenact.trials import steady_sources
from mien.train import checkpoint
from mien.train.loop import Outside, train
from mien.train.plan import Plan
from mien.train.recipe import Turn
from mien.train.run_folder import RunFolder
from mien.train.schedule import Ramp

from .reenact_help import RECIPES, SIZE, ck_folder, tiny_recipe, tiny_stream
from .training_help import (
    EPS,
    STEPS,
    as_two_and_as_one,
    assert_one,
    last_of,
    still_after_bf16,
    train_each,
)

CPU = torch.device("cpu")
Cli = Callable[..., Any]


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def test_the_ancestors_networks_have_its_sizes() -> None:
    makers, judges = make_networks(config("seed"), 0), make_judges(config("seed"), 0)
    counts = {name: sum(one.numel() for one in net.parameters())
              for name, net in (makers | judges).items()}  # fmt: skip
    assert counts["face"] == pytest.approx(3.95e6, rel=0.005)
    assert counts["fine"] == pytest.approx(1.10e6, rel=0.005)
    assert counts["face_judge"] == pytest.approx(3.87e6, rel=0.005)


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_networks_give_pictures(preset: str) -> None:
    settings = config(preset)
    nets = make_networks(settings, 0)
    again = make_networks(settings, 0)
    picture = torch.rand(2, 3, settings.size, settings.size) * 2 - 1
    gate = torch.zeros(2, 1, settings.size, settings.size)
    gate[:, :, 8:20, 8:20] = 1
    for name, net in nets.items():
        inputs = {"face": 2, "fine": 3}.get(name)
        told = (picture, picture, gate, picture) if inputs is None else (picture,) * inputs
        net.eval()
        made, other = net(*told), again[name].eval()(*told)
        assert torch.equal(made, other)
        assert made.shape[2:] == picture.shape[2:]
        if inputs is None:
            outside = (gate == 0).expand_as(made[:, :3])
            assert torch.equal(made[:, :3][outside], picture[outside])
            assert not torch.equal(made[:, :3], picture)


def turn_of(share: float, step: int = 0) -> Turn:
    batch = {
        name: torch.from_numpy(one) for name, one in tiny_stream(ancestor=False).take(0, 8).items()
    }
    feeding = Feeding(Ramp(0, 10, share, share))
    return Turn({}, batch, {"feeding": feeding}, step, 0, (0, step, 0), CPU, {}, None)


def test_a_network_is_fed_with_its_own_last_frame() -> None:
    own = torch.full((8, 3, SIZE, SIZE), 7.0)
    for share, expected in ((0.0, 0), (1.0, 8)):
        turn = turn_of(share)
        fed = last_frame(turn, lambda: own, blank=0.0, soil=0.0)
        assert int((fed == 7).all((1, 2, 3)).sum()) == expected
        assert torch.equal(fed, last_frame(turn, lambda: own * 0, blank=0.0, soil=0.0))
    half = [last_frame(turn_of(0.5, step), lambda: own, blank=0.0, soil=0.0) for step in range(20)]
    rows = torch.cat([(one == 7).all(3).all(2).all(1) for one in half]).float().mean()
    assert 0.35 < float(rows) < 0.65
    blank = last_frame(turn_of(1.0), lambda: own, blank=1.0, soil=0.0)
    assert torch.equal(blank, turn_of(1.0).batch["last_warp"])


def test_the_share_is_part_of_a_checkpoint() -> None:
    feeding = Feeding(Ramp(0, 100, 0.0, 0.8))
    feeding.follow(50)
    assert feeding.share == pytest.approx(0.4)
    other = Feeding(Ramp(0, 100, 0.0, 0.8))
    assert other.share == 0.0
    other.load_state_dict(json.loads(json.dumps(feeding.state_dict())))
    assert other.share == feeding.share


def test_the_judge_sees_eyes_and_mouths() -> None:
    turn = turn_of(0.0)
    at = corners(turn, 16)
    assert at == corners(turn_of(0.0), 16)
    assert all(0 <= x <= SIZE - 16 and 0 <= y <= SIZE - 16 for x, y in at)
    places = turn.batch["places"].numpy()
    middles = np.array(at) + 8
    away = np.abs(places - middles[:, None]).max(2).min(1)
    assert (away <= 4).sum() >= 4
    planes = torch.arange(8.0)[:, None, None, None].expand(8, 2, SIZE, SIZE)
    assert torch.equal(cut(planes, at, 16)[:, 0, 0, 0], torch.arange(8.0))


def test_sources_do_not_flap() -> None:
    distances = np.array([[1.0, 2.0], [1.05, 1.0], [2.0, 1.0], [1.0, 1.1]])
    assert steady_sources(distances) == [0, 0, 1, 1]


def every_recipe(path: Path) -> None:
    """Twenty steps of every recipe; two micro-batches of four in each."""
    images = STEPS * 8
    train_each(path, RECIPES, lambda preset: tiny_recipe(preset, images=images), images=images,
               look_steps=4, eps=EPS)  # fmt: skip


@pytest.mark.slow
def test_two_processes_train_every_recipe_as_one_does(tmp_path: Path) -> None:
    as_two_and_as_one(every_recipe, tmp_path)
    for preset in RECIPES:
        one, two = (last_of(tmp_path / kind / preset).parts["state"] for kind in ("one", "two"))
        assert one["feeding"] == two["feeding"]
        assert one["feeding"]["share"] > 0.5
    assert_one(tmp_path, RECIPES)


@pytest.mark.parametrize("preset", RECIPES)
def test_a_stopped_run_ends_where_a_straight_one_does(preset: str, tmp_path: Path) -> None:
    plan = Plan(images=32, look_steps=1, save_seconds=0.0, preview_images=10**9)
    folders = [RunFolder(tmp_path / name) for name in ("straight", "stopped")]
    for folder in folders:
        folder.path.mkdir()
    train(tiny_recipe(preset, images=32), plan, Outside(folders[0]))
    looks = iter([False, False, True])
    live = train(tiny_recipe(preset, images=32), plan, Outside(folders[1], stop=looks.__next__))
    assert 0 < live.images < 32
    assert 0 < live.recipe.state["feeding"].state_dict()["share"] < 0.75
    train(tiny_recipe(preset, images=32), plan, Outside(folders[1]))
    ends = [checkpoint.fingerprint(last_of(folder.path)) for folder in folders]
    assert ends[0] == ends[1]


@pytest.mark.parametrize("preset", RECIPES)
def test_every_recipe_moves_all_players_in_bf16(preset: str, tmp_path: Path) -> None:
    still = still_after_bf16(tiny_recipe(preset, images=48), 48, tmp_path / "run")
    # Only differences of logits count: a judge's last bias has no gradient.
    assert not [n for n in still if not ("judge" in n and n.endswith(".last.bias"))]


@pytest.mark.slow
def test_a_newcomers_path(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Own folders -> train -> score -> export."""
    monkeypatch.chdir(tmp_path)
    data = ck_folder(tmp_path / "faces")
    words = ("--data", data, "--images", "24", "--precision", "fp32")
    trained = cli("reenact", "train", "--preset", "tiny", *words)
    assert trained.code == 0, trained.err
    run = Path("runs") / "00000-reenact-tiny"
    assert (run / "weights.safetensors").is_file()
    assert (run / "frames.png").is_file()
    again = cli("reenact", "train", "--preset", "tiny", *words, "--resume", "auto")
    assert again.code == 0, again.err
    assert not (tmp_path / "runs" / "00001-reenact-tiny").exists()
    scored = cli("reenact", "eval", "--model", run, "--data", data)
    assert scored.code == 0, scored.err
    rows = json.loads((tmp_path / "evaluation" / "report.json").read_text())["rows"]
    assert set(rows) >= {"mean picture", "first frame", "warp", run.name, "floor"}
    assert rows["floor"]["psnr"] > max(rows[name]["psnr"] for name in rows if name != "floor")
    assert rows["warp"]["psnr"] > rows["mean picture"]["psnr"]


@pytest.mark.slow
def test_a_model_becomes_onnx(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed (extra [onnx])")
    pytest.importorskip("onnxscript", reason="onnxscript is not installed (extra [onnx])")
    monkeypatch.chdir(tmp_path)
    from mien.jobs.reenact.model import save_model

    for preset in RECIPES:
        settings = config(preset)
        path = tmp_path / f"{preset}.safetensors"
        save_model(path, make_networks(settings, 0), preset=preset, config=settings, told={})
        out = tmp_path / f"{preset}.onnx"
        done = cli("reenact", "export", "--model", path, "--out", out)
        assert done.code == 0, done.err
        assert out.stat().st_size > 1000


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("train", "--data", "nowhere"), "wanted head, or a clip or a folder"),
        (("train", "--preset", "defualt"), "did you mean default"),
        (("eval", "--data", "nowhere", "--model", "warp"), "wanted head, or a clip or a folder"),
        (("run", "a.png", "--expression", "happy=1", "--model", "nothing"), "nothing"),
    ],
)
def test_mistakes_are_answered_in_a_line(
    words: tuple[str, ...], said: str, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = cli("reenact", *words)
    assert result.code == 2
    assert said in result.err
    assert len(result.err.splitlines()) == 1
