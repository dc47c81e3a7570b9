"""Trained networks as files: what every job's `model.py` does alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.head.schema import schema_hash
from mien.io import hub
from mien.io.pins import FOLDER as FOLDER
from mien.io.weights import WeightHeader
from mien.jobs.settings import RecipeSettings

DAMAGE = (
    *(KeyError, TypeError, ValueError, RuntimeError, AttributeError, IndexError),
    *(ArithmeticError, AssertionError, MemoryError),
)
"""What a weight file whose header and arrays do not belong together may raise."""


def weight_file(model: str, shipped: Mapping[str, Path], *, stem: str = "weights") -> Path:
    """The file that `--model` means.

    A shipped one by name, a repository's as `hf:owner/name`, a file, or `stem` of a run's folder.
    """
    if model in shipped:
        return shipped[model]
    if hub.is_place(model):
        return hub.fetch(model)
    path = Path(model)
    return path / f"{stem}.safetensors" if path.is_dir() else path


def network_part(tensors: Mapping[str, NDArray[Any]], name: str = "") -> dict[str, Tensor]:
    """The tensors under a name, or all of them, floats in float32."""
    start = f"{name}." if name else ""
    part = {
        key.removeprefix(start): torch.from_numpy(array)
        for key, array in tensors.items()
        if key.startswith(start)
    }
    return {key: one.float() if one.is_floating_point() else one for key, one in part.items()}


def state_arrays(state: Mapping[str, Tensor], name: str = "") -> dict[str, NDArray[Any]]:
    """A network's state as arrays to be saved, under a name; undone by `network_part`."""
    start = f"{name}." if name else ""
    return {f"{start}{key}": value.detach().cpu().numpy() for key, value in state.items()}


def trained_header(
    job: str, preset: str, settings: RecipeSettings, told: Mapping[str, Any], **more: Any
) -> WeightHeader:
    """The header of what a run has trained.

    told   `data` (words), `source` (JSON values that find the samples again), `crop`, `licence`,
           `metrics`, `head` (whether the pictures were the head's)
    more   further JSON values of the configuration
    """
    return WeightHeader(
        job=job,
        preset=preset,
        config={"recipe": settings.as_config(), "source": dict(told.get("source", {})), **more},
        crop=dict(told.get("crop", {})),
        metrics=dict(told.get("metrics", {})),
        data=told.get("data", ""),
        licence=told.get("licence", "unknown"),
        head_hash=schema_hash() if told.get("head") else "",
    )


def in_micro_batches(
    run: Callable[..., Tensor], *inputs: Tensor, size: int, device: torch.device
) -> list[NDArray[np.float32]]:
    """What `run` gives for rows of the inputs, always `size` at a time, the last padded with zeros.

    The same kernels run whatever the number of rows is, and no row sees another: a result depends
    on its own row alone. The arrays together have as many rows as the inputs.
    """
    made = []
    for first in range(0, len(inputs[0]), size):
        some = [one[first : first + size] for one in inputs]
        batch = [torch.zeros(size, *one.shape[1:], device=device) for one in some]
        for space, one in zip(batch, some, strict=True):
            space[: len(one)] = one
        made.append(run(*batch)[: len(some[0])].float().cpu().numpy())
    return made
