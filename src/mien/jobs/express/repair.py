"""A network's part of an edit, put into the photo at the photo's own resolution."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.face import affine
from mien.face.affine import Matrix
from mien.face.align import align_head, crop
from mien.jobs.express.foreign import CROP, openface_alignment
from mien.jobs.express.model import ExpressModel
from mien.jobs.express.regions import kinds_in_crop, planes_of, window
from mien.persona.move import Moved, Mover
from mien.persona.subject import Motion, quarter_turns, turn_matrix
from mien.types import Image, Landmarks

_BORDER = 0.06
"""Share of a crop's side over which a change of the whole crop fades to nothing."""


def repaired(mover: Mover, moved: Moved, motion: Motion, model: ExpressModel) -> Image:
    """The moved photo with the network's colours added inside the open regions.

    moved   of `mover`, for this motion

    What the network changes is found in a crop of its own size and added to the photo's own
    pixels, so that the grain of the photo stays. Outside the regions every pixel is kept.
    """
    turns = quarter_turns(moved.landmarks)
    image = np.ascontiguousarray(np.rot90(moved.image, turns))
    after = moved.landmarks
    if turns:
        after = affine.transform(turn_matrix(moved.image.shape, turns), after)
    before, rest = mover.subject.landmarks, mover.subject.motion
    config = model.config
    head = align_head(before).at_size(config.size)
    kind = kinds_in_crop(moved.flow, mover.window, head.matrix, config.size)
    still, now = (affine.transform(head.matrix, one) for one in (before, after))
    planes = planes_of(still, now, kind, motion.aus - rest.aus)
    place = window(config.size, config.window)
    if not planes[(*place, slice(0, 2))].any():
        return moved.image
    shown = crop(image, head)
    codes = np.stack([rest.aus, motion.aus])[None]
    change = np.zeros((config.size, config.size, 3), np.float32)
    change[place] = model.repaired(shown[place][None], planes[place][None], codes)[0]
    return np.ascontiguousarray(np.rot90(add_change(image, change, head.matrix), -turns))


def changed(
    photo: Image, landmarks: Landmarks, aus: NDArray[np.floating], model: ExpressModel
) -> Image:
    """The photo with the expression (22,) that a GANimation network makes of its crop.

    landmarks  (68, 2) of the face, photo pixels
    """
    size = model.config.size
    if model.header.crop.get("name") == CROP["name"]:
        head = openface_alignment(landmarks, size)
    else:
        head = align_head(landmarks).at_size(size)
    shown = crop(photo, head)
    made = model.changed(shown[None], aus[None])[0]
    change = made.astype(np.float32) - shown.astype(np.float32)
    return add_change(photo, change * _fading(model.config.size)[..., None], head.matrix)


def _fading(size: int) -> NDArray[np.float32]:
    """(size, size) 1 in the middle, 0 at the border."""
    away = np.minimum(np.arange(size), np.arange(size)[::-1]) / (_BORDER * size)
    rise = np.clip(away, 0.0, 1.0).astype(np.float32)
    return np.minimum(rise[:, None], rise[None, :])


def add_change(photo: Image, change: NDArray[np.float32], to_crop: Matrix) -> Image:
    """The photo plus a change (s, s, 3) of its crop, in levels of 255.

    Enlarged smoothly to the photo's pixels; a pixel whose change is exactly 0 keeps its value.
    """
    size = len(change)
    to_photo = affine.invert(to_crop)
    corners = affine.transform(to_photo, [[-1, -1], [size, -1], [-1, size], [size, size]])
    height, width = photo.shape[:2]
    left, top = np.clip(np.floor(corners.min(0)).astype(int), 0, [width, height])
    right, bottom = np.clip(np.ceil(corners.max(0)).astype(int) + 1, 0, [width, height])
    result = photo.copy()
    if right <= left or bottom <= top:
        return result
    there = affine.compose([[1, 0, -left], [0, 1, -top]], to_photo)
    span = (int(right - left), int(bottom - top))
    enlarged = affine.warp(change, there, span, border="black")
    part = result[top:bottom, left:right]
    part[:] = np.clip(np.rint(part + enlarged), 0, 255).astype(np.uint8)
    return result
