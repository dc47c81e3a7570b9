"""The units of the sliders, and how those of version 1 of the head become today's."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

# How many times the amplitude that its terms spell a slider has, where not once: all are about
# equally visible, and +-1 is strong but human.
GAINS: dict[str, float] = {
    **{"head_width": 0.25, "head_depth": 0.75, "cranium_height": 0.55, "cranium_width": 0.68},
    **{"cranium_back": 0.9, "face_length": 0.38, "face_width": 0.36, "face_flatness": 0.52},
    **{"lower_face_depth": 0.72, "face_fat": 0.85, "forehead_width": 0.9},
    **{"forehead_slope": 0.75, "glabella": 1.2, "eye_size": 0.62, "eye_width": 0.9},
    **{"eye_height": 0.75, "eye_spacing": 0.85, "eye_pos_y": 0.62, "eye_depth": 0.8},
    **{"eye_tilt": 0.65, "eye_inner_y": 1.35, "eye_outer_y": 1.45, "eye_inner_x": 1.3},
    **{"eye_outer_x": 1.4, "lower_lid_drop": 0.95, "lid_fold": 1.1, "monolid": 1.1},
    **{"epicanthus": 1.3, "eye_bag": 1.2, "under_eye_hollow": 1.5, "nose_length": 0.75},
    **{"nose_protrusion": 1.1, "nose_width": 0.9, "nose_bridge_height": 1.25},
    **{"nose_root_height": 1.3, "nose_hump": 1.4, "nose_tip_y": 0.85, "nose_tip_width": 1.1},
    **{"nostril_size": 1.2, "nostril_flare": 1.35, "cheekbone_width": 1.3},
    **{"cheekbone_protrusion": 1.2, "cheekbone_height": 1.2, "cheek_fullness": 1.3},
    **{"cheek_hollow": 1.2, "nasolabial": 1.5, "mid_face_depth": 1.1, "mouth_width": 1.1},
    **{"mouth_y": 1.1, "mouth_protrusion": 1.1, "upper_lip_full": 1.05, "lower_lip_full": 1.05},
    **{"upper_lip_protrude": 1.3, "lower_lip_protrude": 1.2, "mouth_corner_y": 0.85},
    **{"mouth_corner_depth": 1.2, "philtrum_depth": 1.9},
    **{"philtrum_length": 1.35, "mouth_tilt": 1.2, "chin_length": 0.85, "chin_pointed": 0.62},
    **{"chin_cleft": 1.5, "chin_sulcus": 1.6, "jaw_width": 0.65, "jaw_angle_y": 0.7},
    **{"jaw_taper": 0.85, "double_chin": 1.15, "ear_size": 0.72, "ear_lobe": 1.3},
    **{"neck_width": 0.56, "neck_depth": 0.8},
}

# Some terms are wider or narrower than in version 1. One of today's units, as it looks best, was
# this many units there, `GAINS` apart (least squares over the head's vertices).
_RESHAPED: dict[str, float] = {
    **{"cranium_back": 0.7, "face_width": 0.97, "upper_lid_arch_in": 1.26},
    **{"upper_lid_arch_out": 1.26, "lid_fold": 0.96, "nose_width": 1.07},
    **{"nose_tip_width": 1.08, "nose_tip_pointed": 1.28, "nostril_flare": 1.6},
    **{"septum_drop": 1.5, "cupid_bow": 3.93, "upper_lip_side_full": 1.28},
    **{"lower_lip_side_full": 1.4, "lower_lip_full": 0.95, "philtrum_depth": 1.92},
    **{"chin_pointed": 1.07, "chin_cleft": 1.9, "jaw_width": 1.12, "jaw_angle_y": 1.15},
}

_MOST_VARIATION = 2.5


def gain(name: str) -> float:
    """Factor on the terms of a slider."""
    return GAINS.get(name, 1.0)


def version_1_units(name: str) -> float:
    """How many units of version 1 make one of today's; 1 for a slider that is new, or a macro."""
    return gain(name) * _RESHAPED.get(name, 1.0)


def variation(name: str) -> float:
    """How many times as far as in most sliders people differ in this one.

    1, or more for sizes of the whole head: their units are small because they are seen so well.
    """
    return min(_MOST_VARIATION, 1.0 / min(1.0, version_1_units(name)))


def unit_vector(names: tuple[str, ...]) -> NDArray[np.float64]:
    """(len(names),) the `version_1_units` of each."""
    return np.array([version_1_units(name) for name in names])


def from_version_1(values: Mapping[str, float]) -> dict[str, float]:
    """Slider values of version 1 of the head in today's units: the same face."""
    return {name: value / version_1_units(name) for name, value in values.items()}
