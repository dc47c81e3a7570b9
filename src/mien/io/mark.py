"""An invisible mark in what mien makes: it says so, and tells a number, when the metadata is gone.

A spread spectrum (Cox et al., Secure spread spectrum watermarking for multimedia, 1997) over the
mean brightness of n x n cells that lie over the whole picture, so that scaling moves nothing. One
half of the cells carries known signs, by which the mark is found; the other half 96 bits of a
Golay code, which hold a version, 36 bits of a number and a checksum. What the picture itself says
along these signs is taken into account (Malvar and Florencio, Improved spread spectrum, 2003).

Reading needs no key. Under Hoeffding's inequality a picture that knows nothing of the signs
exceeds t times its own norm with a chance of exp(-t^2 / 2), whatever it shows.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import math
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.io import golay
from mien.types import Image

VERSION = 1
NUMBER_BITS = 36
SMALLEST = 64
"""Pixels of the shorter side; smaller pictures go unmarked."""
GRIDS = (64, 128, 256)
"""Cells a side, for pictures of other sizes: two pixels a cell are found best."""
LOUDEST = 7
"""Grey levels by which a pixel is changed, at most."""
FALSE_ALARM = 1e-7
"""Chance that an unmarked picture is said to be marked, at most; all looks together."""

_FROM = (0, 96, 512)  # pixels of the shorter side from which each grid is taken
_BLOCKS = 4
_CODE = _BLOCKS * golay.LENGTH
# What every group of cells says on the average, of a cell's own contrast, and at most; by grid.
_TARGET = {64: (0.5, 1.0), 128: (0.42, 1.0), 256: (0.38, 0.9)}
_PART_TARGET = (0.6, 1.0)  # where only a part of the picture may be changed
_FLOOR, _BUSY = 2.5, 2.0  # grey levels of contrast: added to every cell's, and at most
_CLIP = 2.5
_LOUD = 1.93  # grey levels rms of the cells; with dithering below 42 dB
_BAND = 1024  # rows at a time: a picture of 80 megapixels does not take gigabytes
_SYNC = -1
_COARSE, _REACH = 64, 11  # blocks a side, and how far apart changes still are one region


@dataclasses.dataclass(frozen=True)
class Mark:
    """A mark that was found.

    number    nine hexadecimal digits, or "" where they could not be read for certain
    version   of the mark; 0 where the number could not be read
    strength  t of Hoeffding's inequality
    chance    of a picture without a mark to look like this, at most
    share     of the picture's area that was looked at
    """

    number: str
    version: int
    strength: float
    chance: float
    share: float


def mark(image: Image, number: str, *, over: Image | None = None) -> Image:
    """The picture with a mark; the same picture where it is smaller than 64 pixels.

    image    (h, w, 3) RGB uint8
    number   hexadecimal; its first nine digits are told
    over     the photo that the picture was made of, of the same size: outside of the regions
             where they differ the picture keeps its bytes

    What is of one colour stays so. The change is at least 42 dB below full scale.
    """
    height, width = image.shape[:2]
    if min(height, width) < SMALLEST or (over is not None and over.shape != image.shape):
        return image
    inside = None if over is None else _changed(image, over)
    if inside is not None and not inside.any():
        return image
    delta = _cells_change(image, _bits(int(number[:9], 16)), inside)
    made = np.empty_like(image)
    for top in range(0, height, _BAND):
        rows = slice(top, min(top + _BAND, height))
        spread = _spread(delta, height, width, rows)
        if inside is not None:
            spread *= inside[rows]
        # To whole grey levels without losing what is less than half of one.
        spread += _dither(width)[: rows.stop - top]
        change = np.floor(spread, out=spread).astype(np.int8)
        up, down = (
            cv2.cvtColor(part.view(np.uint8), cv2.COLOR_GRAY2RGB) for part in _halves(change)
        )
        brighter = cv2.add(np.ascontiguousarray(image[rows]), up)
        made[rows] = cv2.subtract(brighter, down)
    return made


def _halves(change: NDArray[np.int8]) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """What is added, and what is taken away."""
    return np.maximum(change, 0), np.maximum(-change, 0)


def _spread(
    delta: NDArray[np.float32], height: int, width: int, rows: slice
) -> NDArray[np.float32]:
    """(rows, w) of the change of cells spread over the picture's pixels, without steps."""
    cells = len(delta)
    if height <= _BAND:
        large = cv2.resize(delta, (width, height), interpolation=cv2.INTER_CUBIC)
        return np.asarray(large, np.float32)
    across, down = cells / width, cells / height
    place = [[across, 0.0, across / 2 - 0.5], [0.0, down, (rows.start + 0.5) * down - 0.5]]
    return np.asarray(
        cv2.warpAffine(
            delta,
            np.array(place),
            (width, rows.stop - rows.start),
            flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        np.float32,
    )


def read_mark(image: Image) -> Mark | None:
    """The mark in a picture (h, w, 3) RGB uint8; None where there is none."""
    if min(image.shape[:2]) < SMALLEST // 2:
        return None
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    grids = [cells for cells in GRIDS if cells <= min(grey.shape)]
    looks = [look for cells in grids for look in _looks(grey, cells)]
    if not looks:
        return None
    best = max(looks, key=lambda look: look.strength)
    # Further than a hundred digits nobody needs to count.
    chance = min(1.0, max(1e-99, _hypotheses() * math.exp(-(best.strength**2) / 2)))
    if chance > FALSE_ALARM:
        return None
    version, number = best.read()
    return Mark(number, version, best.strength, chance, best.share)


@dataclasses.dataclass(frozen=True, eq=False)
class _Look:
    """A window of a grid of cells, seen as it is or mirrored.

    values    (n, n) what the cells say; window (top, left, side) in cells
    """

    values: NDArray[np.float32]
    window: tuple[int, int, int]
    strength: float

    @property
    def share(self) -> float:
        return (self.window[2] / len(self.values)) ** 2

    def read(self) -> tuple[int, str]:
        """Version and number, or (0, "") where the checksum does not agree."""
        top, left, side = self.window
        signs, slots = _signs(len(self.values))
        part = (slice(top, top + side), slice(left, left + side))
        said, slot = (self.values * signs)[part].ravel(), slots[part].ravel()
        known = slot != _SYNC
        soft = np.bincount(slot[known], said[known], _CODE)
        count = np.maximum(np.bincount(slot[known], minlength=_CODE), 1)
        soft = soft / np.sqrt(count)
        value = 0
        for block in np.split(soft, _BLOCKS):
            value = value << golay.BITS | golay.decode(block)
        told, check = value >> 8, value & 0xFF
        version, number = told >> NUMBER_BITS, told & ((1 << NUMBER_BITS) - 1)
        if check != _check(told) or version != VERSION:
            return 0, ""
        return version, f"{number:09x}"


def _looks(grey: NDArray[np.float32], cells: int) -> Iterator[_Look]:
    """The best window of every size, of the picture and of its mirror image."""
    values = _values(_means(grey, cells))
    signs, slots = _signs(cells)
    sync = slots == _SYNC
    for seen in (values, np.ascontiguousarray(values[:, ::-1])):
        said = np.where(sync, seen * signs, 0.0)
        total = _sums(said)
        norm = _sums(np.where(sync, seen * seen, 0.0))
        for side in _sides(cells):
            sums, norms = _boxes(total, side), _boxes(norm, side)
            strength = sums / np.sqrt(np.maximum(norms, 1e-6))
            top, left = np.unravel_index(int(strength.argmax()), strength.shape)
            step = _step(side)
            window = (int(top) * step, int(left) * step, side)
            yield _Look(seen, window, float(strength[top, left]))


def _sides(cells: int) -> tuple[int, ...]:
    return tuple(side for side in (cells, cells // 2, cells // 4, cells // 8) if side >= 16)


def _step(side: int) -> int:
    return max(1, side // 4)


@functools.cache
def _hypotheses() -> int:
    """How many windows are looked at in one picture, mirrored ones too."""
    count = 0
    for cells in GRIDS:
        for side in _sides(cells):
            count += 2 * ((cells - side) // _step(side) + 1) ** 2
    return count


def _sums(plane: NDArray[np.floating]) -> NDArray[np.float64]:
    return np.pad(plane.astype(np.float64).cumsum(0).cumsum(1), ((1, 0), (1, 0)))


def _boxes(sums: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """Sums over the windows of a side, a quarter of it apart."""
    step = _step(side)
    low, high = sums[: len(sums) - side : step], sums[side::step]
    width = sums.shape[1]
    return (
        high[:, side::step]
        - high[:, : width - side : step]
        - low[:, side::step]
        + low[:, : width - side : step]
    )


def _grid(shorter: int) -> int:
    """Cells a side for a picture."""
    return max(cells for cells, least in zip(GRIDS, _FROM, strict=True) if shorter >= least)


@functools.cache
def _signs(cells: int) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Of every cell (n, n) its sign, and the code bit that it says, or that it is for finding."""
    name = f"mien mark {VERSION} {cells}".encode()
    drawn = np.frombuffer(hashlib.shake_256(name).digest(2 * cells * cells), "<u2")
    drawn = drawn.reshape(cells, cells).astype(np.intp)
    slots = (drawn & 0x7FFF) % (2 * _CODE)
    signs = np.where(drawn >> 15, 1.0, -1.0).astype(np.float32)
    return signs, np.where(slots < _CODE, slots, _SYNC)


@functools.lru_cache(64)
def _bits(number: int) -> NDArray[np.float32]:
    """(96,) the code bits of a number, -1 and 1."""
    told = VERSION << NUMBER_BITS | number
    value = told << 8 | _check(told)
    mask = (1 << golay.BITS) - 1
    parts = [value >> golay.BITS * place & mask for place in range(_BLOCKS - 1, -1, -1)]
    return np.concatenate([golay.encode(part) for part in parts])


def _check(told: int) -> int:
    return hashlib.sha256(told.to_bytes(5, "big")).digest()[0]


def _means(grey: NDArray[np.float32], cells: int) -> NDArray[np.float32]:
    """(n, n) the mean brightness of the cells."""
    return np.asarray(cv2.resize(grey, (cells, cells), interpolation=cv2.INTER_AREA), np.float32)


def _contrast(means: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What a cell differs from its neighbours, and how much cells differ around it."""
    apart = means - cv2.blur(means, (3, 3), borderType=cv2.BORDER_REFLECT_101)
    spread = cv2.blur(apart * apart, (3, 3), borderType=cv2.BORDER_REFLECT_101)
    busy = np.sqrt(np.maximum(spread, 0.0))  # running sums can end a little below 0
    return np.asarray(apart, np.float32), np.asarray(busy, np.float32)


def _values(means: NDArray[np.float32]) -> NDArray[np.float32]:
    return _clipped(*_contrast(means))


def _clipped(apart: NDArray[np.float32], busy: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.clip(apart / (busy + np.float32(_FLOOR)), -_CLIP, _CLIP), np.float32)


def _cells_change(
    image: Image, bits: NDArray[np.float32], inside: NDArray[np.uint8] | None
) -> NDArray[np.float32]:
    """(n, n) by how many grey levels every cell has to change."""
    cells = _grid(min(image.shape[:2]))
    means = _means(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32), cells)
    apart, busy = _contrast(means)
    signs, slots = _signs(cells)
    group = slots + 1  # those for finding are the first group
    wanted = signs * np.concatenate([np.ones(1, np.float32), bits])[group]
    said = _clipped(apart, busy) * wanted
    share = None if inside is None else _means(inside.astype(np.float32), cells)
    if share is not None:
        said *= share
    weights = None if share is None else share.ravel()
    count = np.bincount(group.ravel(), weights, _CODE + 1)
    spoken = np.bincount(group.ravel(), said.ravel(), _CODE + 1) / np.maximum(count, 1e-6)
    target, most = _TARGET[cells] if share is None else _PART_TARGET
    level = np.clip(target - spoken, 0.1, most).astype(np.float32)
    change = wanted * level[group] * (np.minimum(busy, _BUSY) + _FLOOR)
    change[busy < 0.02] = 0.0  # one colour: nothing may be seen there, and nothing would last
    laid = change if share is None else change * share
    loud = math.sqrt(float(np.mean(np.square(laid))))
    return np.asarray(change * min(1.0, _LOUD / max(loud, 1e-6)), np.float32)


def _changed(image: Image, over: Image) -> NDArray[np.uint8]:
    """(h, w) 1 in the regions where the picture differs from the photo, their inside filled."""
    height, width = image.shape[:2]
    differs = (cv2.absdiff(image, over).max(2) > 0).astype(np.uint8)
    starts = [np.arange(_COARSE) * side // _COARSE for side in (height, width)]
    coarse = np.maximum.reduceat(np.maximum.reduceat(differs, starts[0], 0), starts[1], 1)
    wide = np.pad(coarse, _REACH)
    kernel = np.ones((_REACH, _REACH), np.uint8)
    closed = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, kernel)[_REACH:-_REACH, _REACH:-_REACH]
    whole = cv2.resize(closed, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.maximum(whole, differs)


@functools.lru_cache(4)
def _dither(width: int) -> NDArray[np.float32]:
    """(band, w) thresholds of ordered dithering (Bayer 1973), in (0, 1)."""
    tile = np.zeros((1, 1))
    for _ in range(3):
        tile = np.block([[4 * tile, 4 * tile + 2], [4 * tile + 3, 4 * tile + 1]])
    tile = ((tile + 0.5) / tile.size).astype(np.float32)
    return np.tile(tile, (_BAND // len(tile), -(-width // len(tile))))[:, :width]
