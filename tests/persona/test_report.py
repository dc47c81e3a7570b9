"""What the report measures, on pictures whose answer is known."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from mien.persona import report
from mien.persona.report import colour_difference, compare, find_again
from mien.types import Face, Image


def test_a_picture_compared_with_itself(astronaut: Image, astronaut_face: Face) -> None:
    found = compare(astronaut, astronaut_face.landmarks, astronaut)
    assert found.detected
    assert found.nme < 0.005
    assert found.skin == 0.0
    assert set(found.parts) == {"jaw", "brows", "nose", "eyes", "mouth"}
    assert found.landmarks is not None


def test_a_shift_is_measured_in_eye_distances(astronaut: Image, astronaut_face: Face) -> None:
    points = astronaut_face.landmarks
    eyes = float(np.hypot(*(points[45] - points[36])))
    found = compare(astronaut, points + [0.1 * eyes, 0.0], astronaut)
    assert found.nme == pytest.approx(0.1, abs=0.006)
    assert all(value == pytest.approx(0.1, abs=0.02) for value in found.parts.values())


def test_parts_tell_what_is_wrong(astronaut: Image, astronaut_face: Face) -> None:
    points = astronaut_face.landmarks.copy()
    points[48:68, 1] += 10.0
    found = compare(astronaut, points, astronaut)
    eyes = float(np.hypot(*(points[45] - points[36])))
    assert found.parts["mouth"] == pytest.approx(10 / eyes, rel=0.1)
    assert max(found.parts[name] for name in ("jaw", "brows", "nose", "eyes")) < 0.01


def test_nothing_found_is_not_a_good_result(astronaut_face: Face) -> None:
    grey = np.full((200, 200, 3), 120, np.uint8)
    found = compare(grey, astronaut_face.landmarks * 0.3, grey)
    assert not found.detected
    assert math.isnan(found.nme)
    assert found.parts == {}
    assert found.landmarks is None


def test_the_nearest_of_two_faces_is_taken(astronaut: Image, astronaut_face: Face) -> None:
    part = astronaut[:300, 60:400]
    both = np.concatenate([part, part], axis=1)
    points = astronaut_face.landmarks - [60.0, 0.0]
    for shift in (0.0, float(part.shape[1])):
        found = find_again(both, points + [shift, 0.0])
        assert found is not None
        assert found == pytest.approx(points + [shift, 0.0], abs=4.0)


def test_a_known_colour_difference(astronaut_face: Face) -> None:
    dark, light = (np.full((512, 512, 3), value, np.uint8) for value in (119, 144))
    # L* = 116 Y^(1/3) - 16 of the linear values of these sRGB greys.
    first, second = (116 * ((v / 255 + 0.055) / 1.055) ** (2.4 / 3) - 16 for v in (119, 144))
    difference = colour_difference(dark, light, astronaut_face.landmarks)
    assert difference == pytest.approx(second - first, abs=0.2)
    assert colour_difference(dark, dark, astronaut_face.landmarks) == 0.0


def test_only_the_face_counts(astronaut: Image, astronaut_face: Face) -> None:
    changed = astronaut.copy()
    changed[350:] = 0
    changed[:, :100] = 255
    assert colour_difference(astronaut, changed, astronaut_face.landmarks) == 0.0
    off = colour_difference(astronaut, astronaut, astronaut_face.landmarks + 5000.0)
    assert math.isnan(off)


def test_a_report_is_frozen() -> None:
    assert dataclasses.fields(report.Report)
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(report.Report(True, 0.0, {}, 0.0, None), "nme", 1.0)  # noqa: B010
