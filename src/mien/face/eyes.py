"""Iris and sclera of the open eyes of a head crop."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mien.face import regions
from mien.face.affine import Points
from mien.face.regions import HeadView, Mask

_CORNERS = ((36, 39), (42, 45))
# An iris is 11.8 mm across, the corners of an eye are 29 mm apart.
_IRIS_RADIUS = 0.2
_CLOSED = 0.16  # height over width of the opening
_SMALLEST = 8.0  # pixels between the corners


@dataclasses.dataclass(frozen=True, eq=False)
class Eye:
    """An open eye: what lies between its lids, and its iris (centre and radius in crop pixels)."""

    opening: Mask
    centre: Points
    radius: float


def open_eyes(view: HeadView, luminance: NDArray[np.floating]) -> list[Eye]:
    """The eyes of a head crop that are open and large enough, the picture's left one first."""
    found = []
    for first, last in _CORNERS:
        points = view.points[first : first + 6]
        width = float(np.hypot(*(points[3] - points[0])))
        height = float(np.hypot(*(points[[1, 2]] - points[[5, 4]]).T).mean())
        if height < _CLOSED * width or width < _SMALLEST:
            continue
        opening = regions.polygon(points, len(view.image)) & view.inside
        if opening.any():
            radius = _IRIS_RADIUS * width
            along = view.points[last] - view.points[first]
            middle = points.mean(0)
            centre = _darkest_disc(luminance, opening, middle, along, radius)
            found.append(Eye(opening, centre, radius))
    return found


def _darkest_disc(
    luminance: NDArray[np.floating], opening: Mask, middle: Points, along: Points, radius: float
) -> Points:
    """The centre of the darkest disc of this radius, moved along and a little across the eye."""
    rows, columns = np.nonzero(opening)
    dark = luminance[rows, columns]
    steps = [(a, d) for a in np.linspace(-0.28, 0.28, 15) for d in np.linspace(-0.3, 0.3, 5)]
    centres = middle + np.array([a * along + [0.0, d * radius] for a, d in steps])
    away = (columns - centres[:, :1]) ** 2 + (rows - centres[:, 1:]) ** 2
    inside = away <= radius**2
    counts = inside.sum(1)
    enough = counts >= 0.4 * np.pi * radius**2
    if not enough.any():
        return middle
    brightness = np.where(enough, inside @ dark / np.maximum(counts, 1), np.inf)
    return centres[int(np.argmin(brightness))]


def iris_mask(view: HeadView, luminance: NDArray[np.floating], eyes: list[Eye]) -> Mask:
    """The coloured rings, without pupil, highlights and the upper lid's shadow."""
    size = len(view.image)
    mask = np.zeros((size, size), bool)
    rows = np.arange(size)[:, None]
    for eye in eyes:
        ring = regions.disc(eye.centre, 0.9 * eye.radius, size)
        ring &= ~regions.disc(eye.centre, 0.45 * eye.radius, size)
        ring &= eye.opening & (rows > eye.centre[1] - 0.35 * eye.radius)
        if ring.any():
            mask |= ring & (luminance < 2.5 * np.median(luminance[ring]) + 0.02)
    return mask


def sclera_mask(view: HeadView, linear: NDArray[np.floating], eyes: list[Eye]) -> Mask:
    """The whites of the eyes.

    Of what is in an eye and not iris, the 40 % whose weakest channel is strongest, which is bright
    and colourless at once; nothing that is clipped.
    """
    size = len(view.image)
    mask = np.zeros((size, size), bool)
    weakest = regions.weakest(linear)
    for eye in eyes:
        white = regions.grow(eye.opening, -0.012 * view.unit)
        white &= ~regions.disc(eye.centre, 1.25 * eye.radius, size)
        white &= regions.strongest(view.image) < 253
        if white.any():
            mask |= white & (weakest >= np.percentile(weakest[white], 60))
    return mask
