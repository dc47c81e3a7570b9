"""The ancestor's other files (face-nn, 2019): a face as `eval.bytes`, and the bones of a role.

A face, little-endian: an int32 shape (3 male, 4 female), then 95 bones and 4 paints as float32, in
[0, 1]: 400 bytes. Older files hold 103 floats, 416 bytes.

A role (`female.bytes`, `male.bytes`): an int16 number of channels; each a name (length byte and
ASCII), a type byte and its range, two float32, or two quaternions of four where the type is a
rotation. Then an int16 number of groups, each an int16 length and as many int16 channels. Args of a
face drive channels from default to their ends (v = 0 the first, v = 1 the second).
"""

from __future__ import annotations

import dataclasses
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.data.face_to_parameter import VALUES
from mien.errors import InputError
from mien.io.atomic import atomic_write_bytes
from mien.io.files import read_bytes
from mien.io.limits import MIB
from mien.io.names import terminal_safe
from mien.messages import text

MALE, FEMALE = 3, 4
OLDER_VALUES = 103
FACE_BYTES, OLDER_BYTES = 4 + 4 * VALUES, 4 + 4 * OLDER_VALUES
KINDS = (
    *("position_x", "position_y", "position_z", "rotation"),
    *("scale_x", "scale_y", "scale_z"),
)
ROTATION = KINDS.index("rotation")
_MOST_CHANNELS, _MOST_GROUPS, _MOST_IN_GROUP = 4096, 1024, 256


@dataclasses.dataclass(frozen=True, eq=False)
class GameFace:
    """A face as the engine reads it.

    shape   of the body: 3 male, 4 female
    values  (99,) float32: bones, brow brightness, one of three brows; (103,) in older files
    """

    shape: int
    values: NDArray[np.float32]


@dataclasses.dataclass(frozen=True)
class Channel:
    """What one channel of a bone may do.

    bone   its name
    kind   one of KINDS
    low, high   one number each, or a quaternion (x, y, z, w) each where it is a rotation
    """

    bone: str
    kind: str
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclasses.dataclass(frozen=True)
class Role:
    """The channels of a role, and the groups that move together (places of channels)."""

    channels: tuple[Channel, ...]
    groups: tuple[tuple[int, ...], ...]


def face_from_bytes(data: bytes) -> GameFace:
    """A face; raises ValueError for another length or a number that is not finite."""
    if len(data) not in (FACE_BYTES, OLDER_BYTES):
        raise ValueError(f"{len(data)} bytes")
    values = np.frombuffer(data, "<f4", offset=4).astype(np.float32)
    if not np.isfinite(values).all():
        raise ValueError("a number that is not finite")
    return GameFace(struct.unpack_from("<i", data)[0], values)


def face_to_bytes(face: GameFace) -> bytes:
    """The file of a face; raises ValueError for another number of values than 99 or 103."""
    if face.values.shape not in ((VALUES,), (OLDER_VALUES,)):
        raise ValueError(f"values {face.values.shape}, not {VALUES} or {OLDER_VALUES}")
    if not np.isfinite(face.values).all():
        raise ValueError("a number that is not finite")
    return struct.pack("<i", face.shape) + face.values.astype("<f4").tobytes()


def read_face(path: Path) -> GameFace:
    """A face from its file; raises InputError with one line for anything else."""
    data = read_bytes(path, max_bytes=MIB, wanted="data.wanted.f2p_model")
    try:
        return face_from_bytes(data)
    except ValueError as problem:
        shown = {"path": terminal_safe(path), "reason": problem}
        raise InputError(text("data.f2p_model", **shown)) from problem


def write_face(path: Path, face: GameFace, *, overwrite: bool = False) -> None:
    """Writes the file of a face, for example `eval.bytes`; raises OutputError."""
    atomic_write_bytes(path, face_to_bytes(face), overwrite=overwrite)


def read_role(path: Path) -> Role:
    """The bones of a role from its file; raises InputError with one line for anything else."""
    data = read_bytes(path, max_bytes=MIB, wanted="data.wanted.f2p_config")
    try:
        return role_from_bytes(data)
    except (ValueError, struct.error) as problem:
        shown = {"path": terminal_safe(path), "reason": problem}
        raise InputError(text("data.f2p_config", **shown)) from problem


def role_from_bytes(data: bytes) -> Role:
    """A role; raises ValueError or struct.error where the bytes are not one, to the last."""
    reader = _Reader(data)
    channels = [reader.channel() for _ in range(reader.count("channels", _MOST_CHANNELS))]
    groups: list[tuple[int, ...]] = []
    for _ in range(reader.count("groups", _MOST_GROUPS)):
        size = reader.count("channels in a group", _MOST_IN_GROUP)
        places = reader.take(f"<{size}h")
        if not all(0 <= place < len(channels) for place in places):
            raise ValueError("a group with a channel that is not there")
        groups.append(places)
    if reader.place != len(data):
        raise ValueError(f"{len(data) - reader.place} bytes too many")
    return Role(tuple(channels), tuple(groups))


def role_to_bytes(role: Role) -> bytes:
    """The file of a role; `role_from_bytes` gives it back."""
    parts = [struct.pack("<h", len(role.channels))]
    for one in role.channels:
        name = one.bone.encode("ascii")
        numbers = (*one.low, *one.high)
        parts += [bytes([len(name)]), name, bytes([KINDS.index(one.kind)])]
        parts.append(struct.pack(f"<{len(numbers)}f", *numbers))
    parts.append(struct.pack("<h", len(role.groups)))
    for group in role.groups:
        parts.append(struct.pack(f"<h{len(group)}h", len(group), *group))
    return b"".join(parts)


class _Reader:
    """Reads a role from front to back."""

    def __init__(self, data: bytes) -> None:
        self._data, self.place = data, 0

    def take(self, layout: str) -> tuple[Any, ...]:
        found = struct.unpack_from(layout, self._data, self.place)
        self.place += struct.calcsize(layout)
        return found

    def count(self, what: str, most: int) -> int:
        (number,) = self.take("<h")
        if not 0 <= number <= most:
            raise ValueError(f"{number} {what}")
        return number

    def channel(self) -> Channel:
        (length,) = self.take("<B")
        (written,) = self.take(f"<{length}s")
        name = written.decode("ascii")
        if not name or not name.isprintable():
            raise ValueError("a bone without a name")
        (kind,) = self.take("<B")
        if kind >= len(KINDS):
            raise ValueError(f"type {kind} of {terminal_safe(name)}")
        size = 4 if kind == ROTATION else 1
        low, high = self.take(f"<{size}f"), self.take(f"<{size}f")
        if not np.isfinite((*low, *high)).all():
            raise ValueError(f"a range of {terminal_safe(name)} that is not finite")
        return Channel(name, KINDS[kind], low, high)
