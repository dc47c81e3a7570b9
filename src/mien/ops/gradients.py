"""Penalties on a discriminator's input gradient; they need a second backward pass.

All of them work under autocast: the gradient is taken of a float32 sum and squared in float32.
`torch.autograd.grad` is asked for inputs only, never for parameters, so DistributedDataParallel
still sees one backward pass.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def input_gradient(logits: Tensor, pictures: Tensor) -> Tensor:
    """d sum(logits) / d pictures in float32, shaped as `pictures`, with a graph.

    pictures   (n, ...) that the logits were computed from, with requires_grad
    """
    (slope,) = torch.autograd.grad(logits.float().sum(), pictures, create_graph=True)
    return slope.float()


def zero_centred(logits: Tensor, pictures: Tensor) -> Tensor:
    """Mean over the batch of |gradient|^2, a scalar.

    On real pictures this is R1 (Mescheder et al. 2018, equation 9), on made ones R2. Multiply by
    gamma / 2, and by the interval where it is lazy (Karras et al. 2020, appendix B).
    """
    return input_gradient(logits, pictures).square().flatten(1).sum(1).mean()


def interpolated(
    critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, random: torch.Generator
) -> Tensor:
    """WGAN-GP: mean of (|gradient| - 1)^2 between real and made (Gulrajani et al. 2017, eq. 3).

    real, fake   (n, c, h, w), without a graph
    random       CPU generator that places one point on each line
    """
    place = torch.rand(len(real), *[1] * (real.ndim - 1), generator=random).to(real.device)
    between = torch.lerp(real.float(), fake.float(), place).requires_grad_(True)
    slope = input_gradient(critic(between), between).flatten(1)
    # The root of exactly zero has no gradient.
    length = (slope.square().sum(1) + 1e-12).sqrt()
    return (length - 1.0).square().mean()
