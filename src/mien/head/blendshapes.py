"""Other people's words for expressions: ARKit's 52 blend shapes, visemes, VRM 1.0's presets.

Both name sides as the person feels them; the rig's L and R are the picture's. So ARKit's
`mouthSmileLeft` is the rig's `AU12R`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mien.errors import OptionError
from mien.head.schema import RIG_NAMES, SPLIT_AUS, rig_vector
from mien.types import FaceCode

MOST = 1.1
"""The largest intensity of a rig value."""


@dataclasses.dataclass(frozen=True)
class Change:
    """What is added to a face: rig values by name (`schema.RIG_NAMES`), and a gaze."""

    aus: Mapping[str, float] = dataclasses.field(default_factory=dict)
    gaze: tuple[float, float] = (0.0, 0.0)

    def times(self, weight: float) -> Change:
        """This, weaker or stronger."""
        aus = {name: value * weight for name, value in self.aus.items()}
        return Change(aus, (self.gaze[0] * weight, self.gaze[1] * weight))

    def plus(self, other: Change) -> Change:
        """Both together; values stay in their ranges."""
        aus = dict(self.aus)
        for name, value in other.aus.items():
            aus[name] = min(MOST, aus.get(name, 0.0) + value)
        x, y = (max(-1.0, min(1.0, a + b)) for a, b in zip(self.gaze, other.gaze, strict=True))
        return Change(aus, (x, y))

    def on(self, code: FaceCode) -> FaceCode:
        """The code with this added to its expression."""
        whole = Change(code.aus, code.gaze).plus(self)
        return dataclasses.replace(code, aus=whole.aus, gaze=whole.gaze)


def _aus(**values: float) -> Change:
    return Change(values)


def _pair(name: str, left: Change, right: Change) -> dict[str, Change]:
    return {f"{name}Left": left, f"{name}Right": right}


def _sided(name: str, unit: str) -> dict[str, Change]:
    """A pair that the rig moves one by one."""
    return _pair(name, _aus(**{f"{unit}R": 1.0}), _aus(**{f"{unit}L": 1.0}))


def _shared(name: str, unit: str) -> dict[str, Change]:
    """A pair that the rig moves only together: each of them is half of it, on both sides."""
    return _pair(name, _aus(**{unit: 0.5}), _aus(**{unit: 0.5}))


def _look(x: float, y: float) -> Change:
    """One eye's share of a gaze: the head's two eyes look at one point."""
    return Change(gaze=(0.5 * x, 0.5 * y))


ARKIT: dict[str, Change] = {
    **_sided("eyeBlink", "AU45"),
    **_pair("eyeLookDown", _look(0, -1), _look(0, -1)),
    **_pair("eyeLookIn", _look(-1, 0), _look(1, 0)),
    **_pair("eyeLookOut", _look(1, 0), _look(-1, 0)),
    **_pair("eyeLookUp", _look(0, 1), _look(0, 1)),
    **_shared("eyeSquint", "AU7"),
    **_shared("eyeWide", "AU5"),
    "jawLeft": _aus(jaw_right=1.0),
    "jawRight": _aus(jaw_left=1.0),
    "jawOpen": _aus(AU27=1.0),
    "mouthFunnel": _aus(AU18=0.5, AU25=0.6),
    "mouthPucker": _aus(AU18=1.0),
    **_sided("mouthSmile", "AU12"),
    **_sided("mouthFrown", "AU15"),
    **_sided("mouthDimple", "AU14"),
    **_shared("mouthStretch", "AU20"),
    "mouthRollLower": _aus(AU28=0.5),
    "mouthRollUpper": _aus(AU28=0.5),
    "mouthShrugLower": _aus(AU17=1.0),
    "mouthShrugUpper": _aus(AU17=0.5, AU10L=0.2, AU10R=0.2),
    **_shared("mouthPress", "AU24"),
    **_shared("mouthLowerDown", "AU16"),
    **_sided("mouthUpperUp", "AU10"),
    **_shared("browDown", "AU4"),
    "browInnerUp": _aus(AU1L=1.0, AU1R=1.0),
    **_sided("browOuterUp", "AU2"),
    **_sided("cheekSquint", "AU6"),
    **_shared("noseSneer", "AU9"),
}
"""What each blend shape at 1 is on this head."""

ARKIT_MISSING: tuple[str, ...] = (
    *("jawForward", "mouthClose", "mouthLeft", "mouthRight", "cheekPuff", "tongueOut"),
)
"""Blend shapes that the rig has no movement for; they change nothing."""

ARKIT_NAMES: tuple[str, ...] = (*ARKIT, *ARKIT_MISSING)

VRM: dict[str, Change] = {
    "neutral": Change(),
    "happy": _aus(AU6=0.7, AU12=0.85, AU25=0.2),
    "angry": _aus(AU4=0.95, AU5=0.25, AU7=0.5, AU9=0.25, AU23=0.5),
    "sad": _aus(AU1=0.85, AU4=0.35, AU15=0.75, AU17=0.3),
    "relaxed": _aus(AU6=0.25, AU12=0.35, AU45=0.2),
    "surprised": _aus(AU1=0.85, AU2=0.85, AU5=0.8, AU25=0.4, AU26=0.8),
    "aa": _aus(AU25=0.6, AU26=1.0),
    "ih": _aus(AU20=0.45, AU25=0.55, AU26=0.15),
    "ou": _aus(AU18=0.85, AU25=0.25, AU26=0.1),
    "ee": _aus(AU12=0.25, AU20=0.7, AU25=0.5),
    "oh": _aus(AU18=0.5, AU25=0.3, AU26=0.65),
    "blink": _aus(AU45=1.0),
    "blinkLeft": _aus(AU45R=1.0),
    "blinkRight": _aus(AU45L=1.0),
    "lookUp": Change(gaze=(0.0, 1.0)),
    "lookDown": Change(gaze=(0.0, -1.0)),
    "lookLeft": Change(gaze=(1.0, 0.0)),
    "lookRight": Change(gaze=(-1.0, 0.0)),
}
"""The presets of VRM 1.0."""

VISEMES: dict[str, Change] = {
    "sil": _aus(AU24=0.15),
    "PP": _aus(AU24=0.75, AU28=0.2),
    "FF": _aus(AU10=0.35, AU25=0.25, AU28=0.35),
    "TH": _aus(AU25=0.55, AU26=0.3),
    "DD": _aus(AU16=0.25, AU25=0.5, AU26=0.2),
    "kk": _aus(AU20=0.15, AU25=0.45, AU26=0.35),
    "CH": _aus(AU10=0.25, AU18=0.5, AU25=0.5, AU26=0.1),
    "SS": _aus(AU16=0.25, AU20=0.35, AU25=0.45),
    "nn": _aus(AU25=0.45, AU26=0.15),
    "RR": _aus(AU18=0.45, AU25=0.35, AU26=0.15),
    "aa": VRM["aa"],
    "E": VRM["ee"],
    "ih": VRM["ih"],
    "oh": VRM["oh"],
    "ou": VRM["ou"],
}
"""The 15 mouth shapes of speech as Oculus and Meta name them."""

# The rig knows more than ARKit: what of ARKit's vocabulary comes nearest to a rig value of 1.
_NEAREST: dict[str, dict[str, float]] = {
    **{name: {f"{name}L": 1.0, f"{name}R": 1.0} for name in SPLIT_AUS},
    "AU26": {"AU27": 0.53},
    "AU23": {"AU24": 0.7},
    "AU25": {"AU16": 0.6, "AU10L": 0.25, "AU10R": 0.25},
}
_SWEEPS = 60


def arkit(name: str) -> Change:
    """What an ARKit blend shape of weight 1 adds; nothing for one of `ARKIT_MISSING`."""
    return _found(name, ARKIT | dict.fromkeys(ARKIT_MISSING, Change()), "ARKit blend shape")


def vrm(name: str) -> Change:
    """What an expression preset of VRM 1.0 of weight 1 adds."""
    return _found(name, VRM, "VRM expression")


def from_arkit(weights: Mapping[str, float]) -> Change:
    """All blend shapes of a frame together. Raises OptionError for an unknown name."""
    change = Change()
    for name, weight in weights.items():
        change = change.plus(arkit(name).times(min(max(float(weight), 0.0), 1.0)))
    return change


def to_arkit(aus: Mapping[str, float], gaze: tuple[float, float] = (0.0, 0.0)) -> dict[str, float]:
    """All 52 weights, 0..1, whose sum comes nearest to an expression of the rig.

    Raises OptionError for names and values that the rig does not know.
    """
    row = rig_vector(aus)
    (weights,) = to_arkit_rows(row[None], np.array([gaze]))
    return {n: round(float(w), 6) for n, w in zip(ARKIT_NAMES, weights, strict=True)}


def to_arkit_rows(rig: NDArray[np.float64], gaze: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 52) weights in the order of `ARKIT_NAMES` of n frames at once; as `to_arkit`.

    rig   (n, up to RIG_SIZE) values in the order of `schema.RIG_NAMES`; gaze (n, 2)
    """
    nearest = np.stack([_row(Change({name: 1.0})) for name in RIG_NAMES[: rig.shape[1]]])
    left = rig @ nearest
    for axis in (0, 1):
        left[:, len(RIG_NAMES) + 2 * axis] += np.maximum(gaze[:, axis], 0.0)
        left[:, len(RIG_NAMES) + 2 * axis + 1] += np.maximum(-gaze[:, axis], 0.0)
    groups = _groups()
    columns = [
        sum((_row(ARKIT[name]) for name in group), np.zeros(len(nearest[0]))) for group in groups
    ]
    values = np.zeros((len(rig), len(groups)))
    # Least squares within [0, 1], one column at a time: few columns overlap, so this is exact soon.
    for _ in range(_SWEEPS):
        for k, column in enumerate(columns):
            step = (left * column).sum(1) / (column * column).sum()
            value = np.clip(values[:, k] + step, 0.0, 1.0)
            left -= (value - values[:, k])[:, None] * column
            values[:, k] = value
    weights = np.zeros((len(rig), len(ARKIT_NAMES)))
    for group, value in zip(groups, values.T, strict=True):
        for name in group:
            weights[:, ARKIT_NAMES.index(name)] = value
    return weights


def _groups() -> list[list[str]]:
    """Blend shapes that are the same movement here share one weight."""
    found: dict[tuple[float, ...], list[str]] = {}
    for name in ARKIT:
        found.setdefault(tuple(_row(ARKIT[name])), []).append(name)
    return list(found.values())


def _row(change: Change) -> NDArray[np.float64]:
    """Rig values in ARKit's terms, then gaze right, left, up and down, all >= 0."""
    place = {name: k for k, name in enumerate(RIG_NAMES)}
    row = np.zeros(len(RIG_NAMES) + 4)
    for name, value in change.aus.items():
        for part, share in _NEAREST.get(name, {name: 1.0}).items():
            row[place[part]] += share * value
    for axis, value in enumerate(change.gaze):
        row[len(RIG_NAMES) + 2 * axis + (value < 0)] = abs(value)
    return row


def _found(name: str, table: Mapping[str, Change], kind: str) -> Change:
    if name not in table:
        import difflib

        close = difflib.get_close_matches(name, table, n=1, cutoff=0.5)
        raise OptionError(
            f"unknown {kind} {name!r}." + (f" Did you mean {close[0]}?" if close else "")
        )
    return table[name]
