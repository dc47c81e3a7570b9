"""The 68 landmarks of the head as a linear model: what a fit can differentiate.

Every landmark is a fixed mix of vertices, and vertices are linear in the sliders and nearly so in
the Action Units; only the jaw's contour slides over the head, so it is picked again in every
view. Against the engine's own landmarks the model errs by about 0.002 of the eye distance.
"""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
from numpy.typing import NDArray

from mien.head.camera import CENTRE, FRAME, PIVOT, Camera
from mien.head.fields import add_fields
from mien.head.markers import JAW_ANGLES, brow_points, markers
from mien.head.material import material_vector
from mien.head.rig import assemble, rotation
from mien.head.schema import AU_INDEX, SLIDERS
from mien.head.template import Template, load
from mien.head.worn import BALD
from mien.types import AU_NAMES

FloatArray = NDArray[np.float64]

BROW_NAMES = ("brow_inner", "brow_outer", "brow_height", "brow_arch", "brow_tilt")
"""Materials that move the five landmarks of each brow."""
BROW_FIRST = 17
"""Slot of the first of them in the material vector; the others follow."""
SLIDER_COUNT, AU_COUNT, BROW_COUNT = len(SLIDERS), len(AU_NAMES), len(BROW_NAMES)
PARAMETER_COUNT = SLIDER_COUNT + AU_COUNT + BROW_COUNT
SLIDER_PART = slice(0, SLIDER_COUNT)
AU_PART = slice(SLIDER_COUNT, SLIDER_COUNT + AU_COUNT)
BROW_PART = slice(SLIDER_COUNT + AU_COUNT, PARAMETER_COUNT)

DISTANCE = Camera().distance
FOCAL = DISTANCE / FRAME
"""Focal length in picture widths at zoom 1."""

# How far an AU is moved to measure its effect: where it is not linear, its usual amount.
_PROBE = {"AU5": 0.8, "AU26": 0.6, "AU27": 0.6}
_POSE_STEP = 0.05


@dataclasses.dataclass(frozen=True)
class Projection:
    """Landmarks on the camera plane, in picture widths at zoom 1 from the centre, x right, y down.

    points      (68, 2)
    chosen      (68,) which model point each landmark is
    parameters  (68, 2, P) derivative by the parameters
    pose        (68, 2, 3) derivative by yaw, pitch and roll, per degree
    """

    points: FloatArray
    chosen: NDArray[np.int64]
    parameters: FloatArray
    pose: FloatArray


@dataclasses.dataclass(frozen=True)
class LandmarkModel:
    """Model points: the jaw's candidates, then the 68 landmarks.

    mean        (n, 3) cm, of the average head without expression
    basis       (P, n, 3) cm per unit of sliders (S), AUs (22) and brow materials (5)
    candidates  for each of the 17 jaw landmarks, its model points
    """

    mean: FloatArray
    basis: FloatArray
    candidates: tuple[NDArray[np.int64], ...]

    @property
    def first_landmark(self) -> int:
        """Where the 68 landmarks begin among the model points."""
        return len(self.mean) - 68

    def positions(self, parameters: FloatArray) -> FloatArray:
        """(n, 3) cm: model points of a head looking straight ahead."""
        return self.mean + np.tensordot(parameters, self.basis, 1)

    def project(self, parameters: FloatArray, pose: FloatArray) -> FloatArray:
        """(68, 2) landmarks on the camera plane for `parameters` (P,) and `pose` (3,)."""
        seen = _on_plane(self._turned(self.positions(parameters), pose))
        return seen[self._choose(seen)]

    def linearise(self, parameters: FloatArray, pose: FloatArray) -> Projection:
        """Landmarks and their derivatives at `parameters` (P,) and `pose` (3,) in degrees."""
        positions = self.positions(parameters)
        turned = self._turned(positions, pose)
        seen = _on_plane(turned)
        chosen = self._choose(seen)
        points, turned = seen[chosen], turned[chosen]
        inverse = 1.0 / (DISTANCE + CENTRE[2] - turned[:, 2])
        # d(plane) / d(turned position), then the chain rule through the rotation.
        slope = np.zeros((68, 2, 3))
        slope[:, 0, 0] = FOCAL * inverse
        slope[:, 0, 2] = points[:, 0] * inverse
        slope[:, 1, 1] = -FOCAL * inverse
        slope[:, 1, 2] = points[:, 1] * inverse
        by_position = slope @ rotation(*pose)
        by_parameter = np.einsum("kab,pkb->kap", by_position, self.basis[:, chosen])
        by_pose = np.empty((68, 2, 3))
        for axis in range(3):
            moved = pose + _POSE_STEP * np.eye(3)[axis]
            there = _on_plane(self._turned(positions[chosen], moved))
            by_pose[:, :, axis] = (there - points) / _POSE_STEP
        return Projection(points, chosen, by_parameter, by_pose)

    def _turned(self, positions: FloatArray, pose: FloatArray) -> FloatArray:
        return (positions - PIVOT) @ rotation(*pose).T + PIVOT

    def _choose(self, seen: FloatArray) -> NDArray[np.int64]:
        chosen = self.first_landmark + np.arange(68)
        for k, (angle, group) in enumerate(zip(JAW_ANGLES, self.candidates, strict=True)):
            outward = seen[group] @ np.array([np.sin(angle), np.cos(angle)])
            chosen[k] = group[np.argmax(outward)]
        return chosen


