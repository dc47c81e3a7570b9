from __future__ import annotations

import numpy as np
import pytest

from mien.face.analyse import analyse
from mien.face.landmark_net import HeadLandmarker, head_landmarker
from mien.face.landmarks import locate
from mien.head.render import render
from mien.head.sample import sample
from mien.types import Face, Image, Pose


@pytest.fixture(scope="module")
def ours() -> HeadLandmarker:
    return head_landmarker()


def error(points: np.ndarray, truth: np.ndarray) -> float:
    """Mean distance of the inner points over the outer eye distance."""
    eyes = float(np.hypot(*(truth[45] - truth[36])))
    return float(np.hypot(*(points[17:] - truth[17:]).T).mean()) / eyes


def test_a_photo_has_the_points_that_dlib_finds(
    astronaut: Image, astronaut_face: Face, ours: HeadLandmarker
) -> None:
    (face,) = analyse(astronaut, landmarker=ours, with_identity=False)
    assert error(face.landmarks, astronaut_face.landmarks) < 0.04


def test_points_of_drawn_people_are_the_heads_own(ours: HeadLandmarker) -> None:
    errors: list[float] = []
    for index in range(8):
        drawn = render(sample(2026, index, expression=True), size=192)
        faces = analyse(drawn.rgb, landmarker=ours, max_faces=1, with_identity=False)
        errors.extend(error(face.landmarks, drawn.landmarks) for face in faces)
    assert len(errors) >= 7
    assert np.median(errors) < 0.035


def test_irises_follow_the_gaze(ours: HeadLandmarker) -> None:
    from dataclasses import replace

    code = replace(sample(2026, 1), pose=Pose(), glasses="none")
    across = []
    for gaze in (-0.6, 0.6):
        drawn = render(replace(code, gaze=(gaze, 0.0)), size=192)
        (face,) = analyse(drawn.rgb, landmarker=ours, max_faces=1, with_identity=False)
        irises = ours.irises(drawn.rgb, face.box)
        lids = drawn.landmarks[[36, 39, 42, 45], 0]
        assert lids[0] < irises[0, 0] < lids[1] < lids[2] < irises[1, 0] < lids[3]
        across.append(irises[:, 0].mean() - lids.mean())
    assert abs(across[1] - across[0]) > 2.0


def test_what_is_no_face_disagrees_with_its_mirror_image(
    astronaut: Image, ours: HeadLandmarker
) -> None:
    from mien.face.detect import Detection
    from mien.types import Box

    face = analyse(astronaut, landmarker=ours, with_identity=False)[0]
    real = locate(astronaut, Detection(face.box, 1.0), ours)
    badge = locate(astronaut, Detection(Box(123, 330, 228, 435), 0.0), ours)
    assert real.unrest < 0.02
    assert badge.unrest > 0.03
