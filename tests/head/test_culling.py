"""What is left out of a picture, or done in a short cut, must not be seen in it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from mien.head import culling, layout
from mien.head.markers import _nearest, markers
from mien.head.maths import exp, quick_exp
from mien.head.raster import depth_map, rasterise
from mien.head.template import load
from mien.seeding import rng

SIZE, COUNT = 64, 300
Heap = tuple[layout.Float32, layout.Int32, layout.Int32, layout.Float32]


def _heap(seed: int) -> Heap:
    """A heap of triangles of hair and skin, some large, many small, some far beyond the edge."""
    random = rng(seed, "heap")
    middles = random.uniform(-10, SIZE + 10, (COUNT, 1, 2))
    reach = random.choice([1.5, 6.0, 40.0, 4000.0], (COUNT, 1, 1), p=[0.5, 0.3, 0.15, 0.05])
    places = middles + reach * random.uniform(-1, 1, (COUNT, 3, 2))
    depth = 0.01 + 0.002 * random.random((COUNT, 1, 1)) + 0.0002 * random.random((COUNT, 3, 1))
    points = np.concatenate([places, depth], 2).reshape(-1, 3).astype(np.float32)
    triangles = np.arange(3 * COUNT, dtype=np.int32).reshape(-1, 3)
    hair = random.random(COUNT) < 0.8
    parts = np.where(hair, layout.PART_HAIR, layout.PART_SKIN).astype(np.int32)
    attributes = np.zeros((3 * COUNT, 7), np.float32)
    attributes[:, layout.ACROSS] = random.uniform(0, 90, 3 * COUNT)
    attributes[:, layout.ALONG] = random.uniform(0, 3, 3 * COUNT)
    return points, triangles, parts, attributes


@pytest.mark.parametrize("seed", range(4))
def test_a_heap_looks_like_its_triangles_one_by_one(seed: int) -> None:
    points, triangles, parts, attributes = _heap(seed)
    depth, winner = np.zeros((SIZE, SIZE), np.float32), np.full((SIZE, SIZE), -1)
    for t in range(COUNT):
        alone = rasterise(
            points, triangles[t : t + 1], parts[t : t + 1], attributes, width=SIZE, height=SIZE
        )
        nearer = alone.depth > depth
        depth[nearer], winner[nearer] = alone.depth[nearer], t
    seen = rasterise(points, triangles, parts, attributes, SIZE, SIZE)
    assert (winner >= 0).mean() > 0.5
    np.testing.assert_array_equal(seen.depth, depth)
    np.testing.assert_array_equal(seen.triangle, winner)


@pytest.mark.parametrize("seed", range(4))
def test_a_height_map_is_the_highest_of_its_triangles(seed: int) -> None:
    points, triangles, parts, _ = _heap(seed)
    points[:, 2] *= 3000
    highest = np.full((SIZE, SIZE), -1000, np.float32)
    for t in range(COUNT):
        alone = np.full((SIZE, SIZE), -1000, np.float32)
        depth_map(points, triangles[t : t + 1], parts[t : t + 1], alone)
        highest = np.maximum(highest, alone)
    together = np.full((SIZE, SIZE), -1000, np.float32)
    depth_map(points, triangles, parts, together)
    np.testing.assert_array_equal(together, highest)


def test_portions_hold_every_triangle_once_and_hair_nearest_first() -> None:
    points, triangles, parts, _ = _heap(9)
    points[5, 2] = np.nan
    lists = [order.copy() for order in culling.portions(points, triangles, parts)]
    assert sorted(np.concatenate(lists)) == list(range(COUNT))
    assert not (parts[lists[0]] == layout.PART_HAIR).any()
    nearest = [np.nanmax(points[triangles[order], 2], 1) for order in lists[1:]]
    step = (nearest[0].max() - nearest[-1].min()) / (culling.BUCKETS - 1)
    for first, second in itertools.pairwise(nearest):
        assert np.nanmin(first) > np.nanmax(second) - 2 * step


def test_tiles_hide_only_what_is_behind_all_of_them() -> None:
    depth = np.full((10, 10), 2.0, np.float32)
    depth[9, 9] = 1.0
    tiles = culling.tiles_of(depth, 0.0)
    assert not culling.hidden(tiles, 1.5, (0, 3), (0, 3))
    culling.update(depth, tiles)
    assert culling.hidden(tiles, 1.5, (0, 7), (0, 9))
    assert not culling.hidden(tiles, 1.5, (0, 9), (0, 9))


def test_the_quick_exponential_is_one() -> None:
    for x in rng(1, "exp").uniform(-600, 600, 300):
        assert quick_exp(x) == pytest.approx(float(np.exp(np.float64(x))), rel=2e-15)
        assert quick_exp(x) == pytest.approx(exp(x), rel=1e-10)


def test_the_three_nearest_vertices_are_those_of_a_sorted_list() -> None:
    template, front = load(), markers().front
    for x, y in rng(2, "places").uniform(-5, 5, (20, 2)):
        away = np.sqrt(
            (template.vertices[front, 0] - x) ** 2 + (template.vertices[front, 1] - y) ** 2
        )
        ids, weights = _nearest(template, front, x, y)
        assert list(ids) == list(front[np.argsort(away, kind="stable")[:3]])
        assert weights.sum() == pytest.approx(1.0)
