"""A `reenact` model at work on a photo: the crop, the network, and back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mien.errors import WeightsError
from mien.face import affine
from mien.face.align import Alignment, align_head, crop
from mien.io.image import write_image
from mien.io.provenance import read_provenance
from mien.io.video import probe
from mien.io.weights import WeightHeader, save_weights
from mien.jobs.reenact.model import ReenactModel, load_model, save_model
from mien.jobs.reenact.networks import make_networks
from mien.jobs.reenact.presets import config
from mien.jobs.reenact.refine import put_back
from mien.seeding import rng
from mien.types import Image

from .reenact_help import RECIPES, drawn

Cli = Callable[..., Any]
CPU = torch.device("cpu")


def saved(preset: str, folder: Path) -> Path:
    """An untrained model in a file."""
    settings = config(preset)
    path = folder / f"{preset}.safetensors"
    save_model(path, make_networks(settings, 0), preset=preset, config=settings, told={})
    return path


@pytest.fixture(params=RECIPES)
def model(request: pytest.FixtureRequest, tmp_path: Path) -> ReenactModel:
    return load_model(str(saved(request.param, tmp_path)), CPU)


def test_a_model_makes_frame_after_frame(model: ReenactModel) -> None:
    clip = drawn(0)
    first, share = model.frame(clip.truth[:1], clip.moved[1:2], clip.landmarks[1:2], None)
    assert first.shape == (1, 32, 32, 3)
    assert share.shape == (1, 32, 32)
    assert share.max() > 0
    again, _ = model.frame(clip.truth[:1], clip.moved[1:2], clip.landmarks[1:2], None)
    assert np.array_equal(first, again)
    after, _ = model.frame(clip.truth[:1], clip.moved[1:2], clip.landmarks[1:2], 255 - first)
    assert not np.array_equal(first, after), "it sees its own last frame"
    if model.config.kind == "refine":
        outside = share[0] == 0
        assert outside.any()
        apart = np.abs(first[0][outside].astype(int) - clip.moved[1][outside])
        assert apart.max() <= 1  # a share below half a step of 255


def test_weights_of_another_build_are_refused(tmp_path: Path) -> None:
    path = saved("tiny", tmp_path)
    other = tmp_path / "other.safetensors"
    header = WeightHeader("reenact", "tiny", {"recipe": config("tiny-seed").as_config()})
    save_weights(other, {"refiner.a": np.zeros(3, np.float32)}, header)
    assert load_model(str(path), CPU).config == config("tiny")
    with pytest.raises(WeightsError, match=r"other\.safetensors"):
        load_model(str(other), CPU)


def placed() -> tuple[Image, Alignment]:
    """A noisy picture of 90 x 70 and a tilted crop that reaches beyond it."""
    picture = rng(5, "put back").integers(0, 256, (90, 70, 3)).astype(np.uint8)
    landmarks = drawn(0).landmarks[0]
    turned = affine.transform(
        affine.about(affine.rotation(20) * 1.6, [16, 16], [30, 40]), landmarks
    )
    return picture, align_head(turned, 32)


def test_what_a_network_leaves_alone_keeps_its_bytes() -> None:
    picture, alignment = placed()
    small = crop(picture, alignment)
    nothing = np.zeros((32, 32), np.uint8)
    made = put_back(picture, small, np.zeros((32, 32, 3), np.float32), nothing, alignment)
    assert np.array_equal(made, picture)
    share = nothing.copy()
    share[14:18, 14:18] = 255
    change = np.where(share[..., None] > 0, 200.0 - small, 0.0).astype(np.float32)
    made = put_back(picture, small, change, share, alignment)
    middle = np.rint(affine.transform(alignment.to_photo, [15.5, 15.5])).astype(int)
    assert np.abs(made[middle[1], middle[0]].astype(int) - 200).max() <= 2
    changed = np.argwhere((made != picture).any(2))[:, ::-1]
    back = affine.transform(alignment.matrix, changed)
    assert back.min() > 12
    assert back.max() < 19


def test_a_photo_is_filmed_with_a_model(cli: Cli, tmp_path: Path, astronaut: Image) -> None:
    photo = tmp_path / "a.png"
    write_image(photo, astronaut[:360, 40:420], provenance=None)
    path = saved("tiny", tmp_path)
    words = ("--expression", "laugh=1", "--frames", "3", "--out", tmp_path / "out")
    done = cli("reenact", "run", photo, *words, "--model", path)
    assert done.code == 0, done.err
    clip = tmp_path / "out" / "a.mp4"
    assert probe(clip).frames == 3
    made_by = read_provenance(clip)
    assert made_by is not None
    assert made_by.source == "compositeWithTrainedAlgorithmicMedia"
    assert load_model(str(path), CPU).sha256 in made_by.models
