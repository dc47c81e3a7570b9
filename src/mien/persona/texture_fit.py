"""The skin of a photo as a texture of the head.

Photo and bare head lie pixel on pixel; the logarithm of their ratio is what painting missed. The
photo is first pulled by the few pixels by which its landmarks miss the head's, so that lids, brows
and lips land on lids, brows and lips. Then light that the light fit left over is taken out, what
is not skin (hair, glasses, shadows of a fringe, teeth) is left out, and holes are filled from the
mirrored side and from around them. A shadow on one half of the face is light too: where a half is
darker than its mirror image, the brighter one is believed.
"""

from __future__ import annotations

import dataclasses
from typing import Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.face import regions
from mien.head.schema import LABEL
from mien.head.texture import HIGHEST, LOWEST, dequantise, quantise
from mien.persona.light_fit import scene_light
from mien.persona.occluders import Cover, nothing_over
from mien.persona.placement import Sight
from mien.persona.texture_light import evened
from mien.persona.texture_map import COLUMNS, LUMINANCE, ROWS, blurred, completed, unwrapped
from mien.seeding import rng
from mien.types import Landmarks

__all__ = ["COLUMNS", "ROWS", "Likeness", "TextureSource", "fit_texture"]

Likeness: TypeAlias = Literal["off", "detail", "full"]
Mask = NDArray[np.bool_]
Map = NDArray[np.float32]
FloatMap = NDArray[np.floating]

_DARKEST = 0.006  # scene light below which a ratio says nothing
_PULL_CM, _PULL_HOLD = 1.3, 0.3
_DELIGHT = 0.85
_DETAIL_CM = 0.8
"""Details are finer than this; coarser differences are colour and light."""
_BROW_CM = 0.68
_FOLD_CM, _FOLD_SHARE = 0.7, 0.75
_CORNER_CM, _CORNER_FINE = 1.1, 0.12
"""What a smile puts beside the corners of the mouth is finer than the one, coarser than the other:
a mole stays."""
_FRINGE_CM = 1.1
"""Dark things in the brows this near to hair are hair or its shadow."""
_SHADOW_CM, _SHADOW = 1.6, -0.10
"""So is what is darker than this, log ratio, on the forehead this near to hair."""
_COVERED, _FRAMED = 0.22, 0.20
"""Odds from which a pixel is believed to show a thing before the face, or a frame of glasses."""
_FRAMES_CM2 = 1.0
"""Of frames, seen with confidence, that nobody paints on: real faces without had at most .3."""
_BROWS = 0.5
"""Share of the brows that has to be seen."""
_NECK, _BEHIND = -11.1, -4.5
"""Lower than the one, or behind the other under the jaw, is neck: in the shadow of the chin."""
_HUE = 0.08
"""Colour of single skin texels may differ from the usual by this much, log ratio."""


@dataclasses.dataclass(frozen=True, eq=False)
class TextureSource:
    """What a texture is made from.

    view        photo and bare head (no brows, beard, freckles, roots), same light
    wanted      (68, 2) pixels: where the photo's landmarks are, detector's bias removed
    hair        (s, s) True where the photo shows hair
    open_mouth  teeth or the inside of the mouth are seen: lips stay the head's own
    glasses     the face surely wears some
    folded      how far an expression folds the cheeks, 0..1
    cropped     the hair is so short that it belongs to the skin, and the head is drawn with it
    cover       what else stands before the face; None: nothing
    brows       the photo shows the brows: else they are painted, and the skin under them is bare
    """

    view: Sight
    wanted: Landmarks
    hair: Mask
    open_mouth: bool
    glasses: bool = False
    folded: float = 0.0
    cropped: bool = False
    cover: Cover | None = None
    brows: bool = True


