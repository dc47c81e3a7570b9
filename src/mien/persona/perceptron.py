"""A small trained perceptron, run in double precision: the same answer on any machine."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Layer = tuple[FloatArray, FloatArray]
"""Weights (out, in) and biases (out,)."""
CLAMP = 4.0
"""Inputs stay within this many standard deviations of the training data."""


@dataclasses.dataclass(frozen=True, eq=False)
class Perceptron:
    """Layers with SiLU between them, and what brings inputs and outputs to unit size."""

    layers: tuple[Layer, ...]
    input_mean: FloatArray
    input_sd: FloatArray
    output_mean: FloatArray
    output_sd: FloatArray

    def __call__(self, rows: FloatArray) -> FloatArray:
        """(..., outputs) of rows (..., inputs)."""
        return forward(self.layers, self.standard(rows)) * self.output_sd + self.output_mean

    def standard(self, rows: FloatArray) -> FloatArray:
        """Inputs as the first layer sees them."""
        return np.clip((rows - self.input_mean) / self.input_sd, -CLAMP, CLAMP)

    def tensors(self) -> dict[str, NDArray[np.generic]]:
        """What a weight file holds: layers in half precision, the rest in single."""
        named: dict[str, NDArray[np.generic]] = {}
        for k, (weight, bias) in enumerate(self.layers):
            named[f"net.weight{k}"] = weight.astype(np.float16)
            named[f"net.bias{k}"] = bias.astype(np.float16)
        for name in ("input_mean", "input_sd", "output_mean", "output_sd"):
            named[name.replace("_", ".")] = getattr(self, name).astype(np.float32)
        return named


def forward(layers: Sequence[Layer], value: FloatArray) -> FloatArray:
    """(..., outputs) of standard inputs (..., inputs), in standard deviations."""
    for k, (weight, bias) in enumerate(layers):
        value = value @ weight.T + bias
        if k < len(layers) - 1:
            value = value / (1.0 + np.exp(-value))  # SiLU
    return value


def perceptron_of(tensors: Mapping[str, NDArray[np.generic]]) -> Perceptron:
    """The perceptron of a weight file's tensors; KeyError where one is missing."""
    double = {name: np.asarray(array, np.float64) for name, array in tensors.items()}
    depth = sum(name.startswith("net.weight") for name in double)
    return Perceptron(
        tuple((double[f"net.weight{k}"], double[f"net.bias{k}"]) for k in range(depth)),
        double["input.mean"],
        double["input.sd"],
        double["output.mean"],
        double["output.sd"],
    )
