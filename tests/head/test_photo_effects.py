from __future__ import annotations

import numpy as np
import pytest

from mien.head.photo_effects import PhotoEffects, apply_effects, random_effects
from mien.seeding import rng
from mien.types import Image


def picture() -> Image:
    y, x = np.mgrid[:48, :64]
    smooth = np.stack([60 + 2 * x, 200 - 2 * y, 90 + x], axis=-1)
    return smooth.astype(np.uint8)


def test_no_effect_changes_nothing_and_copies() -> None:
    given = picture()
    done = apply_effects(given, PhotoEffects())
    np.testing.assert_array_equal(done, given)
    assert done is not given


def test_the_same_seed_gives_the_same_picture() -> None:
    effects = PhotoEffects((1.05, 0.95), 0.3, 0.8, 0.03, 80)
    first = apply_effects(picture(), effects, seed=4)
    np.testing.assert_array_equal(first, apply_effects(picture(), effects, seed=4))
    assert (first != apply_effects(picture(), effects, seed=5)).any()
    assert first.dtype == np.uint8
    assert first.shape == picture().shape


def test_noise_is_as_strong_as_asked_and_blur_removes_it() -> None:
    grey = np.full((96, 96, 3), 128, np.uint8)
    noisy = apply_effects(grey, PhotoEffects(noise=0.02), seed=1)
    assert noisy.std() / 255 == pytest.approx(0.02, rel=0.25)
    assert noisy.mean() == pytest.approx(128, abs=0.5)
    soft = apply_effects(noisy, PhotoEffects(blur=1.5))
    assert soft.std() < 0.4 * noisy.std()
    np.testing.assert_allclose(apply_effects(grey, PhotoEffects(blur=2.0)), grey, atol=1)


def test_white_balance_and_vignette() -> None:
    grey = np.full((64, 64, 3), 128, np.uint8)
    warm = apply_effects(grey, PhotoEffects(white_balance=(1.2, 0.8)))[0, 0]
    assert warm[0] > 128 > warm[2]
    assert abs(int(warm[1]) - 128) <= 1
    dark = apply_effects(grey, PhotoEffects(vignette=0.5))[..., 0]
    assert dark[32, 32] >= 127
    assert dark[0, 0] < 100


def test_worse_jpeg_is_further_from_the_picture() -> None:
    rough = rng("texture").integers(0, 255, (64, 64, 3)).astype(np.uint8)
    errors = [
        abs(apply_effects(rough, PhotoEffects(jpeg=quality)).astype(int) - rough).mean()
        for quality in (95, 60, 20)
    ]
    assert 0 < errors[0] < errors[1] < errors[2]


def test_random_effects_belong_to_their_index() -> None:
    drawn = [random_effects(3, k) for k in range(20)]
    assert drawn == [random_effects(3, k) for k in range(20)]
    assert len(set(drawn)) > 15
