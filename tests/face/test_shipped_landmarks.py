from __future__ import annotations

import numpy as np
import pytest

from mien.face.analyse import analyse
from mien.face.landmark_net import HeadLandmarker, head_landmarker
from mien.face.landmarks import Landmarker
from mien.head.render import render
from mien.head.sample import sample
from mien.types import Image, Pose


@pytest.fixture(scope="module")
def ours() -> HeadLandmarker:
    return head_landmarker()


def error(points: np.ndarray, truth: np.ndarray) -> float:
    """Mean distance of the inner points over the outer eye distance."""
    eyes = float(np.hypot(*(truth[45] - truth[36])))
    return float(np.hypot(*(points[17:] - truth[17:]).T).mean()) / eyes


def test_a_photo_has_the_points_that_dlib_finds(
    astronaut: Image, dlib68: Landmarker, ours: HeadLandmarker
) -> None:
    faces = [analyse(astronaut, landmarker=one, with_identity=False)[0] for one in (ours, dlib68)]
    assert error(faces[0].landmarks, faces[1].landmarks) < 0.04


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
