from __future__ import annotations

import numpy as np

from mien.persona.arrows import draw_arrows

from .person_help import painted, points

SIZE = 160


def test_arrows_stand_where_the_face_moves() -> None:
    rest, now = points(SIZE), points(SIZE, AU26=0.9, AU25=0.9)
    picture = painted(now, SIZE)
    made = draw_arrows(picture, rest, now)
    assert made.shape == picture.shape
    yellow = (made == (255, 220, 0)).all(-1)
    chin, brows = yellow[int(rest[57, 1]) :], yellow[: int(rest[27, 1])]
    assert chin.sum() > 15
    assert chin.sum() > 3 * brows.sum()
    assert np.array_equal(picture, painted(now, SIZE))


def test_a_face_at_rest_has_dots_alone() -> None:
    rest = points(SIZE)
    made = draw_arrows(np.zeros((SIZE, SIZE, 3), np.uint8), rest, rest)
    assert not (made == (255, 220, 0)).all(-1).any()
    assert (made == (120, 120, 120)).all(-1).sum() > 10


def test_points_outside_of_the_picture_do_no_harm() -> None:
    rest = points(SIZE) + [SIZE, -SIZE]
    made = draw_arrows(np.zeros((SIZE, SIZE, 3), np.uint8), rest, rest + 30.0)
    assert made.shape == (SIZE, SIZE, 3)
