"""Eyes that look elsewhere or open wider: the eyeball completed under its lids.

A photo shows only what lies between the lids. The rest of the iris is drawn by its own profile
from the pupil outwards, the rest of the white by its median; a moved eye then takes its pixels
from that completed eye.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.face import affine, regions
from mien.face.align import align_head
from mien.face.eyes import open_eyes
from mien.persona.light_fit import lab_of
from mien.persona.window import Place
from mien.types import Image, Landmarks

FloatArray = NDArray[Any]  # float32, which OpenCV's types do not tell

_VIEW = 384
_SMALLEST = 4.5  # pixels of an iris below which there is nothing to complete
_REACH = 2.2  # iris radii that the completed eye extends beyond its opening
_RINGS = 12
_EDGE = 0.09  # of the iris radius: softness of its rim
_BRIGHT = 85  # percentile: what is brighter in a ring is a reflection
_WHITE_BASE, _WHITE_SLOPE = 26.0, 0.6
"""Lightness of an eye's white from that of the skin around: 44 beside dark skin, 74 beside pale."""
_WHITE_RANGE = (0.88, 1.3)  # of that: what is measured is believed within
_WHITE_CHROMA = 0.45  # of the skin's, at most
_MOVED = (0.25, 0.9)  # working pixels against the lids: from where to where an eye is repainted


@dataclasses.dataclass(frozen=True, eq=False)
class Eyeball:
    """One completed eye.

    picture  (h, w, 3) float32 display values; place: its rows and columns in the window
    """

    picture: FloatArray
    place: Place


def complete_eyes(
    photo: Image, landmarks: Landmarks, corner: tuple[int, int], opening: FloatArray
) -> tuple[Eyeball, ...]:
    """The open eyes of a face, completed.

    landmarks  (68, 2) photo pixels
    corner     column and row of the window's first pixel
    opening    (h, w) float32 of the window: 1 where the photo shows an eyeball
    """
    view = regions.head_view(photo, landmarks, _VIEW)
    to_photo = affine.invert(align_head(landmarks, _VIEW).matrix)
    height, width = opening.shape
    part = photo[corner[1] : corner[1] + height, corner[0] : corner[0] + width]
    found = []
    for eye in open_eyes(view, regions.to_linear(view.image).mean(2)):
        centre = affine.transform(to_photo, eye.centre) - corner
        radius = eye.radius * affine.step_of(affine.invert(to_photo))
        completed = _complete(part, opening, centre, radius)
        if completed is not None:
            found.append(completed)
    return tuple(found)


def _complete(
    part: Image, opening: FloatArray, centre: NDArray[np.float64], radius: float
) -> Eyeball | None:
    """None where too little of the iris is seen."""
    reach = (1 + _REACH) * radius
    low = np.floor(np.maximum(centre - reach, 0)).astype(int)
    high = np.ceil(np.minimum(centre + reach + 1, opening.shape[::-1])).astype(int)
    if (high - low < 4).any():
        return None
    place = slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))
    picture, open_here = part[place].astype(np.float32), opening[place]
    rows, columns = np.mgrid[place].astype(np.float32)
    away = np.hypot(columns - centre[0], rows - centre[1]) / radius
    # Lashes hang over the edge of the opening, most from above.
    size = max(1, round(0.15 * radius))
    lashes = np.zeros((4 * size + 1, 2 * size + 1), np.uint8)
    lashes[: 3 * size + 1] = 1
    sure = cv2.erode(open_here, lashes) > 0.9
    if radius < _SMALLEST or (sure & (away < 1)).sum() < 12:
        return None
    profile = _profile(picture, away, sure)
    white = _white(picture, away, sure, _skin_around(picture, open_here, away))
    stops = (np.arange(_RINGS) + 0.5) / _RINGS
    iris = np.stack([np.interp(away, stops, profile[:, k]) for k in range(3)], axis=-1)
    rim = np.clip((away - 1.0) / _EDGE + 0.5, 0.0, 1.0)[..., None]
    # The ball turns away from the light at its sides.
    falloff = np.clip(1.06 - 0.10 * np.maximum(away - 1.0, 0.0), 0.5, 1.0)[..., None]
    drawn = iris * (1 - rim) + white * falloff * rim
    kept = cv2.GaussianBlur(sure.astype(np.float32), (0, 0), max(0.5, 0.08 * radius))
    kept = np.minimum(kept, open_here)[..., None]
    return Eyeball((drawn + (picture - drawn) * kept).astype(np.float32), place)


def _profile(picture: FloatArray, away: FloatArray, sure: NDArray[np.bool_]) -> FloatArray:
    """(_RINGS, 3) colours of the iris from its middle to its rim, without reflections."""
    luminance = picture.mean(2)
    profile = np.full((_RINGS, 3), np.nan, np.float32)
    for ring in range(_RINGS):
        mask = sure & (away >= ring / _RINGS) & (away < (ring + 1.0) / _RINGS)
        if mask.sum() < 3:
            continue
        dim = mask & (luminance <= np.percentile(luminance[mask], 60))
        profile[ring] = np.median(picture[dim], axis=0)
    known = np.flatnonzero(np.isfinite(profile[:, 0]))
    if not len(known):
        return np.full((_RINGS, 3), 40.0, np.float32)
    filled = [np.interp(np.arange(_RINGS), known, profile[known, k]) for k in range(3)]
    return np.stack(filled, 1).astype(np.float32)


