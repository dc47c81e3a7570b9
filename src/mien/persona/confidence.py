"""Which sliders a photo shows, and which are only guessed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from mien.head.schema import SLIDER_GROUPS, SLIDERS
from mien.persona.character import Confidence
from mien.persona.placement import Sight
from mien.persona.translator import Translator
from mien.types import OUTER_EYE, MaterialValue

SEEN = 0.2
"""Share of a slider's variance, over people that did not train, that the translator explains."""
_STILL = 0.01
"""Standard deviation below which a slider did not vary among those people."""
_BEARD = 0.5
_COVERED = 0.5
_EAR, _BROW = 0.07, 0.4
"""How far beyond the jaw's ends ears are looked for, and above the brows the forehead: in outer-eye
distances."""


def explained(known: Translator) -> NDArray[np.float64]:
    """(S,) share of each slider's variance that the translator explains on held-out renders."""
    spread = known.net.output_sd[: len(SLIDERS)]
    varied = spread > _STILL
    return np.where(varied, 1.0 - np.diag(known.error) / np.square(np.maximum(spread, _STILL)), 0.0)


def slider_confidence(
    known: Translator, hidden: Collection[str], held: Collection[str] = ()
) -> dict[str, Confidence]:
    """By slider: "set" where it was held, "seen" where a photo shows it and nothing hides it.

    hidden   names of `SLIDER_GROUPS` that this photo does not show
    """
    groups = {name: group for group, names in SLIDER_GROUPS for name in names}
    found: dict[str, Confidence] = {}
    for name, share in zip(SLIDERS, explained(known), strict=True):
        seen = share >= SEEN and groups[name] not in hidden
        found[name] = "set" if name in held else "seen" if seen else "guessed"
    return found


def hidden_groups(
    wide: Sight,
    hair: NDArray[np.bool_],
    paint: Mapping[str, MaterialValue],
    warnings: Collection[str],
) -> frozenset[str]:
    """Groups of sliders that hair, a beard or a turned head hide.

    hair   (s, s) as `wide` sees it, at any size
    """
    hidden: set[str] = set()
    points = wide.landmarks
    unit = float(np.hypot(*(points[OUTER_EYE[1]] - points[OUTER_EYE[0]])))
    across = (points[16] - points[0]) / max(float(np.hypot(*(points[16] - points[0]))), 1e-9)
    up = np.array([across[1], -across[0]])
    ears = [points[0] - _EAR * unit * across, points[16] + _EAR * unit * across]
    if all(_covered(hair, place, wide, unit) for place in ears):
        hidden.add("ears")
    brows = [points[k] + _BROW * unit * up for k in (19, 21, 22, 24)]
    if sum(_covered(hair, place, wide, unit) for place in brows) >= len(brows) - 1:
        hidden.add("forehead")
    beard = paint.get("beard", 0.0)
    if isinstance(beard, float | int) and beard > _BEARD:
        hidden.add("jaw")
    if "yaw" in warnings:
        hidden |= {"asymmetry", "ears"}
    return frozenset(hidden)


def _covered(mask: NDArray[np.bool_], place: NDArray[np.float64], wide: Sight, unit: float) -> bool:
    """Whether a place in `wide` lies under a mask of another size."""
    scale = len(mask) / len(wide.image)
    x, y = (place + 0.5) * scale - 0.5
    half = max(1.0, 0.05 * unit * scale)
    top, left = max(0, int(y - half)), max(0, int(x - half))
    part = mask[top : int(y + half) + 1, left : int(x + half) + 1]
    return bool(part.size) and float(part.mean()) > _COVERED
