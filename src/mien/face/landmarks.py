"""The 68 points of a face, to a fraction of a pixel.

A `Landmarker` says where the points are in an upright picture of a face; `locate` sets the picture
upright for it. The default is our own network (`face.landmark_net`). dlib's predictor answers in
whole pixels and moves with its box: on 24 photos and frames, turned by up to 6 degrees, scaled by
up to 20 %, brightened and with noise, its points stray by 0.0079 of the distance of the outer eye
corners, and by 0.0022 where `locate` averages ten looks.
"""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import dlib
import numpy as np

from mien.errors import MissingExtraError
from mien.face import affine
from mien.face.affine import Matrix, Points
from mien.face.detect import Detection
from mien.face.dlib_format import LANDMARKS_5, LANDMARKS_68, find_model, verify
from mien.messages import text
from mien.types import OUTER_EYE, Box, FloatArray, Image, Landmarks

_DLIB: Any = dlib  # an extension module without types

MIRROR = np.array(
    [
        *range(16, -1, -1),
        *range(26, 16, -1),
        *range(27, 31),
        *range(35, 30, -1),
        *(45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40),
        *range(54, 47, -1),
        *range(59, 54, -1),
        *range(64, 59, -1),
        *range(67, 64, -1),
    ]
)
"""Point k of a mirrored face is point MIRROR[k] of the face."""

_PATCH = 256  # pixels of the face box in the patch the predictor sees
_MARGIN = 0.5  # of the box, around it

# A HOG box from the points inside it, in units of their spread (root mean square distance of
# points 17-67 from their centre): how far below their centre its middle lies, and its width.
# Medians over detections; the rotation is that of the eyes.
_BOX_BELOW = 0.171
_BOX_WIDTH = 3.128

_ROUNDS = 5  # of setting the patch upright, at most
_STILL_ROLL = 8.0  # degrees between two rounds that need no third
_STILL_SHIFT = 0.08  # of the width, likewise

# Shifts (in box widths) and scales of the boxes that are averaged.
_VIEWS = (
    (0.0, 0.0, 1.0),
    (-0.04, -0.04, 0.95),
    (0.04, -0.04, 1.05),
    (-0.04, 0.04, 1.05),
    (0.04, 0.04, 0.95),
)


Frame: TypeAlias = tuple[Points, float, float]
"""A tilted box: centre, width and the face's roll in degrees."""


@dataclasses.dataclass(frozen=True)
class UnrestLimits:
    """What a landmarker's `Located.unrest` says, in outer-eye distances.

    calm    nearly every face lies below it
    doubt   a detection that is not sure is a face below it
    lost    what is followed through a clip is no longer a face above it
    """

    calm: float
    doubt: float
    lost: float


class Landmarker(Protocol):
    """Anything that finds the 68 iBUG points of one upright face.

    name    for weight headers and reports
    notice  one line a user should read once, or ""
    steady  whether one look at a well-laid box is enough
    limits  of what its points on a face and on the mirrored face differ by
    """

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def notice(self) -> str: ...  # noqa: D102

    @property
    def steady(self) -> bool: ...  # noqa: D102

    @property
    def limits(self) -> UnrestLimits: ...  # noqa: D102

    def __call__(self, image: Image, box: Box) -> Landmarks:
        """(68, 2) pixels of `image` for the face in `box` (as dlib's HOG detector draws it)."""
        ...


# Faces of 86 photos and frames have 0.005 to 0.013, followed ones with motion blur up to 0.035;
# what only looks like a face to the detector has 0.017 to 0.07.
_DLIB_LIMITS = UnrestLimits(calm=0.012, doubt=0.021, lost=0.045)


class _Dlib:
    """A dlib shape predictor from the package face_recognition_models.

    Raises MissingExtraError without the package, WeightsError if the file is another one.
    """

    def __init__(self, model: Any, path: Path | None = None) -> None:
        path = path or find_model(model)
        verify(path, model)
        self._predict = _DLIB.shape_predictor(str(path))

    def _points(self, image: Image, box: Box) -> Points:
        rectangle = _DLIB.rectangle(
            round(box.left), round(box.top), round(box.right) - 1, round(box.bottom) - 1
        )
        shape = self._predict(np.ascontiguousarray(image), rectangle)
        return np.array([(point.x, point.y) for point in shape.parts()], np.float64)


class Dlib68(_Dlib):
    """dlib's 68-point predictor (Kazemi and Sullivan 2014), in whole pixels."""

    name = "dlib-68"
    steady = False
    limits = _DLIB_LIMITS

    def __init__(self, path: Path | None = None) -> None:
        super().__init__(LANDMARKS_68, path)

    @property
    def notice(self) -> str:
        """Its training data excludes commercial use."""
        return text("face.dlib68_notice")

    def __call__(self, image: Image, box: Box) -> Landmarks:
        """(68, 2) whole pixels."""
        return self._points(image, box)


class Dlib5(_Dlib):
    """dlib's public-domain 5-point predictor: eye corners and the base of the nose."""

    name = "dlib-5"
    notice = ""
    steady = False
    limits = _DLIB_LIMITS

    def __init__(self, path: Path | None = None) -> None:
        super().__init__(LANDMARKS_5, path)

    def __call__(self, image: Image, box: Box) -> FloatArray:
        """(5, 2) whole pixels, in the order of `types.Face.landmarks5`."""
        return self._points(image, box)


