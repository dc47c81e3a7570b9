from __future__ import annotations

import numpy as np
import pytest

from mien.persona.steady import OneEuro, Steadiness, steady, without_spikes

TIMES = np.arange(120) / 30.0


def noise(size: float) -> np.ndarray:
    return np.random.Generator(np.random.PCG64(5)).normal(size=120) * size


def test_noise_on_a_still_curve_goes() -> None:
    smooth = steady(noise(0.02), TIMES, Steadiness(cutoff=2.0, beta=1.0))
    assert np.std(np.diff(smooth)) < 0.3 * np.std(np.diff(noise(0.02)))


def test_a_blink_keeps_its_height_and_its_place() -> None:
    blink = np.zeros(120)
    blink[60:65] = [0.5, 1.0, 1.0, 0.6, 0.2]
    smooth = steady(blink, TIMES, Steadiness(cutoff=4.0, beta=6.0))
    assert smooth.max() > 0.85
    assert abs(int(np.argmax(smooth)) - 61.5) <= 1.5


def test_there_is_no_lag() -> None:
    wave = 0.5 + 0.4 * np.sin(2 * np.pi * 1.5 * TIMES)
    smooth = steady(wave + noise(0.01), TIMES, Steadiness(cutoff=3.0, beta=4.0))
    fits = [np.corrcoef(wave[10:-10], np.roll(smooth, -lag)[10:-10])[0, 1] for lag in range(-3, 4)]
    assert int(np.argmax(fits)) == 3
    assert max(fits) > 0.995


def test_forwards_alone_lags_but_little() -> None:
    wave = 0.5 + 0.4 * np.sin(2 * np.pi * 1.5 * TIMES)
    live = OneEuro(Steadiness(cutoff=3.0, beta=4.0))
    smooth = np.array([live(np.array([value]), 1 / 30)[0] for value in wave])
    both = steady(wave, TIMES, Steadiness(cutoff=3.0, beta=4.0))
    once, twice = (np.corrcoef(wave[10:-10], one[10:-10])[0, 1] for one in (smooth, both))
    assert 0.99 < once < twice


def test_curves_of_any_shape_are_smoothed_one_by_one() -> None:
    both = np.stack([noise(0.02), np.linspace(0, 1, 120)], axis=1)
    smooth = steady(both, TIMES)
    np.testing.assert_array_equal(smooth[:, 1], steady(both[:, 1], TIMES))


@pytest.mark.parametrize(
    ("curve", "expected"),
    [
        ([0, 0, 0.9, 0, 0], [0, 0, 0, 0, 0]),
        ([0, 0.6, 0.9, 0.7, 0], [0, 0.6, 0.9, 0.7, 0]),
        ([0, 0, 0.2, 0, 0], [0, 0, 0.2, 0, 0]),
        ([1, 1, 0, 1, 1], [1, 1, 0, 1, 1]),
        ([0.9], [0.9]),
    ],
)
def test_only_single_samples_that_stand_out_are_spikes(
    curve: list[float], expected: list[float]
) -> None:
    np.testing.assert_allclose(without_spikes(np.array(curve, float)), expected)
