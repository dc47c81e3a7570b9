"""Hair styles: clumps of strands for short hair, a lathe of strand columns for long hair."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mien.head.build.sdf import (
    Points,
    bald_distance,
    ellipsoid,
    normal,
    ray_hit,
    smooth_min,
    smooth_step,
    unit,
)
from mien.head.build.surface import Index

Row = NDArray[np.float64]
SCALP_CENTRE = np.array([0.0, 2.0, -7.6])
ROOT_MARGIN = 0.1


@dataclasses.dataclass(frozen=True)
class Hair:
    """A style's mesh. `across` and `to_tip` are strand coordinates for texture and ragged ends."""

    vertices: Points
    triangles: Index
    across: Row
    to_tip: Row
    occlusion: Row


def hairline(angle: NDArray[np.float64]) -> Row:
    """Height y of the hairline at |angle| degrees from the front, around the scalp centre."""
    stops = (0, 25, 40, 52, 60, 66, 72, 80, 86, 104, 114, 140, 180)
    heights = (6.6, 6.5, 5.9, 5.0, 3.6, 0.6, -1.8, -2.0, 2.2, 1.2, -4.5, -7.4, -7.8)
    return np.interp(angle, stops, heights)


def hairline_distance(points: Points) -> Row:
    """How far above the hairline a surface point lies, in y."""
    angle = np.degrees(np.arctan2(np.abs(points[:, 0]), points[:, 2] + 7.6))
    return points[:, 1] - hairline(angle)


def body_distance(points: Points) -> Row:
    """Head without lid bulges, plus the ears: what strands are pushed out of."""
    folded = points.copy()
    folded[:, 0] = np.abs(folded[:, 0])
    ear = ellipsoid(folded, (7.3, -1.2, -8.2), (1.2, 3.3, 1.9))
    return smooth_min(bald_distance(points), ear, 0.8)


def scalp_roots(gap: float, random: np.random.Generator, *, nape: bool) -> Points:
    """Poisson-disc roots above the hairline, at least `gap` apart; without `nape` only on top."""
    directions = random.normal(size=(14000 if nape else 9000, 3))
    if not nape:
        lowered = (random.random(len(directions)) < 0.5) * np.abs(directions[:, 1]) * 2
        directions[:, 1] = np.abs(directions[:, 1]) - 0.45 * lowered
    points = ray_hit(unit(directions), field=bald_distance, centre=SCALP_CENTRE, steps=40)
    points = points[hairline_distance(points) > ROOT_MARGIN]
    chosen: list[NDArray[np.float64]] = []
    for point in points:
        if chosen and np.min(np.sum((np.array(chosen) - point) ** 2, 1)) < gap * gap:
            continue
        chosen.append(point)
    return np.array(chosen)


@dataclasses.dataclass(frozen=True)
class ClumpStyle:
    """gap between roots, clump width, steps along a clump (cm); nape: hair below the ears too."""

    gap: float
    width: float
    steps: int
    nape: bool = False


CLUMPS = {
    "crop": ClumpStyle(0.74, 0.62, 6, nape=True),
    "quiff": ClumpStyle(0.90, 0.80, 9, nape=True),
    "side_part": ClumpStyle(0.88, 0.85, 10, nape=True),
    "spiky": ClumpStyle(1.35, 1.25, 8),
    "pixie": ClumpStyle(0.92, 1.0, 10, nape=True),
    "afro": ClumpStyle(0.9, 1.15, 6),
}


def _combing(
    style: str, roots: Points, random: np.random.Generator, jitter: Row
) -> tuple[Points, Row, Row]:
    """Comb direction (n, 3), clump length (n,) and lift off the scalp (n,) of every root."""
    zero = np.zeros(len(roots))
    top = smooth_step(4.0, 7.6, roots[:, 1])
    angle = np.degrees(np.arctan2(np.abs(roots[:, 0]), roots[:, 2] + 7.6))
    front = smooth_step(70, 30, angle)
    away = unit(roots - np.array([0.6, 11.6, -10.5]))
    low = smooth_step(2.5, -4.0, roots[:, 1])
    if style == "crop":
        length = 0.75 + 1.55 * top + 0.5 * front * top - 0.15 * low
        return away + np.array([0, -0.25, 0.05]), length, 0.12 + 0.42 * top
    if style == "quiff":
        up_back = np.c_[0.25 * np.sin(roots[:, 0]), 0.35 * front * top, zero - 1]
        down_back = np.c_[zero, zero - 0.55, zero - 0.8]
        comb = up_back * top[:, None] + down_back * (1 - top)[:, None]
        length = 0.95 + 3.3 * top - 0.2 * low
        return comb, length, 0.10 + 0.80 * top * front + 0.25 * top
    if style == "side_part":
        side = np.where(roots[:, 0] + 0.7 * (jitter - 0.5) > -2.6, 1.0, -1.0)  # a ragged parting
        over = np.c_[side, zero - 0.10, 0.10 + 0.35 * front]
        down = np.c_[zero, zero - 1, zero - 0.35]
        comb = over * top[:, None] + down * (1 - top)[:, None]
        big = np.where(side > 0, 1, 0.5)
        length = 1.15 + 5.0 * top * np.where(side > 0, 1, 0.45) - 0.3 * low
        return comb, length, 0.12 + 0.55 * top * big * (0.5 + 0.7 * front)
    if style == "spiky":
        return (
            away * 0.8 + np.array([0, 0.15, 0.1]),
            1.6 + 3.0 * top + 0.4 * jitter,
            0.25 + 1.1 * top,
        )
    if style == "afro":
        return random.normal(size=(len(roots), 3)), 1.2 + 2.4 * top + 0.5 * jitter, zero + 1.9
    # pixie: layered, full at the sides, swept from a side parting across the forehead
    side = np.where(roots[:, 0] + 0.7 * (jitter - 0.5) > -2.4, 1.0, -1.0)
    over = np.c_[side * (0.9 + 0.3 * front), zero - 0.05, 0.30 * front - 0.25 * (1 - front)]
    down = np.c_[0.12 * np.sign(roots[:, 0]), zero - 1, zero - 0.10]
    comb = over * top[:, None] + down * (1 - top)[:, None]
    length = 2.9 + 2.6 * top * np.where(side > 0, 1, 0.5) - 1.2 * low
    return comb, length, 0.42 + 0.55 * top - 0.25 * low


