from __future__ import annotations

import json

import pytest

from mien.io.aigc import FIELDS, label_of, read_label


def test_the_seven_fields_name_the_program_and_no_person() -> None:
    label = label_of("0" * 32)
    assert tuple(label) == FIELDS
    assert {name: value for name, value in label.items() if value} == {
        "Label": "1",
        "ContentProducer": "mien",
        "ProduceID": "mien-" + "0" * 32,
    }
    assert read_label(json.dumps(label)) == label
    assert read_label(json.dumps({"AIGC": label})) == label


@pytest.mark.parametrize(
    "written",
    ["", "null", "[]", "{}", "{", "[" * 3000, '{"Label":1}', json.dumps({"Label": "1" * 600})],
)
def test_other_texts_are_no_label(written: str) -> None:
    assert read_label(written) is None
