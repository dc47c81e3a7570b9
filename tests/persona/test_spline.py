from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.interpolate import RBFInterpolator

from mien.persona.spline import fit_spline

FloatArray = NDArray[np.float64]


@pytest.fixture
def scatter() -> tuple[FloatArray, FloatArray, FloatArray]:
    random = np.random.Generator(np.random.PCG64(1))
    points = random.uniform(0, 300, (40, 2))
    return points, random.normal(size=(40, 2)) * 4, random.uniform(-50, 350, (200, 2))


@pytest.mark.parametrize("smoothing", [0.0, 2.0, 120.0])
def test_it_is_the_thin_plate_spline(
    scatter: tuple[FloatArray, FloatArray, FloatArray], smoothing: float
) -> None:
    points, values, queries = scatter
    known = RBFInterpolator(points, values, kernel="thin_plate_spline", smoothing=smoothing)
    ours = fit_spline(points, values, np.full(40, smoothing / 100**2), unit=100.0)
    np.testing.assert_allclose(ours(queries), known(queries), atol=1e-7)


def test_an_affine_displacement_is_kept_everywhere() -> None:
    points = np.array([[0.0, 0], [10, 0], [0, 10], [10, 10], [4, 7]])
    matrix = np.array([[0.1, -0.3], [0.2, 0.05]])
    spline = fit_spline(points, points @ matrix + 3, np.full(5, 1.0), unit=5.0)
    far = np.array([[-40.0, 90], [200, -3]])
    np.testing.assert_allclose(spline(far), far @ matrix + 3, atol=1e-6)


def test_smoothing_does_not_depend_on_the_size_of_the_picture(
    scatter: tuple[FloatArray, FloatArray, FloatArray],
) -> None:
    points, values, queries = scatter
    smoothing = np.linspace(0.001, 0.1, 40)
    small = fit_spline(points, values, smoothing, unit=100.0)(queries)
    large = fit_spline(7 * points, 7 * values, smoothing, unit=700.0)(7 * queries)
    np.testing.assert_allclose(large, 7 * small, rtol=1e-6, atol=1e-6)
