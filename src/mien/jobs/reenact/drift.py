"""Whether a model that sees its own last frame stays itself: a thousand frames of one loop.

Frames run forwards and backwards over a clip, so that a motion goes on without end and its truth
is known in every frame.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from mien.face.align import align_dlib, crop, five_points
from mien.face.edges import face_gate
from mien.face.identity import embed
from mien.jobs.reenact.model import ReenactModel
from mien.metrics.pairs import ssim
from mien.persona.landmark_warp import warp_to
from mien.types import Image, Landmarks

AT = (10, 30, 100, 300, 1000)
"""Frames, counted from 1, near which a loop is measured."""


@dataclasses.dataclass(frozen=True)
class DriftPoint:
    """One moment of a loop.

    frame     its number, from 1
    ssim      of the face, mean of the frames around it
    identity  distance of dlib's descriptors to the true frame's, mean of the same frames
    colour    grey levels by which the face's mean colour is off, mean of the same frames
    """

    frame: int
    ssim: float
    identity: float
    colour: float


def there_and_back(length: int, count: int) -> list[int]:
    """Frames 0, 1, ..., length - 1, length - 2, ..., 1, 0, 1, ...: so many of them."""
    if length < 2:
        return [0] * count
    period = 2 * (length - 1)
    places = np.arange(count) % period
    return [int(v) for v in np.where(places < length, places, period - places)]


def moments(length: int, at: Sequence[int] = AT) -> tuple[int, ...]:
    """Frames near `at` at which a loop over `length` frames is where it is at the first of them.

    Some frames of a clip are harder than others: only what shows the same can be compared. Frames
    less than half a loop after another one fall together with it.
    """
    period = 2 * max(1, length - 1)
    return tuple(dict.fromkeys(at[0] + period * round((one - at[0]) / period) for one in at))


def around(frame: int, count: int, *, width: int = 5) -> range:
    """The frames (from 0) that stand for frame `frame` (from 1): those just before it and it."""
    last = min(frame, count)
    return range(max(0, last - width), last)


def loop_of(
    model: ReenactModel, photo: Image, moved: Image, landmarks: NDArray[np.float64], count: int
) -> Iterable[Image]:
    """What a model makes of `count` frames of a clip there and back, each seeing its own last.

    photo      (s, s, 3); moved (n, s, s, 3); landmarks (n, 68, 2)
    """
    last: Image | None = None
    for place in there_and_back(len(moved), count):
        last, _ = model.frame(photo[None], moved[place][None], landmarks[place][None], last)
        yield last[0]


def drift(
    made: Iterable[Image],
    truth: Image,
    landmarks: NDArray[np.float64],
    *,
    at: Sequence[int] | None = None,
    told: Callable[[int], None] = lambda frame: None,
) -> list[DriftPoint]:
    """The curve of a loop over a clip whose true frames (n, s, s, 3) are known.

    at  frames from 1; None: the `moments` of such a loop
    """
    at = moments(len(truth)) if at is None else at
    count = max(at)
    wanted = {k for frame in at for k in around(frame, count)}
    places, kept = there_and_back(len(truth), count), {}
    for k, picture in zip(range(count), made, strict=False):
        if k in wanted:
            kept[k] = picture
        told(k + 1)
    values = {k: _compared(one, truth[places[k]], landmarks[places[k]]) for k, one in kept.items()}
    points = []
    for frame in at:
        rows = [values[k] for k in around(frame, count) if k in values]
        if rows:
            points.append(DriftPoint(frame, *(float(v) for v in np.mean(rows, axis=0))))
    return points


def _compared(made: Image, truth: Image, landmarks: Landmarks) -> tuple[float, float, float]:
    """SSIM in the face, distance of descriptors, difference of the mean colours."""
    face = face_gate(landmarks, len(truth)) > 127
    alike = float(ssim(made[None], truth[None], face[None])[0])
    alignment = align_dlib(five_points(landmarks))
    one, other = embed([crop(made, alignment), crop(truth, alignment)])
    apart = made[face].astype(np.float64).mean(0) - truth[face].mean(0)
    return alike, float(np.linalg.norm(one - other)), float(np.abs(apart).mean())


def consistency(clip: Image, landmarks: NDArray[np.float64]) -> float:
    """How far each frame differs from the one before it moved along, in the face; grey levels.

    clip       (n, s, s, 3); landmarks (n, 68, 2): where its face is

    A clip whose pixels only move has about 0. Compare it with the truth's own.
    """
    errors = []
    for k in range(1, len(clip)):
        carried = warp_to(clip[k - 1], landmarks[k - 1], landmarks[k])
        face = face_gate(landmarks[k], clip.shape[1]) > 127
        errors.append(np.abs(carried[face].astype(np.float64) - clip[k][face]).mean())
    return float(np.mean(errors)) if errors else 0.0
