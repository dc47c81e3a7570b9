"""The ancestor's faces and roles: made byte by byte, read, written again, refused when damaged."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from mien.data.game_faces import (
    FEMALE,
    GameFace,
    face_from_bytes,
    face_to_bytes,
    read_face,
    read_role,
    role_from_bytes,
    role_to_bytes,
    write_face,
)
from mien.errors import InputError, OutputError


def face_bytes(count: int = 99, shape: int = FEMALE) -> bytes:
    return struct.pack(f"<i{count}f", shape, *(k / count for k in range(count)))


def role_bytes() -> bytes:
    """Three channels in two groups, as female.bytes has 125 in 81."""
    data = struct.pack("<h", 3)
    data += b"\x0bmouth_cornr" + bytes([1]) + struct.pack("<2f", 0.0095, 0.0170)
    data += b"\x04jaw_" + bytes([3]) + struct.pack("<8f", 0, 0.025, 0, 1, 0, -0.044, 0, 1)
    data += b"\x03ear" + bytes([6]) + struct.pack("<2f", 0.20, 2.01)
    return data + struct.pack("<h", 2) + struct.pack("<h2h", 2, 0, 2) + struct.pack("<hh", 1, 1)


@pytest.mark.parametrize(("count", "size"), [(99, 400), (103, 416)])
def test_a_face_goes_round_byte_for_byte(count: int, size: int, tmp_path: Path) -> None:
    data = face_bytes(count)
    assert len(data) == size
    face = face_from_bytes(data)
    assert face.shape == 4
    assert face.values[1] == np.float32(1 / count)
    assert face_to_bytes(face) == data
    path = tmp_path / "eval.bytes"
    write_face(path, face)
    assert path.read_bytes() == data
    assert np.array_equal(read_face(path).values, face.values)
    with pytest.raises(OutputError):
        write_face(path, face)


@pytest.mark.parametrize(
    "data",
    [
        b"\0",
        face_bytes()[:-1],
        face_bytes() + b"\0",
        face_bytes(100),
        face_bytes()[:-4] + struct.pack("<f", float("nan")),
    ],
)
def test_a_damaged_face_is_one_line(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "eval.bytes"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"eval\.bytes: no face of the ancestor's engine"):
        read_face(path)


def test_faces_of_other_lengths_are_not_written() -> None:
    with pytest.raises(ValueError, match="99 or 103"):
        face_to_bytes(GameFace(4, np.zeros(98, np.float32)))
    with pytest.raises(ValueError, match="finite"):
        face_to_bytes(GameFace(4, np.full(99, np.inf, np.float32)))


def test_a_role_has_names_types_ranges_and_groups() -> None:
    role = role_from_bytes(role_bytes())
    mouth, jaw, ear = role.channels
    assert (mouth.bone, mouth.kind) == ("mouth_cornr", "position_y")
    assert mouth.high == (pytest.approx(0.017),)
    assert jaw.kind == "rotation"
    assert jaw.low == pytest.approx((0, 0.025, 0, 1))
    assert ear.kind == "scale_z"
    assert role.groups == ((0, 2), (1,))
    assert role_to_bytes(role) == role_bytes()


def changed(place: int, value: bytes) -> bytes:
    data = bytearray(role_bytes())
    data[place : place + len(value)] = value
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        b"\0",
        struct.pack("<h", -1) + bytes(40),
        struct.pack("<h", 30_000) + bytes(40),
        role_bytes()[:-1],
        role_bytes() + b"\0",
        changed(2, b"\xff"),  # a name beyond the end
        changed(14, b"\x07"),  # a type that there is not
        changed(15, struct.pack("<f", float("nan"))),
        role_bytes()[:-2] + struct.pack("<h", 3),  # a channel that there is not
        changed(3, b"\xff"),
    ],
)
def test_a_damaged_role_is_one_line(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "female.bytes"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"female\.bytes: no list of the ancestor's bones"):
        read_role(path)
