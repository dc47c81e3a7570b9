"""Pictures: in, whatever a phone or scanner made of them; out, with provenance and nothing else.

Files are read as bytes and decoded in memory. Nothing of the input's metadata survives: only
pixels are handed on.
"""

from __future__ import annotations

import dataclasses
import logging
import threading
import warnings
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
from PIL import Image as PillowImage

from mien.errors import InputError, OutputError
from mien.io.atomic import atomic_write_bytes
from mien.io.files import check_bytes, read_bytes
from mien.io.limits import IMAGE_LIMITS, ImageLimits
from mien.io.marking import with_mark
from mien.io.names import terminal_safe
from mien.io.pixels import exif_orientation, to_rgb, turn_upright
from mien.io.provenance import Provenance, xmp_packet
from mien.messages import text
from mien.types import Image

# Without a handler its messages about broken files would go to the standard error stream.
logging.getLogger("PIL").addHandler(logging.NullHandler())

_READERS: tuple[tuple[bytes, type[ImageFile.ImageFile]], ...] = (
    (b"\xff\xd8\xff", JpegImagePlugin.JpegImageFile),
    (b"\x89PNG\r\n\x1a\n", PngImagePlugin.PngImageFile),
    (b"GIF87a", GifImagePlugin.GifImageFile),
    (b"GIF89a", GifImagePlugin.GifImageFile),
    (b"BM", BmpImagePlugin.BmpImageFile),
    (b"II*\0", TiffImagePlugin.TiffImageFile),
    (b"MM\0*", TiffImagePlugin.TiffImageFile),
    (b"II+\0", TiffImagePlugin.TiffImageFile),
    (b"MM\0+", TiffImagePlugin.TiffImageFile),
)

# What people send instead: offset, bytes there, what it is called.
_STRANGERS: tuple[tuple[int, bytes, str], ...] = (
    (4, b"ftypavif", "AVIF"),
    (4, b"ftyphei", "HEIC"),
    (4, b"ftyphev", "HEIC"),
    (4, b"ftypmif1", "HEIC"),
    (4, b"ftypmsf1", "HEIC"),
    (4, b"ftyp", "MP4"),
    (0, b"\x1aE\xdf\xa3", "MKV/WebM"),
    (0, b"%PDF", "PDF"),
    (0, b"8BPS", "PSD"),
    (0, b"PK\x03\x04", "ZIP"),
    (0, b"<svg", "SVG"),
    (0, b"<?xml", "SVG/XML"),
    (0, b"<!DOCTYPE", "HTML"),
    (0, b"<html", "HTML"),
    (0, b"\x00\x00\x01\x00", "ICO"),
    (0, b"\xff\x0a", "JPEG XL"),
    (4, b"JXL ", "JPEG XL"),
    (4, b"jP  ", "JPEG 2000"),
)

# Pillow warns through the process-wide filters; two threads must not restore them crosswise.
_decoding = threading.Lock()


@dataclasses.dataclass(frozen=True)
class ImageInfo:
    """What else is known of a picture that was read.

    width, height   as stored in the file, before turning it upright
    format          "JPEG", "PNG", "WEBP", "BMP", "GIF" or "TIFF"
    notes           message keys of what was done to the pixels, e.g. "io.note.alpha"
    """

    width: int
    height: int
    format: str
    notes: tuple[str, ...] = ()


def read_image(path: Path, *, limits: ImageLimits = IMAGE_LIMITS) -> Image:
    """A picture file as (height, width, 3) RGB uint8, upright, in sRGB.

    JPEG, PNG, WebP, BMP, GIF and TIFF; grey, palette, 1, 8 or 16 bits, CMYK. Transparent parts are
    put on white, 16 bits scaled to 8, EXIF orientation applied, a colour profile converted, and
    of several frames the first is taken.

    Raises InputError with one line where there is no such picture, or where it is too large: size
    limits are checked on the header, before anything is decoded.
    """
    return read_image_with_info(path, limits=limits)[0]


def read_image_with_info(
    path: Path, *, limits: ImageLimits = IMAGE_LIMITS
) -> tuple[Image, ImageInfo]:
    """As `read_image`, with what was found in the file and done to the pixels."""
    data = read_bytes(path, max_bytes=limits.max_bytes, wanted="io.wanted.image")
    return decode_image(data, name=str(path), limits=limits)


def decode_image(
    data: bytes, *, name: str, limits: ImageLimits = IMAGE_LIMITS
) -> tuple[Image, ImageInfo]:
    """As `read_image_with_info`, from the bytes of a file; `name` is used in errors only."""
    check_bytes(len(data), name, max_bytes=limits.max_bytes)
    reader = _reader(data)
    if reader is None:
        raise _unknown_format(data, name)
    with _decoding, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about damage that either raises or does not matter
        try:
            if early := _EARLY_SIZES.get(reader):
                _check_size(early(data), name, limits)
            with reader(BytesIO(data)) as opened:
                _check_size(opened.size, name, limits)
                return _decode(opened, name, limits)
        except InputError:
            raise
        except Exception as problem:  # decoders fail in many ways: all mean a broken file
            kind = reader.format or reader.__name__
            values = {"path": terminal_safe(name), "format": kind}
            raise InputError(text("io.image.damaged", **values)) from problem


