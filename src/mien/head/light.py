"""Lights: a key light with shadows, a fill and a rim light without, and the sky."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mien.head.layout import (
    AMBIENT,
    FILL_COLOUR,
    FILL_DIRECTION,
    KEY_COLOUR,
    KEY_DIRECTION,
    LIGHT_SIZE,
    RIM_COLOUR,
    RIM_DIRECTION,
)

Vector = tuple[float, float, float]
COLOURS = (KEY_COLOUR, AMBIENT, FILL_COLOUR, RIM_COLOUR)
"""The slots where the colours begin."""
FRONT: tuple[tuple[float, Vector], ...] = (
    *((0.4, (0.0, 0.0, 1.0)), (0.2, (0.5, 0.0, 0.866)), (0.2, (-0.5, 0.0, 0.866))),
    *((0.1, (0.0, 0.45, 0.893)), (0.1, (0.0, -0.3, 0.954))),
)
"""Directions that the front of a face looks to, and the share of each."""
WRAP = 0.24
"""How far light creeps round a curve of skin (green, `lighting.SKIN_WRAP`)."""
AIM = 1.5
"""Light on the front of a face, luminance, that `exposure` makes for: the soft light's."""
DARKEST, BRIGHTEST = 0.2, 6.0
"""Limits of `exposure`."""


@dataclasses.dataclass(frozen=True)
class Light:
    """Directions point from the head to the light; x right, y up, z to the camera. Linear RGB.

    key       the only light that casts shadows: direction, strength, colour
    ambient   the sky, stronger on what faces up; fill: from one side, without shadows
    rim       from behind: lights the edges of the head only; black is none
    """

    direction: Vector = (-0.45, 0.55, 0.75)
    key: float = 1.75
    key_colour: Vector = (1.0, 0.96, 0.90)
    ambient: Vector = (0.34, 0.36, 0.42)
    fill_direction: Vector = (0.8, 0.0, 0.5)
    fill_colour: Vector = (0.20, 0.19, 0.20)
    rim_direction: Vector = (0.7, 0.35, -0.6)
    rim_colour: Vector = (0.0, 0.0, 0.0)

    def vector(self, gain: float = 1.0) -> NDArray[np.float32]:
        """(21,) for the shader, slots as in `layout`; all colours times `gain`."""
        values = np.zeros(LIGHT_SIZE)
        values[KEY_DIRECTION : KEY_DIRECTION + 3] = _unit(self.direction)
        values[KEY_COLOUR : KEY_COLOUR + 3] = np.array(self.key_colour) * self.key
        values[AMBIENT : AMBIENT + 3] = self.ambient
        values[FILL_DIRECTION : FILL_DIRECTION + 3] = _unit(self.fill_direction)
        values[FILL_COLOUR : FILL_COLOUR + 3] = self.fill_colour
        values[RIM_DIRECTION : RIM_DIRECTION + 3] = _unit(self.rim_direction)
        values[RIM_COLOUR : RIM_COLOUR + 3] = self.rim_colour
        for first in COLOURS:
            values[first : first + 3] *= gain
        return values.astype(np.float32)


def _unit(direction: Vector) -> NDArray[np.float64]:
    x, y, z = direction
    length = float(np.sqrt(x * x + y * y + z * z))
    return np.array([0.0, 0.0, 1.0]) if length < 1e-9 else np.array(direction) / length


def _brightness(colour: Vector) -> float:
    return 0.3 * colour[0] + 0.6 * colour[1] + 0.1 * colour[2]


def _dot(a: Vector, b: NDArray[np.float64]) -> float:
    return float(a[0] * b[0] + a[1] * b[1] + a[2] * b[2])


def light_on_front(light: Light) -> float:
    """Luminance of the light that the front of a face receives, cast shadows left out."""
    towards_key, towards_fill = _unit(light.direction), _unit(light.fill_direction)
    total = 0.0
    for share, normal in FRONT:
        facing = max(0.0, (_dot(normal, towards_key) + WRAP) / (1.0 + WRAP))
        sky = 0.55 + 0.45 * (0.5 + 0.5 * normal[1])
        fill = max(0.0, 0.5 + 0.5 * _dot(normal, towards_fill))
        here = light.key * _brightness(light.key_colour) * facing
        here += _brightness(light.ambient) * sky + _brightness(light.fill_colour) * fill
        total += share * here
    return total


def exposure(light: Light) -> float:
    """Gain that makes the front of a face equally bright under every light.

    A camera's automatic exposure, metered on the face instead of the picture: a patch of skin
    that looks to the camera comes out as bright as in the "soft" light, whatever the key's
    strength or side. The gain scales the light, not the backdrop, and lies in 0.2 to 6.
    `View.exposure` is 1.0 (no correction) unless "auto" is asked for: fits to photos need lights
    taken as they are.
    """
    return float(np.clip(AIM / max(light_on_front(light), 1e-6), DARKEST, BRIGHTEST))