def clumps(name: str, seed: int = 5) -> Hair:
    """Grow every clump from its root, step by step, combed along the head and kept outside it."""
    random = np.random.default_rng(seed)
    style = CLUMPS[name]
    roots = scalp_roots(style.gap, random, nape=style.nape)
    count, steps = len(roots), style.steps
    normals = normal(roots)
    jitter = random.random(count)
    comb, length, lift = _combing(name, roots, random, jitter)
    comb = unit(comb + random.normal(size=(count, 3)) * 0.14)
    height = 0.10 + 0.30 * jitter
    points = roots - normals * 0.15
    path, path_normals = [points.copy()], [normals]
    previous: Points | None = None
    zero = np.zeros(count)
    for k in range(steps):
        u = k / steps
        out = normal(points, body_distance)
        tangent = comb - out * (comb * out).sum(1, keepdims=True)
        droop = np.c_[zero, zero - 0.12 * u, zero]
        heading = unit(tangent) + out * (lift * (1 - u) ** 1.5)[:, None] + droop
        if previous is not None:
            heading = unit(heading) * 0.6 + previous * 0.4
        previous = unit(heading)
        points = points + previous * (length / steps)[:, None]
        push = np.maximum(height * (1 if k > 0 else 0.6) - body_distance(points), 0)
        points = points + out * push[:, None]
        path.append(points.copy())
        path_normals.append(out)
    width = style.width * (0.75 + 0.5 * random.random(count))
    return _lens_strips(np.array(path), np.array(path_normals), width, jitter)


def _lens_strips(path: Points, normals: Points, width: Row, jitter: Row) -> Hair:
    """Give each clump (steps+1, n, 3) a five-vertex lens cross-section that tapers to its tip."""
    steps, count = path.shape[0] - 1, path.shape[1]
    tangent = np.gradient(path, axis=0)
    tangent = tangent / (np.linalg.norm(tangent, axis=2, keepdims=True) + 1e-6)
    side = np.cross(tangent, normals)
    side /= np.linalg.norm(side, axis=2, keepdims=True) + 1e-6
    up = np.cross(side, tangent)
    u = np.linspace(0, 1, steps + 1)
    profile = np.interp(u, [0, 0.15, 0.6, 0.85, 1], [0.75, 1, 0.95, 0.6, 0.12])[:, None]
    walked = np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=2), 0)
    remaining = walked[-1] - np.r_[np.zeros((1, count)), walked]
    vertices, across, occlusion = [], [], []
    for place, rise in ((-1, -0.10), (-0.5, 0.16), (0, 0.26), (0.5, 0.16), (1, -0.10)):
        offset = side * (place * width * profile)[:, :, None]
        vertices.append(path + offset + up * (rise * width * profile)[:, :, None])
        across.append((jitter * 37 + place * width * 0.22)[None].repeat(steps + 1, 0))
        shade = 0.45 + 0.5 * u[:, None] + 0.25 * (1 - abs(place)) - 0.18 * (1 - jitter[None])
        occlusion.append(np.clip(shade, 0, 1) * np.ones((steps + 1, count)))
    index = np.arange(5 * (steps + 1) * count).reshape(5, steps + 1, count)
    faces = []
    for c in range(4):
        a, b = index[c, :-1].ravel(), index[c, 1:].ravel()
        right_a, right_b = index[c + 1, :-1].ravel(), index[c + 1, 1:].ravel()
        faces += [np.c_[a, b, right_b], np.c_[a, right_b, right_a]]
    to_tip = np.clip(np.tile((remaining / 1.5).ravel(), 5), 0, 6)
    return Hair(
        np.array(vertices).reshape(-1, 3),
        np.concatenate(faces),
        np.array(across).ravel(),
        to_tip,
        np.array(occlusion).ravel(),
    )


def make_hair(name: str) -> Hair | None:
    """The mesh of a style; None for those painted on the scalp."""
    if name in ("bald", "buzz"):
        return None
    if name in CLUMPS:
        return clumps(name)
    from mien.head.build.lathe import lathe

    return lathe(name)
