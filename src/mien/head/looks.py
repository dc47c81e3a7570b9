"""Random colours, hair, brows, make-up and glasses of one person, that go together."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from mien.head.samplers import (
    BEARD_SHARES,
    BOLD_EYE_SHADOWS,
    COILED,
    EYE_SHADOWS,
    FRAMES,
    GLASSES_SHARES,
    HAIR_SHARES,
    IRISES,
    LIPSTICKS,
    NATURAL_HAIR,
    SKIN_RAMP,
    STRAIGHT,
    Sampler,
)
from mien.types import MaterialValue

Colour = tuple[float, float, float]
Materials = dict[str, MaterialValue]


@dataclasses.dataclass(frozen=True)
class Person:
    """What the rest of a person's looks follow from.

    sex        -1 feminine, 1 masculine; `masculine` is how the person presents
    years      18 to 80; `old` the same as 0 to 1
    dark       0 the palest skin of the ramp, 1 the darkest
    """

    sex: float
    years: float
    dark: float
    masculine: bool

    @property
    def old(self) -> float:
        """0 at 18, 1 at 80."""
        return (self.years - 18.0) / 62.0


def linear(hex_colour: str) -> Colour:
    """Linear RGB of an sRGB-like hex colour (gamma 2.2), rounded to 1e-6."""
    r, g, b = (round((int(hex_colour[i : i + 2], 16) / 255.0) ** 2.2, 6) for i in (0, 2, 4))
    return (r, g, b)


def rounded(colour: NDArray[np.float64]) -> Colour:
    """A colour inside [0, 1], to 4 decimals."""
    r, g, b = (round(min(max(float(value), 0.0), 1.0), 4) for value in colour)
    return (r, g, b)


def pick(random: np.random.Generator, names: tuple[str, ...]) -> str:
    """One of the names, all equally likely."""
    return names[int(random.integers(len(names)))]


def weighted(random: np.random.Generator, shares: Iterable[tuple[str, float]]) -> str:
    """One of the names, as often as its share says."""
    rows = tuple(shares)
    left = random.random() * sum(share for _, share in rows)
    for name, share in rows:
        left -= share
        if left < 0:
            return name
    return rows[0][0]


def between(
    random: np.random.Generator, middle: float, sd: float, span: tuple[float, float]
) -> float:
    """A normal number, cut off at both ends of the span."""
    return min(max(middle + float(random.normal()) * sd, span[0]), span[1])


def skin_colour(random: np.random.Generator, dark: float) -> NDArray[np.float64]:
    """(3,) linear skin at a place of the ramp, a little warmer or cooler than it."""
    place = dark * (len(SKIN_RAMP) - 1.001)
    low = int(place)
    ramp = [np.array(linear(SKIN_RAMP[low + step])) for step in (0, 1)]
    warm = between(random, 0.0, 0.03, (-0.06, 0.06))
    tint = np.array([1 + 0.5 * warm, 1.0, 1 - 1.6 * warm])
    return (ramp[0] * (1 - (place - low)) + ramp[1] * (place - low)) * tint


def hair_style(random: np.random.Generator, one: Person, kind: Sampler) -> str:
    """A style by sex, age and kind of hair."""
    shares = hair_shares(one)
    return weighted(
        random, [(style, shares[style] * kind.hair.get(style, 1.0)) for style in shares]
    )


def hair_shares(one: Person) -> dict[str, float]:
    """How often people like this one wear each style, on any scale."""
    first = 2 if one.masculine else 0
    coil = 0.35 + 2.4 * one.dark * one.dark
    smooth = 1.15 - 0.7 * one.dark
    shares = {}
    for style, row in HAIR_SHARES.items():
        share = row[first] * (1 - one.old) + row[first + 1] * one.old
        shares[style] = share * (coil if style in COILED else smooth if style in STRAIGHT else 1.0)
    return shares


def hair_colours(random: np.random.Generator, one: Person, kind: Sampler) -> Materials:
    """Colour of the hair; dyed hair with its tips, and brows that keep their own colour.

    White hairs follow the age in the renderer; only people who differ from their age are told
    here: early grey, or grey dyed away.
    """
    natural = weighted(random, _by_skin(NATURAL_HAIR, one.dark))
    own = np.array(linear(natural)) * random.uniform(0.85, 1.2)
    values: Materials = {"hair": rounded(own)}
    chance, bold, early = random.random(), random.random(), random.random()
    bold /= 1.0 - 0.7 * one.old * (
        kind.bold < 0.5
    )  # where bold colours are rare, the young have them
    share = kind.dyed * (0.5 if one.masculine else 1.5) * (1 + 0.6 * one.old)
    colour = np.array(linear(pick(random, kind.bold_hair)))
    tame = np.array(
        linear(weighted(random, _by_skin(NATURAL_HAIR, min(0.25 + 0.5 * one.dark, 0.7))))
    )
    if chance < share:
        dye = colour if bold < kind.bold else tame
        values["hair"] = rounded(dye * random.uniform(0.85, 1.15))
        values["brow_colour"] = rounded(np.minimum(own * 0.75, 0.22))
        values["beard_colour"] = rounded(own if bold < 0.7 * kind.bold else dye)
        values |= {"grey": 0.0, "grey_temples": 0.0}
    elif chance > 1 - 0.5 * kind.dyed and not one.masculine:
        values["hair_tips"] = rounded(colour if bold < kind.bold else np.minimum(own * 2.5, 0.8))
        values["hair_tip_share"] = round(random.uniform(0.25, 0.65), 4)
    elif early < 0.035 and one.years < 45:
        values["grey"] = round(random.uniform(0.15, 0.6), 4)
    return values


def _by_skin(rows: tuple[tuple[str, float, float], ...], dark: float) -> list[tuple[str, float]]:
    return [(name, pale * (1 - dark) + deep * dark) for name, pale, deep in rows]


def hair_shape(random: np.random.Generator, one: Person) -> Materials:
    """Length, volume, parting and hairline."""
    gone = 0.0
    if one.masculine:
        gone = max(0.0, (one.years - 22) / 58) * random.uniform(-0.25, 1.0)
    elif one.years > 60:
        gone = random.uniform(-0.2, 0.25)
    values = {
        "hair_length": between(random, 0.0, 0.4, (-1, 1)),
        "hair_volume": between(random, -0.25 * one.old, 0.38, (-1, 1)),
        "hair_parting": random.uniform(-0.85, 0.85),
        "hairline_height": between(random, 0.15 * one.old, 0.3, (-1, 1)),
        "hairline_recession": min(max(gone, 0.0), 1.0),
    }
    return {name: round(float(value), 4) for name, value in values.items()}


def skin_marks(random: np.random.Generator, one: Person, *, freckled: float) -> Materials:
    """Redness, freckles, moles, gloss: how the skin is, but for its colour."""
    pale = max(0.0, 1 - 1.6 * one.dark)
    share = freckled * (pale + 0.06)
    has_freckles, has_moles = random.random() < share, random.random() < 0.38
    values = {
        "redness": between(random, 0.95 + 0.25 * pale, 0.25, (0.3, 1.8)),
        "freckles": random.uniform(0.3, 1.0) * has_freckles,
        "moles": random.uniform(0.15, 0.75) * has_moles,
        "mole_seed": random.random(),
        "roughness": random.uniform(0.1, 0.5) + 0.15 * one.old,
        "dark_circles": random.uniform(0.15, 0.75) + 0.2 * one.old,
        "skin_gloss": between(random, 1.0, 0.22, (0.4, 1.6)),
        "teeth_shade": between(random, 0.72 - 0.34 * one.old, 0.13, (0.1, 1.0)),
        "pupil": random.uniform(0.14, 0.21),
    }
    return {name: round(float(value), 4) for name, value in values.items()}


def brows(random: np.random.Generator, one: Person) -> Materials:
    """Thinner, higher and more arched on women; sparser with age."""
    side = 1 if one.masculine else -1
    thick = 0.40 * (0.99 + 0.17 * side) * random.uniform(0.78, 1.28)
    values = {
        "brow_thickness": min(max(thick, 0.17), 0.62),
        "brow_arch": between(random, 0.325 - 0.075 * side, 0.12, (-0.2, 0.8)),
        "brow_tilt": between(random, 0.45, 0.18, (-0.2, 1.1)),
        "brow_height": between(random, 1.71 - 0.1 * side, 0.11, (1.3, 2.2)),
        "brow_inner": between(random, 1.25, 0.12, (0.8, 1.7)),
        "brow_outer": between(random, 5.0, 0.18, (4.4, 5.5)),
        "brow_density": between(random, 0.93 - 0.16 * one.old, 0.07, (0.5, 1.0)),
    }
    return {name: round(float(value), 4) for name, value in values.items()}


def make_up(
    random: np.random.Generator, one: Person, kind: Sampler, *, skin: NDArray[np.float64]
) -> Materials:
    """Lips, lids, lashes and cheeks: bare, a little, or made up."""
    strength = 0.0
    wears = kind.make_up * (1 - 0.2 * one.old) if not one.masculine else 0.015
    if random.random() < wears:
        strength = random.uniform(0.25, 1.0)
    lipstick = np.array(linear(pick(random, LIPSTICKS))) * (1 - 0.35 * one.dark)
    colours = EYE_SHADOWS if random.random() > 0.5 * kind.bold else BOLD_EYE_SHADOWS
    cover = random.uniform(0.2, 0.95) * strength
    if random.random() < 0.25:
        cover *= 0.2
    bare = skin * (np.array([0.82, 0.56, 0.56]) if one.masculine else np.array([0.84, 0.54, 0.54]))
    values = {
        "blush": strength * random.uniform(0, 0.4),
        "eye_shadow": strength * random.uniform(0, 0.65),
        "eyeliner": strength * random.uniform(0.2, 1.0) * (random.random() < 0.65),
        "lip_gloss": 0.15 if one.masculine else random.uniform(0.2, 0.4) + 0.4 * strength,
        "lash": 0.55 if one.masculine else 0.85 + 0.15 * strength,
        "lash_length": random.uniform(0.7, 0.95)
        if one.masculine
        else random.uniform(0.9, 1.1) + 0.25 * strength,
    }
    return {
        **{name: round(float(value), 4) for name, value in values.items()},
        "lips": rounded(bare * (1 - cover) + lipstick * cover),
        "eye_shadow_colour": linear(pick(random, colours)),
    }


def iris_colour(random: np.random.Generator, one: Person, kind: Sampler) -> Materials:
    """The eyes' colour: brown mostly; light with pale skin; any where the sampler is bold."""
    name = weighted(random, _by_skin(IRISES, min(1.0, 1.5 * one.dark)))
    if kind.bold_eyes and random.random() < kind.bold_iris:
        name = pick(random, kind.bold_eyes)
    return {"iris": rounded(np.array(linear(name)) * random.uniform(1.1, 1.4))}


