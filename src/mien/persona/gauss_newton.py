"""Geometry from landmarks: identity, expression, brows, pose and camera by Gauss-Newton.

Everything happens in the *eye frame*: the similarity that puts the outer corners of the eyes one
unit apart on a level line around the origin. There the detector's habits (where it puts points
that the head has elsewhere) are an average offset per pose, and its noise one covariance matrix of
all 136 coordinates, both measured on renders (`analysers.translator`).
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mien.face import affine
from mien.head.schema import SLIDER_INDEX, SLIDERS
from mien.head.units import unit_vector
from mien.persona.landmark_model import (
    AU_PART,
    BROW_PART,
    PARAMETER_COUNT,
    SLIDER_PART,
    LandmarkModel,
    Projection,
)
from mien.persona.prior import Prior
from mien.types import OUTER_EYE, Landmarks

FloatArray = NDArray[np.float64]

ITERATIONS = 14
POSE_SD = np.array([25.0, 10.0, 25.0])
"""Prior of yaw, pitch and what roll the eye line leaves, degrees."""
SLIDER_REACH = 1.4
"""Sliders of a fit stay within this, and within as much of a face as version 1 of the head gave
them; the schema would allow 2.5."""
_CAMERA = 6  # yaw, pitch, roll, scale, shift x, shift y


@dataclasses.dataclass(frozen=True)
class Noise:
    """What the detector does to true landmarks, in the eye frame.

    bias        (4, 136) regression of (detected - true) on `pose_features`
    precision   (136, 136) inverse covariance of what remains
    """

    bias: FloatArray
    precision: FloatArray

    def offset(self, pose: FloatArray) -> FloatArray:
        """(68, 2) mean of detected minus true at a pose (degrees)."""
        return (pose_features(pose) @ self.bias).reshape(68, 2)

    def shifted(self, offset: FloatArray) -> Noise:
        """The same noise with `offset` (68, 2) added to its mean at every pose."""
        bias = self.bias.copy()
        bias[0] += offset.ravel()
        return Noise(bias, self.precision)


@dataclasses.dataclass(frozen=True)
class GeometryFit:
    """The best head for one set of landmarks.

    parameters  (P,): sliders, AUs, brow materials
    pose        (3,) degrees, in the eye frame: roll is what the eye line leaves over
    to_photo    (2, 3): camera plane (picture widths at zoom 1) to photo pixels
    residual    (68, 2) detected minus model, bias removed, eye frame
    """

    parameters: FloatArray
    pose: FloatArray
    to_photo: FloatArray
    residual: FloatArray

    @property
    def error(self) -> float:
        """Mean distance of detected and modelled landmarks, outer eye corners 1 apart."""
        return float(np.hypot(*self.residual.T).mean())


def pose_features(pose: FloatArray) -> FloatArray:
    """(4,) what the detector's bias depends on: 1, yaw, pitch, yaw squared, scaled."""
    yaw, pitch = pose[0] / 20.0, pose[1] / 10.0
    return np.array([1.0, yaw, pitch, yaw * yaw - 0.5])


def eye_frame(landmarks: Landmarks) -> FloatArray:
    """(2, 3) similarity from pixels to the eye frame."""
    left, right = landmarks[OUTER_EYE[0]], landmarks[OUTER_EYE[1]]
    across = right - left
    scale = 1.0 / max(float(np.hypot(*across)), 1e-9)
    cosine, sine = across[0] * scale * scale, -across[1] * scale * scale
    turn = np.array([[cosine, -sine], [sine, cosine]])
    return np.c_[turn, -turn @ ((left + right) / 2)]


def eye_shape(landmarks: Landmarks) -> FloatArray:
    """(68, 2) landmarks in the eye frame."""
    return affine.transform(eye_frame(landmarks), landmarks)


def slider_reach() -> FloatArray:
    """(S,) the largest size of each slider in a fit."""
    return SLIDER_REACH / np.minimum(unit_vector(SLIDERS), 1.0)


