"""Pictures of an analysis, for looking at: boxes, points, head axes and colour swatches."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from mien.face import affine
from mien.face.affine import Points
from mien.face.detect import checked
from mien.face.pose import fit_pose
from mien.types import Face, Image

_BOX = (255, 200, 0)
_POINT = (0, 230, 60)
_AXES = ((255, 60, 60), (60, 220, 60), (70, 120, 255))  # right, up, towards the viewer
_EDGE = (255, 255, 255)
_SWATCHES = ("skin", "lips", "brows", "hair", "iris", "white")
_SHIFT = 4  # binary places of the coordinates OpenCV draws
_SMALLEST_SIDE = 640  # a smaller picture is enlarged first, so that the marks stay apart
_AXIS_CENTIMETRES = 5.0


def annotate(image: Image, faces: Sequence[Face]) -> Image:
    """A copy of the picture with everything that was measured drawn into it.

    Per face: its box and number, the 68 points, the head's axes from the point between the eyes
    (red: right, green: up, blue: where the face looks), and swatches of skin, lips, brows, hair,
    iris and white from top to bottom beside the box. A picture below 640 pixels is enlarged by a
    whole factor.
    """
    image = checked(image)
    factor = max(1, -(-_SMALLEST_SIDE // max(image.shape[:2])))
    size = (image.shape[1] * factor, image.shape[0] * factor)
    canvas = affine.resize(image, size) if factor > 1 else image.copy()
    for number, face in enumerate(faces, start=1):
        _draw_face(canvas, face, factor, number)
    return canvas


def _draw_face(canvas: Image, face: Face, factor: int, number: int) -> None:
    box = face.box
    corners = np.array([[box.left, box.top], [box.right, box.bottom]]) * factor - 0.5
    width = box.width * factor
    line = max(1, round(width / 150))
    low, high = (_fixed(corner) for corner in corners)
    cv2.rectangle(canvas, low, high, _BOX, line, cv2.LINE_AA, _SHIFT)
    _draw_number(canvas, number, corners[0], width)
    points = (face.landmarks + 0.5) * factor - 0.5
    radius = max(1.2, width / 110)
    for point in points:
        cv2.circle(
            canvas, _fixed(point), round(radius * 2**_SHIFT), _POINT, -1, cv2.LINE_AA, _SHIFT
        )
    _draw_axes(canvas, points, line)
    _draw_swatches(canvas, face, corners, width)


def _fixed(point: Points) -> tuple[int, int]:
    x, y = np.rint(np.asarray(point) * 2**_SHIFT).astype(int)
    return int(x), int(y)


def _draw_number(canvas: Image, number: int, corner: Points, width: float) -> None:
    scale = max(0.4, width / 250)
    place = (round(corner[0]), max(round(24 * scale), round(corner[1] - 6 * scale)))
    for colour, extra in (((0, 0, 0), 2), (_BOX, 0)):
        thick = max(1, round(1.5 * scale)) + extra
        cv2.putText(
            canvas, str(number), place, cv2.FONT_HERSHEY_SIMPLEX, scale, colour, thick, cv2.LINE_AA
        )


def _draw_axes(canvas: Image, points: Points, line: int) -> None:
    fit = fit_pose(points)
    origin = fit.project(np.zeros((1, 3)))[0]
    ends = fit.project(_AXIS_CENTIMETRES * np.eye(3))
    # The one that points away from the viewer first.
    for axis in np.argsort(fit.rotation[2]):
        cv2.arrowedLine(
            canvas,
            _fixed(origin),
            _fixed(ends[axis]),
            _AXES[axis],
            2 * line,
            cv2.LINE_AA,
            _SHIFT,
            0.15,
        )


def _draw_swatches(canvas: Image, face: Face, corners: Points, width: float) -> None:
    side = max(6, round(width / 8))
    left = round(corners[1, 0]) + side // 3
    if left + side > canvas.shape[1]:
        left = round(corners[0, 0]) - side - side // 3
    if left < 0:  # no room on either side
        left = canvas.shape[1] - side
    for place, name in enumerate(_SWATCHES):
        colour = getattr(face.colours, name)
        if colour is None:
            continue
        top = round(corners[0, 1]) + place * (side + 2)
        low, high = (left, top), (left + side, top + side)
        cv2.rectangle(canvas, low, high, to_bytes(colour), -1)
        cv2.rectangle(canvas, low, high, _EDGE, 1)


def to_bytes(colour: Sequence[float]) -> tuple[int, int, int]:
    """Linear RGB in [0, 1] to sRGB bytes."""
    linear = np.clip(np.asarray(colour, np.float64), 0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    red, green, blue = np.rint(255 * encoded).astype(int)
    return int(red), int(green), int(blue)
