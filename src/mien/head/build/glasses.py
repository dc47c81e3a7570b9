"""Spectacle frames, flat: a front that `eyewear` bends over the face, temples that follow it."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mien.head.build.sdf import Points
from mien.head.build.surface import Index

EYE_X = 3.2
ROUND = 40
"""Points around a lens."""
SECTION = np.arange(6) / 6 * 2 * np.pi
BRIDGE_STEPS = 9
TEMPLE_STEPS = 12


@dataclasses.dataclass(frozen=True)
class Frame:
    """Shape of one style, cm.

    size       half width, half height above and below the middle of a lens
    power      2 is an ellipse; larger is squarer
    shift      the lens's middle from the eye's, outwards and up; skew: outwards per cm below
    rim        half width in the lens's plane above and below, half depth
    bridge     height over the lens's middle, arch, half thickness; then a second bar's or 0
    temple     half height, half width
    """

    size: tuple[float, float, float]
    power: float
    shift: tuple[float, float]
    skew: float
    rim: tuple[float, float, float]
    bridge: tuple[float, float, float]
    bar: float
    temple: tuple[float, float]


FRAMES = {
    "round": Frame(
        (2.05, 1.95, 1.95), 2.0, (0.15, -0.2), 0.0, (0.11, 0.11, 0.12), (0.55, 0.30, 0.10), 0.0,
        (0.13, 0.08),
    ),
    "square": Frame(
        (2.35, 1.55, 1.55), 4.2, (0.18, -0.2), -0.05, (0.24, 0.17, 0.16), (0.55, 0.20, 0.15), 0.0,
        (0.26, 0.11),
    ),
    "half_rim": Frame(
        (2.35, 1.40, 1.40), 3.2, (0.18, -0.15), -0.04, (0.24, 0.045, 0.14), (0.60, 0.18, 0.11),
        0.0, (0.22, 0.10),
    ),
    "aviator": Frame(
        (2.45, 1.50, 2.15), 2.5, (0.22, -0.05), 0.16, (0.075, 0.075, 0.075), (0.35, 0.22, 0.065),
        1.28, (0.09, 0.06),
    ),
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class FrameMesh:
    """front: (n, 3) x, y from between the eyes, z out of the frame's own curved surface.

    The temples' vertices follow the front's: `TEMPLE_STEPS` sections of six, x > 0 first.
    """

    front: Points
    triangles: Index
    lens: Points
    lens_triangles: Index
    temple: NDArray[np.float64]


def _outline(frame: Frame, grown: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(x, y) around the right lens, from the temple upwards."""
    angle = np.arange(ROUND) / ROUND * 2 * np.pi
    c, s = np.cos(angle), np.sin(angle)
    half, above, below = frame.size
    x = (half + grown) * np.sign(c) * np.abs(c) ** (2 / frame.power)
    y = (np.where(s > 0, above, below) + grown) * np.sign(s) * np.abs(s) ** (2 / frame.power)
    x = x + frame.skew * -y * (1 - 0.5 * np.abs(x) / half)
    return x + EYE_X + frame.shift[0], y + frame.shift[1]


def _ring_faces(sections: int, *, closed: bool) -> Index:
    """Triangles of a tube of `sections` rings of six."""
    count, faces = len(SECTION), []
    i = np.arange(count)
    j = (i + 1) % count
    for k in range(sections if closed else sections - 1):
        a, b = k * count, ((k + 1) % sections) * count
        faces += [np.c_[a + i, b + i, b + j], np.c_[a + i, b + j, a + j]]
    return np.concatenate(faces)


def _cap(start: int, *, flip: bool) -> Index:
    i = np.arange(1, len(SECTION) - 1)
    faces = np.c_[np.zeros_like(i), i, i + 1] + start
    return faces[:, [0, 2, 1]] if flip else faces


def _rim(frame: Frame) -> Points:
    x, y = _outline(frame, 0.0)
    wide_x, wide_y = _outline(frame, 0.1)
    out = np.c_[wide_x - x, wide_y - y]
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    upper = np.clip(0.5 + 0.9 * np.sin(np.arange(ROUND) / ROUND * 2 * np.pi), 0, 1)
    half = frame.rim[0] * upper + frame.rim[1] * (1 - upper)
    depth = np.minimum(frame.rim[2], half * 1.6)
    points = []
    for k in range(ROUND):
        across, along = half[k] * np.cos(SECTION), depth[k] * np.sin(SECTION)
        points.append(np.c_[x[k] + out[k, 0] * across, y[k] + out[k, 1] * across, along])
    return np.concatenate(points)


