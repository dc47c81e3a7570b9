"""From strands to triangles: every strand is a curved band of three vertices across."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.head.kernels import kernel
from mien.head.maths import clamp, cos, sin, smoothstep

# Columns of the array of strands (n, 8).
WIDTH, RISE, TIP, SHARE, LINE, SHADE, FRONT, TEMPLE = range(8)
SHORTER, SPREAD, LOWER = 0.62, 0.6, 0.5
"""What `length` -1 takes off, `volume` +1 adds and -1 takes away, as shares."""
PARTING_TURN = 0.36
"""Turn of the top of the hair for `parting` 1, radians."""
SKULL_X, SKULL_Y, SKULL_MIDDLE = 7.35, 8.1, 3.6
GROWN_OVER = 0.55
"""A strand is whole when it is rooted this far above the hairline, cm."""
ACROSS_STEP = 8.0
"""Strand i has the coordinates 8 i - 1 .. 8 i + 1 across."""
TIP_UNIT = 1.5
"""Distances to the tip are counted in this many cm."""


@kernel
def _turned(x: float, y: float, parting: float) -> tuple[float, float]:
    """A point of the hair slid over the skull, as on an ellipse, most on top."""
    angle = parting * PARTING_TURN * smoothstep(-1.0, 9.0, y)
    u, v = x / SKULL_X, (y - SKULL_MIDDLE) / SKULL_Y
    c, s = cos(angle), sin(angle)
    return (u * c + v * s) * SKULL_X, (v * c - u * s) * SKULL_Y + SKULL_MIDDLE


@kernel
def _half_width(u: float, width: float, tip: float) -> float:
    """Half width at u in [0, 1] of a strand."""
    start = 0.75 + 0.25 * min(1.0, u / 0.15)
    t = max(0.0, (u - 0.5) / 0.5)
    return width * start * (1.0 - (1.0 - tip) * t * t)


@kernel
def _grown(strand: Any, i: int, line: float, recession: float) -> float:
    """0 where the person's hairline lies above the root of a strand, 1 well below it."""
    above = strand[i, LINE] - line * strand[i, FRONT] - recession * strand[i, TEMPLE]
    return smoothstep(0.0, GROWN_OVER, above)


@kernel
def shape_paths(path: Any, out: Any, lift: Any, starts: Any, strand: Any, knobs: Any) -> None:
    """Apply length, volume, parting and hairline to paths (m, 3), in place.

    out (m, 3), lift (m,), starts (n + 1,), strand (n, 8); knobs: length, volume, parting, line,
    recession
    """
    length, volume, parting = knobs[0], knobs[1], knobs[2]
    raised = volume * (SPREAD if volume > 0.0 else LOWER)
    for i in range(strand.shape[0]):
        first, last = starts[i], starts[i + 1] - 1
        for j in range(first, last + 1):
            for k in range(3):
                path[j, k] += raised * lift[j] * out[j, k]
            if parting != 0.0:
                path[j, 0], path[j, 1] = _turned(path[j, 0], path[j, 1], parting)
        share = strand[i, SHARE]
        reach = share * (1.0 + SHORTER * length)
        if length > 0.0:
            reach = share + (1.0 - share) * length
        reach *= 0.25 + 0.75 * _grown(strand, i, knobs[3], knobs[4])
        # From the tip to the root, so that each point is read before it is overwritten.
        for j in range(last, first, -1):
            at = reach * (j - first)
            low = np.int64(np.floor(at))
            t = at - low
            a = first + low
            b = min(a + 1, last)
            for k in range(3):
                path[j, k] = path[a, k] * (1.0 - t) + path[b, k] * t


@kernel
def _direction(path: Any, j: int, first: int, last: int) -> tuple[float, float, float]:
    a, b = max(j - 1, first), min(j + 1, last)
    return path[b, 0] - path[a, 0], path[b, 1] - path[a, 1], path[b, 2] - path[a, 2]


