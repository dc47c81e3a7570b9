"""What a head wears, and the numbers that shape its hair."""

from __future__ import annotations

import dataclasses

from mien.head.schema import MATERIALS
from mien.types import FaceCode

_DEFAULTS = {one.name: float(one.default[0]) for one in MATERIALS if one.kind == "scalar"}


@dataclasses.dataclass(frozen=True)
class Worn:
    """Hair style, facial hair and glasses by name; then numbers, 0 as the style is made.

    length     -1 much shorter, 1 much longer
    volume     -1 flat, 1 full
    parting    -1 far to the picture's left, 1 far to its right
    line       height of the hairline: -1 low, 1 high
    recession  0..1, how far the hairline has gone back at the temples
    lashes     length of the lashes, 1 is usual
    """

    hair: str = "crop"
    facial_hair: str = "none"
    glasses: str = "none"
    length: float = 0.0
    volume: float = 0.0
    parting: float = 0.0
    line: float = 0.0
    recession: float = 0.0
    lashes: float = 1.0


BALD = Worn("bald")
"""Nothing: what faces are measured on."""


def worn_by(code: FaceCode) -> Worn:
    """What the person of a code wears."""

    def number(name: str) -> float:
        value = code.materials.get(name, _DEFAULTS[name])
        return float(value)  # type: ignore[arg-type]

    return Worn(
        hair=code.hair,
        facial_hair=code.facial_hair,
        glasses=code.glasses,
        length=number("hair_length"),
        volume=number("hair_volume"),
        parting=number("hair_parting"),
        line=number("hairline_height"),
        recession=number("hairline_recession"),
        lashes=number("lash_length"),
    )
