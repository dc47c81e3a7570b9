from __future__ import annotations

import numpy as np

from mien.head.bands import thinned
from mien.head.decimate import decimate
from mien.head.strands import band_triangles


def grid(side: int) -> tuple[np.ndarray, np.ndarray]:
    """A bumpy square sheet (1, n, 3) and its triangles."""
    x, y = (one.ravel() for one in np.meshgrid(np.arange(side), np.arange(side)))
    places = np.stack([x, y, 0.2 * np.sin(x / 2.0) * np.cos(y / 3.0)], 1).astype(np.float64)
    corner = (np.arange(side - 1)[:, None] * side + np.arange(side - 1)).ravel()
    low = np.stack([corner, corner + 1, corner + side + 1], 1)
    high = np.stack([corner, corner + side + 1, corner + side], 1)
    return places[None], np.concatenate([low, high])


def area(places: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    a, b, c = (places[triangles[:, k]] for k in range(3))
    return 0.5 * np.cross(b - a, c - a)[:, 2]


def test_a_sheet_keeps_its_outline_and_never_folds() -> None:
    places, triangles = grid(16)
    simple, kept = decimate(places, triangles, 90)
    assert 60 < len(simple) <= 90
    assert len(kept) == len(simple)
    covered = area(places[0], simple)
    assert covered.min() > 0
    np.testing.assert_allclose(covered.sum(), 15 * 15, rtol=0.02)


def test_every_edge_has_at_most_two_sides() -> None:
    places, triangles = grid(14)
    simple, _ = decimate(places, triangles, 60)
    edges = np.sort(np.concatenate([simple[:, [0, 1]], simple[:, [1, 2]], simple[:, [2, 0]]]), 1)
    assert np.unique(edges, axis=0, return_counts=True)[1].max() == 2


def test_labels_keep_the_line_between_them() -> None:
    places, triangles = grid(16)
    left = (places[0][triangles][:, :, 0].mean(1) < 7).astype(np.int64)
    simple, kept = decimate(places, triangles, 90, labels=left)
    np.testing.assert_allclose(area(places[0], simple[left[kept] == 1]).sum(), 7 * 15, rtol=0.03)


def test_a_pose_keeps_what_only_it_bends() -> None:
    flat, triangles = grid(16)
    flat[..., 2] = 0
    bent = flat.copy()
    bent[0, :, 2] = np.abs(bent[0, :, 0] - 8)  # folds along x = 8
    simple, _ = decimate(np.concatenate([flat, bent]), triangles, 60)
    crossing = flat[0][simple][:, :, 0]
    assert not ((crossing.min(1) < 8) & (crossing.max(1) > 8)).any()


def test_what_is_worth_more_stays_finer() -> None:
    places, triangles = grid(20)
    right = places[0][triangles][:, :, 0].mean(1) > 9.5
    simple, _ = decimate(places, triangles, 200, worth=np.where(right, 100.0, 1.0))
    there = places[0][simple][:, :, 0].mean(1) > 9.5
    assert there.sum() > 2 * (~there).sum()


def test_a_mesh_that_is_simple_enough_stays() -> None:
    places, triangles = grid(4)
    simple, kept = decimate(places, triangles, 1000)
    np.testing.assert_array_equal(simple, triangles)
    np.testing.assert_array_equal(kept, np.arange(len(triangles)))


def test_strands_become_fewer_flat_bands_of_the_same_cover() -> None:
    counts = np.full(200, 9)
    starts = np.concatenate([[0], np.cumsum(counts)])
    whole = len(band_triangles(counts))
    places, triangles, wider = thinned(starts, whole // 16)
    assert 0 < len(triangles) <= whole // 16
    assert wider > 1
    assert triangles.max() == len(places) - 1
    edge, middle = places.T
    np.testing.assert_array_equal(middle % 3, 1)
    assert set(np.unique(edge % 3)) == {0, 2}
    np.testing.assert_array_equal(edge // 3, middle // 3)


def test_few_strands_are_all_kept() -> None:
    starts = np.array([0, 4, 8, 12])
    places, triangles, wider = thinned(starts, 10_000)
    assert wider == 1
    assert len(triangles) == 3 * 2 * (len(places) // 6 - 1)
