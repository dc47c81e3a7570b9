from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.io.image import write_image
from mien.io.provenance import read_provenance
from mien.io.video import probe, read_frames, write_video
from mien.jobs.reenact import evaluate
from mien.types import Image

Cli = Callable[..., Any]


@pytest.fixture
def photo(tmp_path: Path, astronaut: Image) -> Path:
    path = tmp_path / "astronaut.png"
    write_image(path, astronaut[:360, 40:420], provenance=None)
    return path


def test_an_expression_moves_the_photo(cli: Cli, photo: Path, tmp_path: Path) -> None:
    result = cli(
        "reenact", "run", photo, "--expression", "laugh=1", "--frames", "9", "--fps", "12",
        "--out", tmp_path / "out",
    )  # fmt: skip
    assert result.code == 0
    path = tmp_path / "out" / "astronaut.mp4"
    known = probe(path)
    assert (known.width, known.height, known.frames, known.fps) == (380, 360, 9, 12.0)
    pictures = [one.astype(int) for one in read_frames(path)]
    moved = [np.abs(one - pictures[0]).mean() for one in pictures]
    assert int(np.argmax(moved)) in (3, 4, 5)
    # Where it moves: elsewhere the codec's noise is all that differs.
    most = np.abs(pictures[int(np.argmax(moved))] - pictures[0]).max(2)
    assert np.abs(pictures[-1] - pictures[0])[most > 20].mean() < 0.25 * most[most > 20].mean()
    made_by = read_provenance(path)
    assert made_by is not None
    assert made_by.job == "reenact.run"


def test_a_driver_by_hand_turns_the_head(cli: Cli, photo: Path, tmp_path: Path) -> None:
    driver = tmp_path / "d.csv"
    driver.write_text("time,yaw\n0,-12\n.1,0\n.2,12\n")
    assert cli("reenact", "run", photo, "--driver", driver, "--out", tmp_path).code == 0
    left, middle, right = (one.astype(int) for one in read_frames(tmp_path / "astronaut.mp4"))
    from mien.face.analyse import analyse

    noses = []
    for picture in (left, middle, right):
        (face,) = analyse(picture.astype(np.uint8), with_identity=False)
        points = face.landmarks
        noses.append(points[30, 0] - points[[36, 45], 0].mean())
    assert noses[0] < noses[1] - 2 < noses[2] - 4


def test_large_photos_are_filmed_smaller(cli: Cli, photo: Path, tmp_path: Path) -> None:
    words = ["--expression", "blink=1", "--frames", "2", "--size", "200", "--out", tmp_path]
    assert cli("reenact", "run", photo, *words).code == 0
    assert probe(tmp_path / "astronaut.mp4").width == 200


def test_a_clip_without_a_face_is_no_driver(cli: Cli, photo: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.mp4"
    write_video(empty, [np.full((90, 120, 3), 128, np.uint8)] * 3, fps=10, provenance=None)
    result = cli("reenact", "run", photo, "--driver", empty, "--out", tmp_path / "out")
    assert result.code == 2
    assert "no face was found in 3 frames" in result.err
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_photo_follows_its_own_clip(
    cli: Cli, photo: Path, tmp_path: Path, astronaut: Image
) -> None:
    clip = tmp_path / "clip.mp4"
    shifted = [np.roll(astronaut[:360, 40:420], k, axis=1) for k in range(5)]
    write_video(clip, shifted, fps=10, provenance=None)
    result = cli("face", "track", clip, "--out", tmp_path / "driver.csv")
    assert result.code == 0
    assert "5 frames at 10 per second; 0 without a face" in result.out
    assert cli("reenact", "run", photo, "--driver", clip, "--out", tmp_path / "out").code == 0
    # Sideways shifts are not expressions: the face hardly changes.
    pictures = [one.astype(int) for one in read_frames(tmp_path / "out" / "astronaut.mp4")]
    assert np.abs(pictures[4] - pictures[0]).mean() < 1.5


@pytest.mark.slow
def test_drawn_people_follow_a_known_motion() -> None:
    figures = evaluate("tiny")
    assert figures["detected"] == 1.0
    assert figures["psnr"] > figures["psnr_first"] + 3.0
