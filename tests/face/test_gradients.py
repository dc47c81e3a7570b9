"""Oriented gradients: directions, blocks, and how little light matters."""

from __future__ import annotations

import numpy as np

from mien.face.gradients import CELL, TURNS, blurred, oriented_gradients


def stripes(across: float, down: float, strength: float = 80.0) -> np.ndarray:
    rows, columns = np.mgrid[:64, :64]
    wave = 128 + strength * np.sin((columns * across + rows * down) * 0.6)
    return np.repeat(wave[..., None], 3, 2).astype(np.uint8)


def test_the_direction_of_stripes_is_found() -> None:
    upright, level = oriented_gradients(stripes(1, 0)), oriented_gradients(stripes(0, 1))
    assert upright.shape == (64 // CELL, 64 // CELL, TURNS)
    inner = np.s_[2:-2, 2:-2]
    assert upright[inner].mean((0, 1)).argmax() == 0
    assert abs(level[inner].mean((0, 1)).argmax() - TURNS / 2) <= 0.5


def test_contrast_counts_little() -> None:
    strong, weak = oriented_gradients(stripes(1, 1)), oriented_gradients(stripes(1, 1, 40.0))
    assert np.abs(strong - weak).max() < 0.1 * strong.max()
    assert oriented_gradients(np.full((64, 64, 3), 90, np.uint8)).max() == 0.0


def test_a_soft_lens_keeps_the_mean() -> None:
    picture = np.zeros((32, 32), np.float32)
    picture[16, 16] = 1.0
    soft = blurred(picture, 2.0)
    assert abs(float(soft.sum()) - 1.0) < 1e-4
    assert soft.max() < 0.1
