"""Shadows on one half of a face taken off its texture.

The light fit knows one smooth light. What a nose or a brow throws over a cheek it does not know;
but faces are nearly the same on both sides, and so is their skin, while shadows are not.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.head.texture import uv_of_rest
from mien.persona.texture_map import COLUMNS, LUMINANCE, ROWS, TEXELS_PER_CM

Map = NDArray[np.float32]
Mask = NDArray[np.bool_]
FloatMap = NDArray[np.floating]

_STEP = 4
"""Pixels of a texture per texel here: shadows are coarse."""
_SCALES = ((1.1, 0.0), (0.45, 0.12))
"""Blur in cm and the difference of log light that is let be: moles and spots are on one side too,
and smaller than shadows."""
_BRIGHTER = 0.12
"""Log light by which a half has to be brighter to be believed alone; below it is the mean."""
_FEW = 0.05
"""Weight of what lies farther off, where nothing is seen near by."""
_FARTHER = 2.5


def evened(ratio: Map, rest: Map, plain: Mask) -> Map:
    """The log ratio (s, s, 3) with the light of either half brought to that of the brighter one.

    rest   (s, s, 3) rest position of every pixel, nan where there is no head
    plain  (s, s) bare skin: what is compared; the rest goes along with the skin around it
    """
    place = _Plane(rest, plain)
    for cm, spared in _SCALES:
        light = (ratio @ LUMINANCE).astype(np.float32)
        lift = _lift(*place.spread(light), cm, spared)
        ratio = np.asarray(ratio + place.seen(lift)[..., None], np.float32)
    return ratio


class _Plane:
    """A small texture plane, and the way there from the pixels of a view and back."""

    def __init__(self, rest: Map, plain: Mask) -> None:
        self._shape = (ROWS // _STEP, COLUMNS // _STEP)
        known = np.isfinite(rest[..., 0])
        u, v = uv_of_rest(np.where(known[..., None], rest, 0.0).reshape(-1, 3))
        rows, columns = self._shape
        self._x = (u * (columns - 1)).reshape(plain.shape).astype(np.float32)
        self._y = (v * (rows - 1)).reshape(plain.shape).astype(np.float32)
        self._plain, self._known = plain, known
        texel = np.rint(self._y[plain]).astype(np.int64) * columns
        self._texel = texel + np.rint(self._x[plain]).astype(np.int64)

    def spread(self, values: Map) -> tuple[Map, Map]:
        """Means of the plain pixels (rows, columns), and whether there are any, 0 or 1."""
        size = self._shape[0] * self._shape[1]
        count = np.bincount(self._texel, minlength=size)
        total = np.bincount(self._texel, values[self._plain], size)
        mean = total / np.maximum(count, 1)
        there = (count > 0).astype(np.float32)
        return mean.reshape(self._shape).astype(np.float32), there.reshape(self._shape)

    def seen(self, texture: Map) -> Map:
        """(s, s) the texture's values at every pixel of the view; 0 where no head is."""
        found = cv2.remap(texture, self._x, self._y, cv2.INTER_LINEAR)
        return np.where(self._known, found, 0.0).astype(np.float32)


def _lift(light: Map, there: Map, cm: float, spared: float) -> Map:
    """What to add to the log light of each texel; nothing where one half alone is seen."""
    coarse, trust = _blurred(light, there, cm)
    other, others = coarse[:, ::-1], trust[:, ::-1]
    peak = np.maximum(coarse, other)
    sides = np.exp((coarse - peak) / _BRIGHTER) + np.exp((other - peak) / _BRIGHTER)
    wanted = peak + _BRIGHTER * np.log(sides / 2)
    away = wanted - coarse
    kept = np.sign(away) * np.maximum(np.abs(away) - spared, 0.0)
    share = np.clip(np.minimum(trust, others) / 0.2, 0.0, 1.0)
    return np.asarray(kept * share, np.float32)


def _blurred(light: Map, there: Map, cm: float) -> tuple[Map, Map]:
    """The mean of what is there around each texel, and how much of it there is."""
    near, far = ((_gauss(light * there, size), _gauss(there, size)) for size in (cm, _FARTHER))
    weight = near[1] + _FEW * far[1]
    mean = (near[0] + _FEW * far[0]) / np.maximum(weight, 1e-4)
    return np.asarray(mean, np.float32), near[1]


def _gauss(values: FloatMap, cm: float) -> Map:
    sigma = cm * TEXELS_PER_CM / _STEP
    return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma), np.float32)
