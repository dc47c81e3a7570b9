from __future__ import annotations

import numpy as np
import pytest

from mien.head.lambert import BACKGROUND, DISTANCE, Surface, draw_surfaces, project, sample_texture

pytestmark = pytest.mark.slow  # the rasteriser is compiled

CORNERS = np.array([[-0.5, -0.5, 0], [0.5, -0.5, 0], [0.5, 0.5, 0], [-0.5, 0.5, 0]])
SQUARE = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
AHEAD = np.tile(np.array([[0, 0, 1]], np.float32), (4, 1))
UV = np.array([[0, 1], [1, 1], [1, 0], [0, 0]], np.float32)
WALL = np.rint(255 * np.array(BACKGROUND) ** (1 / 2.2)).astype(int)
RED = (1.0, 0.0, 0.0, 1.0)


def drawn(surface: Surface, factor: tuple[float, ...] = RED, **more: object) -> np.ndarray:
    points = np.asarray(more.get("points", CORNERS), np.float64)
    return draw_surfaces(points, AHEAD, [(surface, factor)], size=32).astype(int)


def test_a_square_covers_what_it_should() -> None:
    picture = drawn(Surface(SQUARE))
    assert (picture[8:24, 8:24, 0] > 200).all()
    assert (picture[8:24, 8:24, 1:] == 0).all()
    assert np.array_equal(picture[0, 0], WALL)
    assert np.array_equal(picture[7, 16], WALL)


def test_one_side_or_both() -> None:
    back = Surface(np.ascontiguousarray(SQUARE[:, ::-1]))
    assert np.array_equal(drawn(back)[16, 16], WALL)
    both = Surface(back.triangles, two_sided=True)
    assert drawn(both)[16, 16, 0] > 200


def test_nearer_is_larger_and_what_is_behind_the_camera_is_not_there() -> None:
    near = project(np.array([[0.5, 0.0, 1.0]]), 32)[0]
    assert near[0] == pytest.approx(16 + 8 * DISTANCE / (DISTANCE - 1))
    for z in (DISTANCE, DISTANCE + 3):
        assert project(np.array([[0.5, 0.0, z]]), 32)[0, 2] < 0
        picture = drawn(Surface(SQUARE), points=CORNERS + [0, 0, z])
        assert np.array_equal(picture, np.broadcast_to(WALL, picture.shape))


def test_a_texture_is_upright_and_its_alpha_cuts() -> None:
    texture = np.zeros((2, 2, 4), np.float32)
    texture[0, 0] = (1, 0, 0, 1)  # top left
    texture[1, 1] = (0, 0, 1, 1)  # bottom right
    surface = Surface(SQUARE, uv=UV, texture=texture, cutoff=0.5)
    picture = drawn(surface, (1.0, 1.0, 1.0, 1.0))
    assert picture[11, 11, 0] > 150 > picture[11, 11, 2] + 100
    assert picture[20, 20, 2] > 150 > picture[20, 20, 0] + 100
    assert np.array_equal(picture[11, 20], WALL)


def test_glass_shows_what_is_behind() -> None:
    solid, glass = Surface(SQUARE), Surface(SQUARE + 4, blend=True)
    points = np.concatenate([CORNERS, CORNERS + [0, 0, 0.5]])
    normals = np.concatenate([AHEAD, AHEAD])
    parts = [(glass, (0.0, 0.0, 1.0, 0.25)), (solid, RED)]
    picture = draw_surfaces(points, normals, parts, size=32)[16, 16]
    assert picture[0] > picture[2] > 60


def test_light_comes_from_above_in_front() -> None:
    surface = Surface(SQUARE)
    tones = [
        draw_surfaces(
            CORNERS, np.tile(np.array([n], np.float32), (4, 1)), [(surface, RED)], size=32
        )
        for n in ((0.0, 0.5, 0.86), (0.0, -0.5, 0.86), (0.0, 0.5, -0.86))
    ]
    up, down, away = (int(tone[16, 16, 0]) for tone in tones)
    assert up > down + 20
    assert away == down  # the other side of a sheet that looks away and up looks here and down


def test_texels_are_repeated_and_mixed() -> None:
    texture = np.arange(4, dtype=np.float32).reshape(2, 2, 1)
    at = np.array([[0.25, 0.25], [1.25, -0.75], [0.5, 0.25], [0.5, 0.5]], np.float32)
    assert sample_texture(texture, at)[:, 0].tolist() == [0.0, 0.0, 0.5, 1.5]
