"""How the edges of a picture run, and how it looks through a soft lens."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.types import Image

CELL, TURNS = 8, 9
"""Pixels a side of a cell, and directions in half a turn."""


def blurred(picture: NDArray[Any], sd: float) -> NDArray[np.float32]:
    """(h, w) or (h, w, c), smoothed by a Gaussian of so many pixels."""
    return np.asarray(cv2.GaussianBlur(picture.astype(np.float32), (0, 0), sd), np.float32)


def oriented_gradients(picture: Image) -> NDArray[np.float64]:
    """(cells, cells, 9) oriented gradients (Dalal and Triggs 2005), every block of 2 x 2 at 1."""
    grey = picture.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    grey = cv2.GaussianBlur(grey, (0, 0), 1.0)
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    length = np.hypot(across, down)
    turn = np.mod(np.arctan2(down, across), np.pi) / np.pi * TURNS
    low = np.floor(turn).astype(int) % TURNS
    share = turn - np.floor(turn)
    maps = np.zeros((TURNS, *grey.shape), np.float32)
    for k in range(TURNS):
        maps[k] = np.where(low == k, length * (1 - share), 0)
        maps[k] += np.where((low + 1) % TURNS == k, length * share, 0)
    count = len(grey) // CELL
    cells = maps.reshape(TURNS, count, CELL, count, CELL).mean((2, 4)).transpose(1, 2, 0)
    energy = np.square(cells).sum(2)
    around = cv2.blur(energy, (3, 3), borderType=cv2.BORDER_REFLECT)
    return (cells / np.sqrt(around + 4.0)[..., None]).astype(np.float64)