@functools.cache
def default_landmarker() -> Landmarker:
    """The landmarker used unless another is given, our own network, loaded once."""
    from mien.face.landmark_net import head_landmarker  # it brings torch

    return head_landmarker()


@functools.cache
def judge_landmarker() -> Landmarker:
    """What scores made pictures: dlib's where the extra `dlib68` brings its file, else the default.

    The default finds the points that move and fit a face; a judge should be somebody else.
    """
    try:
        return Dlib68()
    except MissingExtraError:
        return default_landmarker()


@dataclasses.dataclass(frozen=True, eq=False)
class Located:
    """Points found in a picture.

    points   (68, 2) pixels, with fractions
    unrest   mean distance of the points found in the patch and in its mirror image, in outer-eye
             distances; what it says is in the landmarker's `limits`
    """

    points: Landmarks
    unrest: float


def locate(image: Image, detection: Detection, landmarker: Landmarker) -> Located:
    """The 68 points of a detected face.

    First in a patch around the detector's box, then in patches set upright and framed by the
    points found before, until they stand still; then in the mirrored patch too, so that a mirrored
    photo gives mirrored points. Where the landmarker is not steady, five slightly different boxes
    are averaged in each of the two.
    """
    frame = (*_centre_and_width(detection.box), -detection.turn)
    for _ in range(_ROUNDS):
        before, frame = frame, _box_of_points(_once(image, _frame(*frame), landmarker))
        if _still(before, frame):
            break
    matrix = _frame(*frame)
    patch, box = _patch(image, matrix)
    straight = _average(patch, box, landmarker)
    mirrored = _average(np.ascontiguousarray(patch[:, ::-1]), box, landmarker)[MIRROR]
    mirrored[:, 0] = patch.shape[1] - 1 - mirrored[:, 0]
    mean = (straight + mirrored) / 2
    eyes = float(np.hypot(*(mean[OUTER_EYE[1]] - mean[OUTER_EYE[0]])))
    apart = float(np.hypot(*(straight - mirrored).T).mean())
    return Located(affine.transform(affine.invert(matrix), mean), apart / max(eyes, 1e-9))


def _once(image: Image, matrix: Matrix, landmarker: Landmarker) -> Landmarks:
    patch, box = _patch(image, matrix)
    return affine.transform(affine.invert(matrix), landmarker(patch, box))


def _still(before: Frame, after: Frame) -> bool:
    turned = (after[2] - before[2] + 180) % 360 - 180
    moved = float(np.hypot(*(after[0] - before[0]))) / before[1]
    return abs(turned) < _STILL_ROLL and moved < _STILL_SHIFT


def _centre_and_width(box: Box) -> tuple[Points, float]:
    centre = np.array([box.left + box.right - 1, box.top + box.bottom - 1]) / 2
    return centre, max(box.width, box.height)


def _box_of_points(points: Landmarks) -> Frame:
    """Centre, width and roll (degrees) of the box a detector would draw around these points."""
    inner = points[17:68]
    middle = inner.mean(0)
    spread = float(np.sqrt(((inner - middle) ** 2).sum(1).mean()))
    across = points[42:48].mean(0) - points[36:42].mean(0)
    roll = float(np.degrees(np.arctan2(-across[1], across[0])))
    down = affine.rotation(roll) @ np.array([0.0, 1.0])
    return middle + _BOX_BELOW * spread * down, _BOX_WIDTH * spread, roll


def box_of_points(points: Landmarks) -> tuple[Box, float]:
    """The box a detector would draw around these points, set upright, and their roll in degrees."""
    centre, width, roll = _box_of_points(points)
    corner, other = centre - width / 2, centre + width / 2
    return Box(corner[0], corner[1], other[0] + 1, other[1] + 1), roll


def _frame(centre: Points, width: float, roll: float) -> Matrix:
    """The map from the picture to a patch with this box in its middle, the face upright.

    `roll` is the face's, counter-clockwise in degrees.
    """
    middle = _PATCH * (1 + 2 * _MARGIN) / 2 - 0.5
    return affine.about(affine.rotation(-roll) * (_PATCH / width), centre, [middle, middle])


def _patch(image: Image, matrix: Matrix) -> tuple[Image, Box]:
    side, edge = round(_PATCH * (1 + 2 * _MARGIN)), _PATCH * _MARGIN
    box = Box(edge, edge, edge + _PATCH, edge + _PATCH)
    return affine.warp(image, matrix, (side, side)), box


def _average(patch: Image, box: Box, landmarker: Landmarker) -> Landmarks:
    views = []
    for across, down, scale in _VIEWS[: 1 if landmarker.steady else None]:
        x = (box.left + box.right) / 2 + across * box.width
        y = (box.top + box.bottom) / 2 + down * box.height
        half = scale * box.width / 2
        views.append(landmarker(patch, Box(x - half, y - half, x + half, y + half)))
    return np.mean(views, axis=0)
