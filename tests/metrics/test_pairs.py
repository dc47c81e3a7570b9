"""Scores against true counterparts."""

from __future__ import annotations

import numpy as np
import pytest

from mien.metrics.pairs import l1, psnr, ssim
from mien.seeding import rng
from mien.types import Image


def pictures(*key: int) -> Image:
    return rng(*key, "pairs").integers(20, 230, (3, 24, 24, 3)).astype(np.uint8)


def test_equal_pictures_score_best() -> None:
    x = pictures(1)
    assert l1(x, x) == pytest.approx([0, 0, 0])
    assert psnr(x, x) == pytest.approx([100, 100, 100])
    assert ssim(x, x) == pytest.approx([1, 1, 1], abs=1e-6)


def test_known_differences_have_known_scores() -> None:
    x = pictures(1)
    y = x + np.uint8(10)
    assert l1(x, y) == pytest.approx([10 / 255] * 3)
    assert psnr(x, y) == pytest.approx([20 * np.log10(255 / 10)] * 3)
    assert (ssim(x, y) > 0.95).all()
    assert (ssim(x, pictures(2)) < 0.2).all()


def test_masks_choose_what_counts_and_empty_ones_give_nan() -> None:
    x = pictures(1)
    y = x.copy()
    y[:, :12] += 20
    masks = np.zeros((3, 24, 24), bool)
    masks[0, :12], masks[1, 12:] = True, True
    values = l1(x, y, masks)
    assert values[:2] == pytest.approx([20 / 255, 0])
    assert np.isnan(values[2])
    assert np.isnan(psnr(x, y, masks)[2])
