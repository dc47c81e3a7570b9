"""Glasses on a face: placed once per person, rigid whatever the face does."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mien.head.template import Template

WRAP, TILT = 0.030, 0.06
"""The front bends back by WRAP x^2 and leans forward by TILT y, cm."""
CLEARANCE = 0.15
CHEEK_ROOM, CHEEK_Y = 0.30, -1.3
"""Room for raised cheeks below this height."""
BROW_ROOM, BROW_Y = 0.12, 1.1
TEMPLE_ROOM = 0.10
SECTION_COSINES = np.array([1.0, 0.5, -0.5, -1.0, -0.5, 0.5])
SECTION_SINES = np.array([0.0, 0.8660254, 0.8660254, 0.0, -0.8660254, -0.8660254])


@dataclasses.dataclass(frozen=True)
class _Fit:
    """Width and height relative to the rest frame, height of the eyes, z of the middle."""

    wide: float
    high: float
    y: float
    z: float


def _fit(
    template: Template, skin: NDArray[np.float64], centres: NDArray[np.float64], radius: float
) -> _Fit:
    grown = 0.55 + 0.45 * radius / 1.45
    spacing = float(centres[0, 0] - centres[1, 0]) / 6.4
    y = float(centres[0, 1] + centres[1, 1]) / 2
    support = skin[template.arrays["glasses.support"].astype(np.int64)]
    height = support[:, 1] - y
    room = np.where(height < CHEEK_Y, CHEEK_ROOM, 0.0) + np.where(height > BROW_Y, BROW_ROOM, 0.0)
    needed = support[:, 2] + room + WRAP * support[:, 0] * support[:, 0] - TILT * height
    lash = float(centres[0, 2] + radius) + 0.75 + WRAP * float(centres[0, 0] * centres[0, 0])
    z = max(float(needed.max()) + CLEARANCE, lash)
    return _Fit(spacing * (0.7 + 0.3 * grown), grown, y, z)


def _on_front(flat: NDArray[np.float64], fit: _Fit) -> NDArray[np.float64]:
    x, y = flat[:, 0] * fit.wide, flat[:, 1] * fit.high
    z = fit.z + flat[:, 2] - WRAP * x * x + TILT * y
    return np.stack([x, y + fit.y, z], axis=1)


def _temple_path(
    beside: NDArray[np.float64], ear: NDArray[np.float64], numbers: NDArray[np.float64], fit: _Fit
) -> NDArray[np.float64]:
    """(12, 3) middles of a temple's sections, from the front to behind the ear, for x > 0.

    beside (steps, m, 3): skin along the way; numbers: half height, half width, hinge x and y
    """
    _, half, reach, height = (float(v) for v in numbers)
    start = _on_front(np.array([[reach - 0.12, height, 0.0], [reach + 0.30, height, -0.08]]), fit)
    wide = beside[:, :, 0].max(1) + half + TEMPLE_ROOM
    depth = 0.5 * (beside[:, :, 2].min(1) + beside[:, :, 2].max(1))
    top = float(ear[:, 1].max()) - 1.25
    hook = float(ear[:, 2].max())
    # Straight from the hinge to the ear, but never inside the head.
    share = np.clip((start[1, 2] - depth) / (start[1, 2] - (hook - 1.0)), 0, 1)
    x = np.maximum(wide, start[1, 0] * (1 - share) + (wide[-1] - 0.05) * share)
    y = start[1, 1] * (1 - share) + top * share
    rows = np.stack([x, y, depth], axis=1)
    end = np.array(
        [
            [x[-1], top, hook - 1.3],
            [x[-1] - 0.05, top - 0.45, hook - 2.1],
            [x[-1] - 0.15, top - 1.6, hook - 2.7],
        ]
    )
    return np.concatenate([start, rows, end])


def _sections(path: NDArray[np.float64], high: float, wide: float) -> NDArray[np.float64]:
    """Six points around each of the path's points."""
    count = len(path)
    along = np.zeros_like(path)
    along[1:-1], along[0], along[-1] = path[2:] - path[:-2], path[1] - path[0], path[-1] - path[-2]
    # The section stands upright where the path runs back, and lies down where it falls.
    y, z = along[:, 1], along[:, 2]
    length = np.sqrt(y * y + z * z) + 1e-9
    up_y, up_z = -z / length, y / length
    points = np.repeat(path, 6, axis=0).reshape(count, 6, 3)
    points[:, :, 0] += wide * SECTION_SINES
    points[:, :, 1] += high * SECTION_COSINES * up_y[:, None]
    points[:, :, 2] += high * SECTION_COSINES * up_z[:, None]
    return points.reshape(-1, 3)


def place_glasses(
    template: Template,
    style: str,
    skin: NDArray[np.float64],
    ears: NDArray[np.float64],
    *,
    eyes: tuple[NDArray[np.float64], float],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Vertices of frame and lenses on a person.

    skin  (n, 3) of the person with an empty face; ears (m, 3), x > 0 first
    eyes  centres (2, 3) and radius
    """
    arrays = template.arrays
    fit = _fit(template, skin, *eyes)
    numbers = arrays[f"glasses.{style}.temple"].astype(np.float64)
    frame = [_on_front(arrays[f"glasses.{style}.front"].astype(np.float64), fit)]
    half_ears = len(ears) // 2
    for side in range(2):
        mirror = np.array([1.0 if side == 0 else -1.0, 1.0, 1.0])
        ear = ears[side * half_ears : (side + 1) * half_ears] * mirror
        beside = skin[arrays["glasses.temples"][side].astype(np.int64)] * mirror
        path = _temple_path(beside, ear, numbers, fit) * mirror
        frame.append(_sections(path, float(numbers[0]), float(numbers[1])))
    lens = _on_front(arrays[f"glasses.{style}.lens"].astype(np.float64), fit)
    return np.concatenate(frame), lens
