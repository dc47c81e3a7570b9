"""Parameters to a picture and, for the slim one, to part labels."""

from __future__ import annotations

import itertools
import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.head.schema import LABELS
from mien.jobs.character.imitator.presets import Settings
from mien.nn.blocks import UpBlock, channels_last, convolution, leaky
from mien.nn.init import generator, he_normal

_START = 4
_SEED_SD = 0.02


class SlimImitator(nn.Module):
    """Two layers that read the parameters, residual blocks that each see them again, a shuffle.

    After every block each channel is scaled and shifted by what the parameters say (FiLM, Perez
    et al. 2018): a colour then needs no way through the coarse maps.
    """

    def __init__(self, inputs: int, settings: Settings, *, labels: int) -> None:
        super().__init__()
        widths, hidden = settings.widths, settings.hidden
        self.read = nn.Linear(inputs, hidden)
        self.think = nn.Linear(hidden, hidden)
        self.first = nn.Linear(hidden, widths[0] * _START**2)
        pairs = list(itertools.pairwise(widths))
        self.blocks = nn.ModuleList(UpBlock(a, b, norm=settings.norm) for a, b in pairs)
        self.tints = nn.ModuleList(nn.Linear(hidden, 2 * b) for _, b in pairs)
        for tint in self.tints:
            tint.gain = 0.1  # pyright: ignore[reportAttributeAccessIssue, reportArgumentType]
        self.paint = convolution(widths[-1], widths[-1])
        self.last = convolution(widths[-1], 4 * 3, gain=0.5)
        self.parts = convolution(widths[-1], labels, gain=0.5) if settings.parts else None

    def forward(self, parameters: Tensor) -> tuple[Tensor, Tensor | None]:
        """(n, d) in [0, 1] to (n, 3, s, s) in [-1, 1], logits (n, labels, s / 2, s / 2) or None."""
        told = leaky(self.think(leaky(self.read(2.0 * parameters - 1.0))))
        x = channels_last(self.first(told).unflatten(1, (-1, _START, _START)))
        for block, tint in zip(self.blocks, self.tints, strict=True):
            x = block(x)
            scale, shift = tint(told)[:, :, None, None].chunk(2, 1)
            x = x * (1.0 + scale) + shift
        x = leaky(x)
        labels = None if self.parts is None else self.parts(x)
        x = self.last(leaky(self.paint(x)))
        return torch.tanh(functional.pixel_shuffle(x, 2)), labels


class SeedImitator(nn.Module):
    """The ancestor's: transposed convolutions from 1 x 1 up, BatchNorm and ReLU between them."""

    def __init__(self, inputs: int, settings: Settings) -> None:
        super().__init__()
        widths = settings.widths
        ups = [nn.ConvTranspose2d(inputs, widths[0], 4, 1, 0)]
        ups += [
            nn.ConvTranspose2d(a, b, 4, 2, 1) for a, b in zip(widths, (*widths[1:], 3), strict=True)
        ]
        self.ups = nn.ModuleList(ups)
        self.norms = nn.ModuleList(nn.BatchNorm2d(width) for width in widths)

    def forward(self, parameters: Tensor) -> tuple[Tensor, None]:
        """(n, d) in [0, 1] to (n, 3, s, s) in [-1, 1], and no labels."""
        x = channels_last(parameters[:, :, None, None])
        for up, norm in zip(self.ups, self.norms, strict=False):
            x = functional.relu(norm(up(x)))
        return 2.0 * torch.sigmoid(self.ups[-1](x)) - 1.0, None


def make_imitator(
    settings: Settings, inputs: int, seed: int, *, labels: int = len(LABELS)
) -> nn.Module:
    """A fresh imitator of `inputs` parameters; equal seeds give equal weights.

    labels  of the head that its part logits tell apart: the first so many of `LABELS`
    """
    doublings = int(math.log2(settings.size / _START))
    if _START * 2**doublings != settings.size or len(settings.widths) != doublings:
        raise ValueError(f"{len(settings.widths)} widths do not make {settings.size} pixels")
    random = generator(seed, "imitator")
    if settings.network == "slim":
        net: nn.Module = SlimImitator(inputs, settings, labels=labels)
        he_normal(net, random)
        return net
    net = SeedImitator(inputs, settings)
    for part in net.modules():
        if isinstance(part, nn.ConvTranspose2d):
            nn.init.normal_(part.weight, 0.0, _SEED_SD, generator=random)
            assert part.bias is not None
            nn.init.zeros_(part.bias)
        elif isinstance(part, nn.BatchNorm2d):
            nn.init.normal_(part.weight, 1.0, _SEED_SD, generator=random)
    return net