LIGHTS: dict[str, Light] = {
    "studio": Light(),
    "soft": Light(
        direction=(-0.15, 0.45, 0.9),
        key=1.15,
        key_colour=(1.0, 0.98, 0.95),
        ambient=(0.42, 0.42, 0.43),
        fill_direction=(0.6, 0.0, 0.6),
        fill_colour=(0.22, 0.22, 0.22),
    ),
    "left": Light(direction=(-0.9, 0.25, 0.45), key=2.0, ambient=(0.22, 0.23, 0.26)),
    "right": Light(
        direction=(0.9, 0.25, 0.45),
        key=2.0,
        ambient=(0.22, 0.23, 0.26),
        fill_direction=(-0.8, 0, 0.5),
    ),
    "top": Light(direction=(0.05, 0.95, 0.45), key=1.9, ambient=(0.26, 0.27, 0.30)),
    "outdoor": Light(
        direction=(0.5, 0.7, 0.5), key=1.9, key_colour=(1.0, 0.95, 0.85), ambient=(0.36, 0.42, 0.52)
    ),
    "evening": Light(
        direction=(0.7, 0.2, 0.6), key=1.7, key_colour=(1.0, 0.80, 0.60), ambient=(0.26, 0.27, 0.36)
    ),
    "window": Light(
        direction=(-0.85, 0.3, 0.6),
        key=1.8,
        key_colour=(0.94, 0.98, 1.0),
        ambient=(0.20, 0.21, 0.24),
        fill_direction=(0.9, 0.0, 0.4),
        fill_colour=(0.16, 0.14, 0.12),
        rim_direction=(-0.8, 0.3, -0.5),
        rim_colour=(0.35, 0.38, 0.42),
    ),
    "ring": Light(
        direction=(0.0, 0.06, 1.0),
        key=1.35,
        key_colour=(1.0, 0.99, 0.98),
        ambient=(0.30, 0.30, 0.32),
        fill_direction=(0.0, 0.0, 1.0),
        fill_colour=(0.14, 0.14, 0.14),
        rim_direction=(0.0, 0.8, -0.6),
        rim_colour=(0.25, 0.25, 0.28),
    ),
    "sunset": Light(
        direction=(-0.75, 0.12, 0.6),
        key=1.9,
        key_colour=(1.0, 0.66, 0.40),
        ambient=(0.27, 0.25, 0.36),
        fill_direction=(0.8, 0.1, 0.5),
        fill_colour=(0.13, 0.14, 0.22),
        rim_direction=(0.75, 0.25, -0.6),
        rim_colour=(0.95, 0.50, 0.22),
    ),
    "overcast": Light(
        direction=(0.1, 0.9, 0.55),
        key=0.55,
        key_colour=(0.96, 0.98, 1.0),
        ambient=(0.78, 0.81, 0.86),
        fill_direction=(0.0, 0.0, 1.0),
        fill_colour=(0.20, 0.20, 0.21),
    ),
    "neon": Light(
        direction=(-0.8, 0.15, 0.6),
        key=1.5,
        key_colour=(1.0, 0.34, 0.74),
        ambient=(0.15, 0.15, 0.26),
        fill_direction=(0.9, 0.1, 0.45),
        fill_colour=(0.12, 0.48, 0.72),
        rim_direction=(0.8, 0.3, -0.55),
        rim_colour=(0.15, 0.75, 1.0),
    ),
    "night": Light(
        direction=(0.4, 0.6, 0.7),
        key=0.75,
        key_colour=(0.62, 0.76, 1.0),
        ambient=(0.11, 0.14, 0.22),
        fill_direction=(-0.8, -0.1, 0.5),
        fill_colour=(0.16, 0.10, 0.05),
        rim_direction=(-0.75, 0.35, -0.55),
        rim_colour=(0.55, 0.40, 0.22),
    ),
    "dramatic": Light(
        direction=(0.75, 0.6, 0.42),
        key=2.3,
        key_colour=(1.0, 0.95, 0.88),
        ambient=(0.11, 0.115, 0.14),
        fill_direction=(-0.8, 0.0, 0.4),
        fill_colour=(0.07, 0.07, 0.09),
        rim_direction=(-0.8, 0.4, -0.5),
        rim_colour=(0.60, 0.64, 0.75),
    ),
    "backlit": Light(
        direction=(0.2, 0.5, 0.85),
        key=0.75,
        key_colour=(1.0, 0.97, 0.93),
        ambient=(0.42, 0.44, 0.48),
        fill_direction=(-0.5, 0.0, 0.8),
        fill_colour=(0.20, 0.20, 0.21),
        rim_direction=(0.55, 0.5, -0.7),
        rim_colour=(1.6, 1.4, 1.1),
    ),
}
