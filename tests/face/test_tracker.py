from __future__ import annotations

import cv2
import numpy as np
import pytest

from mien.face.eye_signals import eye_opening, pupil_offset
from mien.face.tracker import FaceTracker, Tracked
from mien.types import Face, Image


def moved(image: Image, dx: float, dy: float, degrees: float = 0.0, scale: float = 1.0) -> Image:
    matrix = cv2.getRotationMatrix2D((220.0, 120.0), degrees, scale)
    matrix[:, 2] += (dx, dy)
    size = (image.shape[1], image.shape[0])
    moved = cv2.warpAffine(image, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


def follow(tracker: FaceTracker, frame: Image) -> Tracked:
    found = tracker(frame)
    assert found is not None
    return found


def test_one_detection_carries_a_whole_clip(astronaut: Image) -> None:
    tracker = FaceTracker()
    path = [(0, 0, 0, 1.0), (6, 2, 3, 1.02), (14, 4, 8, 1.05), (24, 8, 14, 1.1), (30, 12, 20, 1.1)]
    first = follow(tracker, astronaut)
    assert first.detected
    for dx, dy, degrees, scale in path:
        found = follow(tracker, moved(astronaut, dx, dy, degrees, scale))
        assert not found.detected
        assert found.confidence > 0.7
        matrix = cv2.getRotationMatrix2D((220.0, 120.0), degrees, scale)
        expected = first.landmarks @ matrix[:, :2].T + matrix[:, 2] + (dx, dy)
        assert np.hypot(*(found.landmarks - expected).T).mean() < 1.2


def test_a_lost_face_is_searched_for_again(astronaut: Image) -> None:
    tracker = FaceTracker()
    follow(tracker, astronaut)
    assert tracker(np.full_like(astronaut, 90)) is None
    assert follow(tracker, astronaut).detected
    # It is somewhere else altogether in the next frame: a cut.
    there = np.ascontiguousarray(np.roll(astronaut, 260, axis=1))
    assert np.ptp(there) > 0
    found = follow(tracker, there)
    assert found.detected
    assert found.landmarks[:, 0].mean() > 400


def test_opening_and_pupils_are_read_from_open_eyes(astronaut: Image, astronaut_face: Face) -> None:
    assert 0.2 < eye_opening(astronaut_face.landmarks) < 0.45
    centre = pupil_offset(astronaut, astronaut_face.landmarks)
    assert centre is not None
    assert np.abs(centre).max() < 0.15


def test_pupils_are_found_where_they_are(astronaut: Image, astronaut_face: Face) -> None:
    landmarks = astronaut_face.landmarks
    offsets = []
    for shift in (-0.12, 0.0, 0.12):
        painted = np.full_like(astronaut, 190)
        for eye in (landmarks[36:42], landmarks[42:48]):
            along = eye[3] - eye[0]
            cv2.fillPoly(painted, [np.rint(eye).astype(np.int32)], (240, 240, 240))
            x, y = eye.mean(0) + along * shift
            cv2.circle(painted, (round(x), round(y)), 3, (20, 20, 20), -1)
        found = pupil_offset(painted, landmarks)
        assert found is not None
        offsets.append(found[0])
    assert offsets[2] - offsets[0] == pytest.approx(0.24, abs=0.06)
    assert offsets[0] < offsets[1] < offsets[2]


def test_closed_eyes_have_no_pupils(astronaut: Image, astronaut_face: Face) -> None:
    shut = astronaut_face.landmarks.copy()
    for first in (36, 42):
        middle = shut[first : first + 6, 1].mean()
        shut[first : first + 6, 1] = middle + 0.1 * (shut[first : first + 6, 1] - middle)
    assert eye_opening(shut) < 0.06
    assert pupil_offset(astronaut, shut) is None
