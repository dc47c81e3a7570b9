"""What cameras and files do to a picture: for training on renders that are to look like photos."""

from __future__ import annotations

import dataclasses
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from mien.seeding import rng
from mien.types import Image

GAMMA = 2.2
BLUR_REACH = 3.0
"""Standard deviations after which the blur's weights are left out."""


@dataclasses.dataclass(frozen=True)
class PhotoEffects:
    """What happens to a picture on its way to a file, in this order; the defaults do nothing.

    white_balance  (red, blue): gains of these channels against green; 1 is neutral
    vignette       0 to 1: how much darker the corners are
    blur           standard deviation in pixels
    noise          0 to about 0.05: standard deviation of the sensor's noise at mid-grey, of white;
                   dark parts have more, as in underexposed photos
    jpeg           quality 1 to 95 of a JPEG file and back; 0 for none
    """

    white_balance: tuple[float, float] = (1.0, 1.0)
    vignette: float = 0.0
    blur: float = 0.0
    noise: float = 0.0
    jpeg: int = 0


NO_EFFECTS = PhotoEffects()


def apply_effects(picture: Image, effects: PhotoEffects, *, seed: int = 0) -> Image:
    """The picture (h, w, 3) uint8 with effects; the same seed gives the same noise."""
    done = picture
    if dataclasses.replace(effects, jpeg=0) != NO_EFFECTS:
        light = np.power(done.astype(np.float32) / 255.0, GAMMA)
        light[..., 0] *= effects.white_balance[0]
        light[..., 2] *= effects.white_balance[1]
        light *= _corners(light.shape[0], light.shape[1], effects.vignette)[..., None]
        light = _blurred(light, effects.blur)
        signal = np.power(np.clip(light, 0.0, 1.0), 1.0 / GAMMA)
        signal += _noise(signal, effects.noise, seed)
        done = np.round(np.clip(signal, 0.0, 1.0) * 255.0).astype(np.uint8)
    return _through_jpeg(done, effects.jpeg) if effects.jpeg > 0 else done.copy()


def random_effects(seed: int, index: int) -> PhotoEffects:
    """Effects of an ordinary photo, by chance; picture `index` of a seed has always the same."""
    random = rng(seed, "photo effects", index)
    red, blue = 1.0 + 0.05 * random.normal(size=2)
    return PhotoEffects(
        white_balance=(round(float(red), 4), round(float(blue), 4)),
        vignette=round(float(random.uniform(0.0, 0.35)), 4),
        blur=round(float(random.choice([0.0, 0.0, 0.5, 0.8]) * random.uniform(0.6, 1.4)), 4),
        noise=round(float(random.uniform(0.0, 0.03)), 4),
        jpeg=int(random.choice([0, 92, 85, 75, 60])),
    )


def _corners(height: int, width: int, amount: float) -> NDArray[np.float32]:
    """(h, w) gain: 1 in the middle, 1 - amount in the corners."""
    y = (np.arange(height, dtype=np.float32) + 0.5) / height * 2 - 1
    x = (np.arange(width, dtype=np.float32) + 0.5) / width * 2 - 1
    far = (y[:, None] ** 2 + x[None, :] ** 2) / 2
    return (1 - amount * far**1.5).astype(np.float32)


def _blurred(light: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """Gaussian blur of (h, w, 3); the edges repeat."""
    if sigma <= 0:
        return light
    reach = max(1, int(np.ceil(BLUR_REACH * sigma)))
    steps = np.arange(-reach, reach + 1)
    weights = np.exp(-0.5 * (steps / sigma) ** 2)
    weights /= weights.sum()
    for axis in (0, 1):
        pads = [(reach, reach) if k == axis else (0, 0) for k in range(3)]
        padded = np.pad(light, pads, mode="edge")
        size, total = light.shape[axis], np.zeros_like(light)
        for k, weight in enumerate(weights):
            total += np.float32(weight) * np.take(padded, np.arange(k, k + size), axis=axis)
        light = total
    return light


def _noise(signal: NDArray[np.float32], amount: float, seed: int) -> NDArray[np.float32]:
    """Noise of (h, w, 3) values 0..1: mostly of brightness, some of colour."""
    if amount <= 0:
        return np.zeros_like(signal)
    random = rng(seed, "sensor noise")
    height, width = signal.shape[:2]
    grey = random.normal(size=(height, width, 1)) * 0.85
    colour = random.normal(size=(height, width, 3)) * 0.5
    strength = amount * (1.4 - 0.8 * signal)
    return ((grey + colour) * strength).astype(np.float32)


def _through_jpeg(picture: Image, quality: int) -> Image:
    buffer = io.BytesIO()
    PillowImage.fromarray(np.ascontiguousarray(picture)).save(buffer, "JPEG", quality=quality)
    buffer.seek(0)
    with PillowImage.open(buffer) as read:
        return np.array(read.convert("RGB"), np.uint8)
