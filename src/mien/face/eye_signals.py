"""What a clip's frames tell about eyes beside their landmarks' places: lids and pupils."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.face import affine
from mien.face.affine import Points
from mien.types import Image, Landmarks

_SIDES = (slice(36, 42), slice(42, 48))
_PATCH = 64  # pixels between an eye's corners in the patch that is searched
_DARK = 55  # percentile of the opening below which pixels count


def eye_opening(landmarks: Landmarks) -> float:
    """Mean height of the lids' openings over the eyes' widths: 0.14 closed, 0.25 to 0.4 open."""
    ratios = []
    for side in _SIDES:
        eye = landmarks[side]
        height = np.hypot(*(eye[[1, 2]] - eye[[5, 4]]).T).mean()
        ratios.append(height / max(float(np.hypot(*(eye[3] - eye[0]))), 1e-9))
    return float(np.mean(ratios))


def pupil_offset(image: Image, landmarks: Landmarks) -> NDArray[np.float64] | None:
    """(2,) where the pupils lie, right and up from the middle of the corners, in eye widths.

    Mean of both eyes; None where both are too small or too far closed to tell.
    """
    offsets = [_one(image, landmarks[side]) for side in _SIDES]
    known = [offset for offset in offsets if offset is not None]
    return np.mean(known, axis=0) if known else None


def _one(image: Image, eye: Points) -> NDArray[np.float64] | None:
    """The centroid of what is dark between the lids."""
    along = eye[3] - eye[0]
    width = float(np.hypot(*along))
    height = float(np.hypot(*(eye[[1, 2]] - eye[[5, 4]]).T).mean())
    if width < 6 or height < 0.17 * width:
        return None
    scale = _PATCH / width
    turn = affine.rotation(float(np.degrees(np.arctan2(along[1], along[0]))))
    middle = (eye[0] + eye[3]) / 2
    size = (round(1.3 * _PATCH), round(0.8 * _PATCH))
    target = np.array([(size[0] - 1) / 2, (size[1] - 1) / 2])
    matrix = affine.about(turn * scale, middle, target)
    patch = affine.warp(image, matrix, size)
    grey = cv2.GaussianBlur(cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY), (0, 0), 1.5)
    inside = np.zeros(grey.shape, np.uint8)
    outline = np.rint(affine.transform(matrix, eye) * 16).astype(np.int32)
    cv2.fillPoly(inside, [outline], 1, shift=4)
    if inside.sum() < 30:
        return None
    level = np.percentile(grey[inside > 0], _DARK)
    weight = np.clip(level - grey.astype(np.float64), 0, None) ** 1.5 * inside
    total = float(weight.sum())
    if total < 1e-3:
        return None
    rows, columns = np.mgrid[: size[1], : size[0]]
    x, y = (weight * columns).sum() / total, (weight * rows).sum() / total
    return np.array([x - target[0], target[1] - y]) / _PATCH
