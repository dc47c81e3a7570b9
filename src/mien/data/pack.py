"""Packs: pictures of one size in a folder of plain arrays, read without decoding anything.

    pack.json             what it holds (size, count, shard, crop, data, licence)
    pictures-00000.npy    (n, size, size, 3) uint8, `shard` pictures each, the last may hold fewer

Shards appear one after the other and never change, so a pack can be read while it grows.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mien.errors import MALFORMED, InputError
from mien.io.atomic import atomic_write_bytes
from mien.io.files import read_bytes
from mien.io.limits import MIB
from mien.io.names import terminal_safe
from mien.messages import text
from mien.types import Image

FORMAT = 1
SHARD = 500


@dataclasses.dataclass(frozen=True)
class PackInfo:
    """What a pack holds when it is whole.

    size     pixels a side
    count    pictures
    shard    pictures in a file
    crop     the alignment of the pictures, as weight headers name it; empty where there is none
    data     what they are, in words
    licence  SPDX name, or words
    digest   names the content; equal for equal packs
    """

    size: int
    count: int
    shard: int = SHARD
    crop: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    data: str = ""
    licence: str = "unknown"
    digest: str = ""

    @property
    def shards(self) -> int:
        """Files of a whole pack."""
        return -(-self.count // self.shard)


class PictureStore(Protocol):
    """Pictures of one size by number: a pack, or tar shards."""

    @property
    def info(self) -> PackInfo:
        """What it holds when it is whole."""
        ...

    @property
    def available(self) -> int:
        """Pictures that can be read now."""
        ...

    def take(self, rows: NDArray[np.integer[Any]]) -> Image:
        """(n, size, size, 3) uint8; raises IndexError beyond `available`."""
        ...


class Pack:
    """A folder of pictures, whole or still growing. Raises InputError where it is not a pack."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.info = read_info(folder)
        self._arrays: list[NDArray[np.uint8]] = []

    @property
    def available(self) -> int:
        """Pictures that can be read now."""
        while len(self._arrays) < self.info.shards:
            path = shard_path(self.folder, len(self._arrays))
            if not path.is_file():
                break
            self._arrays.append(self._open(path, len(self._arrays)))
        return min(self.info.count, len(self._arrays) * self.info.shard)

    @property
    def whole(self) -> bool:
        """Whether all pictures are there."""
        return self.available == self.info.count

    def take(self, rows: NDArray[np.integer[Any]]) -> Image:
        """(n, size, size, 3) the pictures of these rows; raises IndexError beyond `available`."""
        if len(rows) and not 0 <= int(rows.min()) <= int(rows.max()) < self.available:
            raise IndexError(f"rows {rows.min()}..{rows.max()} of {self.available} pictures")
        made = np.zeros((len(rows), self.info.size, self.info.size, 3), np.uint8)
        shards, places = np.divmod(rows, self.info.shard)
        for shard in np.unique(shards):
            here = shards == shard
            made[here] = self._arrays[shard][places[here]]
        return made

    def _open(self, path: Path, number: int) -> NDArray[np.uint8]:
        wanted = min(self.info.shard, self.info.count - number * self.info.shard)
        shape = (wanted, self.info.size, self.info.size, 3)
        try:
            array = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError) as problem:
            raise InputError(text("data.shard", path=terminal_safe(path))) from problem
        if array.shape != shape or array.dtype != np.uint8:
            raise InputError(text("data.shard", path=terminal_safe(path)))
        return array


def shard_path(folder: Path, number: int) -> Path:
    """Where a shard lies."""
    return folder / f"pictures-{number:05d}.npy"


def is_pack(folder: Path) -> bool:
    """Whether a folder says that it is a pack."""
    return (folder / "pack.json").is_file()


def write_info(folder: Path, info: PackInfo) -> None:
    """Begins a pack; raises OutputError."""
    values = {"format": FORMAT, **dataclasses.asdict(info)}
    written = json.dumps(values, indent=1, sort_keys=True)
    atomic_write_bytes(folder / "pack.json", written.encode() + b"\n")


def read_info(folder: Path) -> PackInfo:
    """What a pack is to hold; raises InputError where the folder is not one."""
    path = folder / "pack.json"
    data = read_bytes(path, max_bytes=MIB, wanted="data.wanted.pack")
    try:
        values = json.loads(data)
        if values.pop("format") > FORMAT:
            raise InputError(text("data.pack_newer", path=terminal_safe(path)))
        info = PackInfo(**values)
        sound = 1 <= info.size <= 4096 and info.count >= 0 and info.shard >= 1
    except MALFORMED as problem:
        raise InputError(text("data.pack_damaged", path=terminal_safe(path))) from problem
    if not sound:
        raise InputError(text("data.pack_damaged", path=terminal_safe(path)))
    return info


def write_shard(folder: Path, number: int, pictures: Image) -> str:
    """Adds a shard (n, size, size, 3); returns its SHA-256. Raises OutputError."""
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(pictures), allow_pickle=False)
    data = buffer.getvalue()
    atomic_write_bytes(shard_path(folder, number), data)
    return hashlib.sha256(data).hexdigest()
