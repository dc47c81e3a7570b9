"""Plane affine maps as (2, 3) matrices, and one way to warp a picture by them.

Points are (n, 2) pixels with the centre of the first pixel at (0, 0). A matrix maps a column
(x, y, 1) to (x', y'); `compose(second, first)` applies `first` and then `second`.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

Matrix: TypeAlias = NDArray[np.float64]
"""(2, 3) affine matrix."""

Points: TypeAlias = NDArray[np.float64]
"""(n, 2) points."""

Border: TypeAlias = Literal["edge", "black"]

_BORDERS: dict[Border, int] = {"edge": cv2.BORDER_REPLICATE, "black": cv2.BORDER_CONSTANT}


def transform(matrix: ArrayLike, points: ArrayLike) -> Points:
    """Points (..., 2) mapped by an affine matrix."""
    matrix = np.asarray(matrix, np.float64)
    return np.asarray(points, np.float64) @ matrix[:, :2].T + matrix[:, 2]


def compose(second: ArrayLike, first: ArrayLike) -> Matrix:
    """The matrix that applies `first` and then `second`."""
    second, first = np.asarray(second, np.float64), np.asarray(first, np.float64)
    linear = second[:, :2] @ first[:, :2]
    return np.column_stack([linear, second[:, :2] @ first[:, 2] + second[:, 2]])


def invert(matrix: ArrayLike) -> Matrix:
    """The inverse map. Raises numpy.linalg.LinAlgError for a flat matrix."""
    matrix = np.asarray(matrix, np.float64)
    linear = np.linalg.inv(matrix[:, :2]).astype(np.float64)
    return np.column_stack([linear, -linear @ matrix[:, 2]])


def step_of(matrix: ArrayLike) -> float:
    """How many source pixels one target pixel steps over (> 1 shrinks the picture)."""
    determinant = float(np.linalg.det(np.asarray(matrix, np.float64)[:, :2]))
    return abs(determinant) ** -0.5


def rotation(degrees: float) -> NDArray[np.float64]:
    """(2, 2): turns a vector counter-clockwise as seen in the picture (y points down)."""
    angle = np.deg2rad(degrees)
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.array([[cosine, sine], [-sine, cosine]])


def about(linear: ArrayLike, source: ArrayLike, target: ArrayLike) -> Matrix:
    """The map with this (2, 2) linear part that takes point `source` to point `target`."""
    linear = np.asarray(linear, np.float64)
    shift = np.asarray(target, np.float64) - linear @ np.asarray(source, np.float64)
    return np.column_stack([linear, shift])


def similarity(source: ArrayLike, target: ArrayLike) -> Matrix:
    """Least-squares scale, rotation and shift from source to target points, both (n, 2), n >= 2.

    Umeyama (1991) in the plane, without reflection: the linear part is [[a, -b], [b, a]].
    """
    source, target = np.asarray(source, np.float64), np.asarray(target, np.float64)
    source_mean, target_mean = source.mean(0), target.mean(0)
    s, t = source - source_mean, target - target_mean
    energy = (s**2).sum()
    a = (s * t).sum() / energy
    b = (s[:, 0] * t[:, 1] - s[:, 1] * t[:, 0]).sum() / energy
    return about([[a, -b], [b, a]], source_mean, target_mean)


def warp(
    image: NDArray[Any],
    matrix: ArrayLike,
    size: tuple[int, int],
    *,
    border: Border = "edge",
) -> NDArray[Any]:
    """The picture seen through `matrix` (source to target pixels), anti-aliased when it shrinks.

    image   (height, width) or (height, width, channels), uint8 or float32
    size    (width, height) of the result
    border  what lies outside the source: its edge pixels go on, or black

    Bilinear where the target is as fine as the source. Where it is coarser, the source is first
    averaged over whole blocks until the step lies in [1, 2), then sampled twice as finely as
    wanted and averaged again.
    """
    width, height = size
    matrix = np.asarray(matrix, np.float64)
    if step_of(matrix) <= 1.0 + 1e-6:
        return _sample(image, matrix, size, border)
    image, to_source = _shrink_source(image, matrix, size)
    fine = compose([[2.0, 0.0, 0.5], [0.0, 2.0, 0.5]], compose(matrix, to_source))
    double = _sample(image, fine, (2 * width, 2 * height), border)
    return resize(double, size)


def resize(image: NDArray[Any], size: tuple[int, int]) -> NDArray[Any]:
    """The whole picture with another (width, height): averaged to shrink, bilinear to enlarge."""
    shrinks = size[0] < image.shape[1] or size[1] < image.shape[0]
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)


def _shrink_source(
    image: NDArray[Any], matrix: Matrix, size: tuple[int, int]
) -> tuple[NDArray[Any], Matrix]:
    """The needed part of the picture, block-averaged, and the map from it to the picture."""
    factor = int(step_of(matrix))
    left, top, right, bottom = _needed(image, matrix, size, margin=2 * factor + 2)
    part = image[top:bottom, left:right]
    pad_down, pad_right = -part.shape[0] % factor, -part.shape[1] % factor
    if factor > 1:
        part = cv2.copyMakeBorder(part, 0, pad_down, 0, pad_right, cv2.BORDER_REPLICATE)
        small = (part.shape[1] // factor, part.shape[0] // factor)
        part = resize(part, small)
    middle = (factor - 1) / 2
    to_source = np.array([[factor, 0, left + middle], [0, factor, top + middle]], np.float64)
    return part, to_source


def _sample(
    image: NDArray[Any], matrix: Matrix, size: tuple[int, int], border: Border
) -> NDArray[Any]:
    # Only the part that is seen goes in: OpenCV refuses sources above 32,767 pixels a side.
    left, top, right, bottom = _needed(image, matrix, size, margin=2)
    return cv2.warpAffine(
        image[top:bottom, left:right],
        compose(matrix, [[1, 0, left], [0, 1, top]]),
        size,
        flags=cv2.INTER_LINEAR,
        borderMode=_BORDERS[border],
        borderValue=0,
    )


def _needed(
    image: NDArray[Any], matrix: Matrix, size: tuple[int, int], *, margin: int
) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) of the source pixels a warp reads; at least one pixel."""
    width, height = size
    corners = transform(invert(matrix), [[0, 0], [width, 0], [0, height], [width, height]])
    low = np.floor(corners.min(0)).astype(int) - margin
    high = np.ceil(corners.max(0)).astype(int) + margin + 1
    last_y, last_x = image.shape[0] - 1, image.shape[1] - 1
    left, top = int(np.clip(low[0], 0, last_x)), int(np.clip(low[1], 0, last_y))
    right, bottom = max(left + 1, min(high[0], last_x + 1)), max(top + 1, min(high[1], last_y + 1))
    return left, top, int(right), int(bottom)
