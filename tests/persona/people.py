"""People of the head without what hides a face or its changes."""

from __future__ import annotations

import dataclasses

from mien.types import FaceCode

_EXTRAS = ("beard", "wrinkles", "moles", "hairline_height", "hairline_recession", "lens_tint")
_EXTRAS += ("grey", "grey_temples", "hair_tip_share", "hair_length", "hair_volume", "hair_parting")


def plain(code: FaceCode) -> FaceCode:
    """The same bones, about 35 years old, shaven, without glasses; hair as its style is made."""
    materials = {name: value for name, value in code.materials.items() if name not in _EXTRAS}
    sliders = {name: value for name, value in code.sliders.items() if name != "age"}
    return dataclasses.replace(
        code, sliders=sliders, materials=materials, glasses="none", facial_hair="none"
    )
