from __future__ import annotations

import numpy as np
import pytest

from mien.persona.lids import close_eyes
from mien.types import Image, Landmarks

EYES = 200.0


@pytest.fixture
def landmarks() -> Landmarks:
    points = np.zeros((68, 2))
    for first, middle in ((36, 120.0), (42, 260.0)):
        x = middle + np.array([-30.0, -12, 12, 30, 12, -12])
        points[first : first + 6] = np.stack([x, 150 + np.array([0, -10, -10, 0, 8, 8])], 1)
    return points


@pytest.fixture
def photo() -> Image:
    noise = np.random.Generator(np.random.PCG64(6)).normal(size=(300, 380, 1)) * 3
    picture = np.array([210.0, 170, 150]) + noise
    rows, columns = np.mgrid[:300, :380]
    for middle in (120, 260):
        eye = ((columns - middle) / 30) ** 2 + ((rows - 149) / 10) ** 2 < 1
        picture[eye] = (235, 235, 235)
        picture[((columns - middle) ** 2 + (rows - 149) ** 2) < 81] = (40, 25, 20)
        picture[(np.abs(columns - middle) < 34) & (np.abs(rows - 105) < 6)] = (60, 40, 30)  # brow
    return np.clip(picture, 0, 255).astype(np.uint8)


def closed(photo: Image, landmarks: Landmarks, amount: float) -> Image:
    picture = photo.copy()
    close_eyes(picture, landmarks, amount, EYES)
    return picture


def eye_part(picture: Image, middle: int) -> np.ndarray:
    return picture[144:156, middle - 14 : middle + 15].astype(float)


def test_open_eyes_are_left_alone(photo: Image, landmarks: Landmarks) -> None:
    assert np.array_equal(closed(photo, landmarks, 0.0), photo)


@pytest.mark.parametrize("middle", [120, 260])
def test_a_shut_eye_is_skin_and_a_line(photo: Image, landmarks: Landmarks, middle: int) -> None:
    shut = eye_part(closed(photo, landmarks, 1.0), middle)
    # Above the lash line it is the skin around, not the brow, the white or the pupil.
    lid = shut[:8].reshape(-1, 3).mean(0)
    np.testing.assert_allclose(lid, [210, 170, 150], atol=22)
    assert shut[:8].std(axis=(0, 1)).max() < 20
    line = shut.mean((1, 2))
    assert line.min() < 0.75 * lid.mean()
    assert int(np.argmin(line)) >= 8


def test_only_the_eyes_are_touched(photo: Image, landmarks: Landmarks) -> None:
    change = np.abs(closed(photo, landmarks, 1.0).astype(int) - photo).max(axis=2)
    assert change[:122].max() == 0
    assert change[185:].max() == 0
    assert change[:, 175:205].max() == 0


def test_the_lid_comes_down_step_by_step(photo: Image, landmarks: Landmarks) -> None:
    eye = eye_part(photo, 120)
    changed = [
        (np.abs(eye_part(closed(photo, landmarks, amount), 120) - eye).max(2) > 40).mean()
        for amount in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    assert changed == sorted(changed)
    assert changed[1] < 0.35 < changed[3]
    # Half closed, the lower half of the eye is still the eye.
    half = closed(photo, landmarks, 0.5).astype(int)
    assert np.abs(half - photo)[153:156, 112:128].max() <= 40


def test_an_eye_at_the_edge_of_the_picture_stays_open(photo: Image, landmarks: Landmarks) -> None:
    cut = np.ascontiguousarray(photo[:, 100:])
    moved = landmarks - [100, 0]
    before = cut.copy()
    close_eyes(cut, moved, 1.0, EYES)
    assert np.array_equal(cut[:, :60], before[:, :60])
    assert not np.array_equal(cut[:, 120:], before[:, 120:])
