"""Scores that look at pixels: sliced Wasserstein distance, MS-SSIM, sharpness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mien.seeding import rng
from mien.types import Image

if TYPE_CHECKING:
    from torch import Tensor

PATCH, PATCHES, DIRECTIONS = 7, 64, 128

_PYRAMID = np.array([1, 4, 6, 4, 1], np.float64) / 16
_WINDOW, _SIGMA = 11, 1.5
_MS_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def sliced_wasserstein(real: Image, made: Image, *, seed: int = 0) -> dict[int, float]:
    """Distance of the patch distributions at every level of a Laplacian pyramid, times 1000.

    Karras et al. 2018, section 5. Keys are the sides of the levels, from the pictures' own down
    to 16; sets (n, s, s, 3) uint8 of equal n. `seed` chooses patches and directions.
    """
    levels = zip(_laplacian(real), _laplacian(made), strict=True)
    return {
        one.shape[1]: 1000.0 * _sliced(_patches(one, seed), _patches(other, seed), seed)
        for one, other in levels
    }


def _laplacian(pictures: Image) -> list[NDArray[np.float32]]:
    level = pictures.astype(np.float32)
    levels = []
    while level.shape[1] > 16:
        small = _blur(level)[:, ::2, ::2]
        back = _blur(_spread(small)) * 4
        levels.append(level - back)
        level = small
    return [*levels, level]


def _spread(small: NDArray[np.float32]) -> NDArray[np.float32]:
    count, height, width, channels = small.shape
    large = np.zeros((count, height * 2, width * 2, channels), np.float32)
    large[:, ::2, ::2] = small
    return large


def _blur(pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    for axis in (1, 2):
        padding = [(2, 2) if a == axis else (0, 0) for a in range(4)]
        wide = np.pad(pictures, padding, mode="reflect")
        length = pictures.shape[axis]
        parts = [
            weight * np.take(wide, range(k, k + length), axis) for k, weight in enumerate(_PYRAMID)
        ]
        pictures = np.asarray(np.sum(parts, axis=0, dtype=np.float32), np.float32)
    return pictures


def _patches(level: NDArray[np.float32], seed: int) -> NDArray[np.float64]:
    """(n * PATCHES, 147) patches at keyed places, each channel at mean 0 and deviation 1."""
    count, side = level.shape[:2]
    places = rng(seed, "patches", side).integers(0, side - PATCH + 1, (count, PATCHES, 2))
    rows = places[..., 0, None] + np.arange(PATCH)
    columns = places[..., 1, None] + np.arange(PATCH)
    numbers = np.arange(count)[:, None, None, None]
    found = level[numbers, rows[..., :, None], columns[..., None, :]].astype(np.float64)
    found = found.reshape(-1, PATCH * PATCH, 3)
    found = (found - found.mean((0, 1))) / (found.std((0, 1)) + 1e-9)
    return found.reshape(len(found), -1)


def _sliced(one: NDArray[np.float64], other: NDArray[np.float64], seed: int) -> float:
    directions = rng(seed, "directions").normal(size=(one.shape[1], DIRECTIONS))
    directions /= np.linalg.norm(directions, axis=0)
    apart = [
        np.abs(np.sort(one @ some, 0) - np.sort(other @ some, 0)).mean()
        for some in np.split(directions, 8, 1)
    ]
    return float(np.mean(apart))


def pair_similarity(pictures: Image, *, pairs: int = 500, seed: int = 0) -> float:
    """Mean MS-SSIM of random pairs: higher is less varied (Odena et al. 2017, section 4.2)."""
    random = rng(seed, "pairs")
    first = random.integers(0, len(pictures), pairs)
    second = (first + random.integers(1, len(pictures), pairs)) % len(pictures)
    return float(ms_ssim(pictures[first], pictures[second]).mean())


def ms_ssim(one: Image, other: Image) -> NDArray[np.float64]:
    """(n,) MS-SSIM of grey pictures, in [0, 1] (Wang et al. 2003, equation 7).

    As many of the paper's five scales as the size allows (three at 64 pixels), their weights
    brought to the sum 1.
    """
    from torch.nn import functional

    x, y = (_grey(pictures) for pictures in (one, other))
    scales = max(1, min(5, int(np.log2(x.shape[-1] / _WINDOW)) + 1))
    weights = np.array(_MS_WEIGHTS[:scales]) / sum(_MS_WEIGHTS[:scales])
    result = np.ones(len(one))
    for place, weight in enumerate(weights):
        luminance, contrast = _ssim_parts(x, y)
        part = contrast if place < scales - 1 else contrast * luminance
        result *= np.maximum(part.mean((1, 2, 3)).numpy(), 0.0) ** weight
        x, y = functional.avg_pool2d(x, 2), functional.avg_pool2d(y, 2)
    return result


def grey_ssim(one: Image, other: Image) -> NDArray[np.float64]:
    """(n, h, w) SSIM of grey pictures; beyond the edge they go on as their mirror images."""
    reach = _WINDOW // 2
    padding = [(0, 0), (reach, reach), (reach, reach), (0, 0)]
    x, y = (_grey(np.pad(pictures, padding, mode="reflect")) for pictures in (one, other))
    luminance, contrast = _ssim_parts(x, y)
    return np.asarray((luminance * contrast)[:, 0].numpy(), np.float64)


def _grey(pictures: Image) -> Tensor:
    import torch

    grey = pictures.astype(np.float64) @ np.array([0.299, 0.587, 0.114])
    return torch.from_numpy(grey)[:, None]


def _ssim_parts(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Luminance and contrast-structure maps (Wang et al. 2004, equations 6 and 9 to 11)."""
    import torch
    from torch.nn import functional

    places = torch.arange(_WINDOW, dtype=torch.float64) - _WINDOW // 2
    line = torch.exp(-(places**2) / (2 * _SIGMA**2))
    line = (line / line.sum()).reshape(1, 1, 1, _WINDOW)

    def mean(z: Tensor) -> Tensor:
        return functional.conv2d(functional.conv2d(z, line), line.transpose(2, 3))

    mean_x, mean_y = mean(x), mean(y)
    var_x, var_y = mean(x * x) - mean_x**2, mean(y * y) - mean_y**2
    both = mean(x * y) - mean_x * mean_y
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    luminance = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    return luminance, (2 * both + c2) / (var_x + var_y + c2)


def sharpness(pictures: Image) -> float:
    """Mean absolute Laplacian of the grey picture: compare made with real, 1 is as sharp."""
    grey = pictures.astype(np.float32).mean(-1)
    inner = 4 * grey[:, 1:-1, 1:-1]
    around = grey[:, :-2, 1:-1] + grey[:, 2:, 1:-1] + grey[:, 1:-1, :-2] + grey[:, 1:-1, 2:]
    return float(np.abs(inner - around).mean())
