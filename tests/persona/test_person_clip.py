"""A clip becomes a person: crops that follow slowly, rest, and points that fit the crops."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mien.errors import InputError
from mien.face import affine
from mien.io.video import write_video
from mien.persona.person_clip import (
    bridged,
    crop_at,
    crops_along,
    face_place,
    first_part,
    measured,
    person_of,
    rest_of,
    smooth,
)
from mien.types import Image

from .person_help import painted, points


def test_a_crop_has_the_face_in_its_place() -> None:
    face = points(300) + [50.0, 20.0]
    centre, eyes = face_place(face)
    seen = affine.transform(crop_at(centre, eyes, 64), face)
    apart = seen[42:48].mean(0) - seen[36:42].mean(0)
    assert 0.2 * 64 < np.hypot(*apart) <= 0.25 * 64 + 0.01
    assert seen[27:48].mean(0) == pytest.approx([31.5, 0.46 * 64 - 0.5])


def test_crops_follow_slowly() -> None:
    face = points(300)
    steps = np.zeros((90, 1, 2))
    steps[45:, 0, 0] = 30.0  # the head jumps sideways
    matrices = np.stack(crops_along(face + steps, 64, fps=30.0))
    shifts = matrices[:, 0, 2]
    scale = matrices[0, 0, 0]
    assert np.abs(np.diff(shifts)).max() < 0.05 * 30 * scale
    assert shifts[0] - shifts[-1] == pytest.approx(30 * scale, rel=0.02)
    assert np.ptp(matrices[:, 0, 0]) < 1e-9
    still = np.stack(crops_along(np.repeat(face[None], 20, 0), 64, fps=30.0))
    assert np.ptp(still, axis=0).max() < 1e-9


def test_gaps_are_bridged() -> None:
    nan = float("nan")
    values = np.array([[1.0, 0.0], [nan, nan], [3.0, 4.0], [nan, nan]])
    assert bridged(values).tolist() == [[1, 0], [2, 2], [3, 4], [3, 4]]
    assert bridged(np.full((3, 2), nan)).tolist() == [[0, 0]] * 3


def test_smoothing_keeps_what_is_level() -> None:
    level = np.full((40, 2), 7.0)
    assert smooth(level, 15.0) == pytest.approx(level)
    assert smooth(np.eye(40)[:, 20:21], 2.0).sum() == pytest.approx(1.0)


def test_rest_has_the_mouth_closed_and_the_eyes_open() -> None:
    opened = [0.8, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.6]
    shut = [0, 0, 0, 0, 0, 1.0, 1.0, 0]
    clip = [
        points(200, AU26=one, AU25=one, AU45=other) for one, other in zip(opened, shut, strict=True)
    ]
    assert rest_of(np.stack(clip)) in (2, 3, 4)


def test_rest_looks_straight_ahead_where_it_can() -> None:
    clip = np.repeat(points(200)[None], 60, 0)  # all alike: the first two rest
    pupils = np.zeros((60, 2))
    assert rest_of(clip, pupils) == rest_of(clip) == 0
    pupils[0] = [0.2, 0.0]
    assert rest_of(clip, pupils) == 1
    pupils[1] = [0.0, -0.3]
    assert rest_of(clip, pupils) == 0


def test_the_first_part_is_learnt() -> None:
    assert first_part(100, 0.3) == 70
    assert first_part(14, 0.5) == 12
    assert first_part(100, 0.0) == 100


def test_a_clip_of_nobody_is_no_person(tmp_path: Path) -> None:
    path = tmp_path / "c.mp4"
    write_video(path, [np.full((64, 64, 3), 90, np.uint8)] * 14, fps=10, provenance=None)
    with pytest.raises(InputError, match="0 frames with a face"):
        person_of(path, 32)
    assert len(measured([painted(points(64), 64) // 8]).shown) == 0


@pytest.mark.slow
def test_a_clip_becomes_a_person(tmp_path: Path, astronaut: Image) -> None:
    photo = np.ascontiguousarray(astronaut[:300, 90:390])
    blank = np.full_like(photo, 128)
    frames = [np.roll(photo, k, axis=1) for k in range(14)]
    frames[5] = blank
    path = tmp_path / "c.mp4"
    write_video(path, frames, fps=15, provenance=None)
    told: list[int] = []
    made = person_of(path, 64, told=lambda done, total: told.append(total))
    assert len(made) == 13
    assert made.fps == 15.0
    assert told[-1] == 14
    assert made.still.shape == (300, 300, 3)
    # The head hardly moves in its crop, and the still's crop is the rest frame.
    assert np.abs(np.diff(made.landmarks, axis=0)).mean() < 0.5
    again = affine.warp(made.still, made.to_crop, (64, 64))
    assert np.abs(again.astype(int) - made.frames[made.neutral]).mean() < 2.0
