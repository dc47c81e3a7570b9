from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.head import layout
from mien.head.layout import Visibility
from mien.head.raster import HAIR_SOLID, depth_map, rasterise, vertex_normals
from mien.seeding import rng

WIDTH, HEIGHT = 31, 23
Doubles = NDArray[np.float64]


def random_scene(seed: int, count: int = 40) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Separate triangles all over the picture, wound to face the camera."""
    random = rng(seed, "test")
    screen = random.uniform(-6, 38, (3 * count, 3))
    screen[:, 2] = random.uniform(0.01, 0.1, 3 * count)
    triangles = np.arange(3 * count).reshape(-1, 3)
    for t in triangles:
        a, b, c = screen[t, :2]
        if (b - a)[0] * (c - a)[1] - (c - a)[0] * (b - a)[1] > 0:
            t[[1, 2]] = t[[2, 1]]
    return screen.astype(np.float32), triangles.astype(np.int32)


def draw(
    screen: NDArray[np.float32], triangles: NDArray[np.int32], part: int = layout.PART_SKIN
) -> Visibility:
    parts = np.full(len(triangles), part, np.int32)
    attributes = np.zeros((len(screen), 7), np.float32)
    return rasterise(screen, triangles, parts, attributes, WIDTH, HEIGHT)


def weights_at(corners: Doubles, x: float, y: float) -> Doubles | None:
    """Screen-space barycentric coordinates of a point by a linear solve; None if outside."""
    matrix = np.vstack([corners[:, 0], corners[:, 1], np.ones(3)])
    weights = np.asarray(np.linalg.solve(matrix, np.array([x, y, 1.0])), np.float64)
    return weights if (weights >= 0).all() else None


def reference(
    screen: NDArray[np.float32], triangles: NDArray[np.int32]
) -> tuple[Doubles, NDArray[np.int64], Doubles]:
    depth = np.zeros((HEIGHT, WIDTH))
    owner = np.full((HEIGHT, WIDTH), -1)
    barycentric = np.zeros((HEIGHT, WIDTH, 3))
    for t, corners in enumerate(screen[triangles].astype(float)):
        for row in range(HEIGHT):
            for column in range(WIDTH):
                weights = weights_at(corners, column + 0.5, row + 0.5)
                if weights is None:
                    continue
                inverse = weights @ corners[:, 2]
                if inverse > depth[row, column]:
                    depth[row, column], owner[row, column] = inverse, t
                    barycentric[row, column] = weights * corners[:, 2] / inverse
    return depth, owner, barycentric


@pytest.mark.parametrize("seed", [0, 1])
def test_random_triangles_agree_with_a_plain_reference(seed: int) -> None:
    screen, triangles = random_scene(seed)
    seen = draw(screen, triangles)
    depth, owner, barycentric = reference(screen, triangles)
    assert (owner >= 0).mean() > 0.5
    np.testing.assert_array_equal(seen.triangle, owner)
    np.testing.assert_allclose(seen.depth, depth, rtol=1e-6)
    np.testing.assert_allclose(seen.barycentric, barycentric[..., :2], atol=1e-6)


def test_the_order_of_triangles_does_not_matter() -> None:
    screen, triangles = random_scene(4)
    order = rng(5, "test").permutation(len(triangles))
    first, second = draw(screen, triangles), draw(screen, triangles[order])
    np.testing.assert_array_equal(first.depth, second.depth)
    named = np.where(second.triangle < 0, -1, order[second.triangle])
    np.testing.assert_array_equal(first.triangle, named)


def test_equally_near_triangles_are_won_by_the_first() -> None:
    screen, triangles = random_scene(6, 1)
    doubled = np.vstack([triangles, triangles])
    assert set(np.unique(draw(screen, doubled).triangle)) <= {-1, 0}


def grid(columns: int, rows: int) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """A flat net over the picture whose edges run exactly through sample centres."""
    x, y = np.meshgrid(np.linspace(0.5, WIDTH - 0.5, columns), np.linspace(0.5, HEIGHT - 0.5, rows))
    screen = np.stack([x.ravel(), y.ravel(), np.full(x.size, 0.05)], 1)
    corner = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    right, below, across = corner + 1, corner + columns, corner + columns + 1
    triangles = np.vstack(
        [np.stack([corner, below, right], 1), np.stack([right, below, across], 1)]
    )
    return screen.astype(np.float32), triangles.astype(np.int32)


def test_shared_edges_leave_no_cracks() -> None:
    for columns, rows in ((2, 2), (7, 3), (31, 23), (11, 12)):
        seen = draw(*grid(columns, rows))
        assert (seen.triangle >= 0).all()


def test_backs_are_hidden_except_on_hair_and_shirt() -> None:
    screen, triangles = grid(2, 2)
    backwards = triangles[:, ::-1].copy()
    for part in (layout.PART_SKIN, layout.PART_EYE, layout.PART_EAR, layout.PART_TEETH):
        assert (draw(screen, backwards, part).triangle == -1).all()
        assert (draw(screen, triangles, part).triangle >= 0).all()
    assert (draw(screen, backwards, layout.PART_SHIRT).triangle >= 0).all()


def strand_picture(part: int, along: float, width: float = 10.0) -> float:
    """Share of a sheet that is drawn, `along` being the same everywhere."""
    screen, triangles = grid(2, 2)
    attributes = np.zeros((len(screen), 7), np.float32)
    attributes[:, layout.ACROSS] = screen[:, 0] / width
    attributes[:, layout.ALONG] = along
    parts = np.full(len(triangles), part, np.int32)
    seen = rasterise(screen, triangles, parts, attributes, WIDTH, HEIGHT)
    return float((seen.triangle >= 0).mean())


def test_hair_frays_towards_its_tip() -> None:
    shares = [strand_picture(layout.PART_HAIR, v) for v in (-0.2, 0.0, 0.3, 0.5, 0.8, HAIR_SOLID)]
    assert shares[0] == 0
    assert shares[-1] == 1
    assert (np.diff(shares) >= 0).all()
    assert 0.05 < shares[3] < 0.95


def test_lashes_part_towards_their_tips() -> None:
    wide = 4.0 * WIDTH  # a quarter of the upper lid
    shares = [strand_picture(layout.PART_LASH, v, wide) for v in (0.0, 0.3, 0.6, 0.9, 1.2)]
    assert shares[0] == 1
    assert shares[-1] == 0
    assert (np.diff(shares) <= 0).all()
    assert 0.2 < shares[1] < 1


def test_a_gap_does_not_hide_what_lies_behind() -> None:
    screen, triangles = grid(2, 2)
    behind = screen * np.array([1, 1, 0.5], np.float32)
    both = np.vstack([screen, behind])
    attributes = np.zeros((len(both), 7), np.float32)
    parts = np.array([layout.PART_HAIR] * 2 + [layout.PART_SKIN] * 2, np.int32)
    attributes[:, layout.ALONG] = -0.2
    seen = rasterise(both, np.vstack([triangles, triangles + 4]), parts, attributes, WIDTH, HEIGHT)
    assert (seen.triangle >= 2).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30, -1e30])
def test_absurd_corners_are_left_out(bad: float) -> None:
    screen, triangles = random_scene(8, 6)
    expected = draw(screen, triangles[1:])
    for column in range(2):
        broken = screen.copy()
        broken[0, column] = bad
        seen = draw(broken, triangles)
        assert not (seen.triangle == 0).any()
        np.testing.assert_array_equal(seen.depth, expected.depth)


def test_what_lies_behind_the_camera_is_not_drawn() -> None:
    screen, triangles = grid(2, 2)
    for z in (0.0, -0.05, np.nan):
        broken = screen.copy()
        broken[0, 2] = z
        assert (draw(broken, triangles).triangle != 0).all()


def test_the_depth_map_keeps_the_highest_surface() -> None:
    screen, triangles = random_scene(9)
    square = np.full((WIDTH, WIDTH), -1000, np.float32)
    depth_map(screen, triangles, np.zeros(len(triangles), np.int32), square)
    expected, owner, _ = reference(screen, triangles)
    hit = owner >= 0
    np.testing.assert_allclose(square[:HEIGHT][hit], expected[hit], rtol=1e-6)
    assert (square[:HEIGHT][~hit] == -1000).all()


def test_lashes_cast_no_shadow() -> None:
    screen, triangles = grid(2, 2)
    square = np.full((WIDTH, WIDTH), -1000, np.float32)
    depth_map(screen, triangles, np.full(len(triangles), layout.PART_LASH, np.int32), square)
    assert (square == -1000).all()


def test_normals_of_a_sphere_point_outwards() -> None:
    angles = np.linspace(0.3, np.pi - 0.3, 12), np.linspace(0, 2 * np.pi, 25)[:-1]
    theta, phi = (a.ravel() for a in np.meshgrid(*angles, indexing="ij"))
    points = np.stack([np.sin(theta) * np.cos(phi), np.cos(theta), np.sin(theta) * np.sin(phi)], 1)
    i, j = (a.ravel() for a in np.meshgrid(np.arange(11), np.arange(24), indexing="ij"))
    a, b = i * 24 + j, i * 24 + (j + 1) % 24
    c, d = a + 24, b + 24
    triangles = np.vstack([np.stack([a, b, c], 1), np.stack([b, d, c], 1)]).astype(np.int32)
    normals = vertex_normals((5 * points).astype(np.float32), triangles)
    inner = np.repeat(np.arange(12), 24) % 11 > 0
    assert (normals[inner] * points[inner]).sum(1).min() > 0.99
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-6)


def test_a_vertex_without_triangles_has_no_normal() -> None:
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [9, 9, 9]], np.float32)
    normals = vertex_normals(points, np.array([[0, 1, 2]], np.int32))
    np.testing.assert_array_equal(normals[:3], [[0, 0, 1]] * 3)
    np.testing.assert_array_equal(normals[3], [0, 0, 0])
