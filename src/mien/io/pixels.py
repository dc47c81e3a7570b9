"""From whatever pixels a file holds to upright 8-bit sRGB."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import ExifTags, ImageCms
from PIL import Image as PillowImage

from mien.io.limits import PROFILE_BYTES

_SRGB = ImageCms.createProfile("sRGB")
_BACKGROUND = (255, 255, 255)
"""Under transparent parts: white, as on the page where most such pictures were made to stand."""

_TURNS = {
    2: PillowImage.Transpose.FLIP_LEFT_RIGHT,
    3: PillowImage.Transpose.ROTATE_180,
    4: PillowImage.Transpose.FLIP_TOP_BOTTOM,
    5: PillowImage.Transpose.TRANSPOSE,
    6: PillowImage.Transpose.ROTATE_270,
    7: PillowImage.Transpose.TRANSVERSE,
    8: PillowImage.Transpose.ROTATE_90,
}


def exif_orientation(picture: PillowImage.Image) -> int:
    """The EXIF (or XMP) orientation, 1 to 8; 1 where there is none or it makes no sense.

    After loading, a TIFF always says 1: its reader turns the pixels by itself.
    """
    try:
        value = picture.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # noqa: BLE001 (broken metadata must not cost the picture)
        return 1
    return value if value in _TURNS else 1


def turn_upright(picture: PillowImage.Image, orientation: int) -> PillowImage.Image:
    """The picture as an EXIF orientation of 1 to 8 wants it shown."""
    return picture.transpose(_TURNS[orientation]) if orientation in _TURNS else picture


def to_rgb(picture: PillowImage.Image) -> tuple[PillowImage.Image, list[str]]:
    """A loaded picture of any mode but I, F and LAB as RGB, and message keys of what was done.

    16-bit grey is scaled from 0..65535 to 0..255, rounded; other 16-bit pixels arrive from the
    decoder with their high byte. Transparent parts are put on white.
    """
    notes: list[str] = []
    profile = picture.info.get("icc_profile")
    if picture.mode.startswith("I;16"):
        picture = _reduce_grey(picture)
        notes.append("io.note.sixteen_bit")
    colours, alpha = _split_alpha(picture)
    if colours.mode == "CMYK":
        notes.append("io.note.cmyk")
    if profile:
        colours, note = _apply_profile(colours, profile)
        notes += [note] if note else []
    colours = colours.convert("RGB")
    if alpha is not None and alpha.getextrema() != (255, 255):
        page = PillowImage.new("RGB", colours.size, _BACKGROUND)
        colours = PillowImage.composite(colours, page, alpha)
        notes.append("io.note.alpha")
    return colours, notes


def _reduce_grey(picture: PillowImage.Image) -> PillowImage.Image:
    values = np.asarray(picture).astype(np.uint32)
    return PillowImage.fromarray(((values * 255 + 32767) // 65535).astype(np.uint8))


def _split_alpha(
    picture: PillowImage.Image,
) -> tuple[PillowImage.Image, PillowImage.Image | None]:
    """Colours in mode L, RGB or CMYK, and alpha in mode L or None."""
    if picture.mode in ("L", "RGB", "CMYK") and "transparency" not in picture.info:
        return picture, None
    if picture.mode == "LA":
        return picture.getchannel("L"), picture.getchannel("A")
    if picture.mode in ("RGBA", "PA", "La", "RGBa") or "transparency" in picture.info:
        picture = picture if picture.mode == "RGBA" else picture.convert("RGBA")
        return picture.convert("RGB"), picture.getchannel("A")
    return picture.convert("L" if picture.mode == "1" else "RGB"), None


def _apply_profile(
    picture: PillowImage.Image, profile: bytes
) -> tuple[PillowImage.Image, str | None]:
    """The picture in sRGB, and a note; a profile that is sRGB's own or unusable changes nothing."""
    if len(profile) > PROFILE_BYTES:
        return picture, "io.note.profile_ignored"
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(source).lower():
            return picture, None
        converted = ImageCms.profileToProfile(picture, source, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError, LookupError):
        return picture, "io.note.profile_ignored"
    return (picture, None) if converted is None else (converted, "io.note.profile")
