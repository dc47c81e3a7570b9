"""What hair of the toon style is made of: a cap, closed pointed locks, balls and drapes.

Places on the head are given as a drawer would: azimuth (degrees from the front, > 0 to the
picture's right) and elevation (degrees above the horizontal through the scalp's centre), or, for
what hangs, azimuth and height y.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mien.head.build.sdf import Points, bald_distance, ray_hit, unit
from mien.head.build.strands import SCALP_CENTRE
from mien.head.build.surface import Index
from mien.head.hairline import ANGLES, HEIGHTS

Row = NDArray[np.float64]
ROUND, STEPS = 8, 18
"""Corners of a lock's cross-section and rings along it."""
HANG_FROM = -3.5
"""Below this height hair hangs straight down and no longer follows face and neck."""
AZIMUTHS, LEVELS = np.linspace(0, 180, 61), np.linspace(HANG_FROM, 10.5, 29)
INSIDE = 0.55
"""Tone of surfaces that face the head."""


@dataclasses.dataclass(frozen=True)
class Mass:
    """A closed mass: across -1..1 and along 0..1 on it; tone 0..1, 1 is the outside."""

    vertices: Points
    triangles: Index
    across: Row
    along: Row
    tone: Row


def on_scalp(azimuth: float, elevation: float, height: float) -> Points:
    """(3,) a place `height` cm above the scalp."""
    a, e = np.deg2rad(azimuth), np.deg2rad(elevation)
    way = np.array([[np.cos(e) * np.sin(a), np.sin(e), np.cos(e) * np.cos(a)]])
    hit = ray_hit(unit(way), field=bald_distance, centre=SCALP_CENTRE, steps=40)
    return hit[0] + way[0] * height


@functools.cache
def _radii() -> NDArray[np.float64]:
    """(levels, azimuths) distance of the head's surface from its axis: `LEVELS` x `AZIMUTHS`."""
    a = np.deg2rad(AZIMUTHS)
    way = np.stack([np.sin(a), 0 * a, np.cos(a)], 1)
    rows = []
    for y in LEVELS:
        centre = np.array([0.0, y, SCALP_CENTRE[2]])
        hit = ray_hit(way, field=bald_distance, centre=centre, steps=60)
        rows.append(np.hypot(hit[:, 0], hit[:, 2] - SCALP_CENTRE[2]))
    return np.array(rows)


def hanging_all(azimuth: Row, y: Row, height: Row) -> Points:
    """(n, 3) places at height y, `height` cm out from the head; straight below HANG_FROM."""
    folded = np.abs((azimuth + 180) % 360 - 180)
    level = np.clip(y, LEVELS[0], LEVELS[-1])
    row = np.clip((level - LEVELS[0]) / (LEVELS[1] - LEVELS[0]), 0, len(LEVELS) - 1.001)
    column = np.clip(folded / AZIMUTHS[1], 0, len(AZIMUTHS) - 1.001)
    i, j = row.astype(int), column.astype(int)
    u, v = row - i, column - j
    table = _radii()
    radius = (1 - u) * ((1 - v) * table[i, j] + v * table[i, j + 1])
    radius = radius + u * ((1 - v) * table[i + 1, j] + v * table[i + 1, j + 1]) + height
    # over the ears, which stand out
    ears = np.exp(-(((folded - 97) / 24) ** 2) - ((y + 1.2) / 5.0) ** 2)
    radius = radius + 0.9 * ears * np.clip((height - 0.5) / 0.3, 0, 1)
    a = np.deg2rad(azimuth)
    return np.stack([radius * np.sin(a), y, SCALP_CENTRE[2] + radius * np.cos(a)], 1)


def hanging(azimuth: float, y: float, height: float) -> Points:
    """(3,) one place of `hanging_all`."""
    return hanging_all(np.array([azimuth]), np.array([y]), np.array([height]))[0]


def spline(knots: Points, count: int) -> Points:
    """`count` points of a Catmull-Rom curve through the knots (k, 3), evenly by length."""
    dense = _catmull(knots, 12 * len(knots))
    walked = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(dense, axis=0), axis=1))]
    stops = np.linspace(0, walked[-1], count)
    return np.stack([np.interp(stops, walked, dense[:, k]) for k in range(3)], 1)


