"""Components to parameters: a linear way, and beside it two layers for what is not linear."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.jobs.character.translator.presets import Settings
from mien.nn.init import generator


class TranslatorNet(nn.Module):
    """(n, k) components to (n, d): numbers in standard deviations, choices as logits."""

    def __init__(self, inputs: int, outputs: int, hidden: int) -> None:
        super().__init__()
        self.line = nn.Linear(inputs, outputs)
        self.read = nn.Linear(inputs, hidden) if hidden else None
        self.think = nn.Linear(hidden, hidden) if hidden else None
        self.say = nn.Linear(hidden, outputs) if hidden else None

    def forward(self, components: Tensor) -> Tensor:
        """(n, d)."""
        told = self.line(components)
        if self.read is None or self.think is None or self.say is None:
            return told
        inner = functional.silu(self.read(components))
        return told + self.say(functional.silu(self.think(inner)))


def make_translator(inputs: int, outputs: int, settings: Settings, seed: int) -> TranslatorNet:
    """A fresh translator; equal seeds give equal weights. It begins by saying nothing."""
    net, random = TranslatorNet(inputs, outputs, settings.hidden), generator(seed, "translator")
    with torch.no_grad():
        for name, part in net.named_children():
            if isinstance(part, nn.Linear):
                gain = 0.0 if name in ("line", "say") else 1.0
                deviation = gain * (2.0 / part.in_features) ** 0.5
                part.weight.copy_(torch.randn(part.weight.shape, generator=random) * deviation)
                part.bias.zero_()
    return net
