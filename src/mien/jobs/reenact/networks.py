"""The networks of `reenact`: a refiner of moved photos and its judge, and the ancestor's three."""

from __future__ import annotations

import itertools

import torch
from torch import Tensor, nn

from mien.jobs.reenact.presets import Config
from mien.nn.blocks import leaky
from mien.nn.init import generator, he_normal, small_normal
from mien.nn.patch_judge import PatchJudge
from mien.nn.unet import UNet

_FIRST_SHARE = -2.0
"""Of the attention before its sigmoid: at first the warp is trusted."""
_VGG_COUNTS = (2, 2, 3, 3)
"""Convolutions of VGG-16's blocks; the fifth has nothing to join here."""


class Refiner(nn.Module):
    """out = warp + gate * A * (C - warp): colour C and attention A, from warp, lines, last frame.

    Outside of the gate the result is the warp to the last bit, whatever the weights are.
    """

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.net = UNet(10, 4, widths=config.maker)

    def forward(self, warp: Tensor, lines: Tensor, gate: Tensor, last: Tensor) -> Tensor:
        """Pictures (n, 3, s, s) in [-1, 1] and gate (n, 1, s, s) in [0, 1] to (n, 4, s, s).

        The first three planes are the made picture, the fourth is gate * A.
        """
        made = self.net(torch.cat([warp, lines, gate, last], 1)).float()
        share = torch.sigmoid(made[:, 3:]) * gate.float()
        warp = warp.float()
        picture = warp + share * (torch.tanh(made[:, :3]) - warp)
        return torch.cat([picture, share], 1)


