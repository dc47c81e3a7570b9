"""Makers and a judge as other people build them, and what a fixed encoder's maker is made of."""

from __future__ import annotations

import copy
import itertools

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.face.landmark_net import JOB as LANDMARKS
from mien.face.landmark_net import SIDE, WEIGHTS, LandmarkNet, build
from mien.io.weights import load_weights
from mien.nn.blocks import UpBlock, convolution, leaky
from mien.nn.unet import Residual, evened

_LEAK = 0.2


def _normed(x: Tensor) -> Tensor:
    """Instance norm without weights; a map of a single pixel would become 0 and stays as it is."""
    return functional.instance_norm(x) if x.shape[-1] * x.shape[-2] > 1 else x


class DeepUNet(nn.Module):
    """The ancestor's UnetGenerator (Isola et al. 2017): halves once for every width, with skips."""

    def __init__(self, widths: tuple[int, ...]) -> None:
        super().__init__()
        pairs = zip((3, *widths), widths, strict=False)
        self.downs = nn.ModuleList(nn.Conv2d(a, b, 4, 2, 1, bias=False) for a, b in pairs)
        back = tuple(reversed(widths))
        ups = [nn.ConvTranspose2d(back[0], back[1], 4, 2, 1, bias=False)]
        ups += [
            nn.ConvTranspose2d(2 * a, b, 4, 2, 1, bias=False)
            for a, b in itertools.pairwise(back[1:])
        ]
        self.ups = nn.ModuleList(ups)
        self.last = nn.ConvTranspose2d(2 * widths[0], 3, 4, 2, 1)
        self.channels = widths[:3]

    def taps(self, pictures: Tensor) -> tuple[Tensor, ...]:
        """The three largest maps on the way down."""
        return tuple(self._down(pictures)[:3])

    def _down(self, pictures: Tensor) -> list[Tensor]:
        maps: list[Tensor] = []
        x, deepest = pictures, len(self.downs) - 1
        for place, down in enumerate(self.downs):
            x = down(x if place == 0 else functional.leaky_relu(x, _LEAK))
            x = _normed(x) if 0 < place < deepest else x
            maps.append(x)
        return maps

    def forward(self, pictures: Tensor, *, taps: bool = False) -> Tensor | tuple[Tensor, ...]:
        """(n, 3, s, s) to the same, in [-1, 1]; or `taps`."""
        if taps:
            return self.taps(pictures)
        maps = self._down(pictures)
        x = maps.pop()
        for up in self.ups:
            x = torch.cat([maps.pop(), _normed(up(functional.relu(x)))], 1)
        return torch.tanh(self.last(functional.relu(x)))


class ResidualPair(nn.Module):
    """Two 3 x 3 with mirrored edges and instance norms, and the input added."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(channels, channels, 3), nn.Conv2d(channels, channels, 3)

    def forward(self, x: Tensor) -> Tensor:
        """(n, c, h, w) to the same."""
        y = functional.relu(_normed(self.conv1(_edged(x, 1))))
        return x + _normed(self.conv2(_edged(y, 1)))


def _edged(x: Tensor, reach: int) -> Tensor:
    return functional.pad(x, (reach, reach, reach, reach), mode="reflect")


class ResNetMaker(nn.Module):
    """Johnson et al. 2016 as Zhu et al. 2017 use it: two halvings, residual blocks, two doublings.

    Any size that is a multiple of 2^(len(widths) - 1).
    """

    def __init__(self, widths: tuple[int, ...], blocks: int) -> None:
        super().__init__()
        pairs = list(itertools.pairwise(widths))
        self.first = nn.Conv2d(3, widths[0], 7)
        self.downs = nn.ModuleList(nn.Conv2d(a, b, 3, 2, 1) for a, b in pairs)
        self.blocks = nn.ModuleList(ResidualPair(widths[-1]) for _ in range(blocks))
        self.ups = nn.ModuleList(
            nn.ConvTranspose2d(b, a, 3, 2, 1, output_padding=1) for a, b in reversed(pairs)
        )
        self.last = nn.Conv2d(widths[0], 3, 7)
        self.channels = (*widths, widths[-1])

    def taps(self, pictures: Tensor) -> tuple[Tensor, ...]:
        """Maps on the way down, and the one in the middle of the blocks."""
        maps = self._down(pictures)
        x = maps[-1]
        for block in self.blocks[: len(self.blocks) // 2]:
            x = block(x)
        return (*maps, x)

    def _down(self, pictures: Tensor) -> list[Tensor]:
        maps = [functional.relu(_normed(self.first(_edged(pictures, 3))))]
        for down in self.downs:
            maps.append(functional.relu(_normed(down(maps[-1]))))
        return maps

    def forward(self, pictures: Tensor, *, taps: bool = False) -> Tensor | tuple[Tensor, ...]:
        """(n, 3, s, s) to the same, in [-1, 1]; or `taps`."""
        if taps:
            return self.taps(pictures)
        x = self._down(pictures)[-1]
        for block in self.blocks:
            x = block(x)
        for up in self.ups:
            x = functional.relu(_normed(up(x)))
        return torch.tanh(self.last(_edged(x, 3)))


class PatchOpinion(nn.Module):
    """The ancestor's patch judge (Isola et al. 2017): a logit for every place, 70 pixels seen."""

    def __init__(self, widths: tuple[int, ...]) -> None:
        super().__init__()
        pairs = list(zip((3, *widths), widths, strict=False))
        self.layers = nn.ModuleList(
            nn.Conv2d(a, b, 4, 1 if place == len(widths) - 1 else 2, 1)
            for place, (a, b) in enumerate(pairs)
        )
        self.last = nn.Conv2d(widths[-1], 1, 4, 1, 1)

    def forward(self, pictures: Tensor) -> Tensor:
        """(n, 3, s, s) to logits (n, places)."""
        x = pictures
        for place, layer in enumerate(self.layers):
            x = layer(x)
            x = functional.leaky_relu(_normed(x) if place else x, _LEAK)
        return self.last(x).flatten(1)


