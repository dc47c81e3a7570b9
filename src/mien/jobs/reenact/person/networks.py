"""The network of a person, which finishes a warped frame, and its judge."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mien.face.skin_signals import NAMES as SKIN
from mien.jobs.reenact.person.settings import PersonSettings
from mien.nn.init import generator, he_normal
from mien.nn.patch_judge import PatchJudge
from mien.nn.unet import UNet, evened

_FIRST_SHARE = -1.0
"""Of what is painted, before its sigmoid: at first the warp is trusted."""
PAINTER = "painter"


class Painter(nn.Module):
    """out = A * warp + (1 - A) * C: colour C and share A from two warped frames and the lines."""

    def __init__(self, settings: PersonSettings) -> None:
        super().__init__()
        code = len(SKIN) if settings.skin else 0
        self.net = UNet(9, 4, widths=settings.maker, middle=settings.middle, code=code)
        self.even = settings.even

    def forward(self, first: Tensor, second: Tensor, lines: Tensor, skin: Tensor) -> Tensor:
        """Pictures (n, 3, s, s) in [-1, 1] and skin (n, 2) to (n, 4, s, s).

        The first three planes are the made picture, the fourth is how much of it is painted.
        """
        code = skin if self.net.wish is not None else None
        made = self.net(torch.cat([lines, second, first], 1), code).float()
        if self.even:
            made = evened(made, self.net.fold)
        share = torch.sigmoid(made[:, 3:])
        warp = first.float()
        return torch.cat([warp + share * (torch.tanh(made[:, :3]) - warp), share], 1)


def make_painter(settings: PersonSettings, seed: int) -> Painter:
    """A fresh network; equal seeds give equal weights."""
    net = Painter(settings)
    he_normal(net, generator(seed, "person painter"))
    bias = net.net.last.bias
    assert bias is not None
    with torch.no_grad():
        bias[3 * net.net.fold**2 :] = _FIRST_SHARE
    return net


def make_judge(settings: PersonSettings, seed: int) -> PatchJudge:
    """A fresh judge; equal seeds give equal weights."""
    net = PatchJudge(settings.judge, mean=True)
    he_normal(net, generator(seed, "person judge"))
    return net
