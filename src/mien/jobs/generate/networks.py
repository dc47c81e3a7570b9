"""The two players: a maker of pictures and a judge of them, in two builds."""

from __future__ import annotations

import itertools
import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.jobs.generate.presets import Config
from mien.nn.blocks import DownBlock, UpBlock, append_spread, channels_last, convolution, leaky
from mien.nn.init import generator, glorot_uniform, he_normal
from mien.nn.norm import add_spectral_norm

_START = 4
"""Side of the maker's first map and of the judge's last."""
_SHUFFLED = 8
"""Channels at full resolution."""


class SlimMaker(nn.Module):
    """Residual blocks up to half the size, then a pixel-shuffle and one thin convolution."""

    def __init__(self, widths: tuple[int, ...], latent: int, *, norm: bool) -> None:
        super().__init__()
        self.first = nn.Linear(latent, widths[0] * _START**2)
        pairs = itertools.pairwise(widths)
        self.blocks = nn.ModuleList(UpBlock(a, b, norm=norm) for a, b in pairs)
        self.norm = nn.BatchNorm2d(widths[-1]) if norm else nn.Identity()
        self.spread = convolution(widths[-1], 4 * _SHUFFLED)
        self.last = convolution(_SHUFFLED, 3, gain=0.5)

    def forward(self, z: Tensor) -> Tensor:
        """(n, latent) to (n, 3, size, size) in [-1, 1]."""
        x = channels_last(self.first(z).unflatten(1, (-1, _START, _START)))
        for block in self.blocks:
            x = block(x)
        x = leaky(self.spread(leaky(self.norm(x))))
        return torch.tanh(self.last(functional.pixel_shuffle(x, 2)))


class SlimJudge(nn.Module):
    """A pixel-unshuffle, residual blocks down to 4 x 4, and how varied the batch is."""

    def __init__(self, widths: tuple[int, ...]) -> None:
        super().__init__()
        self.first = convolution(12, widths[0])
        pairs = itertools.pairwise(widths)
        self.blocks = nn.ModuleList(DownBlock(a, b) for a, b in pairs)
        self.mix = convolution(widths[-1] + 1, widths[-1])
        self.last = nn.Linear(widths[-1] * _START**2, 1)

    def forward(self, pictures: Tensor) -> Tensor:
        """(n, 3, size, size) to logits (n, 1)."""
        x = self.first(channels_last(functional.pixel_unshuffle(pictures, 2)))
        for block in self.blocks:
            x = block(x)
        x = leaky(self.mix(append_spread(leaky(x))))
        return self.last(x.flatten(1))


class SeedMaker(nn.Module):
    """The ancestor's generator: 5 x 5 transposed convolutions, ReLU before BatchNorm (no scale)."""

    def __init__(self, widths: tuple[int, ...], latent: int) -> None:
        super().__init__()
        self.first = nn.Linear(latent, widths[0] * _START**2)
        pairs = zip(widths, (*widths[1:], 3), strict=True)
        self.ups = nn.ModuleList(nn.ConvTranspose2d(a, b, 5, 2, 2, 1) for a, b in pairs)
        self.norms = nn.ModuleList(nn.BatchNorm2d(a, eps=1e-3, momentum=1e-3) for a in widths)
        for norm in self.norms:
            norm.weight.requires_grad_(False)  # pyright: ignore[reportAttributeAccessIssue, reportCallIssue]

    def forward(self, z: Tensor) -> Tensor:
        """(n, latent) to (n, 3, size, size) in [-1, 1]."""
        x = channels_last(self.first(z).unflatten(1, (-1, _START, _START)))
        for norm, up in zip(self.norms, self.ups, strict=True):
            x = up(norm(functional.relu(x)))
        return torch.tanh(x)


class SeedJudge(nn.Module):
    """The ancestor's discriminator: 5 x 5 strided convolutions, no norm."""

    def __init__(self, widths: tuple[int, ...]) -> None:
        super().__init__()
        pairs = zip((3, *widths), widths, strict=False)
        self.downs = nn.ModuleList(nn.Conv2d(a, b, 5, 2, 2) for a, b in pairs)
        self.last = nn.Linear(widths[-1] * _START**2, 1)

    def forward(self, pictures: Tensor) -> Tensor:
        """(n, 3, size, size) to logits (n, 1)."""
        x = pictures
        for down in self.downs:
            x = leaky(down(x))
        return self.last(x.flatten(1))


def make_maker(config: Config, seed: int) -> nn.Module:
    """A fresh maker; equal seeds give equal weights."""
    _check(config, config.maker)
    random = generator(seed, "maker")
    if config.network == "seed":
        net: nn.Module = SeedMaker(config.maker, config.latent)
        glorot_uniform(net, random)
    else:
        net = SlimMaker(config.maker, config.latent, norm=config.norm)
        he_normal(net, random)
    return net


def make_judge(config: Config, seed: int) -> nn.Module:
    """A fresh judge; equal seeds give equal weights."""
    _check(config, config.judge)
    random = generator(seed, "judge")
    if config.network == "seed":
        net: nn.Module = SeedJudge(config.judge)
        glorot_uniform(net, random)
    else:
        net = SlimJudge(config.judge)
        he_normal(net, random)
    return add_spectral_norm(net, random) if config.method == "hinge" else net


def _check(config: Config, widths: tuple[int, ...]) -> None:
    """The number of layers follows from the size."""
    doublings = int(math.log2(config.size / _START))
    if _START * 2**doublings != config.size or len(widths) != doublings:
        raise ValueError(f"{len(widths)} widths do not make {config.size} pixels")
