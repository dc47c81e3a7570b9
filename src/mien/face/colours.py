"""The colours of a face's regions, robust medians in linear light, and the colour of its light.

What is white in a face, the sclera and the teeth, shows the colour of the light; the estimate is
bounded and shrinks towards neutral where little white was seen. Distances between colours are
taken in CIE Lab.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.face import regions
from mien.face.eyes import Eye, iris_mask, open_eyes, sclera_mask
from mien.face.regions import HeadView, Mask
from mien.types import Image, Landmarks, RegionColours

VIEW_SIZE = 384
"""Side of the head crop the colours are read from, in pixels."""

_WHITE = np.ones(3)

# Linear RGB over its mean of sclera and of teeth under neutral light.
_SCLERA_TINT = np.array([1.10, 0.97, 0.93])
_TEETH_TINT = np.array([1.13, 1.00, 0.87])

# Bounds of the light's colour, as logarithms: from blue to orange, where lamps and skies lie, and
# from magenta to green, where they hardly do.
_WARM_BOUND = 0.25
_GREEN_BOUND = 0.06
_PALE = 0.75  # saturation of a white over that of the skin, at most
_WHITE_HALF = 60.0  # white pixels at which the estimate is half trusted


@dataclasses.dataclass(frozen=True, eq=False)
class _Pixels:
    """A crop in three ways: bytes are the view's; here linear RGB, luminance and Lab."""

    linear: NDArray[np.float32]
    luminance: NDArray[np.float32]
    lab: NDArray[np.float32]


def region_colours(image: Image, landmarks: Landmarks) -> RegionColours:
    """The colours of the face with these landmarks; None for what was not seen."""
    return colours_of(regions.head_view(image, landmarks, VIEW_SIZE))


def colours_of(view: HeadView) -> RegionColours:
    """The colours of a head crop."""
    pixels = _pixels(view.image)
    tone = _skin_mask(view, pixels)
    eyes = open_eyes(view, pixels.luminance)
    white = _light_colour(view, pixels, tone, eyes)
    found = {
        "skin": _median(pixels, tone),
        "lips": _median(pixels, _trimmed(pixels, regions.lips(view))),
        "brows": _median(pixels, _darkest(pixels, regions.brows(view), 30)),
        "hair": _median(pixels, _hair_mask(view, pixels, tone)),
        "iris": _median(pixels, iris_mask(view, pixels.luminance, eyes), at_least=12),
    }
    balanced = {name: _balanced(colour, white) for name, colour in found.items()}
    return RegionColours(**balanced, white=_triple(white))


def _pixels(image: Image) -> _Pixels:
    linear = regions.to_linear(image)
    lab: NDArray[Any] = cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    return _Pixels(linear, linear @ regions.LUMINANCE, lab)


def _triple(colour: NDArray[np.floating]) -> tuple[float, float, float]:
    return float(colour[0]), float(colour[1]), float(colour[2])


def _balanced(
    colour: NDArray[np.floating] | None, white: NDArray[np.floating]
) -> tuple[float, float, float] | None:
    return None if colour is None else _triple(np.clip(colour / white, 0.0, 1.0))


def _median(pixels: _Pixels, mask: Mask, at_least: int = 30) -> NDArray[np.floating] | None:
    chosen = pixels.linear[mask]
    return np.median(chosen, axis=0) if len(chosen) >= at_least else None


def _darkest(pixels: _Pixels, mask: Mask, percent: float) -> Mask:
    if not mask.any():
        return mask
    return mask & (pixels.luminance <= np.percentile(pixels.luminance[mask], percent))


def _trimmed(pixels: _Pixels, mask: Mask) -> Mask:
    """Without the darkest and the brightest tenth: shadows and highlights."""
    if not mask.any():
        return mask
    low, high = np.percentile(pixels.luminance[mask], [10, 90])
    return mask & (pixels.luminance >= low) & (pixels.luminance <= high)


def _skin_mask(view: HeadView, pixels: _Pixels) -> Mask:
    """The skin pixels that look like the cheeks' median: without beard, fringe and highlights."""
    whole, sure = regions.skin(view), regions.cheeks(view)
    sure = sure if sure.sum() >= 50 else whole
    if not sure.any():
        return whole
    return _like(pixels, whole, np.median(pixels.lab[sure], axis=0), 2.0)


def _like(pixels: _Pixels, mask: Mask, colour: NDArray[np.floating], limit: float) -> Mask:
    """The pixels of the mask nearer than `limit` to a Lab colour, in spreads of one skin."""
    away = (pixels.lab[mask] - colour) / np.array([16, 8, 8], np.float32)
    near = np.zeros_like(mask)
    near[mask] = (away * away) @ np.ones(3, np.float32) < limit**2
    return near


def _hair_mask(view: HeadView, pixels: _Pixels, tone: Mask) -> Mask:
    """What over the forehead is not skin; empty on a bald head."""
    crown = regions.crown(view)
    if not (tone.any() and crown.any()):
        return np.zeros_like(crown)
    other = crown & ~_like(pixels, crown, np.median(pixels.lab[tone], axis=0), 1.6)
    if other.sum() < 0.15 * crown.sum():
        return np.zeros_like(crown)
    # Background seen beside the hair is a smaller part: keep what is like the middle colour.
    return _like(pixels, other, np.median(pixels.lab[other], axis=0), 2.5)


def _light_colour(
    view: HeadView, pixels: _Pixels, tone: Mask, eyes: list[Eye]
) -> NDArray[np.floating]:
    """(3,): the light's colour, largest channel 1."""
    if not tone.any():
        return _WHITE
    saturation = _saturation(pixels)
    pale = saturation < _PALE * np.median(saturation[tone])
    seen = [
        (sclera_mask(view, pixels.linear, eyes) & pale, _SCLERA_TINT),
        (_teeth_mask(view, pixels, tone) & pale, _TEETH_TINT),
    ]
    seen = [(mask, tint) for mask, tint in seen if mask.sum() >= 8]
    if not seen:
        return _WHITE
    counts = np.array([mask.sum() for mask, _ in seen], np.float64)
    casts = [np.median(pixels.linear[mask], axis=0) / tint for mask, tint in seen]
    mean = counts @ np.log(np.maximum(casts, 1e-4)) / (counts.sum() + _WHITE_HALF)
    red, green, blue = (float(channel) for channel in mean)
    warm = np.clip((red - blue) / 2, -_WARM_BOUND, _WARM_BOUND)
    greenish = np.clip(green - (red + blue) / 2, -_GREEN_BOUND, _GREEN_BOUND)
    light = np.exp([warm, greenish, -warm])
    return light / light.max()


def _teeth_mask(view: HeadView, pixels: _Pixels, tone: Mask) -> Mask:
    """Bright pixels between the lips."""
    bright = 0.6 * float(np.median(pixels.luminance[tone]))
    opening = regions.mouth_opening(view)
    return opening & (pixels.luminance > bright) & (regions.strongest(view.image) < 253)


def _saturation(pixels: _Pixels) -> NDArray[np.floating]:
    high = regions.strongest(pixels.linear)
    return (high - regions.weakest(pixels.linear)) / np.maximum(high, 1e-4)
