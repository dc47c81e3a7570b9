from __future__ import annotations

import numpy as np
import pytest

from mien.face.eye_signals import pupil_offset
from mien.face.quick_tracker import Quick, QuickTracker
from mien.face.tracker import FaceTracker, eye_distance
from mien.types import Image


def shifted(image: Image, by: int) -> Image:
    return np.ascontiguousarray(np.roll(image, by, axis=1))


def test_a_face_is_followed_where_it_goes(astronaut: Image) -> None:
    photo = np.ascontiguousarray(astronaut[:320, 60:400])
    tracker, slow = QuickTracker(), FaceTracker()
    found = [tracker(shifted(photo, 4 * k)) for k in range(4)]
    assert [one.detected for one in found if one is not None] == [True, False, False, False]
    truth = slow(photo)
    assert truth is not None
    wide = eye_distance(truth.landmarks)
    for k, one in enumerate(found):
        assert one is not None
        apart = np.hypot(*(one.landmarks - truth.landmarks - [4 * k, 0]).T).mean()
        assert apart < 0.05 * wide


def test_a_face_that_is_gone_is_lost_and_found_again(astronaut: Image) -> None:
    photo = np.ascontiguousarray(astronaut[:320, 60:400])
    tracker = QuickTracker()
    assert tracker(photo) is not None
    blank = np.full_like(photo, 120)
    assert [tracker(blank) for _ in range(25)][-1] is None
    again = tracker(photo)
    assert again is not None
    assert again.detected


def test_half_the_bits_see_the_same_points(astronaut: Image) -> None:
    photo = np.ascontiguousarray(astronaut[:320, 60:400])
    points = []
    for half in (False, True):
        tracker = QuickTracker(half=half)
        tracker(photo)
        found = tracker(photo)
        assert found is not None
        points.append(found)
    apart = np.hypot(*(points[0].landmarks - points[1].landmarks).T)
    assert apart.mean() < 0.01 * eye_distance(points[0].landmarks)


def test_irises_tell_the_gaze() -> None:
    landmarks = np.zeros((68, 2))
    landmarks[36], landmarks[39] = [10, 20], [30, 20]
    landmarks[42], landmarks[45] = [50, 20], [70, 20]
    quick = Quick(landmarks, np.array([[22.0, 18.0], [62.0, 18.0]]), detected=False)
    assert quick.pupils == pytest.approx([0.1, 0.1])
    assert pupil_offset(np.zeros((40, 80, 3), np.uint8), landmarks) is None
