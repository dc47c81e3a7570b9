from __future__ import annotations

import pytest

from mien.io.asked import MOST_CHARACTERS, check_asked, written


def test_numbers_truths_and_words_are_told_in_one_way() -> None:
    values = {"size": 512, "au": {"AU12": 0.5}, "exact": False, "only": ["AU06", "AU12"]}
    text = written({**values, "preset": "smile", "face": None})
    assert text == (
        '{"au":{"AU12":0.5},"exact":false,"face":null,"only":["AU06","AU12"],'
        '"preset":"smile","size":512}'
    )
    check_asked(text)
    assert written({}) == ""


@pytest.mark.parametrize(
    "value",
    [
        *("/home/me/a.jpg", "a.jpg", "my friend", "", "C:\\x", "a" * 41, "小明"),
        *(float("nan"), float("inf"), 2.0**80, ["a b"], [["a"]], {"x": "y"}, {"x": True}),
        *(["a"] * 129, {"a.b": 1.0}),
    ],
)
def test_paths_sentences_and_odd_numbers_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        written({"like": value})


@pytest.mark.parametrize(
    "text",
    [
        *("[]", "{}", "1", "{", '{"B":1}', '{"a": 1}', '{"a":NaN}', '{"a":1e999}', "[" * 9999),
        '{"a":' + "1" * MOST_CHARACTERS + "}",
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        check_asked(text)
