from __future__ import annotations

import numpy as np
import pytest

from mien.data.people import HeadSpec, draw_person
from mien.errors import InputError
from mien.face import affine
from mien.face.drawn import as_face, find_drawn, grid_boxes

SEED = 7_000_003


def test_a_drawn_face_is_found_where_it_is() -> None:
    found = 0
    for index in range(3):
        drawn = draw_person(HeadSpec(style="toon", size=192, seed=SEED), index)[1]
        matrix = [[0.8, 0.0, 20.0], [0.0, 0.8, 12.0]]
        picture = affine.warp(drawn.rgb, matrix, (220, 180))
        truth = affine.transform(matrix, drawn.landmarks)
        eyes = float(np.hypot(*(truth[45] - truth[36])))
        for face in find_drawn(picture)[:1]:
            apart = float(np.hypot(*(face.landmarks - truth).T).mean()) / eyes
            found += apart < 0.15
            assert as_face(picture, face).landmarks5.shape == (5, 2)
    assert found >= 2


def test_paper_has_no_face() -> None:
    assert find_drawn(np.full((120, 160, 3), 200, np.uint8)) == []
    with pytest.raises(InputError):
        find_drawn(np.zeros((4, 4, 3), np.uint8))


def test_boxes_cover_the_picture_from_edge_to_edge() -> None:
    boxes = grid_boxes(120, 90)
    assert min(box.left for box in boxes) == 0
    assert max(box.right for box in boxes) == pytest.approx(120)
    assert max(box.bottom for box in boxes) == pytest.approx(90)
    assert len({round(box.width, 3) for box in boxes}) == 4