def bounds() -> tuple[FloatArray, FloatArray]:
    """Lowest and highest parameters (P,) of a fit."""
    low, high = np.empty(PARAMETER_COUNT), np.empty(PARAMETER_COUNT)
    low[SLIDER_PART], high[SLIDER_PART] = -slider_reach(), slider_reach()
    low[AU_PART], high[AU_PART] = 0.0, 1.1
    low[BROW_PART], high[BROW_PART] = -0.8, 0.8
    for name in ("double_chin", "epicanthus", "jowls", "marionette"):  # they only add
        low[SLIDER_INDEX[name]] = 0.0
    return low, high


def limits(prior: Prior) -> tuple[FloatArray, FloatArray]:
    """`bounds`, closed around what a prior holds."""
    low, high = bounds()
    if prior.held is None:
        return low, high
    return np.where(prior.held, prior.mean, low), np.where(prior.held, prior.mean, high)


def design_of(view: Projection, scale: float) -> FloatArray:
    """(136, P + 6) derivatives of the points in the eye frame: parameters, pose, camera."""
    return np.concatenate(
        [
            scale * view.parameters.reshape(136, -1),
            scale * view.pose.reshape(136, 3),
            view.points.reshape(136, 1),
            np.tile(np.eye(2), (68, 1)),
        ],
        axis=1,
    )


def fit_geometry(
    model: LandmarkModel, prior: Prior, noise: Noise, landmarks: Landmarks
) -> GeometryFit:
    """Minimise noise-weighted landmark error plus prior over parameters, pose and camera.

    landmarks  (68, 2) pixels as the detector whose `noise` it is gives them
    """
    frame = eye_frame(landmarks)
    seen = affine.transform(frame, landmarks)
    low, high = limits(prior)
    parameters, pose = np.clip(prior.mean, low, high), np.zeros(3)
    scale, shift = _first_camera(model, parameters, seen - noise.offset(pose))
    for _ in range(ITERATIONS):
        view = model.linearise(parameters, pose)
        wanted = seen - noise.offset(pose)
        residual = (scale * view.points + shift - wanted).ravel()
        step = _step(design_of(view, scale), residual, noise, prior, (parameters, pose, low, high))
        parameters = np.clip(parameters + step[:PARAMETER_COUNT], low, high)
        pose = np.clip(pose + step[PARAMETER_COUNT : PARAMETER_COUNT + 3], -60.0, 60.0)
        scale = max(scale + float(step[-3]), 1e-3)
        shift = shift + step[-2:]
    left_over = seen - noise.offset(pose) - scale * model.project(parameters, pose) - shift
    to_frame = np.array([[scale, 0.0, shift[0]], [0.0, scale, shift[1]]])
    to_photo = affine.compose(affine.invert(frame), to_frame)
    return GeometryFit(parameters, pose, to_photo, left_over)


def _first_camera(
    model: LandmarkModel, parameters: FloatArray, wanted: FloatArray
) -> tuple[float, FloatArray]:
    points = model.project(parameters, np.zeros(3))
    middle, target = points.mean(0), wanted.mean(0)
    flat = points - middle
    scale = float((flat * (wanted - target)).sum() / (flat * flat).sum())
    return scale, target - scale * middle


def _step(
    design: FloatArray,
    residual: FloatArray,
    noise: Noise,
    prior: Prior,
    state: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
) -> FloatArray:
    """One Gauss-Newton step; parameters at a bound that want to cross it are held."""
    parameters, pose, low, high = state
    weighted = design.T @ noise.precision
    normal, gradient = weighted @ design, weighted @ residual
    own = slice(0, PARAMETER_COUNT)
    turn = np.arange(PARAMETER_COUNT, PARAMETER_COUNT + 3)
    normal[own, own] += prior.precision
    gradient[own] += prior.precision @ (parameters - prior.mean)
    normal[turn, turn] += 1 / POSE_SD**2
    gradient[turn] += pose / POSE_SD**2
    free = np.ones(PARAMETER_COUNT + _CAMERA, bool)
    free[own] = low < high
    step = np.zeros(len(free))
    for _ in range(3):
        step[:] = 0.0
        step[free] = -np.linalg.solve(normal[np.ix_(free, free)], gradient[free])
        target = parameters + step[own]
        held = ((target < low) & (parameters <= low)) | ((target > high) & (parameters >= high))
        if not (held & free[own]).any():
            break
        free[own] &= ~held
    return step
