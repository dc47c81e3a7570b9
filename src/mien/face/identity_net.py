"""dlib's face-recognition ResNet-29 as a torch module (He et al. 2016; dlib 19.3).

Batch normalisation, frozen in the published file, is folded into the convolutions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from mien.errors import WeightsError
from mien.face.dlib_format import Affine, Convolution, Linear, Network, Plain, Pool
from mien.face.net_weights import filled
from mien.messages import text

# (channels in, channels out, halves the picture), from input to output.
BLOCKS: tuple[tuple[int, int, bool], ...] = (
    *((32, 32, False),) * 3,
    *((32, 64, True), *((64, 64, False),) * 3),
    *((64, 128, True), *((128, 128, False),) * 2),
    *((128, 256, True), *((256, 256, False),) * 2),
    (256, 256, True),
)


class Block(nn.Module):
    """Two 3 x 3 convolutions and a shortcut; where it halves, the shortcut is average-pooled."""

    def __init__(self, inputs: int, outputs: int, halves: bool) -> None:
        super().__init__()
        stride, padding = (2, 0) if halves else (1, 1)
        self.first = nn.Conv2d(inputs, outputs, 3, stride, padding)
        self.second = nn.Conv2d(outputs, outputs, 3, 1, 1)
        self.halves = halves

    def forward(self, x: Tensor) -> Tensor:
        """(n, inputs, h, w) to (n, outputs, h', w')."""
        y = self.second(functional.relu(self.first(x)))
        if self.halves:
            x = functional.avg_pool2d(x, 2, 2)
            sizes = [max(a, b) for a, b in zip(x.shape[1:], y.shape[1:], strict=True)]
            x, y = _grow(x, sizes), _grow(y, sizes)
        return functional.relu(x + y)


def _grow(x: Tensor, sizes: list[int]) -> Tensor:
    """Zeros after the last channel, row and column, as dlib adds tensors of unequal shape."""
    channels, rows, columns = (size - have for size, have in zip(sizes, x.shape[1:], strict=True))
    return functional.pad(x, (0, columns, 0, rows, 0, channels))


class IdentityNet(nn.Module):
    """Aligned chips to 128 numbers whose L2 distance says how alike two faces are.

    Input (n, 3, 150, 150) float RGB in 0..255; any other size gives other answers. Frozen, in
    evaluation mode and differentiable with respect to its input.
    """

    mean: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(1, 3, 1, 1))
        self.stem = nn.Conv2d(3, 32, 7, 2, 0)
        self.blocks = nn.ModuleList(Block(*block) for block in BLOCKS)
        self.head = nn.Linear(256, 128, bias=False)
        self.eval().requires_grad_(False)

    def features(self, x: Tensor) -> list[Tensor]:
        """The maps after the stem and after each of the 14 blocks, for perceptual losses."""
        x = (x - self.mean) / 256.0
        x = functional.max_pool2d(functional.relu(self.stem(x)), 3, 2)
        maps = [x]
        for block in self.blocks:
            x = block(x)
            maps.append(x)
        return maps

    def forward(self, x: Tensor) -> Tensor:
        """(n, 128), not normalised; lengths are about 1.3 to 1.6."""
        return self.head(self.features(x)[-1].mean((2, 3)))


def tensors_of(network: Network) -> dict[str, NDArray[np.float64]]:
    """The state of an IdentityNet from a parsed .dat file, folded in float64.

    Raises WeightsError where the file holds a network of another shape.
    """
    _check_structure(network)
    convolutions = [layer for layer in network.layers if isinstance(layer, Convolution)]
    scalings = [layer for layer in network.layers if isinstance(layer, Affine)]
    reference = IdentityNet()
    parts = [f"blocks.{i}.{part}" for i in range(len(BLOCKS)) for part in ("first", "second")]
    state: dict[str, NDArray[np.float64]] = {
        "mean": np.array(network.mean, np.float64).reshape(1, 3, 1, 1)
    }
    for name, convolution, scaling in zip(["stem", *parts], convolutions, scalings, strict=True):
        _check_convolution(name, convolution, reference.get_submodule(name))
        gamma = scaling.gamma.astype(np.float64)
        state[f"{name}.weight"] = convolution.weight * gamma[:, None, None, None]
        state[f"{name}.bias"] = convolution.bias * gamma + scaling.beta
    (last,) = [layer for layer in network.layers if isinstance(layer, Linear)]
    state["head.weight"] = last.weight.T.astype(np.float64)
    return state


def _check_convolution(name: str, found: Convolution, wanted: Any) -> None:
    geometry = found.weight.shape, found.stride, found.padding
    if geometry != (tuple(wanted.weight.shape), wanted.stride, wanted.padding):
        raise WeightsError(text("face.network_differs", layer=name))


def _check_structure(network: Network) -> None:
    wanted = ["conv", "affine", "relu", "max"]
    for _, _, halves in BLOCKS:
        wanted += ["mark", "conv", "affine", "relu", "conv", "affine"]
        wanted += ["mark", "mark", "average", "add", "relu"] if halves else ["add", "relu"]
    wanted += ["average", "linear"]
    found = [_kind(layer) for layer in network.layers]
    if found != wanted or network.size != (150, 150):
        place = next(
            (i for i, pair in enumerate(zip(found, wanted, strict=False)) if pair[0] != pair[1]),
            min(len(found), len(wanted)),
        )
        raise WeightsError(text("face.network_differs", layer=place))


def _kind(layer: object) -> str:
    if isinstance(layer, Plain | Pool):
        return layer.kind
    return {Convolution: "conv", Affine: "affine", Linear: "linear"}[type(layer)]


def build(tensors: Mapping[str, NDArray[np.floating]]) -> IdentityNet:
    """A network with these tensors (any float type), in float32.

    Raises WeightsError where names or shapes are not this network's.
    """
    return filled(IdentityNet(), tensors)
