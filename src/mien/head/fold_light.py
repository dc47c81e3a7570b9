"""What folds of the skin that come and go change in the light of every pixel that shows them."""

from __future__ import annotations

from typing import NamedTuple

from mien.head.folds import folds
from mien.head.kernels import kernel
from mien.head.layout import (
    ACROSS,
    AMBIENT,
    FILL_COLOUR,
    FILL_DIRECTION,
    KEY_COLOUR,
    KEY_DIRECTION,
    PART_SKIN,
    REST,
    Float32,
    Int32,
    Visibility,
)
from mien.head.lighting import SKIN_WRAP
from mien.head.maths import log
from mien.head.points import Vector, unit
from mien.head.spot import Relief, Spot
from mien.head.surfaces import FOLD_SHADE, blend3, dot3, tilted

GREEN = 1
LEAST = 0.05


class Folded(NamedTuple):
    """A head whose skin folds otherwise than before.

    triangles  (t, 3) int32; parts (t,) int32
    attributes (n, k) float32 of `layout`; normals (n, 3) float32 posed
    before, after  (128,) float32 materials, of which the slots CREASE_* count
    light      (21,) float32 of `layout`; turn (9,) float32 the head's rotation
    footprint  cm per pixel
    """

    triangles: Int32
    parts: Int32
    attributes: Float32
    normals: Float32
    before: Float32
    after: Float32
    light: Float32
    turn: Float32
    footprint: float


@kernel
def _log_light(normal: Vector, relief: Relief, folded: Folded) -> float:
    """Log of the green light that skin gives back: key, sky and fill, and the groove's shade."""
    light, wrap = folded.light, SKIN_WRAP[GREEN]
    bent = tilted(normal, relief, folded.turn)
    facing = (dot3(bent, light, KEY_DIRECTION) + wrap) / (1.0 + wrap)
    total = light[KEY_COLOUR + GREEN] * max(0.0, facing)
    total += light[AMBIENT + GREEN] * (0.775 + 0.225 * bent[1])
    filled = 0.5 + 0.5 * dot3(bent, light, FILL_DIRECTION)
    total += light[FILL_COLOUR + GREEN] * max(0.0, filled)
    return log(max(total, LEAST) * (1.0 - FOLD_SHADE * relief.shade))


@kernel
def fold_light(seen: Visibility, folded: Folded, out: Float32) -> None:
    """Fill `out` (h, w): log of the linear light after over before; 0 off the skin."""
    for row in range(out.shape[0]):
        for column in range(out.shape[1]):
            out[row, column] = 0.0
            t = seen.triangle[row, column]
            if t < 0 or folded.parts[t] != PART_SKIN:
                continue
            i, j, k = folded.triangles[t, 0], folded.triangles[t, 1], folded.triangles[t, 2]
            a, b = seen.barycentric[row, column, 0], seen.barycentric[row, column, 1]
            corners, weights = (i, j, k), (a, b, 1.0 - a - b)
            x, y, z = blend3(folded.attributes, corners, weights, REST)
            ring, _, hairline = blend3(folded.attributes, corners, weights, ACROSS)
            spot = Spot(x, y, z, ring, hairline, folded.footprint)
            before, after = folds(spot, folded.before), folds(spot, folded.after)
            if before == after:
                continue
            x, y, z = blend3(folded.normals, corners, weights, 0)
            normal = unit(x, y, z)
            change = _log_light(normal, after, folded) - _log_light(normal, before, folded)
            out[row, column] = change
