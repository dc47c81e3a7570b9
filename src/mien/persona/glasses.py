"""Glasses: what stands rigid before a face must not bend with its brows.

Frames are found as dark thin lines between brows and nose that hang together with the bridge or
are long. They need not be found whole: skin near them is held still in expressions, so what was
missed beside them stays in line. Rimless glasses and glass itself are not found.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.persona.window import CELL, Window
from mien.types import Image, Landmarks

Values = NDArray[Any]

_THICK = 0.075  # of the eye distance: the thickest line that counts as a frame
_DARKER = 0.16  # of the skin's lightness: how much darker than its surroundings a frame is
_LASHES = 0.045  # of the eye distance around the eyes, where lines are lids and lashes
_UNDER_BROWS = 0.075
_BRIDGE, _BRIDGE_LENGTH, _LENGTH = 0.12, 0.20, 0.30
_JOINED = 0.2
_HELD, _SOFT = 0.05, 0.04  # of the eye distance: how far around a frame skin is held, and how soft


def find_frame(part: Image, landmarks: Landmarks, eyes: float) -> NDArray[np.bool_]:
    """(h, w) where the frame of a pair of glasses is seen; all False where there is none.

    part, landmarks, eyes  the window's pixels, (68, 2) and eye distance in its pixels
    """
    lightness = cv2.cvtColor(part, cv2.COLOR_RGB2LAB)[..., 0].astype(np.float32)
    lightness = cv2.GaussianBlur(lightness, (0, 0), 0.004 * eyes + 0.3)
    region = _between_brows_and_nose(lightness.shape, landmarks, eyes)
    if not region.any():
        return region
    left, top, width, height = cv2.boundingRect(region.astype(np.uint8))
    place = np.s_[top : top + height, left : left + width]
    size = max(3, int(_THICK * eyes) | 1)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    darker = cv2.morphologyEx(lightness[place], cv2.MORPH_BLACKHAT, disc)
    skin = float(np.median(lightness[region]))
    lines = np.zeros(region.shape, bool)
    lines[place] = darker > _DARKER * skin
    return _connected(lines & region, landmarks, eyes)


def _between_brows_and_nose(
    shape: tuple[int, ...], landmarks: Landmarks, eyes: float
) -> NDArray[np.bool_]:
    """(h, w) where frames are looked for: from the brows to the nose's tip, not on lids."""
    across = (landmarks[45] - landmarks[36]) / eyes
    down = np.array([-across[1], across[0]])
    brows = landmarks[17:27] + down * _UNDER_BROWS * eyes
    temples = landmarks[[0, 16]] - down * 0.1 * eyes
    outline = [temples[0], *brows, temples[1], landmarks[14], landmarks[30], landmarks[2]]
    region, lids = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    cv2.fillPoly(region, [np.rint(np.array(outline)).astype(np.int32)], 1)
    for side in (slice(36, 42), slice(42, 48)):
        cv2.fillPoly(lids, [np.rint(landmarks[side]).astype(np.int32)], 1)
    reach = 2 * int(_LASHES * eyes) + 1
    return (region > 0) & (cv2.dilate(lids, np.ones((reach, reach), np.uint8)) == 0)


def _connected(lines: NDArray[np.bool_], landmarks: Landmarks, eyes: float) -> NDArray[np.bool_]:
    """The lines that are long, or shorter but across the bridge of the nose."""
    closed = cv2.morphologyEx(lines.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    _, found, boxes, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    labels = np.asarray(found, np.int64)
    across = (landmarks[45] - landmarks[36]) / eyes
    rows, columns = np.nonzero(closed)
    away = (np.stack([columns, rows], 1) - landmarks[[39, 42]].mean(0)) @ across
    bridges = np.unique(labels[rows, columns][np.abs(away) < _BRIDGE * eyes])
    wide, high = np.asarray(boxes)[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].T
    kept = np.maximum(wide, high) > _LENGTH * eyes
    kept[bridges] |= wide[bridges] > _BRIDGE_LENGTH * eyes
    kept[0] = False
    return kept[labels]


def held_still(frame: NDArray[np.bool_], window: Window, eyes: float) -> Values:
    """(h, w) float32 of the working pixels: 1 at a frame, falling off to 0 around it.

    eyes  working pixels between the outer corners of the eyes
    """
    size = (window.width // CELL, window.height // CELL)
    coarse = cv2.resize(frame.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    reach = 2 * max(1, round(_HELD * eyes / CELL)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    seen = (coarse > 0.05).astype(np.uint8)
    # A rim that runs along the lid was left out there: its two ends are joined.
    bar = np.ones((1, 2 * max(1, round(_JOINED * eyes / CELL)) + 1), np.uint8)
    seen = cv2.morphologyEx(seen, cv2.MORPH_CLOSE, bar)
    wide = cv2.dilate(seen.astype(np.float32), disc)
    soft = cv2.GaussianBlur(wide, (0, 0), _SOFT * eyes / CELL)
    return cv2.resize(soft, (window.width, window.height), interpolation=cv2.INTER_LINEAR)


def carried(frame: NDArray[np.bool_], window: Window, shift: Values) -> Values:
    """(h, w, 1) float32 0..1 where a frame lies in the result, soft at its edges.

    shift  (h, w, 2) of the flow, working pixels
    """
    large = window.enlarge(shift) / np.array(window.scale, np.float32)
    rows, columns = np.mgrid[: frame.shape[0], : frame.shape[1]].astype(np.float32)
    x, y = columns + large[..., 0], rows + large[..., 1]
    moved = cv2.remap(frame.astype(np.float32), x, y, cv2.INTER_LINEAR)
    wide = cv2.dilate(moved, np.ones((3, 3), np.uint8))
    return np.asarray(cv2.blur(wide, (3, 3)))[..., None]
