"""The 68 iBUG landmarks of a posed head, exact, and whether the picture shows them."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.head.kernels import kernel
from mien.head.maths import cos, power, sin
from mien.head.template import Template, load
from mien.types import Landmarks

MOUTH_WIDTH = 2.45
HIDDEN_BEHIND = 0.6
"""A landmark this many cm behind what the picture shows there is hidden."""

# Where dlib's detector sees the 68 points on the head's own pictures, in the mean of many people
# (benchmarks/head.py prints what is left): it rounds corners off and draws brows out and down.
NOSE_POINTS = (
    *((0, 0.05), (0, -1.2), (0, -2.32), (0, -3.45), (-1.33, -4.46)),
    *((-0.72, -4.68), (0, -4.84), (0.72, -4.68), (1.33, -4.46)),
)
LEFT_EYE = ((1, 5, 39), (1, 9, 10), (1, 14, 14), (1, 22, 22), (2, 30, 30), (2, 35, 35))
"""(ring, place, place) around the eye: each landmark lies midway between two places of a ring."""
RIGHT_EYE = tuple(LEFT_EYE[k] for k in (3, 2, 1, 0, 5, 4))
OUTER_LIPS = (
    *((-2.27, True, 3), (-1.57, True, 7), (-0.55, True, 8)),
    *((0, True, 7), (0.55, True, 8), (1.57, True, 7)),
    *((2.27, True, 3), (1.6, False, 7), (0.65, False, 8)),
    *((0, False, 8), (-0.65, False, 8), (-1.6, False, 7)),
)
"""(across in cm, upper lip, ring); the inner points the same."""
INNER_LIPS = (
    *((-1.92, True, 3), (-0.5, True, 3), (0, True, 3), (0.5, True, 3)),
    *((1.92, True, 3), (0.5, False, 3), (0, False, 3), (-0.5, False, 3)),
)
BROW_STOPS = (0.98, 0.75, 0.5, 0.25, 0.0)
"""Where along a brow its five landmarks lie, from the temple to the nose."""
BROW_SHIFTS = ((0.61, -0.54), (0.58, 0.02), (0.3, 0.21), (-0.03, 0.22), (-0.2, -0.06))
"""By how much (out, up; cm) each lies off the painted curve."""
JAW_DEGREES = (*(-104.5, -91.1, -75.8), *np.linspace(-61.25, 61.25, 11), *(75.8, 91.1, 104.5))
JAW_ANGLES = np.array(JAW_DEGREES) * (np.pi / 180)


@dataclasses.dataclass(frozen=True)
class Markers:
    """Landmark k is the weighted mean of vertices ids[k] (3,) with weights[k] (3,).

    Rows of jaw and brows are zero: the contour is sought per pose among `jaw` (17, m; -1 fills),
    brows follow the painted curve. `front` holds the vertices of the forehead and face.
    """

    ids: NDArray[np.int64]
    weights: NDArray[np.float64]
    jaw: NDArray[np.int64]
    front: NDArray[np.int64]


@kernel
def _three_nearest(
    vertices: Any, front: Any, place: tuple[float, float], ids: Any, distance: Any
) -> None:
    """Fill ids (3,) and distance (3,), nearest first; between equals the first in `front`."""
    x, y = place
    for k in range(front.shape[0]):
        i = front[k]
        dx, dy = vertices[i, 0] - x, vertices[i, 1] - y
        away = np.sqrt(dx * dx + dy * dy)
        if away >= distance[2]:
            continue
        if away < distance[1]:
            ids[2], distance[2] = ids[1], distance[1]
            if away < distance[0]:
                ids[1], distance[1] = ids[0], distance[0]
                ids[0], distance[0] = i, away
            else:
                ids[1], distance[1] = i, away
        else:
            ids[2], distance[2] = i, away


@kernel
def _outermost(seen: Any, jaw: Any, angles: Any, ids: Any) -> None:
    """Fill ids (17, 3) with the vertex of each row of `jaw` that lies furthest at its angle."""
    for k in range(jaw.shape[0]):
        c, s = cos(angles[k]), sin(angles[k])
        furthest = -np.inf
        for j in range(jaw.shape[1]):
            i = jaw[k, j]
            if i < 0:
                continue
            outward = seen[i, 0] * s + seen[i, 1] * c
            if outward > furthest:
                furthest = outward
                ids[k, 0] = ids[k, 1] = ids[k, 2] = i


@kernel
def _shown(seen: Any, depth: Any, shown: Any) -> None:
    """`visible_landmarks`, in the precision of the depth's float32."""
    height, width = depth.shape
    for k in range(seen.shape[0]):
        column, row = int(np.floor(seen[k, 0])), int(np.floor(seen[k, 1]))
        if not (0 <= column < width and 0 <= row < height):
            continue
        reach = np.float32(1.0 / seen[k, 2])
        # Contour points lie on the silhouette: any neighbour that shows them will do.
        for y in range(max(row - 1, 0), min(row + 2, height)):
            for x in range(max(column - 1, 0), min(column + 2, width)):
                near = depth[y, x]
                if near > 0.0:
                    behind = np.float32(reach - np.float32(np.float32(1.0) / near))
                    if behind < np.float32(HIDDEN_BEHIND):
                        shown[k] = True


