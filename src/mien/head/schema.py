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
from mien.head.units import version_1_units
from mien.types import AU_NAMES, FaceCode

VERSION = 2
SLIDER_LIMIT = 2.5
"""Sliders run over [-1, 1]; this far beyond is still accepted, for caricature and for fits."""

# The sliders of version 1 by region, then those since: the order of every slider vector.
_FIRST_SLIDERS: tuple[tuple[str, tuple[str, ...]], ...] = (
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

_LATER_SLIDERS: dict[str, tuple[str, ...]] = {
    "forehead": ("forehead_height",),
    "eyes": ("hooded", "crease_height", "lower_lid_bulge"),
    "nose": ("nose_tip_bifid", "alar_base", "alar_crease"),
    "cheeks": ("buccal_hollow", "jowls", "marionette"),
    "mouth": ("lip_roll", "lip_corner_curl", "lip_tubercle"),
    "jaw": ("jaw_square", "chin_height"),
    "ears": ("ear_width", "ear_tilt"),
    "neck": ("neck_length",),
    "asymmetry": ("asymmetry_upper", "asymmetry_lower"),
}

VERSION_1_SLIDERS: tuple[str, ...] = tuple(name for _, names in _FIRST_SLIDERS for name in names)
SLIDERS: tuple[str, ...] = (
    *VERSION_1_SLIDERS,
    *(name for names in _LATER_SLIDERS.values() for name in names),
)
SLIDER_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    *((group, (*names, *_LATER_SLIDERS.get(group, ()))) for group, names in _FIRST_SLIDERS),
    ("asymmetry", _LATER_SLIDERS["asymmetry"]),
)
ASYMMETRIC: tuple[str, ...] = ("nose_bend", "mouth_tilt", "asymmetry_upper", "asymmetry_lower")
"""The sliders that tell left from right; all others keep a head mirror-symmetric."""

# Macros are sums of sliders, for people who want to say "older" and not move thirty sliders.
# Weights are in slider units for a macro of +1. Material effects of age follow the renderer.
MACROS: dict[str, dict[str, float]] = {
    # -1 feminine, +1 masculine.
    "sex": {
        **{"jaw_width": 0.42, "jaw_square": 0.2, "jaw_taper": -0.3, "chin_width": 0.25},
        **{"chin_length": 0.2, "brow_ridge": 0.42, "brow_ridge_height": -0.16, "glabella": 0.12},
        **{"forehead_slope": 0.32, "forehead_bulge": -0.25, "eye_size": -0.3, "eye_height": -0.16},
        **{"lid_fold": 0.12, "crease_height": -0.15, "hooded": 0.1, "nose_width": 0.16},
        **{"nose_length": 0.16, "nose_bridge_width": 0.16, "nose_tip_size": 0.12},
        **{"nose_tip_y": -0.15, "nose_protrusion": 0.08, "upper_lip_full": -0.2},
        **{"lower_lip_full": -0.2, "lip_roll": -0.2, "mouth_width": 0.05, "face_width": 0.22},
        **{"head_width": 0.25, "cheek_hollow": 0.14, "cheek_fullness": -0.14},
        **{"cheekbone_height": -0.12, "neck_width": 0.65, "larynx": 0.3},
    },
    # -1 about eighteen, 0 about thirty-five, +1 about eighty.
    "age": {
        **{"nasolabial": 0.5, "marionette": 0.45, "jowls": 0.5, "jawline_def": -0.4},
        **{"double_chin": 0.25, "eye_bag": 0.5, "under_eye_hollow": 0.4, "lid_fold": 0.3},
        **{"hooded": 0.5, "eye_size": -0.12, "temple_depth": -0.35, "cheek_hollow": 0.3},
        **{"buccal_hollow": 0.2, "cheek_fullness": -0.28, "cheekbone_height": -0.16},
        **{"nose_tip_y": -0.35, "nose_length": 0.2, "ear_size": 0.35, "ear_lobe": 0.35},
        **{"upper_lip_full": -0.3, "lower_lip_full": -0.22, "lip_roll": -0.25, "cupid_bow": -0.12},
        **{"mouth_width": 0.1, "mouth_corner_y": -0.3, "philtrum_length": 0.25},
    },
    # -1 gaunt, +1 heavy.
    "fullness": {
        **{"face_fat": 0.55, "cheek_fullness": 0.3, "cheek_hollow": -0.35, "buccal_hollow": -0.25},
        **{"double_chin": 0.6, "jowls": 0.25, "jawline_def": -0.35, "jaw_width": 0.3},
        **{"face_width": 0.6, "neck_width": 0.65, "temple_depth": 0.22, "nose_width": 0.12},
        **{"eye_bag": 0.12, "chin_pointed": -0.15},
    },
    # -1 wide with a high crease, 0 as most, +1 monolid.
    "eyelids": {
        **{"monolid": 0.8, "epicanthus": 0.45, "hooded": 0.25, "crease_height": -0.5},
        **{"eye_height": -0.12, "upper_lid_arch_out": -0.15, "lower_lid_bulge": 0.2},
    },
}

HAIR_STYLES: tuple[str, ...] = (
    *("bald", "buzz", "crop", "quiff", "side_part", "spiky"),
    *("pixie", "bob", "long", "fringe_long", "bun", "afro"),
    *("wavy_long", "side_part_long", "curtain", "tied_back", "ponytail", "braids"),
    *("short_neat", "undercut", "slick_back", "receding", "curly_long", "locs"),
)
FACIAL_HAIR: tuple[str, ...] = ("none", "moustache", "goatee", "short_beard", "full_beard")
"""What grows on a face; stubble is the material `beard`."""
GLASSES: tuple[str, ...] = ("none", "round", "square", "half_rim", "aviator")

