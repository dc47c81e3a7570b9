"""Where tensors live and how many threads compute: decided once, at the edge of the program."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from mien.errors import OptionError
from mien.messages import text

if TYPE_CHECKING:
    import torch


def pick(name: str = "auto") -> torch.device:
    """The device of this name: "auto" (CUDA where there is one, else the CPU) or a torch name.

    Raises OptionError for a name that is unknown or a device that this machine lacks.
    """
    import torch

    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if not re.fullmatch(r"cpu|cuda(:\d+)?|mps", name):
        raise OptionError(text("fields.device_unknown", value=name))
    device = torch.device(name)
    here = {
        "cpu": True,
        "cuda": torch.cuda.is_available() and (device.index or 0) < torch.cuda.device_count(),
        "mps": torch.backends.mps.is_available(),
    }
    if not here[device.type]:
        raise OptionError(text("fields.device_absent", value=name))
    return device


def knows_bf16(device: torch.device) -> bool:
    """Whether a device computes in bfloat16 itself."""
    import torch

    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def cores() -> int:
    """Cores that this process may use, at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1
