"""Turning the head and projecting it: a pinhole camera in front of the face."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.head.kernels import kernel
from mien.head.layout import PART_SHIRT
from mien.head.maths import smoothstep
from mien.head.rig import Mesh, rotate_about, rotation
from mien.types import Pose

PIVOT = (0.0, -6.0, -8.0)
"""Where the head turns on the neck."""
CENTRE = (0.0, -1.6, -3.0)
"""What the camera looks at."""
FRAME = 30.0
"""Width in cm of what a picture shows at zoom 1, at the centre's distance."""


@dataclasses.dataclass(frozen=True)
class Camera:
    """A square picture.

    size      pixels per side
    zoom      1 shows 30 cm; 1.1 frames a head with its hair
    shift     (x, y) of the picture's centre, in picture widths, right and down
    distance  cm from the lens to the centre of the head
    """

    size: int = 256
    zoom: float = 1.1
    shift: tuple[float, float] = (0.0, 0.0)
    distance: float = 85.0

    @property
    def position(self) -> NDArray[np.float64]:
        """(3,) the lens, cm."""
        return np.array([CENTRE[0], CENTRE[1], CENTRE[2] + self.distance])

    @property
    def cm_per_pixel(self) -> float:
        """Width of a pixel at the centre's distance."""
        return FRAME / (self.zoom * self.size)


@kernel
def _project(points: Any, camera: Any, screen: Any) -> None:
    """camera = (x, y, z of the lens, focal length, centre column, centre row), pixels."""
    for i in range(points.shape[0]):
        inverse = 1.0 / (camera[2] - points[i, 2])
        screen[i, 0] = camera[4] + camera[3] * (points[i, 0] - camera[0]) * inverse
        screen[i, 1] = camera[5] - camera[3] * (points[i, 1] - camera[1]) * inverse
        screen[i, 2] = inverse


def project(
    points: NDArray[np.floating[Any]], camera: Camera, *, supersample: int = 1
) -> NDArray[np.float32]:
    """(n, 3): column, row (pixel (0, 0) covers 0..1) and 1 / distance of posed points (n, 3)."""
    width = camera.size * supersample
    focal = camera.distance * width / FRAME * camera.zoom
    values = [*camera.position, focal, *((0.5 + shift) * width for shift in camera.shift)]
    screen = np.zeros((len(points), 3), np.float32)
    _project(np.ascontiguousarray(points, np.float64), np.array(values), screen)
    return screen


@kernel
def _bend_neck(turned: Any, straight: Any, rest_y: Any, count: int) -> None:
    """Skin below the jaw keeps still more and more: the shoulders do not turn with the head."""
    for i in range(count):
        share = smoothstep(0.0, 1.0, (rest_y[i] + 18.5) / 6.5)
        for k in range(3):
            turned[i, k] = turned[i, k] * share + straight[i, k] * (1.0 - share)


def turn_head(mesh: Mesh, pose: Pose) -> NDArray[np.float32]:
    """(n, 3) vertices of the head turned by `pose`; the shirt stays, the neck bends."""
    straight = mesh.vertices.astype(np.float64)
    turned = np.zeros_like(straight)
    rotate_about(straight, rotation(*pose.as_tuple()), np.array(PIVOT), turned)
    rest_y = np.ascontiguousarray(mesh.attributes[: mesh.head_count, 1], np.float64)
    _bend_neck(turned, straight, rest_y, mesh.head_count)
    shirt = mesh.first["shirt"]
    count = int(np.unique(mesh.triangles[mesh.parts == PART_SHIRT]).size)
    turned[shirt : shirt + count] = straight[shirt : shirt + count]
    return turned.astype(np.float32)


def head_centre(pose: Pose) -> NDArray[np.float64]:
    """(3,) the posed middle of the skull, cm."""
    centre = np.zeros((1, 3))
    rotate_about(np.array([[0.0, 0.0, -8.0]]), rotation(*pose.as_tuple()), np.array(PIVOT), centre)
    return centre[0]
