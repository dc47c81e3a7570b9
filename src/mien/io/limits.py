"""How large a file may be before mien refuses it, all numbers in one place.

Every limit is checked on the header or on the size of the file, before anything is decoded.
"""

from __future__ import annotations

import dataclasses

MIB = 2**20


@dataclasses.dataclass(frozen=True)
class ImageLimits:
    """What `mien.io.image` accepts.

    max_bytes    size of the file
    max_pixels   width times height
    max_side     width, and height, in pixels
    """

    max_bytes: int = 64 * MIB
    max_pixels: int = 80_000_000
    max_side: int = 20_000


@dataclasses.dataclass(frozen=True)
class VideoLimits:
    """What `mien.io.video` accepts.

    max_bytes     size of the file
    max_pixels    width times height of a frame (8192 x 4320 fits)
    max_side      width, and height, of a frame in pixels
    max_seconds   length
    max_frames    number of frames
    """

    max_bytes: int = 4096 * MIB
    max_pixels: int = 36_000_000
    max_side: int = 8192
    max_seconds: float = 3600.0
    max_frames: int = 250_000


@dataclasses.dataclass(frozen=True)
class WeightLimits:
    """What `mien.io.weights` accepts.

    max_bytes     size of the file
    max_header    bytes of its JSON header
    max_tensors   number of tensors
    """

    max_bytes: int = 1024 * MIB
    max_header: int = 4 * MIB
    max_tensors: int = 20_000


IMAGE_LIMITS = ImageLimits()
VIDEO_LIMITS = VideoLimits()
WEIGHT_LIMITS = WeightLimits()

PROFILE_BYTES = 4 * MIB
"""Colour profiles above this are ignored: real ones hold 500 bytes to 2 MiB."""

XMP_BYTES = 64 * 1024
"""Metadata packets above this are not mien's: its own hold about 1 KiB."""

STEM_BYTES = 200
"""UTF-8 bytes of a result's stem; leaves room for `-jpeg.face12-34.png` in the usual 255."""
