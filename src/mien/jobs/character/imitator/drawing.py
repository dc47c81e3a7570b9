"""The heads that an imitator learns from: face k of a seed, drawn frontal, neutral, in soft light.

They vary more than the people of `head.sample`: a fit must not leave what the imitator has seen.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from mien.data.people import framing
from mien.head.light import LIGHTS
from mien.head.render import BACKGROUND, Render, View, draw, material_of, mesh_of
from mien.head.sample import FEMININE_HAIR, MASCULINE_HAIR, sample_materials, sample_sliders
from mien.head.schema import HAIR_STYLES, MATERIALS
from mien.jobs.character.imitator.layout import complete
from mien.seeding import rng
from mien.types import FaceCode, MaterialValue, Pose

SPREADS = (0.21, 0.35, 0.5)
"""Standard deviations of the sliders: a crowd, a varied crowd, a carnival."""
_ANY_HAIR, _ANY_SCALAR, _ANY_COLOUR = 0.5, 0.15, 0.5
_COLOUR_SD = 0.18
_SHADOW = 128

VIEW = View(light=LIGHTS["soft"], background=BACKGROUND, shadow=_SHADOW)
"""Light and backdrop of every picture; the camera follows the face as `head-256` does."""


def training_code(seed: int, index: int) -> FaceCode:
    """Face `index` of a seed."""
    random = rng(seed, "imitator", index)
    sex = float(random.choice([-1.0, 1.0]) * random.uniform(0.2, 1.0))
    spread = SPREADS[int(random.integers(len(SPREADS)))]
    sliders = sample_sliders(random, sex=sex, spread=spread)
    names = MASCULINE_HAIR if sex > 0 else FEMININE_HAIR
    names = HAIR_STYLES if random.random() < _ANY_HAIR else names
    hair = names[int(random.integers(len(names)))]
    materials = complete(sample_materials(random, sex=sex), hair)
    return FaceCode(
        sliders={name: float(np.clip(value, -1, 1)) for name, value in sliders.items()},
        materials=_varied(materials, random),
        hair=hair,
    )


def _varied(
    materials: dict[str, MaterialValue], random: np.random.Generator
) -> dict[str, MaterialValue]:
    """Scalars now and then from all of their range, colours now and then of another tint."""
    values: dict[str, MaterialValue] = {}
    for one in MATERIALS:
        value = materials[one.name]
        change = random.random()
        if isinstance(value, tuple):
            factor = np.exp(random.normal(size=3) * _COLOUR_SD * (change < _ANY_COLOUR))
            red, green, blue = (
                round(float(np.clip(channel * by, 0, 1)), 4)
                for channel, by in zip(value, factor, strict=True)
            )
            values[one.name] = (red, green, blue)
        else:
            anywhere = round(float(random.uniform(one.low, one.high)), 4)
            inside = float(np.clip(value, one.low, one.high))
            values[one.name] = anywhere if change < _ANY_SCALAR else inside
    return values


def draw_front(code: FaceCode, size: int) -> Render:
    """A code as the imitator has to draw it: (size, size), frontal and without expression."""
    still = dataclasses.replace(code, aus={}, gaze=(0.0, 0.0), pose=Pose(), style="photo")
    mesh, material = mesh_of(still), material_of(still)
    camera = framing(mesh, material, Pose(), size)
    return draw(mesh, material, view=dataclasses.replace(VIEW, camera=camera))
