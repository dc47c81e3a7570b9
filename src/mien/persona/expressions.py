"""Expressions by name, as Action Units, and clips that rise to one and fall again."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mien.errors import OptionError
from mien.fields import unknown
from mien.head.schema import AU_INDEX
from mien.messages import text
from mien.persona.driver import AU_LIMIT, Driver, FloatArray, driver_of
from mien.persona.expression_table import EXPRESSIONS
from mien.types import AU_NAMES

_RISE, _HOLD = 0.4, 0.2  # of a ramp: until the expression is there, and how long it stays


def expression_aus(weights: Mapping[str, float]) -> FloatArray:
    """(22,) Action Units of expressions mixed by weight, at most 1.1 each.

    Raises OptionError for an unknown name.
    """
    total = np.zeros(len(AU_NAMES))
    for name, weight in weights.items():
        if name not in EXPRESSIONS:
            raise unknown(text("motion.expression"), name, EXPRESSIONS)
        for au, value in EXPRESSIONS[name].items():
            total[AU_INDEX[au]] += weight * value
    return np.clip(total, 0.0, AU_LIMIT)


def au_weights(values: Mapping[str, float]) -> dict[str, float]:
    """Action Units by their full name; 12 and au12 mean AU12.

    Raises OptionError for an unknown one.
    """
    named: dict[str, float] = {}
    for name, value in values.items():
        bare = name.strip().upper().removeprefix("AU").lstrip("0")
        full = f"AU{bare}"
        if full not in AU_INDEX:
            raise unknown(text("motion.au"), name, AU_NAMES)
        named[full] = value
    return named


def ramp(weights: Mapping[str, float], *, frames: int, fps: float) -> Driver:
    """A clip from rest to the expressions and back: rise 40 %, stay 20 %, fall 40 %.

    frames  at least 1; the first and the last are at rest, so the clip can be looped

    Raises OptionError for an unknown expression.
    """
    if frames < 1:
        raise OptionError(text("motion.frames", frames=frames))
    peak = expression_aus(weights)
    at = np.linspace(0.0, 1.0, frames) if frames > 1 else np.ones(1) * (_RISE + _HOLD / 2)
    share = np.clip(np.minimum(at, 1.0 - at) / _RISE, 0.0, 1.0)
    share = share * share * (3 - 2 * share)
    return driver_of(np.arange(frames) / fps, share[:, None] * peak)
