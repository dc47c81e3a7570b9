from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from mien.io.weights import WeightHeader
from mien.jobs.reenact.drift import (
    around,
    consistency,
    drift,
    loop_of,
    moments,
    there_and_back,
)
from mien.jobs.reenact.model import ReenactModel
from mien.jobs.reenact.networks import make_networks
from mien.jobs.reenact.presets import config
from mien.seeding import rng
from mien.types import Image

from .test_reenact_person import person


def test_a_loop_goes_there_and_back() -> None:
    assert there_and_back(4, 9) == [0, 1, 2, 3, 2, 1, 0, 1, 2]
    assert there_and_back(1, 3) == [0, 0, 0]
    steps = np.abs(np.diff(there_and_back(7, 50)))
    assert set(steps) == {1}
    assert list(around(10, 1000)) == [5, 6, 7, 8, 9]
    assert list(around(3, 1000)) == [0, 1, 2]


def test_moments_show_the_same_place_of_the_loop() -> None:
    found = moments(13)
    assert found == (10, 34, 106, 298, 994)
    places = there_and_back(13, max(found))
    assert len({tuple(places[k] for k in around(frame, 10**4)) for frame in found}) == 1
    assert moments(135) == (10, 278, 1082)
    assert moments(1) == (10, 30, 100, 300, 1000)


def looped(change: float) -> Iterator[Image]:
    known = person(count=24, size=128)
    for k, place in enumerate(there_and_back(24, 60)):
        yield np.clip(known.frames[place] + change * k, 0, 255).astype(np.uint8)


def test_a_clip_that_fades_is_seen_to_drift() -> None:
    known = person(count=24, size=128)
    told: list[int] = []
    same, fading = (
        drift(looped(change), known.frames, known.landmarks, at=(10, 60), told=told.append)
        for change in (0.0, -1.5)
    )
    assert told[-1] == 60
    assert [one.frame for one in same] == [10, 60]
    assert all(one.ssim == pytest.approx(1.0) and one.identity == 0.0 for one in same)
    assert fading[1].ssim < fading[0].ssim < 1.0
    assert fading[1].colour > fading[0].colour + 20.0
    assert fading[1].identity > fading[0].identity


def test_a_model_is_fed_its_own_frames() -> None:
    settings = config("tiny")
    nets = {name: net.eval() for name, net in make_networks(settings, 0).items()}
    model = ReenactModel(nets, settings, WeightHeader("reenact", "tiny"), "", torch.device("cpu"))
    known = person()
    shown = list(loop_of(model, known.frames[0], known.frames, known.landmarks, 5))
    assert len(shown) == 5
    last = None
    for k in range(3):
        last, _ = model.frame(
            known.frames[:1], known.frames[k][None], known.landmarks[k][None], last
        )
    assert last is not None
    assert np.array_equal(shown[2], last[0])


def test_pixels_that_only_move_are_consistent() -> None:
    known = person(count=24, size=128)
    steady = consistency(known.frames, known.landmarks)
    noise = rng("drift").normal(0, 12, known.frames.shape)
    noisy = np.clip(known.frames + noise, 0, 255).astype(np.uint8)
    assert steady < 3.0
    assert consistency(noisy, known.landmarks) > steady + 6.0
