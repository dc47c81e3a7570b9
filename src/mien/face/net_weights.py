"""Networks of this package, filled from a weight file's tensors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from mien.errors import WeightsError
from mien.messages import text

Net = TypeVar("Net", bound=nn.Module)


def filled(net: Net, tensors: Mapping[str, NDArray[Any]]) -> Net:
    """The network with these tensors (any float type), in float32 and channels-last.

    Raises WeightsError where names or shapes are not this network's.
    """
    state = {name: torch.from_numpy(np.array(value, np.float32)) for name, value in tensors.items()}
    try:
        net.load_state_dict(state, strict=True)
    except RuntimeError as problem:
        first = str(problem).splitlines()[-1].strip()
        raise WeightsError(text("face.network_differs", layer=first)) from problem
    return net.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