class FaceMaker(nn.Module):
    """The ancestor's FaceGAN (FaceModel.G): photo and edge map, each through its own encoder.

    channels  of its first layer; 32 as published
    vgg       the photo's encoder has VGG-16's blocks (Simonyan and Zisserman 2015, configuration
              D): two, two, three and three 3 x 3 convolutions before each halving
    """

    def __init__(self, channels: int, *, vgg: bool = False) -> None:
        super().__init__()
        c = channels
        self.photo = _vgg_encoder(c) if vgg else _plain_encoder(c)
        self.edges = nn.ModuleList(
            [
                nn.Sequential(*_conv(3, c), *_conv(c, c), nn.MaxPool2d(3, 4, 1)),
                nn.Sequential(*_conv(c, 2 * c), *_conv(2 * c, 2 * c), nn.MaxPool2d(2)),
                nn.Sequential(
                    *_conv(2 * c, 4 * c, norm=True),
                    *_conv(4 * c, 4 * c, stride=2, norm=True),
                ),
            ]
        )
        self.join = nn.ModuleList(
            [
                nn.Sequential(*_up(12 * c, 12 * c), *_up(12 * c, 4 * c, stride=2)),
                nn.Sequential(*_up(10 * c, 10 * c), *_up(10 * c, 2 * c, stride=2)),
                nn.Sequential(*_up(4 * c, 2 * c), *_up(2 * c, c, stride=2)),
                nn.Sequential(*_up(2 * c, c // 2), nn.ConvTranspose2d(c // 2, 3, 2, 2)),
            ]
        )

    def forward(self, photo: Tensor, edges: Tensor) -> Tensor:
        """Photo and edge map (n, 3, s, s) in [-1, 1] to the face (n, 3, s, s)."""
        shown = []
        x = photo
        for part in self.photo:
            x = part(x)
            shown.append(x)
        drawn = []
        y = edges
        for part in self.edges:
            y = part(y)
            drawn.append(y)
        z = self.join[0](torch.cat([shown[3], drawn[2]], 1))
        z = self.join[1](torch.cat([z, shown[2], drawn[1]], 1))
        z = self.join[2](torch.cat([z, shown[1]], 1))
        return torch.tanh(self.join[3](torch.cat([z, shown[0]], 1)).float())


def _plain_encoder(channels: int) -> nn.ModuleList:
    """Maps of c, 2c, 4c and 8c channels, each half as large as the one before."""
    c = channels
    return nn.ModuleList(
        [
            nn.Sequential(*_conv(3, c), *_conv(c, c), nn.MaxPool2d(2)),
            nn.Sequential(*_conv(c, 2 * c), *_conv(2 * c, 2 * c), nn.MaxPool2d(2)),
            nn.Sequential(
                *_conv(2 * c, 4 * c, norm=True),
                *_conv(4 * c, 4 * c, norm=True),
                nn.MaxPool2d(2),
            ),
            nn.Sequential(
                *_conv(4 * c, 8 * c, kernel=2, norm=True),
                *_conv(8 * c, 8 * c, kernel=2, norm=True),
                nn.MaxPool2d(2),
            ),
        ]
    )


def _vgg_encoder(channels: int) -> nn.ModuleList:
    """As `_plain_encoder`, in VGG-16's first four blocks."""
    blocks, inputs = [], 3
    for level, count in enumerate(_VGG_COUNTS):
        outputs = channels << level
        layers: list[nn.Module] = []
        for k in range(count):
            layers += _conv(outputs if k else inputs, outputs, norm=level >= 2)
        blocks.append(nn.Sequential(*layers, nn.MaxPool2d(2)))
        inputs = outputs
    return nn.ModuleList(blocks)


class FineMaker(nn.Module):
    """The ancestor's FineGAN (FineModel.G), which here also sees its own last frame.

    In the ancestor every frame is made for itself; "recursive" is in its name alone. The last frame
    enters beside the photo, in the same encoder.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        c = channels
        self.photo, self.coarse = (_fine_encoder(count, c) for count in (6, 3))
        self.join = nn.ModuleList(
            [
                nn.Sequential(*_up(8 * c, 4 * c), *_up(4 * c, 2 * c, stride=2)),
                nn.Sequential(*_up(6 * c, 2 * c), *_up(2 * c, c, stride=2)),
                nn.Sequential(*_up(3 * c, c), nn.ConvTranspose2d(c, 3, 2, 2)),
            ]
        )

    def forward(self, photo: Tensor, coarse: Tensor, last: Tensor) -> Tensor:
        """Pictures (n, 3, s, s) in [-1, 1] to the refined face (n, 3, s, s)."""
        x, y = torch.cat([photo, last], 1), coarse
        pairs = []
        for one, other in zip(self.photo, self.coarse, strict=True):
            x, y = one(x), other(y)
            pairs.append(torch.cat([x, y], 1))
        z = self.join[0](pairs[2])
        z = self.join[1](torch.cat([z, pairs[1]], 1))
        return torch.tanh(self.join[2](torch.cat([z, pairs[0]], 1)).float())


def _fine_encoder(inputs: int, channels: int) -> nn.ModuleList:
    c = channels
    return nn.ModuleList(
        [
            nn.Sequential(*_conv(inputs, c), *_conv(c, c), nn.MaxPool2d(2)),
            nn.Sequential(*_conv(c, 2 * c), *_conv(2 * c, 2 * c), nn.MaxPool2d(2)),
            nn.Sequential(
                *_conv(2 * c, 4 * c, norm=True),
                *_conv(4 * c, 4 * c, norm=True),
                nn.MaxPool2d(2),
            ),
        ]
    )


class FaceJudge(nn.Module):
    """The ancestor's critic of a whole picture (D_right), without BatchNorm: it is penalised.

    Both stages use it. FineGAN's own had 49.5 million weights, 42.6 of them in one linear layer.
    """

    def __init__(self, widths: tuple[int, ...], size: int) -> None:
        super().__init__()
        pairs = itertools.pairwise((3, *widths))
        self.downs = nn.ModuleList(nn.Conv2d(a, b, 3, 2, 1) for a, b in pairs)
        self.last = nn.Linear(widths[-1] * (size >> len(widths)) ** 2, 1)

    def forward(self, pictures: Tensor) -> Tensor:
        """(n, 3, s, s) to logits (n, 1)."""
        x = pictures
        for down in self.downs:
            x = leaky(down(x))
        return self.last(x.flatten(1))


def _conv(
    inputs: int, outputs: int, *, kernel: int = 3, stride: int = 1, norm: bool = False
) -> list[nn.Module]:
    """Convolution that keeps the size (TensorFlow's SAME), norm, leaky ReLU; no bias."""
    layer = nn.Conv2d(
        inputs, outputs, kernel, stride, kernel // 2 if kernel == 3 else 0, bias=False
    )
    # An even kernel has one more neighbour to the right and below.
    before: list[nn.Module] = [nn.ZeroPad2d((0, 1, 0, 1))] if kernel == 2 else []
    normed: list[nn.Module] = [nn.BatchNorm2d(outputs)] if norm else []
    return [*before, layer, *normed, nn.LeakyReLU(0.2)]


def _up(inputs: int, outputs: int, *, stride: int = 1) -> list[nn.Module]:
    layer = nn.ConvTranspose2d(inputs, outputs, 3, stride, 1, output_padding=stride - 1, bias=False)
    return [layer, nn.BatchNorm2d(outputs), nn.ReLU()]


def make_networks(config: Config, seed: int) -> dict[str, nn.Module]:
    """Fresh networks that make pictures, by name; equal seeds give equal weights."""
    random = generator(seed, "reenact makers")
    if config.kind == "ancestor":
        face = FaceMaker(config.channels, vgg=config.encoder == "vgg")
        fine = FineMaker(config.channels)
        for net in (face, fine):
            small_normal(net, random)
        return {"face": face, "fine": fine}
    refiner = Refiner(config)
    he_normal(refiner, random)
    with torch.no_grad():
        bias = refiner.net.last.bias
        assert bias is not None
        bias[3 * refiner.net.fold**2 :] = _FIRST_SHARE
    return {"refiner": refiner}


def make_judges(config: Config, seed: int) -> dict[str, nn.Module]:
    """Fresh judges, by name; equal seeds give equal weights."""
    random = generator(seed, "reenact judges")
    if config.kind == "ancestor":
        nets: dict[str, nn.Module] = {
            name: FaceJudge(config.judge, config.size) for name in ("face_judge", "fine_judge")
        }
    else:
        nets = {"judge": PatchJudge(config.judge, mean=True)}
    for net in nets.values():
        he_normal(net, random)
    return nets