def _skin_around(picture: FloatArray, opening: FloatArray, away: FloatArray) -> FloatArray:
    """(3,) Lab of the skin around an eye, without lashes and brow."""
    lab = lab_of(picture)
    mask = (opening < 0.05) & (away > 1.3)
    if mask.any():
        mask &= lab[..., 0] >= np.median(lab[mask, 0])
    else:
        mask[:] = True
    return np.asarray(np.median(lab[mask], axis=0), np.float32)


def _white(
    picture: FloatArray, away: FloatArray, sure: NDArray[np.bool_], skin: FloatArray
) -> FloatArray:
    """(3,) display values of the white of the eye.

    What little of it narrow eyes show is mixed with lashes and lids, so it is held to what whites
    are: less coloured than the skin around them (3,), Lab, and about as light.
    """
    light, chroma = _WHITE_BASE + _WHITE_SLOPE * skin[0], _WHITE_CHROMA * np.hypot(*skin[1:])
    mask = sure & (away > 1.2)
    found = np.array([light, 0.5 * skin[1] * _WHITE_CHROMA, skin[2] * _WHITE_CHROMA])
    if mask.sum() >= 8:
        luminance = picture.mean(2)
        bright = mask & (luminance >= np.percentile(luminance[mask], 40))
        bright &= luminance <= np.percentile(luminance[mask], _BRIGHT)
        seen = np.median(picture[bright if bright.any() else mask], axis=0)
        found = lab_of(seen[None, None])[0, 0].astype(np.float64)
    found[0] = np.clip(found[0], *(light * np.array(_WHITE_RANGE)))
    found[1:] *= min(1.0, chroma / max(float(np.hypot(*found[1:])), 1e-6))
    made = cv2.cvtColor(found.astype(np.float32)[None, None], cv2.COLOR_LAB2RGB)
    return np.asarray(made[0, 0] * 255, np.float32)


def paint_eye(
    moved: Image, eyeball: Eyeball, shift: FloatArray, share: FloatArray, shade: FloatArray
) -> None:
    """Repaint one eye of `moved` (h, w, 3) from its completed eyeball, in place.

    All of the eyeball's place: shift (h, w, 2) photo pixels to where each pixel comes from;
    share (h, w) 0..1 how much of it is repainted; shade (h, w) 0..1 what the lids leave of light
    """
    rows, columns = np.mgrid[: share.shape[0], : share.shape[1]].astype(np.float32)
    x, y = columns + shift[..., 0], rows + shift[..., 1]
    picture = cv2.remap(eyeball.picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    before = moved[eyeball.place]
    mixed = before + (picture * shade[..., None] - before) * share[..., None]
    moved[eyeball.place] = np.clip(mixed + 0.5, 0, 255).astype(np.uint8)


def repaint_share(
    exact: FloatArray, shift: FloatArray, eyeball: NDArray[np.bool_], opening: FloatArray
) -> FloatArray:
    """(h, w) how much of an eyeball's pixels have to be repainted, working resolution.

    exact, shift  (h, w, 2) flow of the eyeball and of what surrounds it, working pixels
    opening       (h, w) 1 where the photo shows an eyeball

    That is where it moves against its lids, and where it comes from under them.
    """
    rows = np.flatnonzero(eyeball.any(axis=1))
    share = np.zeros(eyeball.shape, np.float32)
    if not len(rows):
        return share
    low, high = max(0, rows.min() - 16), rows.max() + 17
    band = np.s_[low:high]
    lids = ~eyeball[band]
    around = cv2.blur(np.where(lids[..., None], shift[band], 0).astype(np.float32), (31, 31))
    count = np.maximum(cv2.blur(lids.astype(np.float32), (31, 31)), 0.05)
    against = np.hypot(*np.moveaxis(exact[band] - around / count[..., None], 2, 0))
    moved = np.clip((against - _MOVED[0]) / (_MOVED[1] - _MOVED[0]), 0.0, 1.0)
    grid_y, grid_x = np.mgrid[low : low + len(lids), : eyeball.shape[1]].astype(np.float32)
    shown = cv2.remap(
        opening, grid_x + exact[band][..., 0], grid_y + exact[band][..., 1], cv2.INTER_LINEAR
    )
    share[band] = np.maximum(moved, 1.0 - shown) * eyeball[band]
    return share


def lid_shade(eyeball: NDArray[np.bool_], eyes: float) -> FloatArray:
    """(h, w) light on the eyeballs under their lids, 0..1; `eyes`: working pixels."""
    inside = eyeball.astype(np.uint8)
    # Moved up, the mask's edge is farther from the lower lid than from the upper one.
    above = np.roll(inside, round(0.02 * eyes), axis=0) & inside
    depth = cv2.distanceTransform(above, cv2.DIST_L2, 3)
    return (0.78 + 0.22 * np.clip(depth / (0.035 * eyes), 0.0, 1.0)).astype(np.float32)
