"""What random people are made from: one table for each sampler, plain numbers only.

`portrait` is a crowd as a photographer meets it, `anime` the cast of a drawn series, `game` the
people of a stylised game. All three are balanced over skin tone and sex and know adults only.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

SamplerName: TypeAlias = Literal["portrait", "anime", "game"]
SAMPLER_NAMES: tuple[SamplerName, ...] = get_args(SamplerName)

YOUNGEST, MIDDLE, OLDEST = 18.0, 35.0, 80.0
"""Years at -1, 0 and 1 of the macro `age`."""

Shares: TypeAlias = tuple[tuple[str, float], ...]
"""Names, or hex colours, with how often each comes up; sums need not be 1."""

SKIN_RAMP = ("ecc6ae", "e2b598", "dba58a", "c98d6b", "a9714f", "8a573a", "6b412b", "4b2d20")
"""Skin from pale to dark, in steps of about equal lightness; drawn uniformly along it."""

# Share among the palest and the darkest skins; what lies between is interpolated.
NATURAL_HAIR: tuple[tuple[str, float, float], ...] = (
    ("14100e", 12, 62),
    ("2a1c14", 17, 28),
    ("4a3222", 21, 7),
    ("6b4528", 16, 2),
    ("8d5f34", 12, 0.5),
    ("b98d55", 9, 0.2),
    ("d9bd86", 7, 0.2),
    ("7a2f18", 4, 0.3),
    ("a3532a", 3, 0.1),
)
# Brown eyes everywhere; light ones go with pale skin.
IRISES: tuple[tuple[str, float, float], ...] = (
    ("2b1a10", 10, 50),
    ("3a2414", 18, 35),
    ("6b4a2a", 17, 13),
    ("8a6a3a", 9, 1.5),
    ("4f6b3a", 11, 0.4),
    ("6a7a6a", 11, 0.2),
    ("4a7aa0", 15, 0.2),
    ("7f9bb0", 9, 0.1),
)

SHIRTS = (
    *("3b4a63", "7a2f35", "2f5a4a", "d8d4c8", "26262b", "8a6a3a", "56406b"),
    *("b9c2cc", "44566b", "9a4a3a", "6f7d5a", "c7a98a", "1f3a4a", "e8e4dc"),
)
BRIGHT_SHIRTS = ("e8503a", "f2b134", "2f8fd8", "35a86b", "8a4fd0", "f4f2ea", "22252e", "ef7fb0")
LIPSTICKS = ("b0575a", "a8484f", "c46a68", "8f3a44", "b8433f", "9a5560")
EYE_SHADOWS = ("6a3a5a", "7a4a38", "4a4a6a", "8a6a58", "5a5048")
BOLD_EYE_SHADOWS = ("7a2f9a", "2f6aa8", "2f8a7a", "b0406a", "3a3a3a")
FRAMES = ("22201e", "3a2618", "6b4a2a", "8a8a90", "b0904a", "5a1f24", "26344f", "c9b8a0")

# Columns: women of 18, women of 80, men of 18, men of 80.
HAIR_SHARES: Mapping[str, tuple[float, float, float, float]] = {
    "bald": (0.2, 0.2, 4, 12),
    "buzz": (1, 0.5, 10, 6),
    "crop": (1.5, 4, 14, 12),
    "quiff": (0.2, 0.2, 9, 2),
    "side_part": (0.3, 1, 8, 12),
    "spiky": (0.5, 0.2, 5, 0.5),
    "pixie": (5, 13, 0.3, 0.2),
    "bob": (10, 16, 0.3, 0.2),
    "long": (12, 4, 1.5, 0.6),
    "fringe_long": (9, 3, 0.3, 0.1),
    "bun": (7, 10, 1.2, 0.3),
    "afro": (5, 4, 5, 3),
    "wavy_long": (12, 7, 1, 0.5),
    "side_part_long": (10, 6, 1, 0.5),
    "curtain": (2, 1, 6, 1),
    "tied_back": (6, 6, 1.5, 1),
    "ponytail": (9, 4, 1.5, 1),
    "braids": (5, 2, 1.5, 0.3),
    "short_neat": (1.5, 11, 11, 17),
    "undercut": (2, 0.3, 8, 1),
    "slick_back": (1.5, 1.5, 5, 7),
    "receding": (0, 0.2, 1.5, 20),
    "curly_long": (8, 5, 1.5, 1),
    "locs": (3, 1, 4, 1.5),
}
COILED = frozenset({"afro", "braids", "locs"})
STRAIGHT = frozenset({"long", "fringe_long", "side_part_long", "bob", "curtain", "slick_back"})
"""Styles that go with tightly curled hair more often, and less often, than with other hair."""

# Columns: men of 18, men of 80.
BEARD_SHARES: Mapping[str, tuple[float, float]] = {
    "none": (70, 62),
    "moustache": (5, 10),
    "goatee": (7, 7),
    "short_beard": (13, 9),
    "full_beard": (5, 12),
}
# Columns: at 18, at 80.
GLASSES_SHARES: Mapping[str, tuple[float, float]] = {
    "round": (34, 18),
    "square": (38, 34),
    "half_rim": (10, 34),
    "aviator": (18, 14),
}


@dataclasses.dataclass(frozen=True)
class Sampler:
    """How the people of one kind vary.

    years      (from, to, share) bands of adult ages, uniform inside
    spread     standard deviation of identity sliders; `fullness` that of the macro
    glasses    share who wear them at 18 and at 80
    stubble    share of clean-chinned men with stubble; `beards` scales all facial hair
    dyed       share with dyed hair, natural colours first; of them `bold` in a bold one
    bold_hair  those colours; `bold_eyes` likewise for irises, with `bold_iris` their share
    make_up    share of women who wear it; freckles: share among pale people
    shirts     colours
    hair       factors on `HAIR_SHARES`
    """

    years: tuple[tuple[float, float, float], ...] = ((YOUNGEST, OLDEST, 1.0),)
    spread: float = 0.21
    fullness: float = 0.36
    glasses: tuple[float, float] = (0.11, 0.26)
    stubble: float = 0.5
    beards: float = 1.0
    dyed: float = 0.07
    bold: float = 0.25
    bold_hair: tuple[str, ...] = ("8a2a4a", "3a5a9a", "5a3a7a", "b0508a", "2f6a5a")
    bold_iris: float = 0.0
    bold_eyes: tuple[str, ...] = ()
    make_up: float = 0.66
    freckles: float = 0.24
    shirts: tuple[str, ...] = SHIRTS
    hair: Mapping[str, float] = dataclasses.field(default_factory=dict)


_ANIME_HAIR = (
    *("e86a9a", "5a8ae0", "9a6ae0", "4ab0a0", "f0d060", "d03a3a", "e8e8f0", "f09040"),
    *("2a3a6a", "7ac070", "b8d0f0", "6a2a4a"),
)
_GAME_HAIR = ("c03a3a", "3a6ac0", "7a3ab0", "2f9a8a", "e070a8", "e8e0d8", "d8a020", "3f7a3a")
_BOLD_EYES = ("d03a3a", "8a4fd0", "e0a020", "20a080", "3a8af0", "d05090", "60c040")

SAMPLERS: Mapping[SamplerName, Sampler] = {
    "portrait": Sampler(),
    "anime": Sampler(
        years=((18, 30, 0.5), (30, 50, 0.3), (50, 80, 0.2)),
        spread=0.27,
        fullness=0.3,
        glasses=(0.15, 0.24),
        stubble=0.25,
        beards=0.7,
        dyed=0.55,
        bold=0.9,
        bold_hair=_ANIME_HAIR,
        bold_iris=0.5,
        bold_eyes=_BOLD_EYES,
        make_up=0.5,
        freckles=0.15,
        shirts=(*SHIRTS, *BRIGHT_SHIRTS),
        hair={
            **{"bald": 0.4, "receding": 0.5, "buzz": 0.5, "spiky": 4, "fringe_long": 1.8},
            **{"ponytail": 1.6, "braids": 1.5, "curtain": 1.8, "undercut": 1.4, "long": 1.3},
        },
    ),
    "game": Sampler(
        years=((18, 60, 0.78), (60, 80, 0.22)),
        spread=0.29,
        fullness=0.42,
        glasses=(0.13, 0.24),
        stubble=0.55,
        beards=1.45,
        dyed=0.24,
        bold=0.75,
        bold_hair=_GAME_HAIR,
        bold_iris=0.15,
        bold_eyes=_BOLD_EYES,
        make_up=0.6,
        freckles=0.3,
        shirts=(*SHIRTS, *BRIGHT_SHIRTS),
        hair={"undercut": 1.8, "braids": 1.5, "locs": 1.4, "bald": 1.3, "spiky": 1.5},
    ),
}


def age_macro(years: float) -> float:
    """The macro `age` (-1 to 1) of an age in years, 18 to 80."""
    span = MIDDLE - YOUNGEST if years < MIDDLE else OLDEST - MIDDLE
    return (years - MIDDLE) / span


def years_of(macro: float) -> float:
    """The age in years of a macro `age`."""
    return MIDDLE + macro * (MIDDLE - YOUNGEST if macro < 0 else OLDEST - MIDDLE)


def _usual(young: int) -> tuple[str, ...]:
    """Styles repeated by their mean share over the ages; column `young` of `HAIR_SHARES` and on."""
    counts = {style: round(row[young] + row[young + 1]) for style, row in HAIR_SHARES.items()}
    return tuple(style for style, count in counts.items() for _ in range(count))


FEMININE_HAIR = _usual(0)
MASCULINE_HAIR = _usual(2)
"""Every usual style of a sex, repeated as often as it is usual, for a plain draw."""
