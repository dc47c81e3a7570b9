"""Beards: short strands rooted in the skin of the resting face."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mien.head.build.sdf import Points, bald_distance, normal, smooth_step, unit
from mien.head.build.strands import Row, Strands
from mien.head.build.surface import vertex_normals

LIP_BORDER = 1.55
"""Lip ring within which nothing grows: the vermilion ends at 1."""


@dataclasses.dataclass(frozen=True)
class Binding:
    """Where each strand is rooted: corners (n, 3) of a triangle of the head, weights (n, 3)."""

    corners: NDArray[np.int64]
    weights: Points


@dataclasses.dataclass(frozen=True)
class Beard:
    """gap between roots, half width and length of strands, cm; how far they stand off."""

    gap: float
    width: float
    length: float
    chin: float
    lift: float


BEARDS = {
    "moustache": Beard(0.19, 0.15, 0.95, 0.0, 0.40),
    "goatee": Beard(0.25, 0.13, 0.75, 0.8, 0.42),
    "short_beard": Beard(0.34, 0.17, 0.55, 0.15, 0.42),
    "full_beard": Beard(0.42, 0.24, 0.95, 1.5, 0.45),
}


def moustache_area(p: Points) -> Row:
    """0..1 between nose and upper lip."""
    side, y = np.abs(p[:, 0]), p[:, 1]
    low = -6.55 - 0.10 * side - 0.35 * smooth_step(1.6, 3.0, side)
    high = -4.95 - 0.28 * side
    inside = smooth_step(0.0, 0.3, high - y) * smooth_step(-0.3, 0.0, y - low)
    return inside * smooth_step(3.0, 2.5, side) * smooth_step(0.10, 0.25, side)


def jaw_area(p: Points) -> Row:
    """0..1 on chin, jaw and the cheek's lower part, up to the sideburns."""
    side, y, z = np.abs(p[:, 0]), p[:, 1], p[:, 2]
    line = np.interp(
        side,
        [0, 2.0, 2.9, 3.6, 4.6, 5.4, 6.0, 6.6],
        [-8.1, -8.0, -7.2, -6.2, -5.6, -4.6, -2.4, 0.0],
    )
    cheek = smooth_step(0.15, -0.5, y - line)
    throat = smooth_step(-12.6, -11.6, y + 0.32 * (z + 1.0))
    behind = smooth_step(-8.2, -7.4, z)
    before = smooth_step(-4.8, -3.6, y) * smooth_step(-6.0, -5.0, z)
    return cheek * throat * behind * (1 - before) * smooth_step(0.2, -0.6, y)


def chin_area(p: Points) -> Row:
    """0..1 on the chin and around the mouth's corners."""
    side, y, z = np.abs(p[:, 0]), p[:, 1], p[:, 2]
    chin = smooth_step(2.6, 1.9, side) * smooth_step(-8.0, -8.35, y)
    corners = smooth_step(0.55, 0.3, np.abs(side - 2.75 - 0.10 * (y + 7.0)))
    corners = corners * smooth_step(-6.1, -6.5, y)
    return np.maximum(chin, corners) * smooth_step(-12.4, -11.6, y) * smooth_step(-2.2, -1.2, z)


def _area(name: str, p: Points) -> Row:
    if name == "moustache":
        return moustache_area(p)
    if name == "goatee":
        return np.maximum(moustache_area(p), chin_area(p))
    return np.maximum(moustache_area(p), jaw_area(p))


def _roots(
    name: str, template: dict[str, NDArray[np.generic]], random: np.random.Generator
) -> tuple[Points, Binding]:
    """Points on the head's triangles at least a gap apart, denser where the beard is full."""
    vertices = template["head.vertices"].astype(np.float64)
    triangles = template["head.triangles"].astype(np.int64)
    level = template["head.lip_level"].astype(np.float64)
    middle = vertices[triangles].mean(1)
    face = (middle[:, 1] < -0.5) & (middle[:, 2] > -8.5) & (level[triangles].min(1) >= LIP_BORDER)
    triangles = triangles[face & (_area(name, middle) > 0.02)]
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    size = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    chosen = random.choice(len(triangles), 14000, p=size / size.sum())
    u, v = random.random((2, len(chosen)))
    over = u + v > 1
    u, v = np.where(over, 1 - u, u), np.where(over, 1 - v, v)
    weights = np.stack([1 - u - v, u, v], 1)
    corners = triangles[chosen]
    points = (vertices[corners] * weights[:, :, None]).sum(1)
    grown = _area(name, points)
    gap = BEARDS[name].gap / np.sqrt(np.clip(grown, 0.25, 1.0))
    keep: list[int] = []
    for i in np.flatnonzero(random.random(len(points)) < grown):
        if keep and np.min(np.sum((points[keep] - points[i]) ** 2, 1) - gap[i] ** 2) < 0:
            continue
        keep.append(int(i))
    return points[keep], Binding(corners[keep], weights[keep])


def _combing(name: str, p: Points) -> tuple[Points, Row]:
    """Direction (n, 3) and length (n,) of each strand."""
    beard, side = BEARDS[name], np.abs(p[:, 0])
    upper = moustache_area(p) > 0.05
    zero = np.zeros(len(p))
    low = smooth_step(-7.8, -9.6, p[:, 1]) * smooth_step(4.6, 1.5, side)
    down = np.stack([0.12 * p[:, 0] - 0.25 * p[:, 0] * low, zero - 1, 0.15 + 0.35 * low], 1)
    away = np.stack([np.sign(p[:, 0]) * (0.7 + 0.25 * side), zero - 0.62, zero], 1)
    reach = beard.length + beard.chin * low
    lip = np.minimum(0.95, 0.42 + 0.30 * side)
    reach = np.where(upper, lip * (1.15 if name == "moustache" else 0.9), reach)
    return np.where(upper[:, None], away, down), reach


def grow_beard(name: str, template: dict[str, NDArray[np.generic]]) -> tuple[Strands, Binding]:
    """The strands of a beard, and where they are bound."""
    random = np.random.default_rng(11)
    beard = BEARDS[name]
    points, binding = _roots(name, template, random)
    vertices = template["head.vertices"].astype(np.float64)
    normals = vertex_normals(vertices, template["head.triangles"].astype(np.int64))
    out = unit((normals[binding.corners] * binding.weights[:, :, None]).sum(1))
    count = len(points)
    comb, length = _combing(name, points)
    length = length * (0.8 + 0.4 * random.random(count))
    comb = unit(comb) + random.normal(size=(count, 3)) * 0.16
    path, outs = [points - 0.06 * out], [out]
    steps = 4
    for k in range(steps):
        tangent = unit(comb - out * (comb * out).sum(1, keepdims=True))
        heading = unit(tangent + out * (beard.lift * (1 - k / steps)))
        heading[:, 1] -= 0.15 * k / steps
        moved = path[-1] + heading * (length / steps)[:, None]
        push = np.maximum(0.07 - bald_distance(moved), 0)
        out = normal(moved)
        path.append(moved + out * push[:, None])
        outs.append(out)
    edge = np.clip(_area(name, points), 0.3, 1)
    width = beard.width * (0.75 + 0.5 * random.random(count)) * (0.55 + 0.45 * edge)
    shade = random.random(count)
    one = np.ones(count)
    return (
        Strands(
            np.array(path), np.array(outs), width, 0.3 * one, 0.08 * one, one, 5.0 * one, shade
        ),
        binding,
    )
