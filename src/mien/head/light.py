"""Lights: a key light with shadows, a fill without, and the sky."""

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
)

Vector = tuple[float, float, float]


@dataclasses.dataclass(frozen=True)
class Light:
    """Directions point from the head to the light; x right, y up, z to the camera. Linear RGB."""

    direction: Vector = (-0.45, 0.55, 0.75)
    key: float = 1.75
    key_colour: Vector = (1.0, 0.96, 0.90)
    ambient: Vector = (0.34, 0.36, 0.42)
    fill_direction: Vector = (0.8, 0.0, 0.5)
    fill_colour: Vector = (0.20, 0.19, 0.20)

    def vector(self) -> NDArray[np.float32]:
        """(15,) for the shader, slots as in `layout`."""
        values = np.zeros(LIGHT_SIZE)
        values[KEY_DIRECTION : KEY_DIRECTION + 3] = _unit(self.direction)
        values[KEY_COLOUR : KEY_COLOUR + 3] = np.array(self.key_colour) * self.key
        values[AMBIENT : AMBIENT + 3] = self.ambient
        values[FILL_DIRECTION : FILL_DIRECTION + 3] = _unit(self.fill_direction)
        values[FILL_COLOUR : FILL_COLOUR + 3] = self.fill_colour
        return values.astype(np.float32)


def _unit(direction: Vector) -> NDArray[np.float64]:
    x, y, z = direction
    length = float(np.sqrt(x * x + y * y + z * z))
    return np.array([0.0, 0.0, 1.0]) if length < 1e-9 else np.array(direction) / length


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
}
