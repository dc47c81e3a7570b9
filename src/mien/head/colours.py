"""Colours of the material, and their brightness."""

from __future__ import annotations

import numpy as np

from mien.head.kernels import kernel
from mien.head.layout import Float32
from mien.head.maths import Colour


@kernel
def colour_at(material: Float32, slot: int) -> Colour:
    """The colour that starts at a slot of the material."""
    return (
        np.float64(material[slot]),
        np.float64(material[slot + 1]),
        np.float64(material[slot + 2]),
    )


@kernel
def luminance(colour: Colour) -> float:
    """Brightness of a linear colour, 0..1."""
    return 0.3 * colour[0] + 0.6 * colour[1] + 0.1 * colour[2]
