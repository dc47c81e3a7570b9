"""TensorBoard event files, written without TensorBoard: framed protocol buffers with checksums.

Framing as in TensorFlow's record_writer.cc; messages as in event.proto and summary.proto.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from mien.io.files import output_errors
from mien.io.image import encode_image
from mien.types import Image

_POLYNOMIAL = 0x82F63B78  # CRC-32C (Castagnoli), reflected


def _table() -> list[int]:
    rows = np.arange(256, dtype=np.uint64)
    for _ in range(8):
        rows = np.where(rows & 1, (rows >> 1) ^ _POLYNOMIAL, rows >> 1)
    return [int(row) for row in rows]


_TABLE = _table()


def masked_crc(data: bytes) -> int:
    """CRC-32C of the bytes, rotated and offset as record files want it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def frame(data: bytes) -> bytes:
    """One record: length, its checksum, the data, its checksum."""
    length = struct.pack("<Q", len(data))
    parts = (length, struct.pack("<I", masked_crc(length)), data)
    return b"".join((*parts, struct.pack("<I", masked_crc(data))))


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _bytes_field(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _event(step: int, field: bytes) -> bytes:
    wall = struct.pack("<Bd", 1 << 3 | 1, time.time())
    return wall + _varint(2 << 3) + _varint(step) + field


def _scalar(tag: str, value: float) -> bytes:
    number = struct.pack("<Bf", 2 << 3 | 5, value)
    return _bytes_field(1, _bytes_field(1, tag.encode()) + number)


def _picture(tag: str, image: Image) -> bytes:
    height, width = image.shape[:2]
    sizes = b"".join(
        _varint(number << 3) + _varint(value) for number, value in ((1, height), (2, width), (3, 3))
    )
    data = encode_image(image, path=Path("x.png"), provenance=None)
    return _bytes_field(
        1, _bytes_field(1, tag.encode()) + _bytes_field(4, sizes + _bytes_field(4, data))
    )


class EventFile:
    """One events file in a run's folder; every process that goes on with a run adds its own."""

    def __init__(self, folder: Path, *, first_step: int) -> None:
        self._path = folder / f"events.out.tfevents.{int(time.time())}.mien.{first_step:06d}"
        self._append(_event(0, _bytes_field(3, b"brain.Event:2")))

    def scalars(self, step: int, values: Mapping[str, float]) -> None:
        """Adds one number per name."""
        summary = b"".join(_scalar(tag, value) for tag, value in values.items())
        self._append(_event(step, _bytes_field(5, summary)))

    def picture(self, step: int, tag: str, image: Image) -> None:
        """Adds a picture (h, w, 3) uint8."""
        self._append(_event(step, _bytes_field(5, _picture(tag, image))))

    def _append(self, data: bytes) -> None:
        with output_errors(self._path), self._path.open("ab") as file:
            file.write(frame(data))
