"""Ears, eyeballs, teeth and shirt: small separate meshes beside the head."""

from __future__ import annotations

import numpy as np

from mien.head.build.sdf import MIRROR, Points, smooth_step
from mien.head.build.surface import Index, vertex_normals

EAR_ROUND = 40
# (radius, height above the ear's plane): concha, antihelix, scapha, helix rim, back.
EAR_PROFILE = (
    *((0, -0.30), (0.15, -0.30), (0.3, -0.22), (0.42, 0.10), (0.52, 0.34), (0.60, 0.40)),
    *((0.68, 0.26), (0.76, 0.18), (0.84, 0.36), (0.91, 0.52), (0.97, 0.48), (1.0, 0.30)),
    *((0.97, 0.05), (0.85, -0.15), (0.55, -0.7)),
)
EAR_OCCLUSION = {0: 0.35, 1: 0.35, 2: 0.45, 3: 0.6, 6: 0.75, 7: 0.65, 8: 0.8}


def grid(rows: int, columns: int) -> Index:
    """Triangles of a (rows, columns) vertex grid that closes along its columns."""
    faces = []
    i = np.arange(columns)
    j = (i + 1) % columns
    for row in range(rows - 1):
        a, b = row * columns, (row + 1) * columns
        faces += [np.c_[a + i, b + i, b + j], np.c_[a + i, b + j, a + j]]
    return np.concatenate(faces)


def ear() -> tuple[Points, Index, Points]:
    """Vertices, triangles and ambient occlusion of the ear at x > 0."""
    angle = np.arange(EAR_ROUND) / EAR_ROUND * 2 * np.pi
    along = np.array([0.42, 0.0, -0.90]) / np.hypot(0.42, 0.90)
    out = np.array([0.90, 0, 0.42]) / np.hypot(0.90, 0.42)
    c, s = np.cos(angle), np.sin(angle)
    points, occlusion = [], []
    for k, (radius, height) in enumerate(EAR_PROFILE):
        u = 1.65 * c * (1 + 0.20 * s) * radius - 0.25 * (1 - radius)
        v = 3.05 * s * radius - 0.45 * (1 - radius)
        h = np.full(EAR_ROUND, float(height))
        if k < 12:
            front, lobe = smooth_step(-0.2, -1.0, c), smooth_step(-0.55, -0.95, s)
            h = h * (1 - 0.7 * lobe) + 0.12 * lobe
            h = h * (1 - 0.75 * front * (radius > 0.5)) + 0.1 * front * (radius > 0.5)
        u = u + v * 0.17
        base = np.array([6.55, -1.2, -7.6]) + (u[:, None] + 1.35) * along
        points.append(base + v[:, None] * [0, 1.0, 0] + h[:, None] * out)
        occlusion.append(np.full(EAR_ROUND, EAR_OCCLUSION.get(k, 1.0)))
    return np.concatenate(points), grid(len(EAR_PROFILE), EAR_ROUND), np.concatenate(occlusion)


def ears() -> tuple[Points, Index, Points]:
    """Both ears: vertices, triangles, occlusion."""
    points, faces, occlusion = ear()
    both = np.r_[faces, faces[:, [0, 2, 1]] + len(points)]
    outward = vertex_normals(points, faces)[: EAR_ROUND * 6] @ np.array([1, 0, 0.4])
    if outward.mean() < 0:
        both = both[:, [0, 2, 1]]
    return np.r_[points, points * MIRROR], both, np.r_[occlusion, occlusion]


def eyeball() -> tuple[Points, Index]:
    """A unit sphere cap, gaze along +z."""
    polar = np.r_[0, np.linspace(0.06, np.pi * 0.62, 20)]
    around = np.linspace(0, 2 * np.pi, 33)[:-1]
    u, v = np.meshgrid(polar, around, indexing="ij")
    points = np.c_[
        (np.sin(u) * np.cos(v)).ravel(), (np.sin(u) * np.sin(v)).ravel(), np.cos(u).ravel()
    ]
    return points, grid(len(polar), len(around))


def _tooth_arc(
    top: float, bottom: float, front: float, width: float
) -> tuple[Points, Index, Points]:
    t = np.linspace(-1, 1, 33)
    x = width * np.sin(t * 1.15) / np.sin(1.15)
    z = front - 2.4 * (1 - np.cos(t * 1.15))
    middle = (top + bottom) / 2
    levels = ((top, 0.0), (middle, 0.12), (bottom, 0.0))
    points = np.concatenate([np.c_[x, np.full(33, y), z + bulge] for y, bulge in levels])
    i = np.arange(32)
    faces = [
        np.r_[np.c_[i + r, i + r + 33, i + r + 34], np.c_[i + r, i + r + 34, i + r + 1]]
        for r in (0, 33)
    ]
    along = np.tile(t, 3) * 4 + 0.5 + 8
    return points, np.concatenate(faces), along


def teeth(lips_front: float) -> tuple[Points, Index, Points, Points]:
    """Vertices, triangles, position along the row in teeth, and 1 for the lower row."""
    front = lips_front - 0.75
    upper = _tooth_arc(-6.3, -7.28, front, 2.15)
    lower = _tooth_arc(-7.20, -8.0, front - 0.22, 1.95)
    is_lower = np.r_[np.zeros(len(upper[0])), np.ones(len(lower[0]))]
    triangles = np.r_[upper[1], lower[1] + len(upper[0])]
    return np.r_[upper[0], lower[0]], triangles, np.r_[upper[2], lower[2]], is_lower


def shirt() -> tuple[Points, Index]:
    """Collar and shoulders as an elliptic lathe: (height, half width, half depth) per ring."""
    profile = (
        *((-13.7, 5.75, 5.9), (-14.6, 6.2, 6.3), (-15.3, 8.2, 6.9), (-16.4, 11.5, 7.4)),
        *((-18, 15.5, 8.0), (-20, 18.2, 8.6), (-23, 19.5, 9.2), (-30, 20, 9.6)),
    )
    angle = np.linspace(0, 2 * np.pi, 49)[:-1]
    rings = []
    for k, (height, rx, rz) in enumerate(profile):
        dip = 1.6 if k < 2 else 1.6 * 0.6 ** (k - 1)
        y = height - np.cos(angle) * dip
        rings.append(np.c_[rx * np.sin(angle), y, -10.2 + rz * np.cos(angle)])
    return np.concatenate(rings), grid(len(profile), len(angle))
