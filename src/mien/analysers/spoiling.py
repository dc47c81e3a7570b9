"""What rooms and cameras do to pictures, done to clean renders of any size.

Everything is drawn from the generator that is handed in.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from mien.face import affine

Random = np.random.Generator
Picture = NDArray[np.floating[Any]]
"""(s, s, 3) in [0, 255]."""


def texture(random: Random, side: int) -> Picture:
    """(side, side, 3): colours varying at a few scales, now and then with hard edges."""
    base = random.uniform(0, 255, 3)
    picture = np.ones((side, side, 3), np.float32) * base.astype(np.float32)
    for cells in (2, 5, 12, 32):
        if random.random() < 0.7:
            amount = random.uniform(10, 90) * (1.0 if cells < 12 else 0.5)
            grid = random.normal(size=(cells, cells, 3)) * (0.4 + 0.6 * random.random(3))
            grid += random.normal(size=(cells, cells, 1))
            field = affine.resize(grid.astype(np.float32), (side, side))
            if random.random() < 0.35:
                field = np.sign(field)
            picture += field * np.float32(amount / 2)
    return np.clip(picture, 0, 255)


def unevenly_lit(picture: Picture, random: Random) -> Picture:
    """Soft patches of brightness and colour that no light of the head makes, and shadows."""
    side = picture.shape[0]
    if random.random() < 0.5:
        cells = int(random.integers(2, 7))
        grid = random.normal(size=(cells, cells, 1)) * random.uniform(0.05, 0.3)
        grid = grid + random.normal(size=(cells, cells, 3)) * random.uniform(0.0, 0.1)
        picture = picture * np.exp(affine.resize(grid.astype(np.float32), (side, side)))
    if random.random() < 0.25:  # a shadow's edge across the face
        angle = random.uniform(0, 2 * np.pi)
        y, x = np.mgrid[:side, :side] / side - 0.5
        across = np.cos(angle) * x + np.sin(angle) * y - random.uniform(-0.3, 0.3)
        soft = 1 / (1 + np.exp(-across / random.uniform(0.005, 0.08)))
        depth = random.uniform(0.25, 0.8)
        picture = picture * (1 - depth * soft[..., None]).astype(np.float32)
    return picture


def photographed(picture: Picture, random: Random) -> Picture:
    """Exposure, white balance, contrast, grey, blur, low resolution, noise, JPEG."""
    side = picture.shape[0]
    gain = np.exp(random.normal() * 0.22 + random.normal(size=3) * 0.09)
    picture = 255 * np.clip(picture * gain / 255, 0, None) ** float(np.exp(random.normal() * 0.25))
    picture = (picture - 110) * random.uniform(0.6, 1.25) + 110 + random.normal() * 14
    grey = picture.mean(2, keepdims=True)
    colour = 0.0 if random.random() < 0.12 else random.uniform(0.4, 1.4)
    picture = np.clip(grey + (picture - grey) * colour, 0, 255).astype(np.float32)
    if random.random() < 0.45:
        small = int(random.integers(round(side * 0.3125), side))
        picture = affine.resize(affine.resize(picture, (small, small)), (side, side))
    if random.random() < 0.12:
        picture = _moved(picture, random)
    if random.random() < 0.6:
        noise = random.normal(size=picture.shape) * random.uniform(1, 12)
        picture = picture + noise.astype(np.float32)
    if random.random() < 0.4:
        picture = _jpeg(picture, int(random.integers(25, 92)))
    return picture


def _moved(picture: Picture, random: Random) -> Picture:
    """Motion blur along a short straight way."""
    reach = random.uniform(1, 4)
    angle = random.uniform(0, np.pi)
    total = np.zeros_like(picture)
    for share in np.linspace(-1, 1, 5):
        shift = np.array([np.cos(angle), np.sin(angle)]) * reach * share
        matrix = np.column_stack([np.eye(2), shift])
        total += affine.warp(picture, matrix, picture.shape[1::-1])
    return total / 5


def _jpeg(picture: Picture, quality: int) -> Picture:
    buffer = io.BytesIO()
    whole = np.rint(np.clip(picture, 0, 255)).astype(np.uint8)
    PillowImage.fromarray(whole).save(buffer, "JPEG", quality=quality)
    return np.asarray(PillowImage.open(io.BytesIO(buffer.getvalue()))).astype(np.float32)
