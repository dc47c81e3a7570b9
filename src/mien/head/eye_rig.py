"""Lids, eyeballs and lashes: what moves around the eyes beside the fields of sliders and AUs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.head.fields import add_fields
from mien.head.identity import EYE, EYE_GROWTH
from mien.head.kernels import allocating_kernel, kernel
from mien.head.maths import atan2, power, sin
from mien.head.schema import RIG_NAMES, SLIDER_INDEX
from mien.head.template import LASH_ROW_REACH, LASHES_BELOW, LASHES_PER_EYE, Template
from mien.head.turning import rotate_about, rotation

RIG_INDEX = {name: place for place, name in enumerate(RIG_NAMES)}
EYE_RADIUS = 1.45
LID_THICKNESS = 0.10
GAZE_DEGREES = (28.0, 20.0)
"""Direction of a gaze of 1 from between the eyes, right and up."""
GAZE_DISTANCE = 75.0
"""Both eyes look at one point this far away, cm: a partner in conversation."""
OUTWARD_DEGREES = 3.2
"""The pupil's axis points outwards of the line of sight, which leaves the eye nasally of it."""
DEGREES = 180 / np.pi
SIDES = "RL"
"""Side 0 has x > 0: the right of the picture."""

# Per ring from the lid edge outwards: how far it follows the upper and the lower lid.
UPPER_FOLLOW = np.array([1, 1, 0.98, 0.93, 0.84, 0.66, 0.40, 0.16, 0.03])
LOWER_FOLLOW = np.array([1, 1, 0.9, 0.8, 0.68, 0.5, 0.35, 0.2, 0.05])
ON_EYEBALL = np.array([1, 1, 1, 0.9, 0.7, 0.4, 0, 0, 0])
"""How far the inner six rings keep their height over the eyeball when a lid moves."""
LID_FOLLOW = np.stack([UPPER_FOLLOW, LOWER_FOLLOW, ON_EYEBALL])


@kernel
def _sphere_height(x: float, y: float, radius: float, floor: float) -> float:
    """z of a sphere over (x, y); past its edge a small constant, so lids stay in front."""
    squared = radius * radius - x * x - y * y
    return np.sqrt(squared if squared > floor else floor)


@allocating_kernel
def move_lids(vertices: Any, rings: Any, sine: Any, lid: Any, follow: Any, ball: Any) -> None:
    """Slide the rings of one eye by shares of the local gap and lay them on the eyeball again.

    lid = (share of the upper, share of the lower lid); ball = (x, y, z, radius, slider scale)
    """
    count = rings.shape[1]
    radius = ball[3]
    floor = 0.12 * radius * radius
    gap = np.zeros(count)
    for j in range(count):
        opposite = (count - j) % count
        gap[j] = abs(vertices[rings[1, j], 1] - vertices[rings[1, opposite], 1])
    for k in range(rings.shape[0]):
        for j in range(count):
            i = rings[k, j]
            x = vertices[i, 0] - ball[0]
            y = vertices[i, 1] - ball[1]
            z = vertices[i, 2] - ball[2]
            lift = z - _sphere_height(x, y, radius + LID_THICKNESS * ball[4], floor)
            move = 0.0
            if sine[j] > 0.01:
                move = -lid[0] * follow[0, k] * gap[j]
            elif sine[j] < -0.01:
                move = lid[1] * follow[1, k] * gap[j]
            y += move
            thickness = (0.01 if k == 0 else LID_THICKNESS) * ball[4]
            surface = _sphere_height(x, y, radius + thickness, floor)
            if k <= 5:
                if move != 0.0:
                    wanted = surface + (lift if k >= 1 else -0.04)
                    z = z * (1.0 - follow[2, k]) + wanted * follow[2, k]
                z = max(z, surface * (1.0 if k < 4 else 0.98))
            if k >= 1:
                # No vertex may end inside the eyeball, whatever the sliders say.
                length = np.sqrt(x * x + y * y + z * z)
                push = max(1.0, (radius + 0.03 * ball[4]) / length)
                x, y, z = x * push, y * push, z * push
            vertices[i, 0] = x + ball[0]
            vertices[i, 1] = y + ball[1]
            vertices[i, 2] = z + ball[2]


def lid_shares(aus: NDArray[np.float64], gaze_up: float, side: int) -> NDArray[np.float64]:
    """How much of the gap the upper lid of an eye closes and the lower lid rises."""

    def total(name: str) -> float:
        whole, half = RIG_INDEX[name], RIG_INDEX.get(f"{name}{SIDES[side]}")
        return float(min(1.1, aus[whole] + (0.0 if half is None else aus[half])))

    close, wide = total("AU45"), total("AU5")
    squint = 0.40 * total("AU7") + 0.30 * total("AU6") + 0.18 * total("AU9")
    squint += 0.12 * total("AU12")
    awake = 1 - min(1.0, close)
    follow_gaze = (0.42 * max(0.0, -gaze_up) - 0.14 * max(0.0, gaze_up)) * awake
    upper = 0.82 * close + 0.36 * squint * awake - 0.34 * wide * awake + follow_gaze
    lower = 0.13 * close + 0.62 * squint * awake - 0.06 * wide - 0.10 * max(0.0, -gaze_up) * awake
    return np.array([np.clip(upper, -0.6, 0.84), np.clip(lower, -0.3, 0.5)])


