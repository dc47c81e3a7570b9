from __future__ import annotations

import dataclasses
import json
import time
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from mien.data.balance import SEXES, balance, sex_of, skin_third
from mien.head.moods import EXPRESSIONS, sample_gaze
from mien.head.sample import FEMININE_HAIR, MASCULINE_HAIR, sample, sample_expression
from mien.head.samplers import SAMPLER_NAMES, SAMPLERS, SamplerName, age_macro, years_of
from mien.head.schema import FACIAL_HAIR, GLASSES, HAIR_STYLES, au_vector, rig_vector, validate
from mien.seeding import rng
from mien.types import AU_NAMES, FaceCode, Pose

COUNT = 1500


@pytest.fixture(scope="module")
def crowd() -> list[FaceCode]:
    return [sample(11, k) for k in range(COUNT)]


def shares(codes: list[FaceCode], of: Callable[[FaceCode], str]) -> dict[str, float]:
    counts = Counter(of(code) for code in codes)
    return {name: count / len(codes) for name, count in counts.items()}


@pytest.mark.parametrize("kind", SAMPLER_NAMES)
def test_every_person_is_known_to_the_head_and_adult(kind: SamplerName) -> None:
    for k in range(300):
        code = sample(5, k, sampler=kind, expression="sided", pose_sd=(12, 5, 3))
        validate(code)
        assert -1 <= code.sliders["age"] <= 1
        assert max(map(abs, code.sliders.values())) <= 1
        json.dumps(dataclasses.asdict(code), allow_nan=False)


def test_a_person_is_the_same_alone_and_asked_for_more_than_once() -> None:
    many = [sample(3, k, expression=True, pose_sd=(9, 4, 2)) for k in range(20)]
    assert sample(3, 13, expression=True, pose_sd=(9, 4, 2)) == many[13]
    still = sample(3, 13)
    assert (still.sliders, still.materials, still.hair) == (
        many[13].sliders,
        many[13].materials,
        many[13].hair,
    )
    assert (still.aus, still.gaze, still.pose) == ({}, (0.0, 0.0), Pose())
    assert len({json.dumps(dataclasses.asdict(code)) for code in many}) == 20
    assert sample(4, 13) != still
    assert sample(3, 13, sampler="game") != still


def test_skin_and_sex_are_balanced(crowd: list[FaceCode]) -> None:
    skin = shares(crowd, skin_third)
    assert all(share == pytest.approx(1 / 3, abs=0.045) for share in skin.values())
    sex = shares(crowd, sex_of)
    assert sex["feminine"] == pytest.approx(sex["masculine"], abs=0.06)
    assert 0.08 < sex["between"] < 0.2
    strong = [abs(code.sliders["sex"]) > 0.6 for code in crowd]
    assert np.mean(strong) > 0.6, "women look like women and men like men"


def test_ages_are_uniform_in_portraits(crowd: list[FaceCode]) -> None:
    years = np.array([years_of(code.sliders["age"]) for code in crowd])
    assert 18 <= years.min() < 20
    assert 78 < years.max() <= 80
    parts, _ = np.histogram(years, bins=4, range=(18, 80))
    assert parts / COUNT == pytest.approx(0.25, abs=0.045)


@pytest.mark.parametrize("years", [18, 25, 35, 60, 80])
def test_years_and_the_macro_are_each_others_inverse(years: float) -> None:
    assert years_of(age_macro(years)) == pytest.approx(years)
    assert (age_macro(18), age_macro(35), age_macro(80)) == (-1, 0, 1)


def test_everything_to_wear_is_worn(crowd: list[FaceCode]) -> None:
    assert {code.hair for code in crowd} == set(HAIR_STYLES)
    assert {code.facial_hair for code in crowd} == set(FACIAL_HAIR)
    assert {code.glasses for code in crowd} == set(GLASSES)
    assert set(FEMININE_HAIR) | set(MASCULINE_HAIR) == set(HAIR_STYLES)
    worn = [code.glasses != "none" for code in crowd]
    assert np.mean(worn) == pytest.approx(0.18, abs=0.04)
    old = [code.sliders["age"] > 0.55 for code in crowd]
    assert np.mean([w for w, o in zip(worn, old, strict=True) if o]) > np.mean(worn)


def test_what_is_worn_follows_sex_and_age(crowd: list[FaceCode]) -> None:
    women = [code for code in crowd if sex_of(code) == SEXES[0]]
    men = [code for code in crowd if sex_of(code) == SEXES[2]]
    assert all(code.facial_hair == "none" and code.materials["beard"] == 0 for code in women)
    assert 0.2 < np.mean([code.facial_hair != "none" for code in men]) < 0.5
    receding = [code.sliders["age"] for code in crowd if code.hair == "receding"]
    assert np.mean(receding) > 0.3
    long = {"long", "wavy_long", "side_part_long", "fringe_long", "curly_long", "ponytail"}
    assert np.mean([c.hair in long for c in women]) > 4 * np.mean([c.hair in long for c in men])
    thick = [[float(np.mean(c.materials["brow_thickness"])) for c in one] for one in (women, men)]
    assert np.mean(thick[0]) < 0.8 * np.mean(thick[1])
    high = [[float(np.mean(c.materials["brow_height"])) for c in one] for one in (women, men)]
    assert np.mean(high[0]) > np.mean(high[1])
    assert np.mean([c.materials["eyeliner"] > 0 for c in women]) > 0.25  # type: ignore[operator]
    assert np.mean([c.materials["eyeliner"] > 0 for c in men]) < 0.05  # type: ignore[operator]


