"""Edge maps: the ancestor's, pixel for pixel, and ours."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pytest

from mien.data.head_clips import ClipSpec, draw_clip
from mien.face import affine
from mien.face.edges import (
    ANCESTOR_STYLE,
    FEATURE_STYLE,
    EdgeStyle,
    ancestor_crop,
    ancestor_edges,
    draw_edges,
    face_gate,
    feature_lines,
    feature_weights,
    mouth_mask,
)
from mien.types import Image, Landmarks


@pytest.fixture(scope="module")
def landmarks() -> Landmarks:
    """(68, 2) of a drawn face in 128 pixels, rounded."""
    return np.rint(draw_clip(ClipSpec(frames=1), 3).landmarks[0] * 4) / 4


def spread() -> Landmarks:
    """Points far apart from each other, so that every line can be told."""
    return np.array([[6.0 + 13 * (k % 9), 6.0 + 15 * (k // 9)] for k in range(68)])


def test_the_ancestors_lines_are_where_it_draws_them() -> None:
    points = spread()
    made = ancestor_edges(points)
    assert made.shape == (128, 128, 3)
    assert set(np.unique(made)) == {0, 255}
    drawn = {
        *((k, k + 1) for first, last in ((17, 21), (22, 26), (27, 35)) for k in range(first, last)),
        *((k, k + 1) for first, last in ((36, 41), (42, 47), (48, 59), (60, 67))
          for k in range(first, last)),
        *((35, 30), (41, 36), (47, 42), (59, 48), (67, 60), (48, 60), (54, 64)),
    }  # fmt: skip
    for one, other in drawn:
        middle = np.trunc((points[one] + points[other]) / 2).astype(int)
        assert made[middle[1], middle[0]].all(), (one, other)
    assert not made[: int(points[9, 1]) - 2].any(), "the jaw is not drawn"


def test_a_line_is_two_thick_and_hard() -> None:
    points = np.full((68, 2), 100.0)
    points[17:22] = [[10.9 + 5 * k, 20.9] for k in range(5)]
    made = ancestor_edges(points)[..., 0]
    rows = np.flatnonzero(made[:, 20])
    # cv2 draws thickness 2 as three rows around whole-pixel points, cut and not rounded.
    assert rows.tolist() == [19, 20, 21]
    assert np.flatnonzero(made[20, :60])[0] in (9, 10)


def test_the_ancestors_map_is_pinned(landmarks: Landmarks) -> None:
    made = ancestor_edges(landmarks)
    assert int((made[..., 0] > 0).sum()) == 673
    assert hashlib.sha256(made.tobytes()).hexdigest()[:16] == "c5fed4e2470d69e0"


def test_the_ancestors_crop_is_the_points_box() -> None:
    points = spread() * 3 + 40
    matrix = ancestor_crop(points)
    placed = affine.transform(matrix, np.trunc(points))
    assert placed.min() >= 0
    assert placed.max() <= 128 + 1e-9
    longer = int(np.argmax(np.ptp(points, 0)))
    assert placed[:, longer].min() == pytest.approx(0, abs=1e-9)
    assert placed[:, longer].max() == pytest.approx(128, abs=1e-9)


def test_our_lines_move_by_fractions_of_a_pixel(landmarks: Landmarks) -> None:
    here, there = (feature_lines(landmarks + [0.0, shift], 128) for shift in (0.0, 0.25))
    assert not np.array_equal(here, there)
    assert np.array_equal(ancestor_edges(landmarks), ancestor_edges(np.trunc(landmarks)))
    bright = here[here.max(2) > 100]
    hues = {tuple(bool(v) for v in one) for one in bright > 0}
    wanted = ((1, 0, 0), (1, 1, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1), (1, 0, 1))
    assert {tuple(map(bool, hue)) for hue in wanted} <= hues


def test_the_gate_holds_the_face_and_nothing_else(landmarks: Landmarks) -> None:
    gate, weights = face_gate(landmarks, 128), feature_weights(landmarks, 128)
    nose, mouth = (np.rint(landmarks[k]).astype(int) for k in (30, 66))
    assert gate[nose[1], nose[0]] == 255
    assert gate[:20].max() == 0
    assert weights[mouth[1], mouth[0]] > 4 * weights[nose[1], nose[0]] > 0
    assert mouth_mask(landmarks, 128)[mouth[1], mouth[0]]
    assert not mouth_mask(landmarks, 128)[nose[1], nose[0]]


def test_styles_hold_the_two_kinds(landmarks: Landmarks) -> None:
    ancestor, ours = (
        draw_edges(landmarks, 128, style) for style in (ANCESTOR_STYLE, FEATURE_STYLE)
    )
    assert np.array_equal(ancestor, ancestor_edges(landmarks))
    assert np.array_equal(ours, feature_lines(landmarks, 128))


def test_every_option_of_a_style_does_what_it_says(landmarks: Landmarks) -> None:
    def made(**options: Any) -> Image:
        return draw_edges(landmarks, 128, EdgeStyle(**options))

    jaw = np.rint(landmarks[8]).astype(int)
    near = (slice(jaw[1] - 2, jaw[1] + 3), slice(jaw[0] - 2, jaw[0] + 3))
    assert not made()[near].any()
    assert made(chin=True)[near].all(2).any()
    thin, two, four = ((made(width=width) > 0).sum() for width in (1, 2, 4))
    assert 0 < thin < two < four
    dots = made(width=0, discs=2)
    assert all(dots[int(y), int(x)].all() for x, y in landmarks[17:])
    assert (dots > 0).sum() < (made(discs=2) > 0).sum()
    assert made(width=0).max() == 0
    assert set(np.unique(made(discs=1, chin=True))) == {0, 255}
    assert len(np.unique(made(smooth=True))) > 2
    coloured = made(colours=True)
    assert {tuple(one) for one in coloured.reshape(-1, 3).tolist()} >= {(255, 0, 0), (0, 255, 0)}
    moved = draw_edges(landmarks + [0.0, 0.25], 128, EdgeStyle(smooth=True))
    assert not np.array_equal(moved, made(smooth=True))


def test_gaze_is_drawn_where_the_pupils_are() -> None:
    points = np.full((68, 2), 10.0)
    for first, middle in ((36, 40.0), (42, 88.0)):
        around = [(-12, 0), (-4, -6), (4, -6), (12, 0), (4, 6), (-4, 6)]
        points[first : first + 6] = np.array(around) + [middle, 60.0]
    style = EdgeStyle(width=0, gaze=True)
    places = []
    for shift in (-5, 5):
        picture = np.full((128, 128, 3), 230, np.uint8)
        rows, columns = np.mgrid[:128, :128]
        for middle in (40, 88):
            picture[(columns - middle - shift) ** 2 + (rows - 60) ** 2 <= 16] = 20
        drawn = draw_edges(points, 128, style, picture=picture).max(2) > 128
        places.append(np.argwhere(drawn[:, :64]).mean(0)[1])
    assert places[0] < 38
    assert places[1] > 42
    assert draw_edges(points, 128, style).max() == 0
    blank = np.full((128, 128, 3), 230, np.uint8)
    assert draw_edges(points, 128, style, picture=blank).max() == 0
