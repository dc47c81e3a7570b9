"""Turning the head and projecting it: a pinhole camera in front of the face."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.head.kernels import kernel
from mien.head.maths import cos, sin, smoothstep
from mien.head.rig import Mesh
from mien.head.template import shirt_follow
from mien.head.turning import rotate_about, rotation
from mien.types import Pose

PIVOT = (0.0, -6.0, -8.0)
"""Where the head turns on the neck."""
NECK_SLANT = 0.55
NECK_LOW, NECK_HIGH = -16.5, -10.0
"""Slanted heights between which the neck twists, cm."""
COLLAR_MIDDLE, COLLAR_TO_NECK = -10.1, 0.83
"""z of the collar's middle, and the neck's radius in the collar's."""
CENTRE = (0.0, -1.6, -3.0)
"""What the camera looks at."""
FILM_WIDTH = 36.0
"""Width of a frame of 35 mm film, mm."""
FRAME = 30.0
"""Width in cm of what a picture shows at zoom 1, at the centre's distance."""


@dataclasses.dataclass(frozen=True)
class Camera:
    """A square picture.

    What is in focus stays as large as it is whatever the distance: zoom frames, the distance only
    changes the perspective. 35 cm is a selfie (large nose, small ears), 85 a portrait, 300 a
    long lens from afar.

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
    def focal_mm(self) -> float:
        """Focal length of the lens that sees this frame from this distance, 35 mm equivalent."""
        return FILM_WIDTH * self.distance * self.zoom / FRAME

    def with_focal(self, focal_mm: float) -> Camera:
        """The same frame through another lens (35 mm equivalent): nearer or further away."""
        distance = focal_mm * FRAME / (FILM_WIDTH * self.zoom)
        return dataclasses.replace(self, distance=distance)

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
def _spine(y: float) -> tuple[float, float, float]:
    """The middle of the neck at a height, cm."""
    return 0.0, y, PIVOT[2] + (y - PIVOT[1]) * 0.115


@kernel
def _bend_neck(points: Any, rest: Any, angles: Any, follow: Any, out: Any) -> None:
    """Turn the cross-sections of the neck: like the head below the jaw, not at all at the collar.

    points  (n, 3) of the untilted head; rest (n, 3) their places at rest decide how much each
            follows; angles (3,) yaw, pitch and roll in radians
    follow  (n,) share in the neck's moves, 1 for skin
    out     (n, 3): holds the points as the head turns them, and takes the result

    Every cross-section turns about its own middle, so a twist keeps the neck round; the line of
    these middles runs from the still collar to the turned head.
    """
    for i in range(points.shape[0]):
        # The joint slants: it reaches lower at the throat than at the nape.
        slanted = rest[i, 1] + NECK_SLANT * (rest[i, 2] + 8.5)
        share = smoothstep(NECK_LOW, NECK_HIGH, slanted) * follow[i]
        if share >= 1.0:
            continue
        a, b, c = angles[0] * share, angles[1] * share, angles[2] * share
        ca, sa, cb, sb, cc, sc = cos(a), sin(a), cos(b), sin(b), cos(c), sin(c)
        y = points[i, 1]
        mx, my, mz = _spine(y)
        dx, dz = points[i, 0] - mx, points[i, 2] - mz
        # The middle goes with the head by its share.
        px, py, pz = mx - PIVOT[0], my - PIVOT[1], mz - PIVOT[2]
        hx, hy, hz = angles[3], angles[4], angles[5]
        tx = hx * py + angles[6] * pz
        ty = hy * py + angles[7] * pz
        tz = hz * py + angles[8] * pz
        mx += share * (tx - px)
        my += share * (ty - py)
        mz += share * (tz - pz)
        out[i, 0] = mx + cc * ca * dx + (cc * sa * cb + sc * sb) * dz
        out[i, 1] = my + sc * ca * dx + (sc * sa * cb - cc * sb) * dz
        out[i, 2] = mz - sa * dx + ca * cb * dz


def _neck_angles(pose: Pose) -> NDArray[np.float64]:
    """(9,) the pose in radians, then the second and third column of its rotation."""
    turn = rotation(*pose.as_tuple())
    radians = np.array(pose.as_tuple()) * (np.pi / 180)
    return np.concatenate([radians, turn[:, 1], turn[:, 2]])


def turn_head(mesh: Mesh, pose: Pose) -> NDArray[np.float32]:
    """(n, 3) vertices of the head turned by `pose`; the neck bends, the shoulders stay.

    The head itself turns rigidly about PIVOT.
    """
    straight = mesh.vertices.astype(np.float64)
    turned = np.zeros_like(straight)
    rotate_about(straight, rotation(*pose.as_tuple()), np.array(PIVOT), turned)
    angles, share, first = _neck_angles(pose), shirt_follow(), mesh.first["shirt"]
    skin, cloth = slice(mesh.head_count), slice(first, first + len(share))
    for part, follow in ((skin, np.ones(mesh.head_count)), (cloth, share)):
        rest = mesh.attributes[part, :3].astype(np.float64)
        if part is cloth:  # the collar goes with the skin it lies on
            rest[:, 2] = COLLAR_MIDDLE + (rest[:, 2] - COLLAR_MIDDLE) * COLLAR_TO_NECK
        _bend_neck(straight[part], rest, angles, follow, turned[part])
    return turned.astype(np.float32)


def head_centre(pose: Pose) -> NDArray[np.float64]:
    """(3,) the posed middle of the skull, cm."""
    centre = np.zeros((1, 3))
    rotate_about(np.array([[0.0, 0.0, -8.0]]), rotation(*pose.as_tuple()), np.array(PIVOT), centre)
    return centre[0]