def _bar(frame: Frame, height: float, arch: float, half: float) -> Points:
    """A tube from one rim to the other."""
    x, y = _outline(frame, 0.0)
    near = (x < EYE_X + frame.shift[0]) & (np.abs(y - frame.shift[1] - height) < 0.8)
    order = np.argsort(np.abs(y[near] - frame.shift[1] - height))
    end = float(x[near][order[0]]) + 0.05
    points = []
    for t in np.linspace(-1, 1, BRIDGE_STEPS):
        y_here = frame.shift[1] + height + arch * (1 - t * t)
        ring = np.c_[0 * SECTION, half * np.cos(SECTION), half * np.sin(SECTION)]
        points.append(ring + [t * end, y_here, 0.06 * (1 - t * t)])
    return np.concatenate(points)


def _outward(points: Points, faces: Index) -> Index:
    """The faces of a closed tube, turned so that they look out of it."""
    a, b, c = (points[faces[:, k]] for k in range(3))
    volume = (a * np.cross(b, c)).sum()
    return faces if volume > 0 else faces[:, [0, 2, 1]]


def frame_mesh(name: str) -> FrameMesh:
    """The mesh of a style."""
    frame = FRAMES[name]
    points: list[Points] = []
    faces: list[Index] = []

    def add(part: Points, triangles: Index) -> None:
        faces.append(triangles + sum(len(one) for one in points))
        points.append(part)

    rim = _rim(frame)
    rim_faces = _outward(rim - rim.mean(0), _ring_faces(ROUND, closed=True))
    add(rim, rim_faces)
    add(rim * [-1, 1, 1], rim_faces[:, [0, 2, 1]])
    height, arch, half = frame.bridge
    bars = [(height, arch, half), *([(frame.bar, 0.05, half)] if frame.bar else [])]
    for bar in bars:
        part = _bar(frame, *bar)
        add(part, _outward(part - part.mean(0), _ring_faces(BRIDGE_STEPS, closed=False)))
    count = sum(len(part) for part in points)
    tube = _ring_faces(TEMPLE_STEPS, closed=False)
    last = (TEMPLE_STEPS - 1) * len(SECTION)
    right = np.r_[tube, _cap(0, flip=False), _cap(last, flip=True)]
    left = right[:, [0, 2, 1]] + TEMPLE_STEPS * len(SECTION)
    x, y = _outline(frame, -0.02)
    middle = np.array([[x.mean(), y.mean()]])
    inner = middle + (np.c_[x, y] - middle) * 0.55
    lens = np.r_[middle, inner, np.c_[x, y]]
    i = np.arange(ROUND)
    j = (i + 1) % ROUND
    fan = np.c_[np.zeros(ROUND, int), 1 + i, 1 + j]
    strip = np.r_[np.c_[1 + i, 1 + ROUND + i, 1 + ROUND + j], np.c_[1 + i, 1 + ROUND + j, 1 + j]]
    lens_faces = np.r_[fan, strip]
    flat = np.c_[lens, np.zeros(len(lens))]
    return FrameMesh(
        front=np.concatenate(points),
        triangles=np.concatenate([*faces, right + count, left + count]),
        lens=np.r_[flat, flat * [-1, 1, 1]],
        lens_triangles=np.r_[lens_faces, lens_faces[:, [0, 2, 1]] + len(flat)],
        temple=np.array([*frame.temple, float(x.max()), frame.shift[1] + 0.62 * frame.size[1]]),
    )


def support_tables(vertices: Points, usable: NDArray[np.bool_]) -> dict[str, NDArray[np.int64]]:
    """Which skin vertices a frame must clear: its front (n,), then its temples (2, steps, m)."""
    x, y, z = np.abs(vertices[:, 0]), vertices[:, 1], vertices[:, 2]
    front = usable & (x > 1.0) & (x < 5.9) & (y > -2.5) & (y < 2.1) & (z > -2.5)
    front |= usable & (x <= 1.0) & (y > 0.0) & (y < 1.75) & (z > 0)
    front |= usable & (x > 0.72) & (x <= 1.0) & (y > -1.15) & (y <= 0.0) & (z > 0)  # the nose
    sets = []
    for side in (1.0, -1.0):
        for depth in TEMPLE_DEPTHS:
            near = (np.abs(z - depth) < 0.75) & (np.abs(y - 0.9) < 1.3)
            sets.append(np.flatnonzero(near & (vertices[:, 0] * side > 3.5)))
    table = np.zeros((len(sets), max(len(group) for group in sets)), np.int64)
    for row, group in zip(table, sets, strict=True):
        row[:] = group[0]
        row[: len(group)] = group
    return {"front": np.flatnonzero(front), "temples": table.reshape(2, len(TEMPLE_DEPTHS), -1)}


TEMPLE_DEPTHS = (-1.6, -2.6, -3.6, -4.6, -5.6, -6.6, -7.4)
"""Where along z the head's width beside the temples is measured, cm."""
