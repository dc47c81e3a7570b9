"""Which pixels of a photo are hair, as the parsing network says: the other way to `hair_mask`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from mien.persona.hair_mask import HeadMap, Mask, hair_mask
from mien.persona.placement import Sight

if TYPE_CHECKING:
    from mien.face.parsing_net import HeadParser

Way = Literal["rules", "parser"]
WAY: Way = "rules"
"""How a fit finds hair."""
_LIKELY = 0.5


def parsed_hair(view: Sight, head: HeadMap, parser: HeadParser | None = None) -> Mask:
    """(s, s) True where the photo shows the person's hair; `head` is not needed.

    parser  by default the shipped one; raises WeightsError where its file is missing
    """
    # Here, because it needs torch, and the rules do not.
    from mien.face.parsing_net import PART, head_parser

    parser = parser or head_parser()
    # Beyond the photo a sight repeats its edge, which looks like hair now and then.
    seen = np.where(view.inside[..., None], view.image, 0).astype(np.uint8)
    return (parser(seen, view.landmarks)[..., PART["hair"]] > _LIKELY) & view.inside


def find_hair(view: Sight, head: HeadMap, way: Way = WAY) -> Mask:
    """(s, s) True where the photo shows hair; by the rules where the parser's file is missing."""
    if way == "parser":
        from mien.face.parsing_net import WEIGHTS

        if WEIGHTS.is_file():
            return parsed_hair(view, head)
    return hair_mask(view, head)
