"""Random light, colour, sharpness and noise, the same for every picture of a sample.

What a network learns on drawings reaches photos only if the look of drawings is no help to it.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

_GAMMA, _GAIN, _COLOUR, _SATURATION = 0.35, 0.2, 0.12, 0.5
_SHADE = 0.35
"""Largest logarithm of a smooth light from one side."""
_NOISE = 0.06
_SOFT_SHARE = 0.4


def vary(pictures: Sequence[Tensor], random: torch.Generator, strength: float) -> list[Tensor]:
    """Pictures (n, 3, s, s) in [-1, 1], all changed alike; row i of each by the same draw.

    random    CPU generator; strength: 0 nothing, 1 everything that a photo may be
    """
    count, _, height, width = pictures[0].shape
    device = pictures[0].device

    def drawn(*shape: int) -> Tensor:
        return (torch.rand(count, *shape, generator=random) * 2 - 1).to(device) * strength

    gamma = (_GAMMA * drawn(1, 1, 1)).exp()
    gain = (_GAIN * drawn(1, 1, 1) + _COLOUR * drawn(3, 1, 1)).exp()
    saturation = 1 + _SATURATION * drawn(1, 1, 1)
    slope = _SHADE * drawn(1, 2, 2)
    shade = functional.interpolate(
        slope, size=(height, width), mode="bilinear", align_corners=True
    ).exp()
    soft = (torch.rand(count, 1, 1, 1, generator=random) < _SOFT_SHARE * strength).to(device)
    level = _NOISE * drawn(1, 1, 1).abs() * (drawn(1, 1, 1) > 0)
    grain = torch.randn(count, 3, height, width, generator=random).to(device) * level

    def changed(picture: Tensor) -> Tensor:
        x = ((picture.float() + 1) / 2).clamp(1e-4, 1).pow(gamma) * gain * shade
        grey = x.mean(1, keepdim=True)
        x = (grey + (x - grey) * saturation).clamp(0, 1) * 2 - 1
        x = torch.where(soft, functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False), x)
        return (x + grain).clamp(-1, 1)

    return [changed(picture) for picture in pictures]
