"""Moving photos of real people, which the repository does not carry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mien.face.analyse import analyse
from mien.io.image import read_image
from mien.persona.move import Mover
from mien.persona.retarget import changed, turned
from mien.persona.subject import fit_subject
from mien.types import Landmarks

pytestmark = [pytest.mark.real, pytest.mark.slow]

Measure = Callable[[Landmarks], float]


def width(a: int, b: int) -> Measure:
    return lambda points: float(np.hypot(*(points[a] - points[b])))


def brows(points: Landmarks) -> float:
    return float(points[36:48, 1].mean() - points[17:27, 1].mean())


def nose(points: Landmarks) -> float:
    return float(points[30, 0] - (points[36, 0] + points[45, 0]) / 2)


EDITS: dict[str, tuple[dict[str, float], float, Measure, float]] = {
    "smile": ({"AU12": 0.8, "AU6": 0.5}, 0.0, width(48, 54), 1.0),
    "brows": ({"AU1": 0.9, "AU2": 0.9}, 0.0, brows, 1.0),
    "frown": ({"AU4": 1.0}, 0.0, width(21, 22), -1.0),
    "mouth": ({"AU26": 0.8, "AU25": 0.6}, 0.0, width(62, 66), 1.0),
    "right": ({}, 10.0, nose, 1.0),
    "left": ({}, -10.0, nose, -1.0),
}


@pytest.mark.parametrize("name", ["obama", "obama2", "biden"])
def test_every_edit_is_found_again_in_the_right_direction(real_photos: Path, name: str) -> None:
    photo = read_image(real_photos / f"{name}.jpg")
    face = analyse(photo, max_faces=1)[0]
    mover = Mover(fit_subject(photo, face))
    distances = []
    for edit, (aus, yaw, measure, sign) in EDITS.items():
        motion = turned(changed(mover.subject.motion, aus), yaw=yaw)
        found = analyse(mover.move(motion).image, max_faces=1)
        assert found, edit
        moved = measure(found[0].landmarks) - measure(face.landmarks)
        assert sign * moved > 0, (edit, moved)
        distances.append(float(np.linalg.norm(found[0].embedding - face.embedding)))
    assert np.mean(distances) < 0.25
    assert max(distances) < 0.45
