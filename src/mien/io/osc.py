"""Open Sound Control 1.0 packets: messages and bundles as bytes, there and back.

Only what other programs send to move faces: int32, float32, string, blob, True, False and Nil.
Everything that comes from a network is checked before it is used.
"""

from __future__ import annotations

import dataclasses
import math
import struct
from collections.abc import Iterable, Sequence
from typing import TypeAlias

Value: TypeAlias = int | float | str | bytes | bool | None

MOST_BYTES = 65_507
"""Of one UDP packet."""
_BUNDLE = b"#bundle\0"
_NOW = 1
"""The time tag that means at once."""
_MOST_MESSAGES, _DEEPEST, _MOST_VALUES = 4096, 4, 256


@dataclasses.dataclass(frozen=True)
class Message:
    """One OSC message: an address such as "/VMC/Ext/Blend/Val", and values."""

    address: str
    values: tuple[Value, ...] = ()


def encode_message(address: str, *values: Value) -> bytes:
    """The bytes of one message.

    Raises ValueError for an address that does not begin with a slash, for a number that does not
    fit and for a value of another type.
    """
    if not address.startswith("/") or not address.isascii() or "\0" in address:
        raise ValueError(f"{address!r} is no OSC address")
    kinds, data = [","], []
    for value in values:
        kind, written = _encoded(value)
        kinds.append(kind)
        data.append(written)
    return _string(address) + _string("".join(kinds)) + b"".join(data)


def _encoded(value: Value) -> tuple[str, bytes]:
    if value is None:
        return "N", b""
    if isinstance(value, bool):
        return "T" if value else "F", b""
    if isinstance(value, int):
        if not -(2**31) <= value < 2**31:
            raise ValueError(f"{value} does not fit into 32 bits")
        return "i", struct.pack(">i", value)
    if isinstance(value, float):
        if not math.isfinite(value) or abs(value) > 3e38:
            raise ValueError(f"{value} is no 32-bit float")
        return "f", struct.pack(">f", value)
    if isinstance(value, str):
        return "s", _string(value)
    if isinstance(value, bytes):
        return "b", struct.pack(">i", len(value)) + _padded(value)
    raise ValueError(f"{type(value).__name__} cannot be sent")


def _string(value: str) -> bytes:
    data = value.encode()
    if b"\0" in data:
        raise ValueError("a text with a NUL")
    return _padded(data + b"\0")


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)


def encode_bundle(messages: Iterable[Message]) -> bytes:
    """The bytes of a bundle whose messages hold at once."""
    parts = [encode_message(one.address, *one.values) for one in messages]
    sized = b"".join(struct.pack(">i", len(part)) + part for part in parts)
    return _BUNDLE + struct.pack(">Q", _NOW) + sized


def encode_packets(messages: Sequence[Message], *, limit: int = 1400) -> list[bytes]:
    """Bundles of at most `limit` bytes each, in order: larger ones get lost on some networks."""
    packets: list[bytes] = []
    some: list[Message] = []
    size = len(_BUNDLE) + 8
    for one in messages:
        length = 4 + len(encode_message(one.address, *one.values))
        if some and size + length > limit:
            packets.append(encode_bundle(some))
            some, size = [], len(_BUNDLE) + 8
        some.append(one)
        size += length
    return [*packets, encode_bundle(some)] if some else packets


def decode_packet(data: bytes) -> list[Message]:
    """The messages of a packet, those of bundles in bundles among them, in order.

    Raises ValueError for what is no OSC packet, or holds too much.
    """
    if len(data) > MOST_BYTES:
        raise ValueError(f"{len(data)} bytes")
    found: list[Message] = []
    _decode(data, found, depth=0)
    return found


def _decode(data: bytes, found: list[Message], *, depth: int) -> None:
    if depth > _DEEPEST or len(found) >= _MOST_MESSAGES:
        raise ValueError("too much in one packet")
    if len(data) % 4 or not data:
        raise ValueError("not whole words")
    if not data.startswith(_BUNDLE):
        found.append(_message(data))
        return
    at = len(_BUNDLE) + 8
    if at > len(data):
        raise ValueError("a bundle that is cut off")
    while at < len(data):
        size, at = _whole(data, at)
        if size <= 0 or at + size > len(data):
            raise ValueError("a part that is cut off")
        _decode(data[at : at + size], found, depth=depth + 1)
        at += size


def _message(data: bytes) -> Message:
    address, at = _text(data, 0)
    if not address.startswith("/"):
        raise ValueError("no address")
    if at == len(data):  # old senders leave the types out where there are no values
        return Message(address)
    kinds, at = _text(data, at)
    if not kinds.startswith(",") or len(kinds) > _MOST_VALUES:
        raise ValueError("no types")
    values: list[Value] = []
    for kind in kinds[1:]:
        value, at = _value(kind, data, at)
        values.append(value)
    return Message(address, tuple(values))


_PLAIN: dict[str, Value] = {"T": True, "F": False, "N": None}


def _value(kind: str, data: bytes, at: int) -> tuple[Value, int]:
    if kind in _PLAIN:
        return _PLAIN[kind], at
    if kind == "i":
        return _whole(data, at)
    if kind == "f":
        if at + 4 > len(data):
            raise ValueError("a number that is cut off")
        (number,) = struct.unpack_from(">f", data, at)
        if not math.isfinite(number):
            raise ValueError("a number that is none")
        return float(number), at + 4
    if kind == "s":
        return _text(data, at)
    if kind == "b":
        size, at = _whole(data, at)
        if size < 0 or at + size > len(data):
            raise ValueError("a blob that is cut off")
        return data[at : at + size], at + size + (-size % 4)
    raise ValueError(f"a value of the kind {kind!r}")


def _whole(data: bytes, at: int) -> tuple[int, int]:
    if at + 4 > len(data):
        raise ValueError("a number that is cut off")
    (number,) = struct.unpack_from(">i", data, at)
    return int(number), at + 4


def _text(data: bytes, at: int) -> tuple[str, int]:
    end = data.find(b"\0", at)
    if end < 0:
        raise ValueError("a text without an end")
    try:
        written = data[at:end].decode()
    except UnicodeDecodeError as problem:
        raise ValueError("a text that is none") from problem
    return written, end + 1 + (-(end + 1) % 4)
