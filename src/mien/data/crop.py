"""How a picture of any shape becomes the square that a network sees."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

import numpy as np
from PIL import Image as PillowImage

from mien.errors import InputError
from mien.messages import text
from mien.types import Image

Crop: TypeAlias = Literal["centre", "face", "squeeze"]
CROPS: tuple[Crop, ...] = get_args(Crop)
"""centre: the largest square in the middle; face: the head around the largest face, upright;
squeeze: the whole picture, its aspect not kept (the ancestor's way)."""


def to_square(image: Image, size: int, crop: Crop) -> Image:
    """(h, w, 3) uint8 to (size, size, 3) uint8.

    Raises InputError where `crop` is "face" and the picture has none.
    """
    if crop == "face":
        return _head(image, size)
    if crop == "centre":
        image = _middle(image)
    return resize(image, size)


def _middle(image: Image) -> Image:
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return image[top : top + side, left : left + side]


def resize(image: Image, size: int) -> Image:
    """(h, w, 3) to (size, size, 3), smoothed as much as the reduction needs."""
    if image.shape[:2] == (size, size):
        return np.ascontiguousarray(image)
    picture = PillowImage.fromarray(np.ascontiguousarray(image))
    made = picture.resize((size, size), PillowImage.Resampling.LANCZOS)
    return np.array(made, dtype=np.uint8)


def _head(image: Image, size: int) -> Image:
    from mien.face import align
    from mien.face.analyse import analyse

    faces = analyse(image, max_faces=1, with_identity=False)
    if not faces:
        raise InputError(text("data.no_face"))
    whole = align.align_head(faces[0].landmarks)
    return align.crop(image, whole.at_size(size))
