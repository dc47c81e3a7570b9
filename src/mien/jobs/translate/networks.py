"""Makers and judges of both directions: ours, the ancestor's, and how a recipe picks them."""

from __future__ import annotations

import itertools

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import parametrize

from mien.jobs.translate.contrast import PatchHeads
from mien.jobs.translate.generators import (
    DeepUNet,
    EncodedMaker,
    FixedEncoder,
    PatchOpinion,
    ResNetMaker,
)
from mien.jobs.translate.presets import Config
from mien.nn.blocks import DownBlock, append_spread, channels_last, convolution, leaky
from mien.nn.init import generator, he_normal, small_normal, started
from mien.nn.norm import SpectralNorm, add_spectral_norm
from mien.nn.unet import UNet, evened

EYES = (0.36, 0.58, 0.22, 0.78)
"""Where both eyes are in a head-256 crop: top, bottom, left, right, shares of the side."""
_START = 4
"""Side of the slim judge's last map."""
_SEED_LEAK = 0.1


class SlimMaker(nn.Module):
    """A U-Net from a picture of one kind, or two pictures, to one of the other kind.

    even   what leaves it is averaged, so that cells leave no grid
    """

    def __init__(
        self, widths: tuple[int, ...], fold: int, pictures: int = 1, *, even: bool = False
    ) -> None:
        super().__init__()
        self.net = UNet(3 * pictures, 3, widths=widths, fold=fold)
        self.even = even
        self.channels = widths

    def forward(self, pictures: Tensor, *, taps: bool = False) -> Tensor | tuple[Tensor, ...]:
        """(n, 3 or 6, s, s) to (n, 3, s, s) in [-1, 1]; or the maps on the way down."""
        if taps:
            return self.net.way_down(pictures)
        made = self.net(pictures)
        return torch.tanh(evened(made, self.net.fold) if self.even else made)


class SlimJudge(nn.Module):
    """Residual blocks down to 4 x 4, and how varied the batch is; if wished, a second opinion.

    eyes      a second logit, from the part of a finer map where the eyes of a head crop are
    answers   logits of the first opinion
    """

    def __init__(self, widths: tuple[int, ...], *, eyes: bool, answers: int = 1) -> None:
        super().__init__()
        self.first = convolution(12, widths[0])
        pairs = itertools.pairwise(widths)
        self.blocks = nn.ModuleList(DownBlock(a, b) for a, b in pairs)
        self.mix = convolution(widths[-1] + 1, widths[-1])
        self.last = nn.Linear(widths[-1] * _START**2, answers)
        self.eyes = nn.ModuleList()
        if eyes:
            self.eyes.extend([convolution(widths[1], widths[1]), convolution(widths[1], 1, 1)])

    def forward(self, pictures: Tensor) -> Tensor:
        """(n, 3, s, s) to logits (n, 1), or (n, 2) with the eyes' own."""
        x = self.first(channels_last(functional.pixel_unshuffle(pictures, 2)))
        opinions: list[Tensor] = []
        for place, block in enumerate(self.blocks):
            x = block(x)
            if place == 0 and len(self.eyes):
                seen = leaky(self.eyes[0](leaky(eye_part(x))))
                opinions.append(self.eyes[1](seen).mean((2, 3)))
        x = leaky(self.mix(append_spread(leaky(x))))
        return torch.cat([self.last(x.flatten(1)), *opinions], 1)


def eye_part(maps: Tensor) -> Tensor:
    """The part (n, c, h', w') of maps of a head crop where the eyes are."""
    side = maps.shape[-1]
    top, bottom, left, right = (round(share * side) for share in EYES)
    return maps[:, :, top : max(bottom, top + 1), left : max(right, left + 1)]


def eye_weights(size: int, factor: float) -> Tensor:
    """(1, 1, size, size): `factor` around the eyes, 1 elsewhere."""
    weights = torch.ones(1, 1, size, size)
    eye_part(weights).fill_(factor)
    return weights


