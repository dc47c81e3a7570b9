"""Which pixels of a photo are hair, as the parsing network says: the other way to `hair_mask`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from mien.persona.hair_mask import HeadMap, Mask, connected, hair_mask, is_bare, place_odds
from mien.persona.placement import Sight

if TYPE_CHECKING:
    from mien.face.parsing_net import HeadParser

Way = Literal["rules", "parser"]
WAY: Way = "parser"
"""How a fit finds hair."""
_PLACE = 0.5
"""Weight of the place's log odds beside the head, where dark walls and clothes look like hair."""
_SURE = 1e-3


def parsed_hair(view: Sight, head: HeadMap, parser: HeadParser | None = None) -> Mask:
    """(s, s) True where the photo shows the person's hair.

    The network's log odds, less what the place speaks against hair beside the head; only pieces
    that touch the scalp.

    parser  by default the shipped one; raises WeightsError where its file is missing
    """
    # Here, because it needs torch, and the rules do not.
    from mien.face.parsing_net import PART, head_parser

    parser = parser or head_parser()
    # Beyond the photo a sight repeats its edge, which looks like hair now and then.
    seen = np.where(view.inside[..., None], view.image, 0).astype(np.uint8)
    share = parser(seen, view.landmarks)[..., PART["hair"]]
    odds = np.log((share + _SURE) / (1 - share + _SURE))
    against = np.where(head.on_head, 0.0, np.minimum(place_odds(head), 0.0))
    return connected((odds + _PLACE * against > 0) & view.inside, head)


def find_hair(view: Sight, head: HeadMap, way: Way = WAY) -> Mask:
    """(s, s) True where the photo shows hair; by the rules where the parser's file is missing."""
    if way == "parser":
        from mien.face.parsing_net import WEIGHTS

        if WEIGHTS.is_file():
            return parsed_hair(view, head)
    mask = hair_mask(view, head)
    return np.zeros_like(mask) if is_bare(view, head, mask) else mask
