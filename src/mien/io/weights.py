"""Weight files: safetensors with one JSON text that says what the numbers are.

The header is checked before anything is parsed, and nothing is ever unpickled. Arrays are numpy
outside and in; turning them into tensors is the caller's.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from mien import __version__
from mien.errors import WeightsError
from mien.io import pins
from mien.io.atomic import atomic_write_bytes
from mien.io.files import read_bytes
from mien.io.limits import MIB, WEIGHT_LIMITS, WeightLimits
from mien.io.names import terminal_safe
from mien.messages import text

FORMAT = 1
"""Version of the header; a file with a larger one was made by a newer mien."""

_KEY = "mien"
_DTYPES = frozenset(
    {"float16", "float32", "float64", "int8", "uint8", "int16", "int32", "int64", "bool"}
)


@dataclasses.dataclass(frozen=True)
class WeightHeader:
    """What a weight file is, so that it can be used without any other file.

    job         what it is for, e.g. "translate" or "analyser.translator"
    preset      name of the preset it was trained with
    config      the resolved config, JSON values only
    crop        the alignment of its inputs, e.g. {"name": "head-256", ...}
    metrics     measured figures, by name
    data        what it was trained on, in words, e.g. "head v1, 200 000 renders, seed 0"
    licence     SPDX name, or words
    head_hash   `head.schema.schema_hash()` it was trained for; "" where it knows no head
    version     mien version that wrote it
    """

    job: str
    preset: str
    config: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    crop: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    metrics: Mapping[str, float] = dataclasses.field(default_factory=dict)
    data: str = ""
    licence: str = "Apache-2.0"
    head_hash: str = ""
    version: str = __version__


@dataclasses.dataclass(frozen=True)
class Weights:
    """A weight file in memory: its arrays by name, its header, and the SHA-256 of its bytes."""

    tensors: Mapping[str, NDArray[Any]]
    header: WeightHeader
    sha256: str


def save_weights(
    path: Path,
    tensors: Mapping[str, NDArray[Any]],
    header: WeightHeader,
    *,
    half: bool = False,
) -> str:
    """Writes a weight file and returns the SHA-256 of its bytes, as 64 hexadecimal digits.

    tensors   arrays by name: floats, integers or booleans, of any shape
    half      store floats as float16, which is what ships

    The same tensors and header give the same bytes. Raises OutputError where the file cannot be
    written, ValueError for an array of another type, for a float that is not finite (also after
    the conversion to float16), and for a header that is not JSON.
    """
    stored = {name: _stored(name, array, half=half) for name, array in tensors.items()}
    values = {"format": FORMAT, **dataclasses.asdict(header)}
    # One text: the order of several entries is not fixed in the format.
    written = json.dumps(values, sort_keys=True, ensure_ascii=True, allow_nan=False)
    data = safetensors.numpy.save(stored, metadata={_KEY: written})
    atomic_write_bytes(path, data)
    digest = hashlib.sha256(data).hexdigest()
    pins.keep(path, digest)
    return digest


def _stored(name: str, array: NDArray[Any], *, half: bool) -> NDArray[Any]:
    if array.dtype.name not in _DTYPES:
        raise ValueError(f"tensor {name}: {array.dtype} cannot be stored")
    if array.dtype.kind == "f":
        if half:
            with np.errstate(over="ignore"):  # an infinity is reported by name just below
                array = array.astype(np.float16)
        if not np.isfinite(array).all():
            raise ValueError(f"tensor {name} holds a value that is not finite")
    return np.array(array, order="C")  # a copy: always contiguous, and keeps zero dimensions


def load_weights(
    path: Path,
    *,
    expected_job: str,
    sha256: str | None = None,
    expected_head: str | None = None,
    limits: WeightLimits = WEIGHT_LIMITS,
) -> Weights:
    """Reads a weight file; float16 stays float16.

    expected_job    the header's job has to be this one
    sha256          what the file's bytes have to hash to; None: what `io.pins` says, for a file
                    that ships
    expected_head   the head's schema hash now; a header with another one is refused, one
                    without any is accepted; None: not checked

    Raises WeightsError with one line for a file that is missing, too large, damaged, not mien's,
    for another job, or for another head (then the line names `make models`).
    """
    data = read_bytes(
        path, max_bytes=limits.max_bytes, wanted="io.wanted.weights", error=WeightsError
    )
    found = hashlib.sha256(data).hexdigest()
    wanted = sha256 or pins.pinned(path)
    if wanted is not None and found != wanted:
        key = "io.weights.changed" if sha256 else "io.weights.pinned"
        raise _error(key, path, found=found[:12], wanted=wanted[:12], command=pins.COMMAND)
    header = _parse_header(data, path, limits)
    if header.job != expected_job:
        raise _error("io.weights.job", path, found=header.job, wanted=expected_job)
    if expected_head is not None and header.head_hash and header.head_hash != expected_head:
        raise _error(
            "io.weights.head", path, found=header.head_hash[:12], wanted=expected_head[:12]
        )
    return Weights(_parse_tensors(data, path), header, found)


def read_header(path: Path, *, limits: WeightLimits = WEIGHT_LIMITS) -> WeightHeader:
    """The header alone, whatever the job; errors as `load_weights`."""
    data = read_bytes(
        path, max_bytes=limits.max_bytes, wanted="io.wanted.weights", error=WeightsError
    )
    return _parse_header(data, path, limits)


def _error(key: str, path: Path, **values: object) -> WeightsError:
    safe = {name: terminal_safe(value) for name, value in values.items()}
    return WeightsError(text(key, path=terminal_safe(path), **safe))


def _parse_header(data: bytes, path: Path, limits: WeightLimits) -> WeightHeader:
    if len(data) < 8:
        raise _error("io.weights.damaged", path)
    (length,) = struct.unpack_from("<Q", data)
    if length > limits.max_header:
        sizes = {"size": f"{length / MIB:.1f}", "limit": f"{limits.max_header / MIB:g}"}
        raise _error("io.weights.header", path, **sizes)
    if 8 + length > len(data):
        raise _error("io.weights.damaged", path)
    try:
        entries = json.loads(data[8 : 8 + length])
    except (ValueError, RecursionError) as problem:
        raise _error("io.weights.damaged", path) from problem
    if not isinstance(entries, dict) or len(entries) > limits.max_tensors + 1:
        raise _error("io.weights.damaged", path)
    metadata = entries.get("__metadata__")
    if not isinstance(metadata, dict) or not isinstance(metadata.get(_KEY), str):
        raise _error("io.weights.foreign", path)
    return _read_metadata(metadata[_KEY], path)


def _read_metadata(written: str, path: Path) -> WeightHeader:
    try:
        values = json.loads(written)
    except (ValueError, RecursionError) as problem:
        raise _error("io.weights.damaged", path) from problem
    if not isinstance(values, dict) or not isinstance(values.get("format"), int):
        raise _error("io.weights.damaged", path)
    if values["format"] > FORMAT:
        raise _error("io.weights.newer", path, found=values["format"], wanted=FORMAT)
    kinds = {
        field.name: dict if field.name in ("config", "crop", "metrics") else str
        for field in dataclasses.fields(WeightHeader)
    }
    if not all(isinstance(values.get(name), kind) for name, kind in kinds.items()):
        raise _error("io.weights.damaged", path)
    return WeightHeader(**{name: values[name] for name in kinds})


def _parse_tensors(data: bytes, path: Path) -> dict[str, NDArray[Any]]:
    try:
        views = safetensors.numpy.load(data)
    except Exception as problem:  # the parser has its own errors, and a KeyError for new types
        raise _error("io.weights.damaged", path) from problem
    # The views point into `data` and cannot be written to; their own copies can.
    return {name: np.array(view, order="C") for name, view in views.items()}