def _nearest(
    template: Template, front: NDArray[np.int64], x: float, y: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The three vertices nearest to (x, y) seen from the front, and their weights."""
    ids, distance = np.zeros(3, np.int64), np.full(3, np.inf)
    _three_nearest(template.vertices, front, (float(x), float(y)), ids, distance)
    weight = 1 / (distance + 0.03)
    return ids, weight / (weight[0] + weight[1] + weight[2])


def _lip_vertex(template: Template, x: float, *, upper: bool, ring: int) -> int:
    """The ring vertex whose design position is x: the ring's angle is the inverse of its width."""
    wanted = np.sign(x) * min(1.0, power(abs(x) / MOUTH_WIDTH, 1 / 0.95))
    count = template.mouth_rings.shape[1]
    angles = np.arange(count) / count * 2 * np.pi
    cosines = np.array([cos(angle) for angle in angles])
    half = (angles <= np.pi) if upper else ((angles >= np.pi) | (angles == 0))
    error = np.where(half, np.abs(cosines - wanted), 9.0)
    return int(template.mouth_rings[ring][int(np.argmin(error))])


@functools.cache
def markers() -> Markers:
    """The landmark table of the shipped template."""
    template = load()
    arrays = template.arrays
    ring_member = np.full(len(template.vertices), 99)
    for side in range(2):
        for k in range(4):
            ring_member[template.eye_rings[side][k]] = k
    visible = (template.vertices[:, 2] > -4) & (arrays["head.lip_level"] > 1.7) & (ring_member > 3)
    front = np.flatnonzero(visible)
    ids, weights = np.zeros((68, 3), np.int64), np.zeros((68, 3))
    for k, (x, y) in enumerate(NOSE_POINTS):
        ids[27 + k], weights[27 + k] = _nearest(template, front, x, y)
    for first, side, stops in ((36, 1, LEFT_EYE), (42, 0, RIGHT_EYE)):
        for k, (ring, i, j) in enumerate(stops, first):
            ids[k, :2] = template.eye_rings[side][ring][[i, j]]
            weights[k, :2] = 0.5
    for k, (x, upper, ring) in enumerate((*OUTER_LIPS, *INNER_LIPS), 48):
        ids[k] = _lip_vertex(template, x, upper=upper, ring=ring)
        weights[k] = (1.0, 0.0, 0.0)
    return Markers(ids, weights, arrays["head.jaw_candidates"].astype(np.int64), front)


def brow_points(material: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """(5, 2) rest positions (x > 0, y) of a brow's landmarks on the painted curve."""
    inner, outer, height, arch, tilt, thick = (float(v) for v in material[17:23])
    points = []
    for t, (out, up) in zip(BROW_STOPS, BROW_SHIFTS, strict=True):
        rise = sin(np.pi * min(1.0, power(t, 1.25)))
        y = height + arch * rise + tilt * (t - 0.35) - 0.25 * t * t
        y += thick * (1 - 0.72 * power(t, 1.4)) * 0.35
        points.append((inner + t * (outer - inner) + out, y + up))
    return np.array(points)


def landmark_positions(
    posed: NDArray[np.float32], screen: NDArray[np.float32], material: NDArray[np.floating[Any]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Screen (68, 3: column, row, 1 / distance) and posed (68, 3) landmark positions.

    The contour points are the outermost vertices of their sectors in this very view, as a
    detector sees them, so they slide over the head when it turns.
    """
    table, template = markers(), load()
    count = len(template.vertices)
    seen, space = screen[:count].astype(np.float64), posed[:count].astype(np.float64)
    ids, weights = table.ids.copy(), table.weights.copy()
    _outermost(seen, table.jaw, JAW_ANGLES, ids)
    weights[:17] = (1.0, 0.0, 0.0)
    for k, (x, y) in enumerate(brow_points(material)):
        ids[17 + k], weights[17 + k] = _nearest(template, table.front, -x, y)
        ids[26 - k], weights[26 - k] = _nearest(template, table.front, x, y)
    return _mean(seen, ids, weights), _mean(space, ids, weights)


def _mean(
    points: NDArray[np.float64], ids: NDArray[np.int64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    total = points[ids[:, 0]] * weights[:, :1]
    total = total + points[ids[:, 1]] * weights[:, 1:2]
    return total + points[ids[:, 2]] * weights[:, 2:]


def visible_landmarks(seen: NDArray[np.float64], depth: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(68,) True where the picture (depth (h, w) = 1 / distance) shows the landmark's surface."""
    shown = np.zeros(len(seen), bool)
    _shown(seen, depth, shown)
    return shown


def to_pixels(seen: NDArray[np.float64]) -> Landmarks:
    """(68, 2) with the centre of the first pixel at (0, 0), as `types.Landmarks` wants it."""
    return seen[:, :2] - 0.5
