"""FaceGAN with VGG-16's blocks, and going both ways: each asked for by one setting."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from mien.jobs.reenact.losses import AncestorGame
from mien.jobs.reenact.networks import make_networks
from mien.jobs.reenact.presets import Config, config
from mien.jobs.reenact.recipe import build
from mien.train.loop import Outside, train
from mien.train.plan import Plan
from mien.train.recipe import Turn
from mien.train.run_folder import RunFolder

from .reenact_help import SIZE, tiny_stream

CPU = torch.device("cpu")
BOTH = config("tiny-seed", two_way=0.5, encoder="vgg")


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def test_the_vgg_encoder_has_vggs_blocks() -> None:
    face = make_networks(config("seed", encoder="vgg"), 0)["face"]
    shapes = [
        tuple(layer.weight.shape)
        for layer in face.get_submodule("photo").modules()
        if isinstance(layer, nn.Conv2d)
    ]
    widths = [32, 32, 64, 64, 128, 128, 128, 256, 256, 256]
    assert shapes == [(b, a, 3, 3) for a, b in zip([3, *widths], widths, strict=False)]
    picture = torch.rand(1, 3, 128, 128) * 2 - 1
    assert face.eval()(picture, picture).shape == (1, 3, 128, 128)


class Swap(nn.Module):
    """Knows what every picture with every edge map shall become."""

    def __init__(self, answers: list[tuple[Tensor, Tensor, Tensor]], error: float) -> None:
        super().__init__()
        self.answers, self.error = answers, error

    def forward(self, picture: Tensor, edges: Tensor) -> Tensor:
        for one, lines, made in self.answers:
            if torch.equal(one, picture) and torch.equal(lines, edges):
                return made + self.error
        raise AssertionError("asked for something else")


class Mean(nn.Module):
    """A judge that likes light."""

    def forward(self, pictures: Tensor) -> Tensor:
        return pictures.flatten(1).mean(1, keepdim=True)


def turn(settings: Config, error: float) -> tuple[Turn, AncestorGame]:
    stream = tiny_stream(ancestor=True)
    stream.both_ways = True
    batch = {name: torch.from_numpy(one) for name, one in stream.take(0, 4).items()}
    photo, image = batch["photo"], batch["image"]
    there, back = batch["edges"], batch["photo_edges"]
    answers = [(photo, there, image), (image, back, photo)]
    answers += [(photo, back, photo), (image, there, image)]
    nets = {"face": Swap(answers, error), "face_judge": Mean()}
    return Turn(nets, batch, {}, 1, 0, (0, 1, 0), CPU, {}, None), AncestorGame(settings)


def test_all_four_pictures_are_asked_for() -> None:
    for error in (0.0, 0.1):
        now, game = turn(BOTH, error)
        game.face_judge(now)
        loss = game.face(now)
        assert float(loss.terms["apart"]) == pytest.approx(error, abs=1e-5)
        assert float(loss.terms["tied"]) == pytest.approx(2 * error, abs=1e-5)
        assert len(now.kept["real face_judge"]) == 8
        twice, other = turn(dataclasses.replace(BOTH, two_way=1.5), error)
        other.face_judge(twice)
        more = float(other.face(twice).total - loss.total)
        assert more == pytest.approx(2 * error, abs=1e-5)


def test_one_way_stays_as_it_was() -> None:
    now, game = turn(dataclasses.replace(BOTH, two_way=0.0), 0.1)
    game.face_judge(now)
    loss = game.face(now)
    assert len(now.kept["real face_judge"]) == 4
    assert "tied" not in loss.terms
    assert "photo_edges" not in tiny_stream(ancestor=True).take(0, 2)


def test_the_photos_edges_are_its_own() -> None:
    stream = tiny_stream(ancestor=True)
    plain = stream.take(0, 6)
    stream.both_ways = True
    both = stream.take(0, 6)
    for name, values in plain.items():
        assert np.array_equal(values, both[name]), name
    assert both["photo_edges"].shape == (6, 3, SIZE, SIZE)
    assert not np.array_equal(both["photo_edges"], both["edges"])


def test_both_ways_train(tmp_path: Path) -> None:
    stream = tiny_stream(ancestor=True)
    stream.both_ways = True
    recipe = build("tiny-seed", BOTH, stream, images=16)
    before = {k: v.clone() for k, v in recipe.nets["face"].state_dict().items()}
    folder = RunFolder(tmp_path)
    plan = Plan(images=16, look_steps=1, save_seconds=0.0, preview_images=10**9)
    live = train(recipe, plan, Outside(folder))
    assert live.images == 16
    moved = live.nets["face"].state_dict()
    assert not torch.equal(before["photo.0.0.weight"], moved["photo.0.0.weight"])
    assert Config.from_config(BOTH.as_config()) == BOTH
