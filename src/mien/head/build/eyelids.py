"""Eyelid shapes that live on the eye rings: the monolid and the epicanthic fold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.head.build.rings import EYE_ANGLES
from mien.head.build.sdf import Points, smooth_step
from mien.head.build.surface import Surface

# Per ring, the depth of the crease above the upper lid in the neutral head.
CREASE_DEPTH = (0.0, 0.0, 0.0, 0.0, -0.03, -0.12, -0.05, 0.03, 0.0)


def crease(surface: Surface) -> Points:
    """(n, 3) displacement that presses the neutral lid crease into the smooth template."""
    offset = np.zeros_like(surface.vertices)
    upper = (np.sin(EYE_ANGLES) > 0.12) * np.clip(np.sin(EYE_ANGLES) * 2.5, 0, 1)
    for side in range(2):
        for ring, depth in zip(surface.eye[side], np.array(CREASE_DEPTH), strict=True):
            offset[ring, 2] += depth * upper
    return offset


def _corner_side(angles: NDArray[np.float64], sign: float) -> NDArray[np.float64]:
    """1 towards the outer (sign 1) or the inner (-1) corner, 0 beyond the middle of the lid."""
    return smooth_step(-0.35, 0.9, sign * np.cos(angles))


# What one unit of a lid slider does per ring, cm; see `lid_fields`.
FILL = (0.0, 0.0, 0.06, 0.12, 0.20, 0.26, 0.16, 0.06, 0.0)
DROOP = (0.10, 0.10, 0.12, 0.13, 0.13, 0.12, 0.08, 0.03, 0.0)
FOLD = (0.16, 0.17, 0.20, 0.20, 0.17, 0.12, 0.06, 0.0, 0.0)
HOOD_DOWN = (0.02, 0.02, 0.07, 0.15, 0.27, 0.42, 0.52, 0.48, 0.30)
HOOD_OUT = (0.0, 0.0, 0.03, 0.09, 0.2, 0.36, 0.44, 0.36, 0.16)
CREASE_UP = (0.0, 0.0, 0.04, 0.13, 0.24, 0.34, 0.34, 0.24, 0.10)
CREASE_IN = (0.0, 0.0, 0.0, 0.0, -0.05, -0.10, -0.04, 0.0, 0.0)


def lid_fields(surface: Surface) -> NDArray[np.float64]:
    """(4, n, 3): monolid, epicanthus, hooded, crease_height, each for a slider value of +1.

    monolid +1 fills the crease and lets the fold hang over the lash line; -1 deepens it and shows
    more lid. epicanthus +1 draws the upper lid down over the inner corner. hooded +1 lets the skin
    above the outer half of the lid sink over its crease; -1 lifts it. crease_height +1 raises the
    crease and shows more lid.
    """
    fields = np.zeros((4, *surface.vertices.shape))
    upper = np.clip(np.sin(EYE_ANGLES), 0, 1)
    inner = smooth_step(0.35, 1.0, -np.cos(EYE_ANGLES)) * (np.sin(EYE_ANGLES) > -0.35)
    corner = inner * (0.35 + 0.65 * (np.sin(EYE_ANGLES) >= 0))
    outer = upper**0.6 * _corner_side(EYE_ANGLES, 1.0)
    for side in range(2):
        sign = 1.0 if side == 0 else -1.0
        for k, ring in enumerate(surface.eye[side]):
            fields[0, ring, 2] += FILL[k] * upper**0.7
            fields[0, ring, 1] -= DROOP[k] * upper
            fields[1, ring, 1] -= FOLD[k] * corner
            fields[1, ring, 0] += sign * 0.35 * FOLD[k] * corner
            fields[1, ring, 2] += 0.5 * FOLD[k] * corner
            fields[2, ring, 1] -= HOOD_DOWN[k] * outer
            fields[2, ring, 2] += HOOD_OUT[k] * outer
            fields[3, ring, 1] += CREASE_UP[k] * upper**0.8
            fields[3, ring, 2] += CREASE_IN[k] * upper
    return fields