def eye_centres(template: Template, sliders: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, 3) middles of the eyeballs of a person, x > 0 first."""
    centres = np.array([EYE, (-EYE[0], EYE[1], EYE[2])])
    add_fields(template.eye_sliders, sliders, centres)
    centres[:, 2] -= 0.6 * EYE_GROWTH * sliders[SLIDER_INDEX["eye_size"]]
    return centres


def eye_turns(centres: NDArray[np.float64], gaze: tuple[float, float]) -> list[NDArray[np.float64]]:
    """The rotation (3, 3) of each eyeball, so that both look at one point."""
    look = rotation(gaze[0] * GAZE_DEGREES[0], -gaze[1] * GAZE_DEGREES[1], 0.0)[:, 2]
    target = (centres[0] + centres[1]) / 2 + look * GAZE_DISTANCE
    turns = []
    for side in range(2):
        x, y, z = (float(v) for v in target - centres[side])
        yaw = atan2(x, z) * DEGREES + (OUTWARD_DEGREES if side == 0 else -OUTWARD_DEGREES)
        pitch = -atan2(y, float(np.sqrt(x * x + z * z))) * DEGREES
        turns.append(rotation(yaw, pitch, 0.0))
    return turns


def eyeball(
    template: Template,
    skin: NDArray[np.float64],
    *,
    side: int,
    ball: NDArray[np.float64],
    turn: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Posed vertices of one eyeball and what the shader wants to know of each, (n, 3).

    These are the light that reaches it past corners and lower lid, its nearness to the caruncle
    and its gap to the upper lid, all 0..1. ball = (x, y, z, radius, ...)
    """
    centre, radius = ball[:3], ball[3]
    unit = template.arrays["ball.vertices"].astype(np.float64)
    points = np.zeros_like(unit)
    rotate_about(unit, turn * radius, np.zeros(3), points)
    points += centre
    ring = skin[template.eye_rings[side][1]]
    upper, lower = template.ring_sine > -0.01, template.ring_sine < 0.01
    above = _height_over(ring[upper], points[:, 0]) - points[:, 1]
    below = points[:, 1] - _height_over(ring[lower], points[:, 0])
    low, high = float(ring[:, 0].min()), float(ring[:, 0].max())
    across = (points[:, 0] - low) / (high - low)
    from_inner = across if side == 0 else 1 - across
    corner = np.clip(np.minimum(from_inner / 0.22, (1 - from_inner) / 0.16), 0, 1)
    open_sky = (0.62 + 0.38 * corner) * (0.78 + 0.22 * np.clip(below / 0.25, 0, 1))
    caruncle = np.clip((0.15 - from_inner) / 0.11, 0, 1)
    seen = np.stack([open_sky, caruncle, np.clip(above / 0.9, 0, 1)], axis=1)
    # The socket's lining closes the corners, where the lids reach beyond the ball.
    rim = skin[template.eye_rings[side][0]]
    deep = centre + np.array([0.0, 0.0, 0.3 * radius])
    lining = np.tile(np.array([0.6, 0.35, 0.7]), (len(rim) + 1, 1))
    inner = (rim[:, 0] - centre[0]) * (1 if side == 0 else -1) < -0.8 * radius
    lining[:-1][inner, 1] = 1.0
    return np.concatenate([points, rim, deep[None]]), np.concatenate([seen, lining])


def _height_over(edge: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[np.float64]:
    """y of a lid's edge (m, 3) at positions x (n,)."""
    order = np.argsort(edge[:, 0], kind="stable")
    return np.interp(x, edge[order, 0], edge[order, 1])


def _lash_profile() -> NDArray[np.float64]:
    t = np.arange(1, LASHES_PER_EYE + 1) / (LASHES_PER_EYE + 1)
    return np.array([power(sin(value * np.pi), 0.35) * (1.15 - 0.5 * value) for value in t])


LASH_PROFILE = _lash_profile()
LASH_ROWS = LASH_ROW_REACH
"""Rows of a strip of lashes, from the lid's edge to the tips."""


def _unit_rows(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y, z = vectors[:, :1], vectors[:, 1:2], vectors[:, 2:]
    return vectors / np.sqrt(x * x + y * y + z * z)


def _strip(
    edge: NDArray[np.float64],
    out: NDArray[np.float64],
    reach: NDArray[np.float64],
    curl: float,
) -> NDArray[np.float64]:
    """Rows from an edge (n, 3) along `out`, curling by `curl` of their reach in y."""
    rows = []
    for t in LASH_ROWS:
        row = edge + out * (reach * t)[:, None]
        row[:, 1] += reach * curl * (t * t - 0.35 * t)
        rows.append(row)
    return np.concatenate(rows)


def lashes(
    skin: NDArray[np.float64],
    ring: NDArray[np.int64],
    centre: NDArray[np.float64],
    *,
    close: float,
    length: tuple[float, float],
) -> NDArray[np.float64]:
    """The upper then the lower lashes of one eye: a fan of (rows * columns, 3) each.

    close 0..1, how far the eye is shut; length of the upper and of the lower lashes, cm
    """
    upper = skin[ring[1 : LASHES_PER_EYE + 1]]
    flat = np.zeros(len(upper))
    aside = upper[:, 0] - centre[0]
    out = _unit_rows(np.stack([aside * 0.36, flat + 0.36 - 0.72 * close, flat + 0.60], 1))
    above = _strip(upper, out, length[0] * LASH_PROFILE, 0.60 * (1 - 0.7 * close))
    lower = skin[ring[: -LASHES_BELOW - 1 : -1]]
    flat = np.zeros(len(lower))
    aside = lower[:, 0] - centre[0]
    out = _unit_rows(np.stack([aside * 0.30, flat - 0.42, flat + 0.62], 1))
    below = _strip(lower, out, length[1] * LASH_PROFILE[:LASHES_BELOW], -0.25)
    return np.concatenate([above, below])
