"""Reading a GLB container without trust: its chunks, its lists, its accessors.

The JSON is read as plain values and every number is checked where it is used: an index against its
list, a range against its buffer, a count against a limit. Raises ValueError with a reason for
everything that does not fit. Source: Khronos glTF 2.0, sections 3.6 (data) and 4.4 (GLB).
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.io.limits import MIB

Node: TypeAlias = Mapping[str, Any]

MAX_BYTES, MAX_JSON = 256 * MIB, 64 * MIB
MOST_ITEMS = 200_000
MOST_VALUES = 30_000_000
"""Numbers in one accessor."""
_MAGIC, _JSON, _BINARY = 0x46546C67, 0x4E4F534A, 0x004E4942
_TYPES = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_SIZES = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
_INDEX_TYPES = (5121, 5123, 5125)


def whole(value: Any, low: int, high: int, what: str) -> int:
    """A whole number in a range; JSON's true is none."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"{what} {value!r:.40}, not a whole number of {low} to {high}")
    return value


def real(value: Any, what: str) -> float:
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{what} {value!r:.40}, not a number")
    if not -1e9 <= value <= 1e9:  # a NaN is not either
        raise ValueError(f"{what} {value!r:.40}, not a usable number")
    return float(value)


def reals(value: Any, count: int, what: str) -> list[float]:
    """A list of so many finite numbers."""
    if not isinstance(value, list) or len(value) != count:
        raise ValueError(f"{what}, not {count} numbers")
    return [real(one, what) for one in value]


def sequence(value: Any, what: str) -> Sequence[Any]:
    """A list that is not too long; none is an empty one."""
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MOST_ITEMS:
        raise ValueError(f"{what}, not a list of at most {MOST_ITEMS}")
    return value


def mapping(value: Any, what: str) -> Node:
    """A JSON object; none is an empty one."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError(f"{what}, not an object")
    return value


class Container:
    """The JSON and the binary chunk of a GLB file."""

    def __init__(self, data: bytes) -> None:
        self.document, self.binary = _chunks(data)
        self._check_buffers()

    def items(self, name: str) -> Sequence[Any]:
        """A list of the document, such as "nodes"."""
        return sequence(self.document.get(name), name)

    def item(self, name: str, index: Any) -> Node:
        """One object of a list."""
        known = self.items(name)
        return mapping(known[whole(index, 0, len(known) - 1, f"index into {name}")], name)

    def view(self, index: Any) -> tuple[int, int, int]:
        """Start, length and stride (0: dense) of a buffer view inside the binary chunk."""
        told = self.item("bufferViews", index)
        whole(told.get("buffer", 0), 0, 0, "buffer")
        start = whole(told.get("byteOffset", 0), 0, len(self.binary), "byteOffset")
        most = len(self.binary) - start
        length = whole(told.get("byteLength"), 1, max(most, 1), "byteLength of a view")
        if length > most:
            raise ValueError("a view beyond the buffer")
        stride = told.get("byteStride")
        return start, length, 0 if stride is None else whole(stride, 4, 252, "byteStride")

    def view_bytes(self, index: Any) -> bytes:
        """The bytes of a buffer view, such as a picture."""
        start, length, _ = self.view(index)
        return self.binary[start : start + length]

    def accessor(self, index: Any, *kinds: str) -> NDArray[Any]:
        """(count, n) the numbers of an accessor of one of these types, finite.

        Normalised whole numbers become floats in [0, 1] or [-1, 1].
        """
        told = self.item("accessors", index)
        kind = told.get("type")
        if kind not in kinds:
            raise ValueError(f"an accessor of type {kind!r:.20}, not {' or '.join(kinds)}")
        width = _SIZES[str(kind)]
        count = whole(told.get("count"), 1, MOST_VALUES // width, "count of an accessor")
        dtype = _dtype(told.get("componentType"), _TYPES)
        if "bufferView" in told:
            values = self._strided(told, dtype, (count, width))
        elif "sparse" in told:
            values = np.zeros((count, width), dtype)
        else:
            raise ValueError("an accessor without data")
        if "sparse" in told:
            self._fill_sparse(values, mapping(told["sparse"], "sparse"), dtype)
        if dtype.kind == "f" and not np.isfinite(values).all():
            raise ValueError("a number that is not finite")
        if told.get("normalized") and dtype.kind in "iu":
            return np.maximum(values.astype(np.float32) / np.iinfo(dtype).max, -1.0)
        return values

    def _strided(self, told: Node, dtype: np.dtype[Any], shape: tuple[int, int]) -> NDArray[Any]:
        start, length, stride = self.view(told["bufferView"])
        row = dtype.itemsize * shape[1]
        stride = stride or row
        offset = whole(told.get("byteOffset", 0), 0, length, "byteOffset")
        if stride < row or offset + (shape[0] - 1) * stride + row > length:
            raise ValueError("an accessor beyond its view")
        steps = (stride, dtype.itemsize)
        found: NDArray[Any] = np.ndarray(shape, dtype, self.binary, start + offset, steps)
        return np.array(found)

    def _fill_sparse(self, values: NDArray[Any], told: Node, dtype: np.dtype[Any]) -> None:
        count = whole(told.get("count"), 1, len(values), "count of a sparse accessor")
        where, what = (mapping(told.get(name), name) for name in ("indices", "values"))
        kinds = {kind: _TYPES[kind] for kind in _INDEX_TYPES}
        places = self._strided(where, _dtype(where.get("componentType"), kinds), (count, 1))
        if int(places.max()) >= len(values):
            raise ValueError("a sparse index beyond its accessor")
        values[places[:, 0]] = self._strided(what, dtype, (count, values.shape[1]))

    def _check_buffers(self) -> None:
        buffers = self.items("buffers")
        if len(buffers) > 1 or any("uri" in mapping(one, "buffer") for one in buffers):
            raise ValueError("a buffer outside of the file")
        for one in buffers:
            whole(one.get("byteLength"), 0, len(self.binary), "byteLength of the buffer")


def _dtype(told: Any, known: Mapping[int, str]) -> np.dtype[Any]:
    if not isinstance(told, int) or told not in known:
        raise ValueError(f"componentType {told!r:.20}")
    return np.dtype(known[told])


def _chunks(data: bytes) -> tuple[Node, bytes]:
    if len(data) < 20:
        raise ValueError(f"{len(data)} bytes")
    magic, version, size = struct.unpack_from("<III", data)
    if magic != _MAGIC:
        raise ValueError("not a GLB file")
    if version != 2:
        raise ValueError(f"version {version}, not 2")
    if size != len(data):
        raise ValueError(f"{len(data)} bytes of {size}")
    place, found = 12, {}
    while place + 8 <= len(data):
        length, kind = struct.unpack_from("<II", data, place)
        if length > len(data) - place - 8:
            raise ValueError("a chunk beyond the file")
        found.setdefault(kind, data[place + 8 : place + 8 + length])
        place += 8 + length
    written = found.get(_JSON, b"")
    if not 0 < len(written) <= MAX_JSON:
        raise ValueError(f"{len(written)} bytes of JSON")
    try:
        document = json.loads(written)
    except (ValueError, RecursionError) as problem:
        raise ValueError("its JSON cannot be read") from problem
    return mapping(document, "document"), found.get(_BINARY, b"")
