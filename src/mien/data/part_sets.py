"""Photos whose pixels people have named, as other people's data sets keep them.

CelebAMask-HQ   CelebA-HQ-img/17.jpg (1024 pixels) and, for every part that it shows,
                CelebAMask-HQ-mask-anno/0/00017_hair.png (512 pixels, white where the part is);
                folder k holds the masks of pictures 2000 k to 2000 k + 1999
Helen           images/NAME.jpg, labels/NAME/NAME_lbl00.png to _lbl10.png (how much of a pixel is
                each part), exemplars.txt, tuning.txt, testing.txt with a line `17 , NAME` for each
                (Smith et al. 2013)

Both come out in the parts of our own parser. CelebAMask-HQ is for non-commercial research only,
and Helen's photos belong to those who took them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mien.errors import InputError
from mien.face import affine
from mien.face.bisenet import CLASSES, PART_OF_CLASS
from mien.face.parsing_net import PART
from mien.io.files import read_bytes
from mien.io.image import read_image
from mien.io.limits import MIB
from mien.io.names import terminal_safe
from mien.messages import text
from mien.types import Image

Split = Literal["exemplars", "tuning", "testing"]
Parts = NDArray[np.uint8]
UNKNOWN = 255
"""Helen's background: it holds necks, ears, clothes and what is behind alike."""
CELEBA_PICTURES, CELEBA_MASKS, CELEBA_FOLDER = "CelebA-HQ-img", "CelebAMask-HQ-mask-anno", 2000
HELEN_PARTS = (
    *("", "skin", "brow", "brow", "eye", "eye", "skin", "lips", "mouth", "lips", "hair"),
)
"""What Helen's labels 00 to 10 are here; "" is unknown."""
HELEN_SPLITS: tuple[Split, ...] = ("exemplars", "tuning", "testing")
_MOST_PICTURES = 1_000_000
_LIST_BYTES = 16 * MIB
_WHITE = 127


@dataclasses.dataclass(frozen=True)
class CelebaMasks:
    """A folder in CelebAMask-HQ's layout; numbers are those of the pictures, in order."""

    root: Path
    numbers: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.numbers)

    def read(self, place: int) -> tuple[Image, Parts]:
        """A photo (s, s, 3) and its parts (s, s), at the masks' size.

        Raises InputError for a file that cannot be read, a picture without masks, and masks of
        different sizes.
        """
        number = self.numbers[place]
        picture = self.root / CELEBA_PICTURES / f"{number}.jpg"
        folder = self.root / CELEBA_MASKS / str(number // CELEBA_FOLDER)
        files = {name: folder / f"{number:05d}_{name}.png" for name in CLASSES[1:]}
        # In the order of the classes, as the set's own script lays them over each other.
        masks = {name: _grey(path) for name, path in files.items() if path.is_file()}
        if not masks:
            raise _error("data.parts_none", folder, name=f"{number:05d}_*.png")
        size = _common_size(masks, folder)
        parts = np.zeros(size, np.uint8)
        for name, mask in masks.items():
            parts[mask > _WHITE] = PART[PART_OF_CLASS[name]]
        return _at_size(read_image(picture), size), parts


@dataclasses.dataclass(frozen=True)
class Helen:
    """A folder in the layout of Helen's parts (SmithCVPR2013); names as in its lists."""

    root: Path
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)

    def read(self, place: int) -> tuple[Image, Parts]:
        """A photo (h, w, 3) and its parts (h, w), UNKNOWN where Helen says background.

        Raises InputError for a file that cannot be read and for labels of another size.
        """
        name = self.names[place]
        folder = self.root / "labels" / name
        files = {f"lbl{k:02d}": folder / f"{name}_lbl{k:02d}.png" for k in range(len(HELEN_PARTS))}
        masks = {label: _grey(path) for label, path in files.items()}
        size = _common_size(masks, folder)
        best = np.stack(list(masks.values())).argmax(0)
        table = np.array([PART[one] if one else UNKNOWN for one in HELEN_PARTS], np.uint8)
        image = read_image(self.root / "images" / f"{name}.jpg")
        if image.shape[:2] != size:
            shown = {"wanted": f"{size[1]} x {size[0]}", "name": f"{name}.jpg"}
            found = f"{image.shape[1]} x {image.shape[0]}"
            raise _error("data.parts_size", folder, found=found, **shown)
        return image, table[best]


def open_celeba_masks(root: Path) -> CelebaMasks:
    """The pictures of a CelebAMask-HQ folder.

    Raises InputError where the folder is not in its layout or holds no picture.
    """
    pictures, masks = root / CELEBA_PICTURES, root / CELEBA_MASKS
    if not pictures.is_dir() or not masks.is_dir():
        raise _error("data.parts_layout", root, wanted=f"{CELEBA_PICTURES}/, {CELEBA_MASKS}/")
    stems = [path.stem for path in pictures.glob("*.jpg")]
    numbers = sorted(
        int(stem) for stem in stems if stem.isascii() and stem.isdecimal() and len(stem) < 10
    )
    if not numbers or len(numbers) > _MOST_PICTURES:
        raise _error("data.parts_layout", root, wanted=f"{CELEBA_PICTURES}/0.jpg ...")
    return CelebaMasks(root, tuple(numbers))


def open_helen(root: Path, split: Split = "exemplars") -> Helen:
    """The pictures that one of Helen's lists names.

    Raises InputError where there is no such list, and for a line of another form, with its number.
    """
    path = root / f"{split}.txt"
    if not path.is_file():
        raise _error("data.parts_layout", root, wanted=f"{split}.txt, images/, labels/")
    data = read_bytes(path, max_bytes=_LIST_BYTES, wanted="data.wanted.parts_list")
    names = []
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        if not line.strip():
            continue
        name = line.rpartition(",")[2].strip()
        # A name is a part of a path: nothing that could lead out of the folder.
        if not name.replace("_", "").replace("-", "").isalnum():
            raise _error("data.parts_line", path, line=number, found=terminal_safe(line[:60]))
        names.append(name)
    if not names:
        raise _error("data.parts_layout", root, wanted=f"{split}.txt")
    return Helen(root, tuple(names))


def _grey(path: Path) -> Parts:
    return read_image(path)[..., 0]


def _common_size(masks: Mapping[str, Parts], folder: Path) -> tuple[int, int]:
    """(height, width) of all masks; raises InputError where one differs."""
    (first, mask), *others = masks.items()
    height, width = mask.shape
    for name, other in others:
        if other.shape != mask.shape:
            shown = {"found": f"{other.shape[1]} x {other.shape[0]}", "name": name}
            wanted = f"{width} x {height} ({first})"
            raise _error("data.parts_size", folder, wanted=wanted, **shown)
    return height, width


def _at_size(image: Image, size: tuple[int, int]) -> Image:
    if image.shape[:2] == size:
        return image
    return np.asarray(affine.resize(image, (size[1], size[0])), np.uint8)


def _error(key: str, path: Path, **values: object) -> InputError:
    return InputError(text(key, path=terminal_safe(path), **values))
