"""The head as one signed distance field, symmetric by folding x, in centimetre-like units.

Eye line y = 0, eyes x = +-3.2, mouth y = -6.95, chin about -11, vertex +11.7; z points out of the
face (nose tip about 3.5, back of the head -17).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Points = NDArray[np.float64]
Field = Callable[[Points], NDArray[np.float64]]

STAR_CENTRE = np.array([0.0, -2.0, -7.0])
"""Every head point, nose underside and neck included, is seen straight from here."""
EYE = np.array([3.2, 0.0, -1.22])
EYE_RADIUS = 1.45
LID_THICKNESS = 0.10
MIRROR = np.array([-1.0, 1.0, 1.0])


def ellipsoid(points: Points, centre: ArrayLike, radii: ArrayLike) -> NDArray[np.float64]:
    """Approximate distance to an axis-aligned ellipsoid (Quilez)."""
    offset = points - np.asarray(centre, float)
    radii = np.asarray(radii, float)
    k0 = np.linalg.norm(offset / radii, axis=-1) + 1e-9
    k1 = np.linalg.norm(offset / radii**2, axis=-1) + 1e-9
    return k0 * (k0 - 1) / k1


def capsule(
    points: Points, start: ArrayLike, end: ArrayLike, radius: float, end_radius: float | None = None
) -> NDArray[np.float64]:
    """Distance to a capsule whose radius runs from `radius` to `end_radius`."""
    a = np.asarray(start, float)
    axis = np.asarray(end, float) - a
    t = np.clip((points - a) @ axis / (axis @ axis), 0, 1)
    grown = (radius if end_radius is None else end_radius) - radius
    return np.linalg.norm(points - a - t[..., None] * axis, axis=-1) - (radius + grown * t)


def smooth_min(a: NDArray[np.float64], b: NDArray[np.float64], blend: float) -> NDArray[np.float64]:
    """Cubic smooth minimum: a union whose seam is rounded over `blend`."""
    h = np.maximum(blend - np.abs(a - b), 0) / blend
    return np.minimum(a, b) - h * h * h * blend / 6


def smooth_max(a: NDArray[np.float64], b: NDArray[np.float64], blend: float) -> NDArray[np.float64]:
    """Cubic smooth maximum: an intersection; with -b, a carving."""
    return -smooth_min(-a, -b, blend)


def smooth_step(start: float, end: float, value: ArrayLike) -> NDArray[np.float64]:
    """0 at `start`, 1 at `end`, cubic between."""
    t = np.clip((np.asarray(value, float) - start) / (end - start), 0, 1)
    return t * t * (3 - 2 * t)


def head_distance(points: Points, *, lids: bool = True, neck: bool = True) -> NDArray[np.float64]:
    """Signed distance (negative inside) of (..., 3) points to the rest head."""
    p = points.copy()
    p[..., 0] = np.sqrt(p[..., 0] ** 2 + 1e-4)
    d = _skull(p)
    d = _carve(p, d)
    if lids:
        d = smooth_min(d, np.linalg.norm(p - EYE, axis=-1) - (EYE_RADIUS + LID_THICKNESS), 0.42)
    d = smooth_min(d, _nose(p), 1.0)
    d = smooth_max(d, -ellipsoid(p, (0.66, -4.64, 2.0), (0.36, 0.42, 0.55)), 0.25)
    if neck:
        d = smooth_min(d, capsule(p, (0, -6, -9.0), (0, -24, -10.4), 4.45, 4.9), 2.6)
    return d


def _skull(p: Points) -> NDArray[np.float64]:
    d = ellipsoid(p, (0, 3.6, -7.6), (7.35, 8.1, 9.3))
    d = smooth_min(d, ellipsoid(p, (0, -2.5, -5.6), (6.35, 8.0, 6.7)), 3.0)
    d = smooth_min(d, capsule(p, (4.25, -6.3, -6.0), (1.25, -9.6, -1.0), 1.35, 1.2), 2.6)
    d = smooth_min(d, ellipsoid(p, (0, -9.65, -0.25), (1.75, 1.3, 1.75)), 1.9)
    d = smooth_min(d, ellipsoid(p, (4.15, -2.75, -1.75), (2.1, 1.35, 2.0)), 2.2)
    d = smooth_min(d, capsule(p, (4.9, -2.2, -2.2), (6.1, -1.2, -7.0), 0.85), 1.8)
    # Cheek fat and muzzle blend widely: tighter and the mouth corners get pouches.
    d = smooth_min(d, ellipsoid(p, (3.2, -5.6, -2.0), (2.3, 2.8, 2.3)), 2.6)
    d = smooth_min(d, ellipsoid(p, (0, -6.9, -0.85), (2.9, 2.5, 2.6)), 2.6)
    return smooth_min(d, capsule(p, (1.1, 1.75, 0.45), (4.6, 1.95, -1.15), 0.82, 0.75), 1.6)


def _carve(p: Points, d: NDArray[np.float64]) -> NDArray[np.float64]:
    d = smooth_max(d, -ellipsoid(p, (3.1, 0.05, 1.15), (1.95, 1.25, 1.25)), 1.5)
    d = smooth_max(d, -ellipsoid(p, (1.75, 0.2, 1.55), (0.6, 1.0, 0.9)), 1.0)
    d = smooth_max(d, -ellipsoid(p, (8.6, 3.3, -3.0), (2.0, 3.2, 3.4)), 1.8)
    return smooth_max(d, -ellipsoid(p, (0, -8.55, 2.35), (1.8, 0.45, 0.7)), 1.1)


def _nose(p: Points) -> NDArray[np.float64]:
    n = capsule(p, (0, 0.7, 0.62), (0, -3.15, 2.4), 0.58, 0.74)
    n = smooth_min(n, ellipsoid(p, (0, -3.6, 2.6), (0.95, 0.80, 0.92)), 0.8)
    n = smooth_min(n, ellipsoid(p, (0, -3.4, 1.2), (1.45, 1.1, 1.2)), 1.0)
    n = smooth_min(n, ellipsoid(p, (1.28, -3.92, 1.65), (0.62, 0.60, 0.88)), 0.45)
    return smooth_min(n, capsule(p, (0, -4.0, 2.65), (0, -4.45, 1.6), 0.36), 0.5)


def bald_distance(points: Points) -> NDArray[np.float64]:
    """`head_distance` without the lid bulges: what hair is pushed out of."""
    return head_distance(points, lids=False)


def ray_hit(
    directions: Points,
    *,
    field: Field = head_distance,
    centre: NDArray[np.float64] = STAR_CENTRE,
    steps: int = 90,
    reach: float = 34.0,
) -> Points:
    """Where unit rays from `centre` leave the field: coarse march, then bisection. (n, 3)."""
    count = len(directions)
    low, high = np.zeros(count), np.full(count, reach)
    open_rays = np.ones(count, bool)
    for radius in np.linspace(1.5, reach, steps):
        index = np.flatnonzero(open_rays)
        if not len(index):
            break
        outside = field(centre + directions[index] * radius) > 0
        low[index[~outside]] = radius
        high[index[outside]] = radius
        open_rays[index[outside]] = False
    for _ in range(18):
        middle = (low + high) / 2
        outside = field(centre + directions * middle[:, None]) > 0
        high[outside] = middle[outside]
        low[~outside] = middle[~outside]
    return centre + directions * ((low + high) / 2)[:, None]


def surface_in_front(xy: NDArray[np.float64]) -> Points:
    """(n, 3): the first surface met when looking along -z at (n, 2) positions."""
    count = len(xy)
    low, high = np.full(count, -6.0), np.full(count, 6.0)
    open_rays = np.ones(count, bool)
    for depth in np.linspace(6, -6, 121):
        index = np.flatnonzero(open_rays)
        if not len(index):
            break
        inside = head_distance(np.c_[xy[index], np.full(len(index), depth)]) < 0
        low[index[inside]] = depth
        high[index[~inside]] = depth
        open_rays[index[inside]] = False
    for _ in range(16):
        middle = (low + high) / 2
        outside = head_distance(np.c_[xy, middle]) > 0
        high[outside] = middle[outside]
        low[~outside] = middle[~outside]
    return np.c_[xy, (low + high) / 2]


def unit(vectors: Points) -> Points:
    """Rows scaled to length one."""
    return vectors / (np.linalg.norm(vectors, axis=-1, keepdims=True) + 1e-9)


def normal(points: Points, field: Field = bald_distance) -> Points:
    """Unit gradient of the field by central differences."""
    step = 0.05
    axes = [
        field(points + np.eye(3)[k] * step) - field(points - np.eye(3)[k] * step) for k in range(3)
    ]
    return unit(np.stack(axes, 1))
