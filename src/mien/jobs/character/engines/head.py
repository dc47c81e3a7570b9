"""The built-in head as an engine: sliders, tones and hair, frontal and without expression.

Ranges are narrower than the head's own: drawn evenly from them, faces vary like a mixed crowd.
Tones run along ramps of natural colours, so that no number makes green skin.
"""

from __future__ import annotations

import numpy as np

from mien.head.looks import linear
from mien.head.samplers import NATURAL_HAIR, SKIN_RAMP
from mien.head.schema import HAIR_STYLES, MATERIALS, SLIDERS
from mien.head.units import variation
from mien.jobs.character.engines.schema import Continuous, OneOf, Parameter, Params, Schema
from mien.jobs.character.imitator.drawing import draw_front
from mien.types import FaceCode, Image, MaterialValue

SPREAD = 0.6
"""Share of a slider's range; even over it is the standard deviation .35 of a varied crowd."""
SCALARS = (
    *("brow_height", "brow_arch", "brow_tilt", "brow_thickness", "brow_density"),
    *("iris_size", "blush", "freckles", "beard", "lip_gloss"),
)
HAIR_RAMP = tuple(colour for colour, _, _ in NATURAL_HAIR[:7])
TONES = {"skin_tone": SKIN_RAMP, "hair_tone": HAIR_RAMP}
_DECIMALS = 4


def head_schema() -> Schema:
    """Every slider, the tones of skin and hair, the scalars above, hair."""
    known = {one.name: one for one in MATERIALS}
    parameters: list[Parameter] = []
    for name in SLIDERS:
        most = round(SPREAD * variation(name), _DECIMALS)
        parameters.append(Continuous(f"slider.{name}", -most, most, 0.0))
    parameters += [Continuous(name, 0.0, 1.0, 0.3) for name in TONES]
    for name in SCALARS:
        one = known[name]
        parameters.append(Continuous(f"material.{name}", one.low, one.high, one.default[0]))
    parameters.append(OneOf("hair", HAIR_STYLES, "crop"))
    return Schema(tuple(parameters))


class HeadEngine:
    """Draws with `mien.head`; `size` is the side of a picture."""

    def __init__(self, size: int) -> None:
        self._size, self._schema = size, head_schema()

    def schema(self) -> Schema:
        """`head_schema`."""
        return self._schema

    def render(self, params: Params) -> Image:
        """(size, size, 3) the face in soft light, framed as photos are cropped."""
        return draw_front(code_of(self._schema.complete(params)), self._size).rgb

    def close(self) -> None:
        """Holds nothing."""


def code_of(params: Params) -> FaceCode:
    """The face code of complete parameters; numbers to four decimals, as codes are written."""
    numbers = {name: value for name, value in params.items() if isinstance(value, float)}
    plain = {name: round(value, _DECIMALS) for name, value in numbers.items()}
    materials: dict[str, MaterialValue] = {name: plain[f"material.{name}"] for name in SCALARS}
    for name, ramp in TONES.items():
        materials[name.removesuffix("_tone")] = _along(ramp, float(params[name]))
    return FaceCode(
        sliders={name: plain[f"slider.{name}"] for name in SLIDERS},
        materials=materials,
        hair=str(params["hair"]),
    )


def _along(ramp: tuple[str, ...], place: float) -> tuple[float, float, float]:
    """Linear RGB at a share of a ramp of hex colours."""
    stops = np.array([linear(colour) for colour in ramp])
    at = np.clip(place, 0.0, 1.0) * (len(stops) - 1)
    low = min(int(at), len(stops) - 2)
    red, green, blue = (stops[low] * (low + 1 - at) + stops[low + 1] * (at - low)).tolist()
    return round(red, _DECIMALS), round(green, _DECIMALS), round(blue, _DECIMALS)
