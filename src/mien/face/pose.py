"""Head pose from 68 points: the rotation that makes an average head project onto them.

Scaled orthography (a face's depth is small against its distance): a picture point is
scale * (x, -y) of the rotated head point, plus a shift. Signs are those of `types.Pose`.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mien.face.affine import Points
from mien.types import BROWS, JAW, MOUTH, Landmarks, Pose

# The 68 points on an average head, in centimetres: x to the picture's right, y up, z towards
# the viewer, zero between the eyes. Symmetric.
# fmt: off
_HEAD = np.array([
    (-7.05, -1.00, -6.47), (-6.44, -2.69, -2.12), (-6.07, -4.00, -2.50), (-6.08, -5.89, -5.51),
    (-5.61, -7.35, -5.70), (-4.54, -8.51, -3.20), (-2.96, -9.79, -1.83), (-1.55, -10.91, -0.51),
    (0.00, -11.08, -0.59), (1.55, -10.91, -0.51), (2.96, -9.79, -1.83), (4.54, -8.51, -3.20),
    (5.61, -7.35, -5.70), (6.08, -5.89, -5.51), (6.07, -4.00, -2.50), (6.44, -2.69, -2.12),
    (7.05, -1.00, -6.47), (-4.89, 1.85, -0.27), (-3.99, 2.12, 0.34), (-3.11, 2.05, 0.84),
    (-2.15, 1.82, 1.24), (-1.30, 1.65, 1.54), (1.30, 1.65, 1.54), (2.15, 1.82, 1.24),
    (3.11, 2.05, 0.84), (3.99, 2.12, 0.34), (4.89, 1.85, -0.27), (0.00, 0.22, 1.63),
    (0.00, -1.11, 2.19), (0.00, -2.41, 2.87), (0.00, -3.55, 3.52), (-1.39, -4.29, 2.29),
    (-0.76, -4.45, 1.48), (0.00, -4.61, 2.23), (0.76, -4.45, 1.48), (1.39, -4.29, 2.29),
    (-4.66, 0.10, -0.71), (-3.78, 0.54, 0.11), (-2.54, 0.50, 0.09), (-1.66, -0.10, -0.72),
    (-2.54, -0.41, 0.12), (-3.78, -0.39, 0.16), (1.66, -0.10, -0.72), (2.54, 0.50, 0.09),
    (3.78, 0.54, 0.11), (4.66, 0.10, -0.71), (3.78, -0.39, 0.16), (2.54, -0.41, 0.12),
    (-2.45, -6.92, 0.91), (-1.35, -6.47, 1.65), (-0.59, -6.31, 1.85), (0.00, -6.35, 1.89),
    (0.59, -6.31, 1.85), (1.35, -6.47, 1.65), (2.45, -6.92, 0.91), (1.35, -7.65, 1.53),
    (0.59, -7.77, 1.71), (0.00, -7.76, 1.76), (-0.59, -7.77, 1.71), (-1.35, -7.65, 1.53),
    (-2.09, -6.92, 1.06), (-0.86, -6.97, 1.55), (0.00, -6.90, 1.64), (0.86, -6.97, 1.55),
    (2.09, -6.92, 1.06), (0.86, -6.97, 1.55), (0.00, -6.90, 1.64), (-0.86, -6.97, 1.55),
])
# fmt: on

_ROUNDS = 12
_ROBUST = 1.5  # residuals beyond this many typical ones count linearly (Huber)


def _trust() -> NDArray[np.float64]:
    """How much each point says about the head and not about the expression or the outline.

    The jaw points are the face's outline, another line on the head at every yaw; brows and lower
    lip move with the expression.
    """
    trust = np.ones(68)
    trust[JAW] = 0.05
    trust[BROWS] = 0.4
    trust[MOUTH] = 0.25
    trust[[48, 49, 50, 51, 52, 53, 54]] = 0.5
    return trust


_TRUST = _trust()


@dataclasses.dataclass(frozen=True, eq=False)
class PoseFit:
    """The pose and the camera that goes with it.

    rotation  (3, 3), head to viewer: x right, y up, z towards the viewer
    scale     pixels per centimetre of an average head
    shift     (2,) pixels: where the point between the eyes lies
    error     root mean square distance of the trusted points, in outer-eye distances
    """

    pose: Pose
    rotation: NDArray[np.float64]
    scale: float
    shift: NDArray[np.float64]
    error: float

    def project(self, points: NDArray[np.float64]) -> Points:
        """(n, 3) head points in centimetres to (n, 2) pixels."""
        return _project(points @ self.rotation.T, self.scale, self.shift)


def rotation_of(pose: Pose) -> NDArray[np.float64]:
    """(3, 3) roll @ pitch @ yaw."""
    yaw, pitch, roll = np.deg2rad(pose.as_tuple())
    about_y = [[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]]
    about_x = [[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]]
    about_z = [[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]]
    return np.array(about_z) @ np.array(about_x) @ np.array(about_y)


def pose_of(rotation: NDArray[np.float64]) -> Pose:
    """The angles of a rotation, in degrees; the inverse of `rotation_of` for |pitch| < 90."""
    pitch = np.arcsin(np.clip(rotation[2, 1], -1, 1))
    yaw = np.arctan2(-rotation[2, 0], rotation[2, 2])
    roll = np.arctan2(-rotation[0, 1], rotation[1, 1])
    return Pose(*(float(angle) for angle in np.degrees([yaw, pitch, roll])))


def average_head() -> NDArray[np.float64]:
    """(68, 3) points of the average head in centimetres: right, up, towards the viewer."""
    return _HEAD.copy()


def fit_pose(landmarks: Landmarks) -> PoseFit:
    """The pose of a head with these 68 points (pixels, y down).

    Starts from POS (DeMenthon and Davis 1995: linear least squares, then the nearest rotation)
    and refines rotation, scale and shift by Gauss-Newton with Huber weights. Mean error on 118
    drawn heads with random faces, expressions and poses: yaw 2.7, pitch 3.6, roll 1.9 degrees.
    """
    rotation, scale, shift = _pos(landmarks)
    for _ in range(_ROUNDS):
        turned = _HEAD @ rotation.T
        residual = landmarks - _project(turned, scale, shift)
        jacobian = _jacobian(turned, scale)
        weight = np.repeat(_weights(residual), 2)
        normal = (jacobian * weight[:, None]).T @ jacobian
        step = np.linalg.solve(normal, jacobian.T @ (weight * residual.ravel()))
        rotation = _small_rotation(step[:3]) @ rotation
        scale, shift = scale * float(np.exp(step[3])), shift + step[4:]
    residual = landmarks - _project(_HEAD @ rotation.T, scale, shift)
    square = (residual**2).sum(1)
    outer_eyes = float(np.hypot(*(landmarks[45] - landmarks[36])))
    error = float(np.sqrt((square * _TRUST).sum() / _TRUST.sum())) / max(outer_eyes, 1e-9)
    return PoseFit(pose_of(rotation), rotation, scale, shift, error)


def _project(turned: NDArray[np.float64], scale: float, shift: NDArray[np.float64]) -> Points:
    return scale * turned[:, :2] * (1.0, -1.0) + shift


def _pos(landmarks: Landmarks) -> tuple[NDArray[np.float64], float, NDArray[np.float64]]:
    design = np.column_stack([_HEAD, np.ones(68)]) * _TRUST[:, None]
    upward = landmarks * (1.0, -1.0) * _TRUST[:, None]
    solution = np.linalg.lstsq(design, upward, rcond=None)[0]
    left, sizes, right = np.linalg.svd(solution[:3].T, full_matrices=False)
    first, second = left @ right
    rotation = np.stack([first, second, np.cross(first, second)])
    return rotation, float(sizes.mean()), solution[3] * (1.0, -1.0)


def _jacobian(turned: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    """(136, 6): change of the pixels with a small rotation vector, log scale and shift."""
    x, y, z = turned.T
    zero, one = np.zeros(68), np.ones(68)
    across = np.stack([zero, scale * z, -scale * y, scale * x, one, zero], 1)
    down = np.stack([scale * z, zero, -scale * x, -scale * y, zero, one], 1)
    return np.stack([across, down], 1).reshape(136, 6)


def _weights(residual: NDArray[np.float64]) -> NDArray[np.float64]:
    distance = np.hypot(*residual.T)
    typical = max(float(np.median(distance[_TRUST > 0])), 1e-9)
    return _TRUST * np.minimum(1.0, _ROBUST * typical / np.maximum(distance, 1e-9))


def _small_rotation(vector: NDArray[np.floating]) -> NDArray[np.float64]:
    """Rodrigues' formula."""
    angle = float(np.linalg.norm(vector))
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = vector / angle
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
