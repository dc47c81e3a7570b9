"""The style whose outline lies best on the hair that is seen."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from mien.head.sample import sample
from mien.head.schema import LABEL, au_vector, slider_vector
from mien.head.worn import Worn
from mien.persona.hair_fit import HairMeasures
from mien.persona.hair_match import (
    PRIOR,
    RARE,
    Match,
    Wearer,
    drawn_hair,
    hair_worn,
    match_hair,
    shaped,
    usual_hair,
)

from .people import plain, seen_bald

MEASURES = HairMeasures(fringe=0.05, volume=0.08, covered=0.95)
PALE = np.array([0.72, 0.45, 0.33])


def wearer(*, sex: float, skin: np.ndarray = PALE) -> Wearer:
    code = plain(sample(31, 5))
    return Wearer(slider_vector(code.sliders), au_vector(code.aus), code.pose, 0.86, sex, skin)


@pytest.mark.parametrize(
    ("style", "sex", "alike"),
    [
        ("long", -0.9, {"long", "wavy_long", "side_part_long", "fringe_long"}),
        ("bob", -0.9, {"bob"}),
        ("quiff", 0.9, {"quiff"}),
        ("crop", 0.9, {"crop", "short_neat", "side_part"}),
    ],
)
def test_the_heads_own_styles_are_found(style: str, sex: float, alike: set[str]) -> None:
    seen, head, drawn = seen_bald(style)
    found = match_hair(drawn.labels == LABEL["hair"], seen, head, wearer(sex=sex))
    assert found.worn.hair in alike
    assert found.overlap > 0.7


def test_coils_are_seen_where_they_are_common() -> None:
    seen, head, drawn = seen_bald("afro")
    mask = drawn.labels == LABEL["hair"]
    dark = wearer(sex=0.9, skin=PALE * 0.12)
    assert match_hair(mask, seen, head, dark).worn.hair == "afro"


def test_a_wall_beside_one_cheek_is_not_long_hair() -> None:
    seen, head, drawn = seen_bald("crop")
    mask = drawn.labels == LABEL["hair"]
    walled = mask | ((head.right > 5.5) & (head.right < 9) & (head.up > -12) & (head.up < 3))
    for one in (mask, walled):
        worn = match_hair(one, seen, head, wearer(sex=0.9)).worn
        assert worn.hair in {"crop", "short_neat", "side_part"}


def test_longer_hair_is_drawn_longer() -> None:
    who = wearer(sex=-0.9)
    seen, head, _ = seen_bald("bob")
    lengths = {}
    for length in (-0.7, 0.7):
        small = drawn_hair(who, Worn("bob", length=length))
        mask = np.kron(small, np.ones((2, 2), bool))
        lengths[length] = match_hair(mask, seen, head, who, "bob").worn
    assert lengths[-0.7].length < lengths[0.7].length
    assert {worn.hair for worn in lengths.values()} == {"bob"}


def test_bald_and_cropped_heads_need_no_outline() -> None:
    seen, head, drawn = seen_bald("long")
    everything = (drawn.labels == LABEL["hair"], seen, head)
    bald = dataclasses.replace(MEASURES, covered=0.1)
    cropped = dataclasses.replace(MEASURES, volume=0.01)
    who = wearer(sex=0.9)
    assert hair_worn(bald, everything, who) == Worn("bald")
    assert hair_worn(cropped, everything, who) == Worn("buzz")
    assert hair_worn(bald, everything, who, "long").hair == "long"
    assert hair_worn(MEASURES, everything, who, "bald") == Worn("bald")


def test_a_shape_that_helps_little_is_left_alone() -> None:
    start = Match(Worn("bob"), 0.5)
    assert shaped(start, lambda worn: 0.505) == start
    better = shaped(start, lambda worn: 0.5 + 0.2 * worn.length - 0.1 * abs(worn.volume))
    assert (better.worn.length, better.worn.volume) == (0.7, 0.0)


def test_what_people_wear_depends_on_who_they_are() -> None:
    man, woman = usual_hair(1.0, PALE), usual_hair(-1.0, PALE)
    assert sum(man.values()) == pytest.approx(1.0)
    assert man["crop"] > 3 * woman["crop"]
    assert woman["bob"] > 3 * man["bob"]
    assert usual_hair(1.0, PALE * 0.1)["afro"] > 3 * man["afro"]
    assert man["bob"] < RARE
    assert PRIOR > 0
