"""Changes that a discriminator must not learn from, differentiable and keyed.

DiffAugment (Zhao et al. 2020) applies all kinds to every picture; adaptive augmentation (Karras
et al. 2020) applies each kind to each picture with a probability that follows overfitting.
Real and made pictures have to go through the same distribution of changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

Change = Callable[[Tensor, torch.Generator], Tensor]

SHIFT = 0.125
"""Translation of at most this share of the side, to each side."""
HOLE = 0.5
"""Side of the cut-out square, as a share of the picture's."""


def _drawn(count: int, random: torch.Generator, device: torch.device) -> Tensor:
    """(count, 1, 1, 1) in [0, 1), the same on every device."""
    return torch.rand(count, 1, 1, 1, generator=random).to(device)


def brightness(pictures: Tensor, random: torch.Generator) -> Tensor:
    """Adds up to half of the range either way."""
    return pictures + _drawn(len(pictures), random, pictures.device) - 0.5


def saturation(pictures: Tensor, random: torch.Generator) -> Tensor:
    """From grey to twice the colour."""
    grey = pictures.mean(1, keepdim=True)
    return grey + (pictures - grey) * (2 * _drawn(len(pictures), random, pictures.device))


def contrast(pictures: Tensor, random: torch.Generator) -> Tensor:
    """From half to one and a half."""
    mean = pictures.mean((1, 2, 3), keepdim=True)
    return mean + (pictures - mean) * (0.5 + _drawn(len(pictures), random, pictures.device))


def translation(pictures: Tensor, random: torch.Generator) -> Tensor:
    """Moves by whole pixels; what comes in is zero (mid-grey)."""
    count, _, height, width = pictures.shape
    reach = max(1, round(max(height, width) * SHIFT))
    moves = torch.randint(-reach, reach + 1, (count, 2), generator=random).to(pictures.device)
    padded = functional.pad(pictures, (reach,) * 4)
    rows = torch.arange(height, device=pictures.device) + reach + moves[:, :1]
    columns = torch.arange(width, device=pictures.device) + reach + moves[:, 1:]
    numbers = torch.arange(count, device=pictures.device)
    moved = padded.permute(0, 2, 3, 1)[
        numbers[:, None, None], rows[:, :, None], columns[:, None, :]
    ]
    return moved.permute(0, 3, 1, 2)


def cutout(pictures: Tensor, random: torch.Generator) -> Tensor:
    """Blanks a square of half the side, anywhere, also partly outside."""
    count, _, height, width = pictures.shape
    hole = torch.tensor([height, width]) * HOLE
    middle = torch.rand(count, 2, generator=random) * torch.tensor([height, width])
    near_rows = (torch.arange(height) + 0.5 - middle[:, :1]).abs() < hole[0] / 2
    near_columns = (torch.arange(width) + 0.5 - middle[:, 1:]).abs() < hole[1] / 2
    blank = (near_rows[:, :, None] & near_columns[:, None, :])[:, None]
    return pictures * (~blank).to(pictures.device, pictures.dtype)


CHANGES: dict[str, Change] = {
    "brightness": brightness,
    "saturation": saturation,
    "contrast": contrast,
    "translation": translation,
    "cutout": cutout,
}
KINDS: dict[str, tuple[str, ...]] = {
    "none": (),
    "colour": ("brightness", "saturation", "contrast"),
    "translation": ("translation",),
    "all": tuple(CHANGES),
}


def augment(
    pictures: Tensor, random: torch.Generator, kinds: Sequence[str], *, strength: float = 1.0
) -> Tensor:
    """(n, 3, h, w) changed by each kind with probability `strength` for each picture.

    The result has the same memory format; its gradient reaches the pictures.
    """
    if not kinds or strength <= 0.0:
        return pictures
    made = pictures
    for kind in kinds:
        changed = CHANGES[kind](made, random)
        if strength < 1.0:
            chosen = _drawn(len(made), random, made.device) < strength
            changed = torch.where(chosen, changed, made)
        made = changed
    last = pictures.is_contiguous(memory_format=torch.channels_last)
    return made.contiguous(memory_format=torch.channels_last if last else torch.contiguous_format)


class AdaptiveStrength:
    """Strength that rises while the discriminator knows the training pictures by heart.

    Karras et al. 2020, section 3.1: the mean sign of its logits on real pictures is held at
    `target`; the strength can go from 0 to 1 within `span` images.
    """

    def __init__(self, *, target: float = 0.6, span: int = 500_000, most: float = 0.85) -> None:
        self.target, self.span, self.most = target, span, most
        self.strength, self._seen = 0.0, 0

    def observe(self, sign: float, images: int) -> None:
        """Takes note of the mean sign of the real logits after so many images."""
        step = (images - self._seen) / self.span
        self._seen = images
        direction = 1.0 if sign > self.target else -1.0
        self.strength = min(self.most, max(0.0, self.strength + direction * step))

    def state_dict(self) -> dict[str, Any]:
        """Strength and place."""
        return {"strength": self.strength, "seen": self._seen}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Takes them back."""
        self.strength, self._seen = float(state["strength"]), int(state["seen"])
