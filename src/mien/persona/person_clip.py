"""From a clip to a person: its face followed, cropped, and measured frame by frame."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.errors import InputError
from mien.face import affine
from mien.face.align import Alignment, crop
from mien.face.eye_signals import eye_opening, pupil_offset
from mien.face.landmarks import Landmarker
from mien.face.skin_signals import skin_signals
from mien.face.tracker import FaceTracker
from mien.io.names import terminal_safe
from mien.messages import text
from mien.persona.clips import clip_frames
from mien.persona.person import FEWEST, MOST, MOST_PIXELS, STILL_SIDE, Person
from mien.persona.track import Seen, resting_frames
from mien.types import Image, Landmarks

FloatArray = NDArray[np.float64]

_EYES = 0.25
"""Of the crop's side, that the eyes are apart."""
_PLACE = (0.5, 0.46)
_NOSE = 1.05
"""Lengths of a nose that an eye distance is at least: a head that turns is not zoomed in on."""
_AHEAD = 0.04
"""Eye widths beside their usual place at which pupils still look straight ahead."""
_STILL_CENTRE, _STILL_SCALE = 15.0, 30.0
"""Frames (at 30 a second) over which the crop follows a head, in place and in size."""


@dataclasses.dataclass(frozen=True, eq=False)
class Measured:
    """A clip's frames that show the face.

    shown      (n,) numbers of the frames; landmarks (n, 68, 2) pixels of the clip
    pupils     (n, 2); skin (n, 2) as `skin_signals` gives them
    """

    shown: NDArray[np.int64]
    landmarks: FloatArray
    pupils: FloatArray
    skin: FloatArray


def measured(
    frames: Iterable[Image],
    *,
    landmarker: Landmarker | None = None,
    told: Callable[[int], None] = lambda done: None,
) -> Measured:
    """Landmarks, pupils and skin of the largest face in every frame (h, w, 3) that shows it."""
    tracker = FaceTracker(landmarker)
    shown, points, pupils, skin = [], [], [], []
    for number, frame in enumerate(frames):
        found = tracker(frame)
        told(number + 1)
        if found is None:
            continue
        shown.append(number)
        points.append(found.landmarks)
        offset = pupil_offset(frame, found.landmarks)
        pupils.append([np.nan, np.nan] if offset is None else offset)
        skin.append(skin_signals(frame, found.landmarks))
    if not shown:
        return Measured(
            np.zeros(0, np.int64), np.zeros((0, 68, 2)), np.zeros((0, 2)), np.zeros((0, 2))
        )
    return Measured(np.array(shown), np.stack(points), bridged(np.array(pupils)), np.stack(skin))


def bridged(values: FloatArray) -> FloatArray:
    """(n, c) with rows that are NaN filled from their neighbours in time; 0 where all are."""
    known = np.isfinite(values).all(1)
    if not known.any():
        return np.zeros_like(values)
    places = np.arange(len(values))
    columns = [np.interp(places, places[known], column[known]) for column in values.T]
    return np.stack(columns, 1)


@dataclasses.dataclass(frozen=True)
class ClipPart:
    """What of a clip becomes a person.

    fps    of a folder of frames
    limit  only so many frames
    hold   share of the end in which rest is not looked for; see `first_part`
    """

    fps: float = 25.0
    limit: int | None = None
    hold: float = 0.0


