"""Textures in their own plane: from pixels to texels, holes filled, patches of light calmed."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.head.texture import uv_of_rest

Map = NDArray[np.float32]
FloatMap = NDArray[np.floating]

ROWS, COLUMNS = 640, 1024
"""Texels: about 21 per cm around the face, as fine as a picture of 512 pixels."""
LUMINANCE = np.array([0.3, 0.5, 0.2], np.float32)
TEXELS_PER_CM = COLUMNS / 50.0
_SYMMETRY = 0.7
_PATCH_CM = 1.1
_TINT, _GLOW = 0.10, 0.12
"""Coarse tints and lights beyond these log ratios are pressed down to a third."""


def unwrapped(rest: Map, ratio: Map, weight: Map) -> tuple[Map, Map]:
    """Texture (rows, columns, 3) and confidence (rows, columns) of the part that was seen.

    rest    (s, s, 3) rest position of every pixel, ratio (s, s, 3) log ratios
    weight  (s, s) how far each is trusted, 0..1
    """
    used = weight > 0.004
    u, v = uv_of_rest(rest[used])
    x, y = u * (COLUMNS - 1), v * (ROWS - 1)
    left, top = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    values, trust = ratio[used], weight[used].astype(np.float64)
    count, total = np.zeros(ROWS * COLUMNS), np.zeros(ROWS * COLUMNS)
    sums = np.zeros((ROWS * COLUMNS, 3))
    for dx in (0, 1):
        for dy in (0, 1):
            share = np.abs(1 - dx - (x - left)) * np.abs(1 - dy - (y - top)) + 1e-4
            column, row = np.clip(left + dx, 0, COLUMNS - 1), np.clip(top + dy, 0, ROWS - 1)
            place = row * COLUMNS + column
            count += np.bincount(place, share, ROWS * COLUMNS)
            total += np.bincount(place, share * trust, ROWS * COLUMNS)
            for k in range(3):
                sums[:, k] += np.bincount(place, share * values[:, k], ROWS * COLUMNS)
    shape = (ROWS, COLUMNS)
    spread = [cv2.GaussianBlur(part, (0, 0), 0.7) for part in _reshaped(shape, count, total, sums)]
    count, total, sums = spread
    texture = sums / np.maximum(count, 1e-4)[..., None]
    confidence = total / np.maximum(count, 1e-4) * np.clip(count / 0.02, 0, 1)
    return texture.astype(np.float32), confidence.astype(np.float32)


def _reshaped(shape: tuple[int, int], *flat: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    return [part.reshape(*shape, *part.shape[1:]) for part in flat]


def blurred(values: FloatMap, cm: float) -> FloatMap:
    """Gaussian blur, on a copy shrunk as far as the blur allows."""
    sigma = cm * TEXELS_PER_CM
    step = 4 if sigma >= 8 else 1
    height, width = values.shape[:2]
    small = cv2.resize(values, (width // step, height // step), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / step)
    wide = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(wide, values.dtype)


def completed(texture: Map, confidence: Map) -> Map:
    """Holes filled from the other half of the face and from around; 0 far from the face."""
    other, other_confidence = texture[:, ::-1], confidence[:, ::-1]
    share = np.clip((other_confidence - confidence) / 0.5, 0, 1) * (other_confidence > 0.1)
    mixed = texture * (1 - share[..., None]) + other * share[..., None]
    confidence = np.maximum(confidence, other_confidence * share)
    filled = _filled(mixed, confidence)
    # Coarse differences between left and right are light, not face.
    coarse = _coarse(filled) @ LUMINANCE
    lopsided = coarse - 0.5 * (coarse + coarse[:, ::-1])
    filled = _calmed(filled - _SYMMETRY * lopsided[..., None])
    reach = blurred((confidence > 0.02).astype(np.float32), 0.9)
    fade = np.maximum(np.clip(1.6 * reach, 0, 1), confidence)
    return np.asarray(filled * fade[..., None], np.float32)


def _coarse(texture: FloatMap) -> FloatMap:
    """The texture blurred over `_PATCH_CM`, dark things left out: brows would cast haloes."""
    height, width = texture.shape[:2]
    small = cv2.resize(texture, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
    plain = 1.0 / (1.0 + (small @ LUMINANCE / 0.3) ** 4)
    weighted = np.concatenate([small * plain[..., None], plain[..., None]], axis=2)
    spread = cv2.GaussianBlur(weighted, (0, 0), _PATCH_CM * TEXELS_PER_CM / 4)
    coarse = spread[..., :3] / np.maximum(spread[..., 3:], 1e-3)
    wide = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(wide, texture.dtype)


def _calmed(texture: FloatMap) -> FloatMap:
    """Coarse patches of light and of foreign colour pressed down; coarse dark (a beard) stays."""
    coarse = _coarse(texture)
    light = coarse @ LUMINANCE
    tint = coarse - light[..., None]
    size = np.maximum(np.linalg.norm(tint, axis=2), 1e-6)
    calm_tint = (
        tint * (np.minimum(size, _TINT + 0.3 * np.maximum(size - _TINT, 0)) / size)[..., None]
    )
    calm_light = np.minimum(light, _GLOW + 0.3 * np.maximum(light - _GLOW, 0))
    return texture - coarse + calm_tint + calm_light[..., None]


def _filled(texture: FloatMap, confidence: Map) -> FloatMap:
    """Push-pull (Gortler et al. 1996): weak texels take the average of ever larger surroundings."""
    values: list[FloatMap] = [texture * confidence[..., None]]
    weights: list[FloatMap] = [confidence]
    while min(values[-1].shape[:2]) >= 4:
        values.append(np.asarray(cv2.pyrDown(values[-1]), np.float32))
        weights.append(np.asarray(cv2.pyrDown(weights[-1]), np.float32))
    filled = values[-1] / np.maximum(weights[-1], 1e-6)[..., None]
    for value, weight in zip(values[-2::-1], weights[-2::-1], strict=True):
        coarse = cv2.pyrUp(filled, dstsize=(value.shape[1], value.shape[0]))
        share = np.clip(weight, 0, 1)[..., None]
        filled = value / np.maximum(weight, 1e-6)[..., None] * share + coarse * (1 - share)
    return filled
