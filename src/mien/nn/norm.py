"""Spectral norm whose power iteration runs once a step, however many passes the step makes.

torch's own iterates at every forward pass: a step of two micro-batches would then train another
network than two processes with one micro-batch each.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import parametrize

_WARM_UP = 15


class SpectralNorm(nn.Module):
    """Divides a weight by its largest singular value (Miyato et al. 2018, equation 8)."""

    left: Tensor
    right: Tensor

    def __init__(self, weight: Tensor, random: torch.Generator) -> None:
        super().__init__()
        rows, columns = weight.flatten(1).shape
        for name, size in (("left", rows), ("right", columns)):
            start = torch.randn(size, generator=random)
            self.register_buffer(name, functional.normalize(start, dim=0))
        for _ in range(_WARM_UP):
            self.iterate(weight)

    @torch.no_grad()
    def iterate(self, weight: Tensor) -> None:
        """One power iteration on the raw weight (Miyato et al. 2018, algorithm 1)."""
        matrix = weight.flatten(1).float()
        # New tensors, not in-place: a graph may still hold the old ones.
        self.left = functional.normalize(matrix @ self.right, dim=0)
        self.right = functional.normalize(matrix.T @ self.left, dim=0)

    def forward(self, weight: Tensor) -> Tensor:
        """The weight, divided; its gradient flows through the singular value too."""
        # Products of elements rather than matrices: autocast leaves those in float32.
        value = ((weight.flatten(1) * self.right).sum(1) * self.left).sum()
        return weight / value


def add_spectral_norm(net: nn.Module, random: torch.Generator) -> nn.Module:
    """Puts spectral norm on every convolution and linear layer of the net; returns the net."""
    layers = [part for part in net.modules() if isinstance(part, nn.Conv2d | nn.Linear)]
    for layer in layers:
        norm = SpectralNorm(layer.weight.detach(), random)
        parametrize.register_parametrization(layer, "weight", norm)
    return net


def iterate_spectral_norms(net: nn.Module) -> None:
    """One power iteration in every layer; to be called once a step, before the first pass."""
    for part in net.modules():
        if isinstance(part, parametrize.ParametrizationList) and isinstance(part[0], SpectralNorm):
            part[0].iterate(part.original)  # pyright: ignore[reportCallIssue]