def person_of(
    path: Path,
    size: int,
    part: ClipPart | None = None,
    *,
    landmarker: Landmarker | None = None,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> Person:
    """The person that a clip (or a folder of frames) shows, at `size` pixels a side.

    Raises InputError where it cannot be read or hardly shows a face.
    """
    part = part or ClipPart()
    most = min(part.limit or MOST, MOST, MOST_PIXELS // size**2)
    frames, rate, count = clip_frames(path, fps=part.fps, limit=most)
    found = measured(frames, landmarker=landmarker, told=lambda done: told(done, max(count, done)))
    if len(found.shown) < FEWEST:
        shown = {"path": terminal_safe(path), "count": len(found.shown), "wanted": FEWEST}
        raise InputError(text("person.short", **shown))
    matrices = crops_along(found.landmarks, size, fps=rate)
    first = first_part(len(found.shown), part.hold)
    neutral = rest_of(found.landmarks[:first], found.pupils[:first])
    # Decoded once more: whole frames of a minute would fill the memory.
    again, _, _ = clip_frames(path, fps=part.fps, limit=most)
    crops = [Alignment(matrix, "head-256", size) for matrix in matrices]
    pictures, (still, to_crop) = _cropped(again, found.shown, crops, neutral)
    points = [affine.transform(m, one) for m, one in zip(matrices, found.landmarks, strict=True)]
    return Person(
        frames=pictures,
        landmarks=np.stack(points),
        pupils=found.pupils,
        skin=found.skin,
        neutral=neutral,
        still=still,
        to_crop=to_crop,
        fps=rate,
    )


def _cropped(
    frames: Iterable[Image],
    shown: NDArray[np.int64],
    crops: list[Alignment],
    neutral: int,
) -> tuple[Image, tuple[Image, affine.Matrix]]:
    """The crops of the frames that show the face, and the still picture with its map."""
    pictures = []
    still = None
    places = {int(number): k for k, number in enumerate(shown)}
    for number, frame in enumerate(frames):
        k = places.get(number)
        if k is None:
            continue
        pictures.append(crop(frame, crops[k]))
        if k == neutral:
            still = no_larger(frame, crops[k].matrix, STILL_SIDE)
    assert still is not None
    return np.stack(pictures), still


def first_part(count: int, hold: float) -> int:
    """Frames that are learnt where the share `hold` of the end is kept for measuring."""
    return max(FEWEST, int(count * (1.0 - hold)))


def rest_of(landmarks: FloatArray, pupils: FloatArray | None = None) -> int:
    """The frame (n, 68, 2) that shows the face at rest best.

    pupils  (n, 2) or None: of the resting frames the best is taken that looks straight ahead, or
        the one that does so most
    """
    empty = np.zeros(0, np.float32)
    seen = [Seen(one, 1.0, eye_opening(one), None, empty) for one in landmarks]
    resting = resting_frames(seen)
    if pupils is None:
        return int(resting[0])
    aside = np.hypot(*(pupils[resting] - np.median(pupils, axis=0)).T)
    return int(resting[int(np.argmin(np.maximum(aside, _AHEAD)))])


def crops_along(landmarks: FloatArray, size: int, *, fps: float) -> list[affine.Matrix]:
    """(2, 3) for each frame: the crop that follows the head slowly and never turns.

    Small moves and turns of the head stay visible, the background stands nearly still.
    """
    places = [face_place(one) for one in landmarks]
    pace = fps / 30.0
    centres = smooth(np.stack([centre for centre, _ in places]), _STILL_CENTRE * pace)
    sizes = smooth(np.array([[apart] for _, apart in places]), _STILL_SCALE * pace)[:, 0]
    sizes = (np.median(sizes) + sizes) / 2
    return [crop_at(centre, wide, size) for centre, wide in zip(centres, sizes, strict=True)]


def crop_at(centre: FloatArray, eyes: float, size: int) -> affine.Matrix:
    """(2, 3) the crop with a face's centre in its place and its eyes a quarter apart."""
    target = np.array(_PLACE) * size - 0.5
    return affine.about(np.eye(2) * (_EYES * size / max(eyes, 1e-6)), centre, target)


def face_place(landmarks: Landmarks) -> tuple[FloatArray, float]:
    """The centre (2,) and the eye distance by which `crop_at` frames one face."""
    one, other = landmarks[36:42].mean(0), landmarks[42:48].mean(0)
    nose = landmarks[33] - landmarks[27]
    apart = max(float(np.hypot(*(other - one))), _NOSE * float(np.hypot(*nose)))
    return landmarks[27:48].mean(0), apart


def smooth(values: FloatArray, frames: float) -> FloatArray:
    """(n, c) under a Gaussian of so many frames; the ends go on as they are."""
    reach = max(1, int(3 * frames))
    steps = np.arange(-reach, reach + 1)
    kernel = np.exp(-0.5 * (steps / max(frames, 1e-6)) ** 2)
    kernel /= kernel.sum()
    wide = np.pad(values, ((reach, reach), (0, 0)), mode="edge")
    columns = [np.convolve(column, kernel, mode="valid") for column in wide.T]
    return np.stack(columns, 1)


def no_larger(picture: Image, matrix: affine.Matrix, side: int) -> tuple[Image, affine.Matrix]:
    """A picture with a longer side of at most `side`, and the map from it where `matrix` led."""
    height, width = picture.shape[:2]
    scale = min(1.0, side / max(height, width))
    if scale == 1.0:
        return picture, matrix
    small = affine.resize(picture, (max(1, round(width * scale)), max(1, round(height * scale))))
    across, down = small.shape[1] / width, small.shape[0] / height
    back = [[1 / across, 0.0, (1 / across - 1) / 2], [0.0, 1 / down, (1 / down - 1) / 2]]
    return small, affine.compose(matrix, back)
