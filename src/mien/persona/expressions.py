"""Expressions by name, as Action Units, and clips that rise to one and fall again."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mien.errors import OptionError
from mien.fields import unknown
from mien.head.schema import AU_INDEX
from mien.messages import text
from mien.persona.driver import AU_LIMIT, Driver, FloatArray, driver_of
from mien.persona.expression_table import NAMED, WINKS
from mien.seeding import rng
from mien.types import AU_NAMES

_SYLLABLES, _HUSH = 6.0, 0.08  # mouth shapes a second; share of a clip in which speech begins
_SHAPES: tuple[dict[str, float], ...] = (
    {"AU25": 0.75, "AU26": 0.65},
    {"AU25": 0.45, "AU26": 0.3, "AU18": 0.5},
    {"AU24": 0.35},
    {"AU25": 0.55, "AU26": 0.25, "AU20": 0.3, "AU12": 0.15},
    {"AU25": 0.3, "AU26": 0.15, "AU18": 0.8},
    {"AU25": 0.4, "AU26": 0.2, "AU10": 0.2},
)
"""Mouths of a, o, m, e, u and s, about so."""
_RISE, _HOLD = 0.4, 0.2  # of a ramp: until the expression is there, and how long it stays


def expression_aus(weights: Mapping[str, float]) -> FloatArray:
    """(22,) Action Units of expressions mixed by weight, at most 1.1 each.

    Raises OptionError for an unknown name.
    """
    total = np.zeros(len(AU_NAMES))
    for name, weight in weights.items():
        if name not in NAMED:
            raise unknown(text("motion.expression"), name, NAMED)
        for au, value in NAMED[name].items():
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

    `talk` is speech all along. Raises OptionError for an unknown expression, and for a wink: a
    driver closes both eyes.
    """
    if frames < 1:
        raise OptionError(text("motion.frames", frames=frames))
    for name in weights:
        if name in WINKS:
            raise OptionError(text("motion.wink", name=name))
    speech = weights.get("talk", 0.0) if frames > 1 else 0.0
    peak = expression_aus({n: w for n, w in weights.items() if n != "talk" or not speech})
    at = np.linspace(0.0, 1.0, frames) if frames > 1 else np.ones(1) * (_RISE + _HOLD / 2)
    share = np.clip(np.minimum(at, 1.0 - at) / _RISE, 0.0, 1.0)
    share = share * share * (3 - 2 * share)
    aus = share[:, None] * peak
    if speech:
        # Lips close at the ends, so that the clip can still be looped.
        ends = np.clip(np.minimum(at, 1.0 - at) / _HUSH, 0.0, 1.0)
        aus += (speech * ends)[:, None] * _speech(np.arange(frames) / fps)
    return driver_of(np.arange(frames) / fps, np.clip(aus, 0.0, AU_LIMIT))


def _speech(times: FloatArray) -> FloatArray:
    """(n, 22) mouth shapes of syllables that mean nothing, at these seconds; always the same."""
    shapes = np.zeros((len(_SHAPES), len(AU_NAMES)))
    for row, shape in zip(shapes, _SHAPES, strict=True):
        for au, value in shape.items():
            row[AU_INDEX[au]] = value
    count = int(times[-1] * _SYLLABLES) + 2 if len(times) else 0
    order = rng("speech").integers(0, len(_SHAPES), count)
    place = times * _SYLLABLES
    here = np.minimum(place.astype(np.int64), count - 2)
    share = (place - here)[:, None]
    share = share * share * (3 - 2 * share)
    return shapes[order[here]] * (1 - share) + shapes[order[here + 1]] * share
