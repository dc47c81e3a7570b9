"""Pictures inside a GLB file: PNG or JPEG, decoded with limits, in linear colour with alpha."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image as PillowImage

from mien.errors import InputError
from mien.head.lambert import GAMMA
from mien.head.layout import Float32
from mien.io.image import decode_image
from mien.io.limits import MIB, ImageLimits
from mien.jobs.character.engines.glb_file import Container, mapping

LIMITS = ImageLimits(max_bytes=64 * MIB, max_pixels=8192 * 8192, max_side=8192)
LARGEST = 512
"""Textures are made this small once: faces are drawn small, and fine detail would flicker."""


def read_texture(container: Container, told: Any) -> Float32 | None:
    """(h, w, 4) float32 linear RGB and alpha of a material's texture, or None.

    Raises ValueError for a picture that cannot be read or lies outside of the file.
    """
    if told is None:
        return None
    texture = container.item("textures", mapping(told, "texture").get("index"))
    if "source" not in texture:  # only as a format of an extension
        return None
    image = container.item("images", texture["source"])
    if "bufferView" not in image:
        raise ValueError("a picture outside of the file")
    data = container.view_bytes(image["bufferView"])
    try:
        decode_image(data, name="texture", limits=LIMITS)  # damage and size, in one place
        with PillowImage.open(BytesIO(data), formats=("PNG", "JPEG")) as opened:
            picture = opened.convert("RGBA")
    except (InputError, OSError, SyntaxError) as problem:
        raise ValueError("a picture that cannot be read") from problem
    picture.thumbnail((LARGEST, LARGEST), PillowImage.Resampling.BOX)
    values = np.asarray(picture, np.float32) / np.float32(255.0)
    values[..., :3] **= np.float32(GAMMA)
    return values
