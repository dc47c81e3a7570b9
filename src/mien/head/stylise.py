"""The toon style: the same person with the proportions and colours of a drawing."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mien.head import material_index as slot
from mien.head.fields import Basis, compact
from mien.head.schema import FACIAL_HAIR, MACROS, RIG_NAMES, SLIDER_INDEX
from mien.head.terms import Term, bump, displace, ramp, rows
from mien.head.units import version_1_units

DOUBT = 0.2
"""Taken off the age that a shape shows: jowls alone, or a fit's errors, make nobody old."""
IDENTITY_SHARE = 0.5
"""How much of the person's own sliders the drawing keeps."""

# A fixed offset towards a small nose and mouth and a narrow chin (slider units of version 1 of
# the head).
TOON_OFFSET: dict[str, float] = {
    **{"eye_pos_y": -0.90, "eye_spacing": -0.20, "mouth_width": -0.25, "face_length": 0.40},
    **{"upper_lip_full": -0.6, "lower_lip_full": -0.7, "lower_lip_protrude": -0.4},
    **{"upper_lip_protrude": -0.4, "mouth_protrusion": -0.6, "mouth_y": 0.15},
    **{"chin_pointed": -0.05, "chin_length": -0.35, "chin_width": -0.4, "jaw_width": -0.08},
    **{"jaw_taper": -0.15, "face_fat": -0.2, "neck_width": -0.85, "cheekbone_protrusion": -0.5},
    **{
        "forehead_width": -0.2,
        "face_flatness": 0.2,
        "eye_tilt": -0.2,
        "eye_width": 0.6,
        "eye_height": 0.2,
        "jaw_square": 0.1,
        "forehead_height": -0.45,
        "cheekbone_height": 0.5,
        "cranium_height": -0.4,
        "brow_ridge": -0.8,
        "lower_face_depth": -0.4,
        "cheek_hollow": -0.3,
    },
    **{"cheek_fullness": 0.15, "ear_size": -0.3, "larynx": -0.6, "under_eye_hollow": -0.5},
    **{"eye_bag": -0.5, "temple_depth": 0.0, "jawline_def": 0.4, "double_chin": -0.1},
}
# What the drawing adds for a wholly masculine person and takes off for a feminine one.
SEX_OFFSET: dict[str, float] = {
    **{"jaw_width": 0.22, "jaw_taper": -0.30, "chin_width": 0.08, "chin_length": 0.20},
    **{"chin_pointed": -0.10, "face_length": 0.10, "neck_width": 0.6, "eye_pos_y": 0.12},
    **{"mouth_width": 0.22, "nose_length": 0.2, "nose_protrusion": 0.25, "cheek_fullness": -0.15},
}
# Beyond the sliders: larger eyes, flat sockets, a short nose.
TOON_TERMS: tuple[Term, ...] = (
    Term(
        centre=(3.2, -0.1, -1.22),
        plateau=(1.7, 5.0),
        scale=(0.22, 0.56, 0.0),
        mirrored=True,
    ),
    ramp(("y", -5.0, -11.2), ("y", -15.0, -12.2), ("z", -9.0, -4.0), scale=(-0.13, 0.0, 0.0)),
    bump((0.0, -11.0, 0.0), (1.9, 1.6, 3.0), (0.0, -0.08, 0.0)),
    ramp(("y", -9.6, -12.0), ("z", -3.0, -5.5), scale=(-0.14, 0.0, 0.0)),
)
FACE_SURFACE = (1.4687, -0.136, 0.0973, 0.0136, -0.0147)
"""z of the resting face around the nose: 1, x^2, y, y^2, x^2 y."""
NOSE_ROOT, NOSE_TIP, NOSE_HEIGHT = 0.3, -3.45, 1.25
CALM: dict[str, float] = {
    "AU1": 0.12,
    "AU2": 0.12,
    "AU4": 0.15,
    "AU6": 0.25,
    "AU7": 0.1,
    "AU9": 0.3,
    **{"AU23": 0.5, "AU24": 0.4, "AU28": 0.5},
}
"""Action Units that the drawing paints: this much of them still moves the skin."""
LOUD = {"AU12": 1.3, "AU15": 1.4, "AU25": 1.5, "AU20": 1.1, "AU16": 1.2}
"""Action Units of the small drawn mouth, made larger to be read."""
PALE_SKIN = (0.93, 0.69, 0.55)
"""Drawn skin leans towards this linear RGB colour by `PALENESS`, but keeps its own tone."""
PALENESS = 0.5
DARK_LIFT = 0.4
"""The darkest skin is drawn lighter by this share, so that shapes on it can be seen."""


