"""Adversarial losses on logits (n, 1) or (n,): each a mean over the batch, in float32.

`real` and `fake` are the discriminator's logits of real and of made pictures. The lower a loss,
the better for the player it is named after.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

REAL_NOISE, FAKE_NOISE = 0.26, 0.31
"""Standard deviations of the ancestor's label noise (GAN_facialGeneration_64pixel, main.py)."""


def vanilla_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """Cross entropy (Goodfellow et al. 2014, equation 1)."""
    return functional.softplus(-real.float()).mean() + functional.softplus(fake.float()).mean()


def vanilla_generator(fake: Tensor) -> Tensor:
    """The non-saturating form (Goodfellow et al. 2014, section 3)."""
    return functional.softplus(-fake.float()).mean()


def noisy_soft_labels(like: Tensor, random: torch.Generator) -> tuple[Tensor, Tensor]:
    """Targets for real and for fake logits, drawn anew at every step, shaped as `like`.

    real = 1 - |N(0, .26)|, in 0.48..1; fake = |N(0, .31)|, in 0..0.62 (cut at two deviations).
    """
    real = 1.0 - _half_normal(like, REAL_NOISE, random)
    return real, _half_normal(like, FAKE_NOISE, random)


def _half_normal(like: Tensor, deviation: float, random: torch.Generator) -> Tensor:
    drawn = torch.zeros(like.shape)  # on the CPU: the same numbers on every device
    torch.nn.init.trunc_normal_(
        drawn, 0.0, deviation, -2 * deviation, 2 * deviation, generator=random
    )
    return drawn.abs().to(like.device)


def soft_label(logits: Tensor, target: Tensor) -> Tensor:
    """Cross entropy against soft targets in [0, 1]; serves both players."""
    return functional.binary_cross_entropy_with_logits(logits.float(), target.float())


def wasserstein_critic(real: Tensor, fake: Tensor) -> Tensor:
    """Arjovsky et al. 2017, algorithm 1; keep it Lipschitz with `ops.gradients.interpolated`."""
    return fake.float().mean() - real.float().mean()


def wasserstein_generator(fake: Tensor) -> Tensor:
    """Arjovsky et al. 2017, algorithm 1."""
    return -fake.float().mean()


def hinge_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """Miyato et al. 2018, equation 16."""
    return functional.relu(1.0 - real.float()).mean() + functional.relu(1.0 + fake.float()).mean()


def hinge_generator(fake: Tensor) -> Tensor:
    """Miyato et al. 2018, equation 17."""
    return -fake.float().mean()


def relativistic_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """The pairing loss f(D(fake) - D(real)), f = softplus (Huang et al. 2024, equation 2).

    Row i of `fake` is judged against row i of `real`.
    """
    return functional.softplus(fake.float() - real.float()).mean()


def relativistic_generator(real: Tensor, fake: Tensor) -> Tensor:
    """The same with the roles exchanged; `real` may be detached."""
    return functional.softplus(real.float() - fake.float()).mean()
