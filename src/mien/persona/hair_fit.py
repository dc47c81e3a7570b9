"""The hair style nearest to a photo's hair, and its colour."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.head.render import Render
from mien.head.schema import LABEL
from mien.persona.hair_mask import HeadMap, Mask, colour_shares
from mien.persona.light_fit import lab_of, rounded, scene_light, skin_mask
from mien.persona.placement import Sight
from mien.types import Pose

FloatArray = NDArray[np.float64]

# The grid a mask is read on: cells of a head-sized window, along the head's own axes.
GRID_COLUMNS, GRID_ROWS, GRID_STEP, GRID_TOP = 36, 46, 0.7, 13.3
"""36 x 46 cells of 0.7 cm; the top row is 13.3 cm above the eyes."""

_BALD_LIKENESS, _BALD_RATIO, _BALD_RING = 0.66, 0.45, 0.35


@dataclasses.dataclass(frozen=True, eq=False)
class HairMeasures:
    """What a mask of hair looks like.

    grid      (46, 36) share of hair per cell
    bare      how much the scalp's colours are the face's: (overlap of histograms, mean density)
    ring      share of hair just outside the skull, above the ears
    beside    hair beside the jaw: (fuller side, other side); below: beside the neck
    fringe    hair on the forehead; edge: hair along the head's own hairline, in front
    volume    hair outside the skull, over the area of head and face
    covered   share of the scalp that is hair
    scalp     scalp less face: lightness and colour (Lab / 20), and log ratio of fine contrast
    """

    grid: NDArray[np.float32]
    bare: tuple[float, float]
    ring: float
    beside: tuple[float, float]
    below: float
    fringe: float
    edge: float
    volume: float
    covered: float
    scalp: tuple[float, float, float]

    @property
    def is_bald(self) -> bool:
        """The scalp is skin and nothing stands around it."""
        overlap, density = self.bare
        skin = overlap > _BALD_LIKENESS and density > _BALD_RATIO
        return (skin and self.ring < _BALD_RING) or self.covered < 0.2


def measure_hair(view: Sight, head: HeadMap, mask: Mask, roll: float) -> HairMeasures:
    """Measures of a hair mask; `roll` is the head's, in degrees."""
    beside = [
        _share(mask, view.inside & ~head.face & (head.up > -9) & (head.up < -4) & side)
        for side in (
            (head.right > 4.5) & (head.right < 9.5),
            (head.right < -4.5) & (head.right > -9.5),
        )
    ]
    below = [
        _share(mask, view.inside & (head.up > -15) & (head.up < -11) & side)
        for side in (
            (head.right > 3.5) & (head.right < 9.5),
            (head.right < -3.5) & (head.right > -9.5),
        )
    ]
    x, y = np.abs(head.rest[..., 0]), head.rest[..., 1]
    forehead = head.face & (head.hairline < -0.9) & (y > 3.0) & (x < 4.5)
    line = head.face & (head.hairline > -0.8) & (head.hairline < 0.6) & (x < 4.0) & (y > 3.0)
    outside = mask & ~head.on_head & (head.up > 4)
    ring = ~head.on_head & (head.outside > 0.25) & (head.outside < 1.5) & (head.up > 2)
    return HairMeasures(
        grid=mask_grid(mask, view, roll),
        bare=_bareness(view, head),
        ring=_share(mask, ring & view.inside),
        beside=(max(beside), min(beside)),
        below=max(below),
        fringe=_share(mask, forehead),
        edge=_share(mask, line),
        volume=float(outside.sum() / max(head.face.sum(), 1)),
        covered=_share(mask, head.face & (head.hairline > 0.6)),
        scalp=_scalp_difference(view, head),
    )


def _share(mask: Mask, zone: Mask) -> float:
    return float((mask & zone).sum() / max(zone.sum(), 1))


def _bareness(view: Sight, head: HeadMap) -> tuple[float, float]:
    share = colour_shares(view)
    skin, scalp = _plain_skin(head), head.face & (head.hairline > 0.6) & view.inside
    if not (skin.any() and scalp.any()):
        return (0.0, 0.0)
    of_skin, of_scalp = share[skin.ravel()].mean(0), share[scalp.ravel()].mean(0)
    overlap = float(np.sqrt(of_skin * of_scalp).sum())
    density = float(of_scalp @ of_skin / max(float(of_skin @ of_skin), 1e-6))
    return (overlap, density)


def _scalp_difference(view: Sight, head: HeadMap) -> tuple[float, float, float]:
    """How the scalp differs from the face: lighter, of other colour, rougher."""
    lab = lab_of(view.image)
    skin, scalp = _plain_skin(head) & view.inside, head.face & (head.hairline > 0.8) & view.inside
    if skin.sum() < 20 or scalp.sum() < 20:
        return (0.0, 0.0, 0.0)
    away = np.median(lab[scalp], axis=0) - np.median(lab[skin], axis=0)
    fine = np.abs(lab[..., 0] - cv2.GaussianBlur(lab[..., 0], (0, 0), 1.2))
    rough = np.log((fine[scalp].mean() + 0.2) / (fine[skin].mean() + 0.2))
    return (float(away[0] / 20), float(np.hypot(away[1], away[2]) / 20), float(rough))


