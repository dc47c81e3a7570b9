"""What a face's skin shows beside its landmarks: folds between the brows and on the forehead.

No landmark lies where a frown folds the skin; the pixels there tell it.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.face import affine
from mien.types import Image, Landmarks

NAMES = ("frown", "forehead")
"""Upright edges between the brows, and level edges above them."""
_SIDE, _EYES = 96, 40.0  # pixels of the patch, and between the outer corners of the eyes in it
_EYE_LINE = 0.42  # share of the patch's height
_BOXES = {
    "frown": (41, 28, 55, 40),
    "forehead": (28, 8, 68, 24),
}
"""left, top, right, bottom in the patch."""


def skin_signals(image: Image, landmarks: Landmarks) -> NDArray[np.float64]:
    """(2,) `NAMES`, each relative to the face's brightness; comparable within one clip only.

    image  (h, w, 3) uint8; landmarks (68, 2) pixels of it
    """
    corners = landmarks[[36, 45]]
    across = corners[1] - corners[0]
    width = max(float(np.hypot(*across)), 1e-6)
    turn = affine.rotation(float(np.degrees(np.arctan2(across[1], across[0]))))
    target = [_SIDE / 2 - 0.5, _EYE_LINE * _SIDE - 0.5]
    matrix = affine.about(turn * (_EYES / width), corners.mean(0), target)
    patch = affine.warp(image, matrix, (_SIDE, _SIDE))
    grey = cv2.GaussianBlur(cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY), (0, 0), 1.0)
    grey = grey.astype(np.float32)
    level = max(float(grey.mean()), 1.0)
    across_edges = np.abs(cv2.Sobel(grey, cv2.CV_32F, 1, 0)) / level
    down_edges = np.abs(cv2.Sobel(grey, cv2.CV_32F, 0, 1)) / level
    return np.array([_mean(across_edges, "frown"), _mean(down_edges, "forehead")])


def _mean(values: NDArray[np.floating], box: str) -> float:
    left, top, right, bottom = _BOXES[box]
    return float(values[top:bottom, left:right].mean())
