from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from mien.face import affine
from mien.types import Image

POINTS = np.array([[0.0, 0.0], [10.0, 3.0], [-4.0, 8.0], [2.5, -7.0]])


def matrices() -> st.SearchStrategy[np.ndarray]:
    number = st.floats(-3, 3)
    return st.builds(
        lambda degrees, scale, x, y: np.column_stack(
            [affine.rotation(degrees) * scale, [100 * x, 100 * y]]
        ),
        st.floats(-180, 180),
        st.floats(0.05, 20),
        number,
        number,
    )


@given(matrices(), matrices())
def test_composing_is_applying_one_after_the_other(first: np.ndarray, second: np.ndarray) -> None:
    expected = affine.transform(second, affine.transform(first, POINTS))
    assert_allclose(affine.transform(affine.compose(second, first), POINTS), expected, atol=1e-6)


@given(matrices())
def test_the_inverse_undoes(matrix: np.ndarray) -> None:
    there = affine.transform(matrix, POINTS)
    assert_allclose(affine.transform(affine.invert(matrix), there), POINTS, atol=1e-6)


@given(matrices())
def test_similarity_finds_the_map_its_points_went_through(matrix: np.ndarray) -> None:
    found = affine.similarity(POINTS, affine.transform(matrix, POINTS))
    assert_allclose(found, matrix, atol=1e-7)


def test_similarity_never_mirrors() -> None:
    found = affine.similarity(POINTS, POINTS * (-1, 1))
    assert np.linalg.det(found[:, :2]) > 0


def test_rotation_is_counter_clockwise_as_seen() -> None:
    right, up = np.array([1.0, 0.0]), np.array([0.0, -1.0])
    assert_allclose(affine.rotation(90) @ right, up, atol=1e-12)


def test_step_counts_source_pixels_per_target_pixel() -> None:
    assert affine.step_of([[0.25, 0, 3], [0, 0.25, 1]]) == pytest.approx(4)


def test_the_identity_changes_nothing(noisy_picture: Image) -> None:
    same = affine.warp(noisy_picture, np.eye(2, 3), (500, 400))
    assert_array_equal(same, noisy_picture)


@pytest.mark.parametrize("step", [0.4, 0.99, 1.3, 1.99, 2.0, 2.7, 3.5, 5.2])
@pytest.mark.parametrize("degrees", [0.0, 17.0, -120.0])
def test_every_pixel_of_a_crop_shows_its_place(
    smooth_picture: Image, step: float, degrees: float
) -> None:
    # On a picture without fine detail, averaging and bilinear sampling agree with the true value.
    size = 24
    middle = [size / 2 - 0.5] * 2
    matrix = affine.about(affine.rotation(degrees) / step, [150.3, 118.8], middle)
    shown = affine.warp(smooth_picture, matrix, (size, size)).astype(float)
    columns, rows = np.meshgrid(np.arange(size), np.arange(size))
    places = affine.transform(affine.invert(matrix), np.stack([columns, rows], -1).reshape(-1, 2))
    x, y = places.T
    true_green = np.clip(40 + 0.5 * x + 0.3 * y, 0, 255).reshape(size, size)
    assert np.abs(shown[..., 1] - true_green).mean() < 0.8
    assert abs((shown[..., 1] - true_green).mean()) < 0.6


@pytest.mark.parametrize("step", [2.0, 3.3, 4.0, 7.9])
def test_fine_stripes_become_grey_instead_of_other_stripes(step: float) -> None:
    stripes = np.zeros((320, 320, 3), np.uint8)
    stripes[:, ::2] = 255
    shown = affine.warp(stripes, [[1 / step, 0, 0], [0, 1 / step, 0]], (40, 40))
    assert np.abs(shown[:, 1:-1].astype(float) - 127.5).max() < 24


def test_outside_is_the_edge_or_black(smooth_picture: Image) -> None:
    matrix = [[1.0, 0, 60], [0, 1.0, 60]]
    edge = affine.warp(smooth_picture, matrix, (100, 100))
    black = affine.warp(smooth_picture, matrix, (100, 100), border="black")
    assert_array_equal(edge[0, 0], smooth_picture[0, 0])
    assert_array_equal(black[:59, :], 0)
    assert_array_equal(black[60:, 60:], edge[60:, 60:])


def test_a_crop_far_outside_is_still_a_picture(smooth_picture: Image) -> None:
    shown = affine.warp(smooth_picture, [[0.2, 0, -900], [0, 0.2, -900]], (32, 32))
    assert_array_equal(shown, np.broadcast_to(smooth_picture[-1, -1], (32, 32, 3)))


def test_a_picture_wider_than_opencv_takes_is_cropped_first() -> None:
    wide = np.zeros((40, 40_000, 3), np.uint8)
    wide[:, 39_000:] = 200
    shown = affine.warp(wide, [[1, 0, -38_990], [0, 1, 0]], (20, 20))
    assert shown[10, 5, 0] == 0
    assert shown[10, 15, 0] == 200
