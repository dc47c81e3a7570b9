"""Names, order, ranges and labels of everything the head understands. Versioned; it only grows."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mien.errors import OptionError
from mien.types import AU_NAMES, FaceCode

VERSION = 1
SLIDER_LIMIT = 2.5
"""Sliders run over [-1, 1]; this far beyond is still accepted, for caricature and for fits."""

# The 93 identity sliders by region, in the order of every slider vector.
SLIDER_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "head",
        (
            *("head_width", "head_depth", "cranium_height", "cranium_width", "cranium_back"),
            *("face_length", "face_width", "face_flatness", "lower_face_depth", "face_fat"),
        ),
    ),
    ("forehead", ("forehead_width", "forehead_slope", "forehead_bulge", "temple_depth")),
    ("brow", ("brow_ridge", "brow_ridge_height", "glabella")),
    (
        "eyes",
        (
            *("eye_size", "eye_width", "eye_height", "eye_spacing", "eye_pos_y", "eye_depth"),
            *("eye_tilt", "eye_inner_y", "eye_outer_y", "eye_inner_x", "eye_outer_x"),
            *("upper_lid_arch_in", "upper_lid_arch_out", "lower_lid_drop", "lid_fold", "monolid"),
            *("epicanthus", "eye_bag", "under_eye_hollow"),
        ),
    ),
    (
        "nose",
        (
            *("nose_length", "nose_protrusion", "nose_width", "nose_bridge_width"),
            *("nose_bridge_height", "nose_root_height", "nose_hump", "nose_tip_y"),
            *("nose_tip_size", "nose_tip_width", "nose_tip_pointed", "nostril_size"),
            *("nostril_flare", "ala_height", "septum_drop", "nose_bend"),
        ),
    ),
    (
        "cheeks",
        (
            *("cheekbone_width", "cheekbone_protrusion", "cheekbone_height", "cheek_fullness"),
            *("cheek_hollow", "nasolabial", "mid_face_depth"),
        ),
    ),
    (
        "mouth",
        (
            *("mouth_width", "mouth_y", "mouth_protrusion", "upper_lip_full", "lower_lip_full"),
            *("upper_lip_protrude", "lower_lip_protrude", "mouth_corner_y", "mouth_corner_depth"),
            *("cupid_bow", "upper_lip_side_full", "lower_lip_side_full", "philtrum_depth"),
            *("philtrum_length", "mouth_tilt"),
        ),
    ),
    (
        "jaw",
        (
            *("chin_length", "chin_protrusion", "chin_width", "chin_pointed", "chin_cleft"),
            *("chin_sulcus", "jaw_width", "jaw_angle_y", "jaw_taper", "jawline_def"),
            "double_chin",
        ),
    ),
    ("ears", ("ear_size", "ear_pos_y", "ear_flare", "ear_lobe", "ear_pointed")),
    ("neck", ("neck_width", "neck_depth", "larynx")),
)

SLIDERS: tuple[str, ...] = tuple(name for _, names in SLIDER_GROUPS for name in names)

# Macros are sums of sliders, for people who want to say "older" and not move thirty sliders.
# Weights are in slider units for a macro of +1. Material effects of age follow the renderer.
MACROS: dict[str, dict[str, float]] = {
    # -1 feminine, +1 masculine.
    "sex": {
        **{"jaw_width": 0.30, "chin_width": 0.2, "brow_ridge": 0.38, "eye_size": -0.15},
        **{"nose_width": 0.13, "nose_length": 0.1, "upper_lip_full": -0.18, "face_width": 0.1},
        **{"lower_lip_full": -0.18, "neck_width": 0.38, "larynx": 0.23, "chin_length": 0.13},
        **{"cheek_hollow": 0.13, "nose_bridge_width": 0.15, "nose_tip_size": 0.1},
        **{"jaw_taper": -0.23, "forehead_slope": 0.2, "eye_height": -0.13, "lid_fold": 0.13},
        **{"nose_tip_y": -0.1, "cheek_fullness": -0.1},
    },
    # -1 about eighteen, 0 about thirty-five, +1 about eighty.
    "age": {
        **{"nasolabial": 0.55, "eye_bag": 0.5, "under_eye_hollow": 0.45, "cheek_hollow": 0.35},
        **{"lid_fold": 0.35, "nose_tip_y": -0.3, "nose_length": 0.15, "ear_size": 0.25},
        **{"ear_lobe": 0.4, "upper_lip_full": -0.3, "lower_lip_full": -0.25, "mouth_width": 0.1},
        **{"mouth_corner_y": -0.25, "jawline_def": -0.4, "double_chin": 0.25, "temple_depth": -0.3},
        **{"philtrum_length": 0.25, "cheek_fullness": -0.3, "cheekbone_height": -0.15},
    },
    # -1 gaunt, +1 heavy.
    "fullness": {
        **{"face_fat": 0.6, "cheek_fullness": 0.5, "double_chin": 0.45, "cheek_hollow": -0.4},
        **{"jaw_width": 0.25, "neck_width": 0.35, "jawline_def": -0.3, "face_width": 0.2},
        **{"eye_bag": 0.15, "nose_width": 0.1, "temple_depth": 0.2},
    },
}

HAIR_STYLES: tuple[str, ...] = (
    *("bald", "buzz", "crop", "quiff", "side_part", "spiky"),
    *("pixie", "bob", "long", "fringe_long", "bun", "afro"),
)

LABELS: tuple[str, ...] = (
    *("background", "skin", "brow", "lips", "mouth", "sclera"),
    *("ear", "iris", "teeth", "hair", "shirt", "lash"),
)
LABEL = {name: index for index, name in enumerate(LABELS)}

STYLES: tuple[str, ...] = ("photo", "toon")


@dataclasses.dataclass(frozen=True)
class Slider:
    """One identity slider: its index in slider vectors, its region and its range."""

    name: str
    group: str
    index: int
    low: float = -1.0
    high: float = 1.0


@dataclasses.dataclass(frozen=True)
class Material:
    """One material value: a scalar, or a linear RGB colour of three consecutive numbers."""

    name: str
    kind: Literal["scalar", "colour"]
    index: int
    default: tuple[float, ...]
    low: float
    high: float


@dataclasses.dataclass(frozen=True)
class Schema:
    """The whole vocabulary of `FaceCode`."""

    version: int
    sliders: tuple[Slider, ...]
    macros: tuple[str, ...]
    aus: tuple[str, ...]
    materials: tuple[Material, ...]
    hair_styles: tuple[str, ...]
    labels: tuple[str, ...]
    styles: tuple[str, ...]

    def to_dict(self) -> dict[str, object]:
        """A JSON-ready copy."""
        return dataclasses.asdict(self)


def _sliders() -> tuple[Slider, ...]:
    group_of = {name: group for group, names in SLIDER_GROUPS for name in names}
    return tuple(Slider(name, group_of[name], index) for index, name in enumerate(SLIDERS))


def _linear(hex_colour: str) -> tuple[float, float, float]:
    channels = [round((int(hex_colour[i : i + 2], 16) / 255.0) ** 2.2, 6) for i in (0, 2, 4)]
    return (channels[0], channels[1], channels[2])


def _scalar(name: str, index: int, default: float, low: float, high: float) -> Material:
    return Material(name, "scalar", index, (default,), low, high)


def _colour(name: str, index: int, default: str) -> Material:
    return Material(name, "colour", index, _linear(default), 0.0, 1.0)


# Indices are places in the renderer's material vector (48 numbers, see material_index.py).
MATERIALS: tuple[Material, ...] = (
    _colour("skin", 0, "dba58a"),
    _colour("lips", 3, "c07e70"),
    _colour("hair", 6, "4a3222"),
    _scalar("redness", 9, 1.0, 0.0, 2.0),
    _scalar("blush", 10, 0.0, 0.0, 1.0),
    _scalar("eye_shadow", 11, 0.0, 0.0, 1.0),
    _colour("eye_shadow_colour", 12, "6a3a5a"),
    _scalar("freckles", 15, 0.0, 0.0, 1.0),
    _scalar("beard", 16, 0.0, 0.0, 1.0),
    _scalar("brow_inner", 17, 1.25, 0.45, 2.05),
    _scalar("brow_outer", 18, 5.0, 4.0, 6.0),
    _scalar("brow_height", 19, 1.7, 0.9, 2.6),
    _scalar("brow_arch", 20, 0.3, -0.5, 1.1),
    _scalar("brow_tilt", 21, 0.45, -0.4, 1.3),
    _scalar("brow_thickness", 22, 0.4, 0.15, 0.8),
    _scalar("brow_strokes", 23, 0.9, 0.0, 1.5),
    _scalar("brow_density", 24, 0.92, 0.0, 1.0),
    _colour("brow_colour", 25, "3f2a1c"),
    _scalar("lip_edge", 28, 0.85, 0.0, 1.0),
    _scalar("lip_gloss", 29, 0.3, 0.0, 1.0),
    _scalar("lash", 30, 0.9, 0.0, 1.0),
    _scalar("roots", 31, 1.25, 0.0, 1.5),
    _scalar("roughness", 33, 0.3, 0.0, 1.0),
    _scalar("dark_circles", 34, 0.5, 0.0, 1.0),
    _scalar("iris_size", 35, 0.47, 0.3, 0.7),
    _scalar("pupil", 36, 0.18, 0.08, 0.32),
    _colour("iris", 37, "6b4a2a"),
    _colour("shirt", 40, "3b4a63"),
)
MATERIAL_SIZE = 48

SCHEMA = Schema(
    version=VERSION,
    sliders=_sliders(),
    macros=tuple(MACROS),
    aus=AU_NAMES,
    materials=MATERIALS,
    hair_styles=HAIR_STYLES,
    labels=LABELS,
    styles=STYLES,
)

SLIDER_INDEX = {name: index for index, name in enumerate(SLIDERS)}
AU_INDEX = {name: index for index, name in enumerate(AU_NAMES)}


@functools.cache
def schema_hash() -> str:
    """Sixteen hex digits over the vocabulary; weights that speak it carry the hash."""
    text = json.dumps(SCHEMA.to_dict(), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def slider_vector(values: Mapping[str, float]) -> NDArray[np.float64]:
    """(93,) slider values; macros are spread over the sliders they stand for.

    Raises OptionError for an unknown name, a NaN, or a value beyond `SLIDER_LIMIT`.
    """
    vector = np.zeros(len(SLIDERS))
    for name, value in values.items():
        _check_number(name, value, SLIDER_LIMIT)
        if name in SLIDER_INDEX:
            vector[SLIDER_INDEX[name]] += value
        elif name in MACROS:
            for slider, weight in MACROS[name].items():
                vector[SLIDER_INDEX[slider]] += weight * value
        else:
            raise OptionError(_unknown("slider", name, (*SLIDERS, *MACROS)))
    return vector


def au_vector(values: Mapping[str, float]) -> NDArray[np.float64]:
    """(22,) AU intensities in the order of `types.AU_NAMES`, clipped to [0, 1.1].

    Raises OptionError for an unknown name, a NaN, or a value outside [0, 1.1].
    """
    vector = np.zeros(len(AU_NAMES))
    for name, value in values.items():
        if name not in AU_INDEX:
            raise OptionError(_unknown("AU", name, AU_NAMES))
        if not 0.0 <= value <= 1.1:
            raise OptionError(f"AU {name}={value} is out of range: give a number from 0 to 1.")
        vector[AU_INDEX[name]] = value
    return vector


def validate(code: FaceCode) -> None:
    """Raise OptionError for the first name or value in `code` that the head does not know."""
    slider_vector(code.sliders)
    au_vector(code.aus)
    known = {material.name: material for material in MATERIALS}
    for name, value in code.materials.items():
        if name not in known:
            raise OptionError(_unknown("material", name, tuple(known)))
        size = len(np.atleast_1d(np.asarray(value, float)))
        if size != len(known[name].default) or not np.all(np.isfinite(value)):
            wanted = "one number" if known[name].kind == "scalar" else "three numbers (linear RGB)"
            raise OptionError(f"material {name}={value} is not usable: give {wanted}.")
    if code.hair not in HAIR_STYLES:
        raise OptionError(_unknown("hair style", code.hair, HAIR_STYLES))
    if code.style not in STYLES:
        raise OptionError(_unknown("style", code.style, STYLES))
    numbers = (*code.gaze, *code.pose.as_tuple())
    if not np.all(np.isfinite(numbers)):
        raise OptionError(f"gaze and pose must be finite numbers, not {numbers}.")


def _check_number(name: str, value: float, limit: float) -> None:
    if not -limit <= value <= limit:
        raise OptionError(
            f"slider {name}={value} is out of range: give a number from -1 to 1 "
            f"(up to {limit:g} for caricature)."
        )


def _unknown(kind: str, name: str, known: tuple[str, ...]) -> str:
    import difflib

    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f" Did you mean {close[0]}?" if close else ""
    return f"unknown {kind} {name!r}.{hint} `mien head schema` lists all names."