@kernel
def lay_strands(path: Any, out: Any, plan: Any, vertices: Any, along: Any) -> None:
    """Three vertices for each path point: vertices (3 m, 3), and their distance to the tip (3 m,).

    plan = (starts, strand, knobs) as in `shape_paths`; strands below the person's hairline have
    no width.
    """
    starts, strand, knobs = plan
    for i in range(strand.shape[0]):
        first, last = starts[i], starts[i + 1] - 1
        width = strand[i, WIDTH] * _grown(strand, i, knobs[3], knobs[4])
        to_tip = 0.0
        for j in range(last, first - 1, -1):
            if j < last:
                dx = path[j + 1, 0] - path[j, 0]
                dy = path[j + 1, 1] - path[j, 1]
                dz = path[j + 1, 2] - path[j, 2]
                to_tip += np.sqrt(dx * dx + dy * dy + dz * dz) / TIP_UNIT
            tx, ty, tz = _direction(path, j, first, last)
            sx = ty * out[j, 2] - tz * out[j, 1]
            sy = tz * out[j, 0] - tx * out[j, 2]
            sz = tx * out[j, 1] - ty * out[j, 0]
            scale = 1.0 / (np.sqrt(sx * sx + sy * sy + sz * sz) + 1e-6)
            sx, sy, sz = sx * scale, sy * scale, sz * scale
            ux, uy, uz = sy * tz - sz * ty, sz * tx - sx * tz, sx * ty - sy * tx
            scale = 1.0 / (np.sqrt(ux * ux + uy * uy + uz * uz) + 1e-6)
            half = _half_width((j - first) / (last - first), width, strand[i, TIP])
            rise = half * strand[i, RISE]
            for c in range(3):
                place = half * (c - 1.0)
                up = (rise if c == 1 else -0.4 * rise) * scale
                vertices[3 * j + c, 0] = path[j, 0] + sx * place + ux * up
                vertices[3 * j + c, 1] = path[j, 1] + sy * place + uy * up
                vertices[3 * j + c, 2] = path[j, 2] + sz * place + uz * up
                along[3 * j + c] = to_tip


@kernel
def carry_beard(path: Any, starts: Any, bound: Any, moved: Any, rest: Any, turn: Any) -> None:
    """Move beard paths (m, 3) with the skin that their roots are bound to.

    bound = (corners, weights), (n, 3) each; moved, rest (v, 3) skin; turn (v,) radians that the
    jaw turns it by
    """
    corners, weights = bound
    for i in range(corners.shape[0]):
        angle = 0.0
        shift = (0.0, 0.0, 0.0)
        for c in range(3):
            a, w = corners[i, c], weights[i, c]
            angle += w * turn[a]
            shift = (
                shift[0] + w * (moved[a, 0] - rest[a, 0]),
                shift[1] + w * (moved[a, 1] - rest[a, 1]),
                shift[2] + w * (moved[a, 2] - rest[a, 2]),
            )
        c, s = cos(angle), sin(angle)
        first = starts[i]
        y0, z0 = path[first, 1], path[first, 2]
        for j in range(first, starts[i + 1]):
            y, z = path[j, 1] - y0, path[j, 2] - z0
            path[j, 0] += shift[0]
            path[j, 1] = y0 + y * c - z * s + shift[1]
            path[j, 2] = z0 + y * s + z * c + shift[2]


def band_triangles(counts: NDArray[np.int64]) -> NDArray[np.int32]:
    """Triangles of strands of `counts` (n,) points, vertices as `lay_strands` writes them."""
    points = int(counts.sum())
    ends = np.cumsum(counts) - 1
    inner = np.ones(points, bool)
    inner[ends] = False
    j = np.flatnonzero(inner) * 3
    faces = []
    for c in (0, 1):
        faces += [
            np.stack([j + c, j + c + 3, j + c + 4], 1),
            np.stack([j + c, j + c + 4, j + c + 1], 1),
        ]
    return np.stack(faces, 1).reshape(-1, 3).astype(np.int32)


@kernel
def openness(opened: Any, starts: Any, strand: Any, out: Any) -> None:
    """Occlusion (3 m,) of the vertices: dark at roots, edges and beneath other strands."""
    for i in range(strand.shape[0]):
        first, last = starts[i], starts[i + 1] - 1
        for j in range(first, last + 1):
            u = (j - first) / (last - first)
            for c in range(3):
                shade = 0.42 + 0.38 * min(1.0, 1.6 * u) + (0.22 if c == 1 else 0.0)
                shade -= 0.16 * (1.0 - strand[i, SHADE])
                out[3 * j + c] = clamp(shade * (0.58 + 0.48 * opened[j]), 0.0, 1.0)
