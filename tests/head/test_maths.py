from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.head import maths
from mien.head.noise import hash3, noise2, noise3, visible_share
from mien.seeding import rng

Doubles = NDArray[np.float64]


def over(function: Callable[..., float], *columns: Doubles) -> Doubles:
    return np.array([function(*row) for row in zip(*(c.tolist() for c in columns), strict=True)])


def test_exp_is_accurate_over_its_whole_range() -> None:
    x = np.concatenate([np.linspace(-700, 700, 3001), np.linspace(-1e-3, 1e-3, 101)])
    np.testing.assert_allclose(over(maths.exp, x), np.exp(x), rtol=1e-12)


def test_log_is_accurate_from_tiny_to_huge() -> None:
    x = np.exp(np.linspace(-700, 700, 3001))
    np.testing.assert_allclose(over(maths.log, x), np.log(x), rtol=1e-12, atol=1e-15)
    near_one = 1 + np.linspace(-1e-6, 1e-6, 101)
    np.testing.assert_allclose(over(maths.log, near_one), np.log(near_one), rtol=1e-9, atol=1e-20)


def test_power_is_accurate_and_zero_below_zero() -> None:
    x, y = (grid.ravel() for grid in np.meshgrid(np.linspace(1e-6, 8, 60), np.linspace(0, 5, 40)))
    np.testing.assert_allclose(over(maths.power, x, y), x**y, rtol=1e-11)
    assert maths.power(0.0, 0.5) == 0.0
    assert maths.power(-1.0, 0.5) == 0.0


def test_sine_and_cosine_are_accurate() -> None:
    x = np.concatenate([np.linspace(-20, 20, 4001), np.array([1e4, -1e5])])
    np.testing.assert_allclose(over(maths.sin, x), np.sin(x), atol=1e-10)
    np.testing.assert_allclose(over(maths.cos, x), np.cos(x), atol=1e-10)


def test_atan2_is_accurate_in_all_quadrants() -> None:
    angle = np.linspace(-np.pi + 1e-9, np.pi, 2001)
    for radius in (1e-8, 1.0, 1e8):
        y, x = radius * np.sin(angle), radius * np.cos(angle)
        np.testing.assert_allclose(over(maths.atan2, y, x), np.arctan2(y, x), atol=1e-10)
    assert maths.atan2(0.0, 0.0) == 0.0
    assert maths.atan2(0.0, -1.0) == maths.PI


@pytest.mark.parametrize("x", [float("inf"), -float("inf"), 1e300, -1e300, 0.0, -0.0])
def test_extreme_numbers_stay_finite(x: float) -> None:
    for value in (maths.exp(x), maths.log(x), maths.power(x, 0.4), maths.clamp(x, 0.0, 1.0)):
        assert np.isfinite(value)


def test_not_a_number_is_passed_on_but_clamped_to_the_low_end() -> None:
    nan = float("nan")
    assert np.isnan(maths.exp(nan))
    assert np.isnan(maths.log(nan))
    assert maths.clamp(nan, 0.25, 1.0) == 0.25


def test_smoothstep_runs_both_ways() -> None:
    x = np.linspace(-1, 2, 61)
    up = np.array([maths.smoothstep(0.0, 1.0, v) for v in x])
    down = np.array([maths.smoothstep(1.0, 0.0, v) for v in x])
    np.testing.assert_allclose(up + down, 1, atol=1e-15)
    assert (np.diff(up) >= 0).all()
    assert up[0] == 0
    assert up[-1] == 1
    assert maths.smoothstep(0.0, 2.0, 1.0) == 0.5


def test_bump_is_a_gaussian_that_ends() -> None:
    assert maths.bump(0.0, 0.0) == 1.0
    assert maths.bump(0.6, 0.8) == pytest.approx(np.exp(-1.0), rel=1e-12)
    assert maths.bump(3.0, 2.0) == 0.0


def reference_hash(x: int, y: int, z: int) -> float:
    """The lattice hash in Python's unbounded integers."""
    h = (x * 374761393 + y * 668265263 + z * 2147483647 + 12345) & 0xFFFFFFFF
    h = ((h ^ (h >> 13)) * 1274126177) & 0xFFFFFFFF
    return ((h ^ (h >> 16)) & 0xFFFF) / 65535.0


def test_the_lattice_hash_agrees_with_unbounded_integers() -> None:
    points = rng(1, "test").integers(-100000, 100000, (500, 3)).tolist()
    points += [[0, 0, 0], [-1, -1, -1], [10**9, -(10**9), 10**9]]
    for x, y, z in points:
        assert hash3(x, y, z) == pytest.approx(reference_hash(x, y, z), abs=1e-15)


def test_noise_meets_the_lattice_and_is_continuous() -> None:
    for x, y, z in ((0, 0, 0), (3, -4, 5), (-7, 2, -1)):
        exact = reference_hash(x, y, z)
        assert noise3(float(x), float(y), float(z)) == pytest.approx(exact, abs=1e-12)
        assert noise3(x - 1e-9, y - 1e-9, z - 1e-9) == pytest.approx(exact, abs=1e-7)
    middle = np.mean([reference_hash(i, j, k) for i in (3, 4) for j in (-4, -3) for k in (5, 6)])
    assert noise3(3.5, -3.5, 5.5) == pytest.approx(middle, abs=1e-12)


def test_a_layer_of_noise_is_a_slice_of_the_noise_in_space() -> None:
    for x, y in rng(2, "test").uniform(-50, 50, (200, 2)).tolist():
        assert noise2(x, y, 5) == pytest.approx(noise3(x, y, 5.0), abs=1e-13)


def test_fine_noise_fades_with_coarse_samples() -> None:
    shares = [visible_share(11.0, width) for width in (0.0, 0.05, 0.1, 0.2, 0.4, 1e9)]
    assert shares[0] == 1.0
    assert (np.diff(shares) <= 0).all()
    assert shares[-1] == 0.0


def kernel_bytes() -> str:
    """Hash of what the kernels answer for many arguments; run in this and in other processes."""
    random = rng(3, "test")
    digest = hashlib.sha256()
    x, y, z = (random.uniform(-30, 30, 400) for _ in range(3))
    for values in (
        over(maths.exp, x),
        over(maths.log, abs(x)),
        over(maths.power, abs(y), abs(z) / 9),
        over(maths.sin, x),
        over(maths.cos, y),
        over(maths.atan2, x, y),
        over(noise3, x, y, z),
    ):
        digest.update(values.tobytes())
    return digest.hexdigest()


def test_a_generic_processor_gives_the_same_bytes(tmp_path: Path) -> None:
    program = (
        f"import importlib.util as u; s = u.spec_from_file_location('t', {__file__!r});"
        "m = u.module_from_spec(s); s.loader.exec_module(m); print(m.kernel_bytes())"
    )
    environment = {
        **os.environ,
        "NUMBA_CPU_NAME": "generic",
        "NUMBA_CPU_FEATURES": "",
        "NUMBA_CACHE_DIR": str(tmp_path),
        "PYTHONPATH": str(Path(maths.__file__).parents[2]),
    }
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == kernel_bytes()
