"""The hair style nearest to a photo's hair, and its colour."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mien.head.render import Render
from mien.head.schema import LABEL
from mien.persona.hair_mask import HeadMap, Mask, share_of
from mien.persona.light_fit import ratio_to_skin, rounded, scene_light, skin_mask
from mien.persona.placement import Sight

FloatArray = NDArray[np.float64]

_LOWEST = -9.0  # cm from the eyes: what hangs lower also hangs beside the face
_BALD = 0.13  # of the scalp: bald heads show up to .08, receding hair from .18


@dataclasses.dataclass(frozen=True, eq=False)
class HairMeasures:
    """What a mask of hair looks like.

    fringe    hair on the forehead
    volume    hair around and beside the head, over the area of head and face
    covered   share of the scalp that is hair
    """

    fringe: float
    volume: float
    covered: float

    @property
    def is_bald(self) -> bool:
        """Next to nothing of the scalp is hair."""
        return self.covered < _BALD


def measure_hair(view: Sight, head: HeadMap, mask: Mask) -> HairMeasures:
    """Measures of a hair mask."""
    x, y = np.abs(head.rest[..., 0]), head.rest[..., 1]
    forehead = head.face & (head.hairline < -0.9) & (y > 3.0) & (x < 4.5)
    outside = mask & ~head.on_head & (head.up > _LOWEST)
    return HairMeasures(
        fringe=share_of(mask, forehead),
        volume=float(outside.sum() / max(head.face.sum(), 1)),
        covered=share_of(mask, head.face & (head.hairline > 0.6)),
    )


def first_colour(
    view: Sight, head: HeadMap, mask: Mask, skin: FloatArray
) -> tuple[float, float, float]:
    """Albedo of the hair, from its ratio to the skin; on the scalp, where that shows enough."""
    cheeks, scalp = skin_mask(view), mask & head.face
    chosen = scalp if scalp.sum() >= 40 else mask
    if chosen.sum() < 20 or cheeks.sum() < 20:
        return rounded(np.clip(skin * 0.2, 0.004, 0.3))
    return rounded(natural(skin * ratio_to_skin(view, chosen, cheeks)))


def corrected_colour(
    colour: tuple[float, float, float], view: Sight, mask: Mask, drawn: Render
) -> tuple[float, float, float]:
    """The colour after comparing the photo's hair with hair drawn in it, where both show some."""
    both = mask & (drawn.labels == LABEL["hair"])
    if both.sum() < 30:
        return colour
    wanted = np.median(scene_light(view.image)[both], axis=0)
    got = np.median(scene_light(drawn.rgb)[both], axis=0)
    factor = np.clip(wanted / np.maximum(got, 1e-3), 0.3, 2.5) ** 0.9
    return rounded(natural(np.array(colour) * factor))


def roots_factor(view: Sight, mask: Mask, drawn: Render) -> FloatArray:
    """(3,) photo over render on the part of the scalp where the photo shows short hair."""
    both = mask & (drawn.hairline > 0.4)
    if both.sum() < 30:
        return np.ones(3)
    # The darker half: skin shines through at the sides, and light comes in from the edge.
    wanted = np.percentile(scene_light(view.image)[both], 30, axis=0)
    got = np.median(scene_light(drawn.rgb)[both], axis=0)
    return np.clip(wanted / np.maximum(got, 1e-3), 0.3, 1.15).astype(np.float64)


def natural(colour: FloatArray) -> FloatArray:
    """The nearest colour that hair grows in: pale hair is nearly grey, none is blue or green.

    The light on hair, often from behind, is not the light on the face; its tint stays in the
    ratio to the skin.
    """
    grey = float(np.clip(colour.mean(), 0.003, 0.75))
    pale = float(np.interp(grey, [0.15, 0.5], [0.0, 0.75]))
    tint = np.log(np.maximum(colour, 1e-4) / grey) * (1 - pale)
    red, green, blue = tint
    green = min(green, (red + blue) / 2 + 0.12)
    blue = min(blue, red + 0.05)
    return np.clip(grey * np.exp([red, green, blue]), 0.003, 0.8)
