"""Renders made to look like snapshots: what lenses, rooms, hands and JPEG do to a picture.

Training on clean renders teaches a network the renderer; these changes leave it the face.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.head.schema import LABEL
from mien.types import Image


def snapshot(
    image: Image, labels: NDArray[np.uint8], random: np.random.Generator, *, size: int
) -> Image:
    """A degraded copy of a render, (size, size, 3).

    image   (s, s, 3) uint8, labels (s, s) as `head.render.Render` gives them
    random  decides all of it; the same generator state gives the same picture
    """
    picture = image.astype(np.float32)
    if picture.shape[0] != size:
        smaller = cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA)
        picture = np.asarray(smaller, np.float32)
        nearest = cv2.resize(labels, (size, size), interpolation=cv2.INTER_NEAREST)
        labels = np.asarray(nearest, np.uint8)
    if random.random() < 0.75:
        picture = _replace_background(picture, labels == LABEL["background"], random)
    if random.random() < 0.15:
        picture = _cover(picture, random)
    if random.random() < 0.6:
        blurred = cv2.GaussianBlur(picture, (0, 0), float(random.uniform(0.3, 1.3)))
        picture = np.asarray(blurred, np.float32)
    picture = _expose(picture, random)
    picture += random.normal(size=picture.shape).astype(np.float32) * random.uniform(0, 5)
    finished = np.clip(picture, 0, 255).astype(np.uint8)
    if random.random() < 0.7:
        finished = _jpeg(finished, int(random.integers(45, 96)))
    return finished


def _replace_background(
    picture: NDArray[np.float32], mask: NDArray[np.bool_], random: np.random.Generator
) -> NDArray[np.float32]:
    size = picture.shape[0]
    cells = int(random.integers(2, 13))
    grey = random.uniform(0, 255, (cells, cells, 1))
    noise = (0.65 * grey + 0.35 * random.uniform(0, 255, (cells, cells, 3))).astype(np.float32)
    method = cv2.INTER_CUBIC if random.random() < 0.6 else cv2.INTER_NEAREST
    room = cv2.resize(noise, (size, size), interpolation=method)
    room = room * random.uniform(0.2, 1.0) + random.uniform(0, 120, 3)
    room = cv2.GaussianBlur(np.clip(room, 0, 255).astype(np.float32), (0, 0), 1.5)
    # The edge of hair and cheek mixes with what is behind it.
    share = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.7)[..., None]
    return picture * (1 - share) + room * share


def _cover(picture: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
    """A hand, a cup, a microphone: an ellipse or a bar of one colour somewhere over the picture."""
    size = picture.shape[0]
    centre = tuple(int(v) for v in random.uniform(0.1, 0.9, 2) * size)
    axes = tuple(int(v) for v in random.uniform(0.04, 0.16, 2) * size)
    colour = tuple(float(v) for v in random.uniform(0, 255, 3))
    angle = float(random.uniform(0, 180))
    covered = picture.copy()
    cv2.ellipse(covered, centre, axes, angle, 0, 360, colour, -1, cv2.LINE_AA)
    return covered


def _expose(picture: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
    gamma = float(np.exp(random.normal() * 0.18))
    tint = np.exp(random.normal(size=3) * 0.06).astype(np.float32)
    contrast = float(np.exp(random.normal() * 0.12))
    shaped = np.power(np.clip(picture, 0, 255) / 255.0, gamma) * tint
    return ((shaped - 0.5) * contrast + 0.5 + random.normal() * 0.03) * 255.0


def _jpeg(image: Image, quality: int) -> Image:
    done, data = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        return image
    again = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return image if again is None else np.ascontiguousarray(again[..., ::-1], np.uint8)