def test_hair_goes_with_skin_but_not_always(crowd: list[FaceCode]) -> None:
    blond = [code for code in crowd if np.mean(code.materials["hair"]) > 0.25]
    assert Counter(map(skin_third, blond)).most_common(1)[0][0] == "pale"
    coiled = Counter(skin_third(c) for c in crowd if c.hair in ("afro", "locs", "braids"))
    assert coiled["dark"] > 2 * coiled["pale"] > 0


def test_grey_is_the_renderers_but_for_exceptions(crowd: list[FaceCode]) -> None:
    told = [code for code in crowd if "grey" in code.materials]
    assert 0.02 < len(told) / COUNT < 0.2
    assert "wrinkles" not in {name for code in crowd for name in code.materials}


def test_samplers_differ_as_they_say() -> None:
    def bold(kind: SamplerName) -> float:
        codes = [sample(2, k, sampler=kind) for k in range(300)]
        hair = np.array([code.materials["hair"] for code in codes])
        return float(np.mean(hair[:, 2] > hair[:, 0]))  # bluer than red: no natural hair

    assert bold("portrait") < 0.03 < bold("game") < bold("anime")
    spread = {
        kind: float(np.std([sample(2, k, sampler=kind).sliders["nose_width"] for k in range(300)]))
        for kind in SAMPLER_NAMES
    }
    assert spread["portrait"] < spread["anime"] < 2 * spread["portrait"]


def test_expressions_are_natural_mixtures() -> None:
    faces = [sample_expression(rng(0, k)) for k in range(2000)]
    vectors = np.array([au_vector(face) for face in faces])  # no sided name among them
    assert np.all(vectors <= 1)
    assert np.all((vectors > 0.3).mean(0) > 0.005), "every AU is seen"
    neutral = np.mean([not face for face in faces])
    assert 0.08 < neutral < 0.25
    smile = vectors[:, AU_NAMES.index("AU12")] > 0.3
    frown = vectors[:, AU_NAMES.index("AU15")] > 0.3
    assert 0.2 < smile.mean() < 0.5
    assert (smile & frown).mean() < 0.02
    blink = vectors[:, AU_NAMES.index("AU45")] > 0.4
    assert 0.02 < blink.mean() < 0.1


def test_lopsided_faces_only_where_asked() -> None:
    faces = [sample_expression(rng(1, k), sided=True) for k in range(1500)]
    for face in faces:
        rig_vector(face)
    sided = [any(name not in AU_NAMES for name in face) for face in faces]
    assert 0.05 < np.mean(sided) < 0.3
    winks = [face for face in faces if face.get("AU45L", 0) + face.get("AU45R", 0) > 0.5]
    assert winks
    assert all("AU45" not in face for face in winks)
    for name, (share, spans) in EXPRESSIONS.items():
        assert share > 0, name
        assert all(0 <= low <= high <= 1 for low, high in spans.values()), name


def test_most_turned_heads_look_at_the_camera() -> None:
    gazes = np.array([sample_gaze(rng(2, k), Pose(yaw=14.0, pitch=-6.0)) for k in range(400)])
    to_camera = np.hypot(gazes[:, 0] + 0.5, gazes[:, 1] + 0.3) < 0.25
    assert 0.45 < to_camera.mean() < 0.7
    assert np.all(np.abs(gazes) <= 0.85)


def test_a_balance_counts_everybody() -> None:
    rows = balance(0, 60, sampler="anime")
    for group in {row.group for row in rows} - {"balance.marks", "balance.beard"}:
        assert sum(row.count for row in rows if row.group == group) == 60
    assert {row.name for row in rows if row.group == "balance.hair"} == set(HAIR_STYLES)


def test_a_person_takes_less_than_a_millisecond() -> None:
    sample(0, 0)
    start = time.process_time()
    for k in range(100):
        sample(0, k, expression=True, pose_sd=(12, 5, 3))
    assert (time.process_time() - start) / 100 < 2e-3  # half of that on a quiet core


def test_the_table_of_samplers_is_whole() -> None:
    assert tuple(SAMPLERS) == SAMPLER_NAMES
    for one in SAMPLERS.values():
        assert all(18 <= first < last <= 80 for first, last, _ in one.years)
        assert set(one.hair) <= set(HAIR_STYLES)
