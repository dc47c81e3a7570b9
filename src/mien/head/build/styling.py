"""Tools of the hair styles: layers of strands, directions to comb them in, curves."""

from __future__ import annotations

import dataclasses

import numpy as np

from mien.head.build.sdf import Points, smooth_step, unit
from mien.head.build.strands import (
    Flow,
    Growth,
    Roots,
    Row,
    Strands,
    grow,
    keep_in_place,
    scatter,
    wave,
)


@dataclasses.dataclass(frozen=True)
class Shape:
    """Half width in cm, height of the middle and width of the tip in half widths."""

    width: float = 0.5
    rise: float = 0.26
    tip: float = 0.12


@dataclasses.dataclass(frozen=True)
class Curl:
    """Waves of strands: size at the tips and wavelength, cm; order: 1 side by side, 0 by chance."""

    size: float
    wavelength: float
    order: float = 0.8


class Style:
    """A style under construction: layers of strands, one random sequence."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.groups: list[Strands] = []

    def roots(self, gap: float, *, above: float = -0.75) -> Roots:
        """Roots all over the scalp."""
        return scatter(gap, self.random, above=above)

    def layer(
        self,
        roots: Roots,
        flow: Flow,
        length: Row | float,
        how: Growth,
        shape: Shape,
        curl: Curl | None = None,
    ) -> None:
        """Grow strands of `length` cm (as the style is made) from the roots."""
        if not len(roots):
            return
        longest = 1.0 if how.arrive is not None else how.reserve
        wanted = (np.zeros(len(roots)) + length) * longest
        path, out = grow(roots, flow, wanted, how, self.random)
        if curl is not None:
            x, y, z = roots.points.T
            order = 0.9 * z + 0.5 * np.abs(x) + 0.4 * y
            chance = self.random.random(len(roots)) * 2 * np.pi
            size = curl.size * (0.7 + 0.6 * self.random.random(len(roots)))
            phase = order * curl.order + chance * (1 - curl.order)
            path = wave(path, out, size, curl.wavelength, phase=phase)
        narrow = np.clip(wanted / longest / 2.0, 0.42, 1.0) if how.arrive is None else 1.0
        self.add(path, out, shape, line=roots.line, share=1 / longest, narrow=narrow)

    def add(
        self,
        path: Points,
        out: Points,
        shape: Shape,
        *,
        line: Row | None = None,
        share: float = 1,
        narrow: Row | float = 1.0,
    ) -> None:
        """Strands of given paths (k, n, 3); without `line` they belong to no hairline."""
        count = path.shape[1]
        vary = self.random.random((3, count))
        self.groups.append(
            keep_in_place(
                Strands(
                    path,
                    out,
                    shape.width * narrow * (0.7 + 0.6 * vary[0]),
                    shape.rise * (0.7 + 0.6 * vary[1]),
                    np.full(count, shape.tip),
                    np.full(count, share) * (0.88 + 0.12 * vary[1] if share < 1 else 1.0),
                    np.full(count, 5.0) if line is None else line,
                    vary[2],
                )
            )
        )

    def baby_hair(self, flow: Flow, *, gap: float = 0.55, length: float = 0.8) -> None:
        """Fine short strands that blur the hairline."""
        roots = scatter(gap, self.random, above=-0.5, count=9000)
        roots = roots.where(roots.line < 0.7)
        size = length * (0.5 + self.random.random(len(roots)))
        how = Growth(steps=3, lift=0.25, height=0.05, stray=0.45)
        self.layer(roots, flow, size, how, Shape(0.20, 0.3, 0.05))


def column(*parts: Row | float, count: int) -> Points:
    """(n, 3) from three numbers or rows."""
    return np.stack([np.zeros(count) + part for part in parts], 1)


def from_whorl(points: Points) -> Points:
    """Away from the whorl, slightly downwards: how short hair lies."""
    return unit(points - np.array([0.6, 11.6, -10.5])) + np.array([0, -0.25, 0.05])


def downwards(points: Points) -> Points:
    """Down, and slightly back."""
    return np.zeros_like(points) + np.array([0, -1, -0.15])


def backwards(points: Points) -> Points:
    """Over the head to the nape."""
    top = smooth_step(0.0, 8.0, points[:, 1])
    behind = smooth_step(-8.0, -13.0, points[:, 2])
    return column(
        0.10 * points[:, 0] * top, -0.25 - 0.9 * behind - 0.35 * (1 - top), -1.0, count=len(points)
    )


def sideways(side: Row, *, back: float = 0.25, across: float = 1.0) -> Flow:
    """From a parting to the sides and down; `side` (n,) is +-1."""

    def flow(points: Points) -> Points:
        high = smooth_step(1.0, 9.5, points[:, 1])
        fore = smooth_step(-9.0, -3.5, points[:, 2])
        return column(
            side * across * high,
            -1.0 + 0.55 * high,
            -back * (0.3 + 2.2 * fore) * (0.30 + 0.70 * high),
            count=len(points),
        )

    return flow


def towards(target: Points) -> Flow:
    """To where the hair is tied: first back over the ears, then straight there."""

    def flow(points: Points) -> Points:
        fore = smooth_step(-12.0, -9.5, points[:, 2])[:, None]
        above = smooth_step(-2.0, 6.0, target[:, 1])[:, None] * 0.6
        back = column(0.12 * points[:, 0], 0.16 * (3.8 - points[:, 1]), -1.0, count=len(points))
        return unit(target - points) * (1 - fore * (1 - above)) + back * fore * (1 - above)

    return flow


def sides_of(roots: Roots, at: float, ragged: float = 0.5) -> Row:
    """(n,) which way strands fall from a ragged parting at x = `at`: -1 or 1."""
    wander = 0.22 * np.sin(roots.points[:, 2] * 1.9) + ragged * (roots.jitter - 0.5)
    return np.where(roots.points[:, 0] > at + wander, 1.0, -1.0)


def smooth_curve(curve: Points, points: int) -> Points:
    """(points, 3) along a polyline with its corners rounded."""
    stops, fine = np.linspace(0, 1, len(curve)), np.linspace(0, 1, 8 * points)
    dense = np.stack([np.interp(fine, stops, curve[:, k]) for k in range(3)], 1)
    for _ in range(6 * points):
        dense[1:-1] = 0.25 * dense[:-2] + 0.5 * dense[1:-1] + 0.25 * dense[2:]
    return dense[np.round(np.linspace(0, len(dense) - 1, points)).astype(int)]


def tube(
    curve: Points, radius: Row, *, around: int = 3, twist: float = 0.0
) -> tuple[Points, Points]:
    """Paths and normals (k, around, 3) of strips that wrap a curve (k, 3) of given radius (k,)."""
    tangent = unit(np.gradient(curve, axis=0))
    first = unit(np.cross(tangent, np.array([0.31, 0.2, 0.93])))
    second = np.cross(tangent, first)
    paths, outs = [], []
    for k in range(around):
        angle = 2 * np.pi * k / around + twist * np.linspace(0, 1, len(curve))
        out = first * np.cos(angle)[:, None] + second * np.sin(angle)[:, None]
        paths.append(curve + out * (0.5 * radius)[:, None])
        outs.append(out)
    return np.stack(paths, 1), np.stack(outs, 1)
