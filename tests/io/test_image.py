from __future__ import annotations

import struct
import tracemalloc
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage
from PIL import ImageCms, TiffImagePlugin

from mien.errors import InputError
from mien.io import image as images
from mien.io.limits import ImageLimits
from mien.seeding import rng
from mien.types import Image

WANTED = "wanted a JPEG, PNG, WebP, BMP, GIF or TIFF picture"
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF")


def encoded(picture: PillowImage.Image, kind: str, **options: object) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def decoded(data: bytes, **limits: int) -> Image:
    return images.decode_image(data, name="a.jpg", limits=ImageLimits(**limits))[0]


def noted(data: bytes) -> tuple[str, ...]:
    return images.decode_image(data, name="a.jpg")[1].notes


def refused(data: bytes, **limits: int) -> str:
    with pytest.raises(InputError) as caught:
        decoded(data, **limits)
    return str(caught.value)


def difference(first: Image, second: Image) -> int:
    assert first.shape == second.shape
    return int(np.abs(first.astype(int) - second.astype(int)).max())


def png(rows: np.ndarray, colour_type: int, *, depth: int = 16) -> bytes:
    """A PNG from (height, width, channels) samples, for kinds that Pillow does not write."""
    height, width = rows.shape[:2]
    samples = rows.astype(">u2" if depth == 16 else "u1").reshape(height, -1)
    raw = b"".join(b"\0" + row.tobytes() for row in samples)
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw))
    return b"\x89PNG\r\n\x1a\n" + chunks + chunk(b"IEND", b"")


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def swapped_profile() -> bytes:
    """An ICC profile with sRGB's primaries, but red and green exchanged, and gamma 2.2."""
    colorants = {"r": (0.38515, 0.71687, 0.09708), "g": (0.43607, 0.22249, 0.01392)}
    colorants["b"] = (0.14307, 0.06061, 0.71410)
    bodies: dict[bytes, bytes] = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", 8) + b"swapped\0" + bytes(78),
        b"cprt": b"text\0\0\0\0none\0",
        b"wtpt": b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061),
    }
    for letter, xyz in colorants.items():
        fixed = (round(value * 65536) for value in xyz)
        bodies[letter.encode() + b"XYZ"] = b"XYZ \0\0\0\0" + struct.pack(">3i", *fixed)
        bodies[letter.encode() + b"TRC"] = b"curv\0\0\0\0" + struct.pack(">IH", 1, 563)
    table, data = struct.pack(">I", len(bodies)), b""
    start = 128 + 4 + 12 * len(bodies)
    for tag, body in bodies.items():
        padded = body + bytes(-len(body) % 4)
        table += tag + struct.pack(">II", start + len(data), len(body))
        data += padded
    header = struct.pack(">I4sI4s4s4s", start + len(data), b"lcms", 0x02400000, b"mntr", b"RGB ",
                         b"XYZ ")  # fmt: skip
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    header += struct.pack(">3i", 63190, 65536, 54061)
    return header + bytes(128 - len(header)) + table + data


# --- what is read ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "WEBP"])
def test_lossless_formats_come_back_exactly(tmp_path: Path, picture: Image, kind: str) -> None:
    path = tmp_path / "照片" / "<img src=x> 'quoted'.any"
    path.parent.mkdir()
    options = {"lossless": True} if kind == "WEBP" else {}
    path.write_bytes(encoded(PillowImage.fromarray(picture), kind, **options))
    pixels, info = images.read_image_with_info(path)
    np.testing.assert_array_equal(pixels, picture)
    np.testing.assert_array_equal(images.read_image(path), picture)
    assert info == images.ImageInfo(48, 32, kind)
    assert pixels.dtype == np.uint8
    assert pixels.flags.c_contiguous
    assert pixels.flags.writeable


def test_jpeg_comes_back_closely(picture: Image) -> None:
    data = encoded(PillowImage.fromarray(picture), "JPEG", quality=95, subsampling=0)
    assert difference(decoded(data), picture) <= 6


