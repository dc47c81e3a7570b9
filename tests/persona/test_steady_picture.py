"""Noise goes, what moves stays where it is, and nothing is remembered for long."""

from __future__ import annotations

import numpy as np

from mien.persona.steady_picture import SteadyPicture
from mien.seeding import rng


def test_noise_gets_less_and_moves_stay() -> None:
    clean = np.full((40, 64, 64, 3), 110, np.uint8)
    for k, frame in enumerate(clean):
        frame[20:36, 10 + k : 22 + k] = 210  # a box that walks
    noise = rng("steady").normal(0, 2.0, clean.shape)
    shown = np.clip(np.rint(clean + noise), 0, 255).astype(np.uint8)
    steady = SteadyPicture()
    made = np.stack([steady(one) for one in shown])
    still = np.s_[:, :16]
    before, after = (
        np.abs(np.diff(one[still].astype(int), axis=0)).mean() for one in (shown, made)
    )
    assert after < 0.5 * before
    errors = [np.abs(one.astype(int) - clean).mean() for one in (shown, made)]
    assert errors[1] < errors[0]
    assert np.abs(made[:, 18:38].astype(int) - clean[:, 18:38]).max() < 14


def test_a_picture_that_stays_is_reached() -> None:
    steady = SteadyPicture()
    steady(np.full((8, 8, 3), 100, np.uint8))
    shown = [steady(np.full((8, 8, 3), 102, np.uint8)) for _ in range(30)]
    assert np.unique(shown[0]).tolist() == [101]
    assert np.unique(shown[-1]).tolist() == [102]
    other = np.full((6, 9, 3), 7, np.uint8)
    assert np.array_equal(steady(other), other)