@dataclasses.dataclass(frozen=True, eq=False)
class _Ground:
    """Shared maps of one texture: rest position and what is seen where."""

    across: Map
    up: Map
    front: Map
    normals: Map
    labels: NDArray[np.uint8]
    hairline: Map
    brow_zone: Mask
    unit: float

    def disc(self, radius: float) -> NDArray[np.uint8]:
        side = 2 * max(1, round(radius * self.unit)) + 1
        return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)

    def grown(self, mask: Mask, radius: float) -> Mask:
        return cv2.dilate(mask.astype(np.uint8), self.disc(radius)) > 0

    def named(self, *names: str) -> Mask:
        return np.isin(self.labels, [LABEL[name] for name in names])

    @property
    def eye_zone(self) -> Mask:
        return (np.abs(self.up) < 1.3) & (np.abs(self.across - 3.2) < 2.0)

    @property
    def lip_zone(self) -> Mask:
        return (np.abs(self.up + 7.0) < 1.6) & (self.across < 3.2)

    @property
    def corners(self) -> Map:
        """1 just beside the corners of the mouth, 0 from 2.2 cm on, smooth."""
        apart = np.hypot(self.across - 3.4, self.up + 6.8) / 2.2
        return np.asarray(np.clip(1.0 - apart**2, 0.0, 1.0), np.float32)


def fit_texture(source: TextureSource, likeness: Likeness) -> Map | None:
    """Log-ratio texture (640, 1024, 3) as it will be stored; None for likeness "off".

    "full" carries the photo's colours, "detail" only what is finer than about a centimetre.
    """
    if likeness == "off":
        return None
    ground, ratio = _ground(source), _log_ratio(source)
    seen = _usable(source, ground)
    ratio = _delighted(ratio, seen, ground)
    ratio = evened(ratio, source.view.drawn.rest, _of_one_hue(ratio, seen, ground))
    seen &= ~_foreign(ratio, seen, ground, source)
    weight = _trust(seen, ground)
    ratio = _matted(ratio, seen, ground, folded=source.folded)
    texture, confidence = unwrapped(source.view.drawn.rest, ratio, weight)
    texture = completed(texture, confidence)
    if likeness == "detail":
        texture = texture - blurred(texture, _DETAIL_CM)
    kept = np.clip(texture, LOWEST, HIGHEST).astype(np.float32)
    return dequantise(quantise(kept))


def brows_seen(source: TextureSource) -> bool:
    """Whether hair or frames leave enough of both brows to take them from the photo."""
    ground = _ground(source)
    shown = ground.brow_zone & (ground.hairline > -90) & (ground.normals[..., 2] > 0.22)
    hidden = _covered(source, ground) | (source.hair & (ground.hairline > -3.2))
    return bool((shown & ~hidden).sum() >= _BROWS * shown.sum())


def _ground(source: TextureSource) -> _Ground:
    drawn = source.view.drawn
    rest = np.nan_to_num(drawn.rest, nan=-99.0)
    return _Ground(
        across=np.abs(rest[..., 0]),
        up=rest[..., 1],
        front=rest[..., 2],
        normals=drawn.normals,
        labels=drawn.labels,
        hairline=drawn.hairline,
        brow_zone=_brow_zone(source),
        unit=source.view.unit,
    )


def _brow_zone(source: TextureSource) -> Mask:
    """Within `_BROW_CM` of the lines of the brows: dark there is hair that belongs there."""
    size, width = source.view.image.shape[0], 2 * _BROW_CM * source.view.unit
    points = source.view.landmarks
    return regions.stroke(points[17:22], width, size) | regions.stroke(points[22:27], width, size)


def _log_ratio(source: TextureSource) -> Map:
    """(s, s, 3) log of photo over render, in scene light, the photo pulled onto the head."""
    view = source.view
    photo = scene_light(_pulled(source))
    render = scene_light(view.drawn.rgb)
    ratio = np.log(np.maximum(photo, _DARKEST) / np.maximum(render, _DARKEST))
    return np.clip(ratio, -2.6, 2.0)


