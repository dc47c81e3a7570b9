from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from mien.face import affine
from mien.face.draw import annotate, to_bytes
from mien.types import Face, Image

GREEN = (0, 230, 60)


def near(image: Image, colour: tuple[int, int, int]) -> np.ndarray:
    return np.all(np.abs(image.astype(int) - colour) < 40, axis=-1)


def test_the_picture_itself_is_left_alone(astronaut: Image, astronaut_face: Face) -> None:
    before = astronaut.copy()
    annotate(astronaut, [astronaut_face])
    assert_array_equal(astronaut, before)


def test_no_faces_no_marks(smooth_picture: Image) -> None:
    large = affine.resize(smooth_picture, (900, 700))
    assert_array_equal(annotate(large, []), large)


def test_every_point_is_marked(astronaut: Image, astronaut_face: Face) -> None:
    drawn = annotate(astronaut, [astronaut_face])
    assert drawn.shape == (1024, 1024, 3)  # enlarged by two: marks stay apart
    marked = near(drawn, GREEN)
    for x, y in np.rint((astronaut_face.landmarks + 0.5) * 2 - 0.5).astype(int):
        # A few lie under the axes, which are drawn later.
        assert marked[y - 2 : y + 3, x - 2 : x + 3].any() or abs(y - 210) < 30


def test_the_swatches_show_the_colours(astronaut: Image, astronaut_face: Face) -> None:
    drawn = annotate(astronaut, [astronaut_face])
    beside = drawn[160:360, 536:580]
    for name in ("skin", "lips", "hair", "iris"):
        colour = to_bytes(getattr(astronaut_face.colours, name))
        assert (beside == colour).all(-1).sum() > 100, name


@pytest.mark.parametrize("keep", [slice(0, 275), slice(150, None), slice(170, 275)])
def test_a_face_at_the_edge_is_drawn_without_complaint(
    astronaut: Image, astronaut_face: Face, keep: slice
) -> None:
    import dataclasses

    from mien.types import Box

    left = keep.start or 0
    box = astronaut_face.box
    moved = dataclasses.replace(
        astronaut_face,
        box=Box(box.left - left, box.top, box.right - left, box.bottom),
        landmarks=astronaut_face.landmarks - (left, 0),
    )
    cut = np.ascontiguousarray(astronaut[:, keep])
    drawn = annotate(cut, [moved])
    assert (drawn.reshape(-1, 3) == to_bytes(moved.colours.hair or (0, 0, 0))).all(-1).sum() > 100
