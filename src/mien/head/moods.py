"""Random expressions, gazes and poses: faces as people make them, not Action Units by chance."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mien.types import AU_NAMES, Pose

Span = tuple[float, float]

# (share, AUs with the span of their strength). One strength of the whole face scales them, so
# that what belongs together grows together.
EXPRESSIONS: Mapping[str, tuple[float, Mapping[str, Span]]] = {
    "neutral": (18, {}),
    "closed_smile": (11, {"AU12": (0.5, 1), "AU6": (0.1, 0.7), "AU14": (0, 0.25)}),
    "open_smile": (
        13,
        {"AU12": (0.6, 1), "AU6": (0.25, 0.9), "AU25": (0.5, 1), "AU10": (0, 0.25)},
    ),
    "laugh": (
        6,
        {
            **{"AU12": (0.7, 1), "AU6": (0.5, 1), "AU25": (0.7, 1), "AU26": (0.4, 0.9)},
            **{"AU7": (0, 0.4), "AU9": (0, 0.2)},
        },
    ),
    "polite": (5, {"AU12": (0.25, 0.55), "AU2": (0, 0.3), "AU24": (0, 0.25)}),
    "smirk": (3, {"AU12": (0.3, 0.8), "AU14": (0.2, 0.7), "AU7": (0, 0.4)}),
    "talk_open": (6, {"AU25": (0.5, 1), "AU26": (0.3, 0.9), "AU16": (0, 0.5)}),
    "talk_round": (4, {"AU18": (0.4, 0.9), "AU25": (0.3, 0.8), "AU26": (0.1, 0.5)}),
    "talk_wide": (4, {"AU20": (0.3, 0.7), "AU25": (0.5, 0.9), "AU10": (0, 0.4), "AU26": (0, 0.3)}),
    "talk_closed": (2, {"AU24": (0.3, 0.8), "AU23": (0.2, 0.6), "AU17": (0, 0.4)}),
    "surprise": (
        5,
        {
            **{"AU1": (0.5, 1), "AU2": (0.5, 1), "AU5": (0.4, 1)},
            **{"AU25": (0.3, 0.9), "AU26": (0.4, 1), "AU27": (0, 0.3)},
        },
    ),
    "anger": (
        5,
        {
            **{"AU4": (0.6, 1), "AU5": (0, 0.5), "AU7": (0.4, 0.9), "AU23": (0.3, 0.8)},
            **{"AU24": (0, 0.7), "AU17": (0, 0.5), "AU10": (0, 0.4)},
        },
    ),
    "rage": (
        2,
        {
            **{"AU4": (0.7, 1), "AU7": (0.4, 0.8), "AU9": (0.3, 0.7), "AU10": (0.4, 0.9)},
            **{"AU25": (0.7, 1), "AU26": (0.3, 0.7), "AU16": (0.3, 0.8)},
        },
    ),
    "shout": (
        2,
        {"AU25": (0.8, 1), "AU27": (0.6, 1), "AU10": (0, 0.4), "AU4": (0, 0.7), "AU6": (0, 0.6)},
    ),
    "fear": (
        3,
        {
            **{"AU1": (0.6, 1), "AU2": (0.3, 0.7), "AU4": (0.3, 0.7), "AU5": (0.6, 1)},
            **{"AU20": (0.3, 0.8), "AU25": (0.3, 0.8), "AU26": (0, 0.5)},
        },
    ),
    "sadness": (
        5,
        {
            **{"AU1": (0.6, 1), "AU4": (0.3, 0.8), "AU15": (0.4, 0.9)},
            **{"AU17": (0.2, 0.7), "AU7": (0, 0.3)},
        },
    ),
    "disgust": (
        4,
        {
            "AU9": (0.5, 1),
            "AU10": (0.4, 0.9),
            "AU4": (0.1, 0.6),
            "AU7": (0.2, 0.6),
            "AU17": (0, 0.5),
        },
    ),
    "doubt": (3, {"AU4": (0.2, 0.6), "AU14": (0.2, 0.7), "AU7": (0.2, 0.6), "AU17": (0.1, 0.5)}),
    "kiss": (1.5, {"AU18": (0.6, 1), "AU17": (0, 0.3)}),
    "bite": (1, {"AU28": (0.5, 1), "AU26": (0, 0.15)}),
    "effort": (1.5, {"AU4": (0.4, 0.9), "AU6": (0.4, 0.8), "AU7": (0.5, 1), "AU20": (0, 0.6)}),
}
_MIXTURE = 0.06  # three AUs by chance, so that no AU goes unseen with any other
_RAISED, _BLINK, _LOWERED = 0.14, 0.05, 0.06
# Beside these, both halves of a face hardly differ.
_LOPSIDED = {"smirk": 0.9, "doubt": 0.8, "polite": 0.4, "closed_smile": 0.3, "talk_open": 0.1}
_WINK = 0.03
_LOOKS_AWAY, _TO_CAMERA = 0.16, 0.62
_GAZE_DEGREES = (28.0, 20.0)
_GAZE_LIMITS = (0.85, 0.7)


def sample_expression(random: np.random.Generator, *, sided: bool = False) -> dict[str, float]:
    """Action Units of a random face, in [0, 1]; empty for a neutral one.

    sided   also draw winks and lopsided smiles, with names such as AU12L that only
            `schema.rig_vector` knows: networks read the 22 symmetric ones (`schema.au_vector`)
    """
    if random.random() < _MIXTURE:
        names = [AU_NAMES[int(k)] for k in random.choice(len(AU_NAMES), 3, replace=False)]
        return _tidy({name: random.uniform(0, 0.7) for name in names})
    kind = _kind(random)
    strength = random.uniform(0.45, 1.0)
    aus = {
        name: strength * random.uniform(low, high)
        for name, (low, high) in EXPRESSIONS[kind][1].items()
    }
    raised, blink, lowered = random.random(3)
    if raised < _RAISED:
        for name in ("AU1", "AU2"):
            aus[name] = max(aus.get(name, 0.0), random.uniform(0.1, 0.6))
    if blink < _BLINK:
        aus["AU45"] = random.uniform(0.5, 1.0)
    elif lowered < _LOWERED:
        aus["AU7"] = max(aus.get("AU7", 0.0), random.uniform(0.2, 0.7))
    if sided:
        aus = _lopsided(aus, kind, random)
    return _tidy(aus)


def _kind(random: np.random.Generator) -> str:
    left = random.random() * sum(share for share, _ in EXPRESSIONS.values())
    for kind, (share, _) in EXPRESSIONS.items():
        left -= share
        if left < 0:
            return kind
    return "neutral"


def _lopsided(aus: dict[str, float], kind: str, random: np.random.Generator) -> dict[str, float]:
    """Moves part of one side's strength away, or closes one eye."""
    side, other = ("L", "R") if random.random() < 0.5 else ("R", "L")
    values = dict(aus)
    if random.random() < _LOPSIDED.get(kind, 0.06):
        for name in ("AU12", "AU14", "AU10", "AU2", "AU6"):
            if name in values:
                whole, share = values[name], random.uniform(0.35, 1.0)
                values[name] = whole * (1 - share)
                values[name + side] = whole * share
    if random.random() < _WINK and "AU45" not in values:
        values["AU45" + other] = random.uniform(0.85, 1.0)
        values["AU6" + other] = random.uniform(0.2, 0.6)
    return values