def _pulled(source: TextureSource) -> NDArray[np.uint8]:
    """The photo warped so that its landmarks lie on the head's: Gaussian RBF ridge regression.

    The contour is left alone: it is where the head ends in this view, not a place on the skin.
    Brows are held where they are: they are paint, which the head has nowhere else to put.
    """
    view = source.view
    model = view.drawn.landmarks[17:].copy()
    offset = source.wanted[17:] - model
    model[:10], offset[:10] = view.landmarks[17:27], 0.0
    size, width = view.image.shape[0], _PULL_CM * view.unit
    away = ((model[:, None] - model[None]) ** 2).sum(2)
    kernel = np.exp(-away / (2 * width**2))
    weights = np.linalg.solve(kernel + _PULL_HOLD * np.eye(len(model)), offset)
    step = 16
    axis = np.arange(step / 2 - 0.5, size + step, step)
    x, y = np.meshgrid(axis, axis)
    grid = np.stack([x.ravel(), y.ravel()], 1)
    reach = np.exp(-((grid[:, None] - model[None]) ** 2).sum(2) / (2 * width**2))
    coarse = (reach @ weights).reshape(len(axis), len(axis), 2).astype(np.float32)
    field = cv2.resize(coarse, None, fx=step, fy=step, interpolation=cv2.INTER_LINEAR)
    field = field[:size, :size]
    columns, rows = np.meshgrid(
        np.arange(size, dtype=np.float32), np.arange(size, dtype=np.float32)
    )
    pulled = cv2.remap(
        view.image,
        columns + field[..., 0],
        rows + field[..., 1],
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(pulled, np.uint8)


def _usable(source: TextureSource, ground: _Ground) -> Mask:
    """Skin, brows and lips of the head that the photo shows well."""
    view = source.view
    face = ground.named("skin", "brow", "lips") & (ground.hairline > -90)
    seen = face & view.inside & (ground.normals[..., 2] > 0.22)
    seen &= (ground.up > _NECK) & ((ground.up > -9.0) | (ground.front > _BEHIND))
    seen &= ~_covered(source, ground)
    if not source.brows:
        seen &= ~ground.grown(ground.brow_zone, 0.25)
    if not source.cropped:
        seen &= ground.hairline < -0.25
    seen &= ~ground.grown(ground.named("sclera", "iris", "lash"), 0.10)
    if source.open_mouth:
        seen &= ~ground.grown(ground.named("lips", "mouth", "teeth"), 0.28)
    else:
        seen &= ~ground.grown(ground.named("mouth"), 0.06)
    solid = face | ground.named("mouth", "sclera", "iris", "teeth", "lash")
    seen &= cv2.erode(solid.astype(np.uint8), ground.disc(0.22)) > 0
    if source.cropped:
        return seen & (source.hair | (ground.hairline < -0.25))
    return seen & ~ground.grown(source.hair & (ground.hairline > -3.2), 0.30)


def _covered(source: TextureSource, ground: _Ground) -> Mask:
    """Where the parsing network sees things before the skin.

    Hair near its line is the mask's business, which knows its style; and dark hair over a brow is
    more often the brow.
    """
    cover = source.cover or nothing_over(len(source.hair))
    things = (cover.things > _COVERED) & (ground.hairline < -1.2)
    things &= ~ground.brow_zone | (cover.things > cover.brows + 0.4)
    things = cv2.morphologyEx(things.astype(np.uint8), cv2.MORPH_OPEN, ground.disc(0.15)) > 0
    frames = (cover.glasses > _FRAMED) & (cover.glasses > cover.brows) & _worn(source, ground)
    return ground.grown(things, 0.45) | ground.grown(frames, 0.12)


def _worn(source: TextureSource, ground: _Ground) -> bool:
    """Whether there are glasses: lids that are painted dark look a little like frames."""
    frames = 0 if source.cover is None else int((source.cover.glasses > 0.5).sum())
    return source.glasses or frames > _FRAMES_CM2 * ground.unit**2


def _middle(seen: Mask, ground: _Ground) -> Mask:
    """Cheeks and nose: the part of the face that is nearly always plain skin."""
    skin = seen & (ground.labels == LABEL["skin"])
    middle = skin & (ground.up < -1.0) & (ground.up > -5.6) & (ground.across < 5.0)
    return middle if middle.sum() >= 100 else skin


def _harmonics(normals: Map) -> Map:
    """(..., 8) second-order functions of direction, as smooth light is (Ramamoorthi 2001)."""
    x, y, z = normals[..., 0], normals[..., 1], normals[..., 2]
    return np.stack([np.ones_like(x), x, y, z, x * x - y * y, x * y, x * z, y * z], axis=-1)


def _plain(ratio: Map, seen: Mask, ground: _Ground) -> Mask:
    """Bare skin of about the usual colour: what tells of the light."""
    middle = _middle(seen, ground)
    if not middle.any():
        return middle
    usual = np.median(ratio[middle], axis=0)
    plain = seen & (ground.labels == LABEL["skin"])
    plain &= ~(ground.brow_zone | ground.eye_zone | ground.lip_zone)
    return plain & (np.linalg.norm((ratio - usual) / [0.35, 0.35, 0.4], axis=2) < 2.2)


def _delighted(ratio: Map, seen: Mask, ground: _Ground) -> Map:
    """The ratio without what varies with the direction of the skin: light, not paint."""
    middle = _middle(seen, ground)
    if middle.sum() < 100:
        return ratio
    rows, columns = np.nonzero(_plain(ratio, seen, ground))
    if len(rows) > 4000:
        chosen = rng("delight", len(rows)).choice(len(rows), 4000, replace=False)
        rows, columns = rows[chosen], columns[chosen]
    design = _harmonics(ground.normals[rows, columns]).astype(np.float64)
    wanted = ratio[rows, columns] @ LUMINANCE
    first = np.clip((ground.normals[rows, columns, 2] - 0.22) / 0.4, 0, 1).astype(np.float64)
    weight, hold = first, np.diag([1e-3, 6, 6, 6, 25, 25, 25, 25]) * len(rows) / 2000
    strength = np.zeros(8)
    for _ in range(4):
        weighted = design * weight[:, None]
        strength = np.linalg.solve(weighted.T @ design + hold, weighted.T @ wanted)
        weight = first / (1 + ((wanted - design @ strength) / 0.12) ** 2)
    shade = _harmonics(ground.normals) @ strength.astype(np.float32)
    shade = np.clip(shade - np.float32(np.median(design @ strength)), -0.7, 0.7)
    return np.asarray(ratio - _DELIGHT * shade[..., None], np.float32)


def _of_one_hue(ratio: Map, seen: Mask, ground: _Ground) -> Mask:
    """Bare skin whose hue is usual, however dark: a shadow changes little else."""
    middle = _middle(seen, ground)
    if not middle.any():
        return middle
    away = ratio - np.median(ratio[middle], axis=0)
    light = away @ LUMINANCE
    plain = seen & (ground.labels == LABEL["skin"]) & (np.abs(light) < 1.6)
    plain &= ~(ground.brow_zone | ground.eye_zone | ground.lip_zone)
    return plain & (np.linalg.norm(away - light[..., None], axis=2) < 0.3)


def _foreign(ratio: Map, seen: Mask, ground: _Ground, source: TextureSource) -> Mask:
    """What lies on the skin without being it: strands, their shadows, collars, rims."""
    middle = _middle(seen, ground)
    if not middle.any():
        return ~seen
    usual = np.median(ratio[middle], axis=0)
    away = np.linalg.norm((ratio - usual) / [0.33, 0.33, 0.42], axis=2)
    lighter = (ratio - usual) @ LUMINANCE
    brows = ground.brow_zone & ~ground.grown(source.hair, _FRINGE_CM)
    forehead = (ground.up > 2.5) & ~brows
    side = ground.across > 4.4
    if source.cropped:
        brows = brows | (ground.hairline > -1.2)
        forehead, side = forehead & ~brows, side & ~brows
    high = side & (ground.up > -5.5) & ~brows
    low = (ground.up < -9.2) | (side & (ground.up <= -5.5))
    bad = forehead & ((away > 1.5) | (lighter < -0.30))
    bad |= forehead & (lighter < _SHADOW) & ground.grown(source.hair, _SHADOW_CM)
    bad |= (high & (away > 1.7)) | (low & ((away > 2.6) | (lighter > 0.45)))
    bad = cv2.morphologyEx(bad.astype(np.uint8), cv2.MORPH_OPEN, ground.disc(0.07)) > 0
    bad = ground.grown(bad, 0.22) & ~brows
    return bad | _rims(lighter, ground) if _worn(source, ground) else bad


def _rims(lighter: FloatMap, ground: _Ground) -> Mask:
    """Thin dark or bright lines around the eyes: frames of glasses and what they mirror."""
    values = lighter.astype(np.float32)
    disc = ground.disc(0.28)
    dark = cv2.morphologyEx(values, cv2.MORPH_BLACKHAT, disc) > 0.16
    bright = cv2.morphologyEx(values, cv2.MORPH_TOPHAT, disc) > 0.22
    around = (ground.up > -3.6) & (ground.up < 1.9) & ~ground.brow_zone
    lids = (np.abs(ground.up) < 0.75) & (np.abs(ground.across - 3.2) < 1.75)
    return ground.grown((dark | bright) & around & ~lids, 0.08)


def _trust(seen: Mask, ground: _Ground) -> Map:
    """(s, s) weight: falls off towards grazing skin and towards the edge of what is usable."""
    frontal = np.clip((ground.normals[..., 2] - 0.22) / 0.4, 0, 1)
    padded = np.pad(seen.astype(np.uint8), 1)
    inner = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
    return (frontal * np.clip(inner / (0.35 * ground.unit), 0, 1) * seen).astype(np.float32)


def _matted(ratio: Map, seen: Mask, ground: _Ground, *, folded: float) -> Map:
    """Highlights pressed down, for gloss is the renderer's to draw; odd colours of skin calmed.

    Where a channel of the photo is nearly white, its ratio says more about the camera than about
    the skin; and skin varies in lightness far more than in hue. Lips and brows may.
    """
    middle = _middle(seen, ground)
    if not middle.any():
        return ratio
    usual = np.median(ratio[middle], axis=0)
    away = ratio - usual
    light = away @ LUMINANCE
    tint = away - light[..., None]
    size = np.maximum(np.linalg.norm(tint, axis=2), 1e-6)
    skin = ground.named("skin", "brow")
    hairy = ground.brow_zone | (ground.hairline > -1.2)
    # The darker, the more it is hair, whose hue is its own.
    hue = _HUE + np.where(hairy, 0.8 * np.maximum(-light - 0.25, 0.0), 0.0)
    hue = np.where(ground.named("lips"), 2 * _HUE, hue)
    kept = np.where(skin | ground.named("lips"), np.minimum(1.0, hue / size), 1.0)
    shine = light - np.where(ground.hairline > -0.2, 0.0, 0.12)
    press = np.where((shine > 0) & (ground.labels == LABEL["skin"]), -0.6 * shine, 0.0)
    press = np.where((ground.hairline > -0.2) & (shine > 0), -shine, press)
    press += folded * _unfolded(light, seen, ground)
    calm = usual + (light + press)[..., None] + tint * kept[..., None]
    return calm.astype(np.float32)


def _unfolded(light: FloatMap, seen: Mask, ground: _Ground) -> FloatMap:
    """What to add so that folds of the cheeks lose most of their depth, corners of the mouth all.

    They are shadows of an expression that the neutral face does not have; beside the corners it
    leaves bright ridges too. What is compared is skin with skin: lips and the inside of the mouth
    would pass for its shadows.
    """
    plain = seen & (ground.labels == LABEL["skin"])
    fold = np.maximum(_around(light, plain, ground, _FOLD_CM) - light - 0.06, 0.0)
    corner = _around(light, plain, ground, _CORNER_CM) - _around(light, plain, ground, _CORNER_FINE)
    cheeks = plain & (ground.up < -1.2) & (ground.up > -9.5) & ~ground.lip_zone
    lifted = np.where(cheeks, _FOLD_SHARE * fold, 0.0)
    share = ground.corners
    return np.where(plain, (1 - share) * lifted + share * corner, 0.0)


def _around(light: FloatMap, plain: Mask, ground: _Ground, cm: float) -> FloatMap:
    """What plain skin within about `cm` of each pixel shows on average."""
    weight, sigma = plain.astype(np.float32), cm * ground.unit
    total = cv2.GaussianBlur(np.asarray(light * weight, np.float32), (0, 0), sigma)
    return total / np.maximum(cv2.GaussianBlur(weight, (0, 0), sigma), 1e-3)
