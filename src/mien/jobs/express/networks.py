"""The networks of `express`: a repairer of moved photos and its judge, and GANimation's two."""

from __future__ import annotations

import itertools

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.jobs.express.presets import Config
from mien.jobs.express.regions import PLANES
from mien.nn.init import generator, he_normal, small_normal
from mien.nn.patch_judge import PatchJudge
from mien.nn.unet import UNet

_CRITIC_LEAK = 0.01


class Repairer(nn.Module):
    """out = warp + gate * A * (C - warp): colour C and attention A, from what the warp shows.

    The gate is the larger of the two regions in `planes`, so that what lies outside of them is the
    warp to the last bit, whatever the weights are.
    """

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.count = config.aus
        self.net = UNet(3 + PLANES, 4, widths=config.maker, code=2 * config.aus)

    def forward(self, warp: Tensor, planes: Tensor, codes: Tensor) -> Tensor:
        """Warp (n, 3, s, s) in [-1, 1], planes (n, 5, s, s), codes (n, 2, 22): what to add.

        The result (n, 4, s, s) holds the change of the colours and the attention; the made picture
        is the warp plus the change.
        """
        before, after = codes[:, 0, : self.count], codes[:, 1, : self.count]
        told = torch.cat([after, after - before], 1)
        made = self.net(torch.cat([warp, planes], 1), told).float()
        gate = planes[:, :2].amax(1, keepdim=True).float()
        attention = torch.sigmoid(made[:, 3:]) * gate
        change = attention * (torch.tanh(made[:, :3]) - warp.float())
        return torch.cat([change, attention], 1)


class SeedGenerator(nn.Module):
    """GANimation's generator: residual blocks at a quarter of the size, two heads."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        width, self.count = config.channels, config.aus
        layers: list[nn.Module] = [
            nn.Conv2d(3 + config.aus, width, 7, padding=3, bias=False),
            *_normed(width),
        ]
        for factor in (1, 2):
            wide = 2 * factor * width
            layers += [nn.Conv2d(wide // 2, wide, 4, 2, 1, bias=False), *_normed(wide)]
        layers += [_SeedBlock(4 * width) for _ in range(config.repeat)]
        for factor in (4, 2):
            wide = factor * width
            layers += [nn.ConvTranspose2d(wide, wide // 2, 4, 2, 1, bias=False)]
            layers += _normed(wide // 2)
        self.body = nn.Sequential(*layers)
        self.heads = nn.Conv2d(width, 4, 7, padding=3, bias=False)

    def forward(self, pictures: Tensor, aus: Tensor) -> Tensor:
        """Pictures (n, 3, s, s) in [-1, 1] and targets (n, aus): (n, 4, s, s), pictures and A.

        Attention 1 keeps the input: out = (1 - A) C + A x, as in the paper and its code.
        """
        told = aus[:, :, None, None].expand(-1, -1, *pictures.shape[2:])
        made = self.heads(self.body(torch.cat([pictures, told.to(pictures.dtype)], 1))).float()
        attention = torch.sigmoid(made[:, 3:])
        colour = torch.tanh(made[:, :3])
        return torch.cat([colour + attention * (pictures.float() - colour), attention], 1)


class _SeedBlock(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            *_normed(channels),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.InstanceNorm2d(channels, affine=True),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(n, c, h, w) to the same."""
        return x + self.body(x)


def _normed(channels: int) -> list[nn.Module]:
    return [nn.InstanceNorm2d(channels, affine=True), nn.ReLU()]


class SeedCritic(nn.Module):
    """GANimation's critic: strided layers, a map of realness, and the Action Units it sees."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        widths = [3, *(config.channels * 2**k for k in range(config.layers))]
        pairs = itertools.pairwise(widths)
        self.downs = nn.ModuleList(nn.Conv2d(a, b, 4, 2, 1) for a, b in pairs)
        side = config.size // 2**config.layers
        self.real = nn.Conv2d(widths[-1], 1, 3, padding=1, bias=False)
        self.units = nn.Conv2d(widths[-1], config.aus, side, bias=False)

    def forward(self, pictures: Tensor) -> Tensor:
        """(n, 3, s, s) to (n, 1 + aus): the mean of the map, then intensities in [0, 1]."""
        x = pictures
        for down in self.downs:
            x = functional.leaky_relu(down(x), _CRITIC_LEAK)
        real = self.real(x).float().mean((2, 3))
        return torch.cat([real, self.units(x).float().flatten(1)], 1)


def make_maker(config: Config, seed: int) -> nn.Module:
    """A fresh maker; equal seeds give equal weights."""
    random = generator(seed, "express maker")
    if config.kind == "ganimation":
        net: nn.Module = SeedGenerator(config)
        small_normal(net, random)
        return net
    net = Repairer(config)
    he_normal(net, random)
    with torch.no_grad():
        # At first the warp is trusted: attention starts at about 0.1.
        bias = net.net.last.bias
        assert bias is not None
        bias[3 * net.net.fold**2 :] = -2.0
    return net


def make_judge(config: Config, seed: int) -> nn.Module:
    """A fresh judge or critic; equal seeds give equal weights."""
    random = generator(seed, "express judge")
    if config.kind == "ganimation":
        net: nn.Module = SeedCritic(config)
        small_normal(net, random)
        return net
    net = PatchJudge(config.judge)
    he_normal(net, random)
    return net
