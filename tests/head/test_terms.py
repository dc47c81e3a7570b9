from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.head.terms import Term, bump, displace, grow, ramp, rows, turn


def field(points: np.ndarray, *terms: Term) -> np.ndarray:
    out = np.zeros_like(points)
    displace(points, rows(terms), out)
    return out


def smooth(a: float, b: float, x: np.ndarray) -> np.ndarray:
    t = np.clip((x - a) / (b - a), 0, 1)
    return t * t * (3 - 2 * t)


def test_a_bump_is_a_mirrored_gaussian() -> None:
    points = np.random.Generator(np.random.PCG64(1)).normal(size=(50, 3)) * 3
    centre, sigma, move = (
        np.array([1.2, -1.0, 0.5]),
        np.array([1.0, 2.0, 1.5]),
        np.array([0.3, 0.2, -0.1]),
    )
    expected = np.exp(-(((points - centre) / sigma) ** 2).sum(1))[:, None] * move
    mirror = np.array([-1.0, 1.0, 1.0])
    expected = expected + np.exp(-(((points - centre * mirror) / sigma) ** 2).sum(1))[:, None] * (
        move * mirror
    )
    got = field(points, bump((1.2, -1.0, 0.5), (1.0, 2.0, 1.5), (0.3, 0.2, -0.1)))
    np.testing.assert_allclose(got, expected, atol=1e-9)


def test_a_ramp_stretches_about_its_centre() -> None:
    points = np.random.Generator(np.random.PCG64(2)).normal(size=(50, 3)) * 6
    got = field(points, ramp(("y", 3.0, 7.0), scale=(0.0, 0.09, 0.0), centre=(0.0, 3.0, 0.0)))
    np.testing.assert_allclose(
        got[:, 1], (points[:, 1] - 3) * 0.09 * smooth(3, 7, points[:, 1]), atol=1e-12
    )
    assert not got[:, [0, 2]].any()


def test_a_turn_keeps_distances_to_first_order() -> None:
    inside = np.array([[3.3, 0.4, -1.0], [2.9, -0.3, -1.2]])
    got = field(inside, turn((3.2, 0.0, -1.22), (1.5, 2.7), 1e-4))
    radial = ((inside - [3.2, 0, -1.22])[:, :2] * got[:, :2]).sum(1)
    np.testing.assert_allclose(radial, 0, atol=1e-9)
    assert np.abs(got).max() > 1e-6


@settings(max_examples=30, deadline=None)
@given(st.floats(0.1, 8), st.floats(-10, 10), st.floats(-15, 4))
def test_every_mirrored_term_is_symmetric(x: float, y: float, z: float) -> None:
    terms = (
        bump((1.2, -4.0, 1.9), (0.8, 0.9, 1.6), (0.06, 0.34, 0.05)),
        grow((3.2, 0.0, -1.22), (0.2, 0.2, 0.2), plateau=(1.75, 3.3)),
        turn((3.2, 0.0, -1.22), (1.5, 2.7), 0.16),
    )
    both = field(np.array([[x, y, z], [-x, y, z]]), *terms)
    np.testing.assert_allclose(both[0] * [-1, 1, 1], both[1], atol=1e-12)
