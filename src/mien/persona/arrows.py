"""Motion made visible: arrows from where places of a face rest to where they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import cv2
import numpy as np

from mien.face.edges import face_gate
from mien.persona.move import Mover
from mien.persona.spline import fit_spline
from mien.persona.subject import Motion
from mien.types import Image, Landmarks

_STEP = 0.16
"""Of the eye distance, between two arrows."""
_LONGER = 2.0
_LEAST = 0.012
"""Of the eye distance: what moves less is shown as a dot."""
_SMOOTH = 0.004
_SHIFT = 4
_STILL, _MOVED = (120, 120, 120), (255, 220, 0)


def draw_arrows(picture: Image, rest: Landmarks, now: Landmarks) -> Image:
    """A copy of the picture (h, w, 3) with arrows over its face, twice as long as its moves.

    rest, now  (68, 2) pixels: where the points of the face are at rest, and in this picture

    Between the points a thin plate says how the skin moves.
    """
    made = picture.copy()
    wide = float(np.hypot(*(rest[45] - rest[36]))) or 1.0
    spline = fit_spline(rest, now - rest, np.full(len(rest), _SMOOTH), unit=wide)
    places = _places(rest, _STEP * wide)
    for start, move in zip(places, spline(places), strict=True):
        one = _fixed(start)
        if np.hypot(*move) < _LEAST * wide:
            cv2.circle(made, one, max(1, round(0.006 * wide)) << _SHIFT, _STILL, -1, 16, _SHIFT)
            continue
        other = _fixed(start + _LONGER * move)
        thick = max(1, round(0.012 * wide))
        cv2.arrowedLine(made, one, other, _MOVED, thick, cv2.LINE_AA, _SHIFT, 0.3)
    return made


def _places(rest: Landmarks, step: float) -> Landmarks:
    """(n, 2) a grid of places on the face."""
    low, high = rest.min(0) - step, rest.max(0) + step
    size = int(np.ceil((high - low).max())) + 1
    inside = face_gate(rest - low, size) > 127
    columns, rows = np.meshgrid(np.arange(step / 2, size, step), np.arange(step / 2, size, step))
    grid = np.stack([columns.ravel(), rows.ravel()], 1)
    chosen = inside[grid[:, 1].astype(int), grid[:, 0].astype(int)]
    return grid[chosen] + low


def _fixed(point: np.ndarray) -> tuple[int, int]:
    x, y = np.rint(point * 2**_SHIFT)
    return int(x), int(y)


def animate_with_arrows(mover: Mover, motions: Iterable[Motion]) -> Iterator[Image]:
    """As `animate.animate`, with arrows from the photo's own rest."""
    still = mover.move(mover.subject.motion).landmarks
    for motion in motions:
        moved = mover.move(motion)
        yield draw_arrows(moved.image, still, moved.landmarks)
