from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from mien.errors import InputError
from mien.face import affine
from mien.face.analyse import analyse, report_faces, to_json
from mien.face.identity import distance
from mien.face.landmarks import UnrestLimits
from mien.types import Box, Face, Image


def error(points: np.ndarray, true: np.ndarray) -> float:
    return float(np.hypot(*(points - true).T).mean() / np.hypot(*(true[45] - true[36])))


def test_everything_is_measured(astronaut_face: Face) -> None:
    face = astronaut_face
    assert face.landmarks.shape == (68, 2)
    assert face.landmarks5.shape == (5, 2)
    assert face.embedding.shape == (128,)
    assert face.embedding.dtype == np.float32
    assert 1.3 < np.linalg.norm(face.embedding) < 1.6
    inside = (face.landmarks > (face.box.left - 20, face.box.top - 20)).all()
    assert inside
    assert (face.landmarks < (face.box.right + 20, face.box.bottom + 30)).all()


def test_the_same_picture_gives_the_same_numbers(astronaut: Image, astronaut_face: Face) -> None:
    (again,) = analyse(astronaut.copy())
    assert_array_equal(again.landmarks, astronaut_face.landmarks)
    assert_array_equal(again.embedding, astronaut_face.embedding)
    assert again.colours == astronaut_face.colours


def test_two_astronauts_are_measured_alike(astronaut: Image, astronaut_face: Face) -> None:
    left, right = sorted(
        analyse(np.hstack([astronaut, astronaut])),
        key=lambda face: face.box.left,
    )
    assert error(left.landmarks, astronaut_face.landmarks) < 0.01
    assert error(right.landmarks - (512, 0), astronaut_face.landmarks) < 0.01
    assert distance(left.embedding, right.embedding) < 0.1


@pytest.mark.parametrize("quarter", [1, 2, 3])
def test_a_picture_on_its_side(astronaut: Image, astronaut_face: Face, quarter: int) -> None:
    (face,) = analyse(np.ascontiguousarray(np.rot90(astronaut, quarter)))
    points = face.landmarks
    for _ in range(quarter):  # np.rot90 turns counter-clockwise: undo it
        points = np.stack([511 - points[:, 1], points[:, 0]], 1)
    assert error(points, astronaut_face.landmarks) < 0.005
    turned = (face.pose.roll - astronaut_face.pose.roll - 90 * quarter + 180) % 360 - 180
    assert abs(turned) < 1
    assert face.pose.yaw == pytest.approx(astronaut_face.pose.yaw, abs=1)
    assert distance(face.embedding, astronaut_face.embedding) < 0.12
    assert face.warnings == ()


@pytest.mark.parametrize("size", [1536, 300, 200])
def test_another_resolution(astronaut: Image, astronaut_face: Face, size: int) -> None:
    other = affine.resize(astronaut, (size, size))
    (face,) = analyse(other)
    points = (face.landmarks + 0.5) * 512 / size - 0.5
    assert error(points, astronaut_face.landmarks) < 0.012
    assert distance(face.embedding, astronaut_face.embedding) < 0.35


def test_a_grey_picture(astronaut: Image, astronaut_face: Face) -> None:
    (face,) = analyse(np.asarray(cv2.cvtColor(astronaut, cv2.COLOR_RGB2GRAY), np.uint8))
    assert error(face.landmarks, astronaut_face.landmarks) < 0.02
    assert face.colours.skin is not None


def test_the_largest_face_comes_first(astronaut: Image) -> None:
    large = affine.resize(astronaut[:300, 100:350], (500, 600))
    small = np.vstack([astronaut[:300, 100:350], np.full((300, 250, 3), 128, np.uint8)])
    canvas = np.hstack([small, large])
    faces = analyse(canvas, with_identity=False)
    assert [face.box.left > 250 for face in faces] == [True, False]
    assert faces[1].warnings == ("several",)
    (largest,) = analyse(canvas, max_faces=1, with_identity=False)
    assert largest.box == faces[0].box
    assert largest.warnings == ("several",)


def test_a_badge_is_no_face(astronaut: Image) -> None:
    # Turned by 10 degrees, the badge on her chest just passes the detector's threshold.
    from mien.face.detect import detect, turned_frame

    matrix, size = turned_frame(astronaut, 10)
    turned = affine.warp(astronaut, matrix, size)
    assert len(detect(turned)) == 2
    assert len(analyse(turned, with_identity=False)) == 1


def test_no_face_is_an_empty_list(noisy_picture: Image) -> None:
    assert analyse(noisy_picture) == []


def test_what_was_left_out_is_reported(astronaut: Image) -> None:
    tiny = affine.resize(astronaut, (100, 100))
    report = report_faces(tiny)
    assert report.notes == ("faces left out because they are too small to measure: 1",)
    assert report.to_json() == {
        "width": 100,
        "height": 100,
        "landmarker": "mien-68",
        "too_small": 1,
        "faces": [],
    }


def test_json_holds_everything_but_the_descriptor(astronaut: Image) -> None:
    report = report_faces(astronaut)
    assert report.notes == ()
    read = json.loads(json.dumps(report.to_json(), allow_nan=False))
    (face,) = read["faces"]
    assert set(face) == {
        *("box", "score", "pose", "landmarks", "landmarks5", "colours", "warnings"),
    }
    assert_allclose(face["landmarks"], report.faces[0].landmarks, atol=0.0051)
    assert set(face["colours"]) == {"skin", "lips", "brows", "hair", "iris", "white"}
    assert "embedding" not in json.dumps(read)


def test_json_of_a_region_that_was_not_seen_is_null(astronaut_face: Face) -> None:
    import dataclasses

    unseen = dataclasses.replace(
        astronaut_face, colours=dataclasses.replace(astronaut_face.colours, hair=None)
    )
    assert to_json(unseen)["colours"]["hair"] is None


def test_another_landmarker_can_be_used(astronaut: Image, astronaut_face: Face) -> None:
    class Known:
        name = "known"
        notice = ""
        steady = False
        limits = UnrestLimits(calm=1.0, doubt=1.0, lost=1.0)

        def __call__(self, image: Image, box: Box) -> np.ndarray:
            # The astronaut's points by their place in her box: right for any box around her.
            face = astronaut_face.box
            relative = (astronaut_face.landmarks - (face.left, face.top)) / face.width
            return relative * box.width + (box.left, box.top)

    (face,) = analyse(astronaut, landmarker=Known(), with_identity=False)
    # Averaged with the mirror image, her own tilt is half undone; the place and size stay.
    assert error(face.landmarks, astronaut_face.landmarks) < 0.2


def test_without_identity_torch_is_not_needed(root: Path) -> None:
    code = (
        "import sys, numpy as np\n"
        "from mien.face.analyse import analyse\n"
        "class Nobody:\n"
        "    name = notice = ''\n"
        "    def __call__(self, image, box): raise AssertionError\n"
        "assert analyse(np.zeros((64, 64, 3), np.uint8), landmarker=Nobody()) == []\n"
        "assert 'torch' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(root / "src"), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(InputError, match="wanted \\(height, width, 3\\) uint8 RGB"):
        analyse(np.zeros((10, 10, 3), np.float64))  # pyright: ignore[reportArgumentType]
