"""The regions of a face in its upright head crop, as masks made from the 68 points."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.face import affine
from mien.face.affine import Points
from mien.face.align import align_head, crop
from mien.face.pose import PoseFit, fit_pose
from mien.types import Image, Landmarks

Mask: TypeAlias = NDArray[np.bool_]
FloatMap: TypeAlias = NDArray[np.float32]

LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""Of linear sRGB."""

_SHIFT = 4  # binary places of the polygons OpenCV draws

# Two lines over an average head in the centimetres of `pose.average_head`: a little above the
# hairline from one temple to the other, and back over the top of the skull.
_HAIRLINE = np.array(
    [
        *((-6.6, 5.2, -4.5), (-5.0, 6.8, -2.0), (-2.6, 7.8, -0.8)),
        *((0.0, 8.1, -0.5), (2.6, 7.8, -0.8), (5.0, 6.8, -2.0), (6.6, 5.2, -4.5)),
    ]
)
_SKULL_TOP = np.array(
    [
        *((6.8, 7.4, -6.0), (5.2, 9.6, -5.5), (2.8, 11.0, -5.0), (0.0, 11.5, -5.0)),
        *((-2.8, 11.0, -5.0), (-5.2, 9.6, -5.5), (-6.8, 7.4, -6.0)),
    ]
)

# The sRGB transfer function (IEC 61966-2-1) for the 256 byte values.
_BYTES = np.arange(256) / 255.0
_LINEAR = np.where(_BYTES <= 0.04045, _BYTES / 12.92, ((_BYTES + 0.055) / 1.055) ** 2.4)
_LINEAR = _LINEAR.astype(np.float32)


def to_linear(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """sRGB bytes to linear light in [0, 1]."""
    return _LINEAR[image]


def strongest(image: NDArray[Any]) -> NDArray[Any]:
    """The largest channel of every pixel; numpy's own reduction over three is ten times slower."""
    return np.maximum(np.maximum(image[..., 0], image[..., 1]), image[..., 2])


def weakest(image: NDArray[Any]) -> NDArray[Any]:
    """The smallest channel of every pixel."""
    return np.minimum(np.minimum(image[..., 0], image[..., 1]), image[..., 2])


@dataclasses.dataclass(frozen=True, eq=False)
class HeadView:
    """A head crop with what the regions are measured by.

    image    (size, size, 3) uint8, upright
    points   (68, 2) pixels of the crop
    unit     distance of the eye centres in pixels of the crop (0.25 of its side, or a little less
             for a turned head)
    pose     of the head in the crop, with a camera in pixels of the crop
    inside   (size, size): pixels that lie in the photo
    """

    image: Image
    points: Points
    unit: float
    pose: PoseFit
    inside: Mask

    @property
    def eyes(self) -> Points:
        """(2,): the middle between the eye centres."""
        return self.points[36:48].mean(0)


def head_view(image: Image, landmarks: Landmarks, size: int) -> HeadView:
    """The head crop of a face, `size` pixels a side."""
    alignment = align_head(landmarks, size)
    points = affine.transform(alignment.matrix, landmarks)
    unit = float(np.hypot(*(points[42:48].mean(0) - points[36:42].mean(0))))
    height, width = image.shape[:2]
    frame = [[-0.5, -0.5], [width - 0.5, -0.5], [width - 0.5, height - 0.5], [-0.5, height - 0.5]]
    inside = polygon(affine.transform(alignment.matrix, frame), size)
    return HeadView(crop(image, alignment), points, unit, fit_pose(points), inside)


def polygon(points: Sequence[Sequence[float]] | Points, size: int) -> Mask:
    """(size, size): the pixels inside a polygon."""
    mask = np.zeros((size, size), np.uint8)
    limit = 8.0 * size  # OpenCV's fixed-point corners must not overflow
    corners = np.clip(np.asarray(points, np.float64), -limit, limit)
    fixed = np.rint(corners * 2**_SHIFT).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 1, shift=_SHIFT)
    return mask.astype(bool)


