"""What the parameters of an engine are, their vectors, and how sets are drawn from them."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest

from mien.errors import OptionError
from mien.jobs.character.engines.head import HeadEngine, code_of, head_schema
from mien.jobs.character.engines.sampling import held_rows, noisy_units, sample_params
from mien.jobs.character.engines.schema import Continuous, OneOf, Schema

NOSE = Continuous("nose", -2.0, 6.0, 0.0)
HAIR = OneOf("hair", ("bob", "bun", "none"), "bun")
EYES = Continuous("eyes", 0.1, 0.7, 0.1)
KNOWN = Schema((NOSE, HAIR, EYES))


def test_a_vector_has_one_number_for_each_and_one_for_each_option() -> None:
    vector = KNOWN.to_unit({"eyes": 0.7, "nose": 0.0})
    assert vector.tolist() == [0.25, 0.0, 1.0, 0.0, 1.0]
    assert KNOWN.from_unit(vector) == {"nose": 0.0, "hair": "bun", "eyes": 0.7}
    assert KNOWN.size == 5


def test_of_a_choice_the_largest_counts_and_numbers_are_cut() -> None:
    found = KNOWN.from_unit(np.array([7.0, 0.2, 0.1, 0.3, -1.0]))
    assert found == {"nose": 6.0, "hair": "none", "eyes": 0.1}


@pytest.mark.parametrize("seed", range(5))
def test_vectors_go_round(seed: int) -> None:
    params = sample_params(KNOWN, seed, 3)
    again = KNOWN.from_unit(KNOWN.to_unit(params))
    assert again["hair"] == params["hair"]
    assert again["nose"] == pytest.approx(params["nose"], abs=1e-12)


@pytest.mark.parametrize(
    ("params", "line"),
    [
        ({"nos": 1.0}, "parameter 'nos' does not exist; it must be one of nose"),
        ({"nose": float("nan")}, "nose: 'nan' is not a number"),
        ({"nose": 10**400}, "nose: '1000000"),
        ({"nose": True}, "nose: 'True' is not a number"),
        ({"nose": "x\n\x1b"}, r"nose: 'x\x0a\x1b' is not a number"),
        ({"nose": 6.5}, "nose: 6.5 is outside -2 to 6; give a value inside"),
        ({"hair": "bog"}, "hair: 'bog' does not exist; did you mean bob?"),
        ({"hair": 1}, "hair: '1' does not exist; it must be one of bob, bun, none"),
    ],
)
def test_bad_values_are_one_line(params: dict[str, Any], line: str) -> None:
    with pytest.raises(OptionError) as caught:
        KNOWN.complete(params)
    told = str(caught.value).replace("\\\\", "\\")
    assert told.startswith(line) or "did you mean nose?" in told
    assert "\n" not in told


@pytest.mark.parametrize("vector", [np.zeros(4), np.full(5, np.nan), np.zeros((1, 5))])
def test_bad_vectors_are_refused(vector: Any) -> None:
    with pytest.raises(OptionError, match="wanted 5 finite numbers"):
        KNOWN.from_unit(vector)


def test_a_schema_goes_round_through_json() -> None:
    again = Schema.from_config(json.loads(json.dumps(KNOWN.as_config())))
    assert again == KNOWN
    assert again.digest == KNOWN.digest
    assert Schema((HAIR, NOSE, EYES)).digest != KNOWN.digest


def test_a_program_may_leave_out_what_is_usual() -> None:
    told = {"parameters": [{"name": "a"}, {"name": "b", "choices": ["x", "y"]}]}
    assert Schema.from_config(told).parameters == (
        Continuous("a", 0.0, 1.0, 0.5),
        OneOf("b", ("x", "y"), "x"),
    )


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        {},
        {"parameters": {}},
        {"parameters": []},
        {"parameters": [{}]},
        {"parameters": [3]},
        {"parameters": [{"name": ""}]},
        {"parameters": [{"name": "a\nb"}]},
        {"parameters": [{"name": "a" * 101}]},
        {"parameters": [{"name": "a"}, {"name": "a"}]},
        {"parameters": [{"name": "a", "low": 1, "high": 1}]},
        {"parameters": [{"name": "a", "low": "0"}]},
        {"parameters": [{"name": "a", "low": float("nan")}]},
        {"parameters": [{"name": "a", "high": float("inf")}]},
        {"parameters": [{"name": "a", "high": 10**400}]},
        {"parameters": [{"name": "a", "default": 2}]},
        {"parameters": [{"name": "a", "choices": []}]},
        {"parameters": [{"name": "a", "choices": ["x", "x"]}]},
        {"parameters": [{"name": "a", "choices": ["x"], "default": ["x"]}]},
        {"parameters": [{"name": "a", "choices": [1]}]},
        {"parameters": [{"name": "a"}] * 5000},
        {"parameters": [{"name": f"a{k}", "choices": [str(n) for n in range(256)]}
                        for k in range(65)]},
    ],
)  # fmt: skip
def test_what_is_no_schema_is_refused(told: Any) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Schema.from_config(told)


def test_samples_are_the_same_alone_and_fill_their_ranges() -> None:
    drawn = [sample_params(KNOWN, 1, k) for k in range(400)]
    assert drawn[7] == sample_params(KNOWN, 1, 7)
    assert drawn[7] != sample_params(KNOWN, 2, 7)
    noses = np.array([float(one["nose"]) for one in drawn])
    assert noses.min() >= -2
    assert noses.max() <= 6
    assert np.histogram(noses, 4, (-2, 6))[0].min() > 70
    assert {str(one["hair"]) for one in drawn} == set(HAIR.options)
    for one in drawn:
        KNOWN.complete(one)


def test_a_smaller_spread_stays_near_the_defaults() -> None:
    drawn = [sample_params(KNOWN, 1, k, spread=0.25) for k in range(200)]
    noses = [float(one["nose"]) for one in drawn]
    assert -0.5 <= min(noses) < -0.4
    assert 1.4 < max(noses) <= 1.5
    assert all(0.1 <= float(one["eyes"]) <= 0.25 for one in drawn)
    assert {str(one["hair"]) for one in drawn} == set(HAIR.options)


def test_the_noise_is_the_ancestors() -> None:
    many = Schema(tuple(Continuous(f"bone_{k}", 0.0, 1.0, 0.5) for k in range(95)))
    wrong, values = 0, []
    for k in range(400):
        units = many.to_unit(sample_params(many, 0, k))
        noisy, count = noisy_units(many, units, 0, k)
        places = np.flatnonzero(noisy != units)
        assert len(places) <= count
        shift = 100 * noisy[places] - 30 * units[places] - 30
        assert np.abs(shift - np.rint(shift)).max(initial=0) < 1e-6
        assert -40 <= shift.min(initial=0) <= shift.max(initial=0) <= 39
        wrong += count
        values += noisy[places].tolist()
    assert wrong == pytest.approx(400, abs=80)  # one in 95 of 38,000
    assert min(values) >= -0.1
    assert max(values) <= 0.99


def test_choices_keep_their_labels() -> None:
    only = Schema((HAIR,))
    for k in range(200):
        units = only.to_unit(sample_params(only, 0, k))
        noisy, count = noisy_units(only, units, 0, k)
        assert (count, noisy.tolist()) == (0, units.tolist())


def test_a_fifth_is_held_back() -> None:
    rows = held_rows(3, 1000)
    assert len(rows) == len(set(rows.tolist())) == 200
    assert held_rows(3, 1).tolist() == []
    assert len(held_rows(3, 2)) == 1
    assert held_rows(4, 1000).tolist() != rows.tolist()


def test_every_sample_of_the_head_is_a_head() -> None:
    schema = head_schema()
    assert len(schema.names) > 100
    assert all(re.fullmatch(r"[a-z0-9_.]+", name) for name in schema.names)
    for k in range(20):
        code = code_of(sample_params(schema, 0, k))
        red, green, blue = np.asarray(code.materials["skin"])
        assert red > green > blue


@pytest.mark.slow
def test_the_head_draws_what_its_parameters_say() -> None:
    engine = HeadEngine(48)
    pale, dark = (engine.render({"skin_tone": tone, "hair": "bald"}) for tone in (0.0, 1.0))
    assert pale.shape == (48, 48, 3)
    assert np.array_equal(pale, engine.render({"skin_tone": 0.0, "hair": "bald"}))
    middle = np.s_[20:30, 20:30]
    assert pale[middle].mean() > dark[middle].mean() + 40
