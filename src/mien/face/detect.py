"""Finds faces: dlib's HOG detector, with more patience where it finds none.

The detector looks for upright faces of at least 80 pixels (two thirds of a head's height). It sees
a copy of at most 1,024 pixels; if that shows nothing, a copy of twice the size; if that shows
nothing sure, turned copies. Its score is a margin: 0 is the threshold its author trained for.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import dlib
import numpy as np

from mien.errors import InputError
from mien.face import affine
from mien.face.affine import Matrix
from mien.messages import text
from mien.types import Box, Image

MAX_SIDE = 1024
"""Longest side of the copy the detector sees first, in pixels."""

SMALL_SIDE = 160
"""A picture with a shorter side below this is enlarged before anything else..."""

_ENLARGED_SIDE = 320
"""...to this."""

TURNS = ((90.0, -90.0, 180.0), (45.0, -45.0, 135.0, -135.0))
"""Degrees by which a picture without a sure upright face is turned counter-clockwise; the second
group is tried if the first shows nothing sure. The detector itself bears about 30 degrees."""

SURE = 0.25
"""Score above which a detection is trusted. Chance hits reach 0.04 in the pictures looked at."""

_TURNED_SIDE = 768  # longest side of the turned copies: there are many, for one odd picture
_OVERLAP = 0.3  # of the union, or half of the smaller box: then two boxes are one face
_WORST_SCORE = 0.05  # keeps a face at the very threshold from counting as nothing when sorting


@dataclasses.dataclass(frozen=True)
class DetectorOptions:
    """What counts as a face.

    threshold   HOG score of an upright face; 0 is the author's, lower finds more of both; in
                turned copies nothing below SURE counts
    min_width   pixels of the photo; a narrower box is left out
    retry       look again, larger and turned, if nothing (sure) is found
    """

    threshold: float = 0.0
    min_width: float = 24.0
    retry: bool = True


@dataclasses.dataclass(frozen=True)
class Detection:
    """A face's place: box in pixels of the photo, score, and its turn in degrees.

    `turn` is how far the photo has to be turned counter-clockwise for the face to stand upright;
    0 unless it was found in a turned copy.
    """

    box: Box
    score: float
    turn: float = 0.0


@dataclasses.dataclass(frozen=True)
class Search:
    """The faces of a picture, best first, and how many were left out as too small."""

    faces: tuple[Detection, ...]
    too_small: int = 0


def checked(image: Any) -> Image:
    """The picture as contiguous (height, width, 3) uint8; a grey (height, width) one is repeated.

    Raises InputError for anything else, and for a picture below 16 pixels a side.
    """
    array = np.asarray(image)
    if array.dtype == np.uint8 and array.ndim == 2:
        array = np.repeat(array[..., None], 3, axis=2)
    if array.dtype != np.uint8 or array.ndim != 3 or array.shape[2] != 3:
        raise InputError(text("face.not_a_picture", shape=array.shape, kind=array.dtype))
    if min(array.shape[:2]) < 16:
        raise InputError(
            text("face.picture_too_small", width=array.shape[1], height=array.shape[0])
        )
    return np.ascontiguousarray(array)


def detect(image: Image, options: DetectorOptions | None = None) -> list[Detection]:
    """The faces of a picture, sorted by width times score, best first."""
    return list(search(image, options).faces)


def search(image: Image, options: DetectorOptions | None = None) -> Search:
    """The faces of a picture and how many were too small.

    Raises InputError if `image` is not a picture.
    """
    options = options or DetectorOptions()
    image = checked(image)
    scale = _first_scale(image)
    found = _upright(image, scale, options.threshold)
    if not found and options.retry:
        found = _upright(image, 2 * scale, options.threshold)
    turned_scale = _TURNED_SIDE / max(image.shape[:2])
    for turns in TURNS if options.retry else ():
        if any(one.score >= SURE for one in found):
            break
        for turn in turns:
            found += _turned(image, min(scale, turned_scale), turn, max(SURE, options.threshold))
    found = suppress(found)
    kept = tuple(one for one in found if one.box.width >= options.min_width)
    return Search(kept, len(found) - len(kept))


def suppress(found: list[Detection]) -> list[Detection]:
    """One detection per face: sorted by width times score, those that overlap a better one go."""
    kept: list[Detection] = []
    for one in sorted(found, key=_weight, reverse=True):
        if not any(_same(one.box, other.box) for other in kept):
            kept.append(one)
    return kept


def _weight(one: Detection) -> float:
    return one.box.width * max(one.score, _WORST_SCORE)


def _same(a: Box, b: Box) -> bool:
    across = min(a.right, b.right) - max(a.left, b.left)
    down = min(a.bottom, b.bottom) - max(a.top, b.top)
    if across <= 0 or down <= 0:
        return False
    shared, one, other = across * down, a.width * a.height, b.width * b.height
    return shared > _OVERLAP * (one + other - shared) or shared > 0.5 * min(one, other)


def _first_scale(image: Image) -> float:
    height, width = image.shape[:2]
    if min(height, width) < SMALL_SIDE:
        enlarged = _ENLARGED_SIDE / min(height, width)
        return min(enlarged, MAX_SIDE / max(height, width))
    return min(1.0, MAX_SIDE / max(height, width))


def _copy(image: Image, scale: float) -> Image:
    if scale == 1.0:
        return image
    height, width = image.shape[:2]
    return affine.resize(image, (max(1, round(width * scale)), max(1, round(height * scale))))


@functools.cache
def _hog() -> Any:
    library: Any = dlib  # an extension module without types
    return library.get_frontal_face_detector()


def _run(copy: Image, threshold: float) -> list[tuple[Box, float]]:
    rectangles, scores, _ = _hog().run(np.ascontiguousarray(copy), 0, threshold)
    return [
        (Box(r.left(), r.top(), r.right() + 1, r.bottom() + 1), float(score))
        for r, score in zip(rectangles, scores, strict=True)
    ]


def _upright(image: Image, scale: float, threshold: float) -> list[Detection]:
    copy = _copy(image, scale)
    across, down = image.shape[1] / copy.shape[1], image.shape[0] / copy.shape[0]
    return [
        Detection(
            Box(box.left * across, box.top * down, box.right * across, box.bottom * down), score
        )
        for box, score in _run(copy, threshold)
    ]


def _turned(image: Image, scale: float, turn: float, threshold: float) -> list[Detection]:
    copy = _copy(image, scale)
    across, down = image.shape[1] / copy.shape[1], image.shape[0] / copy.shape[0]
    matrix, size = turned_frame(copy, turn)
    back = affine.invert(matrix)
    found = []
    for box, score in _run(affine.warp(copy, matrix, size), threshold):
        # Box edges count from the corner of the first pixel, matrices from its centre.
        middle = (box.left + box.right - 1) / 2, (box.top + box.bottom - 1) / 2
        x, y = (affine.transform(back, middle) + 0.5) * (across, down)
        half_width, half_height = box.width * across / 2, box.height * down / 2
        place = Box(x - half_width, y - half_height, x + half_width, y + half_height)
        found.append(Detection(place, score, turn))
    return found


def turned_frame(image: Image, turn: float) -> tuple[Matrix, tuple[int, int]]:
    """The map that turns a picture counter-clockwise, and the (width, height) that holds it all.

    turn   degrees
    """
    height, width = image.shape[:2]
    linear = affine.rotation(turn)
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]]) @ linear.T
    size = np.rint(corners.max(0) - corners.min(0)).astype(int)
    middle, target = [(width - 1) / 2, (height - 1) / 2], (size - 1) / 2
    return affine.about(linear, middle, target), (int(size[0]), int(size[1]))
