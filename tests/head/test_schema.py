from __future__ import annotations

import numpy as np
import pytest

from mien.errors import OptionError
from mien.head import schema
from mien.types import AU_NAMES, FaceCode


def test_the_schema_has_the_promised_vocabulary() -> None:
    names = [slider.name for slider in schema.SCHEMA.sliders]
    assert len(names) == len(set(names)) == len(schema.SLIDERS) >= 110
    assert schema.SLIDERS[:93] == schema.VERSION_1_SLIDERS
    grouped = [name for _, members in schema.SLIDER_GROUPS for name in members]
    assert sorted(grouped) == sorted(names)
    assert {"monolid", "epicanthus", "lid_fold"} <= set(names)
    assert schema.SCHEMA.macros == ("sex", "age", "fullness", "eyelids")
    assert len(schema.SCHEMA.aus) == 22
    assert len(schema.SCHEMA.hair_styles) == 24
    assert len(schema.SCHEMA.labels) == 14


def test_materials_do_not_overlap_in_the_vector() -> None:
    slots = [m.index + k for m in schema.MATERIALS for k in range(len(m.default))]
    assert len(slots) == len(set(slots))
    assert max(slots) < schema.MATERIAL_SIZE
    for material in schema.MATERIALS:
        assert all(material.low <= value <= material.high for value in material.default)


def test_nobody_is_younger_than_eighteen() -> None:
    schema.slider_vector({"age": -1.0})
    with pytest.raises(OptionError, match="18 years, the youngest"):
        schema.slider_vector({"age": -1.01})


def test_macros_are_sums_of_sliders() -> None:
    vector = schema.slider_vector({"age": 0.5, "nasolabial": 0.1})
    expected = np.zeros(len(schema.SLIDERS))
    for name, weight in schema.MACROS["age"].items():
        expected[schema.SLIDER_INDEX[name]] = 0.5 * weight
    expected[schema.SLIDER_INDEX["nasolabial"]] += 0.1
    np.testing.assert_allclose(vector, expected)


def test_au_vector_keeps_the_openface_order() -> None:
    vector = schema.au_vector({"AU45": 0.25, "AU1": 1.0})
    assert vector[0] == 1.0
    assert vector[16] == 0.25
    assert AU_NAMES[16] == "AU45"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            FaceCode(sliders={"nose_widht": 0.1}),
            "unknown slider 'nose_widht'. Did you mean nose_width?",
        ),
        (FaceCode(sliders={"nose_width": float("nan")}), "slider nose_width=nan is out of range"),
        (FaceCode(sliders={"nose_width": 3.0}), "give a number from -1 to 1"),
        (FaceCode(aus={"AU3": 0.5}), "unknown AU 'AU3'"),
        (FaceCode(aus={"AU12": 1.5}), "AU AU12=1.5 is out of range: give a number from 0 to 1."),
        (FaceCode(hair="mullet"), "unknown hair style 'mullet'"),
        (FaceCode(materials={"skin": 0.3}), "give three numbers (linear RGB)"),
        (FaceCode(materials={"beard": (1.0, 0.0, 0.0)}), "give one number"),
        (FaceCode(gaze=(float("inf"), 0.0)), "must be finite"),
    ],
)
def test_wrong_codes_are_answered_in_one_line(code: FaceCode, message: str) -> None:
    with pytest.raises(OptionError) as caught:
        schema.validate(code)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_hash_is_stable_within_a_process_and_pinned() -> None:
    assert schema.schema_hash() == schema.schema_hash()
    assert len(schema.schema_hash()) == 16
