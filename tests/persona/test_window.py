from __future__ import annotations

import numpy as np
import pytest

from mien.face import affine
from mien.persona.window import CELL, Window, window_around

CORNERS = np.array([[200.0, 180], [320, 360]])


def ramp(height: int, width: int) -> np.ndarray:
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    return np.stack([columns, rows], axis=-1)


def test_a_small_face_is_worked_on_pixel_by_pixel() -> None:
    window = window_around(CORNERS, (600, 500, 3), eyes=80.0, reach=50.0)
    assert window.is_full_size
    assert (window.width % CELL, window.height % CELL) == (0, 0)
    assert window.left <= 150
    assert window.top <= 130
    assert window.right >= 371
    assert window.bottom >= 411
    values = ramp(window.height, window.width)
    assert window.enlarge(values) is values


def test_a_large_face_is_worked_on_at_a_tenth() -> None:
    window = window_around(10 * CORNERS, (6000, 5000, 3), eyes=1000.0, reach=500.0)
    assert window.scale == pytest.approx((0.1, 0.1), rel=0.02)
    # What is enlarged says of every photo pixel where it lies in the working copy.
    grid = ramp(window.height, window.width)
    enlarged = window.enlarge(grid)
    pixel = np.array([window.left + 777.0, window.top + 555.0])
    expected = affine.transform(window.from_photo(), pixel)
    np.testing.assert_allclose(enlarged[555, 777], expected, atol=0.02)
    place = slice(500, 520), slice(700, 740)
    np.testing.assert_allclose(window.at(grid, place), enlarged[place], atol=0.02)


def test_the_window_ends_where_the_photo_does() -> None:
    window = window_around(CORNERS, (380, 330, 3), eyes=60.0, reach=500.0)
    assert (window.left, window.top, window.right, window.bottom) == (0, 0, 330, 380)


def test_only_borders_inside_the_photo_are_still() -> None:
    photo = np.zeros((400, 400, 3), np.uint8)
    window = Window(0, 100, 200, 300, 200, 200)
    mask = window.stillness(photo)
    assert mask.shape == (50, 50)
    assert (mask[:2] == 0).all()
    assert (mask[-2:] == 0).all()
    assert (mask[:, -2:] == 0).all()
    assert mask[25, 0] == 1.0
    assert mask[25, 25] == 1.0
