"""How far a made picture is from the one that was wanted: scalars, in float32.

Pictures are (n, c, h, w) in [-1, 1]. `weight`, where there is one, is (n, 1, h, w), >= 0: where
the difference counts, and how much.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

_WINDOW, _SIGMA = 7, 1.5
_COARSE_WINDOW, _COARSE_STRIDE = 8, 4
_C1, _C2 = (0.01 * 2) ** 2, (0.03 * 2) ** 2
_TINY = 1e-6


def l1(made: Tensor, wanted: Tensor, weight: Tensor | None = None) -> Tensor:
    """Mean absolute difference, weighted."""
    apart = (made.float() - wanted.float()).abs()
    return _mean(apart, weight)


def coarse_l1(made: Tensor, wanted: Tensor, side: int) -> Tensor:
    """The same after averaging over squares of `side` pixels."""
    apart = functional.avg_pool2d(made.float() - wanted.float(), side)
    return apart.abs().mean()


def ssim_loss(made: Tensor, wanted: Tensor, weight: Tensor | None = None) -> Tensor:
    """1 - SSIM (Wang et al. 2004, equation 13), windows of 7 x 7, in [0, 2]."""
    return _mean(1.0 - ssim_map(made, wanted), weight)


def ssim_map(one: Tensor, other: Tensor) -> Tensor:
    """(n, c, h, w) structural similarity at every pixel, in [-1, 1]."""
    with torch.autocast(one.device.type, enabled=False):
        return _similarity(one, other, _blur)


def coarse_ssim_loss(made: Tensor, wanted: Tensor) -> Tensor:
    """1 - SSIM with windows of 8 x 8, every fourth pixel: a tenth of what `ssim_loss` costs."""

    def mean(values: Tensor) -> Tensor:
        return functional.avg_pool2d(values, _COARSE_WINDOW, _COARSE_STRIDE)

    return 1.0 - _similarity(made, wanted, mean).mean()


def _similarity(one: Tensor, other: Tensor, mean: Callable[[Tensor], Tensor]) -> Tensor:
    """Structural similarity wherever `mean` gives local means."""
    x, y = one.float(), other.float()
    mean_x, mean_y = mean(x), mean(y)
    var_x = mean(x * x) - mean_x.square()
    var_y = mean(y * y) - mean_y.square()
    both = mean(x * y) - mean_x * mean_y
    luminance = (2 * mean_x * mean_y + _C1) / (mean_x.square() + mean_y.square() + _C1)
    return luminance * (2 * both + _C2) / (var_x + var_y + _C2)


def _blur(x: Tensor) -> Tensor:
    """Gaussian means; beyond the edge the picture goes on as its mirror image."""
    channels, reach = x.shape[1], _WINDOW // 2
    places = torch.arange(_WINDOW, dtype=x.dtype, device=x.device) - reach
    line = torch.exp(-places.square() / (2 * _SIGMA**2))
    line = (line / line.sum()).expand(channels, 1, 1, _WINDOW)
    x = functional.pad(x, (reach, reach, reach, reach), mode="reflect")
    x = functional.conv2d(x, line, groups=channels)
    return functional.conv2d(x, line.transpose(2, 3), groups=channels)


def total_variation(x: Tensor) -> Tensor:
    """Sum of squared neighbour differences, per picture (Pumarola et al. 2018, equation 3)."""
    x = x.float()
    down = (x[:, :, 1:] - x[:, :, :-1]).square().sum()
    right = (x[:, :, :, 1:] - x[:, :, :, :-1]).square().sum()
    return (down + right) / len(x)


def _mean(apart: Tensor, weight: Tensor | None) -> Tensor:
    if weight is None:
        return apart.mean()
    weight = weight.float().expand_as(apart)
    return (apart * weight).sum() / (weight.sum() + _TINY)
