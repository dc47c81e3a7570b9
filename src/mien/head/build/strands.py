"""Growing hair: strands that leave the scalp, follow a field of directions and keep outside."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

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
from mien.head.hairline import hairline_distance

Row = NDArray[np.float64]
Flow = Callable[[Points], Points]
SCALP_CENTRE = np.array([0.0, 2.0, -7.6])
LONGEST = 1.4
"""Strands are grown this much longer than a style is made: length +1 shows them whole."""
BELOW_LINE = 0.75
"""How far below the average hairline roots are laid, for people whose own lies lower, cm."""
SLACK = 0.35
CANDIDATES = 16000


def skull_distance(points: Points) -> Row:
    """Head without lid bulges, plus the ears: what short strands are pushed out of."""
    folded = points.copy()
    folded[:, 0] = np.abs(folded[:, 0])
    ear = ellipsoid(folded, (7.3, -1.2, -8.2), (1.2, 3.3, 1.9))
    return smooth_min(bald_distance(points), ear, 0.8)


def curtain_distance(points: Points) -> Row:
    """Head, ears, shoulders, and a column below the skull that long hair hangs around."""
    y = points[:, 1]
    taper = 1.0 - 0.02 * np.clip(-1.0 - y, 0, 10)
    rx, rz = 7.35 * taper, 8.0 * taper
    reach = np.sqrt((points[:, 0] / rx) ** 2 + ((points[:, 2] + 8.6) / rz) ** 2) + 1e-9
    column = np.maximum((reach - 1) * rx, y - 1.0)
    folded = np.abs(points) * [1, 0, 0] + points * [0, 1, 1]
    ear = ellipsoid(folded, (6.9, -1.2, -8.2), (1.0, 3.2, 1.9))
    shoulders = ellipsoid(points, (0, -23.6, -10.2), (19, 8.5, 9.3))
    head = smooth_min(bald_distance(points), ear, 0.8)
    return smooth_min(smooth_min(head, column, 1.2), shoulders, 0.8)


def astray(points: Points) -> NDArray[np.bool_]:
    """Where no hair may hang: in the face, or far out over the shoulders."""
    return in_face(points) | (np.abs(points[..., 0]) > 11.5)


def in_face(points: Points) -> NDArray[np.bool_]:
    """Eyes, nose, mouth and the cheeks beside them."""
    x, y, z = np.abs(points[..., 0]), points[..., 1], points[..., 2]
    wide = np.where(y > -4.0, 5.7, 4.9)
    return (x < wide) & (y < 2.3) & (y > -12.0) & (z > -4.5)


@dataclasses.dataclass(frozen=True)
class Roots:
    """Where strands leave the scalp: points and normals (n, 3), jitter (n,) in [0, 1]."""

    points: Points
    normals: Points
    jitter: Row

    def __len__(self) -> int:
        return len(self.points)

    def where(self, mask: NDArray[np.bool_]) -> Roots:
        """Those of a mask."""
        return Roots(self.points[mask], self.normals[mask], self.jitter[mask])

    @property
    def angle(self) -> Row:
        """Degrees from the front, 0..180, around the scalp's centre."""
        return np.degrees(np.arctan2(np.abs(self.points[:, 0]), self.points[:, 2] + 7.6))

    @property
    def top(self) -> Row:
        """0 at the sides, 1 on top."""
        return smooth_step(4.0, 7.6, self.points[:, 1])

    @property
    def front(self) -> Row:
        """1 at the forehead, 0 behind the temples."""
        return smooth_step(70, 30, self.angle)

    @property
    def low(self) -> Row:
        """1 at the nape and before the ears."""
        return smooth_step(2.5, -4.0, self.points[:, 1])

    @property
    def line(self) -> Row:
        """Height above the average hairline, cm."""
        return hairline_distance(self.points)


