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


def lid_fields(surface: Surface) -> NDArray[np.float64]:
    """(2, n, 3): monolid, epicanthus, each for a slider value of +1.

    monolid +1 fills the crease and lets the fold hang over the lash line; -1 deepens it and shows
    more lid. epicanthus +1 draws the upper lid down over the inner corner.
    """
    fields = np.zeros((2, *surface.vertices.shape))
    upper = np.clip(np.sin(EYE_ANGLES), 0, 1)
    inner = smooth_step(0.35, 1.0, -np.cos(EYE_ANGLES)) * (np.sin(EYE_ANGLES) > -0.35)
    fill = (0.0, 0.0, 0.06, 0.12, 0.20, 0.26, 0.16, 0.06, 0.0)
    droop = (0.10, 0.10, 0.12, 0.13, 0.13, 0.12, 0.08, 0.03, 0.0)
    fold = (0.16, 0.17, 0.20, 0.20, 0.17, 0.12, 0.06, 0.0, 0.0)
    for side in range(2):
        sign = 1.0 if side == 0 else -1.0
        for k, ring in enumerate(surface.eye[side]):
            fields[0, ring, 2] += fill[k] * upper**0.7
            fields[0, ring, 1] -= droop[k] * upper
            corner = inner * (0.35 + 0.65 * (np.sin(EYE_ANGLES) >= 0))
            fields[1, ring, 1] -= fold[k] * corner
            fields[1, ring, 0] += sign * 0.35 * fold[k] * corner
            fields[1, ring, 2] += 0.5 * fold[k] * corner
    return fields
