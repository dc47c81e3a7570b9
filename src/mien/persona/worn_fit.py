"""Glasses and facial hair of a photo: whether there are any, which of the head's, in which colour.

The parsing network says where it sees them. Each of the head's styles is drawn on the fitted head,
and the one whose outline lies best on what was seen is taken, as `hair_match` does with hair. Of
149 drawn people 24 wore glasses: 21 were found, none in vain (22 and 2 before a bridge over the
nose was asked for); the frame is right in 74 % (of four). Of 31 with facial hair 30, 4 and 74 %.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.head.schema import FACIAL_HAIR, GLASSES
from mien.head.worn import BALD
from mien.persona.hair_fit import natural
from mien.persona.hair_match import Wearer, drawn_part, soft
from mien.persona.held import NONE_HELD, Held
from mien.persona.light_fit import ratio_to_skin, rounded, skin_mask
from mien.persona.placement import Sight
from mien.types import Landmarks, MaterialValue

if TYPE_CHECKING:
    from mien.face.parsing_net import HeadParser

Map = NDArray[np.float32]

SIZE = 160
"""Pixels a side of the drawings that are compared."""
GLASSES_FROM = 1.8
"""Square centimetres of glasses from which somebody wears some. Bare faces show up to 1.2, and
drawn lids and long lashes up to 2.4; those leave the nose alone, so a bridge is asked for too."""
BRIDGED = 0.05
"""Share of glasses across the nose: at least .08 behind any pair, at most .02 without."""
BEARD_FROM, BEARD_FROM_WOMAN = 4.0, 15.0
"""The same of beards: shadows under a chin look like a little one."""
WIDER = {"full_beard": 0.82}
"""Factor on the overlap of what the network sees larger than it is drawn."""
SHIFT = 3
"""Pixels of the drawings by which glasses may sit elsewhere on this nose."""
_LINE, _STRONG = 0.7, 60.0  # cm: the thickest rim; by how much darker (L*a*b*) a rim surely is
_NEAR = 0.25  # cm around what looks like glasses where their lines are looked for
_SEEN, _FEW = 0.3, 12  # overlap of masks that counts for a colour, and how many pixels it needs


@dataclasses.dataclass(frozen=True)
class WornFit:
    """Styles by name, "none" where nothing is worn, and the materials that belong to them."""

    glasses: str = "none"
    facial_hair: str = "none"
    paint: dict[str, MaterialValue] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, eq=False)
class _Kind:
    """One kind of thing: the field of `Worn`, its styles, its label, the material of its colour."""

    field: str
    styles: tuple[str, ...]
    label: str
    colour: str
    shift: int = 0


_GLASSES = _Kind("glasses", GLASSES[1:], "glasses", "glasses_colour", SHIFT)
_BEARDS = _Kind("facial_hair", FACIAL_HAIR[1:], "beard", "beard_colour")


def fit_worn(
    wide: Sight, wearer: Wearer, held: Held = NONE_HELD, parser: HeadParser | None = None
) -> WornFit:
    """What a face of the photo in `wide` wears.

    wearer  the fitted head, with the zoom of `wide`'s camera
    held    its styles are not fitted; a colour is
    parser  by default the shipped one; without its file nothing is found
    """
    shares = _seen(wide, parser)
    lines, beard = _lines(wide, shares["glasses"]), shares["beard"]
    area = {name: float(share.sum()) / wide.unit**2 for name, share in shares.items()}
    from_area = BEARD_FROM if wearer.sex > -0.3 else BEARD_FROM_WOMAN
    bridged = bridge(shares["glasses"], wide.landmarks, wide.unit) > BRIDGED
    glasses, frame = _best(
        _GLASSES, lines, wearer, held.glasses, found=area["glasses"] > GLASSES_FROM and bridged
    )
    bearded, hair = _best(_BEARDS, beard, wearer, held.facial_hair, found=area["beard"] > from_area)
    paint: dict[str, MaterialValue] = {}
    for kind, mask, seen in ((_GLASSES, frame, lines), (_BEARDS, hair, beard)):
        colour = _colour(wide, wearer, mask, seen)
        if colour is not None:
            paint[kind.colour] = rounded(natural(colour) if kind is _BEARDS else colour)
    return WornFit(glasses, bearded, paint)


def _seen(wide: Sight, parser: HeadParser | None) -> dict[str, Map]:
    """(s, s) of 0..1 each: how likely pixels are to show glasses and a beard."""
    # Here, because it needs torch.
    from mien.face.parsing_net import PART, WEIGHTS, head_parser

    if parser is None and not WEIGHTS.is_file():
        none = np.zeros(wide.image.shape[:2], np.float32)
        return {"glasses": none, "beard": none}
    picture = np.where(wide.inside[..., None], wide.image, 0).astype(np.uint8)
    share = (parser or head_parser())(picture, wide.landmarks)
    return {name: share[..., PART[name]] for name in ("glasses", "beard")}


def bridge(share: Map, landmarks: Landmarks, unit: float) -> float:
    """0..1 how surely glasses (h, w) of 0..1 cross the nose between the eyes.

    The best of every column, from the brows to the middle of the nose; unit: pixels per cm.
    """
    inner = landmarks[[39, 42]]
    middle, half = inner.mean(0), 0.3 * abs(float(inner[1, 0] - inner[0, 0]))
    left, top = int(middle[0] - half), int(middle[1] - 2.0 * unit)
    zone = share[
        max(top, 0) : max(int(middle[1] + 1.4 * unit), 0),
        max(left, 0) : max(int(middle[0] + half), left + 1, 0),
    ]
    return float(zone.max(0).mean()) if zone.size else 0.0


def _lines(wide: Sight, share: Map) -> Map:
    """(s, s) of 0..1: dark lines where glasses are seen; the network sees rims as broad bands."""
    lightness = cv2.cvtColor(wide.image, cv2.COLOR_RGB2LAB)[..., 0].astype(np.float32)
    dark = cv2.morphologyEx(lightness, cv2.MORPH_BLACKHAT, _disc(_LINE * wide.unit))
    near = cv2.dilate((share > 0.15).astype(np.uint8), _disc(2 * _NEAR * wide.unit))
    return np.clip(dark / _STRONG, 0, 1).astype(np.float32) * near


def _disc(across: float) -> NDArray[np.uint8]:
    size = max(3, int(across) | 1)
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), np.uint8)


def _best(
    kind: _Kind, seen: Map, wearer: Wearer, wanted: str | None, *, found: bool
) -> tuple[str, Map | None]:
    """The style that lies best on what is seen, and where (SIZE, SIZE) it was drawn."""
    if wanted == "none" or (wanted is None and not found):
        return "none", None
    small = cv2.resize(seen, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    aim = soft(np.asarray(small, np.float32))
    masks = {style: _drawn(kind, style, wearer) for style in ([wanted] if wanted else kind.styles)}
    overlap = {
        style: WIDER.get(style, 1.0) * _overlap(soft(mask), aim, kind.shift)
        for style, mask in masks.items()
    }
    style = max(overlap, key=lambda name: overlap[name])
    return style, masks[style]


def _drawn(kind: _Kind, style: str, wearer: Wearer) -> Map:
    """(SIZE, SIZE) 1 where the fitted head, seen as the photo is, shows the thing."""
    worn = dataclasses.replace(BALD, **{kind.field: style})
    return drawn_part(wearer, worn, kind.label, SIZE).astype(np.float32)


def _overlap(drawn: Map, aim: Map, shift: int) -> float:
    """Intersection over union, at the best of the places around."""
    best = 0.0
    for down in range(-shift, shift + 1):
        for right in range(-min(shift, 1), min(shift, 1) + 1):
            moved = np.roll(drawn, (down, right), (0, 1))
            either = float(np.maximum(moved, aim).sum())
            best = max(best, float(np.minimum(moved, aim).sum()) / max(either, 1.0))
    return best


def _colour(wide: Sight, wearer: Wearer, mask: Map | None, seen: Map) -> NDArray[np.float64] | None:
    """(3,) albedo of what is worn, from its ratio to the skin; None where it shows too little."""
    if mask is None:
        return None
    size = (wide.image.shape[1], wide.image.shape[0])
    grown = cv2.dilate(mask, np.ones((3, 3), np.uint8))
    both = (cv2.resize(grown, size) > 0.5) & (seen > _SEEN) & wide.inside
    skin = skin_mask(wide)
    if both.sum() < _FEW or skin.sum() < _FEW:
        return None
    return np.clip(wearer.skin * ratio_to_skin(wide, both, skin), 0.003, 0.8)
