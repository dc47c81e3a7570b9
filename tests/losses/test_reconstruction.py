"""Differences of pictures."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mien.losses.reconstruction import coarse_l1, l1, ssim_loss, ssim_map, total_variation
from mien.metrics.pictures import grey_ssim
from mien.nn.init import generator
from mien.seeding import rng


def noise(*key: int | str, count: int = 2, side: int = 24) -> torch.Tensor:
    return torch.rand(count, 3, side, side, generator=generator(*key)) * 2 - 1


def test_l1_counts_only_where_the_weight_is() -> None:
    x = noise("a")
    y = x.clone()
    y[:, :, :12] += 0.5
    weight = torch.zeros(2, 1, 24, 24)
    weight[:, :, 12:] = 3.0
    assert float(l1(x, y)) == pytest.approx(0.25, abs=1e-5)
    assert float(l1(x, y, weight)) == 0.0
    assert float(l1(x, y, 1 - weight.clamp(max=1))) == pytest.approx(0.5, abs=1e-4)


def test_coarse_l1_sees_means_alone() -> None:
    x, y = torch.zeros(1, 3, 8, 8), torch.zeros(1, 3, 8, 8)
    y[..., ::2], y[..., 1::2] = 1.0, -1.0
    assert float(coarse_l1(x, y, 4)) == 0.0
    assert float(coarse_l1(x, y, 1)) == 1.0


def test_ssim_is_one_for_equal_pictures_and_falls_with_noise() -> None:
    x = noise("a")
    assert float(ssim_map(x, x).min()) == pytest.approx(1.0, abs=1e-4)
    scores = [float(ssim_loss(x, x + scale * noise("b"))) for scale in (0.0, 0.1, 0.5, 2.0)]
    assert scores == sorted(scores)
    assert scores[-1] > 0.5


def test_ssim_runs_in_float32_under_autocast_and_has_a_gradient() -> None:
    x, y = noise("a").requires_grad_(True), noise("b")
    plain = ssim_loss(x, y)
    with torch.autocast("cpu", torch.bfloat16):
        cast = ssim_loss(x, y)
    assert torch.equal(plain.detach(), cast.detach())
    plain.backward()
    assert x.grad is not None
    assert bool(torch.isfinite(x.grad).all())


def test_the_loss_and_the_metric_agree_on_the_order() -> None:
    truth = rng(1, "p").integers(0, 256, (1, 32, 32, 3)).astype(np.uint8)
    near = np.clip(truth.astype(int) + 10, 0, 255).astype(np.uint8)
    far = rng(2, "p").integers(0, 256, (1, 32, 32, 3)).astype(np.uint8)
    assert grey_ssim(truth, near).mean() > 0.9
    assert grey_ssim(truth, far).mean() < 0.2
    assert grey_ssim(truth, truth).shape == (1, 32, 32)


def test_total_variation_is_the_sum_of_squares_of_steps() -> None:
    x = torch.zeros(2, 1, 3, 3)
    x[0, 0, 1, 1] = 2.0
    assert float(total_variation(x)) == pytest.approx(4 * 4 / 2)
