"""A network run by onnxruntime in the place of torch: called alike, within 1/255 of it."""

from __future__ import annotations

import copy
import weakref
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from mien.errors import OutputError
from mien.jobs import onnx
from mien.messages import text

WORST = 1 / 127.5
"""Largest difference from torch that is borne, of values in [-1, 1]: one level of 255."""

_made: weakref.WeakKeyDictionary[nn.Module, OnnxNet] = weakref.WeakKeyDictionary()


class OnnxNet(nn.Module):
    """Takes and gives tensors as the network does that it was made of; without gradients.

    Made by `by_onnx`. It runs on the CPU, with as many threads as torch has; results come back to
    the device of the first input.

    error   largest difference from the network on the examples
    """

    def __init__(self, data: bytes, names: tuple[str, ...], *, several: bool) -> None:
        super().__init__()
        self._session = onnx.session(data)
        self._names, self._several = names, several
        self.error = 0.0

    @torch.no_grad()
    def forward(self, *inputs: Tensor) -> Any:
        """What the network gives for any number of rows: a tensor, or as many as it gives."""
        told = {
            name: one.detach().cpu().float().numpy()
            for name, one in zip(self._names, inputs, strict=True)
        }
        found = [
            torch.from_numpy(one).to(inputs[0].device) for one in self._session.run(None, told)
        ]
        return tuple(found) if self._several else found[0]


def by_onnx(net: nn.Module, examples: Callable[[], Mapping[str, Tensor]]) -> OnnxNet:
    """The network in onnxruntime, made once per network and compared with it before it is used.

    examples   gives inputs (n, ...) by name, n >= 2, in the order of the network's

    Raises MissingExtraError without the extra [onnx], OutputError where it differs by more than
    one level of 255.
    """
    if net in _made:
        return _made[net]
    inputs = dict(examples())
    plain = copy.deepcopy(net).cpu().float().eval()
    with torch.no_grad():
        wanted = plain(*inputs.values())
    several = not isinstance(wanted, Tensor)
    count = len(wanted) if several else 1
    outputs = tuple(f"output{k}" for k in range(count)) if several else ("output",)
    made = OnnxNet(onnx.to_onnx(plain, inputs, outputs, {}), tuple(inputs), several=several)
    made.error = onnx.apart(made(*inputs.values()), wanted)
    if made.error > WORST:
        raise OutputError(text("onnx.differs", worst=round(made.error * 127.5, 1)))
    _made[net] = made
    return made
