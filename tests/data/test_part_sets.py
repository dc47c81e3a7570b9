"""Data sets of parts, in tiny files laid out as the published ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mien.data.part_sets import (
    HELEN_PARTS,
    HELEN_SPLITS,
    UNKNOWN,
    open_celeba_masks,
    open_helen,
)
from mien.errors import InputError
from mien.face.parsing_net import PART
from mien.io.image import write_image


def grey(path: Path, mask: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_image(path, np.repeat(mask.astype(np.uint8)[..., None], 3, 2), provenance=None)


def box(side: int, rows: slice, columns: slice) -> np.ndarray:
    mask = np.zeros((side, side))
    mask[rows, columns] = 255
    return mask


@pytest.fixture
def celeba(tmp_path: Path) -> Path:
    for number in (2, 2001):
        path = tmp_path / "CelebA-HQ-img" / f"{number}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_image(path, np.full((64, 64, 3), number % 251, np.uint8), provenance=None)
    masks = tmp_path / "CelebAMask-HQ-mask-anno"
    grey(masks / "0" / "00002_skin.png", box(32, slice(8, 30), slice(6, 26)))
    grey(masks / "0" / "00002_hair.png", box(32, slice(0, 12), slice(4, 28)))
    grey(masks / "0" / "00002_l_eye.png", box(32, slice(14, 16), slice(9, 13)))
    grey(masks / "0" / "00002_hat.png", box(32, slice(0, 3), slice(4, 28)))
    grey(masks / "1" / "02001_neck.png", box(32, slice(20, 32), slice(10, 20)))
    return tmp_path


def test_celebamask_hq(celeba: Path) -> None:
    found = open_celeba_masks(celeba)
    assert found.numbers == (2, 2001)
    image, parts = found.read(0)
    assert image.shape == (32, 32, 3)
    assert abs(int(image.mean()) - 2) <= 1
    assert parts.shape == (32, 32)
    assert parts[10, 10] == PART["hair"]  # laid over the skin
    assert parts[15, 10] == PART["eye"]
    assert parts[20, 10] == PART["skin"]
    assert parts[1, 10] == PART["background"]  # a hat
    assert parts[31, 31] == PART["background"]
    assert found.read(1)[1][25, 15] == PART["skin"]


def test_celebamask_hq_that_is_damaged(celeba: Path) -> None:
    found = open_celeba_masks(celeba)
    masks = celeba / "CelebAMask-HQ-mask-anno"
    grey(masks / "0" / "00002_cloth.png", box(16, slice(0, 2), slice(0, 2)))
    with pytest.raises(InputError, match="16 x 16"):
        found.read(0)
    (masks / "0" / "00002_cloth.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(InputError, match=r"00002_cloth\.png"):
        found.read(0)
    (masks / "1" / "02001_neck.png").unlink()
    with pytest.raises(InputError, match="no mask 02001"):
        found.read(1)
    with pytest.raises(InputError, match="layout"):
        open_celeba_masks(masks)


@pytest.fixture
def helen(tmp_path: Path) -> Path:
    side, name = 24, "100032540_1"
    (tmp_path / "exemplars.txt").write_text(f"1 , {name}\n\n2 , 100_2\n")
    (tmp_path / "images").mkdir()
    image = np.full((side, side, 3), 99, np.uint8)
    write_image(tmp_path / "images" / f"{name}.jpg", image, provenance=None)
    planes = {k: np.zeros((side, side)) for k in range(len(HELEN_PARTS))}
    planes[0][:] = 200
    planes[1][8:20, 6:18] = 255
    planes[10][:9, 4:20] = 230
    planes[10][8, 6:18] = 90  # less sure than the skin there
    planes[5][12, 14:17] = 255
    planes[1][12, 14:17] = 0
    for k, plane in planes.items():
        grey(tmp_path / "labels" / name / f"{name}_lbl{k:02d}.png", plane)
    return tmp_path


def test_helen(helen: Path) -> None:
    found = open_helen(helen)
    assert found.names == ("100032540_1", "100_2")
    image, parts = found.read(0)
    assert image.shape == (24, 24, 3)
    assert parts[3, 10] == PART["hair"]
    assert parts[8, 10] == PART["skin"]
    assert parts[12, 15] == PART["eye"]
    assert parts[23, 0] == UNKNOWN
    with pytest.raises(InputError, match="100_2_lbl00"):
        found.read(1)


def test_helen_that_is_damaged(helen: Path) -> None:
    found = open_helen(helen)
    label = helen / "labels" / "100032540_1" / "100032540_1_lbl07.png"
    grey(label, np.zeros((8, 8)))
    with pytest.raises(InputError, match="8 x 8"):
        found.read(0)
    grey(label, np.zeros((24, 24)))
    write_image(
        helen / "images" / "100032540_1.jpg", np.zeros((9, 9, 3), np.uint8), provenance=None
    )
    with pytest.raises(InputError, match="9 x 9"):
        found.read(0)


@pytest.mark.parametrize("line", ["3 , ../../secret", "3 , a/b", "3 ,", "3 , a b"])
def test_names_that_could_lead_elsewhere_are_refused(helen: Path, line: str) -> None:
    (helen / "tuning.txt").write_text(f"1 , a_1\n{line}\n")
    with pytest.raises(InputError, match="line 2"):
        open_helen(helen, HELEN_SPLITS[1])


def test_lists_that_are_missing_or_empty(helen: Path) -> None:
    with pytest.raises(InputError, match=r"testing\.txt"):
        open_helen(helen, "testing")
    (helen / "testing.txt").write_text("\n")
    with pytest.raises(InputError, match=r"testing\.txt"):
        open_helen(helen, "testing")