def test_grey(picture: Image) -> None:
    grey = PillowImage.fromarray(picture).convert("L")
    pixels = decoded(encoded(grey, "PNG"))
    assert pixels.shape == (32, 48, 3)
    for channel in range(3):
        np.testing.assert_array_equal(pixels[..., channel], np.asarray(grey))
    assert noted(encoded(grey, "PNG")) == ()


def test_one_bit() -> None:
    bits = np.zeros((8, 8), bool)
    bits[:, 3] = True
    for kind in ("PNG", "TIFF", "BMP", "GIF"):
        pixels = decoded(encoded(PillowImage.fromarray(bits), kind))
        np.testing.assert_array_equal(pixels, np.repeat(bits[..., None] * np.uint8(255), 3, 2))


def test_palette(picture: Image) -> None:
    drawn = PillowImage.fromarray(picture).quantize(16)
    expected = np.asarray(drawn.convert("RGB"))
    for kind in ("PNG", "GIF", "BMP", "TIFF"):
        np.testing.assert_array_equal(decoded(encoded(drawn, kind)), expected)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_transparent_parts_are_put_on_white(picture: Image, kind: str) -> None:
    alpha = np.full((32, 48, 1), 255, np.uint8)
    alpha[:, :10] = 0
    alpha[:, 10:20] = 128
    drawn = PillowImage.fromarray(np.concatenate([picture, alpha], axis=2))
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    data = encoded(drawn, kind, **options)
    pixels = decoded(data)
    share = alpha / 255.0
    expected = np.rint(picture * share + 255 * (1 - share)).astype(np.uint8)
    assert difference(pixels, expected) <= 1
    assert (pixels[:, :10] == 255).all()
    assert noted(data) == ("io.note.alpha",)


def test_alpha_that_hides_nothing_is_not_mentioned(picture: Image) -> None:
    data = encoded(PillowImage.fromarray(picture).convert("RGBA"), "PNG")
    np.testing.assert_array_equal(decoded(data), picture)
    assert noted(data) == ()


def test_grey_with_alpha() -> None:
    grey = np.stack([np.full((4, 4), 100), np.zeros((4, 4))], axis=2).astype(np.uint8)
    grey[0, 0, 1] = 255
    pixels = decoded(encoded(PillowImage.fromarray(grey), "PNG"))
    assert tuple(pixels[0, 0]) == (100, 100, 100)
    assert (pixels[1:] == 255).all()


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "P"])
def test_a_colour_marked_as_transparent(mode: str) -> None:
    drawn = PillowImage.new("RGB", (4, 4), (0, 0, 0))
    drawn.paste((255, 255, 0) if mode in ("RGB", "P") else (255, 255, 255), (0, 0, 2, 2))
    drawn = drawn.quantize(2) if mode == "P" else drawn.convert(mode)
    black = {"P": drawn.getpixel((3, 3)), "RGB": (0, 0, 0)}.get(mode, 0)
    pixels = decoded(encoded(drawn, "PNG", transparency=black))
    assert tuple(pixels[3, 3]) == (255, 255, 255)
    assert tuple(pixels[0, 0])[:2] == (255, 255)


def test_sixteen_bit_grey_is_scaled_not_clipped() -> None:
    steps = np.arange(256, dtype=np.uint16).reshape(16, 16) * 257
    data = png(steps[..., None], 0)
    np.testing.assert_array_equal(decoded(data)[..., 1], np.arange(256).reshape(16, 16))
    assert noted(data) == ("io.note.sixteen_bit",)
    rounded = np.array([[0, 128, 129, 65535 - 129, 65535 - 128, 65535]], np.uint16)
    np.testing.assert_array_equal(decoded(png(rounded[..., None], 0))[0, :, 0],
                                  [0, 0, 1, 254, 255, 255])  # fmt: skip


