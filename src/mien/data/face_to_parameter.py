"""The ancestor's training set: `db_description` with one JPEG per sample (face-nn, 2019).

The file is what .NET's BinaryWriter writes, little-endian:

    int32                 number of samples
    per sample: string    length as 7-bit groups, then the name in ASCII, `db_00000_4`
                95 float  bones, [0, 1]; the label noise of its maker reaches -0.1
                4 float   brow brightness, and one of three brow textures

The digit at the end of a name is the body's shape: 3 male, 4 female. Of the 95 bones the engine
used 82; all of them are kept.
"""

from __future__ import annotations

import dataclasses
import hashlib
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.errors import InputError
from mien.io.files import read_bytes
from mien.io.limits import MIB
from mien.io.names import terminal_safe
from mien.messages import text

BONES, PAINTS = 95, 4
VALUES = BONES + PAINTS
NAME = "db_description"
BROWS = ("brow_0", "brow_1", "brow_2")
CONTINUOUS = (*(f"bone_{k:02d}" for k in range(BONES)), "brow_brightness")
_MAX_BYTES = 1024 * MIB
_LONGEST_NAME = 200
_SUFFIXES = (".jpg", ".jpeg", ".png")


@dataclasses.dataclass(frozen=True, eq=False)
class Database:
    """A parsed `db_description`.

    path        the file
    names       of the samples, without suffix
    values      (n, 99) float32 as written
    digest      sixteen hexadecimal digits of the file's SHA-256
    """

    path: Path
    names: tuple[str, ...]
    values: NDArray[np.float32]
    digest: str
    continuous: tuple[str, ...] = CONTINUOUS
    brows: tuple[str, ...] = BROWS

    def picture(self, place: int) -> Path:
        """Where the picture of a sample lies; raises InputError where there is none."""
        for suffix in _SUFFIXES:
            path = self.path.parent / f"{self.names[place]}{suffix}"
            if path.is_file():
                return path
        shown = terminal_safe(self.names[place])
        raise InputError(text("data.f2p_picture", name=shown, path=terminal_safe(self.path)))


def open_database(path: Path) -> Database:
    """Reads a `db_description`, or the one in a folder; raises InputError for a damaged one."""
    path = path / NAME if path.is_dir() else path
    data = read_bytes(path, max_bytes=_MAX_BYTES, wanted="data.wanted.f2p")
    try:
        names, values = parse(data)
    except (ValueError, struct.error) as problem:
        shown = {"path": terminal_safe(path), "reason": problem}
        raise InputError(text("data.f2p_damaged", **shown)) from problem
    return Database(path, names, values, hashlib.sha256(data).hexdigest()[:16])


def parse(data: bytes) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """Names and values (n, 99) of a file's bytes.

    Raises ValueError or struct.error where they are not such a file.
    """
    (count,) = struct.unpack_from("<i", data, 0)
    if not 0 < count <= len(data) // (4 * VALUES):
        raise ValueError(f"{count} samples in {len(data)} bytes")
    names, place = [], 4
    values = np.empty((count, VALUES), np.float32)
    for row in range(count):
        name, place = _read_name(data, place)
        names.append(name)
        numbers = struct.unpack_from(f"<{VALUES}f", data, place)
        values[row] = numbers
        place += 4 * VALUES
    if place != len(data):
        raise ValueError(f"{len(data) - place} bytes too many")
    if not np.isfinite(values).all():
        raise ValueError("a number that is not finite")
    return tuple(names), values


def _read_name(data: bytes, place: int) -> tuple[str, int]:
    """A name, and the place after it; one that could lead out of the folder is refused."""
    length = shift = 0
    while True:
        (byte,) = struct.unpack_from("<B", data, place)
        place += 1
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80 or shift > 28:
            break
    if not 0 < length <= _LONGEST_NAME or place + length > len(data):
        raise ValueError(f"a name of {length} bytes")
    name = data[place : place + length].decode("ascii")
    if not name.replace("_", "").replace("-", "").isalnum():
        raise ValueError(f"the name {terminal_safe(name)}")
    return name, place + length


def to_bytes(names: tuple[str, ...], values: NDArray[np.float32]) -> bytes:
    """The file of names and values (n, 99); `parse` gives both back, and again these bytes.

    Raises ValueError for values of another shape.
    """
    if values.shape != (len(names), VALUES):
        raise ValueError(f"values {values.shape} for {len(names)} names of {VALUES} numbers")
    parts = [struct.pack("<i", len(names))]
    for name, row in zip(names, values, strict=True):
        written = name.encode("ascii")
        parts += [_length(len(written)), written, row.astype("<f4").tobytes()]
    return b"".join(parts)


def _length(count: int) -> bytes:
    """A length in 7-bit groups, the lowest first."""
    groups = []
    while count >= 0x80:
        groups.append(count & 0x7F | 0x80)
        count >>= 7
    return bytes([*groups, count])
