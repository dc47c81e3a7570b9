"""Starting values, drawn from a named generator, so that equal seeds give equal networks."""

from __future__ import annotations

import math

import torch
from torch import nn

from mien.seeding import key_to_int

LEAK = 0.2
"""Slope of every leaky ReLU here."""


def generator(*key: int | str) -> torch.Generator:
    """A CPU generator for this key alone: the same numbers on every device and machine."""
    return torch.Generator().manual_seed(key_to_int(*key) % 2**63)


def he_normal(net: nn.Module, random: torch.Generator) -> None:
    """Weights of convolutions and linear layers ~ N(0, 2 / ((1 + leak^2) fan in)), biases 0.

    He et al. 2015, equation 10. A layer's attribute `gain`, where it has one, scales its weights.
    A layer's attribute `fold` says that a pixel-shuffle by that factor follows: all pixels of a
    cell start alike, so that no grid lies over the first pictures (Aitken et al. 2017).
    """
    for part in net.modules():
        if isinstance(part, nn.Conv2d | nn.Linear):
            fan_in = part.weight[0].numel()
            deviation = math.sqrt(2.0 / ((1.0 + LEAK**2) * fan_in)) * getattr(part, "gain", 1.0)
            with torch.no_grad():
                part.weight.normal_(0.0, deviation, generator=random)
                cell = getattr(part, "fold", 1) ** 2
                if cell > 1:
                    part.weight.copy_(part.weight[::cell].repeat_interleave(cell, 0))
                if part.bias is not None:
                    part.bias.zero_()


def small_normal(net: nn.Module, random: torch.Generator) -> None:
    """Weights of (transposed) convolutions ~ N(0, 0.02^2), biases 0 (Radford et al. 2016)."""
    for part in net.modules():
        if isinstance(part, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(part.weight, 0.0, 0.02, generator=random)
            if part.bias is not None:
                nn.init.zeros_(part.bias)


def glorot_uniform(net: nn.Module, random: torch.Generator) -> None:
    """Weights of (transposed) convolutions and linear layers as TensorFlow starts them, biases 0.

    Glorot and Bengio 2010, equation 16.
    """
    for part in net.modules():
        if isinstance(part, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            nn.init.xavier_uniform_(part.weight, generator=random)
            if part.bias is not None:
                nn.init.zeros_(part.bias)


def started(net: nn.Module, random: torch.Generator, *, kind: str, gain: float = 0.02) -> None:
    """Weights of (transposed) convolutions and linear layers begin as `kind` says, biases 0.

    kind   normal: N(0, gain^2); xavier: Glorot's normal times gain; kaiming: He's normal for ReLU;
           orthogonal: times gain. The four that pytorch-CycleGAN-and-pix2pix knows.
    """
    fill = {
        "normal": lambda w: nn.init.normal_(w, 0.0, gain, generator=random),
        "xavier": lambda w: nn.init.xavier_normal_(w, gain, generator=random),
        "kaiming": lambda w: nn.init.kaiming_normal_(w, generator=random),
        "orthogonal": lambda w: nn.init.orthogonal_(w, gain, generator=random),
    }[kind]
    for part in net.modules():
        if isinstance(part, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            fill(part.weight)
            if part.bias is not None:
                nn.init.zeros_(part.bias)
