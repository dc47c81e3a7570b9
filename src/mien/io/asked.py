"""What was asked, as a result may tell it: numbers, truths and words of a list; never free text.

One canonical JSON text of an object. What its values may look like is checked here, so that no
path and no sentence passes; that a word is one of a list is up to who writes it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

MOST_CHARACTERS = 8192
_MOST = 128
_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+-]{0,39}")


def written(values: Mapping[str, Any]) -> str:
    """The canonical text of whitelisted values; "" for none.

    values   by field name: None, bool, int, float, a word, a list of those, or numbers by name

    Raises ValueError where one of them is of another form.
    """
    if not values:
        return ""
    text = json.dumps(dict(values), sort_keys=True, separators=(",", ":"), allow_nan=False)
    check_asked(text)
    return text


def check_asked(text: str) -> None:
    """Raises ValueError unless the text is "" or one that `written` gives."""
    if not text:
        return
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"more than {MOST_CHARACTERS} characters of what was asked")
    try:
        values = json.loads(text)
    except RecursionError as problem:
        raise ValueError("nested too deep") from problem
    if not isinstance(values, dict) or not values or len(values) > _MOST:
        raise ValueError("what was asked is an object with a few fields")
    for name, value in values.items():
        if not _NAME.fullmatch(name) or not is_allowed(value):
            raise ValueError("what was asked holds numbers and words of a list only")
    if json.dumps(values, sort_keys=True, separators=(",", ":"), allow_nan=False) != text:
        raise ValueError("what was asked is not in its canonical form")


def is_allowed(value: object) -> bool:
    """Whether a JSON value is a number, a truth, a word, or a few of them."""
    if isinstance(value, list):
        return len(value) <= _MOST and all(_is_plain(one) for one in value)
    if isinstance(value, dict):
        plain = all(_WORD.fullmatch(name) and is_number(one) for name, one in value.items())
        return len(value) <= _MOST and plain
    return _is_plain(value)


def _is_plain(value: object) -> bool:
    if value is None or isinstance(value, bool) or is_number(value):
        return True
    return isinstance(value, str) and is_word(value)


def is_number(value: object) -> bool:
    """Whether it is a finite number, no truth."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < 2**70 and math.isfinite(value)


def is_word(value: str) -> bool:
    """Whether a text has the form of a word of a list: no dot, slash or space."""
    return _WORD.fullmatch(value) is not None
