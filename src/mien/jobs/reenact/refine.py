"""A model at work on a moved photo: crop, network, and back into the photo, frame after frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from mien.face import affine
from mien.face.align import Alignment, align_head, crop
from mien.jobs.reenact.model import ReenactModel
from mien.persona.film import Animator
from mien.persona.move import Mover
from mien.persona.subject import Motion
from mien.types import Image


def animator(model: ReenactModel) -> Animator:
    """Frames of a photo as the model finishes them; each sees the one before it."""

    def frames(mover: Mover, motions: Iterable[Motion]) -> Iterator[Image]:
        still = mover.move(mover.subject.motion)
        alignment = align_head(still.landmarks, model.config.size)
        photo, last = crop(still.image, alignment)[None], None
        for motion in motions:
            moved = mover.move(motion)
            small = crop(moved.image, alignment)[None]
            points = affine.transform(alignment.matrix, moved.landmarks)[None]
            last, share = model.frame(photo, small, points, last)
            change = last[0].astype(np.float32) - small[0]
            if model.config.kind == "ancestor":
                change *= share[0][..., None] / np.float32(255)
            yield put_back(moved.image, small[0], change, share[0], alignment)

    return frames


def put_back(
    image: Image,
    small: Image,
    change: NDArray[np.float32],
    share: NDArray[np.uint8],
    alignment: Alignment,
) -> Image:
    """The picture with what a network made of its crop: (1 - A) picture + A C, at full size.

    small   (s, s, 3) the crop of `image`; change (s, s, 3): A (C - small), in steps of 0..255
    share   (s, s) A, 255 for 1
    Where A is 0 the picture keeps its values exactly.
    """
    size = len(small)
    corners = affine.transform(alignment.to_photo, [[0, 0], [size, 0], [0, size], [size, size]])
    limits = np.array([image.shape[1], image.shape[0]])
    low = np.clip(np.floor(corners.min(0)).astype(int), 0, limits - 1)
    high = np.clip(np.ceil(corners.max(0)).astype(int) + 1, low + 1, limits)
    shift = [[1.0, 0.0, -low[0]], [0.0, 1.0, -low[1]]]
    matrix, box = affine.compose(shift, alignment.to_photo), tuple(int(v) for v in high - low)
    weight = share.astype(np.float32)[..., None] / 255
    # A C = change + A small; the two are enlarged as one, the photo's own pixels never are.
    whole = np.concatenate([change + weight * small, weight], 2).astype(np.float32)
    enlarged = affine.warp(whole, matrix, (box[0], box[1]), border="black")
    part = image[low[1] : high[1], low[0] : high[0]]
    mixed = part * (1.0 - enlarged[..., 3:]) + enlarged[..., :3]
    made = image.copy()
    untouched = enlarged[..., 3:] == 0
    made[low[1] : high[1], low[0] : high[0]] = np.where(
        untouched, part, np.clip(np.rint(mixed), 0, 255).astype(np.uint8)
    )
    return made
