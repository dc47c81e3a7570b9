"""People as a fit to their photo finds them: nearly right, and wrong in the ways that fits are.

Glasses and beards of their own are lost, a hair style is sometimes another one, sliders and
colours are a little off. A network that is shown such guesses learns how far to trust a fit.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from mien.head.schema import HAIR_STYLES
from mien.seeding import rng
from mien.types import FaceCode, MaterialValue, Pose

SLIDER, UNIT, GAZE = 0.22, 0.09, 0.12
"""Standard deviations of a fit's errors, about: of sliders, Action Units and gaze."""
TURN, TINT = 1.8, 0.16
"""Of pose angles in degrees, and of the logarithm of a colour's brightness."""
HUE = 0.05
YOUNGEST = -1.0
"""The least `age`: everybody here is an adult, guessed ones too."""
OTHER_STYLE = 0.2
"""Share of people whose hair is taken for another style."""


def guessed(code: FaceCode, amount: float, *key: int | str) -> FaceCode:
    """The code with errors of `amount` times the usual size; equal keys give equal errors."""
    random = rng("guess", *key)

    def off(value: float, size: float, low: float = -2.5, high: float = 2.5) -> float:
        return float(np.clip(value + random.normal(0, size * amount), low, high))

    lows = {"age": YOUNGEST}
    sliders = {n: off(value, SLIDER, lows.get(n, -2.5)) for n, value in code.sliders.items()}
    aus = {name: off(value, UNIT, 0.0, 1.0) for name, value in code.aus.items()}
    hair = code.hair
    if random.random() < OTHER_STYLE * amount:
        hair = HAIR_STYLES[int(random.integers(len(HAIR_STYLES)))]
    return dataclasses.replace(
        code,
        sliders=sliders,
        aus=aus,
        gaze=(off(code.gaze[0], GAZE, -1, 1), off(code.gaze[1], GAZE, -1, 1)),
        pose=Pose(*(off(angle, TURN, -90, 90) for angle in code.pose.as_tuple())),
        materials=_painted(code.materials, amount, random),
        hair=hair,
        facial_hair="none",
        glasses="none",
    )


def _painted(
    materials: Mapping[str, MaterialValue], amount: float, random: np.random.Generator
) -> dict[str, MaterialValue]:
    """Colours a little off; of the rest a fit knows the brows and the shape of the hair."""
    values: dict[str, MaterialValue] = {}
    for name, value in materials.items():
        if isinstance(value, tuple):
            tint = random.normal(0, TINT * amount) + random.normal(0, HUE * amount, 3)
            red, green, blue = (float(v) for v in np.clip(np.array(value) * np.exp(tint), 0, 1))
            values[name] = (red, green, blue)
        elif name.startswith(("brow", "hair")):
            values[name] = value
    return values
