"""The part of a photo in which a face moves, and the working resolution of that part.

Flow is found at working resolution (the outer corners of the eyes about 100 pixels apart, however
large the photo is) and applied to the photo's own pixels.
"""

from __future__ import annotations

import dataclasses
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.face import affine
from mien.face.affine import Matrix
from mien.types import Image

Place: TypeAlias = tuple[slice, slice]
"""Rows and columns of a part of a window, photo pixels from the window's corner."""

WORK_EYES = 100.0
"""Working pixels between the outer corners of the eyes, at most."""
CELL = 4
"""Working pixels per cell of the coarse grid on which flow is extended."""


@dataclasses.dataclass(frozen=True)
class Window:
    """A rectangle of photo pixels and its working copy.

    left, top, right, bottom  photo pixels, right and bottom exclusive
    width, height             of the working copy, multiples of CELL
    """

    left: int
    top: int
    right: int
    bottom: int
    width: int
    height: int

    @property
    def rows(self) -> slice:
        """Its rows of the photo."""
        return slice(self.top, self.bottom)

    @property
    def columns(self) -> slice:
        """Its columns of the photo."""
        return slice(self.left, self.right)

    @property
    def scale(self) -> tuple[float, float]:
        """Working pixels per photo pixel, across and down."""
        return self.width / (self.right - self.left), self.height / (self.bottom - self.top)

    @property
    def is_full_size(self) -> bool:
        """Whether working pixels are photo pixels."""
        return self.scale == (1.0, 1.0)

    def from_photo(self) -> Matrix:
        """(2, 3): photo pixels to working pixels, the centre of the first pixel at 0 in both."""
        across, down = self.scale
        shift_x = 0.5 * across - 0.5 - across * self.left
        shift_y = 0.5 * down - 0.5 - down * self.top
        return np.array([[across, 0.0, shift_x], [0.0, down, shift_y]])

    def view(self, photo: Image) -> Image:
        """(height, width, 3) the working copy of the window."""
        part = photo[self.rows, self.columns]
        if self.is_full_size:
            return np.ascontiguousarray(part)
        return affine.resize(part, (self.width, self.height))

    def stillness(self, photo: Image) -> NDArray[np.float32]:
        """(height / CELL, width / CELL): 0 at borders with more photo beyond, rising to 1."""
        height, width = photo.shape[:2]
        mask = np.ones((self.height // CELL, self.width // CELL), np.float32)
        rise = np.clip((np.arange(max(mask.shape)) - 1.0) / 6.0, 0.0, 1.0)
        down, across = rise[: mask.shape[0], None], rise[None, : mask.shape[1]]
        if self.top > 0:
            mask *= down
        if self.bottom < height:
            mask *= down[::-1]
        if self.left > 0:
            mask *= across
        if self.right < width:
            mask *= across[:, ::-1]
        return mask

    def enlarge(self, values: NDArray[Any]) -> NDArray[Any]:
        """Working values (height, width[, c]) at every photo pixel of the window."""
        if self.is_full_size:
            return values
        size = (self.right - self.left, self.bottom - self.top)
        return cv2.resize(values, size, interpolation=cv2.INTER_LINEAR)

    def at(self, values: NDArray[Any], place: Place) -> NDArray[Any]:
        """Working values (height, width[, c]) at the photo pixels of a part of the window."""
        if self.is_full_size:
            return values[place]
        across, down = self.scale
        columns = np.arange(place[1].start, place[1].stop, dtype=np.float32)
        rows = np.arange(place[0].start, place[0].stop, dtype=np.float32)[:, None]
        x = np.broadcast_to((columns + 0.5) * np.float32(across) - 0.5, (len(rows), len(columns)))
        y = np.broadcast_to((rows + 0.5) * np.float32(down) - 0.5, x.shape)
        return cv2.remap(
            values,
            np.ascontiguousarray(x, np.float32),
            np.ascontiguousarray(y, np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )


def window_around(
    points: NDArray[np.floating], photo_shape: tuple[int, ...], *, eyes: float, reach: float
) -> Window:
    """The window that holds `points` (n, 2), photo pixels, and `reach` pixels around them.

    eyes  photo pixels between the outer corners of the eyes; it sets the working resolution

    The window ends where the photo does.
    """
    height, width = photo_shape[:2]
    scale = min(1.0, WORK_EYES / eyes)
    low, high = np.floor(points.min(0) - reach), np.ceil(points.max(0) + reach) + 1
    left, right = _span(low[0], high[0], width, scale)
    top, bottom = _span(low[1], high[1], height, scale)
    return Window(
        left, top, right, bottom, _working(right - left, scale), _working(bottom - top, scale)
    )


def _span(low: float, high: float, size: int, scale: float) -> tuple[int, int]:
    first, last = int(np.clip(low, 0, size - 1)), int(np.clip(high, 1, size))
    if scale == 1.0:
        # Whole cells, so that working pixels are photo pixels.
        last = min(size, first + -(-(last - first) // CELL) * CELL)
        first = max(0, last - -(-(last - first) // CELL) * CELL)
    return first, last


def _working(length: int, scale: float) -> int:
    return max(CELL, round(length * scale / CELL) * CELL)
