"""From a picture to a latent: the code is a first guess, a few steps of descent do the rest."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from mien.data.stream import to_floats
from mien.jobs.generate.latents import free
from mien.jobs.generate.model import FaceModel
from mien.nn.init import generator
from mien.types import Image

STARTS = 4
_RATE = 0.06
_PRIOR = 2e-3
"""Weight of a latent's mean square: without it the face leaves what the maker has learnt."""


def project(model: FaceModel, picture: Image, *, steps: int, seed: int) -> tuple[Tensor, float]:
    """The latent (latent,) whose picture is nearest, and how far it is.

    picture   (s, s, 3) uint8, cropped and sized as the model's training pictures
    steps     of gradient descent; four starts go side by side and the best wins

    The distance is the mean absolute difference at full, half and quarter size, in 0..2.
    """
    target = torch.from_numpy(to_floats(picture[None])).to(model.device)
    z = _starts(model, target, seed).requires_grad_(True)
    optimiser = torch.optim.Adam([z], _RATE, (0.9, 0.99))
    best, latent = float("inf"), z[0].detach()
    for step in range(steps + 1):
        apart = difference(model.maker(z), target)
        least = int(apart.argmin())
        if float(apart[least].detach()) < best:
            best, latent = float(apart[least].detach()), z[least].detach().clone()
        if step == steps:
            break
        for group in optimiser.param_groups:
            group["lr"] = _RATE * min(1.0, 2.0 * (1.0 - step / steps) + 0.05)
        optimiser.zero_grad()
        (apart.sum() + _PRIOR * z.square().mean(1).sum()).backward()
        optimiser.step()
    return latent.cpu(), best


def _starts(model: FaceModel, target: Tensor, seed: int) -> Tensor:
    random = generator(seed, "project")
    z = 0.5 * free(STARTS, model.config, random)
    if model.codes is not None:
        near = (1 - model.config.jitter**2) ** 0.5 * model.codes.of(target)
        z[:, : model.config.code] = near.cpu()
    return z.to(model.device)


def difference(made: Tensor, target: Tensor) -> Tensor:
    """(n,) mean absolute differences at three scales, of (n, 3, s, s) and (1, 3, s, s)."""
    apart = made - target
    scales = [apart, functional.avg_pool2d(apart, 2), functional.avg_pool2d(apart, 4)]
    return torch.stack([one.abs().mean((1, 2, 3)) for one in scales]).mean(0)
