"""Closing the eyes of a photo: a lid made of the skin around the eye, and a line of lashes.

The upper lid's edge slides down by a share of the opening. Above it the skin between lid and brow
is stretched where there is enough of it; where a lid is hooded, the surrounding skin's colours
fill in. Skin grain comes mirrored from below the eye.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.persona.flow import fill
from mien.types import Image, Landmarks

FloatArray = NDArray[Any]  # float32, which OpenCV's types do not tell

_EYES = ((36, 37, 38, 39, 40, 41), (45, 44, 43, 42, 47, 46))
"""Outer corner, upper lid, inner corner, lower lid of both eyes."""
_BROWS = (range(17, 22), range(22, 27))
_MEETING = 0.86  # where the lids meet, as a share of the way from the upper to the lower lid
_FILL_SIDE = 64
_LID_TINT = np.array([0.97, 0.935, 0.925], np.float32)
"""Thin skin: a lid is a little darker and redder than the cheek."""


@dataclasses.dataclass(frozen=True, eq=False)
class _Frame:
    """An eye's own coordinates over a part of the picture.

    along   (h, w) 0 at the outer corner, 1 at the inner; down: pixels below the line of corners
    upper, lower  (h, w) height of the open lids' edges there
    place   rows and columns of the part
    """

    along: FloatArray
    down: FloatArray
    upper: FloatArray
    lower: FloatArray
    place: tuple[slice, slice]


def close_eyes(moved: Image, landmarks: Landmarks, amount: float, eyes: float) -> None:
    """Close the eyes of `moved` (h, w, 3) by `amount` 0..1, in place.

    landmarks  (68, 2) pixels, of the eyes as they are open now; eyes: pixels
    """
    if amount <= 0.0:
        return
    for ids in _EYES:
        frame = _frame(landmarks[list(ids)], moved.shape, eyes)
        if frame is not None:
            _close(moved, frame, float(min(amount, 1.0)), eyes)


def _frame(points: Landmarks, shape: tuple[int, ...], eyes: float) -> _Frame | None:
    """None where the eye is not wholly in the picture."""
    axis = points[3] - points[0]
    width = float(np.hypot(*axis))
    if width < 4:
        return None
    axis = axis / width
    normal = np.array([-axis[1], axis[0]]) * (1 if axis[0] > 0 else -1)
    middle = points.mean(0)
    reach = np.array([0.84, 0.68]) * width
    low, high = np.round(middle - reach).astype(int), np.round(middle + reach).astype(int)
    if (low < 0).any() or high[0] > shape[1] or high[1] > shape[0]:
        return None
    rows, columns = np.mgrid[low[1] : high[1], low[0] : high[0]].astype(np.float32)
    x, y = columns - np.float32(points[0, 0]), rows - np.float32(points[0, 1])
    along = (x * np.float32(axis[0]) + y * np.float32(axis[1])) / np.float32(width)
    down = x * np.float32(normal[0]) + y * np.float32(normal[1])
    flat = np.stack([(points - points[0]) @ axis / width, (points - points[0]) @ normal], 1)
    upper, lower = (_curve(flat[[0, *middle_ids, 3]], along) for middle_ids in ((1, 2), (5, 4)))
    lower = np.maximum(lower, upper + 1)
    place = (slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0])))
    return _Frame(along, down, upper, lower, place)


def _curve(points: NDArray[np.float64], along: FloatArray) -> FloatArray:
    """A cubic through four points (4, 2), held at its ends."""
    coefficients = np.polyfit(points[:, 0], points[:, 1], 3)
    return np.polyval(coefficients, np.clip(along, -0.06, 1.06)).astype(np.float32)


def _close(moved: Image, frame: _Frame, amount: float, eyes: float) -> None:
    picture = moved[frame.place].astype(np.float32)
    along, down, upper, lower = frame.along, frame.down, frame.upper, frame.lower
    above, below = 0.055 * eyes, 0.045 * eyes
    taper = np.clip(np.minimum(along + 0.10, 1.08 - along) / 0.12, 0.0, 1.0)
    within = (along > -0.10) & (along < 1.08)
    closed = (down > upper - above * taper) & (down < lower + below * taper) & within
    line = upper + np.float32(_MEETING * amount) * (lower - upper)
    lid = _skin(picture, frame, closed, below, eyes)
    lid *= _LID_TINT
    lid *= _relief(frame, line, taper, eyes)[..., None]
    # The lower lid's skin is replaced only when the lids are about to meet.
    shut = float(np.clip((amount - 0.7) / 0.3, 0.0, 1.0))
    soft = np.float32(0.008 * eyes + 0.4)
    over = np.clip((line - down) / soft + 0.5, 0.0, 1.0)
    cover = closed * (over + (1.0 - over) * np.float32(shut))
    cover *= np.float32(min(1.0, 4.0 * amount))
    cover = cv2.GaussianBlur(cover.astype(np.float32), (0, 0), 0.012 * eyes)[..., None]
    picture += (lid - picture) * cover
    dark = _lashes(frame, line, eyes) * np.float32(min(1.0, 4.0 * amount))
    picture *= (1.0 - 0.72 * np.clip(dark, 0.0, 1.0))[..., None]
    moved[frame.place] = np.clip(picture + 0.5, 0, 255).astype(np.uint8)


def _skin(
    picture: FloatArray, frame: _Frame, closed: NDArray[np.bool_], below: float, eyes: float
) -> FloatArray:
    """(h, w, 3) skin in place of the eye, from what is around it."""
    height, width = closed.shape
    along, down, lower = frame.along, frame.down, frame.lower
    cheek = (down > lower + below) & (down < lower + below + 0.12 * eyes)
    cheek &= (along > 0.05) & (along < 0.95)
    reference = np.median(picture[cheek] if cheek.sum() > 20 else picture.reshape(-1, 3), axis=0)
    luminance = picture @ np.array([0.3, 0.59, 0.11], np.float32)
    level = float(reference.mean())
    # Lashes and brows are darker than skin and must not run into the lid.
    darker = np.where(luminance < level, 1.0, 0.5)
    weight = np.exp(-(((luminance - level) / (0.22 * level + 6)) ** 2) * darker)
    weight *= np.abs(picture - reference).max(axis=2) < 0.45 * level + 10
    weight *= 1 - cv2.dilate(closed.astype(np.uint8), np.ones((3, 3), np.uint8))
    weight = (weight + 1e-5).astype(np.float32)
    small = (_FILL_SIDE, _FILL_SIDE)
    sums = cv2.resize(picture * weight[..., None], small, interpolation=cv2.INTER_AREA)
    filled = fill(sums, cv2.resize(weight, small, interpolation=cv2.INTER_AREA))
    filled = cv2.resize(filled, (width, height), interpolation=cv2.INTER_LINEAR)
    filled = cv2.GaussianBlur(filled, (0, 0), 0.03 * eyes)
    return filled + _grain(picture, frame, below, eyes)


def _grain(picture: FloatArray, frame: _Frame, below: float, eyes: float) -> FloatArray:
    """(h, w, 3) fine detail of the skin below the eye, mirrored upwards."""
    detail = picture - cv2.GaussianBlur(picture, (0, 0), 0.03 * eyes)
    mirrored = frame.lower + np.float32(1.3 * below) + np.abs(frame.lower - frame.down) * 0.6
    shift = mirrored - frame.down
    rows, columns = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32)
    grain = cv2.remap(
        detail,
        columns,
        (rows + shift).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT_101,
    )
    return np.clip(grain, -14, 14)


def _relief(frame: _Frame, line: FloatArray, taper: FloatArray, eyes: float) -> FloatArray:
    """(h, w) light on the lid: a faint crease where it was open, rounder towards the middle."""
    crease = np.exp(-(((frame.down - frame.upper + 0.02 * eyes) / (0.018 * eyes)) ** 2)) * taper
    along_lid = (frame.down - frame.upper) / np.maximum(line - frame.upper, 1)
    along_lid = np.clip(along_lid, -1.0, 1.0)
    middle = np.exp(-(((along_lid - 0.45) / 0.35) ** 2))
    return (1 - 0.16 * crease + 0.05 * middle - 0.05 * np.clip(along_lid - 0.6, 0, 1)).astype(
        np.float32
    )


def _lashes(frame: _Frame, line: FloatArray, eyes: float) -> FloatArray:
    """(h, w) 0..1: the dark line of the lashes along the lid's edge."""
    ends = np.clip(np.minimum(frame.along + 0.02, 1.0 - frame.along) / 0.15, 0.0, 1.0)
    edge = np.exp(-(((frame.down - line) / (0.011 * eyes)) ** 2)) * ends
    below = np.exp(-(((frame.down - line - 0.02 * eyes) / (0.022 * eyes)) ** 2)) * ends
    outer = np.clip((0.5 - frame.along) * 0.8 + 0.6, 0.0, 1.0)
    return (edge + 0.35 * below * outer).astype(np.float32)
