"""One photographed face as numbers: what everything that moves the photo starts from.

Only geometry, gaze and light are fitted; skin, hair and paint stay the photo's own.
"""

from __future__ import annotations

import dataclasses
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.face import affine
from mien.face.affine import Matrix
from mien.head.camera import Camera
from mien.head.light import LIGHTS, Light
from mien.head.material import material_vector
from mien.head.render import View
from mien.head.rig import assemble
from mien.head.template import load
from mien.head.worn import BALD
from mien.persona.appearance import fit_gaze
from mien.persona.gauss_newton import fit_geometry
from mien.persona.landmark_model import AU_PART, SLIDER_PART, landmark_model
from mien.persona.light_fit import fit_light
from mien.persona.placement import Placement, place, sight
from mien.persona.prior import brow_materials
from mien.persona.translator import translator
from mien.types import Face, Image, Landmarks, Pose

Vector: TypeAlias = NDArray[np.float64]

_LIGHT_VIEW = View(camera=Camera(size=192, zoom=1.1), supersample=1, shadow=64)


@dataclasses.dataclass(frozen=True, eq=False)
class Motion:
    """What moves in a face; everything else is who it is.

    aus   (22,) intensities in the order of `types.AU_NAMES`, 0 to 1.1
    pose  degrees
    gaze  (right, up) in [-1, 1]
    """

    aus: Vector
    pose: Pose = Pose()
    gaze: tuple[float, float] = (0.0, 0.0)


@dataclasses.dataclass(frozen=True, eq=False)
class Subject:
    """A face of a photo, fitted.

    photo      (h, w, 3) uint8
    landmarks  (68, 2) photo pixels, as detected
    sliders    (S,) identity
    motion     expression, pose and gaze that the photo shows
    material   (128,) material with the fitted brows
    placement  camera plane to photo
    light      on the face
    warnings   of `types.Face`
    """

    photo: Image
    landmarks: Landmarks
    sliders: Vector
    motion: Motion
    material: NDArray[np.float32]
    placement: Placement
    light: Light
    warnings: tuple[str, ...] = ()

    @property
    def eye_distance(self) -> float:
        """Pixels between the outer corners of the eyes: the unit of every reach and limit."""
        return float(np.hypot(*(self.landmarks[45] - self.landmarks[36])))


def fit_subject(photo: Image, face: Face, *, with_light: bool = True) -> Subject:
    """Fit geometry, gaze and light of one face, as `face.analyse` found it in `photo`.

    with_light  False spares the light's 0.1 s: an even light is assumed

    Raises WeightsError if the translator's weights are missing or of another head.
    """
    model, known = landmark_model(), translator()
    prior = known.population
    if len(face.embedding):
        prior, _ = known.prior(face.landmarks, face.embedding)
    fit = fit_geometry(model, prior, known.noise, face.landmarks)
    placement = place(model, fit)
    sliders, aus = fit.parameters[SLIDER_PART], fit.parameters[AU_PART]
    still = assemble(load(), sliders, aus, worn=BALD)
    points = model.project(fit.parameters, np.array(placement.pose.as_tuple()))
    gaze = fit_gaze(photo, face, placement, (still, points))
    material = material_vector(brow_materials(fit.parameters), hair="bald")
    light = LIGHTS["soft"]
    if with_light:
        view = sight(photo, face.landmarks, placement, (still, material), _LIGHT_VIEW)
        light = fit_light(view, face.colours.white).light
    return Subject(
        photo=photo,
        landmarks=face.landmarks,
        sliders=sliders,
        motion=Motion(aus, placement.pose, gaze),
        material=material,
        placement=placement,
        light=light,
        warnings=face.warnings,
    )


def quarter_turns(landmarks: Landmarks) -> int:
    """By how many quarters a photo has to be turned counter-clockwise for a face to be upright."""
    across = landmarks[42:48].mean(0) - landmarks[36:42].mean(0)
    roll = float(np.degrees(np.arctan2(-across[1], across[0])))
    return -round(roll / 90.0) % 4


def turned_photo(subject: Subject, turns: int) -> Subject:
    """The subject of the photo turned counter-clockwise by quarters; no pixel is resampled."""
    if turns == 0:
        return subject
    matrix = turn_matrix(subject.photo.shape, turns)
    to_photo = affine.compose(matrix, subject.placement.to_photo)
    return dataclasses.replace(
        subject,
        photo=np.ascontiguousarray(np.rot90(subject.photo, turns)),
        landmarks=affine.transform(matrix, subject.landmarks),
        placement=dataclasses.replace(subject.placement, to_photo=to_photo),
    )


def turn_matrix(shape: tuple[int, ...], turns: int) -> Matrix:
    """(2, 3): where pixels of a picture of this shape go when it is turned by quarters."""
    height, width = shape[:2]
    corner = {0: (0, 0), 1: (0, width - 1), 2: (width - 1, height - 1), 3: (height - 1, 0)}
    linear = np.rint(affine.rotation(90.0 * turns))
    return np.column_stack([linear, np.array(corner[turns % 4], np.float64)])