def facial_hair(random: np.random.Generator, one: Person, kind: Sampler) -> tuple[str, float]:
    """What grows on the face by name, and the painted stubble (0 to 1)."""
    stubbles, grows = random.uniform(0.3, 0.95), random.random()
    style = weighted(random, _by_age(BEARD_SHARES, one.old))
    wanted = kind.beards * min(1.0, 0.35 + (one.years - 18) / 14)
    if not one.masculine or one.sex < 0.1:
        return "none", 0.0
    # A factor above 1 turns some of the clean chins into beards; below 1, beards into clean chins.
    if style == "none" and grows < wanted - 1:
        style = weighted(random, tuple(_by_age(BEARD_SHARES, one.old))[1:])
    elif style != "none" and grows > wanted:
        style = "none"
    if style != "none":
        return style, round(0.35 + 0.5 * stubbles, 4)
    return style, round(stubbles, 4) if random.random() < kind.stubble else 0.0


def glasses(random: np.random.Generator, one: Person, kind: Sampler) -> tuple[str, Materials]:
    """Glasses by name, with the colour of their frame and the tint of their lenses."""
    share = kind.glasses[0] * (1 - one.old) + kind.glasses[1] * one.old
    wears, style = random.random() < share, weighted(random, _by_age(GLASSES_SHARES, one.old))
    colour, tinted, tint = pick(random, FRAMES), random.random(), random.random()
    if not wears:
        return "none", {}
    lens = 0.06 * tint if tinted < 0.94 else 0.25 + 0.5 * tint
    return style, {"glasses_colour": linear(colour), "lens_tint": round(lens, 4)}


def _by_age(rows: Mapping[str, tuple[float, float]], old: float) -> list[tuple[str, float]]:
    return [(name, young * (1 - old) + late * old) for name, (young, late) in rows.items()]
