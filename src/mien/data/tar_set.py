"""Pictures in tar shards as WebDataset lays them out, read in any order without unpacking.

    index.json          what the set is, and its shards with samples and SHA-256 (written last)
    shard-000000.tar    000000000.png, 000000000.json, 000000001.png, ...

A folder of other people's shards, without an index, is read too: then its tars are looked through
once, when it is opened.
"""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.data.pack import PackInfo
from mien.data.sources import PICTURE_SUFFIXES
from mien.data.tar_index import Member, Sample, read_member, samples_of
from mien.errors import MALFORMED, InputError
from mien.io.files import read_bytes
from mien.io.image import decode_image
from mien.io.limits import MIB
from mien.io.names import terminal_safe
from mien.messages import text
from mien.types import Image

INDEX, FORMAT = "index.json", 1
_MOST_BYTES = 64 * MIB
_MOST_SHARDS = 1_000_000
_OPEN = 8
"""Shards whose samples are kept in memory with all their members."""


@dataclasses.dataclass(frozen=True)
class Shard:
    """One file of a set: its samples, and the SHA-256 of its bytes where it is known."""

    name: str
    samples: int
    sha256: str = ""


@dataclasses.dataclass(frozen=True)
class TarInfo:
    """What a set of shards is, as `index.json` says it.

    info    as a pack's: side of the pictures, 0 where they differ; count; crop; data; licence
    """

    info: PackInfo
    shards: tuple[Shard, ...]


def is_tar_set(folder: Path) -> bool:
    """Whether a folder holds tar shards."""
    return folder.is_dir() and ((folder / INDEX).is_file() or any(folder.glob("*.tar")))


def read_index(folder: Path) -> TarInfo:
    """What a set holds; raises InputError for a damaged index, or a folder without any shard."""
    path = folder / INDEX
    if not path.is_file():
        return _looked_through(folder)
    data = read_bytes(path, max_bytes=_MOST_BYTES, wanted="data.wanted.pack")
    try:
        values = json.loads(data)
        newer = int(values["format"]) > FORMAT
        info = PackInfo(**values["info"])
        shards = tuple(Shard(**one) for one in values["shards"])
        sound = 0 <= info.size <= 4096 and len(shards) <= _MOST_SHARDS
        sound = sound and all(_is_sound(one) for one in shards)
        sound = sound and sum(one.samples for one in shards) == info.count
    except MALFORMED as problem:
        raise InputError(text("data.pack_damaged", path=terminal_safe(path))) from problem
    if newer:
        raise InputError(text("data.pack_newer", path=terminal_safe(path)))
    if not sound:
        raise InputError(text("data.pack_damaged", path=terminal_safe(path)))
    return TarInfo(info, shards)


def _is_sound(shard: Shard) -> bool:
    plain = Path(shard.name).name == shard.name and shard.name.endswith(".tar")
    return plain and isinstance(shard.samples, int) and 0 <= shard.samples <= _MOST_SHARDS


def _looked_through(folder: Path) -> TarInfo:
    paths = sorted(folder.glob("*.tar"))
    if not paths:
        raise InputError(text("data.empty", path=terminal_safe(folder), count=0))
    shards = tuple(Shard(path.name, len(samples_of(path))) for path in paths)
    count = sum(one.samples for one in shards)
    return TarInfo(PackInfo(size=0, count=count, data="tar shards"), shards)


