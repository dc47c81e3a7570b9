"""One face through a clip: detected once, then followed by its own landmarks.

Detection costs ten times as much as landmarks, and its boxes jump. So the box of the next frame is
the last landmarks' box, in the relation that the detector's own box had to them; the detector runs
again only where the face is lost.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mien.face.detect import Detection, DetectorOptions, search
from mien.face.landmarks import Landmarker, Located, default_landmarker, locate
from mien.types import OUTER_EYE, Box, Image, Landmarks

_JUMP, _GROWTH = 0.6, 1.3  # box widths and factor between two frames that no head makes
_LEAST = 0.05  # confidence in what is just not lost
_ALIKE = 0.7  # weight of the known relation when the detector has run again


@dataclasses.dataclass(frozen=True, eq=False)
class Tracked:
    """A face in one frame.

    landmarks   (68, 2) pixels
    confidence  0..1: how well the points agree with their mirror image
    detected    whether the detector ran for this frame
    """

    landmarks: Landmarks
    confidence: float
    detected: bool


@dataclasses.dataclass(frozen=True, eq=False)
class _Relation:
    """The detector's box in the landmarks' own frame: centre (2,) and width, in face sizes."""

    centre: NDArray[np.float64]
    width: float


class FaceTracker:
    """Follows the largest face of a clip; feed it frame after frame."""

    def __init__(self, landmarker: Landmarker | None = None) -> None:
        self._landmarker = landmarker or default_landmarker()
        self._relation: _Relation | None = None
        self._last: Landmarks | None = None

    def __call__(self, frame: Image) -> Tracked | None:
        """The face in the next frame (h, w, 3) uint8; None where none is found."""
        followed = self._follow(frame)
        if followed is not None:
            self._last = followed.landmarks
            return followed
        found = self._search(frame)
        self._last = None if found is None else found.landmarks
        return found

    def _follow(self, frame: Image) -> Tracked | None:
        if self._last is None or self._relation is None:
            return None
        middle, size, turn = _face_frame(self._last)
        centre = middle + turn @ (self._relation.centre * size)
        width = self._relation.width * size
        box = Box(*(centre - width / 2), *(centre + width / 2))
        roll = float(np.degrees(np.arctan2(-turn[1, 0], turn[0, 0])))
        place = locate(frame, Detection(box, 1.0, -roll), self._landmarker)
        moved = float(np.hypot(*(_face_frame(place.points)[0] - middle)))
        growth = _face_frame(place.points)[1] / size
        lost = place.unrest > self._landmarker.limits.lost or moved > _JUMP * width
        if lost or not 1 / _GROWTH < growth < _GROWTH or not is_inside(place.points, frame):
            return None
        return Tracked(place.points, self._confidence(place), detected=False)

    def _search(self, frame: Image) -> Tracked | None:
        faces = search(frame, DetectorOptions(retry=self._relation is None)).faces
        if not faces:
            return None
        best = faces[0]
        place = locate(frame, best, self._landmarker)
        if place.unrest > self._landmarker.limits.lost:
            return None
        self._learn(best.box, place.points)
        return Tracked(place.points, self._confidence(place), detected=True)

    def _confidence(self, place: Located) -> float:
        limits = self._landmarker.limits
        beyond = (place.unrest - limits.calm) / (limits.lost - limits.calm)
        return float(np.clip(1.0 - beyond, _LEAST, 1.0))

    def _learn(self, box: Box, landmarks: Landmarks) -> None:
        middle, size, turn = _face_frame(landmarks)
        centre = np.array([box.left + box.right - 1, box.top + box.bottom - 1]) / 2
        fresh = _Relation((centre - middle) @ turn / size, max(box.width, box.height) / size)
        known = self._relation or fresh
        self._relation = _Relation(
            _ALIKE * known.centre + (1 - _ALIKE) * fresh.centre,
            _ALIKE * known.width + (1 - _ALIKE) * fresh.width,
        )


def _face_frame(
    landmarks: Landmarks,
) -> tuple[NDArray[np.float64], float, NDArray[np.float64]]:
    """Middle, size in pixels and (2, 2) turn of a face; open mouths and raised brows leave it."""
    middle = landmarks[27:48].mean(0)
    across = landmarks[42:48].mean(0) - landmarks[36:42].mean(0)
    nose = landmarks[33] - landmarks[27]
    length = float(np.hypot(*across))
    size = max(length, 1.05 * float(np.hypot(*nose)), 1e-6)
    cosine, sine = across / max(length, 1e-9)
    return middle, size, np.array([[cosine, -sine], [sine, cosine]])


def is_inside(landmarks: Landmarks, frame: Image) -> bool:
    """Whether at least the eyes' and nose's points lie in the frame."""
    height, width = frame.shape[:2]
    x, y = landmarks[27:48].T
    return bool((x > 0).all() and (y > 0).all() and (x < width).all() and (y < height).all())


def eye_distance(landmarks: Landmarks) -> float:
    """Pixels between the outer corners of the eyes."""
    return float(np.hypot(*(landmarks[OUTER_EYE[1]] - landmarks[OUTER_EYE[0]])))