@pytest.mark.parametrize("endian", ["<", ">"])
def test_sixteen_bit_grey_tiff(endian: str) -> None:
    steps = np.arange(256, dtype=np.uint16).reshape(16, 16) * 257
    drawn = PillowImage.frombytes(
        "I;16" if endian == "<" else "I;16B", (16, 16), steps.astype(f"{endian}u2").tobytes()
    )
    pixels = decoded(encoded(drawn, "TIFF"))
    np.testing.assert_array_equal(pixels[..., 2], np.arange(256).reshape(16, 16))


@pytest.mark.parametrize(("colour_type", "channels"), [(2, 3), (4, 2), (6, 4)])
def test_sixteen_bit_colour_is_scaled_not_clipped(colour_type: int, channels: int) -> None:
    steps = np.arange(256).reshape(16, 16, 1) * np.full(channels, 257)
    if colour_type != 2:
        steps[..., -1] = 65535
    pixels = decoded(png(steps, colour_type))
    np.testing.assert_array_equal(pixels, np.repeat(np.arange(256).reshape(16, 16, 1), 3, 2))


def test_sixteen_bit_colour_tiff() -> None:
    cv2 = pytest.importorskip("cv2")
    steps = (np.arange(256).reshape(16, 16, 1) * np.full(3, 257)).astype(np.uint16)
    good, data = cv2.imencode(".tiff", steps)
    assert good
    pixels = decoded(data.tobytes())
    np.testing.assert_array_equal(pixels, np.repeat(np.arange(256).reshape(16, 16, 1), 3, 2))


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk(kind: str) -> None:
    drawn = PillowImage.new("RGB", (16, 16), (200, 60, 20)).convert("CMYK")
    data = encoded(drawn, kind)
    assert np.abs(decoded(data).astype(int) - (200, 60, 20)).max() <= 3
    assert noted(data) == ("io.note.cmyk",)


@pytest.mark.parametrize(("mode", "shown"), [("F", "F"), ("I", "I"), ("LAB", "LAB")])
def test_pixels_without_a_range_are_refused(mode: str, shown: str) -> None:
    data = encoded(PillowImage.new(mode, (4, 4)), "TIFF")
    assert refused(data) == (
        f"a.jpg: pixels of the kind {shown}; wanted grey, RGB or CMYK of 8 or 16 bits: "
        "save it as an ordinary PNG"
    )


ORIENTATIONS = {
    1: ("top", "left"),
    2: ("top", "right"),
    3: ("bottom", "right"),
    4: ("bottom", "left"),
    5: ("left", "top"),
    6: ("right", "top"),
    7: ("right", "bottom"),
    8: ("left", "bottom"),
}
"""EXIF 2.3, tag 0x0112: where the first stored row, and the first stored column, are shown."""


def stored_for(upright: Image, orientation: int) -> Image:
    first_row, first_column = ORIENTATIONS[orientation]
    stored = upright
    if first_row in ("left", "right"):
        stored = stored.transpose(1, 0, 2)
    if first_row in ("bottom", "right"):
        stored = stored[::-1]
    if first_column in ("bottom", "right"):
        stored = stored[:, ::-1]
    return np.ascontiguousarray(stored)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_exif_orientation(picture: Image, kind: str, orientation: int) -> None:
    stored = stored_for(picture, orientation)
    exif = PillowImage.Exif()
    exif[0x0112] = orientation
    options = {"JPEG": {"quality": 95, "subsampling": 0}, "WEBP": {"lossless": True}}.get(kind, {})
    data = encoded(PillowImage.fromarray(stored), kind, exif=exif, **options)
    pixels, info = images.decode_image(data, name="a")
    assert difference(pixels, picture) <= (6 if kind == "JPEG" else 0)
    assert (info.width, info.height) == (stored.shape[1], stored.shape[0])
    assert info.notes == (() if orientation == 1 else ("io.note.rotated",))


