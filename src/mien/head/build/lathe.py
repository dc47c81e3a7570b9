"""Long hair as a lathe: columns of strands from the crown down, hanging past the jaw."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mien.head.build.hair import SCALP_CENTRE, Hair, hairline
from mien.head.build.sdf import Points, bald_distance, ray_hit, smooth_step
from mien.head.build.surface import Index

COLUMNS, POINTS = 144, 40
Row = NDArray[np.float64]
POLAR = np.linspace(0, np.deg2rad(158), 220)
PARTED = 64.0
"""Columns nearer to the front than this many degrees fall away from a centre parting."""


@dataclasses.dataclass(frozen=True)
class LatheStyle:
    """thickness over the scalp, parting, and the length rule of each column."""

    thickness: float
    parted: bool = False


STYLES = {
    "bob": LatheStyle(1.1, parted=True),
    "long": LatheStyle(1.1, parted=True),
    "fringe_long": LatheStyle(1.1),
    "bun": LatheStyle(0.42),
}


def _wave(angles: Row, knots: int, seed: int) -> Row:
    values = np.random.default_rng(seed).random(knots)
    return np.interp(angles, np.linspace(-180, 180, knots + 1), np.r_[values, values[:1]])


def _column_end(name: str, angle: float, wave: float, line: float) -> tuple[float, bool]:
    """Lowest y of a column, and whether it hangs free of the scalp."""
    if name == "bob":
        return -8.4 + 0.5 * (wave - 0.5), True
    if name == "long":
        return -17.0 + 1.2 * (wave - 0.5), True
    if name == "fringe_long":
        if abs(angle) > 54:
            return -15.0, True
        return 2.55 + 0.25 * np.cos(np.deg2rad(angle) * 3) + 0.5 * (wave - 0.5), True
    return line - 0.15 + 0.7 * (wave - 0.5), False


def _directions(style: LatheStyle, name: str, angle: float) -> tuple[Points, Row, Row, float]:
    """Ray directions of a column, polar angles, progress off the parting, turned angle."""
    polar, off_part, turned = POLAR, np.ones(len(POLAR)), angle
    bearing = np.full(len(POLAR), np.deg2rad(angle))
    near = style.parted and abs(angle) < PARTED
    if near:
        turned = np.sign(angle) * (55 + 0.28 * abs(angle))
        start = 1.10 * (1 - abs(angle) / PARTED) ** 0.75
        v = np.linspace(0, 1, 90)
        polar = np.r_[start + (1.20 - start) * v**1.3, np.linspace(1.20, np.deg2rad(158), 131)[1:]]
        bearing = np.r_[
            np.deg2rad(turned) * np.sin(v * np.pi / 2), np.full(130, np.deg2rad(turned))
        ]
        off_part = np.r_[v, np.ones(130)]
    sweep = 0.25 if name == "fringe_long" else 0.0
    if sweep:
        progress = np.clip(polar / 1.25, 0, 1.2)
        side = 1.0 if turned > -35 else -0.6
        bearing = bearing + sweep * np.exp(-((turned / 75.0) ** 2)) * (progress - 1.0) * side
    d = np.c_[np.sin(polar) * np.sin(bearing), np.cos(polar), np.sin(polar) * np.cos(bearing)]
    if not near:
        d = d + np.exp(-((polar / 1.0) ** 2))[:, None] * np.array([0, 0, -0.18])
    return d / np.linalg.norm(d, axis=1, keepdims=True), polar, off_part, turned


def _hang(strand: Points, off_part: Row, turned: float, end: float, name: str) -> Points:
    """Keep a strand from curling back under the head: its radius may only grow on the way down."""
    radius = np.hypot(strand[:, 0], strand[:, 2] - SCALP_CENTRE[2])
    grown = np.maximum.accumulate(np.where(off_part < 1, 0, radius))
    if not STYLES[name].parted and abs(turned) < 60:  # a fringe lies on the forehead
        grown = radius
    scale = np.where(off_part < 1, radius, grown) / np.maximum(radius, 1e-3)
    strand[:, 0] *= scale
    strand[:, 2] = SCALP_CENTRE[2] + (strand[:, 2] - SCALP_CENTRE[2]) * scale
    if strand[-1, 1] > end:
        heights = np.linspace(strand[-1, 1], end, 30)[1:]
        tail = np.c_[np.full(29, strand[-1, 0]), heights, np.full(29, strand[-1, 2])]
        strand = np.r_[strand, tail]
    at = abs(turned)
    if at > 58:  # clear the ears, come in again at the bottom
        ears = (
            0.06 * np.exp(-(((strand[:, 1] + 1.5) / 3.5) ** 2)) * np.exp(-(((at - 95) / 30) ** 2))
        )
        inward = 0.06 if name == "bob" else 0.10
        strand[:, 0] *= 1 + ears - inward * smooth_step(-4, -15, strand[:, 1])
    return strand


def _thickness(style: LatheStyle, near: bool, polar: Row, off_part: Row, wave: float) -> Row:
    if not style.parted:
        return np.full(len(polar), style.thickness * (1 + 0.16 * (wave - 0.5)))
    rise = np.where(off_part < 1, off_part, np.minimum(1, polar / 0.9 + (1 if near else 0)))
    base = style.thickness * (1 + 0.55 * (wave - 0.5))
    return base * (0.22 + 0.78 * smooth_step(0.0, 0.75, rise))


def _column(name: str, angle: float, wave: float) -> tuple[Points, Row]:
    """(POINTS, 3) positions and distance to the tip of one column."""
    style = STYLES[name]
    directions, polar, off_part, turned = _directions(style, name, angle)
    scalp = ray_hit(directions, field=bald_distance, centre=SCALP_CENTRE, steps=40)
    line = float(hairline(np.array(abs(turned))))
    end, hangs = _column_end(name, turned, wave, line)
    near = style.parted and abs(angle) < PARTED
    strand = scalp + directions * _thickness(style, near, polar, off_part, wave)[:, None]
    if hangs:
        strand = _hang(strand, off_part, turned, end, name)
    below = strand[:, 1] < end
    last = int(np.argmax(below)) if below.any() else len(strand) - 1
    strand = strand[: last + 1]
    if not hangs:  # thin out towards the hairline so that the edge meets the skin
        base = scalp[: last + 1]
        walked = np.r_[0, np.cumsum(np.linalg.norm(np.diff(base, axis=0), axis=1))]
        thin = np.sqrt(np.clip((walked[-1] - walked) / 3.6, 0, 1)) * 0.97 + 0.03
        strand = base + (strand - base) * thin[:, None]
    elif end > -5:
        m = min(last + 1, len(scalp))
        thin = 1 - 0.55 * smooth_step(0.6, 1, np.linspace(0, 1, len(strand)))[:m, None]
        strand[:m] = scalp[:m] + (strand[:m] - scalp[:m]) * thin
    walked = np.r_[0, np.cumsum(np.linalg.norm(np.diff(strand, axis=0), axis=1))]
    stops = np.linspace(0, walked[-1], POINTS)
    points = np.stack([np.interp(stops, walked, strand[:, k]) for k in range(3)], 1)
    ragged = 2.4 if hangs else 1.0 + 0.6 * float(smooth_step(52, 70, abs(turned)))
    return points, np.clip((walked[-1] - stops) / ragged, 0, 6)


def _faces(angles: Row, *, parted: bool) -> Index:
    i = np.arange(COLUMNS)
    j = (i + 1) % COLUMNS
    if parted:
        keep = ~((angles[i] < 0) & (angles[j] > 0))
        i, j = i[keep], j[keep]
    faces = []
    for k in range(POINTS - 1):
        a, b = i * POINTS + k, j * POINTS + k
        faces += [np.c_[a, a + 1, b + 1], np.c_[a, b + 1, b]]
    return np.concatenate(faces)


def _knot(first: int) -> tuple[Points, Index, Row]:
    """The bun itself: a dented ball on the crown."""
    polar, around = np.linspace(0, np.pi, 16), np.linspace(0, 2 * np.pi, 29)[:-1]
    u, v = np.meshgrid(polar, around, indexing="ij")
    r = 2.5 * (1 + 0.06 * np.sin(v * 3 + u * 4))
    ball = np.c_[
        (r * np.sin(u) * np.cos(v)).ravel(),
        (r * 0.85 * np.cos(u)).ravel(),
        (r * np.sin(u) * np.sin(v)).ravel(),
    ] + [0, 12.2, -9.5]
    faces = []
    for a in range(15):
        for b in range(28):
            c, d = first + a * 28 + b, first + a * 28 + (b + 1) % 28
            faces += [[c, c + 28, d + 28], [c, d + 28, d]]
    return ball, np.array(faces), (v + u * 0.8).ravel()


def lathe(name: str) -> Hair:
    """The mesh of a long style."""
    angles = np.linspace(-180, 180, COLUMNS + 1)[:-1] + 1.25
    wave = _wave(angles, 34, 3) * 0.6 + _wave(angles, 80, 4) * 0.4
    columns = [_column(name, float(a), float(w)) for a, w in zip(angles, wave, strict=True)]
    vertices = np.concatenate([points for points, _ in columns])
    to_tip = np.concatenate([tip for _, tip in columns])
    across = np.repeat(angles / 180 * np.pi * 1.6, POINTS)
    triangles = _faces(angles, parted=STYLES[name].parted)
    occlusion = np.clip(0.55 + 0.45 * np.minimum(to_tip / 2.0, 1), 0, 1)
    if name == "bun":
        ball, faces, strands = _knot(len(vertices))
        vertices, triangles = np.r_[vertices, ball], np.r_[triangles, faces]
        across, to_tip = np.r_[across, strands], np.r_[to_tip, np.full(len(ball), 5.0)]
        occlusion = np.r_[occlusion, np.full(len(ball), 0.95)]
    return Hair(vertices, triangles, across, to_tip, occlusion)