def stroke(points: Points, width: float, size: int) -> Mask:
    """(size, size): the pixels within width / 2 of a line through the points."""
    mask = np.zeros((size, size), np.uint8)
    fixed = np.rint(points * 2**_SHIFT).astype(np.int32)
    cv2.polylines(mask, [fixed], False, 1, max(1, round(width)), shift=_SHIFT)
    return mask.astype(bool)


def grow(mask: Mask, radius: float) -> Mask:
    """The mask dilated by a disc (radius > 0) or eroded by one (radius < 0)."""
    whole = max(1, round(abs(radius)))
    element = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * whole + 1, 2 * whole + 1))
    operation = cv2.dilate if radius > 0 else cv2.erode
    return operation(mask.astype(np.uint8), element).astype(bool)


def disc(centre: Points, radius: float, size: int) -> Mask:
    """(size, size): the pixels inside a circle."""
    y, x = np.ogrid[:size, :size]
    return (x - centre[0]) ** 2 + (y - centre[1]) ** 2 <= radius**2


def lips(view: HeadView) -> Mask:
    """The red of the lips, without the opening and a little inside the edge."""
    size = len(view.image)
    outer, inner = polygon(view.points[48:60], size), polygon(view.points[60:68], size)
    return grow(outer, -0.02 * view.unit) & ~inner & view.inside


def mouth_opening(view: HeadView) -> Mask:
    """What lies between the lips: empty unless the mouth is open."""
    points = view.points
    gap = float(np.mean(np.hypot(*(points[65:68] - points[[63, 62, 61]]).T)))
    size = len(view.image)
    if gap < 0.07 * view.unit:
        return np.zeros((size, size), bool)
    return grow(polygon(points[60:68], size), -0.01 * view.unit) & view.inside


def brows(view: HeadView) -> Mask:
    """A band along both brows, wide enough to hold them; their outer ends are left to the hair."""
    size, width = len(view.image), 0.16 * view.unit
    mask = np.zeros((size, size), bool)
    for outer, rest in ((17, [18, 19, 20, 21]), (26, [25, 24, 23, 22])):
        end = view.points[[outer, rest[0]]].mean(0)
        mask |= stroke(np.vstack([end, view.points[rest]]), width, size)
    return mask & view.inside


def skin(view: HeadView) -> Mask:
    """Cheeks, nose and lower forehead, away from eyes, brows, lips, nostrils and the outline."""
    points, size, unit = view.points, len(view.image), view.unit
    middle = points[27:36].mean(0)
    outline = middle + 0.86 * (points[[1, 2, 3, 4, 5, 11, 12, 13, 14, 15]] - middle)
    raised = points[[26, 24, 23, 20, 19, 17]] - [0.0, 0.45 * unit]
    face = polygon(np.concatenate([outline, middle + 0.86 * (raised - middle)]), size)
    taken = grow(brows(view), 0.06 * unit)
    for eye in (points[36:42], points[42:48]):
        taken |= grow(polygon(eye, size), 0.16 * unit)
    taken |= grow(polygon(points[48:60], size), 0.08 * unit)
    taken |= grow(polygon(points[30:36], size), 0.06 * unit)
    return face & ~taken & view.inside


def cheeks(view: HeadView) -> Mask:
    """The part of `skin` under the eyes and beside the nose, where beards and fringes are rare."""
    y = np.arange(len(view.image))[:, None]
    low, high = view.eyes[1] + 0.25 * view.unit, view.points[[31, 35], 1].mean() + 0.05 * view.unit
    return skin(view) & (y > low) & (y < high)


def crown(view: HeadView) -> Mask:
    """Where hair is if there is any: a band over the skull from the hairline up, as posed."""
    band = np.concatenate([_HAIRLINE, _SKULL_TOP])
    return polygon(view.pose.project(band), len(view.image)) & view.inside
