from __future__ import annotations

import numpy as np
import pytest

from mien.face.skin_signals import NAMES, skin_signals
from mien.types import Image, Landmarks


@pytest.fixture
def face() -> tuple[Image, Landmarks]:
    """Plain skin with eyes 80 pixels apart at (80, 100) and (160, 100)."""
    landmarks = np.full((68, 2), 120.0)
    landmarks[36], landmarks[45] = [80, 100], [160, 100]
    return np.full((240, 240, 3), 150, np.uint8), landmarks


def test_plain_skin_shows_nothing(face: tuple[Image, Landmarks]) -> None:
    assert skin_signals(*face) == pytest.approx([0.0, 0.0], abs=1e-6)
    assert len(NAMES) == 2


def test_upright_folds_between_the_brows_are_a_frown(face: tuple[Image, Landmarks]) -> None:
    image, landmarks = face
    image[80:95, 117:119] = 90
    frown, forehead = skin_signals(image, landmarks)
    assert frown > 0.05
    assert forehead < 0.3 * frown


def test_level_folds_above_are_a_raised_forehead(face: tuple[Image, Landmarks]) -> None:
    image, landmarks = face
    for row in (40, 50, 60):
        image[row : row + 2, 85:155] = 90
    frown, forehead = skin_signals(image, landmarks)
    assert forehead > 0.05
    assert frown < 0.2 * forehead


def test_light_and_size_do_not_count(face: tuple[Image, Landmarks]) -> None:
    image, landmarks = face
    image[80:95, 117:119] = 90
    dark = (image * 0.5).astype(np.uint8)
    assert skin_signals(dark, landmarks) == pytest.approx(skin_signals(image, landmarks), rel=0.05)
    large = np.ascontiguousarray(np.repeat(np.repeat(image, 2, 0), 2, 1))
    again = skin_signals(large, (landmarks + 0.5) * 2 - 0.5)
    assert again == pytest.approx(skin_signals(image, landmarks), rel=0.2)


def test_a_tilted_head_is_set_upright(face: tuple[Image, Landmarks]) -> None:
    image, landmarks = face
    image[80:95, 117:119] = 90
    turned = np.ascontiguousarray(np.rot90(image))
    points = np.stack([landmarks[:, 1], 239 - landmarks[:, 0]], 1)
    assert skin_signals(turned, points) == pytest.approx(skin_signals(image, landmarks), rel=0.1)
