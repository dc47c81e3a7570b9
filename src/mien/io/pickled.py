"""Pickles of plain values and numpy arrays: read without running anything that is in them.

A pickle names functions that its reader shall call. Here only those names are known that an array
is rebuilt with, and stand-ins that can do nothing else answer to them.
"""

from __future__ import annotations

import io
import pickle  # only through `_Reader`, which runs nothing
from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

THREE_NAMES = frozenset({"_reconstruct", "ndarray", "dtype"})
"""What an array alone needs: all that the ancestor's `.lm2s` file holds."""
ARRAY_NAMES = THREE_NAMES | {"scalar", "_frombuffer", "encode"}
"""And what numbers of numpy's, arrays of protocol 5, and arrays of Python 2 need."""


class _Array:
    """Stands for numpy.ndarray, which a pickle only hands to `_reconstruct`."""

    def __new__(cls, *given: object) -> _Array:
        raise pickle.UnpicklingError("an array made directly")


def _empty_array(*given: object) -> NDArray[Any]:
    """What numpy's `_reconstruct` gives in every honest pickle: an array to be filled."""
    return np.ndarray((0,), np.int8)


def _from_buffer(data: bytes, kind: Any, shape: Any, order: Any) -> NDArray[Any]:
    """What numpy's `_frombuffer` gives, of the pickle's own bytes alone."""
    return np.frombuffer(data, kind).reshape(shape, order=order)


def _encode(written: str, encoding: str) -> bytes:
    """How Python 2's bytes are written by Python 3."""
    if encoding != "latin1":
        raise pickle.UnpicklingError("an unknown encoding")
    return written.encode("latin1")


_KNOWN: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): np.dtype,
    ("numpy.core.numeric", "_frombuffer"): _from_buffer,
    ("numpy._core.numeric", "_frombuffer"): _from_buffer,
    ("_codecs", "encode"): _encode,
    **{
        (module, name): made
        for module in ("numpy.core.multiarray", "numpy._core.multiarray")
        for name, made in (
            ("_reconstruct", _empty_array),
            ("scalar", np._core.multiarray.scalar),  # pyright: ignore[reportAttributeAccessIssue]
        )
    },
}


class _Reader(pickle.Unpickler):
    """Knows some names of numpy and nothing else."""

    def __init__(self, data: bytes, names: Collection[str]) -> None:
        super().__init__(io.BytesIO(data), encoding="latin1")
        self._names = names

    def find_class(self, module: str, name: str) -> Any:
        """The stand-in of an allowed name; raises UnpicklingError for any other."""
        if name in self._names and (module, name) in _KNOWN:
            return _KNOWN[module, name]
        raise pickle.UnpicklingError(f"{module}.{name} is not allowed")


def load_arrays(data: bytes, *, names: Collection[str] = ARRAY_NAMES) -> object:
    """The value in a pickle that needs no other names than these.

    Raises ValueError for anything else: another name, a damaged or a hostile pickle.
    """
    try:
        return _Reader(data, names).load()
    except Exception as problem:  # a damaged pickle may raise anything
        raise ValueError("not a pickle of plain values and arrays") from problem
