"""The ancestor's `face_images.lm2s`: landmarks of the whole Bosphorus set, in one pickle.

A dictionary of names such as `bs000_E_HAPPY_0` to whole pixels (12 to 26 points, 2) of crops of
64 x 64. Read through a reader that knows three names of numpy's and runs nothing; written without
any pickling, byte by byte, with the names that the ancestor's numpy had.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from mien.data.landmark_files.lines import (
    MOST_PICTURES,
    MOST_POINTS,
    Points,
    checked,
    refused,
)
from mien.io.atomic import atomic_write_bytes
from mien.io.files import read_bytes
from mien.io.limits import MIB
from mien.io.names import terminal_safe
from mien.io.pickled import THREE_NAMES, load_arrays

SIDE = 64
"""Pixels of the crops that the ancestor's own file speaks of."""
_MOST_BYTES = 256 * MIB
_MOST_NAME = 200


def read_lm2s(path: Path) -> dict[str, Points]:
    """(n, 2) pixels by name, in the file's order.

    Raises InputError for a file that is no such pickle, asks for any other name than the three, or
    holds an entry (its number is told) that is no name with finite points.
    """
    data = read_bytes(path, max_bytes=_MOST_BYTES, wanted="landmarks.wanted.lm2s")
    try:
        found = load_arrays(data, names=THREE_NAMES)
    except ValueError as problem:
        raise refused("landmarks.lm2s", path) from problem
    if not isinstance(found, dict) or not 0 < len(found) <= MOST_PICTURES:
        raise refused("landmarks.lm2s", path)
    return {
        name: _entry(path, number, name, one) for number, (name, one) in enumerate(found.items(), 1)
    }


def _entry(path: Path, number: int, name: object, one: object) -> Points:
    try:
        if not isinstance(name, str) or not 0 < len(name) <= _MOST_NAME:
            raise ValueError("a name that is none")
        if not isinstance(one, np.ndarray) or one.dtype.kind not in "fiu" or one.ndim != 2:
            raise ValueError("no array of numbers")
        if not 0 < len(one) <= MOST_POINTS:
            raise ValueError("no points, or too many")
        return checked(one.astype(np.float64)).copy()
    except ValueError as problem:
        shown = {"line": number, "name": terminal_safe(str(name)[:60])}
        raise refused("landmarks.lm2s_entry", path, **shown) from problem


def write_lm2s(path: Path, landmarks: Mapping[str, Points], *, overwrite: bool = False) -> None:
    """Writes points rounded to whole pixels, as the ancestor keeps them; raises OutputError.

    Raises ValueError for a name or points that cannot be read back.
    """
    parts = [b"\x80\x03}"]
    for name, one in landmarks.items():
        written = name.encode()
        if not 0 < len(name) <= _MOST_NAME:
            raise ValueError(f"a name of 1 to {_MOST_NAME} characters, not {len(name)}")
        rows = np.rint(checked(one)).astype("<i4")
        parts += [b"X", struct.pack("<I", len(written)), written, _array(rows), b"s"]
    atomic_write_bytes(path, b"".join([*parts, b"."]), overwrite=overwrite)


def _array(rows: np.ndarray) -> bytes:
    """The opcodes of protocol 3 that rebuild an int32 array, as numpy itself wrote them in 2019."""
    raw = np.ascontiguousarray(rows).tobytes()
    shape = b"".join(b"J" + struct.pack("<i", side) for side in rows.shape)
    kind = b"cnumpy\ndtype\nX\x02\x00\x00\x00i4K\x00K\x01\x87R"
    order = b"(K\x03X\x01\x00\x00\x00<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    empty = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R"
    state = b"(K\x01" + shape + b"\x86" + kind + order + b"\x89B"
    return empty + state + struct.pack("<I", len(raw)) + raw + b"tb"
