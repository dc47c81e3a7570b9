"""Expressions by name, as Action Units. Plain values: option lists are made of them."""

from __future__ import annotations

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


ALIASES: dict[str, str] = {
    "happiness": "happy",
    "sadness": "sad",
    "surprise": "surprised",
    "fear": "afraid",
    "anger": "angry",
    "disgust": "disgusted",
}
"""Nouns, as papers and the ancestors say them. They are kept out of the table above, from which
training data is drawn."""
MORE: dict[str, dict[str, float]] = {
    "wink_left": {"AU45": 1.0, "AU6": 0.3, "AU12": 0.35},
    "wink_right": {"AU45": 1.0, "AU6": 0.3, "AU12": 0.35},
    "talk": {"AU25": 0.6, "AU26": 0.45, "AU10": 0.15},
}
"""Winks close one eye, "left" is the picture's; `talk` is a moment of speech in a still picture,
and speech in a clip."""
WINKS: dict[str, str] = {"wink_left": "left", "wink_right": "right"}
NAMED: dict[str, dict[str, float]] = {
    **EXPRESSIONS,
    **MORE,
    **{alias: EXPRESSIONS[name] for alias, name in ALIASES.items()},
}
"""Everything that has a name."""


def expression_names() -> tuple[str, ...]:
    """Every name."""
    return tuple(NAMED)
