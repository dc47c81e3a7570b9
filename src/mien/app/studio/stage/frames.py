"""Frames between page, studio and performer: a small JSON header, then bytes.

Over a WebSocket a frame is one message: u32 length of the header, header, payload. Over a pipe the
length of the whole stands before it.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import IO, Any, NoReturn, TypeAlias

from mien.errors import OptionError
from mien.messages import text

Header: TypeAlias = dict[str, Any]
HEADER_BYTES = 1 << 16
MOST_BYTES = 24 << 20
"""Of one frame, either way; the largest are models for engines."""
_LENGTH = struct.Struct("<I")


def pack(header: Mapping[str, Any], payload: bytes = b"") -> bytes:
    """One frame. Raises ValueError for a header that is no JSON."""
    written = json.dumps(header, separators=(",", ":"), allow_nan=False).encode()
    return _LENGTH.pack(len(written)) + written + payload


def unpack(data: bytes) -> tuple[Header, bytes]:
    """Header and payload of a frame; raises OptionError for anything else."""
    if not 4 < len(data) <= MOST_BYTES:
        raise OptionError(text("studio.live.frame"))
    (length,) = _LENGTH.unpack_from(data)
    if length > min(HEADER_BYTES, len(data) - 4):
        raise OptionError(text("studio.live.frame"))
    try:
        header = json.loads(data[4 : 4 + length], parse_constant=_no_number)
    except (ValueError, RecursionError) as problem:
        raise OptionError(text("studio.live.frame")) from problem
    if not isinstance(header, dict):
        raise OptionError(text("studio.live.frame"))
    return header, data[4 + length :]


def _no_number(written: str) -> NoReturn:
    raise ValueError(f"{written} is no number")


def write_frame(stream: IO[bytes], data: bytes) -> None:
    """Writes a frame into a pipe."""
    stream.write(_LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """The next frame of a pipe; None at its end."""
    length = stream.read(4)
    if len(length) < 4:
        return None
    (size,) = _LENGTH.unpack(length)
    data = stream.read(size)
    return data if len(data) == size else None