def _weights(values: Mapping[str, float]) -> NDArray[np.float64]:
    vector = np.zeros(len(SLIDER_INDEX))
    for name, value in values.items():
        vector[SLIDER_INDEX[name]] = value
    return vector


def _in_units(values: Mapping[str, float]) -> NDArray[np.float64]:
    return _weights({name: value / version_1_units(name) for name, value in values.items()})


EXPORT = _in_units(
    {
        **{"eye_size": 0.9, "eye_height": 0.75, "eye_width": -0.5, "nose_width": -0.8},
        **{"nose_tip_size": -0.8, "nose_protrusion": -0.4, "nostril_size": -0.75},
    }
)
OFFSET, SEX_STEP = _in_units(TOON_OFFSET), _in_units(SEX_OFFSET)
SEX, AGE = _weights(MACROS["sex"]), _weights(MACROS["age"])


def _amount(sliders: NDArray[np.float64], macro: NDArray[np.float64]) -> float:
    """How much of a macro the sliders hold."""
    return float((sliders * macro).sum() / (macro * macro).sum())


def toon_sliders(sliders: NDArray[np.float64]) -> NDArray[np.float64]:
    """(S,) sliders of the drawn twin."""
    own = np.asarray(sliders, float)
    return own * IDENTITY_SHARE + OFFSET + _amount(own, SEX) * SEX_STEP


def export_sliders(sliders: NDArray[np.float64]) -> NDArray[np.float64]:
    """(93,) sliders of a twin with eyeballs, for programs that cannot paint the eyes."""
    return toon_sliders(sliders) + EXPORT


def traits(drawn: NDArray[np.float64]) -> tuple[float, float]:
    """Sex (-1 feminine .. 1 masculine) and age (0 young .. 1 old) of a twin's sliders (S,)."""
    plain = np.asarray(drawn, float) - OFFSET
    sex = _amount(plain, SEX) / (IDENTITY_SHARE + _amount(SEX_STEP, SEX))
    own = (plain - sex * SEX_STEP) / IDENTITY_SHARE
    age = 1.25 * _amount(own, AGE) - DOUBT
    return float(np.clip(1.25 * sex, -1, 1)), float(np.clip(age, 0, 1))


@functools.cache
def toon_form() -> Basis:
    """One field: what every drawing does to the resting head's vertices."""
    from mien.head.template import load

    points = load().surface
    field = np.zeros_like(points)
    displace(points, rows(TOON_TERMS), field)
    return compact([field + _drawn_nose(load().vertices)])


