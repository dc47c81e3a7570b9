"""How well a render matches its photo, measured by detecting the face again in the render.

The measures look at pictures, not at what the fit minimised: distances of landmarks found in both,
and the difference of the colours over the face.
"""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.face.detect import DetectorOptions, search
from mien.face.landmarks import Landmarker, default_landmarker, locate
from mien.persona.light_fit import lab_of
from mien.types import BROWS, EYES, JAW, MOUTH, NOSE, OUTER_EYE, Image, Landmarks

PARTS = {"jaw": JAW, "brows": BROWS, "nose": NOSE, "eyes": EYES, "mouth": MOUTH}
_HULL = [1, 3, 5, 8, 11, 13, 15, 26, 24, 19, 17]


@dataclasses.dataclass(frozen=True, eq=False)
class Report:
    """Render against photo.

    detected   the detector finds a face in the render
    nme        mean landmark distance over the outer-eye distance; NaN without a detection
    parts      the same by part of the face
    skin       CIE76 difference of the median Lab colours over the face
    landmarks  (68, 2) found in the render, or None
    """

    detected: bool
    nme: float
    parts: dict[str, float]
    skin: float
    landmarks: Landmarks | None


def compare(
    photo: Image, landmarks: Landmarks, drawn: Image, landmarker: Landmarker | None = None
) -> Report:
    """Compare a render with the photo crop it lies on.

    landmarks    (68, 2) of the photo
    landmarker   what finds the render's, as in `find_again`
    """
    found = find_again(drawn, landmarks, landmarker)
    skin = colour_difference(photo, drawn, landmarks)
    if found is None:
        return Report(False, float("nan"), {}, skin, None)
    distance = np.hypot(*(found - landmarks).T)
    eyes = float(np.hypot(*(landmarks[OUTER_EYE[1]] - landmarks[OUTER_EYE[0]])))
    parts = {name: float(distance[part].mean()) / eyes for name, part in PARTS.items()}
    return Report(True, float(distance.mean()) / eyes, parts, skin, found)


def find_again(
    drawn: Image, landmarks: Landmarks, landmarker: Landmarker | None = None
) -> Landmarks | None:
    """The landmarks of the face in a render that lies nearest to where the photo's face is.

    landmarker   None: the default; a judge of results should be another one
    """
    faces = search(drawn, DetectorOptions(retry=False)).faces
    if not faces:
        return None
    middle = landmarks.mean(0)

    def away(index: int) -> float:
        box = faces[index].box
        centre = np.array([box.left + box.right, box.top + box.bottom]) / 2
        return float(np.hypot(*(centre - middle)))

    best = faces[min(range(len(faces)), key=away)]
    return locate(drawn, best, landmarker or default_landmarker()).points


def colour_difference(photo: Image, drawn: Image, landmarks: Landmarks) -> float:
    """CIE76 distance of the two pictures' median Lab colours inside the hull of the face."""
    hull = cv2.convexHull(np.round(landmarks[_HULL]).astype(np.int32))
    mask = cv2.fillConvexPoly(np.zeros(photo.shape[:2], np.uint8), hull, 1).astype(bool)
    if not mask.any():
        return float("nan")
    medians: list[NDArray[np.float32]] = [
        np.median(lab_of(picture)[mask], axis=0) for picture in (photo, drawn)
    ]
    return float(np.linalg.norm(medians[0] - medians[1]))
