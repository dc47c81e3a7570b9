from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.io import camera
from mien.io.image import write_image
from mien.persona.driver import read_driver
from mien.types import Image

Cli = Callable[..., Any]


@pytest.fixture
def small(astronaut: Image) -> Image:
    """The astronaut's face and little else."""
    return np.ascontiguousarray(astronaut[20:260, 100:340])


@pytest.mark.slow
def test_a_folder_of_frames_becomes_a_driver(cli: Cli, tmp_path: Path, small: Image) -> None:
    folder = tmp_path / "frames"
    folder.mkdir()
    for k in range(3):
        write_image(folder / f"{k}.png", np.roll(small, k, axis=1), provenance=None)
    out = tmp_path / "driver.csv"
    result = cli("face", "track", folder, "--fps", "12", "--out", out)
    assert result.code == 0, result.err
    driver = read_driver(out)
    assert (len(driver), driver.fps) == (3, 12.0)
    assert "3 frames at 12 per second; 0 without a face" in result.out
    assert driver.landmarks is not None
    assert driver.landmarks[2, 30, 0] - driver.landmarks[0, 30, 0] == pytest.approx(2, abs=1)


@pytest.mark.slow
def test_a_camera_is_followed_to_the_limit(
    cli: Cli, tmp_path: Path, small: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[int] = []

    @contextlib.contextmanager
    def fake(number: int) -> Iterator[Iterator[tuple[float, Image]]]:
        given.append(number)
        yield ((k / 5, small) for k in range(1000))

    monkeypatch.setattr(camera, "open_camera", fake)
    out = tmp_path / "live.csv"
    result = cli("face", "track", "webcam", "--camera", "2", "--limit", "8", "--out", out)
    assert result.code == 0, result.err
    assert given == [2]
    driver = read_driver(out)
    assert len(driver) == 8
    assert driver.neutral
    assert "at rest for a second" in result.out


def test_without_a_camera_one_line_says_so(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "live.csv"
    result = cli("face", "track", "webcam", "--camera", "63", "--out", out)
    assert result.code == 2
    assert result.err.count("\n") == 1
    assert "webcam 63: no such camera" in result.err
    assert not out.exists()
