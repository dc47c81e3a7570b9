"""The slim U-Net of the jobs that turn a picture into a picture.

As in `nn.blocks`, no layer works at full resolution with few channels: pictures and planes enter
through a pixel-unshuffle and leave through a pixel-shuffle.
"""

from __future__ import annotations

import itertools

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.nn.blocks import channels_last, convolution, leaky


class DownPair(nn.Module):
    """Halves the size: norm, activation, 3 x 3, average pool, norm, activation, 3 x 3; shortcut."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.BatchNorm2d(inputs), nn.BatchNorm2d(outputs)
        self.conv1 = convolution(inputs, outputs)
        self.conv2 = convolution(outputs, outputs)
        self.shortcut = convolution(inputs, outputs, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(n, inputs, h, w) to (n, outputs, h / 2, w / 2)."""
        y = functional.avg_pool2d(self.conv1(leaky(self.norm1(x))), 2)
        return self.conv2(leaky(self.norm2(y))) + self.shortcut(functional.avg_pool2d(x, 2))


class UpPair(nn.Module):
    """Doubles the size and takes in the map of that size from the way down."""

    def __init__(self, inputs: int, skipped: int, outputs: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(inputs)
        self.norm2 = nn.BatchNorm2d(outputs + skipped)
        self.conv1 = convolution(inputs, outputs)
        self.conv2 = convolution(outputs + skipped, outputs)
        self.shortcut = convolution(inputs, outputs, 1, bias=False)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        """(n, inputs, h, w) and (n, skipped, 2h, 2w) to (n, outputs, 2h, 2w)."""
        y = self.conv1(leaky(self.norm1(x)))
        y = functional.interpolate(y, scale_factor=2.0, mode="nearest")
        y = self.conv2(leaky(self.norm2(torch.cat([y, skip], 1))))
        return y + functional.interpolate(self.shortcut(x), scale_factor=2.0, mode="nearest")


class UNet(nn.Module):
    """Picture and planes to maps at full size.

    inputs    channels that enter at full size: 3 for a picture, one for every plane
    outputs   channels that leave at full size, without an activation
    widths    channels at size / fold, then at each halving of it
    middle    residual 3 x 3 pairs at the smallest size
    code      numbers that describe the wish (Action Units, say); 0: none. They enter as constant
              planes at the smallest size.
    fold      pixels a side that are folded into channels at the entrance; the size must be
              divisible by fold * 2^(len(widths) - 1)
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        widths: tuple[int, ...] = (32, 64, 128),
        middle: int = 2,
        code: int = 0,
        fold: int = 2,
    ) -> None:
        super().__init__()
        self.fold = fold
        pairs = list(itertools.pairwise(widths))
        self.first = convolution(inputs * fold**2, widths[0])
        self.downs = nn.ModuleList(DownPair(a, b) for a, b in pairs)
        self.wish = nn.Linear(code, widths[-1]) if code else None
        self.middle = nn.ModuleList(Residual(widths[-1]) for _ in range(middle))
        self.ups = nn.ModuleList(UpPair(b, a, a) for a, b in reversed(pairs))
        self.norm = nn.BatchNorm2d(widths[0])
        # The last layer sees the input again: what stays as it is need not pass the network.
        self.last = convolution(
            widths[0] + inputs * fold**2, outputs * fold**2, gain=0.5, fold=fold
        )

    def way_down(self, x: Tensor) -> tuple[Tensor, ...]:
        """The maps (n, width, h', w') of every size, the largest first."""
        maps = [self.first(channels_last(functional.pixel_unshuffle(x, self.fold)))]
        for down in self.downs:
            maps.append(down(maps[-1]))
        return tuple(maps)

    def forward(self, x: Tensor, code: Tensor | None = None) -> Tensor:
        """(n, inputs, h, w) and (n, code) to (n, outputs, h, w)."""
        folded = channels_last(functional.pixel_unshuffle(x, self.fold))
        y = self.first(folded)
        skips = []
        for down in self.downs:
            skips.append(y)
            y = down(y)
        if self.wish is not None:
            if code is None:
                raise ValueError("this network was made for a code: pass it")
            y = y + self.wish(code)[:, :, None, None]
        for block in self.middle:
            y = block(y)
        for up in self.ups:
            y = up(y, skips.pop())
        y = self.last(torch.cat([leaky(self.norm(y)), folded.to(y.dtype)], 1))
        return functional.pixel_shuffle(y, self.fold)


def evened(x: Tensor, fold: int) -> Tensor:
    """(n, c, h, w) under a triangle of 2 fold - 1 pixels, both ways; beyond edges it is mirrored.

    The pixels that a pixel-shuffle puts into a cell come from different weights: whatever differs
    between them in every cell alike is a grid. A window of one cell holds each of them once,
    wherever it lies (Sugawara et al. 2018); a triangle is two such windows, and moves nothing.
    """
    rising = torch.arange(1.0, fold + 1, device=x.device, dtype=x.dtype)
    line = torch.cat([rising, rising[:-1].flip(0)]) / fold**2
    kernel = torch.outer(line, line).expand(x.shape[1], 1, -1, -1)
    reach = fold - 1
    padded = functional.pad(x, (reach, reach, reach, reach), mode="reflect")
    return functional.conv2d(padded, kernel, groups=x.shape[1])


class Residual(nn.Module):
    """norm, activation, 3 x 3, norm, activation, 3 x 3, and the input added (He et al. 2016)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.BatchNorm2d(channels), nn.BatchNorm2d(channels)
        self.conv1 = convolution(channels, channels)
        self.conv2 = convolution(channels, channels, gain=0.25)

    def forward(self, x: Tensor) -> Tensor:
        """(n, c, h, w) to the same."""
        y = self.conv1(leaky(self.norm1(x)))
        return x + self.conv2(leaky(self.norm2(y)))
