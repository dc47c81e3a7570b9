"""Expression and pose of one known head, frame by frame.

With the identity fixed, 22 Action Units, three angles and a camera are all that is left of the fit
of `gauss_newton`, so every frame is solved from the last one in a few steps.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mien.face import affine
from mien.head.schema import AU_INDEX
from mien.persona.gauss_newton import POSE_SD, Noise, eye_frame, fit_geometry
from mien.persona.landmark_model import (
    AU_COUNT,
    AU_PART,
    BROW_PART,
    PARAMETER_COUNT,
    SLIDER_PART,
    LandmarkModel,
    landmark_model,
)
from mien.persona.prior import AU_SD, OTHER_AU_SD
from mien.persona.translator import Translator
from mien.types import AU_NAMES, Landmarks

FloatArray = NDArray[np.float64]

STEPS = 4
_LOOSER = 1.4
"""A known identity takes no share in explaining a frame, so expressions may be stronger."""
_MOST = 1.1
_CAMERA = 6
# Whether lips touch is seen at once in a moved face: the gap counts more than its points' places.
_GAP_UPPER, _GAP_LOWER = [61, 62, 63], [67, 66, 65]
_GAP_SD = 0.006  # eye distances
# The lids' points tell closed eyes badly; `eyelids` measures those.
_UNSEEN = ("AU45",)


@dataclasses.dataclass(frozen=True, eq=False)
class KnownHead:
    """The landmark model of one identity: only Action Units are left to vary.

    model   LandmarkModel with a basis of the 22 AUs
    offset  (68, 2) eye frame: what this person's detected landmarks have beside the model's
    """

    model: LandmarkModel
    noise: Noise
    offset: FloatArray


@dataclasses.dataclass(frozen=True, eq=False)
class Frame:
    """One solved frame.

    aus       (22,) 0 to 1.1
    pose      (3,) yaw, pitch, roll in degrees, in the picture
    scale, shift  of the camera, eye frame: the next frame starts from them
    residual  (68, 2) detected less modelled, eye frame
    """

    aus: FloatArray
    pose: FloatArray
    scale: float
    shift: FloatArray
    residual: FloatArray


def known_head(known: Translator, parameters: FloatArray) -> KnownHead:
    """The head with these sliders and brows, (P,) `parameters`, without expression."""
    full = landmark_model()
    still = parameters.copy()
    still[AU_PART] = 0.0
    model = LandmarkModel(full.positions(still), full.basis[AU_PART], full.candidates)
    return KnownHead(model, known.noise, np.zeros((68, 2)))


def identity_of(
    known: Translator, landmarks: list[Landmarks], descriptors: list[NDArray[np.float32]]
) -> FloatArray:
    """(P,) sliders and brows of a person seen in some frames, Action Units 0.

    The median over the frames of a fit of each: expressions differ, the person does not.
    """
    fits = []
    for points, descriptor in zip(landmarks, descriptors, strict=True):
        prior = known.population
        if len(descriptor):
            prior, _ = known.prior(points, descriptor)
        fits.append(fit_geometry(landmark_model(), prior, known.noise, points).parameters)
    found = np.zeros(PARAMETER_COUNT)
    middle = np.median(fits, axis=0)
    for part in (SLIDER_PART, BROW_PART):
        found[part] = middle[part]
    return found


def solve_frame(head: KnownHead, landmarks: Landmarks, start: Frame | None) -> Frame:
    """Expression, pose and camera of one frame; `start` is the frame before, if there is one."""
    frame = eye_frame(landmarks)
    seen = affine.transform(frame, landmarks) - head.offset
    aus, pose = (start.aus, start.pose.copy()) if start else (np.zeros(AU_COUNT), np.zeros(3))
    pose[2] = 0.0
    scale, shift = (start.scale, start.shift) if start else _first_camera(head, aus, seen)
    for _ in range(STEPS if start else 3 * STEPS):
        view = head.model.linearise(aus, pose)
        residual = scale * view.points + shift - (seen - head.noise.offset(pose))
        design = np.concatenate(
            [
                scale * view.parameters.reshape(136, AU_COUNT),
                scale * view.pose.reshape(136, 3),
                view.points.reshape(136, 1),
                np.tile(np.eye(2), (68, 1)),
            ],
            axis=1,
        )
        step = _step(design, residual, head.noise, aus, pose)
        aus = np.clip(aus + step[:AU_COUNT], 0.0, _MOST)
        pose = np.clip(pose + step[AU_COUNT : AU_COUNT + 3], -60.0, 60.0)
        scale, shift = max(scale + float(step[-3]), 1e-3), shift + step[-2:]
    left = seen - head.noise.offset(pose) - scale * head.model.project(aus, pose) - shift
    # The eye frame is level; what the eyes' line is tilted in the picture is roll.
    tilt = -float(np.degrees(np.arctan2(-frame[1, 0], frame[0, 0])))
    return Frame(aus, pose + np.array([0.0, 0.0, tilt]), scale, shift, left)


def _first_camera(head: KnownHead, aus: FloatArray, seen: FloatArray) -> tuple[float, FloatArray]:
    points = head.model.project(aus, np.zeros(3))
    flat = points - points.mean(0)
    scale = float((flat * (seen - seen.mean(0))).sum() / (flat * flat).sum())
    return scale, seen.mean(0) - scale * points.mean(0)


def _precision() -> FloatArray:
    """(22,) inverse variances of the Action Units' prior around 0."""
    sd = np.full(AU_COUNT, OTHER_AU_SD)
    for name, value in AU_SD.items():
        sd[AU_INDEX[name]] = value
    weight = 1.0 / (_LOOSER * sd) ** 2
    weight[[AU_NAMES.index(name) for name in _UNSEEN]] = 1e4
    return weight


