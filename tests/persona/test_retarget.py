from __future__ import annotations

import numpy as np
import pytest

from mien.head.schema import AU_INDEX
from mien.persona.driver import Driver
from mien.persona.expressions import ramp
from mien.persona.retarget import TURN_LIMITS, Transfer, changed, retarget, turned
from mien.persona.subject import Motion
from mien.types import Pose

SMILE, OPEN, BLINK = (AU_INDEX[name] for name in ("AU12", "AU25", "AU45"))


@pytest.fixture
def rest() -> Motion:
    aus = np.zeros(22)
    aus[SMILE] = 0.6
    return Motion(aus, Pose(4.0, -2.0, 1.0), (0.1, 0.0))


def driver(pose: list[list[float]], gaze: list[list[float]]) -> Driver:
    count = len(pose)
    aus = np.zeros((count, 22))
    aus[:, SMILE] = 0.3
    aus[-1, SMILE] = 0.5
    return Driver(
        np.arange(count) / 25.0,
        aus,
        np.array(pose),
        np.array(gaze),
        np.ones(count),
        neutral=(0,),
    )


def test_a_driver_at_rest_leaves_the_photo_as_it_is(rest: Motion) -> None:
    still = driver([[7.0, 3, 1]] * 3, [[0.0, 0.0]] * 3)
    first = retarget(rest, still)[0]
    np.testing.assert_allclose(first.aus, rest.aus)
    assert first.pose == rest.pose
    assert first.gaze == rest.gaze


def test_only_what_differs_from_rest_is_carried_over(rest: Motion) -> None:
    moved = retarget(rest, driver([[0.0, 0, 0], [0, 0, 0], [2, 0, 0]], [[0, 0], [0, 0], [0.4, 0]]))
    assert moved[-1].aus[SMILE] == pytest.approx(0.6 + 0.2)
    assert moved[-1].pose.yaw == pytest.approx(4.0 + 2.0, abs=0.02)
    assert moved[-1].gaze[0] == pytest.approx(0.5)


def test_absolute_takes_the_drivers_own(rest: Motion) -> None:
    last = retarget(rest, driver([[0.0, 0, 0]] * 2, [[0.0, 0]] * 2), Transfer(absolute=True))[-1]
    assert last.aus[SMILE] == 0.5


def test_factors_weaken_and_silence(rest: Motion) -> None:
    source = driver([[0.0, 0, 0], [0, 0, 0], [8, 6, 4]], [[0, 0], [0, 0], [1, 1]])
    last = retarget(rest, source, Transfer(strength=0.5, head=0.0, gaze=0.0))[-1]
    assert last.aus[SMILE] == pytest.approx(0.7)
    assert last.pose == rest.pose
    assert last.gaze == rest.gaze


def test_turns_stay_within_what_a_photo_shows(rest: Motion) -> None:
    source = driver([[0.0, 0, 0], [0, 0, 0], [80, -60, 70]], [[0.0, 0]] * 3)
    last = retarget(rest, source)[-1].pose
    beside = np.abs(np.subtract(last.as_tuple(), rest.pose.as_tuple()))
    assert (beside <= TURN_LIMITS).all()
    assert (beside > 0.95 * np.array(TURN_LIMITS)).all()


def test_intensities_stay_in_range(rest: Motion) -> None:
    for motion in retarget(rest, ramp({"laugh": 1.5}, frames=9, fps=25), Transfer(strength=2.0)):
        assert motion.aus.min() >= 0.0
        assert motion.aus.max() <= 1.1


def test_a_change_shows_more_and_negative_ones_less(rest: Motion) -> None:
    assert changed(rest, {"AU25": 0.5}).aus[OPEN] == 0.5
    assert changed(rest, {"AU12": 0.5}).aus[SMILE] == pytest.approx(0.6 + 0.4 * 0.5)
    assert changed(rest, {"AU12": 0.9}).aus[SMILE] == pytest.approx(0.96)
    assert changed(rest, {"AU12": -0.5}).aus[SMILE] == pytest.approx(0.1)
    assert changed(rest, {"AU12": -1.0}).aus[SMILE] == 0.0
    assert changed(rest, {"AU12": 0.2}, exact=True).aus[SMILE] == 0.2
    assert rest.aus[SMILE] == 0.6


def test_turning_adds_to_the_pose(rest: Motion) -> None:
    assert turned(rest, yaw=-3, roll=2).pose == Pose(1.0, -2.0, 3.0)
