"""A slow copy of a network: the average of its weights over the last images."""

from __future__ import annotations

import copy
from collections.abc import Iterable

import torch
from torch import Tensor, nn

RAMP = 0.08
"""Early on, the half-life is at most this share of the images seen (Karras et al. 2020)."""


def average_of(net: nn.Module) -> nn.Module:
    """A frozen copy in evaluation mode, to be moved by `follow`."""
    return copy.deepcopy(net).eval().requires_grad_(False)


def decay(half_life: float, *, images: int, batch: int) -> float:
    """How much of the average is kept at one step, in [0, 1).

    half_life   images after which a weight's share is halved
    images      seen so far, this batch included
    batch       images in this step
    """
    effective = min(half_life, images * RAMP)
    return 0.5 ** (batch / max(effective, 1e-8))


@torch.no_grad()
def follow(average: nn.Module, net: nn.Module, kept: float) -> None:
    """average = kept * average + (1 - kept) * net for the weights; buffers are copied.

    Running statistics of the copy belong to other weights: see `recalibrate`.
    """
    slow_weights: list[torch.Tensor] = list(average.parameters())
    quick_weights: list[torch.Tensor] = list(net.parameters())
    torch._foreach_lerp_(slow_weights, quick_weights, 1.0 - kept)  # pyright: ignore[reportPrivateImportUsage]
    for slow, quick in zip(average.buffers(), net.buffers(), strict=True):
        slow.copy_(quick)


@torch.no_grad()
def recalibrate(net: nn.Module, inputs: Iterable[Tensor | tuple[Tensor, ...]]) -> None:
    """Computes the running statistics of every BatchNorm anew, as the mean over these batches.

    inputs   batches to feed, a tuple where the net takes several tensors; the larger they are
             together, the better. Nothing else of the net changes. Without this, an averaged
             network would be sampled with the statistics of other weights; with batch statistics
             a picture would depend on its neighbours.
    """
    norms = [part for part in net.modules() if isinstance(part, nn.modules.batchnorm._BatchNorm)]
    if not norms:
        return
    before = [(norm, norm.momentum, norm.training) for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the plain mean over all batches
        norm.train()
    for batch in inputs:
        net(*batch) if isinstance(batch, tuple) else net(batch)
    for norm, momentum, training in before:
        norm.momentum = momentum
        norm.train(training)
