"""Smooth ways on a sphere: from latent to latent without a jump or a corner."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


def path(stops: Vector, frames: int, *, closed: bool) -> Iterator[Vector]:
    """Latents (d,) along a way through all stops (k, d), `frames` for each stretch.

    Directions follow a spherical spline (squad, Shoemake 1987), lengths a cosine from stop to
    stop: neither has a corner. A closed way ends one frame before its start, so that it loops; an
    open one ends at the last stop.
    """
    lengths = np.linalg.norm(stops, axis=1)
    points = stops / np.maximum(lengths, 1e-12)[:, None]
    count = len(stops)
    controls = [_control(points, place, closed=closed) for place in range(count)]
    stretches = count if closed else count - 1
    for start in range(stretches):
        end = (start + 1) % count
        for frame in range(frames):
            share = frame / frames
            outer = slerp(points[start], points[end], share)
            inner = slerp(controls[start], controls[end], share)
            direction = slerp(outer, inner, 2 * share * (1 - share))
            eased = (1 - np.cos(np.pi * share)) / 2
            yield direction * (lengths[start] * (1 - eased) + lengths[end] * eased)
    if not closed:
        yield stops[-1]


def slerp(one: Vector, other: Vector, share: float) -> Vector:
    """The point at `share` of the great circle between two unit vectors (d,)."""
    angle = np.arccos(np.clip(one @ other, -1.0, 1.0))
    if angle < 1e-6:
        mixed = (1 - share) * one + share * other
        return mixed / np.linalg.norm(mixed)
    return (np.sin((1 - share) * angle) * one + np.sin(share * angle) * other) / np.sin(angle)


def _control(points: Vector, place: int, *, closed: bool) -> Vector:
    """The inner point that lets the way pass a stop in the direction of its neighbours."""
    last = len(points) - 1
    if not closed and place in (0, last):
        return points[place]
    here = points[place]
    after, before = points[(place + 1) % len(points)], points[place - 1]
    return _exp(here, -(_log(here, after) + _log(here, before)) / 4)


def _log(base: Vector, point: Vector) -> Vector:
    """The tangent at `base` that leads to `point`."""
    cosine = float(np.clip(base @ point, -1.0, 1.0))
    across = point - cosine * base
    length = float(np.linalg.norm(across))
    return np.zeros_like(base) if length < 1e-12 else across * (np.arccos(cosine) / length)


def _exp(base: Vector, tangent: Vector) -> Vector:
    """Where a tangent at `base` leads."""
    length = float(np.linalg.norm(tangent))
    if length < 1e-12:
        return base
    return np.cos(length) * base + np.sin(length) * tangent / length
