"""The head's vertices in the photo, drawn onto the face that is really there.

A fitted head misses the detected landmarks by about five hundredths of the eye distance. What it
misses is spread over its vertices by thin-plate splines and added in every expression alike, so
that only differences of the model move the photo. Lips need two splines: where the photo's mouth
is open and the model's is not, upper and lower lip disagree at one and the same place.
"""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.face import affine
from mien.face.affine import Matrix
from mien.head.camera import Camera, project, turn_head
from mien.head.layout import PART_EAR, PART_EYE, PART_SKIN, PART_TEETH, Float32, Int32
from mien.head.markers import landmark_positions
from mien.head.rig import GAZE_DEGREES, Mesh, assemble, rotation
from mien.head.template import load
from mien.head.worn import BALD
from mien.persona.spline import fit_spline
from mien.persona.subject import Motion, Subject
from mien.persona.window import Window
from mien.types import BROWS, JAW, Landmarks, Pose

_PLANE = Camera(size=1024, zoom=1.0)
_LOWER_LIP = [55, 56, 57, 58, 59, 65, 66, 67]
_UPPER_LIP = [49, 50, 51, 52, 53, 61, 62, 63]
_UPPER_EDGE = [51, 61, 62, 63]
_LOWER_EDGE = [57, 65, 66, 67]
_FADE = 0.45  # of the eye distance: how fast the correction ends outside the landmarks
_CAP = 0.16  # of the eye distance: more is a wrong landmark
_SMOOTH_BROWS, _SMOOTH_JAW, _SMOOTH = 1.7e-3, 1.3e-2, 2.1e-4
MOVING_PARTS = (PART_SKIN, PART_EYE, PART_TEETH, PART_EAR)


@dataclasses.dataclass(frozen=True, eq=False)
class Posed:
    """A head in the window.

    mesh      as assembled
    vertices  (n, 3) float32 posed, cm
    screen    (n, 3) float32: working pixels (the first pixel covers 0..1) and 1 / distance
    """

    mesh: Mesh
    vertices: Float32
    screen: Float32


def pose_head(subject: Subject, window: Window, motion: Motion) -> Posed:
    """The subject's bald head in a motion, as the model has it, in the window."""
    mesh = assemble(load(), subject.sliders, motion.aus, worn=BALD, gaze=motion.gaze)
    return _in_window(subject, window, mesh, motion.pose)


def _in_window(subject: Subject, window: Window, mesh: Mesh, pose: Pose) -> Posed:
    vertices = turn_head(mesh, pose)
    screen = project(vertices, _PLANE)
    matrix = _to_work(subject, window)
    # The same affine map for all: float32 keeps a hundredth of a pixel.
    screen[:, :2] = affine.transform(matrix, screen[:, :2])
    return Posed(mesh, vertices, screen)


def look_back(subject: Subject, window: Window, still: Posed, gaze: tuple[float, float]) -> Posed:
    """`still` with every point of the eyeballs where the photo has what `gaze` would show there.

    A head that looks elsewhere is drawn with the photo's own gaze, so that lids and eyeballs fit;
    only what lies on the eyeballs comes from another place.
    """
    turn = _gaze_turn(subject.motion.gaze) @ _gaze_turn(gaze).T
    mesh = still.mesh
    vertices = mesh.vertices.astype(np.float64)
    for side in (0, 1):
        first, centre = mesh.first[f"eye{side}"], mesh.eye_centres[side]
        ball = slice(first, first + len(load().arrays["ball.vertices"]))
        vertices[ball] = (vertices[ball] - centre) @ turn.T + centre
    looking = dataclasses.replace(mesh, vertices=vertices.astype(np.float32))
    return _in_window(subject, window, looking, subject.motion.pose)


def _gaze_turn(gaze: tuple[float, float]) -> NDArray[np.float64]:
    return rotation(gaze[0] * GAZE_DEGREES[0], -gaze[1] * GAZE_DEGREES[1], 0.0)


def _to_work(subject: Subject, window: Window) -> Matrix:
    """(2, 3): screen positions of the plane camera to working pixels, both from the corner."""
    step = 1.0 / _PLANE.size
    plane = np.array([[step, 0.0, -0.5], [0.0, step, -0.5]])
    to_photo = affine.compose(subject.placement.to_photo, plane)
    to_corner = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5]])
    return affine.compose(to_corner, affine.compose(window.from_photo(), to_photo))


