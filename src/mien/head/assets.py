"""The head's shipped arrays: files beside the code, each with its content pinned.

They are made by `python -m mien.head.build`, so a picture's recipe names its head exactly.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.errors import WeightsError

FOLDER = Path(__file__).parent
HASHES: dict[str, str] = {
    "template": "3a2ea162e31e1b2b",
    "hair": "1344803e3b50221b",
    "toon_hair": "17df06430769cf1b",
}
"""Content of `<name>.npz`."""
Arrays = Mapping[str, NDArray[Any]]


def asset_path(name: str) -> Path:
    """Where the arrays of a name lie."""
    return FOLDER / f"{name}.npz"


def content_hash(arrays: Arrays) -> str:
    """Sixteen hex digits over names, types, shapes and bytes of the arrays."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name}:{array.dtype.str}:{array.shape};".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()[:16]


@functools.cache
def load_asset(name: str) -> Arrays:
    """The shipped arrays. Raises WeightsError when the file is damaged or another version."""
    return read_arrays(asset_path(name), expected_hash=HASHES[name])


def read_arrays(path: Path, *, expected_hash: str | None) -> Arrays:
    """Arrays from a file; `expected_hash` None accepts any content."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except (OSError, ValueError) as error:
        raise WeightsError(
            f"the head's file {path.name} cannot be read ({error}): reinstall mien."
        ) from error
    if expected_hash is not None and content_hash(arrays) != expected_hash:
        raise WeightsError(
            f"the head's file {path.name} is not the one this version was made for "
            f"(hash {content_hash(arrays)}, wanted {expected_hash}): reinstall mien."
        )
    return arrays