def _catmull(knots: Points, count: int) -> Points:
    padded = np.concatenate([2 * knots[:1] - knots[1:2], knots, 2 * knots[-1:] - knots[-2:-1]])
    where = np.linspace(0, len(knots) - 1, count)
    i = np.minimum(where.astype(int), len(knots) - 2)
    t = (where - i)[:, None]
    a, b, c, d = (padded[i + k] for k in range(4))
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )


def lock(
    knots: Sequence[Points],
    width: float,
    thick: float,
    *,
    profile: tuple[float, ...] = (0.8, 1.0, 0.96, 0.76, 0.42, 0.0),
    steps: int = STEPS,
) -> Mass:
    """A tapered lens along a curve: `width` and `thick` are halves at its broadest, cm."""
    path = spline(np.array(knots), steps)
    tangent = unit(np.gradient(path, axis=0))
    outward = unit(
        path
        - np.array([0.0, 0.0, SCALP_CENTRE[2]]) * [0, 1, 1]
        - np.c_[np.zeros(steps), np.minimum(path[:, 1], 5.0), np.zeros(steps)]
    )
    side = unit(np.cross(tangent, outward))
    up = np.cross(side, tangent)
    t = np.linspace(0, 1, steps)
    size = np.interp(t, np.linspace(0, 1, len(profile)), profile)
    size = np.maximum(size, 0.015)
    angle = np.arange(ROUND) / ROUND * 2 * np.pi
    c, s = np.cos(angle), np.sin(angle)
    s = np.where(s > 0, s, 0.55 * s)  # flatter towards the head
    rings = (
        path[:, None]
        + side[:, None] * (width * size[:, None] * c)[..., None]
        + up[:, None] * (thick * size[:, None] ** 0.8 * s)[..., None]
    )
    tones = np.where(s < -0.2, INSIDE, 1.0)
    return Mass(
        rings.reshape(-1, 3),
        _tube(steps, ROUND),
        np.tile(c, steps),
        np.repeat(t, ROUND),
        np.tile(tones, steps),
    )


def _tube(rings: int, around: int) -> Index:
    """Faces of a closed tube; the ends are fans over their first corner."""
    i = np.arange(around)
    j = (i + 1) % around
    faces = []
    for r in range(rings - 1):
        a, b = r * around, (r + 1) * around
        faces += [np.c_[a + i, b + j, b + i], np.c_[a + i, a + j, b + j]]
    k = np.arange(1, around - 1)
    faces.append(np.c_[0 * k, k + 1, k])
    last = (rings - 1) * around
    faces.append(np.c_[last + 0 * k, last + k, last + k + 1])
    return np.concatenate(faces)


def ball(centre: Sequence[float] | Points, radii: Sequence[float]) -> Mass:
    """An ellipsoid."""
    u, v = np.meshgrid(
        np.linspace(0.02, np.pi - 0.02, 16), np.arange(24) / 24 * 2 * np.pi, indexing="ij"
    )
    points = np.stack([np.sin(u) * np.sin(v), np.cos(u), np.sin(u) * np.cos(v)], -1)
    vertices = points.reshape(-1, 3) * np.array(radii) + np.array(centre)
    tone = np.where(points[..., 1].ravel() < -0.55, 0.8, 1.0)
    return Mass(vertices, _tube(16, 24), np.sin(v).ravel(), (u / np.pi).ravel(), tone)


