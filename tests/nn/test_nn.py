from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from mien.nn import ema
from mien.nn.blocks import DownBlock, UpBlock, append_spread, channels_last, convolution
from mien.nn.init import generator, glorot_uniform, he_normal
from mien.nn.norm import SpectralNorm, add_spectral_norm, iterate_spectral_norms


def drawn(*shape: int, key: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=generator(key))


@pytest.mark.parametrize("norm", [True, False])
def test_blocks_double_and_halve_and_keep_the_layout(norm: bool) -> None:
    x = channels_last(drawn(4, 8, 6, 6))
    up = UpBlock(8, 5, norm=norm).to(memory_format=torch.channels_last)(x)  # pyright: ignore[reportCallIssue]
    assert up.shape == (4, 5, 12, 12)
    down = DownBlock(8, 5).to(memory_format=torch.channels_last)(x)  # pyright: ignore[reportCallIssue]
    assert down.shape == (4, 5, 3, 3)
    assert up.is_contiguous(memory_format=torch.channels_last)
    assert down.is_contiguous(memory_format=torch.channels_last)


def test_spread_is_the_mean_deviation_of_the_group() -> None:
    x = drawn(8, 3, 2, 2)
    out = append_spread(x, group=4)
    assert out.shape == (8, 4, 2, 2)
    assert torch.equal(out[:, :3], x)
    for first in (0, 4):
        wanted = float(x[first : first + 4].std(0, correction=0).mean())
        seen = out[first : first + 4, 3].flatten().tolist()
        assert seen == pytest.approx([wanted] * 16, rel=1e-4)
    # Alike pictures are told apart from varied ones; odd batches are grouped as they can be.
    assert float(append_spread(x[:1].repeat(4, 1, 1, 1))[0, 3, 0, 0]) < 1e-3
    assert append_spread(drawn(7, 3, 2, 2)).shape == (7, 4, 2, 2)


def test_he_init_has_its_deviation_and_its_seed() -> None:
    def made(key: int) -> nn.Sequential:
        net = nn.Sequential(convolution(64, 64), convolution(64, 64, gain=0.25), nn.Linear(640, 64))
        he_normal(net, generator(key))
        return net

    net = made(1)
    first, last = math.sqrt(2 / 1.04 / 576), math.sqrt(2 / 1.04 / 640)
    wanted = [first, 0.25 * first, last]
    for part, deviation in zip(net, wanted, strict=True):
        assert isinstance(part.weight, torch.Tensor)
        assert isinstance(part.bias, torch.Tensor)
        assert float(part.weight.detach().std()) == pytest.approx(deviation, rel=0.02)
        assert float(part.bias.detach().abs().max()) == 0.0
    assert torch.equal(made(1)[0].weight, net[0].weight)  # pyright: ignore[reportArgumentType]
    assert not torch.equal(made(2)[0].weight, net[0].weight)  # pyright: ignore[reportArgumentType]


def test_glorot_init_has_its_bound() -> None:
    layer = nn.ConvTranspose2d(32, 16, 5)
    glorot_uniform(nn.Sequential(layer), generator(1))
    bound = math.sqrt(6 / ((32 + 16) * 25))
    assert 0.98 * bound < float(layer.weight.detach().abs().max()) <= bound


def test_the_half_life_is_half() -> None:
    net, slow = nn.Linear(1, 1), nn.Linear(1, 1)
    with torch.no_grad():
        net.weight.fill_(1.0)
        slow.weight.fill_(0.0)
    images = 10**6
    for _ in range(100):
        ema.follow(slow, net, ema.decay(1000.0, images=images, batch=10))
    assert float(slow.weight.detach()) == pytest.approx(0.5, abs=1e-4)
    assert ema.decay(1000.0, images=10, batch=10) == pytest.approx(0.5 ** (10 / 0.8))


def test_an_average_is_frozen_and_its_own() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    slow = ema.average_of(net)
    assert not any(weight.requires_grad for weight in slow.parameters())
    assert not slow.training
    assert slow[0].weight.data_ptr() != net[0].weight.data_ptr()  # pyright: ignore[reportIndexIssue, reportCallIssue]


def test_recalibrated_statistics_are_those_of_the_inputs() -> None:
    net = nn.Sequential(nn.BatchNorm1d(3), nn.Dropout(0.5)).eval()
    inputs = [drawn(500, 3, key=k) * 4 + 2 for k in range(20)]
    ema.recalibrate(net, inputs)
    norm = net[0]
    assert isinstance(norm, nn.BatchNorm1d)
    everything = torch.cat(inputs)
    assert norm.running_mean is not None
    assert norm.running_var is not None
    assert torch.allclose(norm.running_mean, everything.mean(0), atol=1e-4)
    assert torch.allclose(norm.running_var, everything.var(0), rtol=0.01)
    assert (norm.momentum, norm.training, net.training) == (0.1, False, False)
    ema.recalibrate(nn.Linear(2, 2), iter([]))


def test_spectral_norm_is_the_largest_singular_value() -> None:
    layer = convolution(6, 10)
    he_normal(nn.Sequential(layer), generator(3))
    raw = layer.weight.detach().clone()
    net = add_spectral_norm(nn.Sequential(layer), generator(4))
    for _ in range(60):
        iterate_spectral_norms(net)
    largest = float(torch.linalg.svdvals(raw.flatten(1))[0])
    assert torch.allclose(layer.weight, raw / largest, rtol=1e-3)
    scaled = float(torch.linalg.svdvals(layer.weight.detach().flatten(1))[0])
    assert scaled == pytest.approx(1, rel=1e-3)


def test_passes_do_not_iterate_spectral_norm() -> None:
    net = add_spectral_norm(nn.Sequential(nn.Linear(5, 4)), generator(1))
    first = net(torch.ones(1, 5))
    for _ in range(5):
        net(torch.ones(1, 5))
    assert torch.equal(net(torch.ones(1, 5)), first)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    iterate_spectral_norms(net)
    changed = {n for n, value in net.state_dict().items() if not torch.equal(value, before[n])}
    assert changed
    assert all("left" in name or "right" in name for name in changed)
    norm = SpectralNorm(torch.eye(4), generator(2))
    assert torch.allclose(norm(torch.eye(4) * 3), torch.eye(4), atol=1e-3)