def _on_plane(points: FloatArray) -> FloatArray:
    inverse = 1.0 / (DISTANCE + CENTRE[2] - points[:, 2])
    across, up = points[:, 0] - CENTRE[0], points[:, 1] - CENTRE[1]
    return FOCAL * np.stack([across * inverse, -up * inverse], 1)


def landmark_fields(template: Template) -> tuple[FloatArray, FloatArray]:
    """Displacements of all head vertices (v): by slider (S, v, 3) and by AU (22, v, 3), per unit.

    Sliders are linear by design but for the lids' hold on the eyeball, which is left out; AUs are
    measured on the engine.
    """
    count = len(template.vertices)
    sliders = np.zeros((SLIDER_COUNT, count, 3))
    for k in range(SLIDER_COUNT):
        add_fields(template.sliders, np.eye(SLIDER_COUNT)[k], sliders[k])
    still = np.zeros(SLIDER_COUNT)
    rest = _head_vertices(template, still, np.zeros(AU_COUNT))
    aus = np.empty((AU_COUNT, count, 3))
    for name, k in AU_INDEX.items():
        amount = _PROBE.get(name, 1.0)
        moved = _head_vertices(template, still, np.eye(AU_COUNT)[k] * amount)
        aus[k] = (moved - rest) / amount
    return sliders, aus


def _head_vertices(template: Template, sliders: FloatArray, aus: FloatArray) -> FloatArray:
    mesh = assemble(template, sliders, aus, worn=BALD)
    return mesh.vertices[: mesh.head_count].astype(np.float64)


@functools.cache
def landmark_model() -> LandmarkModel:
    """The model of the shipped template, built once (about 0.3 s)."""
    template, table = load(), markers()
    slider_fields, au_fields = landmark_fields(template)
    fields = np.concatenate([slider_fields, au_fields])
    rest = _head_vertices(template, np.zeros(SLIDER_COUNT), np.zeros(AU_COUNT))
    jaw = np.unique(table.jaw[table.jaw >= 0])
    place = {int(vertex): i for i, vertex in enumerate(jaw)}
    candidates = tuple(np.array([place[int(v)] for v in group[group >= 0]]) for group in table.jaw)
    ids, weights = table.ids.copy(), table.weights.copy()
    brows, brow_fields = _brows(rest, table.front)
    for k, (vertex_ids, mix) in brows.items():
        ids[k], weights[k] = vertex_ids, mix
    ids[:17], weights[:17] = 0, 0.0
    mean = np.concatenate([rest[jaw], (rest[ids] * weights[..., None]).sum(1)])
    mixed = (fields[:, ids] * weights[None, :, :, None]).sum(2)
    basis = np.zeros((PARAMETER_COUNT, len(mean), 3))
    basis[: len(fields), : len(jaw)] = fields[:, jaw]
    basis[: len(fields), len(jaw) :] = mixed
    basis[BROW_PART, len(jaw) :] = brow_fields
    return LandmarkModel(mean, basis, candidates)


Mix = tuple[NDArray[np.int64], FloatArray]


def _brows(rest: FloatArray, front: NDArray[np.int64]) -> tuple[dict[int, Mix], FloatArray]:
    """Vertex mixes of the brow landmarks, and (5, 68, 3) what the brow materials do to them."""
    material = material_vector({}).astype(np.float64)
    start, step = brow_points(material), 0.1
    mixes: dict[int, Mix] = {}
    for i, (x, y) in enumerate(start):
        for side, k in ((-1, 17 + i), (1, 26 - i)):
            mixes[k] = _nearest(rest, front, side * x, y)
    fields = np.zeros((BROW_COUNT, 68, 3))
    for j in range(BROW_COUNT):
        changed = material.copy()
        changed[BROW_FIRST + j] += step
        moved = (brow_points(changed) - start) / step
        for i, ((x, y), (dx, dy)) in enumerate(zip(start, moved, strict=True)):
            for side, k in ((-1, 17 + i), (1, 26 - i)):
                slope_x, slope_y = _slope(rest, front, side * x, y)
                fields[j, k] = (side * dx, dy, slope_x * side * dx + slope_y * dy)
    return mixes, fields


def _nearest(rest: FloatArray, front: NDArray[np.int64], x: float, y: float) -> Mix:
    distance = np.hypot(rest[front, 0] - x, rest[front, 1] - y)
    order = np.argsort(distance, kind="stable")[:3]
    weight = 1 / (distance[order] + 0.03)
    return front[order], weight / weight.sum()


def _slope(rest: FloatArray, front: NDArray[np.int64], x: float, y: float) -> tuple[float, float]:
    """dz/dx and dz/dy of the face around (x, y), of a plane through the dozen nearest vertices."""
    distance = np.hypot(rest[front, 0] - x, rest[front, 1] - y)
    near = rest[front[np.argsort(distance, kind="stable")[:12]]]
    design = np.c_[near[:, 0] - x, near[:, 1] - y, np.ones(len(near))]
    solution = np.linalg.lstsq(design, near[:, 2], rcond=None)[0]
    return float(solution[0]), float(solution[1])