def _decode(opened: ImageFile.ImageFile, name: str, limits: ImageLimits) -> tuple[Image, ImageInfo]:
    notes: list[str] = []
    width, height = opened.size
    stored_orientation = exif_orientation(opened)
    if stored_orientation > 4 and opened.format == "TIFF":
        width, height = height, width  # its reader already tells the upright size
    if getattr(opened, "is_animated", False):
        notes.append("io.note.animated")
    opened.load()
    if opened.mode in ("I", "F", "LAB"):
        values = {"path": terminal_safe(name), "mode": opened.mode}
        raise InputError(text("io.image.depth", **values))
    picture, done = to_rgb(opened)
    notes += done
    if stored_orientation != 1:
        # Asked again: the TIFF reader has turned its pixels by now, and says so.
        picture = turn_upright(picture, exif_orientation(opened))
        notes.append("io.note.rotated")
    pixels = np.array(picture, dtype=np.uint8, order="C")
    return pixels, ImageInfo(width, height, opened.format or "", tuple(notes))


def _reader(data: bytes) -> type[ImageFile.ImageFile] | None:
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return WebPImagePlugin.WebPImageFile
    return next((reader for magic, reader in _READERS if data.startswith(magic)), None)


def _unknown_format(data: bytes, name: str) -> InputError:
    shown = {"path": terminal_safe(name), "wanted": text("io.wanted.image")}
    for offset, magic, kind in _STRANGERS:
        if data[offset : offset + len(magic)] == magic:
            return InputError(text("io.image.kind", kind=kind, **shown))
    return InputError(text("io.image.format", **shown))


def _check_size(size: tuple[int, int], name: str, limits: ImageLimits) -> None:
    width, height = size
    if width < 1 or height < 1:
        raise ValueError(f"a picture of {width} x {height} pixels")
    if width * height > limits.max_pixels or max(size) > limits.max_side:
        raise _too_large(size, name, limits)


def _too_large(size: tuple[int, int], name: str, limits: ImageLimits) -> InputError:
    sizes = {"width": size[0], "height": size[1], "side": limits.max_side}
    shown = {"path": terminal_safe(name), "limit": f"{limits.max_pixels / 1e6:g}"}
    return InputError(text("io.image.pixels", **shown, **sizes))


def _webp_size(data: bytes) -> tuple[int, int]:
    """Width and height from the first chunk of a WebP file (RFC 9649, sections 2.5 to 2.7)."""
    kind = data[12:16]
    if kind == b"VP8X":
        return (
            1 + int.from_bytes(data[24:27], "little"),
            1 + int.from_bytes(data[27:30], "little"),
        )
    if kind == b"VP8L" and data[20:21] == b"\x2f":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = (int.from_bytes(data[at : at + 2], "little") for at in (26, 28))
        return width & 0x3FFF, height & 0x3FFF
    raise ValueError("no size in the first chunk")


def _gif_size(data: bytes) -> tuple[int, int]:
    return int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")


# Their readers allocate, or refuse with an error of their own, before they tell the size.
_EARLY_SIZES: dict[type[ImageFile.ImageFile], Callable[[bytes], tuple[int, int]]] = {
    WebPImagePlugin.WebPImageFile: _webp_size,
    GifImagePlugin.GifImageFile: _gif_size,
}


@dataclasses.dataclass(frozen=True)
class _Format:
    name: str
    max_side: int
    options: dict[str, object]


_WRITERS: dict[str, _Format] = {
    ".png": _Format("PNG", 1_000_000, {"compress_level": 6}),
    ".jpg": _Format("JPEG", 65_500, {"quality": 95, "subsampling": 0}),
    ".jpeg": _Format("JPEG", 65_500, {"quality": 95, "subsampling": 0}),
    ".webp": _Format("WEBP", 16_383, {"quality": 95, "method": 4}),
}


def write_image(
    path: Path,
    image: Image,
    *,
    provenance: Provenance | None,
    overwrite: bool = True,
    over: Image | None = None,
    marked: bool = True,
) -> None:
    """Writes a picture so that it is never seen half-written; missing folders are made.

    path         ends in .png, .jpg, .jpeg or .webp
    image        (height, width, 3) RGB uint8
    provenance   goes into the file as an XMP packet; None: no metadata at all
    overwrite    replace an existing file; otherwise an existing name is an error
    over         the photo that the picture was made of: its untouched parts keep their bytes
    marked       whether what is synthetic carries the invisible mark of `mien.io.mark`; not for
                 numbers that are stored as pictures, and not for pictures to train on

    The same arguments give the same bytes. Raises OutputError for another ending, a picture too
    large for the format, a full disk, a missing permission, or a name that is taken.
    """
    data = encode_image(image, path=path, provenance=provenance, over=over, marked=marked)
    atomic_write_bytes(path, data, overwrite=overwrite)


def encode_image(
    image: Image,
    *,
    path: Path,
    provenance: Provenance | None,
    over: Image | None = None,
    marked: bool = True,
) -> bytes:
    """The bytes that `write_image` writes; only the ending of `path` counts."""
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
        raise ValueError(f"wanted a (height, width, 3) uint8 picture, not {image.shape}")
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        values = {"suffix": terminal_safe(path.suffix) or "(none)", "wanted": " ".join(_WRITERS)}
        raise OutputError(text("io.write.suffix", path=terminal_safe(path), **values))
    height, width = image.shape[:2]
    if max(height, width) > writer.max_side:
        sizes = {"width": width, "height": height, "side": writer.max_side}
        values = {"path": terminal_safe(path), "format": writer.name}
        raise OutputError(text("io.write.side", **values, **sizes))
    if marked:
        image = with_mark(image, provenance, over=over)
    options = dict(writer.options)
    if provenance is not None and writer.name == "PNG":
        chunks = PngImagePlugin.PngInfo()
        packet = xmp_packet(provenance).decode()
        chunks.add_itxt("XML:com.adobe.xmp", packet, lang="", tkey="", zip=False)
        options["pnginfo"] = chunks
    elif provenance is not None:
        options["xmp"] = xmp_packet(provenance)
    buffer = BytesIO()
    PillowImage.fromarray(np.ascontiguousarray(image)).save(buffer, writer.name, **options)
    return buffer.getvalue()
