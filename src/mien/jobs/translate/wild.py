"""Photos of the head made less tidy, so that a network trained on them bears real photos.

A real photo has a room behind the head, a colour cast, noise. The head's photos have none of it:
without this a network takes everything behind a real head for hair. The drawing that is wanted
stays as it is, with its plain backdrop.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from mien.seeding import rng

Planes = NDArray[np.float32]

_NEAR = 0.063
"""How far a pixel of the backdrop may be from what the corner predicts, of 2."""
_FALL = 0.45
"""Power of the shade in stored values: the tone curve and sRGB together."""
_GAIN, _CAST, _NOISE = 0.12, 0.06, 0.03
_SMOOTH = 0.4
"""Share of pictures that are a little blurred."""


@functools.cache
def _shades(size: int) -> Planes:
    """(s, s) how bright the head's backdrop is, relative to the first pixels."""
    line = (np.arange(size) + 0.5) / size
    x, y = np.meshgrid(line, line)
    shade = 1 - 0.35 * y - 0.9 * ((x - 0.5) ** 2 + (y - 0.45) ** 2)
    return np.asarray((shade / shade[1, 1]) ** _FALL, np.float32)


def backdrop(pictures: Planes) -> tuple[NDArray[np.bool_], Planes]:
    """Where the head's backdrop is seen (n, 1, s, s), and its colours (n, 3, s, s) everywhere.

    pictures   (n, 3, s, s) in [-1, 1], photos drawn by the head
    """
    corner = pictures[:, :, :3, :3].mean((2, 3), keepdims=True)
    plain = (corner + 1) * _shades(pictures.shape[-1]) - 1
    near = np.abs(pictures - plain).max(1, keepdims=True) < _NEAR
    return near, np.asarray(plain, np.float32)


def untidy(pictures: Planes, *key: int | str) -> Planes:
    """The same photos in front of clutter of the same mean colour, with cast, blur and noise.

    pictures   (n, 3, s, s) in [-1, 1]; the clutter behind each is cut from its neighbour
    key        of everything random
    """
    random = rng(*key)
    count, size = len(pictures), pictures.shape[-1]
    behind, plain = backdrop(pictures)
    others = np.roll(pictures, 1, 0)
    turned = np.stack([np.rot90(one, int(random.integers(4)), (1, 2)) for one in others])
    shifts = random.integers(0, size, (count, 2))
    moved = np.stack(
        [np.roll(one, tuple(s), (1, 2)) for one, s in zip(turned, shifts, strict=True)]
    )
    clutter = moved - moved.mean((2, 3), keepdims=True)
    amount = random.uniform(0, 1, (count, 1, 1, 1)) * (random.random((count, 1, 1, 1)) < 0.8)
    made = np.where(behind, np.clip(plain + amount * clutter, -1, 1), pictures)
    gain = np.exp(
        random.normal(0, _GAIN, (count, 1, 1, 1)) + random.normal(0, _CAST, (count, 3, 1, 1))
    )
    made = (made + 1) * gain - 1
    smooth = random.random(count) < _SMOOTH
    made[smooth] = _blurred(made[smooth])
    noise = random.standard_normal(made.shape, np.float32)
    made = made + noise * random.uniform(0, _NOISE, (count, 1, 1, 1))
    return np.asarray(np.clip(made, -1, 1), np.float32)


def _blurred(pictures: Planes) -> Planes:
    """Weights 1 2 1 along both axes."""
    for axis in (2, 3):
        one, other = np.roll(pictures, 1, axis), np.roll(pictures, -1, axis)
        pictures = np.asarray((one + 2 * pictures + other) / 4, np.float32)
    return pictures
