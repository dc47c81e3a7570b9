"""People of the head without what hides a face or its changes."""

from __future__ import annotations

import dataclasses

import numpy as np

from mien.head.camera import Camera
from mien.head.light import LIGHTS
from mien.head.render import Render, View, render
from mien.head.sample import sample
from mien.persona.hair_mask import HeadMap, head_map
from mien.persona.placement import Sight
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


def seen_bald(style: str, *, index: int = 5, size: int = 160) -> tuple[Sight, HeadMap, Render]:
    """A person with that hair as a fit sees them: the sight with the bald head, its map, truth."""
    code = dataclasses.replace(plain(sample(31, index)), hair=style)
    view = View(
        camera=Camera(size=size, zoom=0.86), light=LIGHTS["soft"], background=(0.5, 0.55, 0.6)
    )
    drawn = render(code, view=view)
    bald = render(dataclasses.replace(code, hair="bald"), view=view)
    inside = np.ones((size, size), bool)
    seen = Sight(drawn.rgb, inside, bald, bald.landmarks, size * 0.86 / 30)
    return seen, head_map(seen, code.pose.roll), drawn