class Attention(nn.Module):
    """Every place looks at every other one (Zhang et al. 2019, equations 1 to 3)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.query = nn.Conv2d(channels, channels // 8, 1)
        self.key = nn.Conv2d(channels, channels // 8, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.share = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        """(n, c, h, w) to the same."""
        query, key, value = (one(x).flatten(2) for one in (self.query, self.key, self.value))
        scores = torch.softmax(query.transpose(1, 2) @ key, -1)
        found = (value @ scores.transpose(1, 2)).reshape(x.shape)
        return x + self.share * found


class SeedMaker(nn.Module):
    """The ancestor's Generator_SA: strided convolutions to `bottleneck` numbers >= 0, and back.

    No skips: what these numbers do not hold is lost. Attention where the map is 16 and 32.
    """

    def __init__(self, widths: tuple[int, ...], bottleneck: int) -> None:
        super().__init__()
        pairs = list(zip((3, *widths), widths, strict=False))
        self.downs = nn.ModuleList(nn.Conv2d(a, b, 4, 2, 1) for a, b in pairs)
        self.to_code = nn.Conv2d(widths[-1], bottleneck, _START)
        back = tuple(reversed(widths))
        self.from_code = nn.ConvTranspose2d(bottleneck, back[0], _START)
        self.ups = nn.ModuleList(
            nn.ConvTranspose2d(a, b, 4, 2, 1) for a, b in itertools.pairwise(back)
        )
        self.attend = nn.ModuleList(Attention(one) for one in back[2:])
        self.last = nn.ConvTranspose2d(back[-1], 3, 4, 2, 1)

    def forward(self, pictures: Tensor) -> Tensor:
        """(n, 3, s, s) to the same, in [-1, 1]."""
        x = pictures
        for down in self.downs:
            x = functional.relu(functional.instance_norm(down(x)))
        x = functional.relu(self.to_code(x))
        x = functional.relu(functional.instance_norm(self.from_code(x)))
        for place, up in enumerate(self.ups):
            x = functional.relu(functional.instance_norm(up(x)))
            if place > 0:
                x = self.attend[place - 1](x)
        return torch.tanh(self.last(x))


class SeedJudge(nn.Module):
    """The ancestor's Discriminator_SA: strided convolutions, attention late."""

    def __init__(self, widths: tuple[int, ...]) -> None:
        super().__init__()
        pairs = zip((3, *widths), widths, strict=False)
        self.downs = nn.ModuleList(nn.Conv2d(a, b, 4, 2, 1) for a, b in pairs)
        self.attend = nn.ModuleList(Attention(one) for one in widths[-2:])
        self.last = nn.Conv2d(widths[-1], 1, _START)

    def forward(self, pictures: Tensor) -> Tensor:
        """(n, 3, s, s) to logits (n, 1)."""
        x, early = pictures, len(self.downs) - len(self.attend)
        for place, down in enumerate(self.downs):
            x = functional.leaky_relu(down(x), _SEED_LEAK)
            if place >= early:
                x = self.attend[place - early](x)
        return self.last(x).flatten(1)


def make_maker(config: Config, seed: int, name: str) -> nn.Module:
    """A fresh maker; equal seeds and names give equal weights."""
    random = generator(seed, name)
    if config.framework == "dtn":
        encoder = FixedEncoder()
        net: nn.Module = EncodedMaker(config.maker, config.size, encoder, even=config.even)
        _begun(net, config, random)
        encoder.load_state_dict(FixedEncoder().state_dict())
    elif config.network == "unet":
        pictures = 2 if config.guide and name == "to_b" else 1
        net = _begun(
            SlimMaker(config.maker, config.shuffle, pictures, even=config.even), config, random
        )
    elif config.network == "deep":
        net = _begun(DeepUNet(config.maker), config, random)
    elif config.network == "resnet":
        net = _begun(ResNetMaker(config.maker, config.blocks), config, random)
    else:
        net = _begun(SeedMaker(config.maker, config.bottleneck), config, random)
        assert isinstance(net, SeedMaker)
        # The last layer goes without, as in the ancestor.
        for layer in (net.from_code, *net.ups) if config.spectral else ():
            assert isinstance(layer, nn.ConvTranspose2d)
            norm = SpectralNorm(layer.weight.detach(), random)
            parametrize.register_parametrization(layer, "weight", norm)
    return net


def make_judge(config: Config, seed: int, name: str) -> nn.Module:
    """A fresh judge; equal seeds and names give equal weights."""
    random = generator(seed, name)
    if config.opinion == "patch":
        net: nn.Module = PatchOpinion(config.judge)
    elif config.network == "seed":
        net = SeedJudge(config.judge)
    else:
        answers = 3 if config.framework == "dtn" else 1
        net = SlimJudge(config.judge, eyes=config.eye_judge, answers=answers)
    net = _begun(net, config, random)
    return add_spectral_norm(net, random) if config.spectral else net


def make_heads(config: Config, maker: nn.Module, seed: int, name: str) -> nn.Module:
    """What places of the maker's own maps are compared through."""
    channels: tuple[int, ...] = maker.channels  # pyright: ignore[reportAssignmentType]
    net = PatchHeads(channels)
    he_normal(net, generator(seed, name))
    return net


def _begun(net: nn.Module, config: Config, random: torch.Generator) -> nn.Module:
    """The network with fresh weights of the wished kind."""
    ours = isinstance(net, SlimMaker | SlimJudge | EncodedMaker)
    if config.start != "own":
        started(net, random, kind=config.start, gain=config.gain)
    elif ours:
        he_normal(net, random)
    else:
        small_normal(net, random)
    return net
