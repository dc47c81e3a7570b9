from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mien.errors import WeightsError
from mien.face import affine
from mien.face.parsing_net import (
    ABOVE,
    JOB,
    PART,
    PARTS,
    SIDE,
    WIDER,
    HeadParser,
    ParsingNet,
    build,
    frame_of,
    spread,
)
from mien.io.weights import WeightHeader, save_weights
from mien.types import Box


def test_the_box_lies_below_the_middle_and_is_smaller_than_what_is_seen() -> None:
    frame = frame_of(Box(100, 100, 200, 200))
    middle = affine.transform(frame, [149.5, 149.5])
    np.testing.assert_allclose(middle, [SIDE / 2 - 0.5, SIDE / 2 - 0.5 + ABOVE * SIDE / WIDER])
    assert 1 / affine.step_of(affine.invert(frame)) == pytest.approx(WIDER * 100 / SIDE)


def test_a_tilted_head_is_seen_upright() -> None:
    roll, centre = 25.0, np.array([149.5, 149.5])
    crown = centre + np.array([0.0, -80.0]) @ affine.rotation(roll).T
    frame = frame_of(Box(100, 100, 200, 200), roll)
    face, top = affine.transform(frame, [centre, crown])
    assert top[0] == pytest.approx(face[0])
    assert top[1] < face[1]


def test_probabilities_lie_where_they_were_seen() -> None:
    seen = np.zeros((SIDE, SIDE, len(PARTS)), np.float32)
    seen[..., PART["background"]] = 1
    seen[40:60, 30:50] = np.eye(len(PARTS), dtype=np.float32)[PART["hair"]]
    frame = frame_of(Box(60, 80, 160, 180))
    laid = spread(seen, affine.invert(frame), (300, 200))
    np.testing.assert_allclose(laid.sum(2), 1, atol=1e-6)
    x, y = np.rint(affine.transform(affine.invert(frame), [40, 50])).astype(int)
    assert laid[y, x, PART["hair"]] == pytest.approx(1)
    assert laid[199, 299, PART["background"]] == 1


def test_a_file_of_another_network_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    save_weights(path, {"unet.first.weight": np.zeros((2, 2), np.float32)}, WeightHeader(JOB, "x"))
    with pytest.raises(WeightsError):
        HeadParser(path)
    tensors = {name: value.numpy() for name, value in ParsingNet().state_dict().items()}
    assert build(tensors).training is False
