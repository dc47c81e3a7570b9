"""Colours of single surface points, outside any picture: for models that leave the renderer."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.head.kernels import kernel
from mien.head.layout import PART_EYE, PART_HAIR, Float32, Scene
from mien.head.light import Light
from mien.head.points import Point
from mien.head.raster import NO_SHARE, hair_gap, lash_gap
from mien.head.shadow import shadow_map
from mien.head.surfaces import surface_at

ACROSS_PERIOD = 4.0
"""Strand coordinate covered by the width of a hair texture."""
TIP_REACH = 6.0
"""Distance to the tip covered by its height."""
LASH_PERIOD = 3.0
"""The same of a lash texture: the upper lid's lashes, then the lower's."""


def _plain_scene(material: NDArray[np.floating[Any]]) -> Scene:
    nothing = np.zeros((1, 3), np.float32)
    no_triangles, no_parts = np.zeros((0, 3), np.int32), np.zeros(0, np.int32)
    light = Light().vector()
    return Scene(
        camera=np.array([0, 0, 90], np.float32),
        material=np.ascontiguousarray(material, np.float32),
        light=light,
        shadow=shadow_map(nothing, no_triangles, no_parts, light[:3], 1),
        background=np.zeros(3, np.float32),
        texture=np.zeros((1, 1, 3), np.float32),
        footprint=0.02,
        toon=False,
    )


@kernel
def _colours(part: int, attributes: Float32, scene: Scene, out: Float32) -> None:
    for i in range(attributes.shape[0]):
        row = attributes[i]
        rest = (np.float64(row[0]), np.float64(row[1]), np.float64(row[2]))
        point = Point(
            part,
            rest,
            (0.0, 0.0, 1.0),
            (0.0, 0.0, 1.0),
            rest,
            np.float64(row[3]),
            np.float64(row[4]),
            np.float64(row[5]),
            np.float64(row[6]),
            (0.0, -1.0, 0.0),
        )
        colour = surface_at(point, scene, 0.02).colour
        for channel in range(3):
            out[i, channel] = colour[channel]


def surface_colours(
    part: int, attributes: NDArray[np.float32], material: NDArray[np.floating[Any]]
) -> NDArray[np.float32]:
    """(n, 3) linear RGB of points of one part, from their vertex attributes (n, 7)."""
    colours = np.zeros((len(attributes), 3), np.float32)
    rows = np.ascontiguousarray(attributes, np.float32)
    _colours(int(part), rows, _plain_scene(material), colours)
    return colours


def eye_picture(material: NDArray[np.floating[Any]], size: int) -> NDArray[np.uint8]:
    """(size, size, 3): the eyeball seen along its gaze; u = (1 + x) / 2, v = (1 - y) / 2."""
    place = (np.arange(size) + 0.5) / size * 2 - 1
    x, y = np.meshgrid(place, -place)
    rows = np.zeros((size * size, 7), np.float32)
    rows[:, 0], rows[:, 1] = x.ravel(), y.ravel()
    rows[:, 2] = np.sqrt(np.maximum(1 - rows[:, 0] ** 2 - rows[:, 1] ** 2, 0))
    rows[:, 3] = rows[:, 5] = 1.0
    return _bytes(surface_colours(PART_EYE, rows, material)).reshape(size, size, 3)


@kernel
def _gaps(across: Any, to_tip: Any, alpha: Any) -> None:
    for i in range(across.shape[0]):
        alpha[i] = 0 if hair_gap(across[i], to_tip[i], NO_SHARE) else 255


def hair_picture(material: NDArray[np.floating[Any]], width: int, height: int) -> NDArray[np.uint8]:
    """(height, width, 4): strands, with see-through gaps towards their tips (the lower edge)."""
    across = (np.arange(width) + 0.5) / width * ACROSS_PERIOD
    to_tip = (1 - (np.arange(height) + 0.5) / height) * TIP_REACH
    u, v = np.meshgrid(across, to_tip)
    rows = np.zeros((width * height, 7), np.float32)
    rows[:, 3], rows[:, 4], rows[:, 5], rows[:, 6] = 1.0, u.ravel(), v.ravel(), NO_SHARE
    picture = np.zeros((height, width, 4), np.uint8)
    picture[..., :3] = _bytes(surface_colours(PART_HAIR, rows, material)).reshape(height, width, 3)
    alpha = np.zeros(width * height, np.uint8)
    _gaps(u.ravel(), v.ravel(), alpha)
    picture[..., 3] = alpha.reshape(height, width)
    return picture


@kernel
def _lash_gaps(across: Any, along: Any, alpha: Any) -> None:
    for i in range(across.shape[0]):
        alpha[i] = 0 if lash_gap(across[i], along[i]) else 255


def lash_picture(colour: tuple[float, float, float], width: int, height: int) -> NDArray[np.uint8]:
    """(height, width, 4): lashes from their roots (the upper edge) to their tips, gaps see-through.

    colour  linear RGB
    """
    across = (np.arange(width) + 0.5) / width * LASH_PERIOD
    u, v = np.meshgrid(across, (np.arange(height) + 0.5) / height)
    alpha = np.zeros(width * height, np.uint8)
    _lash_gaps(u.ravel(), v.ravel(), alpha)
    picture = np.empty((height, width, 4), np.uint8)
    picture[..., :3] = _bytes(np.array(colour, np.float32))
    picture[..., 3] = alpha.reshape(height, width)
    return picture


def _bytes(linear: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.round(np.clip(linear, 0, 1) ** (1 / 2.2) * 255).astype(np.uint8)
