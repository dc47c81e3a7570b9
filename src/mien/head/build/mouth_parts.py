"""What lies behind the lips: two rows of teeth in their gums, and the tongue."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mien.head.build.sdf import Points
from mien.head.build.surface import Index

# Width and height of a tooth from the middle outwards, cm; how pointed its edge is.
UPPER_TEETH = (
    *((0.84, 1.02, 0.0), (0.66, 0.92, 0.03), (0.74, 1.02, 0.16)),
    *((0.68, 0.86, 0.10), (0.66, 0.80, 0.06), (0.90, 0.72, 0.0)),
)
LOWER_TEETH = (
    *((0.55, 0.86, 0.0), (0.58, 0.86, 0.02), (0.66, 0.94, 0.14)),
    *((0.66, 0.82, 0.08), (0.66, 0.78, 0.05), (0.90, 0.72, 0.0)),
)
UPPER_EDGE, LOWER_EDGE = -7.30, -7.24
ARCH_WIDTH, ARCH_DEPTH = 2.75, 3.3
BEHIND_LIPS = 0.78
"""How far the middle of the upper row lies behind the line where the lips meet, cm."""
OVERBITE = 0.24
ACROSS = np.array([-1.0, -0.55, 0.0, 0.55, 1.0])
# Rows of a tooth: height in its own heights above the edge, set back, share of its width.
TOOTH_ROWS = (
    (0.80, -0.40, 0.80),
    *((0.04, -0.26, 0.92), (0.0, -0.07, 0.94), (0.10, 0.0, 0.99)),
    *((0.40, 0.05, 1.0), (0.80, 0.02, 0.88), (1.15, -0.06, 0.74)),
)
GUM_ROWS = ((0.0, -0.02), (0.22, 0.09), (0.55, 0.14), (1.3, 0.02))
"""Rows of the gums: height above their edge, how far they stand out, cm."""
GUM_COLUMNS = 5
"""Gum columns per tooth."""


@dataclasses.dataclass(frozen=True)
class MouthPart:
    """A mesh with, per vertex, `across` (teeth: counted), `along` and 1 for what the jaw moves.

    along  teeth: 0 at the cutting edge, 1 at the gum's, 2 and more on the gum; tongue: from its
           root to its tip
    """

    vertices: Points
    triangles: Index
    across: NDArray[np.float64]
    along: NDArray[np.float64]
    lower: NDArray[np.float64]


def _patch(rows: int, columns: int, *, flip: bool) -> Index:
    """Triangles of an open (rows, columns) grid of vertices."""
    row, column = np.meshgrid(np.arange(rows - 1), np.arange(columns - 1), indexing="ij")
    a = (row * columns + column).ravel()
    faces = np.r_[np.c_[a, a + 1, a + columns + 1], np.c_[a, a + columns + 1, a + columns]]
    return faces[:, [0, 2, 1]] if flip else faces


def _arch(distance: NDArray[np.float64]) -> tuple[Points, Points]:
    """Point (x, z) and outward direction at a signed arc length from the middle of the row."""
    angle = np.linspace(-1.5, 1.5, 2001)
    x, z = ARCH_WIDTH * np.sin(angle), -ARCH_DEPTH * (1 - np.cos(angle))
    length = np.r_[0.0, np.cumsum(np.hypot(np.diff(x), np.diff(z)))]
    at = np.interp(distance, length - length[1000], angle)
    point = np.stack([ARCH_WIDTH * np.sin(at), -ARCH_DEPTH * (1 - np.cos(at))], -1)
    out = np.stack([np.sin(at) / ARCH_WIDTH, np.cos(at) / ARCH_DEPTH], -1)
    return point, out / np.linalg.norm(out, axis=-1, keepdims=True)


def _row_places(teeth: tuple[tuple[float, float, float], ...]) -> list[tuple[float, int]]:
    """(signed arc length of its middle, tooth) for a whole row, from x < 0 to x > 0."""
    ends = np.cumsum([width for width, *_ in teeth])
    middles = [float(end - width / 2) for end, (width, *_) in zip(ends, teeth, strict=True)]
    right = [(middle, k) for k, middle in enumerate(middles)]
    return [(-at, k) for at, k in reversed(right)] + right


def _tooth_row(teeth: tuple[tuple[float, float, float], ...], up: float, edge: float) -> MouthPart:
    """Crowns of one row; `up` is +1 where gums are above the teeth."""
    points, faces, across, along = [], [], [], []
    for number, (middle, kind) in enumerate(_row_places(teeth)):
        width, height, point = teeth[kind]
        start = sum(len(part) for part in points)
        rows = []
        for rise, out, share in TOOTH_ROWS:
            place, normal = _arch(middle + ACROSS * width / 2 * share * 0.985)
            round_off = 0.07 * ACROSS**4 + point * np.abs(ACROSS) ** 1.4
            y = edge + up * (rise * height + round_off * max(0.0, 1 - rise * 2.5))
            # The smile line: the row's edge rises towards the cheeks.
            y = y + up * 0.05 * np.abs(place[:, 0]) ** 1.5 * (1.0 if up > 0 else -0.4)
            bulge = out + 0.04 - 0.15 * np.abs(ACROSS) ** 2.6
            xz = place + normal * bulge[:, None]
            rows.append(np.c_[xz[:, 0], y, xz[:, 1]])
        points.append(np.concatenate(rows))
        faces.append(_patch(len(TOOTH_ROWS), len(ACROSS), flip=up < 0) + start)
        across.append(np.tile(number + 0.5 + 0.5 * ACROSS, len(TOOTH_ROWS)))
        along.append(np.repeat([rise for rise, *_ in TOOTH_ROWS], len(ACROSS)))
    count = sum(len(part) for part in points)
    lower = np.full(count, 1.0 if up < 0 else 0.0)
    return MouthPart(
        np.concatenate(points), np.concatenate(faces), np.r_[*across], np.r_[*along], lower
    )


def _gum(teeth: tuple[tuple[float, float, float], ...], up: float, edge: float) -> MouthPart:
    """The gum of one row, scalloped around the necks of the teeth."""
    places, within = [], np.arange(GUM_COLUMNS) / GUM_COLUMNS * 2 - 1
    heights, phase = [], []
    row = _row_places(teeth)
    for middle, kind in row:
        width, height, _ = teeth[kind]
        places.append(middle + within * width / 2)
        heights.append(height * (0.88 - 0.30 * np.abs(within) ** 2.2))
        phase.append(np.abs(within))
    last = row[-1]
    places.append(np.array([last[0] + teeth[last[1]][0] / 2]))
    heights.append(np.array([0.6 * teeth[last[1]][1]]))
    phase.append(np.ones(1))
    place, normal = _arch(np.concatenate(places))
    line, between = np.concatenate(heights), np.concatenate(phase)
    line = line + 0.05 * np.abs(place[:, 0]) ** 1.5 * (1.0 if up > 0 else -0.4)
    rows = []
    for rise, out in GUM_ROWS:
        # Between two teeth the gum sits deeper, as the crowns do.
        depth = out + 0.06 - 0.10 * between**2 * max(0.0, 1 - rise)
        xz = place + normal * depth[:, None]
        rows.append(np.c_[xz[:, 0], edge + up * (line + rise * 0.9), xz[:, 1]])
    columns = len(line)
    count = columns * len(GUM_ROWS)
    return MouthPart(
        np.concatenate(rows),
        _patch(len(GUM_ROWS), columns, flip=up < 0),
        np.tile(np.linspace(0, len(row), columns), len(GUM_ROWS)),
        2.0 + np.repeat([rise for rise, _ in GUM_ROWS], columns),
        np.full(count, 1.0 if up < 0 else 0.0),
    )


def _joined(parts: list[MouthPart]) -> MouthPart:
    starts = np.cumsum([0, *(len(part.vertices) for part in parts)])
    return MouthPart(
        np.concatenate([part.vertices for part in parts]),
        np.concatenate(
            [part.triangles + start for part, start in zip(parts, starts, strict=False)]
        ),
        np.concatenate([part.across for part in parts]),
        np.concatenate([part.along for part in parts]),
        np.concatenate([part.lower for part in parts]),
    )


def teeth(lips_front: float) -> MouthPart:
    """Both rows with their gums; `lips_front` is the z where the lips meet."""
    upper = [_tooth_row(UPPER_TEETH, 1.0, UPPER_EDGE), _gum(UPPER_TEETH, 1.0, UPPER_EDGE)]
    lower = [_tooth_row(LOWER_TEETH, -1.0, LOWER_EDGE), _gum(LOWER_TEETH, -1.0, LOWER_EDGE)]
    for part in upper:
        part.vertices[:, 2] += lips_front - BEHIND_LIPS
    for part in lower:
        part.vertices[:, :] *= (0.94, 1.0, 1.0)
        part.vertices[:, 2] += lips_front - BEHIND_LIPS - OVERBITE
    return _joined([*upper, *lower])


def tongue(lips_front: float) -> MouthPart:
    """A rounded blade behind the lower teeth, with a groove along its middle."""
    length, around = 9, 13
    t = np.linspace(0, 1, length)[:, None]
    angle = np.linspace(-0.30 * np.pi, 1.30 * np.pi, around)[None, :]
    half = 1.32 * np.sqrt(np.clip(1 - (1.02 * t - 0.04) ** 4, 0.0, 1)) + 0.02
    x = half * np.cos(angle)
    thick = 0.42 * (1 - 0.55 * t**2)
    groove = 0.10 * np.exp(-((x / 0.32) ** 2)) * (1 - t**3) * (np.sin(angle) > 0)
    blade = -7.45 - 0.34 * t**2 - 0.45 * (1 - t) ** 2 + 0.12 * np.sin(np.pi * t)
    y = blade + thick * np.sin(angle) - groove
    z = (lips_front - BEHIND_LIPS - OVERBITE - 0.38) - 3.6 * (1 - t) + 0.0 * angle
    vertices = np.stack([x, y, z], -1).reshape(-1, 3)
    count = len(vertices)
    return MouthPart(
        vertices,
        _patch(length, around, flip=False),
        np.tile(np.linspace(-1, 1, around), length),
        np.repeat(t.ravel(), around),
        np.ones(count),
    )
