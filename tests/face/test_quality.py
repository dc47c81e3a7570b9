from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from mien.face import affine
from mien.face.analyse import analyse
from mien.face.detect import checked
from mien.face.quality import WARNINGS, bridge_edge, sharpness, warnings_of
from mien.face.regions import HeadView, head_view
from mien.messages import text
from mien.types import Face, Image, Landmarks, Pose


def view(image: Image, points: Landmarks) -> HeadView:
    return head_view(image, points, 256)


def held(image: Image, points: Landmarks, pose: Pose | None = None) -> tuple[str, ...]:
    return warnings_of(view(image, points), points, pose or Pose())


def with_glasses(image: Image, points: Landmarks) -> Image:
    """A frame of dark rings and a bar drawn over the eyes."""
    worn = image.copy()
    eyes = [points[36:42].mean(0), points[42:48].mean(0)]
    radius = 0.35 * np.hypot(*(eyes[1] - eyes[0]))
    for eye in eyes:
        place = (round(eye[0]), round(eye[1]))
        cv2.circle(worn, place, round(radius), (40, 35, 30), 2, cv2.LINE_AA)
    ends = [(round(e[0] + s * radius), round(e[1])) for e, s in zip(eyes, (1, -1), strict=True)]
    cv2.line(worn, ends[0], ends[1], (40, 35, 30), 2, cv2.LINE_AA)
    return worn


def test_a_good_face_has_no_warnings(astronaut_face: Face) -> None:
    assert astronaut_face.warnings == ()


def test_a_head_turned_away_is_told(astronaut: Image, astronaut_face: Face) -> None:
    points = astronaut_face.landmarks
    assert held(astronaut, points, Pose(yaw=34.9)) == ()
    assert held(astronaut, points, Pose(yaw=-36)) == ("yaw",)


def test_a_blurred_face_is_told(astronaut: Image, astronaut_face: Face) -> None:
    blurred = np.asarray(cv2.GaussianBlur(astronaut, (0, 0), 0.025 * 61), np.uint8)
    assert held(blurred, astronaut_face.landmarks) == ("blurred",)
    slightly = np.asarray(cv2.GaussianBlur(astronaut, (0, 0), 0.006 * 61), np.uint8)
    assert held(slightly, astronaut_face.landmarks) == ()


def test_sharpness_does_not_depend_on_contrast(astronaut: Image, astronaut_face: Face) -> None:
    points = astronaut_face.landmarks
    pale = (astronaut.astype(float) * 0.5 + 90).astype(np.uint8)
    same = sharpness(view(astronaut, points))
    assert sharpness(view(pale, points)) == pytest.approx(same, rel=0.1)


def test_a_flat_picture_has_no_sharpness_to_miss(astronaut_face: Face) -> None:
    flat = np.full((512, 512, 3), 128, np.uint8)
    assert sharpness(view(flat, astronaut_face.landmarks)) == 1


def test_a_dark_face_is_told(astronaut: Image, astronaut_face: Face) -> None:
    dark = (astronaut.astype(float) * 0.18).astype(np.uint8)
    assert held(dark, astronaut_face.landmarks) == ("dark",)


def test_a_small_face_is_told(astronaut: Image) -> None:
    small = affine.resize(astronaut, (300, 300))
    (face,) = analyse(small, with_identity=False)
    assert "small" in face.warnings


def test_a_cut_face_is_told(astronaut: Image, astronaut_face: Face) -> None:
    cut = np.ascontiguousarray(astronaut[:, 215:])
    assert "cut" in held(cut, astronaut_face.landmarks - (215, 0))


def test_glasses_are_told(astronaut: Image, astronaut_face: Face) -> None:
    points = astronaut_face.landmarks
    worn = with_glasses(astronaut, points)
    assert held(worn, points) == ("glasses",)
    assert bridge_edge(view(worn, points)) > 2 * bridge_edge(view(astronaut, points))


def test_several_faces_are_told(astronaut: Image) -> None:
    both = np.hstack([astronaut, astronaut])
    faces = analyse(both, with_identity=False)
    assert [face.warnings for face in faces] == [("several",)] * 2


@pytest.mark.parametrize("key", WARNINGS)
def test_every_warning_has_a_message(key: str) -> None:
    assert len(text(f"face.warning.{key}")) > 10


@pytest.mark.real
def test_the_man_with_glasses_is_the_only_one(real_photos: Path) -> None:
    import av

    told = {}
    for clip in sorted((real_photos / "clips").glob("*.mp4")):
        with av.open(clip) as container:
            frame = checked(next(container.decode(video=0)).to_ndarray(format="rgb24"))
        told[clip.stem] = analyse(frame, with_identity=False)[0].warnings
    assert told == {
        "glasses_man_720x1280": ("glasses",),
        "grimacing_man_480": (),
        "talking_woman_512": (),
    }
