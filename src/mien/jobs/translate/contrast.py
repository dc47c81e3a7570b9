"""One-sided translation: what is at a place of the made picture must tell where it came from.

Park et al. 2020, "Contrastive learning for unpaired image-to-image translation" (CUT): the
maker's own maps of the made picture and of its source are compared place by place; a place must
be nearer to the same place of the source than to any other place of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

WIDTH = 64
"""Numbers that a place is compared by."""


class PatchHeads(nn.Module):
    """Two linear layers for every map: what is at a place becomes a vector of length 1."""

    def __init__(self, channels: tuple[int, ...], width: int = WIDTH) -> None:
        super().__init__()
        self.heads = nn.ModuleList(
            nn.Sequential(nn.Linear(c, width), nn.LeakyReLU(0.2), nn.Linear(width, width))
            for c in channels
        )

    def forward(self, maps: Sequence[Tensor], places: Sequence[Tensor]) -> Tensor:
        """Maps (n, c, h, w) and places (p,) of each to vectors (maps, n, p, width)."""
        found = []
        for head, one, chosen in zip(self.heads, maps, places, strict=True):
            seen = one.flatten(2)[:, :, chosen].transpose(1, 2)
            found.append(functional.normalize(head(seen).float(), dim=-1))
        return torch.stack(found)


def chosen_places(maps: Sequence[Tensor], most: int, random: torch.Generator) -> list[Tensor]:
    """As many different places of every map: at most `most`, and no more than the smallest has."""
    sizes = [one.shape[-1] * one.shape[-2] for one in maps]
    count = min(most, *sizes)
    return [
        torch.randperm(size, generator=random)[:count].to(one.device)
        for size, one in zip(sizes, maps, strict=True)
    ]


def patch_loss(queries: Tensor, keys: Tensor, warmth: float) -> Tensor:
    """PatchNCE (equation 3): cross entropy of finding the own place among those of the picture.

    queries, keys   (maps, n, p, width), of the made picture and of its source
    """
    near = queries.float() @ keys.float().detach().transpose(2, 3) / warmth
    places = torch.arange(near.shape[2], device=near.device).expand(near.shape[:3])
    return functional.cross_entropy(near.flatten(0, 2), places.flatten())


def contrast(
    maker: Callable[..., Any],
    heads: Callable[..., Tensor],
    pictures: tuple[Tensor, Tensor],
    random: torch.Generator,
    *,
    most: int,
    warmth: float,
) -> Tensor:
    """The loss of a made picture against its source.

    pictures   source and made, (n, 3, s, s)
    """
    source, made = (maker(one, taps=True) for one in pictures)
    places = chosen_places(source, most, random)
    return patch_loss(heads(made, places), heads(source, places), warmth)
