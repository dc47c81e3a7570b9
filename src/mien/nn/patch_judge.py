"""A judge of small parts of a picture beside what they were made from."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional

from mien.nn.blocks import DownBlock, channels_last, convolution, leaky


class PatchJudge(nn.Module):
    """Judges a part beside its condition; PatchGAN (Isola et al. 2017), a logit for every place.

    widths   channels of the layers; each layer but the first halves the size
    mean     one logit, the mean of all places
    """

    def __init__(self, widths: Sequence[int], *, mean: bool = False) -> None:
        super().__init__()
        self.mean = mean
        self.first = convolution(6 * 4, widths[0])
        self.blocks = nn.ModuleList(DownBlock(a, b) for a, b in itertools.pairwise(widths))
        self.last = convolution(widths[-1], 1, 1)

    def forward(self, pictures: Tensor) -> Tensor:
        """(n, 6, p, p), the picture and its condition, to logits (n, places) or (n, 1)."""
        x = self.first(channels_last(functional.pixel_unshuffle(pictures, 2)))
        for block in self.blocks:
            x = block(x)
        logits = self.last(leaky(x)).flatten(1)
        return logits.float().mean(1, keepdim=True) if self.mean else logits
