"""The skin's fine form and sheen as pictures: a normal map, and roughness with occlusion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.head.bake import spot_on_map
from mien.head.kernels import kernel
from mien.head.layout import ALONG, OCCLUSION, Float32
from mien.head.skin import skin_relief
from mien.head.surfaces import head_paint
from mien.head.texture import NO_TEXTURE

FILM = 0.9
"""How much rougher skin with less gloss than usual looks: glTF has no strength of gloss."""
USUAL_GLOSS = 0.15


@kernel
def _surface(attributes: Float32, material: Float32, texture: Float32, out: Float32) -> None:
    """out (h, w, 5): slope of the height in rest space, roughness, strength of the gloss."""
    for row in range(attributes.shape[0]):
        for column in range(attributes.shape[1]):
            here = attributes[row, column]
            if here[0] != here[0]:
                continue
            spot = spot_on_map(here)
            relief = skin_relief(spot, material)
            skin = head_paint(spot, np.float64(here[ALONG]), relief.shade, material, texture)
            out[row, column, 0] = relief.x
            out[row, column, 1] = relief.y
            out[row, column, 2] = relief.z
            out[row, column, 3] = skin.roughness
            out[row, column, 4] = skin.gloss


def _across(shown: NDArray[np.floating], axis: int) -> NDArray[np.float64]:
    """Unit vectors of the rest surface along rows (0) or columns (1) of the map; 0 at its edges."""
    step = np.gradient(shown[..., :3].astype(np.float64), axis=axis)
    step[~np.isfinite(step).all(-1)] = 0.0
    length = np.sqrt((step**2).sum(-1, keepdims=True))
    return step / np.maximum(length, 1e-9)


def skin_maps(
    shown: NDArray[np.float32], material: NDArray[np.floating]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Normals in tangent space, and occlusion / roughness / 0: (h, w, 3) each, as glTF wants them.

    shown (h, w, 7): vertex attributes over the map (`unwrap.unwrapped`)
    """
    found = np.zeros((*shown.shape[:2], 5), np.float32)
    paint = np.ascontiguousarray(material, np.float32)
    _surface(np.ascontiguousarray(shown, np.float32), paint, NO_TEXTURE, found)
    slope = found[..., :3].astype(np.float64)
    right, down = _across(shown, 1), _across(shown, 0)
    normal = np.stack(
        [-(slope * right).sum(-1), (slope * down).sum(-1), np.ones(shown.shape[:2])], -1
    )
    normal /= np.sqrt((normal**2).sum(-1, keepdims=True))
    painted = np.isfinite(shown[..., 0])
    rough = found[..., 3] + FILM * (USUAL_GLOSS - found[..., 4])
    sheen = np.zeros((*shown.shape[:2], 3))
    sheen[..., 0] = np.where(painted, np.clip(shown[..., OCCLUSION], 0, 1), 1.0)
    sheen[..., 1] = np.where(painted, np.clip(rough, 0.2, 1.0), 0.6)
    return _bytes(0.5 + 0.5 * normal), _bytes(sheen)


def _bytes(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    return np.round(np.clip(values, 0, 1) * 255).astype(np.uint8)