@pytest.mark.parametrize("exif", [b"Exif\0\0", b"Exif\0\0MM\0*garbage", b"Exif\0\0" + bytes(60)])
def test_broken_exif_does_not_cost_the_picture(picture: Image, exif: bytes) -> None:
    data = encoded(PillowImage.fromarray(picture), "JPEG", exif=exif)
    assert decoded(data).shape == picture.shape


def test_an_orientation_that_does_not_exist_changes_nothing(picture: Image) -> None:
    exif = PillowImage.Exif()
    exif[0x0112] = 9
    data = encoded(PillowImage.fromarray(picture), "PNG", exif=exif)
    np.testing.assert_array_equal(decoded(data), picture)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_an_animation_the_first_frame_is_taken(kind: str) -> None:
    frames = [PillowImage.new("RGB", (8, 8), colour) for colour in ("red", "lime", "blue")]
    options = {"lossless": True} if kind == "WEBP" else {}
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], **options)
    assert (decoded(data) == (255, 0, 0)).all()
    assert noted(data) == ("io.note.animated",)


def test_a_colour_profile_is_converted(picture: Image) -> None:
    drawn = PillowImage.new("RGB", (8, 8), (255, 0, 0))
    data = encoded(drawn, "PNG", icc_profile=swapped_profile())
    red, green, blue = decoded(data)[4, 4]
    assert (red < 30, green > 225, blue < 30) == (True, True, True)
    assert noted(data) == ("io.note.profile",)
    alpha = encoded(drawn.convert("RGBA"), "PNG", icc_profile=swapped_profile())
    np.testing.assert_array_equal(decoded(alpha), decoded(data))


def test_an_srgb_profile_changes_nothing(picture: Image) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = encoded(PillowImage.fromarray(picture), "PNG", icc_profile=profile)
    np.testing.assert_array_equal(decoded(data), picture)
    assert noted(data) == ()


@pytest.mark.parametrize(
    "profile", [b"garbage", swapped_profile()[:200], bytes(5 * 2**20)], ids=["text", "cut", "huge"]
)
def test_a_useless_profile_is_ignored(picture: Image, profile: bytes) -> None:
    data = encoded(PillowImage.fromarray(picture), "TIFF", icc_profile=profile)
    np.testing.assert_array_equal(decoded(data), picture)
    assert noted(data) == ("io.note.profile_ignored",)


def test_a_profile_of_another_kind_is_ignored(picture: Image) -> None:
    grey = PillowImage.fromarray(picture).convert("L")
    data = encoded(grey, "PNG", icc_profile=swapped_profile())
    np.testing.assert_array_equal(decoded(data)[..., 0], np.asarray(grey))
    assert noted(data) == ("io.note.profile_ignored",)


# --- what is refused ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\0\0\0\x18ftypheic" + bytes(40), "HEIC"),
        (b"\0\0\0\x18ftypavif" + bytes(40), "AVIF"),
        (b"\0\0\0\x18ftypisom" + bytes(40), "MP4"),
        (b"%PDF-1.7\n", "PDF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"<!DOCTYPE html><html>", "HTML"),
        (b"PK\x03\x04", "ZIP"),
    ],
)
def test_known_strangers_are_named(data: bytes, kind: str) -> None:
    assert refused(data) == f"a.jpg: this is {kind}; {WANTED}: convert it first"


@pytest.mark.parametrize("data", [b"\0", b"hello, world\n", b"\xff\xd8", b"RIFF", bytes(5000)])
def test_what_is_no_picture(data: bytes) -> None:
    assert refused(data) == f"a.jpg: not a picture that mien can read; {WANTED}: convert it first"


@pytest.mark.parametrize("kind", ["PPM", "ICNS", "TGA", "JPEG2000", "DDS", "SGI", "PCX"])
def test_formats_that_are_not_on_the_list_are_never_opened(picture: Image, kind: str) -> None:
    drawn = PillowImage.fromarray(picture)
    assert "convert it first" in refused(encoded(drawn, kind))


