"""The ancestor's `db_description`: read, written again byte for byte, and refused when damaged."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from mien.data.face_to_parameter import CONTINUOUS, VALUES, open_database, parse, to_bytes
from mien.errors import InputError
from mien.io.image import write_image
from mien.seeding import rng

NAMES = ("db_00000_4", "db_00001_4", "db_00002_3")


def by_hand() -> bytes:
    """Three samples as .NET's BinaryWriter writes them, byte by byte."""
    random = rng("db_description")
    data = struct.pack("<i", 3)
    for name in NAMES:
        data += b"\x0a" + name.encode()
        data += struct.pack("<95f", *random.uniform(-0.1, 0.99, 95))
        data += struct.pack("<4f", 0.25, 0.0, 1.0, 0.0)
    return data


def test_names_and_values_are_read() -> None:
    names, values = parse(by_hand())
    assert names == NAMES
    assert values.shape == (3, VALUES)
    assert values[:, 95:].tolist() == [[0.25, 0.0, 1.0, 0.0]] * 3
    assert np.allclose(values[0, :95], rng("db_description").uniform(-0.1, 0.99, 95))
    assert len(CONTINUOUS) == 96


def test_the_round_trip_is_exact_also_for_long_names() -> None:
    data = by_hand()
    assert to_bytes(*parse(data)) == data
    long = "n" * 130
    written = to_bytes((long,), np.zeros((1, VALUES), np.float32))
    assert written[4:6] == b"\x82\x01"
    assert parse(written)[0] == (long,)


def test_a_folder_and_a_file_are_the_same(tmp_path: Path) -> None:
    (tmp_path / "db_description").write_bytes(by_hand())
    write_image(tmp_path / "db_00001_4.jpg", np.zeros((8, 8, 3), np.uint8), provenance=None)
    found = open_database(tmp_path)
    assert found.digest == open_database(tmp_path / "db_description").digest
    assert found.picture(1) == tmp_path / "db_00001_4.jpg"
    with pytest.raises(InputError, match=r"db_00000_4\.jpg beside it"):
        found.picture(0)


def _with_name(name: bytes) -> bytes:
    return struct.pack("<i", 1) + bytes([len(name)]) + name + bytes(4 * VALUES)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        struct.pack("<i", 0),
        struct.pack("<i", -1) + bytes(900),
        struct.pack("<i", 10**9) + bytes(900),
        by_hand()[:-1],
        by_hand() + b"\0",
        _with_name(b"../../secret"),
        _with_name(b"a/b"),
        _with_name(b"\xff\xfe"),
        by_hand()[:15] + struct.pack("<f", float("nan")) + by_hand()[19:],
    ],
)
def test_damage_is_one_line(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "db_description").write_bytes(data)
    with pytest.raises(InputError) as caught:
        open_database(tmp_path)
    assert "\n" not in str(caught.value)
    assert "db_description" in str(caught.value)


def test_values_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="99"):
        to_bytes(("a",), np.zeros((1, 98), np.float32))
