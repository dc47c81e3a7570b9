"""A network fixed for one shape of input: the same numbers, a fifth sooner at one picture a time.

At batch 1 a good part of a small network's time is Python's.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn


def frozen(net: nn.Module, *examples: Tensor) -> Callable[..., Any]:
    """What computes as `net` does for inputs of the examples' shapes and types.

    In bfloat16 the last bit may differ: layers that are done together are rounded once.

    net  in evaluation mode; its way through must not depend on the values
    """
    with torch.inference_mode(), warnings.catch_warnings():
        # Shapes that are compared on the way are the examples' own; and the tool itself warns that
        # it will be replaced one day.
        warnings.simplefilter("ignore")
        traced: Any = torch.jit.trace(net, examples, check_trace=False)
        return torch.jit.freeze(traced)