def test_an_eps_file_never_reaches_an_interpreter() -> None:
    assert "not a picture" in refused(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")


def broken(kind: str) -> str:
    return (
        f"a.jpg: the {kind} picture is damaged or cut off; wanted a complete file: "
        "copy or download it again"
    )


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6])
def test_truncated(noise: Image, kind: str, share: float) -> None:
    data = encoded(PillowImage.fromarray(noise[:100, :100]), kind)
    cut = data[: max(30, round(share * len(data)))]
    assert refused(cut) == broken(kind)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"GIF89a", "GIF"),
        (b"BM", "BMP"),
        (b"II*\0", "TIFF"),
        (b"RIFF\0\0\0\0WEBP", "WEBP"),
        (b"RIFF\x0c\0\0\0WEBPVP8X", "WEBP"),
        (b"RIFF\x0c\0\0\0WEBPVP8 ", "WEBP"),
    ],
)
def test_headers_alone(data: bytes, kind: str) -> None:
    assert refused(data) == broken(kind)


def test_a_picture_of_no_pixels() -> None:
    empty = bytearray(png(np.zeros((1, 1, 1)), 0))
    empty[16:20] = bytes(4)
    empty[29:33] = struct.pack(">I", zlib.crc32(empty[12:29]))
    assert refused(bytes(empty)) == broken("PNG")
    gif = b"GIF89a\0\0\0\0\0\0\0;"
    assert refused(gif) == broken("GIF")


def tiff_header(width: int, height: int) -> bytes:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    fields = {256: width, 257: height, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: height, 279: 1}
    for tag, value in fields.items():
        tags[tag] = value
    return b"II*\0" + struct.pack("<I", 8) + tags.tobytes(8)