LABELS: tuple[str, ...] = (
    *("background", "skin", "brow", "lips", "mouth", "sclera"),
    *("ear", "iris", "teeth", "hair", "shirt", "lash"),
    *("glasses", "beard"),
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
    facial_hair: tuple[str, ...]
    glasses: tuple[str, ...]
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


# Indices are places in the renderer's material vector (128 numbers, see material_index.py).
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
    _scalar("wrinkles", 48, 0.0, 0.0, 1.0),
    _scalar("moles", 49, 0.0, 0.0, 1.0),
    _scalar("mole_seed", 50, 0.0, 0.0, 1.0),
    _scalar("eyeliner", 51, 0.0, 0.0, 1.0),
    _scalar("grey", 52, 0.0, 0.0, 1.0),
    _scalar("grey_temples", 53, 0.0, 0.0, 1.0),
    _colour("hair_tips", 54, "d9bd86"),
    _scalar("hair_tip_share", 57, 0.0, 0.0, 1.0),
    _scalar("hairline_height", 58, 0.0, -1.0, 1.0),
    _scalar("hairline_recession", 59, 0.0, 0.0, 1.0),
    _scalar("hair_length", 60, 0.0, -1.0, 1.0),
    _scalar("hair_volume", 61, 0.0, -1.0, 1.0),
    _scalar("hair_parting", 62, 0.0, -1.0, 1.0),
    _colour("glasses_colour", 63, "22201e"),
    _scalar("lens_tint", 66, 0.0, 0.0, 1.0),
    _scalar("teeth_shade", 67, 0.5, 0.0, 1.0),
    _scalar("skin_gloss", 68, 1.0, 0.0, 2.0),
    _scalar("lash_length", 69, 1.0, 0.0, 1.5),
    _colour("beard_colour", 70, "4a3222"),
    _scalar("age_spots", 32, 0.0, 0.0, 1.0),
)
MATERIAL_SIZE = 128

SCHEMA = Schema(
    version=VERSION,
    sliders=_sliders(),
    macros=tuple(MACROS),
    aus=AU_NAMES,
    materials=MATERIALS,
    hair_styles=HAIR_STYLES,
    facial_hair=FACIAL_HAIR,
    glasses=GLASSES,
    labels=LABELS,
    styles=STYLES,
)

SLIDER_INDEX = {name: index for index, name in enumerate(SLIDERS)}
AU_INDEX = {name: index for index, name in enumerate(AU_NAMES)}
# One side of the face alone, as the picture shows it: L is the picture's left.
SPLIT_AUS: tuple[str, ...] = ("AU1", "AU2", "AU6", "AU10", "AU12", "AU14", "AU15", "AU45")
SIDED_AUS: tuple[str, ...] = tuple(f"{name}{side}" for side in "LR" for name in SPLIT_AUS)
JAW_MOVES: tuple[str, ...] = ("jaw_left", "jaw_right")
RIG_NAMES: tuple[str, ...] = (*AU_NAMES, *SIDED_AUS, *JAW_MOVES)
"""All that moves a face, in the order of `rig_vector`."""
RIG_SIZE = len(RIG_NAMES)
_RIG_ONLY = {name: place for place, name in enumerate(RIG_NAMES) if place >= len(AU_NAMES)}


VERSION_1_HASH = "d1921cf685b5a2af"
"""`schema_hash` of version 1: 93 sliders in other units (`units`), twelve hair styles."""


@functools.cache
def schema_hash() -> str:
    """Sixteen hex digits over the vocabulary; weights that speak it carry the hash."""
    text = json.dumps(SCHEMA.to_dict(), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@functools.lru_cache(maxsize=1024)
def slider_limit(name: str) -> float:
    """The largest size of a slider or macro: never less of a face than version 1 allowed."""
    return SLIDER_LIMIT / min(1.0, version_1_units(name))


def slider_vector(values: Mapping[str, float]) -> NDArray[np.float64]:
    """(S,) slider values, in the order of `SLIDERS`; macros are spread over their sliders.

    Raises OptionError for an unknown name, a NaN, a value beyond `slider_limit`, and for an `age`
    below -1: the people of this head are adults.
    """
    vector = np.zeros(len(SLIDERS))
    for name, value in values.items():
        _check_number(name, value, slider_limit(name))
        if name == "age" and value < -1.0:
            raise OptionError(f"slider age={value} is out of range: -1 is 18 years, the youngest.")
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
        _check_intensity(name, value)
        vector[AU_INDEX[name]] = value
    return vector


def rig_vector(values: Mapping[str, float]) -> NDArray[np.float64]:
    """(RIG_SIZE,): the AUs as in `au_vector`, then `SIDED_AUS`, then the two moves of the jaw.

    Errors as `au_vector`.
    """
    both = {name: value for name, value in values.items() if name not in _RIG_ONLY}
    vector = np.zeros(RIG_SIZE)
    vector[: len(AU_NAMES)] = au_vector(both)
    for name, value in values.items():
        if name in _RIG_ONLY:
            _check_intensity(name, value)
            vector[_RIG_ONLY[name]] = value
    return vector


def _check_intensity(name: str, value: float) -> None:
    if not 0.0 <= value <= 1.1:
        raise OptionError(f"AU {name}={value} is out of range: give a number from 0 to 1.")


def validate(code: FaceCode) -> None:
    """Raise OptionError for the first name or value in `code` that the head does not know."""
    slider_vector(code.sliders)
    rig_vector(code.aus)
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
    if code.facial_hair not in FACIAL_HAIR:
        raise OptionError(_unknown("facial hair", code.facial_hair, FACIAL_HAIR))
    if code.glasses not in GLASSES:
        raise OptionError(_unknown("glasses", code.glasses, GLASSES))
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