def model_landmarks(posed: Posed, material: NDArray[np.floating]) -> Landmarks:
    """(68, 2) landmarks of a posed head in working pixels, the first pixel's centre at 0."""
    places, _ = landmark_positions(posed.vertices, posed.screen, material)
    return places[:, :2] - 0.5


@dataclasses.dataclass(frozen=True, eq=False)
class Anchors:
    """What to add to the head's vertices in the window, working pixels, (n, 2) float32 each.

    shared   as much as both lips agree on
    parting  half of what the lower lip needs more than the upper one, by vertex: it goes with the
             opening of the mouth, or a mouth that the photo shows open could never be closed
    gap      height of the model's opening where the two were measured, working pixels
    """

    shared: Float32
    parting: Float32
    gap: float

    def of(self, posed: Posed) -> NDArray[np.floating]:
        """(n, 2) what to add in a pose."""
        if self.gap <= 0.5:
            return self.shared + self.parting
        # Closed lips touch a little before the model's do.
        kept = float(np.clip((opening_of(posed) / self.gap - 0.12) / 0.88, 0.0, 1.0))
        return self.shared + self.parting * np.float32(kept)


def opening_of(posed: Posed) -> float:
    """Height of the model's opening between the lips' middles, working pixels."""
    ring = posed.screen[load().mouth_rings[3], 1]
    count = len(ring)
    middle = count // 4
    return float(ring[count - middle] - ring[middle])


def find_anchors(posed: Posed, seen: Landmarks, own: Landmarks, eyes: float) -> Anchors:
    """What `posed` lacks to lie on the photo's landmarks.

    seen, own  (68, 2) landmarks of the photo and of the model, working pixels
    eyes       working pixels between the outer corners of the eyes
    """
    template, mesh = load(), posed.mesh
    missing = seen - own
    side = np.full(len(posed.screen), -0.5)
    side[: mesh.head_count] = template.jaw - 0.5
    points = posed.screen[:, :2].astype(np.float64) - 0.5
    upper = _spread(points, own, missing, without=_LOWER_LIP, eyes=eyes)
    lower = _spread(points, own, missing, without=_UPPER_LIP, eyes=eyes)
    # Teeth are rigid: one shift per row, or the line of the teeth would wave.
    is_lower = template.arrays["teeth.lower"] > 0
    first = mesh.first["teeth"]
    teeth = slice(first, first + len(is_lower))
    side[teeth] = is_lower - 0.5
    upper[teeth] = np.median(missing[_UPPER_EDGE], axis=0)
    lower[teeth] = np.median(missing[_LOWER_EDGE], axis=0)
    shared, parting = (upper + lower) / 2, (lower - upper) * side[:, None]
    length = np.hypot(*(shared + parting).T)
    keep = np.minimum(1.0, _CAP * eyes / np.maximum(length, 1e-9)) * _fade(points, seen, eyes)
    shared, parting = ((values * keep[:, None]).astype(np.float32) for values in (shared, parting))
    return Anchors(shared, parting, opening_of(posed))


def _spread(
    points: NDArray[np.float64],
    own: Landmarks,
    missing: Landmarks,
    *,
    without: list[int],
    eyes: float,
) -> NDArray[np.float64]:
    smoothing = np.full(68, _SMOOTH)
    smoothing[BROWS], smoothing[JAW] = _SMOOTH_BROWS, _SMOOTH_JAW
    kept = np.setdiff1d(np.arange(68), without)
    spline = fit_spline(own[kept], missing[kept], smoothing[kept], unit=eyes)
    # Far from the landmarks a spline runs away; there it fades to nothing anyhow.
    middle = own.mean(0)
    return spline(np.clip(points, middle - 3 * eyes, middle + 3 * eyes))


def _fade(points: NDArray[np.float64], seen: Landmarks, eyes: float) -> NDArray[np.float64]:
    """(n,) 1 inside the landmarks' hull, falling off outside."""
    hull = cv2.convexHull(seen.astype(np.float32))
    inside = [cv2.pointPolygonTest(hull, (float(x), float(y)), True) for x, y in points]
    away = np.maximum(0.0, -np.array(inside)) / (_FADE * eyes)
    return np.exp(-(away**2))


def moving_triangles(mesh: Mesh) -> tuple[Int32, Int32]:
    """Triangles (t, 3) and parts (t,) that move photo pixels: no shirt, no lashes, no hair."""
    kept = np.isin(mesh.parts, MOVING_PARTS)
    return np.ascontiguousarray(mesh.triangles[kept]), np.ascontiguousarray(mesh.parts[kept])
