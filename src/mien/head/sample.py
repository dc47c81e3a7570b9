"""Random people, expressions, poses and lights: person k of seed s is the same in any batch."""

from __future__ import annotations

import dataclasses
from typing import Literal

import numpy as np

from mien.head import looks
from mien.head.light import Light
from mien.head.looks import Person, linear
from mien.head.moods import sample_expression, sample_gaze, sample_pose
from mien.head.samplers import (
    FEMININE_HAIR,
    MASCULINE_HAIR,
    SAMPLERS,
    SKIN_RAMP,
    Sampler,
    SamplerName,
    age_macro,
)
from mien.head.schema import MACROS, SLIDERS
from mien.head.units import variation
from mien.seeding import rng
from mien.types import FaceCode, MaterialValue

__all__ = [
    "FEMININE_HAIR",
    "MASCULINE_HAIR",
    "SKIN_RAMP",
    "linear",
    "sample",
    "sample_expression",
    "sample_gaze",
    "sample_light",
    "sample_materials",
    "sample_pose",
    "sample_sliders",
]

SLIDER_CLIP = 0.65
# Asymmetry and fantasy stay rare; some things can only be added to a face, not taken away.
DAMPED = {
    **{"nose_bend": 0.35, "mouth_tilt": 0.35, "ear_flare": 0.6, "ear_pointed": 0.0},
    **{"asymmetry_upper": 0.3, "asymmetry_lower": 0.3},
}
USUAL = {"eye_height": -0.5}
"""Means of sliders that are not 0: the head at rest looks with wider eyes than people do.

An open eye is about .3 as high as wide (Soukupova and Cech 2016, figure 1); the resting head's .39.
"""
ONLY_ADD = ("double_chin", "jowls", "marionette")
_MONOLID, _HOODED = 0.26, 0.17
_LID_CLIP = 0.95
_RIM = 0.25
"""How often a light has a rim."""
ANDROGYNOUS = 0.3
"""|sex| below which a person may present as either sex."""


def sample_sliders(random: np.random.Generator, *, sex: float, spread: float) -> dict[str, float]:
    """Identity sliders around the mean of a sex (-1 feminine, +1 masculine)."""
    sliders: dict[str, float] = {}
    limit = max(SLIDER_CLIP, 3 * spread)
    draws = random.normal(size=len(SLIDERS)) * spread
    for name, draw in zip(SLIDERS, draws, strict=True):
        usual = variation(name)
        value = float(draw) * usual + MACROS["sex"].get(name, 0.0) * sex
        value *= DAMPED.get(name, 1.0)
        most, mean = min(limit * usual, 1.0), USUAL.get(name, 0.0)
        value = min(max(value, 0.0 if name in ONLY_ADD else -most), most)
        sliders[name] = min(max(mean + value, -1.0), 1.0)
    sliders |= _eyelids(random, sliders)
    return {name: round(value, 4) for name, value in sliders.items()}


def _eyelids(random: np.random.Generator, sliders: dict[str, float]) -> dict[str, float]:
    """Lids vary between peoples more than within: plain, monolid or hooded, by one draw."""
    kind, strength = random.random(), random.uniform(0.35, 1.0)
    monolid, hood = sliders["monolid"], sliders["hooded"]
    epicanthus = max(0.0, sliders["epicanthus"])
    if kind < _MONOLID:
        monolid += strength
        epicanthus += 0.7 * strength
    elif kind < _MONOLID + _HOODED:
        hood += 0.6 * strength
    values = {"monolid": monolid, "epicanthus": epicanthus, "hooded": hood}
    return {name: min(max(value, -_LID_CLIP), _LID_CLIP) for name, value in values.items()}


def sample_materials(random: np.random.Generator, *, sex: float) -> dict[str, MaterialValue]:
    """Skin, hair, brows, eyes, stubble and make-up that go together, of somebody of forty."""
    kind = SAMPLERS["portrait"]
    one = Person(sex=sex, years=40.0, dark=random.random(), masculine=sex > 0)
    _, stubble = looks.facial_hair(random, one, kind)
    return {**_materials(random, one, kind), "beard": stubble}


def _materials(random: np.random.Generator, one: Person, kind: Sampler) -> dict[str, MaterialValue]:
    skin = looks.skin_colour(random, one.dark)
    return {
        "skin": looks.rounded(skin),
        **looks.hair_colours(random, one, kind),
        **looks.hair_shape(random, one),
        **looks.skin_marks(random, one, freckled=kind.freckles),
        **looks.brows(random, one),
        **looks.make_up(random, one, kind, skin=skin),
        **looks.iris_colour(random, one, kind),
        "shirt": linear(looks.pick(random, kind.shirts)),
    }