def cap(
    thick: float,
    *,
    front: float = 0.0,
    edge: float = 0.25,
    crown: float = 0.0,
    bumps: tuple[float, int] = (0.0, 0),
) -> Mass:
    """The hair on the skull, down to the hairline: a shell that closes at its edge.

    thick over the scalp, cm; front lifts the front hairline; edge is the thickness there; crown
    adds height on top; bumps = (depth, count) of scallops around.
    """
    around, rings = 64, 18
    azimuth = np.arange(around) / around * 360 - 180
    line = np.interp(np.abs(azimuth), ANGLES, HEIGHTS) + front * np.exp(-((azimuth / 45) ** 2))
    line = line + (0.28 if front == 0 else 0.0) * np.cos(np.deg2rad(azimuth) * 22) * (
        np.abs(azimuth) < 62
    )
    line = np.where(np.abs(azimuth) > 95, np.maximum(line, -6.8), line)
    a = np.deg2rad(azimuth)
    rows, inner_rows = [], []
    rim = np.stack([hanging(float(az), float(y), 0.0) for az, y in zip(azimuth, line, strict=True)])
    low = np.arcsin(unit(rim - SCALP_CENTRE)[:, 1])
    for k in range(rings):
        t = k / (rings - 1)
        e = np.pi / 2 * (1 - t) + low * t
        way = np.stack([np.cos(e) * np.sin(a), np.sin(e), np.cos(e) * np.cos(a)], 1)
        hit = ray_hit(way, field=bald_distance, centre=SCALP_CENTRE, steps=40)
        swell = thick * np.sqrt(np.maximum(0.0, 1 - t**5)) + edge * t**3
        swell = swell + crown * np.cos(t * np.pi / 2) ** 2
        wave = 1 + bumps[0] * np.cos(a * bumps[1] + 1.5 * t) * np.sin(np.pi * min(1, 1.2 * t))
        rows.append(hit + way * (swell * wave)[:, None])
        inner_rows.append(hit + way * 0.02)
    rows.append(inner_rows[-1])
    rows.append(inner_rows[-3] - 0.15 * unit(inner_rows[-3] - SCALP_CENTRE))
    vertices = np.concatenate(rows)
    t = np.repeat(np.minimum(np.arange(rings + 2) / (rings - 1), 1.0), around)
    tone = np.repeat(np.r_[np.ones(rings), INSIDE, INSIDE], around)
    across = np.tile(np.sin(a), rings + 2)
    return Mass(vertices, _tube(rings + 2, around)[:, [0, 2, 1]], across, t, tone)


@dataclasses.dataclass(frozen=True)
class Drape:
    """A mass that hangs from the skull over azimuths `start`..`end` (degrees, through the back).

    top      elevation where it begins, degrees; y: where its points end; spikes: how many, and
    depth    how much shorter it is between them, cm
    out      distance from the head above and below; thick: its thickness, cm
    """

    start: float
    end: float
    y: float
    spikes: int
    depth: float = 1.6
    top: float = 55.0
    out: tuple[float, float] = (1.0, 1.0)
    thick: float = 0.7
    tone: float = 1.0
    wave: float = 0.0


def drape(plan: Drape) -> Mass:
    """A curtain of hair with a pointed lower edge."""
    columns, rings = 12 * plan.spikes + 1 if plan.spikes < 5 else 8 * plan.spikes + 1, 18
    share = np.linspace(0, 1, columns)
    azimuth = plan.start + (plan.end - plan.start) * share
    phase = share * plan.spikes
    between = np.abs(2 * (phase - np.floor(phase)) - 1)  # 1 between points, 0 at a point
    ends = plan.y + plan.depth * between**1.3
    outer, inner = [], []
    for az, end in zip(azimuth, ends, strict=True):
        start = on_scalp(float(az), plan.top, 0.0)
        high = np.linspace(start[1], end, rings)
        t = np.linspace(0, 1, rings)
        out = (plan.out[0] * (1 - t) + plan.out[1] * t) * np.minimum(1.0, 0.35 + 3.0 * t)
        out = out + plan.wave * np.sin(t * 7.0 + az * 0.02) * t
        body = plan.thick * (1 - t**3) * np.minimum(1.0, 0.3 + 4 * t)
        around = np.full(rings, float(az))
        outer.append(hanging_all(around, high, out))
        inner.append(hanging_all(around, high, out - body - 0.03))
    grid = np.arange(columns * rings).reshape(columns, rings)
    n = columns * rings
    a, b = grid[:-1, :-1].ravel(), grid[:-1, 1:].ravel()
    c, d = grid[1:, :-1].ravel(), grid[1:, 1:].ravel()
    faces = [np.c_[a, b, d], np.c_[a, d, c], np.c_[a, d, b] + n, np.c_[a, c, d] + n]
    for edge in (grid[0], grid[-1], grid[:, 0], grid[:, -1]):
        p, q = edge[:-1], edge[1:]
        faces += [np.c_[p, q, q + n], np.c_[p, q + n, p + n]]
    t = np.tile(np.linspace(0, 1, rings), columns)
    across = np.repeat(2 * (phase - np.floor(phase)) - 1, rings)
    tone = np.r_[np.full(n, plan.tone), np.full(n, INSIDE * plan.tone)]
    return Mass(
        np.concatenate(outer + inner),
        np.concatenate(faces),
        np.r_[across, across],
        np.r_[t, t],
        tone,
    )
