from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.errors import InputError
from mien.head import layout
from mien.head import material_index as slot
from mien.head.bake import albedo_map
from mien.head.texture import (
    HIGHEST,
    LOWEST,
    TEXTURE_SIZE,
    check_texture,
    dequantise,
    quantise,
    sample_texture,
    uv_of_rest,
)
from mien.seeding import rng


def material() -> NDArray[np.float32]:
    values = np.zeros(slot.MATERIAL_SIZE, np.float32)
    values[slot.SKIN : slot.SKIN + 3] = 0.6, 0.35, 0.25
    values[slot.LIPS : slot.LIPS + 3] = 0.5, 0.2, 0.2
    values[[slot.BROW_INNER, slot.BROW_OUTER, slot.BROW_HEIGHT]] = 1.25, 5.0, 1.7
    values[[slot.BROW_THICKNESS, slot.BROW_DENSITY, slot.LIP_AMOUNT]] = 0.4, 0.9, 0.85
    values[[slot.LASH_LINE, slot.REDNESS]] = 0.9, 1.0
    return values


def skin_points(count: int = 400) -> NDArray[np.float32]:
    """(20, 20, 7) attributes of random points of the face."""
    random = rng(3, "points")
    attributes = np.zeros((count, 7), np.float32)
    attributes[:, :3] = random.uniform((-6, -11, -4), (6, 8, 3), (count, 3))
    attributes[:, layout.ACROSS] = random.choice([0.5, 0.9, 9.0], count)
    attributes[:, layout.HAIRLINE] = random.uniform(-9, 1, count)
    return attributes.reshape(20, -1, 7)


def constant(value: float) -> NDArray[np.float32]:
    return np.full((8, 8, 3), value, np.float32)


def test_a_zero_texture_changes_nothing() -> None:
    plain = albedo_map(material(), skin_points())
    assert (plain > 0).all()
    assert (plain < 1).all()
    np.testing.assert_array_equal(albedo_map(material(), skin_points(), constant(0.0)), plain)


def test_log_two_doubles_the_albedo_of_skin_brows_and_lips() -> None:
    plain = albedo_map(material(), skin_points())
    doubled = albedo_map(material(), skin_points(), constant(np.log(2)))
    np.testing.assert_allclose(doubled, 2 * plain, rtol=1e-6)


def test_channels_are_separate() -> None:
    red = constant(0.0)
    red[..., 0] = -1.0
    ratio = albedo_map(material(), skin_points(), red) / albedo_map(material(), skin_points())
    np.testing.assert_allclose(ratio, np.broadcast_to([np.exp(-1), 1, 1], ratio.shape), rtol=1e-6)


def test_the_inside_of_the_mouth_is_not_textured() -> None:
    inside = skin_points()
    inside[..., layout.ACROSS] = -0.6
    np.testing.assert_array_equal(
        albedo_map(material(), inside, constant(1.0)), albedo_map(material(), inside)
    )


def test_texels_without_skin_are_black() -> None:
    attributes = skin_points()
    attributes[3, 4] = np.nan
    baked = albedo_map(material(), attributes)
    assert (baked[3, 4] == 0).all()
    assert np.isfinite(baked).all()


def test_cylinder_coordinates_of_known_points() -> None:
    u, v = uv_of_rest(
        np.array([[0, 12.5, 3], [0, -16.5, 3], [9, -2, -7.6], [-9, -2, -7.6], [1e-9, 0, -17]])
    )
    np.testing.assert_allclose(u, [0.5, 0.5, 0.75, 0.25, 1.0], atol=1e-9)
    np.testing.assert_allclose(v, [0, 1, 0.5, 0.5, 12.5 / 29], atol=1e-12)
    inside, beyond = uv_of_rest(np.full((2, 5, 3), [0.0, 99.0, 0.0]))
    assert inside.shape == beyond.shape == (2, 5)
    assert (beyond == 0).all()


def position_of(u: float, v: float) -> tuple[float, float, float]:
    angle = (u - 0.5) * 2 * np.pi
    return (9 * np.sin(angle), 12.5 - 29 * v, 9 * np.cos(angle) - 7.6)


def test_texels_are_met_exactly_and_blended_between() -> None:
    texture = rng(5, "texture").uniform(-1, 1, (6, 9, 3)).astype(np.float32)
    for row in range(6):
        for column in range(1, 8):
            value = sample_texture(texture, position_of(column / 8, row / 5), 0.0)
            np.testing.assert_allclose(value, texture[row, column], atol=1e-5)
    middle = sample_texture(texture, position_of(3.5 / 8, 2.5 / 5), 0.0)
    np.testing.assert_allclose(middle, texture[2:4, 3:5].mean((0, 1)), atol=1e-5)


def test_coarse_samples_average_fine_rows() -> None:
    stripes = np.zeros((291, 4, 3), np.float32)  # texels 0.1 cm high
    stripes[::2] = 1.0
    at_row = position_of(0.4, 100 / 290)
    assert sample_texture(stripes, at_row, 0.05)[0] == pytest.approx(1.0, abs=1e-5)
    assert sample_texture(stripes, at_row, 0.2)[0] == pytest.approx(0.5, abs=1e-5)


def test_bytes_hold_a_texture_to_half_a_step() -> None:
    texture = rng(6, "texture").uniform(LOWEST, HIGHEST, (32, 32, 3)).astype(np.float32)
    codes = quantise(texture)
    assert codes.dtype == np.uint8
    restored = dequantise(codes)
    assert restored.dtype == np.float32
    step = (HIGHEST - LOWEST) / 255
    assert abs(restored - texture).max() <= 0.88 * step  # around 0, which is exact
    assert np.quantile(abs(restored - texture), 0.99) <= 0.5001 * step


def test_every_byte_survives_a_round_trip_and_zero_stays_zero() -> None:
    codes = np.arange(256, dtype=np.uint8)
    np.testing.assert_array_equal(quantise(dequantise(codes)), codes)
    assert dequantise(quantise(np.zeros(3, np.float32))).tolist() == [0, 0, 0]
    clamped = dequantise(quantise(np.array([-99, 99], np.float32)))
    np.testing.assert_allclose(clamped, [LOWEST, HIGHEST], atol=1e-6)


@pytest.mark.parametrize(
    "bad",
    [
        np.zeros((4, 4), np.float32),
        np.zeros((4, 4, 4), np.float32),
        np.zeros((1, 9, 3), np.float32),
        np.zeros((4, 4, 3), np.float64),
    ],
)
def test_other_shapes_and_types_are_refused(bad: NDArray[np.floating]) -> None:
    with pytest.raises(InputError, match=str(TEXTURE_SIZE)):
        check_texture(bad)
