"""Other people's checkpoints (`.pth`, `.pth.tar`, `.ckpt`): tensors by name, and nothing else.

The only door for files that are pickles. torch's restricted reader builds tensors and plain
containers and refuses everything that would run code; what it gives is checked again here.
"""

from __future__ import annotations

import io
import pickletools
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from mien.errors import WeightsError
from mien.io.files import read_bytes
from mien.io.limits import WEIGHT_LIMITS, WeightLimits
from mien.io.names import terminal_safe
from mien.messages import text

WRAPPERS = ("state_dict", "model", "net", "model_state_dict")
"""Keys under which training scripts keep the tensors beside their own state."""
_COPIES = 6
"""So often one tensor may stand in a file under different names: the ancestor of `express` names
its first layers five times, and torch writes them once."""
_PARTS = 5
"""Pickles that an old checkpoint begins with, before the numbers."""
_LONGEST, _MOST_STEPS = 4096, 2_000_000
"""Characters of a name, and steps of a pickle."""
PARALLEL = "module."
"""What torch's DataParallel puts before every name."""


def load_foreign(path: Path, *, limits: WeightLimits = WEIGHT_LIMITS) -> dict[str, NDArray[Any]]:
    """The tensors of a checkpoint by name, without DataParallel's prefix; floats as float32.

    Raises WeightsError with one line for a file that is missing, too large, damaged, that holds
    anything but tensors and plain values, or no tensor at all.
    """
    data = read_bytes(
        path, max_bytes=limits.max_bytes, wanted="io.wanted.checkpoint", error=WeightsError
    )
    if _inflates(data, limits) or _drags_on(data):
        raise _error("io.foreign.damaged", path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about odd files, which either raise or are fine
            found = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except Exception as problem:  # a damaged or hostile file may raise anything
        raise _error("io.foreign.damaged", path) from problem
    tensors = _tensors(found)
    if not tensors or len(tensors) > limits.max_tensors:
        raise _error("io.foreign.none", path)
    # A view can be far larger than its file: no honest checkpoint is.
    if sum(one.numel() * one.element_size() for one in tensors.values()) > _COPIES * len(data):
        raise _error("io.foreign.damaged", path)
    return {name: _array(one) for name, one in _plainly_named(tensors).items()}


def _inflates(data: bytes, limits: WeightLimits) -> bool:
    """Whether this is a zip file with more in it than torch ever puts there."""
    if not data.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, RuntimeError):
        return True
    packed = any(entry.compress_type != zipfile.ZIP_STORED for entry in entries)
    return packed or len(entries) > 2 * limits.max_tensors


def _drags_on(data: bytes) -> bool:
    """Whether a pickle in it is cut, or has a name or a number of steps that no checkpoint has.

    torch's reader checks what a pickle asks for, but not within any time: a name of some ten
    thousand characters, or one without an end, keeps it busy for minutes.
    """
    if not data.startswith(b"PK"):
        return _is_endless(io.BytesIO(data), _PARTS)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [name for name in archive.namelist() if name.endswith(".pkl")]
            return any(_is_endless(io.BytesIO(archive.read(name)), 1) for name in names)
    except (zipfile.BadZipFile, ValueError, RuntimeError, EOFError):
        return True


def _is_endless(stream: io.BytesIO, parts: int) -> bool:
    steps = 0
    for _ in range(parts):
        try:
            for _, argument, _ in pickletools.genops(stream):
                steps += 1
                if isinstance(argument, str | bytes | int) and _size(argument) > _LONGEST:
                    return True
                if steps > _MOST_STEPS:
                    return True
        except Exception:  # noqa: BLE001 (whatever is wrong with it, it is no pickle)
            return True
    return False


def _size(argument: str | bytes | int) -> int:
    return argument.bit_length() // 8 if isinstance(argument, int) else len(argument)


def _tensors(found: object) -> dict[str, torch.Tensor]:
    """The tensors of a state dictionary, or of the one inside a training script's own."""
    if not isinstance(found, Mapping):
        return {}
    for wrapper in WRAPPERS:
        if isinstance(found.get(wrapper), Mapping):
            return _tensors(found[wrapper])
    return {
        name: value
        for name, value in found.items()
        if isinstance(name, str) and isinstance(value, torch.Tensor)
    }


def _plainly_named(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    if not all(name.startswith(PARALLEL) for name in tensors):
        return dict(tensors)
    return {name.removeprefix(PARALLEL): one for name, one in tensors.items()}


def _array(tensor: torch.Tensor) -> NDArray[Any]:
    tensor = tensor.detach()
    return np.array((tensor.float() if tensor.is_floating_point() else tensor).numpy(), order="C")


def _error(key: str, path: Path) -> WeightsError:
    return WeightsError(text(key, path=terminal_safe(path)))
