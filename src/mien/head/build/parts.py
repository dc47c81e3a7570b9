"""Ears, eyeballs and shirt: small separate meshes beside the head."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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


# Collar and body as rings around the neck's axis: height, half width, half depth, front dip,
# and how much the ring follows the neck. The first rings lie inside the collar.
SHIRT_RINGS = (
    *((-14.9, 5.05, 5.25, 1.5, 1.0), (-13.9, 5.2, 5.4, 1.5, 1.0), (-13.62, 5.32, 5.52, 1.5, 1.0)),
    *((-13.58, 5.5, 5.7, 1.5, 1.0), (-13.78, 5.68, 5.88, 1.52, 0.95)),
    *((-14.35, 6.02, 6.18, 1.6, 0.9), (-14.5, 6.05, 6.2, 1.6, 0.85), (-14.6, 6.3, 6.35, 1.55, 0.8)),
    *((-15.15, 7.6, 6.9, 1.25, 0.65), (-15.8, 9.6, 7.35, 0.85, 0.5)),
    *((-16.7, 12.4, 7.8, 0.5, 0.35), (-17.9, 15.3, 8.3, 0.3, 0.25)),
    *((-19.6, 17.6, 8.8, 0.1, 0.2), (-22.5, 19.2, 9.3, 0.0, 0.2), (-30, 20, 9.6, 0.0, 0.2)),
)


def shirt() -> tuple[Points, Index, NDArray[np.float64], NDArray[np.float64]]:
    """A crew-neck shirt: vertices, triangles, share in the neck's moves, cm below the rim."""
    angle = np.linspace(0, 2 * np.pi, 57)[:-1]
    rings, share, below = [], [], []
    for height, rx, rz, dip, follow in SHIRT_RINGS:
        y = height - np.cos(angle) * dip
        rings.append(np.c_[rx * np.sin(angle), y, -10.1 + rz * np.cos(angle)])
        share.append(np.full(len(angle), follow))
        below.append(np.full(len(angle), -13.58 - height))
    vertices = np.concatenate(rings)
    return vertices, grid(len(rings), len(angle)), np.concatenate(share), np.concatenate(below)