class TarSet:
    """The samples of a set by number, in the order of its shards.

    Where all pictures are of one size it can stand for a `Pack`: `info`, `available`, `whole`,
    `take`. Raises InputError where the folder is no such set.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        told = read_index(folder)
        self.info, self.shards = told.info, told.shards
        self._ends = np.cumsum([one.samples for one in told.shards], dtype=np.int64)
        self._places = functools.lru_cache(_OPEN)(self._look)
        self._pictures: dict[int, NDArray[np.int64]] = {}

    def __len__(self) -> int:
        return self.info.count

    @property
    def available(self) -> int:
        """Pictures that can be read now: all."""
        return self.info.count

    @property
    def whole(self) -> bool:
        """Whether all pictures are there."""
        return True

    def place(self, number: int) -> tuple[int, int]:
        """The shard of a sample, and its place there; raises IndexError."""
        if not 0 <= number < self.info.count:
            raise IndexError(f"sample {number} of {self.info.count}")
        shard = int(np.searchsorted(self._ends, number, side="right"))
        return shard, number - int(self._ends[shard] - self.shards[shard].samples)

    def sample(self, number: int) -> dict[str, bytes]:
        """The bytes of a sample's members by kind: "png", "json"."""
        shard, place = self.place(number)
        path = self.folder / self.shards[shard].name
        members = self._places(shard)[place]
        return {kind: read_member(path, member) for kind, member in members.items()}

    def picture(self, number: int) -> Image:
        """(h, w, 3) uint8; raises InputError where the sample has none that can be read."""
        shard, place = self.place(number)
        path = self.folder / self.shards[shard].name
        if shard not in self._pictures:
            self._pictures[shard] = _picture_places(self._places(shard))
        offset, size = (int(one) for one in self._pictures[shard][place])
        if not size:
            raise InputError(text("data.tar_no_picture", path=terminal_safe(path), number=place))
        data = read_member(path, Member(offset, size))
        return decode_image(data, name=f"{path.name}:{place}")[0]

    def labels(self, number: int) -> dict[str, Any]:
        """The JSON object of a sample, empty where it has none; raises InputError."""
        shard, place = self.place(number)
        path = self.folder / self.shards[shard].name
        member = self._places(shard)[place].get("json")
        if member is None:
            return {}
        try:
            found = json.loads(read_member(path, member))
        except (ValueError, RecursionError) as problem:
            raise InputError(text("data.ledger", path=terminal_safe(path))) from problem
        return found if isinstance(found, dict) else {}

    def take(self, rows: NDArray[np.integer[Any]]) -> Image:
        """(n, size, size, 3) the pictures of these rows.

        Raises IndexError beyond the last, InputError for a picture of another size.
        """
        size = self.info.size
        made = np.zeros((len(rows), size, size, 3), np.uint8)
        # In the order of the shards, so that each is opened once.
        for at in np.argsort(rows, kind="stable"):
            picture = self.picture(int(rows[at]))
            if picture.shape != made.shape[1:]:
                told = {"found": f"{picture.shape[1]}x{picture.shape[0]}", "wanted": size}
                path = terminal_safe(self.folder)
                raise InputError(text("data.tar_size", path=path, number=int(rows[at]), **told))
            made[at] = picture
        return made

    def _look(self, shard: int) -> Sequence[Sample]:
        """The members of a shard's samples; raises InputError where they are not as told."""
        told = self.shards[shard]
        path = self.folder / told.name
        found = [sample for _, sample in samples_of(path)]
        if len(found) != told.samples:
            raise InputError(text("data.not_a_tar", path=terminal_safe(path)))
        return found


def _picture_places(samples: Sequence[Sample]) -> NDArray[np.int64]:
    """(n, 2) offset and size of each sample's first picture; zeros where it has none.

    Sixteen bytes a sample: these are kept for every shard that was ever looked into.
    """
    found = np.zeros((len(samples), 2), np.int64)
    for place, members in enumerate(samples):
        for kind, member in members.items():
            if f".{kind.rpartition('.')[2]}" in PICTURE_SUFFIXES:
                found[place] = member.offset, member.size
                break
    return found


def as_json(told: TarInfo) -> str:
    """`index.json`, the same bytes for the same set."""
    values: Mapping[str, Any] = {
        "format": FORMAT,
        "info": dataclasses.asdict(told.info),
        "shards": [dataclasses.asdict(one) for one in told.shards],
    }
    return json.dumps(values, indent=1, sort_keys=True, ensure_ascii=True) + "\n"
