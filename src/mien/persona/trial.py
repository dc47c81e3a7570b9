"""Moved photos against the truth: renders are taken for photos, since their motion is known."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.face.analyse import analyse
from mien.face.landmarks import judge_landmarker
from mien.head.camera import Camera
from mien.head.render import Render, View, material_of, render
from mien.head.sample import sample, sample_light
from mien.head.schema import au_vector, slider_vector
from mien.persona.move import Moved, Mover
from mien.persona.placement import Placement
from mien.persona.report import find_again
from mien.persona.subject import Motion, Subject, fit_subject
from mien.persona.window import CELL
from mien.seeding import rng
from mien.types import AU_NAMES, FaceCode, Image, Landmarks, Pose

SEED = 20252
"""People of this seed are used for nothing else."""
SIZE = 384
_HULL = [0, 2, 4, 6, 8, 10, 12, 14, 16, 26, 24, 19, 17]


@dataclasses.dataclass(frozen=True, eq=False)
class Trial:
    """A drawn person taken for a photo.

    code   what was drawn; mover: made from the picture alone
    photo  the picture
    """

    code: FaceCode
    view: View
    photo: Image
    mover: Mover

    def truth(self, motion: Motion) -> Render:
        """The same person drawn in a motion given as differences from `code`."""
        return render(self.moved_code(motion), view=self.view)

    def moved_code(self, change: Motion) -> FaceCode:
        """The code with a motion's Action Units added and its turns added."""
        before = au_vector(self.code.aus)
        aus = np.clip(before + change.aus, 0.0, 1.1)
        turned = np.add(self.code.pose.as_tuple(), change.pose.as_tuple())
        yaw, pitch, roll = (float(v) for v in turned)
        named = {name: float(value) for name, value in zip(AU_NAMES, aus, strict=True)}
        return dataclasses.replace(self.code, aus=named, pose=Pose(yaw, pitch, roll))

    def moved(self, change: Motion) -> tuple[Image, Landmarks]:
        """The photo moved by the same differences, and where its landmarks should be."""
        rest = self.mover.subject.motion
        turned = np.add(rest.pose.as_tuple(), change.pose.as_tuple())
        yaw, pitch, roll = (float(v) for v in turned)
        aus = np.clip(rest.aus + change.aus, 0.0, 1.1)
        result = self.mover.move(Motion(aus, Pose(yaw, pitch, roll), rest.gaze))
        return result.image, result.landmarks


def drawn_subject(code: FaceCode, view: View) -> Subject:
    """A drawn person as a subject whose every number is known: nothing is detected or fitted."""
    drawn = render(code, view=view)
    camera = view.camera
    width, (right, down) = camera.size, camera.shift
    scale = width * camera.zoom
    to_photo = [[scale, 0.0, (0.5 + right) * width - 0.5], [0.0, scale, (0.5 + down) * width - 0.5]]
    return Subject(
        photo=drawn.rgb,
        landmarks=drawn.landmarks,
        sliders=slider_vector(code.sliders),
        motion=Motion(au_vector(code.aus), code.pose, code.gaze),
        material=material_of(code),
        placement=Placement(code.pose, np.array(to_photo)),
        light=view.light,
    )


def trial(index: int) -> Trial | None:
    """Person `index` at rest, drawn and fitted; None where the detector finds no face."""
    random = rng(SEED, "trial", index)
    code = sample(SEED, index, pose_sd=(6.0, 4.0, 2.0))
    grey = float(random.uniform(0.05, 0.7))
    view = View(
        camera=Camera(size=SIZE, zoom=1.0),
        light=sample_light(random),
        background=(grey, grey, grey),
    )
    photo = render(code, view=view).rgb
    faces = analyse(photo, max_faces=1)
    if not faces:
        return None
    return Trial(code, view, photo, Mover(fit_subject(photo, faces[0])))


def face_mask(landmarks: Landmarks, size: int) -> NDArray[np.bool_]:
    """(size, size) inside the hull of the jaw and the brows."""
    hull = cv2.convexHull(np.rint(landmarks[_HULL]).astype(np.int32))
    return cv2.fillConvexPoly(np.zeros((size, size), np.uint8), hull, 1).astype(bool)


def psnr(one: Image, other: Image, mask: NDArray[np.bool_]) -> float:
    """Peak signal to noise in dB inside a mask; 99 for equal pictures."""
    error = np.square(one[mask].astype(np.float64) - other[mask]).mean()
    return 99.0 if error == 0 else float(10 * np.log10(255.0**2 / error))


def landmark_error(image: Image, truth: Render) -> float:
    """Mean distance of points 17-67 found in a picture and in the truth, over the eye distance.

    Both are found, so the detector's habits do not count. NaN where no face is found.
    """
    judge = judge_landmarker()
    found, wanted = (find_again(one, truth.landmarks, judge) for one in (image, truth.rgb))
    if found is None or wanted is None:
        return float("nan")
    eyes = float(np.hypot(*(wanted[45] - wanted[36])))
    return float(np.hypot(*(found - wanted)[17:].T).mean()) / eyes


def beyond(mover: Mover, moved: Moved, made: Image, reach: float) -> int:
    """Largest change of a pixel of an edit further than `reach` eye distances from the head.

    moved  says where the head is; made: the edit of an upright photo, by whatever means
    """
    window = mover.window
    change = np.abs(made.astype(np.int16) - mover.subject.photo).max(2)
    away = window.enlarge(moved.flow.distance.repeat(CELL, 0).repeat(CELL, 1))
    far = np.ones(change.shape, bool)
    far[window.rows, window.columns] = away > reach * mover.eyes
    return int(change[far].max(initial=0))
