from __future__ import annotations

import io
import math
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as PillowImage

from mien.io import mark as marks
from mien.io.image import read_image, write_image
from mien.io.mark import FALSE_ALARM, LOUDEST, SMALLEST, mark, read_mark
from mien.io.provenance import Provenance
from mien.io.video import read_frames, write_gif, write_video
from mien.seeding import rng
from mien.types import Image

NUMBER = "0123456789abcdef"
MADE = Provenance(source="algorithmicMedia", job="head.render", seed=1)


def psnr(one: Image, other: Image) -> float:
    return -10 * math.log10(float(np.mean((one / 255.0 - other / 255.0) ** 2)))


def scaled(image: Image, factor: float) -> Image:
    size = (round(image.shape[1] * factor), round(image.shape[0] * factor))
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, size, interpolation=how), np.uint8)


def jpeg(image: Image, quality: int) -> Image:
    buffer = io.BytesIO()
    PillowImage.fromarray(image).save(buffer, "JPEG", quality=quality)
    return np.array(PillowImage.open(buffer))


@pytest.fixture(scope="module")
def marked(astronaut: Image) -> Image:
    return mark(astronaut, NUMBER)


def test_the_mark_cannot_be_seen_and_is_read(astronaut: Image, marked: Image) -> None:
    assert psnr(astronaut, marked) >= 42
    assert np.abs(marked.astype(int) - astronaut).max() <= LOUDEST
    found = read_mark(marked)
    assert found is not None
    assert (found.number, found.version, found.share) == (NUMBER[:9], marks.VERSION, 1.0)
    assert found.chance <= 1e-99
    assert np.array_equal(marked, mark(astronaut, NUMBER))
    assert read_mark(astronaut) is None


@pytest.mark.parametrize("factor", [0.5, 0.7, 0.83, 1.3, 2.0])
@pytest.mark.parametrize("quality", [None, 75])
def test_it_survives_scaling_and_jpeg(marked: Image, factor: float, quality: int | None) -> None:
    seen = scaled(marked, factor)
    found = read_mark(seen if quality is None else jpeg(seen, quality))
    assert found is not None
    assert found.number == NUMBER[:9]


def test_it_survives_a_mirror_and_a_changed_shape(marked: Image) -> None:
    for seen in (marked[:, ::-1], cv2.resize(marked, (640, 400), interpolation=cv2.INTER_AREA)):
        found = read_mark(np.asarray(seen, np.uint8, order="C"))
        assert found is not None
        assert found.number == NUMBER[:9]


def test_every_number_is_told(astronaut: Image) -> None:
    small = scaled(astronaut, 0.5)
    for number in ("000000000", "fffffffff", "a5a5a5a5a"):
        found = read_mark(mark(small, number))
        assert found is not None
        assert found.number == number


def test_pictures_of_one_colour_and_small_ones_stay_as_they_are() -> None:
    flat = np.full((256, 256, 3), 200, np.uint8)
    assert np.array_equal(mark(flat, NUMBER), flat)
    tiny = rng(0, "tiny").integers(0, 255, (SMALLEST - 1, 300, 3), dtype=np.uint8)
    assert mark(tiny, NUMBER) is tiny
    assert read_mark(tiny[:20]) is None


def test_what_no_one_changed_keeps_its_bytes(astronaut: Image) -> None:
    edited = astronaut.copy()
    edited[40:190, 150:300] = np.clip(edited[40:190, 150:300].astype(int) + 9, 0, 255)
    made = mark(edited, NUMBER, over=astronaut)
    inside = np.zeros(edited.shape[:2], bool)
    inside[32:200, 144:312] = True
    assert np.array_equal(made[~inside], astronaut[~inside])
    assert not np.array_equal(made, edited)
    found = read_mark(made)
    assert found is not None
    assert found.number == NUMBER[:9]
    assert found.share < 0.3
    assert mark(astronaut, NUMBER, over=astronaut) is astronaut


def test_unmarked_pictures_are_not_said_to_be_marked() -> None:
    """The bound is on any picture: noise of every coarseness comes nowhere near it."""
    draw, most = rng(0, "unmarked"), 0.0
    for number in range(40):
        coarse = draw.integers(0, 255, (8 << number % 5, 8 << number % 5, 3), dtype=np.uint8)
        seen = cv2.resize(coarse, (160, 160), interpolation=cv2.INTER_CUBIC)
        grey = cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY).astype(np.float32)
        looks = [look for cells in (64, 128) for look in marks._looks(grey, cells)]
        most = max(most, *(look.strength for look in looks))
    threshold = math.sqrt(2 * math.log(marks._hypotheses() / FALSE_ALARM))
    assert 2 < most < 0.85 * threshold


def test_files_carry_it_and_photos_do_not(tmp_path: Path, astronaut: Image) -> None:
    small = scaled(astronaut, 0.5)
    path = tmp_path / "a.png"
    write_image(path, small, provenance=MADE)
    found = read_mark(read_image(path))
    assert found is not None
    assert found.number == MADE.number()[:9]
    plain = Provenance(source=None, job="character.fit")
    for provenance, marked in ((plain, True), (None, True), (MADE, False)):
        write_image(path, small, provenance=provenance, marked=marked)
        assert np.array_equal(read_image(path), small)


@pytest.mark.parametrize("suffix", [".mp4", ".gif"])
def test_clips_carry_it_in_every_frame(tmp_path: Path, astronaut: Image, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    writer = write_video if suffix == ".mp4" else write_gif
    writer(path, [astronaut, astronaut[:, ::-1]], fps=10, provenance=MADE)
    for frame in read_frames(path):
        found = read_mark(frame)
        assert found is not None
        assert found.number == MADE.number()[:9]
