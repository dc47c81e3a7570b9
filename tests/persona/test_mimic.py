"""A person follows a driver of another shape, and keeps its own."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from mien.face.eye_signals import eye_opening
from mien.face.tracker import eye_distance
from mien.persona.expressions import ramp
from mien.persona.mimic import Bounds, MotionMimic, PointMimic, folds_of, person_signs
from mien.persona.retarget import Transfer
from mien.persona.subject import Motion
from mien.persona.track import GAZE_STEP
from mien.types import Landmarks, Pose

from .person_help import driver, person, points

PLAIN = Transfer()


def gap(landmarks: Landmarks) -> float:
    return float(landmarks[66, 1] - landmarks[62, 1]) / eye_distance(landmarks)


def test_at_the_drivers_rest_the_person_rests() -> None:
    known = person(size=128)
    rest = points(200, sliders=0.6) + 300.0
    made = PointMimic(known, rest, PLAIN)(rest)
    assert np.abs(made - known.landmarks[0]).max() < 0.6


def test_the_drivers_shape_does_not_leak() -> None:
    known = person(size=128)
    made = {}
    for sliders in (-0.8, 0.8):
        told = driver(sliders=sliders)
        made[sliders] = np.stack([s.landmarks for s in person_signs(known, told, PLAIN)])
    assert told.landmarks is not None
    between = np.hypot(*np.moveaxis(made[-0.8] - made[0.8], -1, 0)).mean()
    assert between < 0.01 * eye_distance(known.landmarks[0])
    # The jaw hardly opens sideways: its width stays the person's own.
    jaw = made[0.8][:, 15, 0] - made[0.8][:, 1, 0]
    own = known.landmarks[0][15, 0] - known.landmarks[0][1, 0]
    assert np.abs(jaw / own - 1).max() < 0.03


def test_mouth_and_lids_follow() -> None:
    known, told = person(size=128), driver()
    made = person_signs(known, told, PLAIN)
    assert told.landmarks is not None
    mouths = [(gap(one), gap(s.landmarks)) for one, s in zip(told.landmarks, made, strict=True)]
    lids = [
        (eye_opening(one), eye_opening(s.landmarks))
        for one, s in zip(told.landmarks, made, strict=True)
    ]
    for curves in (mouths, lids):
        assert np.corrcoef(np.array(curves).T)[0, 1] > 0.97
    # The person's clip holds no blink: its lids close all the same.
    assert eye_opening(made[-1].landmarks) < 0.6 * eye_opening(made[0].landmarks)


def test_gaze_is_added_to_eyes_that_look_ahead() -> None:
    known, told = person(), driver()
    pupils = known.pupils.copy()
    pupils[known.neutral] = [0.2, 0.05]  # the frame at rest looks aside
    known = dataclasses.replace(known, pupils=pupils)
    ahead = np.median(pupils, axis=0)
    made = person_signs(known, told, PLAIN)
    assert made[0].pupils == pytest.approx(ahead)
    assert made[-1].pupils - ahead == pytest.approx([GAZE_STEP[0], 0.0])
    still = person_signs(known, told, dataclasses.replace(PLAIN, gaze=0.0))
    assert still[-1].pupils == pytest.approx(ahead)
    asked = person_signs(known, ramp({"laugh": 1.0}, frames=5, fps=25), PLAIN)
    assert asked[2].pupils == pytest.approx(ahead)


def test_strength_and_head_are_factors() -> None:
    known = person(size=128)
    rest = points(200)
    turned = points(200)
    turned = turned + [8.0, -3.0]
    moved = PointMimic(known, rest, PLAIN, hold=False)(turned) - known.landmarks[0]
    assert moved.mean(0) == pytest.approx(np.array([8.0, -3.0]) * 128 / 200, abs=0.05)
    kept = PointMimic(known, rest, Transfer(head=0.0), hold=False)(turned)
    assert kept == pytest.approx(known.landmarks[0], abs=0.05)
    opened = points(200, AU26=0.6)
    one, two = (
        gap(PointMimic(known, rest, Transfer(strength=s), hold=False)(opened)) for s in (1.0, 2.0)
    )
    assert two > 1.6 * one > 0


def test_a_roll_is_followed_and_held() -> None:
    from mien.face import affine

    known, rest = person(size=128), points(200)
    for roll, wanted in ((6.0, 6.0), (-40.0, -10.0)):
        turned = affine.transform(affine.about(affine.rotation(roll), [100, 100], [100, 100]), rest)
        made = PointMimic(known, rest, PLAIN, hold=False)(turned)
        across = made[45] - made[36]
        found = float(np.degrees(np.arctan2(-across[1], across[0])))
        assert found == pytest.approx(wanted, abs=0.5)


def test_bounds_let_pass_what_was_seen_and_hold_the_rest() -> None:
    known = person(size=128)
    bounds = Bounds.of(known.landmarks)
    for frame in (0, 4, 8):
        assert bounds.hold(known.landmarks[frame]) == pytest.approx(known.landmarks[frame], abs=0.1)
    wild = known.landmarks[0] + [0.0, 30.0]
    assert np.abs(bounds.hold(wild) - known.landmarks[0]).mean() < 0.5 * 30.0


def test_a_table_without_points_moves_the_person() -> None:
    known = person(size=128)
    signs = person_signs(known, ramp({"surprise": 1.0}, frames=11, fps=25), PLAIN)
    gaps = np.array([gap(one.landmarks) for one in signs])
    assert int(gaps.argmax()) in (4, 5, 6)
    assert gaps.max() > gaps[0] + 0.08
    assert signs[0].landmarks == pytest.approx(known.landmarks[0], abs=0.05)
    brows = [one.landmarks[17:27, 1].mean() for one in signs]
    assert min(brows) < brows[0] - 1.0


def test_absolute_takes_the_expression_as_it_is() -> None:
    known, told = person(size=128), driver()
    told = dataclasses.replace(told, neutral=(len(told) - 1,))  # it rests with its mouth open
    beside = person_signs(known, told, PLAIN)
    as_is = person_signs(known, told, Transfer(absolute=True))
    assert gap(beside[-1].landmarks) == pytest.approx(gap(known.landmarks[0]), abs=0.02)
    assert gap(as_is[-1].landmarks) > gap(known.landmarks[0]) + 0.1


def test_turns_move_the_nose_and_not_the_eyes_line() -> None:
    known = person(size=128)
    mimic = MotionMimic(known, PLAIN)
    still = Motion(np.zeros(22))
    right = mimic(still, Motion(np.zeros(22), Pose(yaw=10.0)))
    left = mimic(still, Motion(np.zeros(22), Pose(yaw=-10.0)))
    assert right[30, 0] > known.landmarks[0][30, 0] + 0.8
    assert left[30, 0] < known.landmarks[0][30, 0] - 0.8


def test_folds_are_guessed_from_action_units() -> None:
    frown = ramp({"angry": 1.0}, frames=5, fps=25)
    folds = folds_of(frown.motion(2), frown.rest())
    assert folds[0] > 1.0
    assert folds_of(frown.motion(0), frown.rest()).tolist() == [0.0, 0.0]
