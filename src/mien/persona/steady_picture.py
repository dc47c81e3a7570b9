"""Shimmer taken off pictures of one face, made one by one: what hardly differs from the last stays.

Sources that change and landmarks that tremble make skin boil where the true face stands still. A
filter over time that lets go of what really changes costs no sharpness and lags nowhere.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.types import Image

_NOISE, _CHANGE = 3.0, 15.0
"""Grey levels below which a difference is noise, and above which it is all true."""
_LEAST = 0.3
"""Share of the new picture where it differs by noise alone."""


class SteadyPicture:
    """Feed it picture after picture (h, w, 3) uint8 of one size."""

    def __init__(self) -> None:
        self._last: NDArray[np.float32] | None = None

    def __call__(self, picture: Image) -> Image:
        """The picture, near the last one wherever it differs by noise alone."""
        fresh, last = picture.astype(np.float32), self._last
        if last is None or last.shape != fresh.shape:
            self._last = fresh
            return picture
        change = fresh - last
        apart = cv2.blur(np.abs(change).mean(-1), (3, 3))
        share = np.clip((apart - _NOISE) / (_CHANGE - _NOISE), 0.0, 1.0)
        made = last + (_LEAST + (1.0 - _LEAST) * share)[..., None] * change
        self._last = made
        return np.rint(made).astype(np.uint8)