@dataclasses.dataclass(frozen=True)
class Strands:
    """Strands of equally many points.

    path     (k, n, 3) from the root to the longest tip; out (k, n, 3) unit outward normals
    width    (n,) half width, cm; rise (n,) height of the middle in half widths; tip (n,) width of
             the end in half widths; share (n,) of the path that is shown as the style is made
    line     (n,) height of the root above the average hairline; shade (n,) brightness
    """

    path: Points
    out: Points
    width: Row
    rise: Row
    tip: Row
    share: Row
    line: Row
    shade: Row

    def of(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> Strands:
        """Some of them, or all in another order."""
        rows = (self.width, self.rise, self.tip, self.share, self.line, self.shade)
        width, rise, tip, share, line, shade = (row[chosen] for row in rows)
        return Strands(
            self.path[:, chosen], self.out[:, chosen], width, rise, tip, share, line, shade
        )


@dataclasses.dataclass(frozen=True)
class Growth:
    """How strands of one layer grow.

    steps    points after the root; lift: how steeply they leave the scalp
    height   what they keep from the head further on, cm; weight: how strongly they fall
    cling    0..1, how far they are drawn back to that height
    stiff    0..1, how much of its direction a strand keeps from step to step
    stray    standard deviation of each strand's own direction
    decay    how soon the lift is spent: 0 never; reserve: what is grown for `length` +1
    surface  what is kept outside of; arrive: (n, 3) where the strands end, or None
    """

    steps: int = 8
    lift: float | Row = 0.2
    height: float | Row = 0.3
    weight: float = 0.1
    cling: float = 0.0
    stiff: float = 0.4
    stray: float = 0.12
    decay: float = 1.5
    reserve: float = LONGEST
    surface: Callable[[Points], Row] = skull_distance
    arrive: Points | None = None


@functools.cache
def _scalp() -> Points:
    """(CANDIDATES, 3) points all over the head."""
    directions = unit(np.random.default_rng(1).normal(size=(CANDIDATES, 3)))
    return ray_hit(directions, field=bald_distance, centre=SCALP_CENTRE, steps=40)


def scatter(
    gap: float, random: np.random.Generator, *, above: float = -BELOW_LINE, count: int = 16000
) -> Roots:
    """Poisson-disc roots at least `gap` apart, more than `above` cm above the hairline."""
    points = _scalp()[random.permutation(CANDIDATES)[:count]]
    points = points[hairline_distance(points) > above]
    kept = np.zeros_like(points)
    number = 0
    for point in points:
        if number and np.min(np.sum((kept[:number] - point) ** 2, 1)) < gap * gap:
            continue
        kept[number] = point
        number += 1
    chosen = kept[:number].copy()
    return Roots(chosen, normal(chosen), random.random(number))


def grow(
    roots: Roots, flow: Flow, length: Row, how: Growth, random: np.random.Generator
) -> tuple[Points, Points]:
    """Paths and outward normals (steps + 1, n, 3) of strands `length` (n,) cm long."""
    count, steps = len(roots), how.steps
    lift, height = np.zeros(count) + how.lift, np.zeros(count) + how.height
    stray = random.normal(size=(count, 3)) * how.stray
    points = roots.points - roots.normals * 0.12
    path, outs = [points.copy()], [roots.normals]
    previous: Points | None = None
    for k in range(steps):
        u = k / steps
        out = normal(points, how.surface)
        above = how.surface(points)
        field = unit(flow(points)) + stray
        tangent = unit(field - out * (field * out).sum(1, keepdims=True))
        rising = lift * (1 - u) ** how.decay
        if how.cling > 0:
            rising = rising * (above < height + SLACK)
        heading = tangent + out * rising[:, None]
        heading[:, 1] -= how.weight * min(1.0, 2 * u)
        heading = unit(heading)
        if previous is not None:
            heading = unit(heading * (1 - how.stiff) + previous * how.stiff)
        previous = heading
        stride = length / steps
        if how.arrive is not None:
            stride = np.linalg.norm(how.arrive - points, axis=1) * 1.08 / (steps - k)
        points = points + heading * stride[:, None]
        wanted = height * smooth_step(-0.15, 0.35, u + 1 / steps)
        above = how.surface(points)
        out = normal(points, how.surface)
        push = np.maximum(wanted - above, 0) - how.cling * np.clip(above - wanted - SLACK, 0, 0.8)
        points = points + out * push[:, None]
        path.append(points.copy())
        outs.append(out)
    return np.array(path), np.array(outs)


def wave(path: Points, outs: Points, size: Row, wavelength: float, *, phase: Row) -> Points:
    """Paths that swing sideways and, by half as much, outwards; `size` (n,) cm at the tips."""
    tangent = unit(np.gradient(path, axis=0))
    side = unit(np.cross(tangent, outs))
    walked = np.linalg.norm(np.diff(path, axis=0), axis=2).cumsum(0)
    walked = np.r_[np.zeros((1, path.shape[1])), walked]
    share = smooth_step(0.8, 6.0, walked) * size
    turn = walked * (2 * np.pi / wavelength) + phase
    return (
        path
        + side * (share * np.sin(turn))[..., None]
        + outs * (0.5 * share * (1 + np.cos(turn)))[..., None]
    )


def resample(path: Points, reach: Row) -> Points:
    """The first `reach` (n,) of each path (in steps), in as many points."""
    last = path.shape[0] - 1
    at = np.linspace(0, 1, last + 1)[:, None] * np.clip(reach, 0, last)
    low = np.minimum(at.astype(int), last - 1)
    column = np.arange(path.shape[1])[None]
    t = (at - low)[..., None]
    return path[low, column] * (1 - t) + path[low + 1, column] * t


def keep_in_place(strands: Strands) -> Strands:
    """Strands cut where they would go astray, whatever length is asked for."""
    entered = astray(strands.path)
    last = strands.path.shape[0] - 1
    first = np.where(entered.any(0), entered.argmax(0) - 1.0, last)
    keep = first >= 1
    kept, reach = strands.of(keep), first[keep]
    return dataclasses.replace(
        kept,
        path=resample(kept.path, reach),
        out=resample(kept.out, reach),
        share=np.minimum(kept.share * last / reach, 1.0),
    )


def occlusion(groups: list[Strands]) -> list[Row]:
    """How open each path point (k, n) of each group is: 1 at the outside, less beneath others."""
    points = np.concatenate([g.path.reshape(-1, 3) for g in groups])
    tree = KDTree(points)
    found = []
    for g in groups:
        at = (g.path + g.out * 0.9).reshape(-1, 3)
        covered = np.array([len(near) for near in tree.query_ball_point(at, 0.85)], float)
        found.append((1.0 / (1.0 + (covered / 9.0) ** 1.5)).reshape(g.path.shape[:2]))
    return found
