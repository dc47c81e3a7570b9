from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mien.analysers.translator.renders import find_landmarks
from mien.errors import InputError
from mien.face.tracker import FaceTracker
from mien.head.camera import Camera
from mien.head.render import View, render
from mien.head.sample import sample
from mien.head.schema import AU_INDEX
from mien.io.image import write_image
from mien.persona.clips import clip_frames, is_clip, load_driver
from mien.persona.driver import Driver, write_driver
from mien.persona.expressions import ramp
from mien.persona.subject import Motion
from mien.persona.track import Seen, blinks, driver_of_frames, resting_frames, track_clip
from mien.persona.trial import SEED, Trial
from mien.types import Image, Pose

from .people import plain

BLINK, SMILE, JAW = (AU_INDEX[name] for name in ("AU45", "AU12", "AU26"))


def test_blinks_are_measured_against_how_open_the_eyes_usually_are() -> None:
    openings = np.array([0.32] * 20 + [0.25, 0.15, 0.13, 0.24] + [0.31] * 20)
    found = blinks(openings)
    assert found[21:23].min() > 0.8
    assert found[:20].max() == 0.0
    # A person with narrow eyes is not half asleep.
    assert blinks(openings * 0.75 + 0.03)[:20].max() == 0.0


def clip(count: int = 24) -> list[Seen]:
    """What the detector sees of a drawn head that smiles, opens its mouth and turns, then rests."""
    code = plain(sample(SEED, 5))
    view = View(camera=Camera(size=160, zoom=0.9), shadow=1)
    person = Trial(code, view, np.zeros((8, 8, 3), np.uint8), None)  # type: ignore[arg-type]
    frames = []
    for k in range(count):
        share = max(0.0, np.sin(2 * np.pi * k / count)) if k > 6 else 0.0
        aus = np.zeros(22)
        aus[SMILE], aus[JAW] = 0.8 * share, 0.5 * share
        motion = Motion(aus, Pose(yaw=8.0 * share))
        points = find_landmarks(render(person.moved_code(motion), view=view).rgb)
        assert points is not None
        frames.append(Seen(points, 0.9, 0.3, None, np.zeros(0, np.float32)))
    return frames


@pytest.fixture(scope="module")
def frames() -> list[Seen]:
    return clip()


def test_rest_is_found_where_it_is(frames: list[Seen]) -> None:
    first = resting_frames(frames)[0]
    smiles = {k for k in range(24) if k > 6 and np.sin(2 * np.pi * k / 24) > 0.2}
    assert first not in smiles


def test_curves_follow_the_truth(frames: list[Seen]) -> None:
    driver = driver_of_frames(frames, fps=25.0)
    truth = np.array([max(0.0, np.sin(2 * np.pi * k / 24)) if k > 6 else 0.0 for k in range(24)])
    for curve in (driver.aus[:, SMILE], driver.aus[:, JAW], driver.pose[:, 0]):
        assert np.corrcoef(curve, truth)[0, 1] > 0.8
    assert driver.pose[:, 0].max() - driver.pose[:, 0].min() == pytest.approx(8.0, abs=3.0)
    assert len(driver) == 24
    assert driver.fps == 25.0
    assert driver.landmarks is not None


def test_short_gaps_are_bridged_and_long_ones_rest(frames: list[Seen]) -> None:
    with_gaps: list[Seen | None] = [*frames[:9], None, None, *frames[11:], *[None] * 30, frames[0]]
    driver = driver_of_frames(with_gaps, fps=25.0)
    assert len(driver) == len(with_gaps)
    assert (driver.confidence[[9, 10]] == 0).all()
    assert driver.confidence[8] == 0.9
    low, high = sorted((driver.aus[8, SMILE], driver.aus[11, SMILE]))
    assert low - 1e-6 <= driver.aus[9, SMILE] <= high + 1e-6
    rest = driver.rest()
    np.testing.assert_allclose(driver.aus[40], rest.aus, atol=1e-9)
    assert np.isfinite(driver.landmarks).all()  # type: ignore[arg-type]


def test_drivers_come_from_files_clips_and_folders(tmp_path: Path) -> None:
    path = tmp_path / "driver.csv"
    write_driver(path, ramp({"smile": 1.0}, frames=5, fps=20))
    assert not is_clip(path)
    assert len(load_driver(path)) == 5
    assert is_clip(tmp_path)
    with pytest.raises(InputError, match="no pictures in this folder"):
        load_driver(tmp_path)
    for name, grey in (("10.png", 30), ("2.png", 20), ("1.png", 10), ("notes.txt", 0)):
        if name.endswith("png"):
            write_image(tmp_path / name, np.full((20, 20, 3), grey, np.uint8), provenance=None)
    pictures, fps, count = clip_frames(tmp_path, fps=12.0, limit=None)
    assert [int(one[0, 0, 0]) for one in pictures] == [10, 20, 30]
    assert (fps, count) == (12.0, 3)


def test_a_clip_without_a_face_is_refused() -> None:
    empty = [np.full((90, 120, 3), 128, np.uint8)] * 3
    with pytest.raises(InputError, match="no face was found in 3 frames"):
        track_clip(empty, fps=25.0)


@pytest.mark.slow
def test_a_drawn_clip_is_tracked() -> None:
    code = plain(sample(SEED, 2))
    blank = np.zeros((8, 8, 3), np.uint8)
    view = View(camera=Camera(size=320, zoom=1.0))
    person = Trial(code, view, blank, None)  # type: ignore[arg-type]
    opening = 0.8 * np.abs(np.sin(np.linspace(0, 2 * np.pi, 12)))
    pictures: list[Image] = []
    for amount in opening:
        aus = np.zeros(22)
        aus[JAW] = amount
        pictures.append(render(person.moved_code(Motion(aus)), view=person.view).rgb)
    tracker = FaceTracker()
    assert [tracker(one).detected for one in pictures].count(True) == 1  # type: ignore[union-attr]
    driver: Driver = track_clip(pictures, fps=25.0)
    jaw = driver.aus[:, [JAW, AU_INDEX["AU25"], AU_INDEX["AU27"]]].sum(1)
    assert np.corrcoef(jaw, opening)[0, 1] > 0.9
    assert driver.confidence.min() > 0.5
