from __future__ import annotations

import cv2
import numpy as np
import pytest

from mien.errors import InputError
from mien.face import affine
from mien.face.detect import (
    SURE,
    Detection,
    DetectorOptions,
    checked,
    detect,
    search,
    suppress,
    turned_frame,
)
from mien.types import Box, Image

TRUE = Box(179, 83, 267, 171)


def overlap(a: Box, b: Box) -> float:
    across = max(0.0, min(a.right, b.right) - max(a.left, b.left))
    down = max(0.0, min(a.bottom, b.bottom) - max(a.top, b.top))
    return across * down / (a.width * a.height + b.width * b.height - across * down)


def test_the_astronaut_is_found_once(astronaut: Image) -> None:
    (found,) = detect(astronaut)
    assert overlap(found.box, TRUE) > 0.85
    assert found.score > 1
    assert found.turn == 0


def test_a_grey_picture_is_as_good(astronaut: Image) -> None:
    grey = np.asarray(cv2.cvtColor(astronaut, cv2.COLOR_RGB2GRAY), np.uint8)
    (found,) = detect(grey)
    assert overlap(found.box, TRUE) > 0.85


def test_two_people_side_by_side_are_two(astronaut: Image) -> None:
    found = [one for one in detect(np.hstack([astronaut, astronaut])) if one.score > SURE]
    moved = Box(TRUE.left + 512, TRUE.top, TRUE.right + 512, TRUE.bottom)
    assert len(found) == 2
    lefts = sorted(found, key=lambda one: one.box.left)
    assert overlap(lefts[0].box, TRUE) > 0.8
    assert overlap(lefts[1].box, moved) > 0.8


def test_faces_are_sorted_by_size_and_score(astronaut: Image) -> None:
    large = affine.resize(astronaut[:300, 100:350], (500, 600))
    small = np.vstack([astronaut[:300, 100:350], np.full((300, 250, 3), 128, np.uint8)])
    found = detect(np.hstack([small, large]))
    assert [round(one.box.width / 88) for one in found] == [2, 1]


@pytest.mark.parametrize("turn", [90, -90, 180, 60, -45, 135])
def test_a_turned_picture_is_turned_back(astronaut: Image, turn: float) -> None:
    matrix, size = turned_frame(astronaut, turn)
    (found,) = detect(affine.warp(astronaut, matrix, size))
    assert abs((found.turn + turn + 180) % 360 - 180) <= 45
    middle = affine.transform(matrix, [222.5, 126.5])
    box = found.box
    away = np.hypot(
        (box.left + box.right - 1) / 2 - middle[0], (box.top + box.bottom - 1) / 2 - middle[1]
    )
    assert away < 0.2 * TRUE.width
    assert box.width == pytest.approx(TRUE.width, rel=0.35)


def test_a_small_picture_is_enlarged(astronaut: Image) -> None:
    portrait = affine.resize(astronaut[60:200, 150:290], (64, 64))
    (found,) = detect(portrait)
    true = Box(*((np.array([29, 23, 117, 111]) * 64 / 140).tolist()))
    assert overlap(found.box, true) > 0.7


def test_a_large_picture_gives_boxes_in_its_own_pixels(astronaut: Image) -> None:
    best = detect(affine.resize(astronaut, (2560, 2560)))[0]
    assert overlap(best.box, Box(*(5 * v for v in (179, 83, 267, 171)))) > 0.75


def test_a_face_of_a_few_pixels_is_left_out_and_counted(astronaut: Image) -> None:
    tiny = affine.resize(astronaut, (100, 100))
    result = search(tiny)
    assert (result.faces, result.too_small) == ((), 1)
    assert len(search(tiny, DetectorOptions(min_width=10)).faces) == 1


def test_nothing_is_found_where_there_is_nothing(noisy_picture: Image) -> None:
    assert detect(noisy_picture) == []
    assert detect(np.full((200, 300, 3), 90, np.uint8)) == []


def test_without_retry_a_turned_face_is_not_looked_for(astronaut: Image) -> None:
    assert detect(np.ascontiguousarray(np.rot90(astronaut)), DetectorOptions(retry=False)) == []


def test_overlapping_boxes_are_one_face() -> None:
    def one(left: float, top: float, width: float, score: float) -> Detection:
        return Detection(Box(left, top, left + width, top + width), score)

    best, same, inside, other = (
        one(0, 0, 100, 1),
        one(20, 10, 100, 0.8),
        one(30, 30, 40, 2),
        one(300, 0, 90, 0.5),
    )
    assert suppress([other, inside, same, best]) == [best, other]


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (np.zeros((50, 50, 4), np.uint8), "shape (50, 50, 4) and type uint8"),
        (np.zeros((50, 50, 3), np.float32), "shape (50, 50, 3) and type float32"),
        (np.zeros((50,), np.uint8), "shape (50,) and type uint8"),
        (np.zeros((400, 15, 3), np.uint8), "a picture of 15 x 400 pixels; wanted at least 16"),
    ],
)
def test_what_is_no_picture_is_refused(picture: np.ndarray, message: str) -> None:
    with pytest.raises(InputError) as caught:
        checked(picture)
    assert message in str(caught.value)


def test_a_view_becomes_contiguous(astronaut: Image) -> None:
    picture = checked(astronaut[::2, ::2])
    assert picture.flags.c_contiguous
    assert picture.shape == (256, 256, 3)