def _person(random: np.random.Generator, kind: Sampler) -> Person:
    """Sex (both poles equally common, one in six between), age and skin tone."""
    side = -1.0 if random.random() < 0.5 else 1.0
    sex = side * (1.0 - random.random() ** 2.2)
    masculine = random.random() < 0.5 + 0.5 * sex / ANDROGYNOUS
    first, last, _ = _band(random, kind)
    years = random.uniform(first, last)
    return Person(round(sex, 4), round(years, 2), random.random(), bool(masculine))


def _band(random: np.random.Generator, kind: Sampler) -> tuple[float, float, float]:
    left = random.random() * sum(band[2] for band in kind.years)
    for band in kind.years:
        left -= band[2]
        if left < 0:
            return band
    return kind.years[0]


def sample_light(random: np.random.Generator) -> Light:
    """A key light from somewhere in front, a fill from one side, a sky, and at times a rim."""
    direction = (random.normal() * 0.6, random.uniform(-0.1, 0.9), random.uniform(0.35, 1.0))
    warm, cold = 1 + random.normal() * 0.06, 1 + random.normal() * 0.1
    sky = 0.36 * random.uniform(0.6, 1.7)
    tint = (1 + random.normal() * 0.08, 1.0, 1 + random.normal() * 0.1)
    fill = 0.2 * random.uniform(0.5, 1.8)
    side = 0.8 if random.random() < 0.5 else -0.8
    edge = random.uniform(0.2, 1.1) * (random.random() < _RIM)
    glow = tuple(edge * (1 + random.normal() * 0.12) for _ in range(3))
    return Light(
        direction=_three(direction),
        key=round(float(random.uniform(0.8, 2.1)), 4),
        key_colour=_three((warm, 1.0, cold)),
        ambient=_three(tuple(sky * t for t in tint)),
        fill_direction=(side, 0.0, 0.5),
        fill_colour=_three((fill, fill, fill)),
        rim_direction=(-side, 0.35, -0.6),
        rim_colour=_three(tuple(max(0.0, one) for one in glow)),
    )


def _three(values: tuple[float, ...]) -> tuple[float, float, float]:
    a, b, c = (round(float(v), 4) for v in values)
    return (a, b, c)


def sample(
    seed: int,
    index: int,
    *,
    sampler: SamplerName = "portrait",
    spread: float | None = None,
    expression: bool | Literal["sided"] = False,
    pose_sd: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> FaceCode:
    """Person `index` of `seed`: an adult of random looks; neutral and frontal unless asked.

    sampler     who is drawn, see `samplers`; sex, age and fullness are the code's macros
    spread      standard deviation of the sliders instead of the sampler's; 0.4 is a carnival
    expression  symmetric Action Units and a gaze; "sided" allows winks and lopsided smiles too
    pose_sd     standard deviations of yaw, pitch and roll in degrees
    """
    kind = SAMPLERS[sampler]
    if spread is not None:
        kind = dataclasses.replace(kind, spread=spread)
    random = rng(seed, "face", sampler, index)
    one = _person(random, kind)
    heavy = looks.between(random, 0.06 * one.old, kind.fullness, (-0.85, 1.0))
    # The macros carry sex and age: what the renderer draws of age follows them.
    macros = {"sex": one.sex, "age": age_macro(one.years), "fullness": heavy}
    sliders = sample_sliders(random, sex=0.0, spread=kind.spread)
    materials = _materials(random, one, kind)
    hair = looks.hair_style(random, one, kind)
    beard, stubble = looks.facial_hair(random, one, kind)
    worn, frame = looks.glasses(random, one, kind)
    mood = rng(seed, "mood", sampler, index)
    pose = sample_pose(mood, pose_sd)
    aus = sample_expression(mood, sided=expression == "sided") if expression else {}
    return FaceCode(
        sliders={**{name: round(value, 4) for name, value in macros.items()}, **sliders},
        aus=aus,
        gaze=sample_gaze(mood, pose) if expression else (0.0, 0.0),
        pose=pose,
        materials={**materials, **frame, "beard": stubble},
        hair=hair,
        facial_hair=beard,
        glasses=worn,
    )
