"""Scores of made pictures whose true counterparts are known, each a value per picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.types import Image

Values = NDArray[np.float64]
Masks = NDArray[np.bool_]

_PEAK = 255.0


def l1(made: Image, truth: Image, masks: Masks | None = None) -> Values:
    """(n,) mean absolute difference in [0, 1]; inside `masks` (n, h, w), NaN where one is empty."""
    apart = np.abs(made.astype(np.float64) - truth.astype(np.float64)).mean(-1) / _PEAK
    return _means(apart, masks)


def psnr(made: Image, truth: Image, masks: Masks | None = None) -> Values:
    """(n,) peak signal-to-noise ratio in dB, at most 100."""
    squares = np.square(made.astype(np.float64) - truth.astype(np.float64)).mean(-1)
    noise = np.maximum(_means(squares, masks), _PEAK**2 / 1e10)
    return np.asarray(10.0 * np.log10(_PEAK**2 / noise), np.float64)


def ssim(made: Image, truth: Image, masks: Masks | None = None) -> Values:
    """(n,) structural similarity of the grey pictures (Wang et al. 2004, equation 13)."""
    from mien.metrics.pictures import grey_ssim

    found = [grey_ssim(one[None], other[None])[0] for one, other in zip(made, truth, strict=True)]
    return _means(np.stack(found), masks)


def _means(values: Values, masks: Masks | None) -> Values:
    if masks is None:
        return np.asarray(values.mean((1, 2)), np.float64)
    counts = masks.sum((1, 2)).astype(np.float64)
    sums = (values * masks).sum((1, 2))
    return np.divide(sums, counts, out=np.full(len(values), np.nan), where=counts > 0)
