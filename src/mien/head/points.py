"""A visible point of the head and what light meets there: the shader's two records."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mien.head.kernels import kernel
from mien.head.maths import Colour

Vector = tuple[float, float, float]


class Point(NamedTuple):
    """A visible point: interpolated attributes, unit normal turned to the camera, view vector.

    `strand` is the direction of hair from root to tip, (0, 0, 0) for anything else.
    """

    part: int
    position: Vector
    normal: Vector
    to_camera: Vector
    rest: Vector
    occlusion: float
    across: float
    along: float
    hairline: float
    strand: Vector


class Surface(NamedTuple):
    """What light meets: linear albedo, gloss strength and roughness, label, normal, openness.

    `streak` is the hair's strand noise about 0.
    """

    colour: Colour
    gloss: float
    roughness: float
    label: int
    normal: Vector
    occlusion: float
    streak: float


@kernel
def unit(x: float, y: float, z: float) -> Vector:
    """The vector with length 1; (0, 0, 0) stays as it is."""
    scale = 1.0 / (np.sqrt(x * x + y * y + z * z) + 1e-9)
    return x * scale, y * scale, z * scale
