from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from mien.face import affine
from mien.face.landmarks import MIRROR
from mien.face.pose import average_head, fit_pose, pose_of, rotation_of
from mien.types import Face, Pose

NOSE_TIP, CHIN, LEFT_EYE, RIGHT_EYE = 30, 8, 36, 45
POSES = st.builds(Pose, st.floats(-70, 70), st.floats(-50, 50), st.floats(-170, 170))


def seen(pose: Pose, scale: float = 12.0) -> np.ndarray:
    """(68, 2) pixels of the average head in this pose."""
    turned = average_head() @ rotation_of(pose).T
    return turned[:, :2] * (scale, -scale) + (300, 200)


def test_yaw_above_zero_turns_the_face_to_the_pictures_right() -> None:
    assert seen(Pose(yaw=25))[NOSE_TIP, 0] > seen(Pose())[NOSE_TIP, 0] + 10


def test_pitch_above_zero_lowers_the_chin() -> None:
    straight, nodding = seen(Pose()), seen(Pose(pitch=25))
    # The nose points down, and more of the crown comes forward: nose tip below the eyes' middle
    # by more than before.
    assert nodding[NOSE_TIP, 1] - nodding[27, 1] > straight[NOSE_TIP, 1] - straight[27, 1] + 5


def test_roll_above_zero_tilts_counter_clockwise() -> None:
    tilted = seen(Pose(roll=20))
    assert tilted[RIGHT_EYE, 1] < tilted[LEFT_EYE, 1] - 10
    assert tilted[CHIN, 0] > seen(Pose())[CHIN, 0] + 10


@given(POSES)
def test_angles_and_rotations_are_the_same_thing(pose: Pose) -> None:
    assert_allclose(pose_of(rotation_of(pose)).as_tuple(), pose.as_tuple(), atol=1e-7)


@given(POSES, st.floats(0.5, 80))
def test_the_pose_of_an_average_head_is_found_exactly(pose: Pose, scale: float) -> None:
    fit = fit_pose(seen(pose, scale))
    assert_allclose(fit.rotation, rotation_of(pose), atol=1e-6)
    assert fit.scale == pytest.approx(scale, rel=1e-6)
    assert_allclose(fit.shift, (300, 200), atol=1e-5 * scale)
    assert fit.error < 1e-6


@pytest.mark.parametrize("pose", [Pose(0, 0, 0), Pose(30, -10, 5), Pose(-20, 15, -25)])
def test_an_open_mouth_and_noise_move_the_pose_little(pose: Pose) -> None:
    head = average_head()
    head[[*range(55, 60), 65, 66, 67], 1] -= 2.0
    head[:17, 1] -= np.abs(head[:17, 1]) * 0.15
    noise = np.random.Generator(np.random.PCG64(3)).normal(0, 1.0, (68, 2))
    points = (head @ rotation_of(pose).T)[:, :2] * (12, -12) + noise
    assert np.abs(np.subtract(fit_pose(points).pose.as_tuple(), pose.as_tuple())).max() < 4


def test_the_camera_puts_the_head_back_on_its_points(astronaut_face: Face) -> None:
    fit = fit_pose(astronaut_face.landmarks)
    away = np.hypot(*(fit.project(average_head()) - astronaut_face.landmarks).T)
    assert away[17:].mean() < 0.07 * 61
    assert fit.error < 0.09


def test_the_astronaut_looks_at_the_camera(astronaut_face: Face) -> None:
    yaw, pitch, roll = astronaut_face.pose.as_tuple()
    assert abs(yaw) < 6
    assert abs(pitch) < 8
    assert -6 < roll < 0


def test_a_mirrored_face_turns_the_other_way(astronaut_face: Face) -> None:
    points = astronaut_face.landmarks[MIRROR] * (-1, 1)
    mirrored, pose = fit_pose(points).pose, astronaut_face.pose
    expected = (-pose.yaw, pose.pitch, -pose.roll)
    assert_allclose(mirrored.as_tuple(), expected, atol=1e-4)


@pytest.mark.parametrize("degrees", [40.0, -100.0])
def test_turning_the_picture_adds_to_the_roll(astronaut_face: Face, degrees: float) -> None:
    turned = astronaut_face.landmarks @ affine.rotation(degrees).T
    assert fit_pose(turned).pose.roll == pytest.approx(astronaut_face.pose.roll + degrees, abs=1e-3)