def bombs() -> dict[str, tuple[bytes, int, int]]:
    """Small files that say they hold very many pixels, with the size they say."""
    jpeg = bytearray(encoded(PillowImage.new("L", (8, 8)), "JPEG"))
    at = jpeg.index(b"\xff\xc0")
    jpeg[at + 5 : at + 9] = struct.pack(">HH", 65500, 65500)
    bmp = bytearray(encoded(PillowImage.new("L", (8, 8)), "BMP"))
    bmp[18:26] = struct.pack("<ii", 50000, 50000)
    png_header = struct.pack(">IIBBBBB", 50000, 60000, 8, 2, 0, 0, 0)
    png_body = chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    lossless = bytearray(encoded(PillowImage.new("RGB", (8, 8)), "WEBP", lossless=True))
    lossless[21:25] = struct.pack("<I", 16383 | 16383 << 14)
    lossy = bytearray(encoded(PillowImage.new("RGB", (8, 8)), "WEBP"))
    lossy[26:30] = struct.pack("<HH", 16383, 16382)
    extended = bytearray(encoded(PillowImage.new("RGBA", (8, 8)), "WEBP", exif=b"Exif\0\0xx"))
    assert extended[12:16] == b"VP8X"
    extended[24:30] = (16383).to_bytes(3, "little") + (16000).to_bytes(3, "little")
    gif = bytearray(encoded(PillowImage.new("L", (8, 8)), "GIF"))
    gif[6:10] = struct.pack("<HH", 65535, 65535)
    return {
        "JPEG": (bytes(jpeg), 65500, 65500),
        "BMP": (bytes(bmp), 50000, 50000),
        "PNG": (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", png_header) + png_body, 50000, 60000),
        "WEBP lossless": (bytes(lossless), 16384, 16384),
        "WEBP lossy": (bytes(lossy), 16383, 16382),
        "WEBP extended": (bytes(extended), 16384, 16001),
        "GIF": (bytes(gif), 65535, 65535),
        "TIFF": (tiff_header(50000, 40000), 50000, 40000),
    }


@pytest.mark.parametrize("kind", bombs())
def test_bombs_are_refused_by_their_header(kind: str) -> None:
    data, width, height = bombs()[kind]
    tracemalloc.start()
    try:
        message = refused(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert message == (
        f"a.jpg: {width} x {height} pixels; wanted at most 80 megapixels and 20000 pixels a "
        "side: scale it down"
    )
    assert peak < 2**20


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux")
def test_bombs_take_no_memory_at_all(tmp_path: Path, python: Callable[..., str]) -> None:
    for kind, (data, _, _) in bombs().items():
        (tmp_path / kind).write_bytes(data)
    printed = python(
        """
        import resource, sys
        from pathlib import Path
        from mien.errors import InputError
        from mien.io import image
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        allowed = pages * resource.getpagesize() + 64 * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))
        for path in sorted(Path(sys.argv[1]).iterdir()):
            try:
                image.read_image(path)
            except InputError as error:
                print("scale it down" in str(error))
        """,
        tmp_path,
    )
    assert printed.split() == ["True"] * len(bombs())


def test_a_frame_larger_than_its_gif_says_is_refused() -> None:
    gif = bytearray(encoded(PillowImage.new("L", (8, 8)), "GIF"))
    at = gif.index(b"\x2c")
    gif[at + 5 : at + 9] = struct.pack("<HH", 30000, 2000)
    assert refused(bytes(gif)) == (
        "a.jpg: 30000 x 2000 pixels; wanted at most 80 megapixels and 20000 pixels a side: "
        "scale it down"
    )


def test_the_limits_are_the_callers(picture: Image, tmp_path: Path) -> None:
    data = encoded(PillowImage.fromarray(picture), "PNG")
    assert decoded(data, max_pixels=48 * 32, max_side=48, max_bytes=len(data)).shape == (32, 48, 3)
    side = "wanted at most 80 megapixels and 47 pixels a side: scale it down"
    assert refused(data, max_side=47) == f"a.jpg: 48 x 32 pixels; {side}"
    assert "wanted at most 0.001535 megapixels" in refused(data, max_pixels=48 * 32 - 1)
    assert refused(data, max_bytes=len(data) - 1).endswith("MiB: make it smaller")
    path = tmp_path / "a.png"
    path.write_bytes(data)
    with pytest.raises(InputError, match="make it smaller"):
        images.read_image(path, limits=ImageLimits(max_bytes=10))


def test_names_in_errors_are_harmless() -> None:
    with pytest.raises(InputError) as caught:
        images.decode_image(b"x", name="\x1b[2J\u202e.jpg")
    assert str(caught.value).startswith("\\x1b[2J\\u202e.jpg: not a picture")


@pytest.mark.parametrize("kind", [*FORMATS, "WEBP lossless", "TIFF lzw", "GIF animated"])
def test_mutated_files_give_a_picture_or_an_input_error(picture: Image, kind: str) -> None:
    name, _, variant = kind.partition(" ")
    drawn = PillowImage.fromarray(picture)
    options = {
        "lossless": {"lossless": True},
        "lzw": {"compression": "tiff_lzw", "icc_profile": swapped_profile()},
        "animated": {"save_all": True, "append_images": [drawn.rotate(90)]},
    }.get(variant, {"exif": PillowImage.Exif()} if name in ("JPEG", "PNG") else {})
    data = np.frombuffer(encoded(drawn, name, **options), np.uint8)
    limits = ImageLimits(max_pixels=200_000)
    good, messages = 0, []
    for number in range(250):
        chance = rng("mutations", kind, number)
        changed = data.copy()
        count = int(chance.integers(1, 6))
        # Half of the mutations hit the headers, where the structure is.
        reach = len(changed) if number % 2 else min(200, len(changed))
        changed[chance.integers(0, reach, count)] = chance.integers(0, 256, count)
        try:
            pixels, _ = images.decode_image(changed.tobytes(), name="a", limits=limits)
        except InputError as error:
            messages.append(str(error))
        else:
            assert pixels.shape[2] == 3
            assert pixels.dtype == np.uint8
            assert pixels.size <= 3 * limits.max_pixels
            good += 1
    assert good >= 1
    assert len(messages) >= 1
    assert all(len(message.splitlines()) == 1 for message in messages)
