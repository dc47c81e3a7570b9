"""What stands before a face, on drawn people with something before theirs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mien.face import affine, parsing_net
from mien.head.camera import Camera
from mien.head.render import Render, View, render
from mien.persona.occluders import find_cover
from mien.types import FaceCode

SIZE = 256
TO_VIEW = np.array([[0.5, 0.0, 0.0], [0.0, 0.5, 0.0]])


@pytest.fixture(scope="module")
def person() -> Render:
    view = View(camera=Camera(size=SIZE, zoom=0.95), supersample=1, shadow=64)
    return render(FaceCode(hair="crop"), view=view)


def test_a_thing_before_the_chin_is_found_and_bare_skin_is_not(person: Render) -> None:
    photo, points = person.rgb.copy(), person.landmarks
    unit = float(np.hypot(*(points[45] - points[36])))
    x, y = points[57] + np.array([0.3, 0.25]) * unit
    rows, columns = np.mgrid[:SIZE, :SIZE]
    thing = np.hypot(columns - x, rows - y) < 0.22 * unit
    photo[thing] = (40, 70, 150)
    cover = find_cover(photo, points, TO_VIEW, SIZE // 2)
    small = affine.warp(thing.astype(np.float32), TO_VIEW, (SIZE // 2, SIZE // 2)) > 0.9
    assert cover.things.shape == (SIZE // 2, SIZE // 2)
    assert np.median(cover.things[small]) > 0.5
    bare = find_cover(person.rgb, points, TO_VIEW, SIZE // 2)
    assert np.median(bare.things[small]) < 0.1
    cheeks = (affine.transform(TO_VIEW, points[[31, 35]]) + [[-6, 0], [6, 0]]).astype(int)
    for column, row in cheeks:
        assert cover.things[row, column] < 0.2


def test_glasses_are_told_from_brows(person: Render) -> None:
    view = View(camera=Camera(size=SIZE, zoom=0.95), supersample=1, shadow=64)
    worn = render(FaceCode(hair="crop", glasses="square"), view=view)
    bare = find_cover(person.rgb, person.landmarks, TO_VIEW, SIZE // 2)
    cover = find_cover(worn.rgb, worn.landmarks, TO_VIEW, SIZE // 2)
    assert cover.glasses.sum() > 5 * bare.glasses.sum()
    assert bare.brows.max() > 0.5


def test_without_the_network_nothing_is_covered(
    person: Render, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parsing_net, "WEIGHTS", Path("nowhere.safetensors"))
    cover = find_cover(person.rgb, person.landmarks, TO_VIEW, 32)
    assert not cover.things.any()
    assert not cover.glasses.any()
    assert cover.brows.shape == (32, 32)