def _drawn_nose(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 3) field that turns the resting nose into a small wedge without nostrils or wings."""
    x, y, z = points.T

    def step(start: float, end: float, value: NDArray[np.float64]) -> NDArray[np.float64]:
        t = np.clip((value - start) / (end - start), 0, 1)
        return t * t * (3 - 2 * t)

    share = step(2.4, 1.6, np.abs(x)) * step(-5.75, -5.1, y) * step(1.5, 0.7, y) * (z > -1.5)
    a, b, c, d, e = FACE_SURFACE
    cheek = a + b * x * x + c * y + d * y * y + e * x * x * y
    down = np.clip((NOSE_ROOT - y) / (NOSE_ROOT - NOSE_TIP), 0, 1)
    height = NOSE_HEIGHT * down**1.4 * step(NOSE_TIP - 0.95, NOSE_TIP, y)
    across = np.clip(1 - (x / (0.75 + 0.50 * down)) ** 2, 0, 1) ** 2
    field = np.zeros_like(points)
    field[:, 2] = share * (cheek + height * across - z)
    return field


def toon_aus(aus: NDArray[np.float64]) -> NDArray[np.float64]:
    """(RIG_SIZE,) Action Units that move the mesh of a drawing; the rest is painted."""
    moved = aus.copy()
    for place, name in enumerate(RIG_NAMES):
        plain = name.removesuffix("L").removesuffix("R")
        moved[place] *= CALM.get(plain, LOUD.get(plain, 1.0))
    return moved


def drawn_face(
    drawn: NDArray[np.float64],
    aus: NDArray[np.float64],
    gaze: tuple[float, float],
    *,
    facial_hair: str = "none",
) -> NDArray[np.float32]:
    """(15,) the material's slots DRAWN_*: what the painted eyes and brows do.

    drawn  (S,) sliders of the twin; aus (RIG_SIZE,) Action Units as they were asked for
    """
    value = dict(zip(RIG_NAMES, aus, strict=True))

    def of(name: str, side: str) -> float:
        return float(min(1.0, value[name] + value.get(name + side, 0.0)))

    out = np.zeros(slot.DRAWN_COUNT)
    for place, side in enumerate("RL"):
        smile = 0.75 * of("AU6", side) + 0.15 * of("AU12", side)
        squint = 0.30 * of("AU7", side) + 0.12 * of("AU9", side) + 0.16 * of("AU6", side)
        closing = max(of("AU45", side), 0.0)
        wide = 0.9 * value["AU5"] * (1 - closing)
        out[place] = np.clip(closing + (1 - closing) * squint - 0.8 * wide, -0.7, 1)
        out[2 + place] = np.clip(smile + 0.35 * of("AU7", side), 0, 1) * (1 - closing)
        frown = of("AU4", side)
        up, outer = of("AU1", side), of("AU2", side)
        out[7 + place] = 0.85 * up - 0.62 * frown - 0.25 * of("AU9", side) + 0.1 * value["AU5"]
        out[9 + place] = 0.75 * outer - 0.05 * frown + 0.06 * smile
    cheerful = max(of("AU6", s) + of("AU12", s) for s in "LR")
    out[4] = np.clip(-0.75 + 2.2 * cheerful, -0.75, 0.95)
    out[5:7] = gaze
    out[11] = value["AU4"]
    out[12], out[13] = traits(drawn)
    out[14] = FACIAL_HAIR.index(facial_hair)
    return out.astype(np.float32)


def toon_hair_colour(colour: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3,) drawn hair of a colour family: blue-black, warm brown, gold, silver, loud dyes."""
    top, low = float(colour.max()), float(colour.min())
    mean = float(colour.mean())
    vivid = (top - low) / (top + 1e-6)
    if vivid < 0.35:  # greys: silver; near black: blue-black
        lifted = 0.022 + 1.15 * mean**0.85
        return np.clip(lifted * np.array([0.92, 0.97, 1.12]), 0, 0.92)
    lifted = colour * (0.028 + 1.15 * top**0.80) / (top + 1e-6)
    warm = lifted
    if mean < 0.012:
        share = float(np.clip((0.012 - mean) / 0.006, 0, 1))
        warm = warm * (1 - share) + np.array([0.026, 0.024, 0.044]) * share
    return np.clip(warm, 0.008, 0.92)


def toon_material(material: NDArray[np.float32]) -> NDArray[np.float32]:
    """(128,) material of the drawn twin: bright irises and hair, drawn brows, clean skin."""
    m = material.astype(np.float64)

    def colour(first: int) -> slice:
        return slice(first, first + 3)

    iris = m[colour(slot.IRIS_COLOUR)]
    top = iris.max() + 1e-6
    vivid = np.clip(top - (top - iris) * 1.12, 0.0, 1.0) * (0.09 + 0.80 * top**0.6) / top
    m[colour(slot.IRIS_COLOUR)] = np.clip(0.94 * vivid + 0.012, 0.01, 0.95)
    grey = float(np.clip(m[slot.GREY], 0, 1))
    for first in (slot.HAIR, slot.HAIR_TIPS, slot.BEARD_COLOUR):
        drawn = toon_hair_colour(m[colour(first)])
        if first != slot.HAIR_TIPS:
            drawn = drawn * (1 - grey) + np.array([0.62, 0.65, 0.74]) * grey
        m[colour(first)] = drawn
    m[colour(slot.BROW_COLOUR)] = m[colour(slot.HAIR)] * 0.42 + 0.006
    m[slot.BROW_THICKNESS] = 0.045 + 0.30 * m[slot.BROW_THICKNESS]
    m[slot.BROW_HEIGHT] += 0.30
    m[slot.BROW_ARCH] = 0.12 + 0.8 * m[slot.BROW_ARCH]
    m[slot.BROW_TILT] = 0.5 * m[slot.BROW_TILT] - 0.06
    m[slot.BROW_OUTER] -= 0.2
    m[slot.BROW_DENSITY] = 1.0
    for index in (slot.LIP_GLOSS, slot.ROUGHNESS, slot.DARK_CIRCLES):
        m[index] = 0.0
    skin = colour(slot.SKIN)
    # The darker the skin, the less it is paled: a drawn person keeps their colour.
    light = float(np.clip((m[skin].mean() - 0.05) / 0.35, 0, 1))
    share = PALENESS * light
    dark = 1 - float(np.clip((m[skin].mean() - 0.03) / 0.22, 0, 1))
    m[skin] = (1 - share) * m[skin] * (
        1.0 + 0.10 * (1 - light) + DARK_LIFT * dark
    ) + share * np.array(PALE_SKIN)
    return m.astype(np.float32)
