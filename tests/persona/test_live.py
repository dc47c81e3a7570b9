from __future__ import annotations

import numpy as np
import pytest

from mien.analysers.translator.renders import find_landmarks
from mien.errors import InputError
from mien.head.camera import Camera
from mien.head.render import View, render
from mien.head.sample import sample
from mien.head.schema import AU_INDEX
from mien.persona.live import CALIBRATION, LiveTracker, follow_camera
from mien.persona.subject import Motion
from mien.persona.track import Seen
from mien.persona.trial import SEED, Trial
from mien.types import Image, Pose

from .people import plain

FPS = 25.0
BLINK, SMILE = AU_INDEX["AU45"], AU_INDEX["AU12"]
REST, MOVING = 30, 50  # frames
CLOSING = {40: 0.2, 41: 0.13, 42: 0.13, 43: 0.24}  # opening of the eyes in a blink


def truth() -> np.ndarray:
    """(80,) a person at rest for 1.2 seconds, who then smiles and turns twice."""
    share = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(MOVING) / 25)
    return np.concatenate([np.zeros(REST), share])


@pytest.fixture(scope="module")
def frames() -> list[Seen]:
    view = View(camera=Camera(size=160, zoom=0.9), shadow=1)
    blank = np.zeros((8, 8, 3), np.uint8)
    person = Trial(plain(sample(SEED, 5)), view, blank, None)  # type: ignore[arg-type]
    seen = []
    for k, share in enumerate(truth()):
        aus = np.zeros(22)
        aus[SMILE] = 0.8 * share
        drawn = render(person.moved_code(Motion(aus, Pose(8.0 * share))), view=view)
        points = find_landmarks(drawn.rgb)
        assert points is not None
        seen.append(Seen(points, 0.9, CLOSING.get(k, 0.3), None, np.zeros(0, np.float32)))
    return seen


def followed(frames: list[Seen | None]) -> LiveTracker:
    tracker = LiveTracker()
    for k, seen in enumerate(frames):
        tracker.feed(seen, k / FPS)
    return tracker


@pytest.fixture(scope="module")
def tracker(frames: list[Seen]) -> LiveTracker:
    return followed(list(frames))


def lag(curve: np.ndarray, wanted: np.ndarray) -> int:
    """Frames by which a curve follows another."""
    inner = slice(10, len(wanted) - 10)
    shifted = [np.roll(wanted, late)[inner] for late in range(6)]
    return int(np.argmax([np.corrcoef(curve[inner], one)[0, 1] for one in shifted]))


def test_motion_is_told_once_the_face_is_known(frames: list[Seen]) -> None:
    tracker = LiveTracker()
    told = [tracker.feed(seen, k / FPS) is not None for k, seen in enumerate(frames[:REST])]
    first = told.index(True)
    assert first / FPS == pytest.approx(CALIBRATION)
    assert all(told[first:])
    assert tracker.calibrated


def test_curves_follow_the_truth_by_a_frame_at_most(tracker: LiveTracker) -> None:
    driver = tracker.driver()
    for curve in (driver.aus[:, SMILE], driver.pose[:, 0]):
        assert lag(curve, truth()) <= 1
        assert np.corrcoef(curve, truth())[0, 1] > 0.95
    # Without a descriptor the depth of this face is a guess, and so is the size of its turns.
    assert np.ptp(driver.pose[:, 0]) == pytest.approx(8.0, abs=5.0)


def test_a_blink_is_kept_in_its_frames(tracker: LiveTracker) -> None:
    blink = tracker.driver().aus[:, BLINK]
    assert blink[[41, 42]].min() > 0.9
    assert np.flatnonzero(blink > 0.5).tolist() == [41, 42]
    assert blink[:39].max() == 0.0


def test_no_frame_waits_for_a_later_one(tracker: LiveTracker, frames: list[Seen]) -> None:
    shorter = followed(list(frames[:50])).driver()
    whole = tracker.driver()
    assert np.array_equal(shorter.aus, whole.aus[:50])
    assert np.array_equal(shorter.pose, whole.pose[:50])


def test_rest_is_what_the_first_second_showed(tracker: LiveTracker) -> None:
    rest = tracker.rest()
    smiles = tracker.driver().aus[:, SMILE]
    assert rest.aus[SMILE] < 0.3 * smiles.max()
    assert rest.pose.yaw == pytest.approx(tracker.driver().pose[:20, 0].mean(), abs=0.5)
    assert max(tracker.neutral) <= CALIBRATION * FPS


def test_a_lost_face_is_held_for_a_moment_and_then_rests(frames: list[Seen]) -> None:
    at = REST + 12  # in the middle of a smile
    driver = followed([*frames[:at], *[None] * 40, *frames[at:]]).driver()
    assert (driver.confidence[at : at + 40] == 0).all()
    assert driver.aus[at + 8, SMILE] == driver.aus[at - 1, SMILE] > 0.3
    assert driver.aus[at + 39, SMILE] < 0.05
    assert driver.confidence[at + 40] == 0.9
    assert len(driver) == len(frames) + 40


def test_a_camera_that_shows_nobody_is_refused() -> None:
    empty: Image = np.full((90, 120, 3), 128, np.uint8)
    with pytest.raises(InputError, match="no face was found in 3 frames"):
        follow_camera((k / FPS, empty) for k in range(3))


@pytest.mark.slow
def test_a_camera_is_followed_until_it_is_stopped(astronaut: Image) -> None:
    def stopped_by_hand() -> object:
        for k in range(8):
            yield k / 6, astronaut
        raise KeyboardInterrupt

    told: list[tuple[int, bool]] = []
    frames = stopped_by_hand()
    driver = follow_camera(frames, progress=lambda n, known: told.append((n, known)))  # type: ignore[arg-type]
    assert len(driver) == 8
    assert driver.fps == pytest.approx(6.0)
    assert told[-1] == (8, True)
    assert driver.neutral
    np.testing.assert_allclose(driver.aus[7], driver.aus[2], atol=0.05)
