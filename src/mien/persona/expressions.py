"""Expressions by name, as Action Units, and clips that rise to one and fall again."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mien.errors import OptionError
from mien.fields import unknown
from mien.head.schema import AU_INDEX
from mien.messages import text
from mien.persona.driver import AU_LIMIT, Driver, FloatArray, driver_of
from mien.types import AU_NAMES

# The first seven are the prototypes of EMFACS (Ekman and Friesen 1983); intensities by eye.
EXPRESSIONS: dict[str, dict[str, float]] = {
    "happy": {"AU6": 0.6, "AU12": 0.9, "AU25": 0.35},
    "sad": {"AU1": 0.8, "AU4": 0.5, "AU15": 0.8, "AU17": 0.4},
    "surprised": {"AU1": 0.9, "AU2": 0.9, "AU5": 0.6, "AU25": 0.4, "AU26": 0.7},
    "afraid": {"AU1": 0.8, "AU2": 0.5, "AU4": 0.5, "AU5": 0.7, "AU20": 0.6, "AU25": 0.4},
    "angry": {"AU4": 0.9, "AU5": 0.3, "AU7": 0.6, "AU23": 0.7, "AU24": 0.3},
    "disgusted": {"AU4": 0.3, "AU9": 0.9, "AU10": 0.6, "AU15": 0.3, "AU17": 0.3},
    "contempt": {"AU12": 0.2, "AU14": 0.9},
    "smile": {"AU6": 0.5, "AU12": 0.8},
    "grin": {"AU6": 0.5, "AU12": 0.9, "AU25": 0.7},
    "laugh": {"AU6": 0.8, "AU12": 0.9, "AU25": 0.6, "AU26": 0.6},
    "frown": {"AU4": 1.0},
    "brows_up": {"AU1": 0.9, "AU2": 0.9},
    "mouth_open": {"AU25": 0.6, "AU26": 0.8},
    "kiss": {"AU18": 1.0},
    "pout": {"AU15": 0.3, "AU17": 0.8, "AU18": 0.4},
    "squint": {"AU6": 0.4, "AU7": 0.9},
    "wide_eyes": {"AU5": 0.9},
    "blink": {"AU45": 1.0},
}
_RISE, _HOLD = 0.4, 0.2  # of a ramp: until the expression is there, and how long it stays


def expression_names() -> tuple[str, ...]:
    """The names `expression_aus` knows."""
    return tuple(EXPRESSIONS)


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
