"""Where the fitted head stands behind the photo, and the photo seen by the head's camera.

A crop of the photo is chosen so that a plain render of the head lies on it: same size, no
resampling of the render. The crop is upright as the photo is; a head that is tilted by more than
`MAX_ROLL` turns the crop for the rest, since necks do not bend further.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mien.face import affine
from mien.face.affine import Matrix
from mien.head.camera import FRAME, Camera
from mien.head.render import Render, View, draw
from mien.head.rig import Mesh
from mien.persona.gauss_newton import GeometryFit
from mien.persona.landmark_model import LandmarkModel
from mien.types import Image, Landmarks, Pose

MAX_ROLL = 25.0


@dataclasses.dataclass(frozen=True, eq=False)
class Placement:
    """The pose of the head and the affine from the camera plane to the photo.

    to_photo  (2, 3): picture widths at zoom 1 (centre of the picture at 0) to photo pixels
    """

    pose: Pose
    to_photo: Matrix

    def crop_to_photo(self, camera: Camera) -> Matrix:
        """(2, 3): pixels of a picture of `camera` to photo pixels, first pixel's centre at 0."""
        step = 1.0 / (camera.size * camera.zoom)
        start = [(0.5 / camera.size - 0.5 - shift) / camera.zoom for shift in camera.shift]
        return affine.compose(self.to_photo, [[step, 0.0, start[0]], [0.0, step, start[1]]])


@dataclasses.dataclass(frozen=True, eq=False)
class Sight:
    """Photo and bare head in one frame, pixel on pixel.

    image      (s, s, 3) uint8 the photo; inside (s, s) where there is photo
    drawn      the head without hair, seen by the same camera
    landmarks  (68, 2) pixels, detected
    unit       pixels per cm
    """

    image: Image
    inside: NDArray[np.bool_]
    drawn: Render
    landmarks: Landmarks
    unit: float


def place(model: LandmarkModel, fit: GeometryFit) -> Placement:
    """The placement of a geometry fit.

    The eye frame's turn becomes roll of the head. Turning the head is not quite turning the
    picture, so scale and shift are solved once more.
    """
    first = fit.to_photo[:, :2] @ np.array([1.0, 0.0])
    line = -float(np.degrees(np.arctan2(first[1], first[0])))
    total = line + fit.pose[2]
    roll = float(np.clip(total, -MAX_ROLL, MAX_ROLL))
    pose = np.array([fit.pose[0], fit.pose[1], roll])
    wanted = affine.transform(fit.to_photo, model.project(fit.parameters, fit.pose))
    points = model.project(fit.parameters, pose)
    turn = affine.rotation(total - roll)
    upright = wanted @ turn  # inverse of the crop's turn: a rotation's inverse is its transpose
    middle, target = points.mean(0), upright.mean(0)
    flat = points - middle
    scale = float((flat * (upright - target)).sum() / (flat * flat).sum())
    shift = target - scale * middle
    to_photo = np.c_[scale * turn, turn @ shift]
    return Placement(Pose(*(round(float(v), 3) for v in pose)), to_photo)


def photo_view(
    photo: Image, placement: Placement, camera: Camera
) -> tuple[Image, NDArray[np.bool_]]:
    """The photo (s, s, 3) as `camera` shows the head, and where there is photo (s, s)."""
    to_photo = placement.crop_to_photo(camera)
    size = (camera.size, camera.size)
    image = affine.warp(photo, affine.invert(to_photo), size)
    rows, columns = np.mgrid[: camera.size, : camera.size]
    x = to_photo[0, 0] * columns + to_photo[0, 1] * rows + to_photo[0, 2]
    y = to_photo[1, 0] * columns + to_photo[1, 1] * rows + to_photo[1, 2]
    height, width = photo.shape[:2]
    return image, (x > -0.5) & (y > -0.5) & (x < width - 0.5) & (y < height - 0.5)


def sight(
    photo: Image,
    landmarks: Landmarks,
    placement: Placement,
    bare: tuple[Mesh, NDArray[np.float32]],
    view: View,
) -> Sight:
    """Photo and bare head as `view` sees them; `bare` is a mesh without hair and its material."""
    mesh, material = bare
    camera = view.camera
    image, inside = photo_view(photo, placement, camera)
    to_crop = affine.invert(placement.crop_to_photo(camera))
    return Sight(
        image=image,
        inside=inside,
        drawn=draw(mesh, material, pose=placement.pose, view=view),
        landmarks=affine.transform(to_crop, landmarks),
        unit=camera.size * camera.zoom / FRAME,
    )
