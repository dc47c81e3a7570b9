"""Painted skin as a picture, for models that leave the renderer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.head.folds import folds
from mien.head.kernels import kernel
from mien.head.layout import ACROSS, ALONG, HAIRLINE, Float32
from mien.head.spot import Spot
from mien.head.surfaces import head_paint
from mien.head.texture import NO_TEXTURE, check_texture


@kernel
def spot_on_map(attributes: Float32) -> Spot:
    """The spot with these vertex attributes (7,), with all its detail: a map is seen from near."""
    return Spot(
        np.float64(attributes[0]),
        np.float64(attributes[1]),
        np.float64(attributes[2]),
        np.float64(attributes[ACROSS]),
        np.float64(attributes[HAIRLINE]),
        0.0,
    )


@kernel
def _bake(attributes: Float32, material: Float32, texture: Float32, albedo: Float32) -> None:
    for row in range(attributes.shape[0]):
        for column in range(attributes.shape[1]):
            here = attributes[row, column]
            if here[0] != here[0]:
                continue
            spot = spot_on_map(here)
            shade = folds(spot, material).shade
            colour = head_paint(spot, np.float64(here[ALONG]), shade, material, texture).colour
            for channel in range(3):
                albedo[row, column, channel] = colour[channel]


def albedo_map(
    material: NDArray[np.floating], attributes: NDArray[np.floating], texture: Float32 | None = None
) -> Float32:
    """Linear RGB albedo (h, w, 3) of the head's skin, exactly as the photo style paints it.

    material    (128,), `material_index`
    attributes  (h, w, 7): the head mesh's vertex attributes (`layout`: rest position, occlusion,
                lip ring, lash line, hairline) rasterised in the model's UV space; NaN where no
                triangle lies, which gives black
    texture     (h, w, 3) log ratios, or None
    Raises InputError for a texture of another shape.
    """
    layer = NO_TEXTURE if texture is None else np.ascontiguousarray(texture, np.float32)
    check_texture(layer)
    albedo = np.zeros((*attributes.shape[:2], 3), np.float32)
    _bake(
        np.ascontiguousarray(attributes, np.float32),
        np.ascontiguousarray(material, np.float32),
        layer,
        albedo,
    )
    return albedo