AU_PRECISION = _precision()
"""(22,) what the prior around 0 weighs in a frame."""


def _step(
    design: FloatArray, residual: FloatArray, noise: Noise, aus: FloatArray, pose: FloatArray
) -> FloatArray:
    """One Gauss-Newton step; Action Units at a bound that want to cross it are held."""
    weighted = design.T @ noise.precision
    normal, gradient = weighted @ design, weighted @ residual.ravel()
    rows = design.reshape(68, 2, -1)
    gap_rows = rows[_GAP_LOWER, 1] - rows[_GAP_UPPER, 1]
    gap_residual = residual[_GAP_LOWER, 1] - residual[_GAP_UPPER, 1]
    normal += gap_rows.T @ gap_rows / _GAP_SD**2
    gradient += gap_rows.T @ gap_residual / _GAP_SD**2
    normal[range(AU_COUNT), range(AU_COUNT)] += AU_PRECISION
    gradient[:AU_COUNT] += AU_PRECISION * aus
    turn = range(AU_COUNT, AU_COUNT + 3)
    normal[turn, turn] += 1 / POSE_SD**2
    gradient[AU_COUNT : AU_COUNT + 3] += pose / POSE_SD**2
    free = np.ones(AU_COUNT + _CAMERA, bool)
    step = np.zeros(len(free))
    for _ in range(3):
        step[:] = 0.0
        step[free] = -np.linalg.solve(normal[np.ix_(free, free)], gradient[free])
        target = aus + step[:AU_COUNT]
        held = ((target < 0) & (aus <= 0)) | ((target > _MOST) & (aus >= _MOST))
        if not (held & free[:AU_COUNT]).any():
            break
        free[:AU_COUNT] &= ~held
    return step


def with_offset(head: KnownHead, residuals: FloatArray) -> KnownHead:
    """The head with the mean (n, 68, 2) residual of its resting frames taken for its shape."""
    return dataclasses.replace(head, offset=head.offset + np.median(residuals, axis=0))