def _plain_skin(head: HeadMap) -> Mask:
    x, y = np.abs(head.rest[..., 0]), head.rest[..., 1]
    skin = head.face & (head.hairline < -1.5) & (y > -10) & (x < 5.5)
    return skin & (head.labels == LABEL["skin"])


def mask_grid(mask: Mask, view: Sight, roll: float) -> NDArray[np.float32]:
    """(46, 36) mean of a mask over cells that move and tilt with the head."""
    eyes = (view.landmarks[36] + view.landmarks[45]) / 2
    right, up = np.meshgrid(
        (np.arange(GRID_COLUMNS) - (GRID_COLUMNS - 1) / 2) * GRID_STEP,
        GRID_TOP - np.arange(GRID_ROWS) * GRID_STEP,
    )
    cosine, sine = np.cos(np.deg2rad(roll)), np.sin(np.deg2rad(roll))
    x = eyes[0] + view.unit * (right * cosine - up * sine)
    y = eyes[1] - view.unit * (right * sine + up * cosine)
    side = round(view.unit * GRID_STEP / 2) | 1
    smooth = cv2.blur(mask.astype(np.float32), (side, side))
    grid = cv2.remap(
        smooth,
        x.astype(np.float32),
        y.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(grid, np.float32)


def style_by_rule(measures: HairMeasures, sex: float) -> str:
    """A hair style from simple measures, for hair that looks like none of the head's own.

    sex  -1 feminine to 1 masculine, as the translator guesses it
    """
    if measures.is_bald:
        return "bald"
    full, thin = measures.beside
    if full > 0.33 and full + thin > 0.45:
        return _long_style(measures)
    return _short_style(measures, sex)


def _long_style(measures: HairMeasures) -> str:
    if measures.fringe > 0.35:
        return "fringe_long"
    return "long" if measures.below > 0.22 else "bob"


def _short_style(measures: HairMeasures, sex: float) -> str:
    if measures.volume > 0.42:
        return "afro"
    if measures.fringe > 0.30 or (sex < -0.3 and measures.volume > 0.08):
        return "pixie"
    if measures.volume > 0.12:
        return "quiff" if measures.edge < 0.75 else "side_part"
    return "buzz" if measures.volume < 0.035 and measures.fringe < 0.1 else "crop"


def first_colour(
    view: Sight, head: HeadMap, mask: Mask, skin: FloatArray
) -> tuple[float, float, float]:
    """Albedo of the hair, from its ratio to the skin; on the scalp, where that shows enough."""
    cheeks, scalp = skin_mask(view), mask & head.face
    chosen = scalp if scalp.sum() >= 40 else mask
    if chosen.sum() < 20 or cheeks.sum() < 20:
        return rounded(np.clip(skin * 0.2, 0.004, 0.3))
    scene = scene_light(view.image)
    ratio = np.median(scene[chosen], axis=0) / np.maximum(np.median(scene[cheeks], axis=0), 1e-3)
    return rounded(natural(skin * ratio))


def corrected_colour(
    colour: tuple[float, float, float], view: Sight, mask: Mask, drawn: Render
) -> tuple[float, float, float]:
    """The colour after comparing the photo's hair with hair drawn in it, where both show some."""
    both = mask & (drawn.labels == LABEL["hair"])
    if both.sum() < 30:
        return colour
    wanted = np.median(scene_light(view.image)[both], axis=0)
    got = np.median(scene_light(drawn.rgb)[both], axis=0)
    factor = np.clip(wanted / np.maximum(got, 1e-3), 0.3, 2.5) ** 0.9
    return rounded(natural(np.array(colour) * factor))


def roots_factor(view: Sight, mask: Mask, drawn: Render) -> FloatArray:
    """(3,) photo over render on the part of the scalp where the photo shows short hair."""
    both = mask & (drawn.hairline > 0.4)
    if both.sum() < 30:
        return np.ones(3)
    # The darker half: skin shines through at the sides, and light comes in from the edge.
    wanted = np.percentile(scene_light(view.image)[both], 30, axis=0)
    got = np.median(scene_light(drawn.rgb)[both], axis=0)
    return np.clip(wanted / np.maximum(got, 1e-3), 0.3, 1.15).astype(np.float64)


def natural(colour: FloatArray) -> FloatArray:
    """The nearest colour that hair grows in: pale hair is nearly grey, none is blue or green.

    The light on hair, often from behind, is not the light on the face; its tint stays in the
    ratio to the skin.
    """
    grey = float(np.clip(colour.mean(), 0.003, 0.75))
    pale = float(np.interp(grey, [0.15, 0.5], [0.0, 0.75]))
    tint = np.log(np.maximum(colour, 1e-4) / grey) * (1 - pale)
    red, green, blue = tint
    green = min(green, (red + blue) / 2 + 0.12)
    blue = min(blue, red + 0.05)
    return np.clip(grey * np.exp([red, green, blue]), 0.003, 0.8)


def extra_inputs(measures: HairMeasures, pose: Pose) -> FloatArray:
    """(8,) what the style classifier sees beside the grid."""
    return np.array(
        [pose.yaw / 20, pose.pitch / 10, *measures.bare, measures.ring, *measures.scalp]
    )
