from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from mien.errors import MissingExtraError
from mien.face.analyse import analyse
from mien.face.dlib_format import RESNET, find_model
from mien.face.landmarks import Dlib68, Landmarker, default_landmarker
from mien.types import Face, Image


@pytest.fixture(scope="session")
def dlib68() -> Landmarker:
    try:
        return Dlib68()
    except MissingExtraError as error:
        pytest.skip(f"no 68-point file: {error}")


@pytest.fixture(params=["mien-68", "dlib-68"])
def landmarker(request: pytest.FixtureRequest) -> Landmarker:
    if request.param == "mien-68":
        return default_landmarker()
    return request.getfixturevalue("dlib68")


@pytest.fixture(scope="session")
def resnet_file() -> Path:
    try:
        return find_model(RESNET)
    except MissingExtraError as error:
        pytest.skip(f"no dlib network file: {error}")


@pytest.fixture(scope="session")
def astronaut_face(astronaut: Image) -> Face:
    (face,) = analyse(astronaut)
    return face


@pytest.fixture(scope="session")
def smooth_picture() -> Image:
    """(240, 320, 3) without edges, so that resampling it is a question of geometry alone."""
    y, x = np.mgrid[:240, :320]
    channels = [
        127 + 60 * np.sin(x / 17) + 60 * np.cos(y / 23),
        40 + 0.5 * x + 0.3 * y,
        200 - 0.2 * x - 0.4 * y + 20 * np.sin((x + y) / 31),
    ]
    return np.clip(np.stack(channels, -1), 0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def noisy_picture() -> Image:
    """(400, 500, 3) of blurred noise: every pixel differs from its neighbours."""
    noise = np.random.Generator(np.random.PCG64(7)).normal(size=(400, 500, 3))
    smooth = cv2.GaussianBlur(noise.astype(np.float32), (0, 0), 1.2)
    return np.clip(127 + 180 * smooth, 0, 255).astype(np.uint8)
