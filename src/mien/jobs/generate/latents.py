"""From seeds to latents: face k of seed s is the same alone and in any batch."""

from __future__ import annotations

import torch
from torch import Tensor

from mien.jobs.generate.codes import Codes
from mien.jobs.generate.presets import Config
from mien.nn.init import generator


def anchored(codes: Tensor, config: Config, random: torch.Generator) -> Tensor:
    """(n, code) codes to latents (n, latent): the code with some noise, then noise alone.

    The code's part keeps unit variance, as the code has.
    """
    noise = torch.randn(len(codes), config.latent, generator=random).to(codes.device)
    near = (1 - config.jitter**2) ** 0.5 * codes + config.jitter * noise[:, : config.code]
    return torch.cat([near, noise[:, config.code :]], 1)


def free(count: int, config: Config, random: torch.Generator) -> Tensor:
    """Latents (n, latent) that know of no picture: uniform for the ancestor, else normal."""
    if config.network == "seed":
        return torch.rand(count, config.latent, generator=random) * 2 - 1
    return torch.randn(count, config.latent, generator=random)


def drawn(count: int, config: Config, codes: Codes | None, random: torch.Generator) -> Tensor:
    """Latents (n, latent) as the trained maker expects them."""
    if codes is None:
        return free(count, config, random)
    return anchored(codes.drawn(count, random), config, random)


def of_seed(seed: int, index: int, config: Config, codes: Codes | None) -> Tensor:
    """(latent,) of face `index` of a seed."""
    return drawn(1, config, codes, generator(seed, "face", index))[0]
