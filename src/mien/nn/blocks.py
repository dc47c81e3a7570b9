"""Residual blocks of the slim networks, made for a CPU in bfloat16 and channels-last.

Full-resolution layers with three channels are the slowest of all there, so pictures enter through
a pixel-unshuffle and leave through a pixel-shuffle.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.nn.init import LEAK

GROUP = 8
"""Pictures that are compared with each other by `append_spread`."""


def leaky(x: Tensor) -> Tensor:
    """Leaky ReLU with slope 0.2."""
    return functional.leaky_relu(x, LEAK)


def convolution(
    inputs: int,
    outputs: int,
    kernel: int = 3,
    *,
    gain: float = 1.0,
    bias: bool = True,
    fold: int = 1,
) -> nn.Conv2d:
    """A convolution that keeps the size; `gain` and `fold` say how it starts (`nn.init`)."""
    layer = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=bias)
    layer.gain = gain  # pyright: ignore[reportAttributeAccessIssue, reportArgumentType]
    layer.fold = fold  # pyright: ignore[reportAttributeAccessIssue, reportArgumentType]
    return layer


class UpBlock(nn.Module):
    """Doubles the size: norm, activation, 3 x 3 (at the low resolution), twice; 1 x 1 shortcut.

    norm   BatchNorm before each activation; without it the second convolution starts small
    """

    def __init__(self, inputs: int, outputs: int, *, norm: bool = True) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(inputs) if norm else nn.Identity()
        self.norm2 = nn.BatchNorm2d(outputs) if norm else nn.Identity()
        self.conv1 = convolution(inputs, outputs)
        self.conv2 = convolution(outputs, outputs, gain=1.0 if norm else 0.25)
        self.shortcut = convolution(inputs, outputs, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(n, inputs, h, w) to (n, outputs, 2h, 2w)."""
        y = self.conv1(leaky(self.norm1(x)))
        y = functional.interpolate(y, scale_factor=2.0, mode="nearest")
        y = self.conv2(leaky(self.norm2(y)))
        return y + functional.interpolate(self.shortcut(x), scale_factor=2.0, mode="nearest")


class DownBlock(nn.Module):
    """Halves the size: activation, 3 x 3, activation, average pool, 3 x 3; 1 x 1 shortcut."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv1 = convolution(inputs, inputs)
        self.conv2 = convolution(inputs, outputs, gain=0.5)
        self.shortcut = convolution(inputs, outputs, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(n, inputs, h, w) to (n, outputs, h / 2, w / 2)."""
        y = leaky(self.conv1(leaky(x)))
        y = self.conv2(functional.avg_pool2d(y, 2))
        return y + self.shortcut(functional.avg_pool2d(x, 2))


def append_spread(x: Tensor, group: int = GROUP) -> Tensor:
    """(n, c, h, w) to (n, c + 1, h, w): how much pictures of a group differ, in every pixel.

    Karras et al. 2018, section 3. Groups are neighbours in the batch; where `group` does not
    divide n, the largest smaller number that does is used.
    """
    count, channels, height, width = x.shape
    size = next(k for k in range(min(group, count), 0, -1) if count % k == 0)
    grouped = x.float().reshape(count // size, size, channels, height, width)
    spread = (grouped.var(1, correction=0) + 1e-8).sqrt().mean((1, 2, 3), keepdim=True)
    plane = spread.repeat_interleave(size, 0).expand(count, 1, height, width)
    return torch.cat([x, plane.to(x.dtype)], 1)


def channels_last(x: Tensor) -> Tensor:
    """The same tensor with its channels stored together."""
    return x.contiguous(memory_format=torch.channels_last)
