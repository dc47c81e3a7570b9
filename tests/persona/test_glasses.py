from __future__ import annotations

import cv2
import numpy as np
import pytest

from mien.persona.glasses import carried, find_frame, held_still
from mien.persona.window import Window
from mien.types import Image, Landmarks

EYES = 100.0
WINDOW = Window(0, 0, 200, 200, 200, 200)


@pytest.fixture
def points() -> Landmarks:
    """Landmarks of a face whose eyes lie at row 90, 100 pixels between their outer corners."""
    landmarks = np.full((68, 2), 100.0)
    angle = np.linspace(0, np.pi, 17)
    landmarks[:17] = np.stack([100 - 75 * np.cos(angle), 85 + 95 * np.sin(angle)], 1)
    landmarks[17:22] = np.stack([np.linspace(48, 85, 5), [68, 64, 63, 64, 66]], 1)
    landmarks[22:27] = np.stack([np.linspace(115, 152, 5), [66, 64, 63, 64, 68]], 1)
    landmarks[27:31] = np.stack([np.full(4, 100.0), np.linspace(88, 125, 4)], 1)
    eye = np.array([[0, 0], [9, -4], [18, -4], [27, 0], [18, 4], [9, 4]], float)
    landmarks[36:42] = eye + (50, 90)
    landmarks[42:48] = eye + (123, 90)
    return landmarks


@pytest.fixture
def skin() -> Image:
    random = np.random.Generator(np.random.PCG64(3))
    flat = np.full((200, 200, 3), (205, 160, 140), float)
    return np.clip(flat + random.normal(0, 3, flat.shape), 0, 255).astype(np.uint8)


def with_glasses(skin: Image) -> Image:
    picture = skin.copy()
    for left in (38, 112):
        cv2.rectangle(picture, (left, 78), (left + 50, 112), (40, 35, 35), 2)
    cv2.line(picture, (88, 88), (112, 88), (40, 35, 35), 2)
    return picture


def test_a_frame_is_found_and_bare_skin_has_none(skin: Image, points: Landmarks) -> None:
    assert not find_frame(skin, points, EYES).any()
    frame = find_frame(with_glasses(skin), points, EYES)
    assert frame[78, 50:85].mean() > 0.8
    assert frame[88, 92:108].mean() > 0.8
    assert frame[:70].sum() == 0  # brows and forehead


def test_lids_and_short_lines_are_no_frame(skin: Image, points: Landmarks) -> None:
    picture = skin.copy()
    for left in (50, 123):
        cv2.ellipse(picture, (left + 13, 90), (14, 4), 0, 0, 360, (40, 35, 35), 2)
    cv2.line(picture, (60, 110), (75, 116), (60, 50, 50), 2)  # a wrinkle
    assert not find_frame(picture, points, EYES).any()


def test_skin_is_held_at_a_frame_and_free_away_from_it(skin: Image, points: Landmarks) -> None:
    frame = find_frame(with_glasses(skin), points, EYES)
    held = held_still(frame, WINDOW, EYES)
    assert held.shape == (200, 200)
    assert held[78, 55:80].min() > 0.8
    assert held[55].max() < 0.01
    assert not held_still(np.zeros((200, 200), bool), WINDOW, EYES).any()


def test_a_frame_goes_where_the_flow_carries_it(skin: Image, points: Landmarks) -> None:
    frame = find_frame(with_glasses(skin), points, EYES)
    shift = np.zeros((200, 200, 2), np.float32)
    shift[..., 0] = -6.0
    share = carried(frame, WINDOW, shift)[..., 0]
    rows, columns = np.nonzero(frame)
    assert share[rows, columns + 6].min() > 0.6
    assert share[:60].max() == 0.0
