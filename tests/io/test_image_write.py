from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest
from PIL import Image as PillowImage

from mien.errors import OutputError
from mien.io import image as images
from mien.io.provenance import Provenance, read_provenance
from mien.types import Image

Names: TypeAlias = Callable[[Path], list[str]]

MADE = Provenance(
    source="compositeSynthetic",
    job="character.fit",
    models=("ab" * 32, "0123456789abcdef"),
    seed=7,
    request="fedcba9876543210",
)


@pytest.mark.parametrize("suffix", [".png", ".PNG"])
def test_a_png_comes_back_exactly(tmp_path: Path, picture: Image, suffix: str) -> None:
    path = tmp_path / "照片" / f"<b>{suffix}"
    images.write_image(path, picture, provenance=MADE)
    pixels, info = images.read_image_with_info(path)
    np.testing.assert_array_equal(pixels, picture)
    assert (info.format, info.notes) == ("PNG", ())


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg", ".webp"])
def test_other_formats_come_back_closely(tmp_path: Path, picture: Image, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    images.write_image(path, picture, provenance=MADE)
    pixels, info = images.read_image_with_info(path)
    assert np.abs(pixels.astype(int) - picture).mean() < 2.5
    assert info.format == ("WEBP" if suffix == ".webp" else "JPEG")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
def test_provenance_travels_in_the_file(tmp_path: Path, picture: Image, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    images.write_image(path, picture, provenance=MADE)
    assert read_provenance(path) == MADE
    data = path.read_bytes()
    assert data.count(b"http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic") == 1
    with PillowImage.open(path) as opened:
        packet = opened.info["XML:com.adobe.xmp" if suffix == ".png" else "xmp"]
    assert "DigitalSourceType" in (packet if isinstance(packet, str) else packet.decode())


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
def test_the_same_picture_gives_the_same_bytes(tmp_path: Path, picture: Image, suffix: str) -> None:
    first, second = tmp_path / f"a{suffix}", tmp_path / "other" / f"b{suffix}"
    for path in (first, second):
        images.write_image(path, picture, provenance=MADE)
    assert first.read_bytes() == second.read_bytes()
    # Any memory layout gives them, too.
    images.write_image(first, np.asfortranarray(picture), provenance=MADE)
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
def test_without_provenance_there_is_no_metadata(
    tmp_path: Path, picture: Image, suffix: str
) -> None:
    path = tmp_path / f"a{suffix}"
    images.write_image(path, picture, provenance=None)
    assert read_provenance(path) is None
    with PillowImage.open(path) as opened:
        assert not set(opened.info) & {"exif", "xmp", "icc_profile", "comment", "XML:com.adobe.xmp"}


def test_nothing_of_the_input_reaches_the_output(tmp_path: Path, picture: Image) -> None:
    exif = PillowImage.Exif()
    exif[0x010F] = "SecretCamera"
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 12.0)}
    source = tmp_path / "SecretName.jpg"
    PillowImage.fromarray(picture).save(
        source, exif=exif, comment=b"SecretComment", xmp=b"<x:xmpmeta>SecretXmp</x:xmpmeta>"
    )
    assert source.read_bytes().count(b"Secret") == 3
    for suffix in (".png", ".jpg", ".webp"):
        path = tmp_path / "SecretFolder" / f"SecretResult{suffix}"
        images.write_image(path, images.read_image(source), provenance=MADE)
        data = path.read_bytes()
        assert b"Secret" not in data
        assert not re.search(rb"(?i)exif|gps|/tmp|/home|date", data)


def test_an_unknown_ending(tmp_path: Path, picture: Image) -> None:
    for name, shown in (("a.tga", ".tga"), ("a", "(none)"), ("a.\x1b[m", ".\\x1b[m")):
        with pytest.raises(OutputError) as caught:
            images.write_image(tmp_path / name, picture, provenance=None)
        assert str(caught.value).endswith(
            f": the ending {shown} is not known; wanted one of .png .jpg .jpeg .webp: rename it"
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("suffix", "side", "name"), [(".webp", 16383, "WEBP"), (".jpg", 65500, "JPEG")]
)
def test_too_large_for_the_format(tmp_path: Path, suffix: str, side: int, name: str) -> None:
    path = tmp_path / f"a{suffix}"
    images.write_image(path, np.zeros((1, side, 3), np.uint8), provenance=None)
    with pytest.raises(OutputError) as caught:
        images.write_image(path, np.zeros((1, side + 1, 3), np.uint8), provenance=None)
    assert str(caught.value) == (
        f"{path}: {side + 1} x 1 pixels do not fit into {name}; wanted at most {side} pixels a "
        "side: write a .png, or make it smaller"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
    ],
    ids=["grey", "rgba", "float", "empty"],
)
def test_what_is_no_picture_is_a_mistake_of_the_program(tmp_path: Path, wrong: Image) -> None:
    with pytest.raises(ValueError, match="uint8 picture, not"):
        images.write_image(tmp_path / "a.png", wrong, provenance=None)


def test_an_existing_picture_is_kept_where_asked(tmp_path: Path, picture: Image) -> None:
    path = tmp_path / "a.png"
    images.write_image(path, picture, provenance=None)
    before = path.read_bytes()
    with pytest.raises(OutputError, match="the name is already taken"):
        images.write_image(path, picture[:4], provenance=None, overwrite=False)
    assert path.read_bytes() == before
    images.write_image(path, picture[:4], provenance=None)
    assert images.read_image(path).shape == (4, 48, 3)


def test_a_full_disk(
    tmp_path: Path, noise: Image, python: Callable[..., str], names_in: Names
) -> None:
    np.save(tmp_path / "noise.npy", noise)
    printed = python(
        """
        import resource, sys
        from pathlib import Path
        import numpy as np
        from mien.errors import OutputError
        from mien.io import image
        folder = Path(sys.argv[1])
        noise = np.load(folder / "noise.npy")
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        for suffix in (".png", ".jpg", ".webp"):
            try:
                image.write_image(folder / f"a{suffix}", noise, provenance=None)
            except OutputError as error:
                print(error)
        """,
        tmp_path,
    )
    assert printed.splitlines() == [
        f"{tmp_path / name}: no space to write it; wanted room on the disk: free some, or choose "
        "another folder with --out"
        for name in ("a.png", "a.jpg", "a.webp")
    ]
    assert names_in(tmp_path) == ["noise.npy"]
