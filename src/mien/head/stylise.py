"""The toon style: the same person with the proportions and colours of a drawing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.head import material_index as slot
from mien.head.schema import SLIDER_INDEX

IDENTITY_SHARE = 0.5
"""How much of the person's own sliders the drawing keeps."""

# A fixed offset towards large eyes, a small nose and mouth, and a pointed chin (slider units).
TOON_OFFSET: dict[str, float] = {
    **{"eye_size": 1.6, "eye_height": 1.15, "eye_pos_y": -0.7, "eye_spacing": 0.25},
    **{"eye_width": -0.5, "lower_lid_drop": 0.15, "eye_tilt": -0.15, "nose_width": -0.8},
    **{"nose_length": -0.45, "nose_tip_size": -0.8, "nose_protrusion": -0.4},
    **{"nostril_size": -0.75, "nose_bridge_width": -0.6, "ala_height": -0.15},
    **{"nose_bridge_height": -0.3, "mouth_width": -0.45, "upper_lip_full": -0.4},
    **{"lower_lip_full": -0.5, "chin_pointed": 0.4, "chin_length": -0.45, "jaw_width": -0.55},
    **{"face_fat": -0.25, "jaw_taper": 0.5, "neck_width": -0.8, "cheekbone_protrusion": -0.4},
    **{"head_width": 0.25, "brow_ridge": -0.5, "lower_face_depth": -0.35},
    **{"mouth_protrusion": -0.4, "cheek_fullness": 0.1, "lid_fold": -0.15, "ear_size": -0.25},
    "philtrum_length": 0.25,
}
PALE_SKIN = (0.887923, 0.621857, 0.455413)
"""Drawn skin leans towards this linear RGB colour by `PALENESS`, but keeps its own tone."""
PALENESS = 0.5


def toon_sliders(sliders: NDArray[np.float64]) -> NDArray[np.float64]:
    """(93,) sliders of the drawn twin."""
    drawn = np.asarray(sliders, float) * IDENTITY_SHARE
    for name, offset in TOON_OFFSET.items():
        drawn[SLIDER_INDEX[name]] += offset
    return drawn


def toon_material(material: NDArray[np.float32]) -> NDArray[np.float32]:
    """(48,) material of the drawn twin: large bright irises, thin brows, clean skin."""
    m = material.astype(np.float64)
    m[slot.IRIS_SIZE], m[slot.PUPIL_SIZE] = 0.62, 0.26
    iris = slice(slot.IRIS_COLOUR, slot.IRIS_COLOUR + 3)
    m[iris] = np.clip(m[iris] * 1.8 + 0.02, 0, 1)
    m[slot.BROW_THICKNESS] *= 0.55
    m[slot.BROW_HEIGHT] += 0.75
    # A fitted skin wears its brows in the texture, which drawings do not use: always paint them.
    m[slot.BROW_DENSITY] = 1.0
    m[slot.BROW_STROKES] = 0.25
    m[slot.LIP_AMOUNT] = 0.5
    for index in (slot.LIP_GLOSS, slot.ROUGHNESS, slot.DARK_CIRCLES):
        m[index] = 0.0
    m[slot.REDNESS] = 0.5
    m[slot.FRECKLES] *= 0.6
    m[slot.LASH_LINE] = 1.0
    skin = slice(slot.SKIN, slot.SKIN + 3)
    # The darker the skin, the less it is paled: a drawn person keeps their colour.
    light = float(np.clip((m[skin].mean() - 0.05) / 0.35, 0, 1))
    share = PALENESS * light
    m[skin] = (1 - share) * m[skin] + share * np.array(PALE_SKIN)
    return m.astype(np.float32)