class FixedNorm(nn.Module):
    """A batch norm whose statistics never move again, not even while a network around it trains."""

    scale: Tensor
    shift: Tensor

    def __init__(self, norm: nn.BatchNorm2d) -> None:
        super().__init__()
        assert norm.running_var is not None
        assert norm.running_mean is not None
        scale = norm.weight.detach() / (norm.running_var + norm.eps).sqrt()
        self.register_buffer("scale", scale[:, None, None].clone())
        shift = norm.bias.detach() - norm.running_mean * scale
        self.register_buffer("shift", shift[:, None, None].clone())

    def forward(self, x: Tensor) -> Tensor:
        """(n, c, h, w) to the same."""
        return x * self.scale + self.shift


def _fix_norms(net: nn.Module) -> nn.Module:
    for name, part in net.named_children():
        if isinstance(part, nn.BatchNorm2d):
            setattr(net, name, FixedNorm(part))
        else:
            _fix_norms(part)
    return net


class FixedEncoder(nn.Module):
    """What the shipped landmark network sees in a picture, down to an eighth and a sixteenth.

    It was trained on the head to say where 68 points are, in photos and in some drawings, whatever
    their light: so it says of both kinds the same. It never moves.
    """

    channels = 96 + 128

    def __init__(self, net: LandmarkNet | None = None) -> None:
        super().__init__()
        net = copy.deepcopy(net or build(load_weights(WEIGHTS, expected_job=LANDMARKS).tensors))
        self.first, self.downs, self.middle = net.first, net.downs, net.middle
        _fix_norms(self)
        self.requires_grad_(False)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """(n, 3, s, s) in [-1, 1] to maps (n, 96, 12, 12) and (n, 128, 6, 6)."""
        size = (SIDE, SIDE)
        x = functional.interpolate(
            pictures, size=size, mode="bilinear", antialias=pictures.shape[-1] > SIDE
        )
        x = self.first(functional.pixel_unshuffle(x, 2))
        maps: list[Tensor] = []
        for down in self.downs:
            x = down(x)
            maps.append(x)
        for block in self.middle:
            x = block(x)
        return maps[-2], x


class EncodedMaker(nn.Module):
    """A picture is drawn from what the fixed encoder says of it, and from nothing else.

    widths   channels from half the picture's size down, as those of the U-Net
    even     as the U-Net's
    """

    def __init__(
        self, widths: tuple[int, ...], size: int, encoder: FixedEncoder, *, even: bool = False
    ) -> None:
        super().__init__()
        self.even = even
        back = tuple(reversed(widths))
        self.start = size // 2 ** len(widths)
        self.mix = convolution(encoder.channels, back[0])
        self.middle = Residual(back[0])
        self.ups = nn.ModuleList(UpBlock(a, b) for a, b in itertools.pairwise(back))
        self.norm = nn.BatchNorm2d(back[-1])
        self.last = convolution(back[-1], 12, gain=0.5, fold=2)
        self.encoder = encoder

    def said(self, pictures: Tensor) -> Tensor:
        """(n, c, s', s') what the encoder says, at the size that drawing begins with."""
        size = (self.start, self.start)
        maps = [
            functional.interpolate(one, size=size, mode="bilinear")
            for one in self.encoder(pictures)
        ]
        return torch.cat(maps, 1)

    def forward(self, pictures: Tensor, *, said: bool = False) -> Tensor:
        """(n, 3, s, s) to the same, in [-1, 1]; or what is `said` of the pictures."""
        found = self.said(pictures)
        if said:
            return found
        x = self.middle(self.mix(found))
        for up in self.ups:
            x = up(x)
        x = self.last(leaky(self.norm(x)))
        x = functional.pixel_shuffle(x, 2)
        return torch.tanh(evened(x, 2) if self.even else x)
