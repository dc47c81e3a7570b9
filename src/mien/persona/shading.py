"""How much light falls on a surface: what a wrinkle of the model changes in the photo."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.head.fold_light import GREEN, LEAST
from mien.head.layout import AMBIENT, FILL_COLOUR, FILL_DIRECTION, KEY_COLOUR, KEY_DIRECTION
from mien.head.light import Light
from mien.head.lighting import SKIN_WRAP


def log_light(normals: NDArray[np.float32], light: Light) -> NDArray[np.float32]:
    """(n,) log of the green light on skin with unit `normals` (n, 3): key, sky and fill.

    The shader's own terms (`head.lighting`), without shadows.
    """
    vector, wrap = light.vector(), SKIN_WRAP[GREEN]
    facing = normals @ vector[KEY_DIRECTION : KEY_DIRECTION + 3]
    total = vector[KEY_COLOUR + GREEN] * np.maximum(0.0, (facing + wrap) / (1 + wrap))
    total += vector[AMBIENT + GREEN] * (0.775 + 0.225 * normals[:, 1])
    filled = 0.5 + 0.5 * (normals @ vector[FILL_DIRECTION : FILL_DIRECTION + 3])
    total += vector[FILL_COLOUR + GREEN] * np.maximum(0.0, filled)
    return np.log(np.maximum(total, LEAST)).astype(np.float32)