def _tidy(aus: Mapping[str, float]) -> dict[str, float]:
    """Rounded, without what cannot be seen, in a fixed order."""
    kept = {name: round(float(value), 4) for name, value in aus.items() if value > 0.02}
    return {name: min(kept[name], 1.0) for name in sorted(kept, key=_order)}


def _order(name: str) -> tuple[int, str]:
    whole = name.rstrip("LR")
    return (AU_NAMES.index(whole), name)


def sample_gaze(random: np.random.Generator, pose: Pose) -> tuple[float, float]:
    """Most look at the camera or near it, also from a turned head; some look away."""
    away, camera = random.random(), random.random()
    x, y = random.normal() * 0.09, random.normal() * 0.07
    if away < _LOOKS_AWAY:
        x, y = random.uniform(-0.75, 0.75), random.normal() * 0.28
    elif camera < _TO_CAMERA:
        x -= pose.yaw / _GAZE_DEGREES[0]
        y += pose.pitch / _GAZE_DEGREES[1]
    else:
        x, y = 2.2 * x, 1.8 * y
    limits = _GAZE_LIMITS
    inside = [min(max(float(v), -limit), limit) for v, limit in zip((x, y), limits, strict=True)]
    return (round(inside[0], 4), round(inside[1], 4))


def sample_pose(random: np.random.Generator, sd: tuple[float, float, float]) -> Pose:
    """Yaw, pitch and roll with the given standard deviations in degrees."""
    yaw, pitch, roll = (round(float(random.normal() * s), 3) for s in sd)
    return Pose(yaw, pitch, roll)
