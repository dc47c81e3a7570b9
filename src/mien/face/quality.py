"""What in a face may spoil the results that are made from it, as short keys.

The limits were set on 29 photos and frames of seven people: see each constant.
"""

from __future__ import annotations

import cv2
import numpy as np

from mien.face import regions
from mien.face.regions import HeadView
from mien.types import OUTER_EYE, Landmarks, Pose

WARNINGS = ("several", "yaw", "small", "cut", "dark", "blurred", "glasses")
"""Every key that may occur; `face.warning.<key>` is its message."""

VIEW_SIZE = 256
"""Side of the head crop that sharpness and glasses are read from, in pixels."""

MAX_YAW = 35.0
"""Degrees: beyond, half of the face is hidden."""

MIN_EYES = 60.0
"""Pixels between the outer eye corners."""

MIN_LIGHT = 0.03
"""Linear luminance of the cheeks; dark skin in fair light is above 0.05."""

MIN_SHARPNESS = 0.24
"""Contrast of the finest details over that of features. Photos had 0.41 to 0.58, 128-pixel
pictures 0.29 to 0.35; a blur of 2 % of the outer-eye distance leaves 0.18 to 0.23."""

MAX_BRIDGE = 0.065
"""Strength of a horizontal edge across the bridge of the nose, over the skin's brightness. Frames
with glasses had 0.106 to 0.134, all others 0.011 to 0.036. Rimless glasses are not seen."""


def warnings_of(view: HeadView, landmarks: Landmarks, pose: Pose) -> tuple[str, ...]:
    """The keys that hold for one face, in the order of WARNINGS ("several" aside).

    view        its head crop at VIEW_SIZE
    landmarks   (68, 2) pixels of the photo
    """
    eyes = float(np.hypot(*(landmarks[OUTER_EYE[1]] - landmarks[OUTER_EYE[0]])))
    turned = abs(pose.yaw) > MAX_YAW
    held = {
        "yaw": turned,
        # A head in profile shows its eyes close together, however large it is.
        "small": eyes < MIN_EYES * (np.cos(np.deg2rad(pose.yaw)) if turned else 1.0),
        "cut": is_cut(view),
        "dark": brightness(view) < MIN_LIGHT,
        "blurred": sharpness(view) < MIN_SHARPNESS,
        "glasses": bridge_edge(view) > MAX_BRIDGE,
    }
    return tuple(key for key in WARNINGS if held.get(key))


def is_cut(view: HeadView) -> bool:
    """Whether part of the face, between its brows and its chin, lies outside the photo."""
    size = len(view.image)
    face = regions.polygon(np.vstack([view.points[0:17], view.points[26:16:-1]]), size)
    return bool((face & ~view.inside).sum() > 0.02 * face.sum())


def brightness(view: HeadView) -> float:
    """Median linear luminance of the cheeks, 0..1; 1 where no cheek is seen."""
    cheeks = regions.cheeks(view)
    if not cheeks.any():
        return 1.0
    return float(np.median(regions.to_linear(view.image[cheeks]) @ regions.LUMINANCE))


def sharpness(view: HeadView) -> float:
    """How strong the finest details of the face are, relative to its features.

    Standard deviation of what is finer than 1.5 pixels of the crop over that of what lies between
    1.5 and 6 pixels; 1 for a face without any contrast.
    """
    grey = _grey(view)
    size = len(grey)
    points = view.points
    outline = np.vstack([points[0:17:2], points[[26, 24, 19, 17]]])
    face = regions.grow(regions.polygon(outline, size), 1) & view.inside
    coarse = cv2.GaussianBlur(grey, (0, 0), 1.5)
    coarser = cv2.GaussianBlur(grey, (0, 0), 6)
    if not face.any():
        return 1.0
    features = float(np.std((coarse - coarser)[face]))
    return float(np.std((grey - coarse)[face])) / features if features > 0.05 else 1.0


def bridge_edge(view: HeadView) -> float:
    """The strongest horizontal edge across the middle of the nose's bridge: a spectacle bar.

    Gradient per pixel of a 256-pixel crop over the cheeks' grey value; 0 if the view is too small.
    """
    grey = cv2.GaussianBlur(_grey(view), (0, 0), 0.8)
    cheeks = regions.cheeks(view)
    left, right = view.points[39], view.points[42]
    columns = slice(
        int(left[0] + 0.25 * (right[0] - left[0])), int(left[0] + 0.75 * (right[0] - left[0])) + 1
    )
    top = max(0, int(view.eyes[1] - 0.22 * view.unit))
    rows = slice(top, int(view.eyes[1] + 0.3 * view.unit))
    steepness = np.abs(cv2.Sobel(grey, cv2.CV_32F, 0, 1, ksize=3))[rows, columns] / 8
    if not (cheeks.any() and steepness.size):
        return 0.0
    return float(np.median(steepness, axis=1).max() / max(float(np.median(grey[cheeks])), 1.0))


def _grey(view: HeadView) -> regions.FloatMap:
    return cv2.cvtColor(view.image, cv2.COLOR_RGB2GRAY).astype(np.float32)
