"""BiSeNet (Yu et al. 2018) for 19 parts of faces, as trained on CelebAMask-HQ by others.

The ancestor's parser. Its checkpoint is not ours and is for non-commercial use, as its data are;
`load` opens it where somebody has it. The ancestor fed it faces on their side, in BGR and without
the normalisation that it was trained with; `prepare` does what its author did.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from mien.face import affine
from mien.face.align import align_head
from mien.face.net_weights import filled
from mien.face.parsing_net import PART, PARTS, spread
from mien.io.foreign import load_foreign
from mien.types import Image, Landmarks

SIDE = 512
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet's pictures, red, green, blue in [0, 1]."""
CLASSES: tuple[str, ...] = (
    *("background", "skin", "l_brow", "r_brow", "l_eye", "r_eye", "eye_g", "l_ear", "r_ear"),
    *("ear_r", "nose", "mouth", "u_lip", "l_lip", "neck", "neck_l", "cloth", "hair", "hat"),
)
"""CelebAMask-HQ's names in the order of the network's outputs."""
PART_OF_CLASS: dict[str, str] = {
    **{"background": "background", "hat": "background", "skin": "skin", "nose": "skin"},
    **{"neck": "skin", "l_brow": "brow", "r_brow": "brow", "l_eye": "eye", "r_eye": "eye"},
    **{"eye_g": "glasses", "l_ear": "ear", "r_ear": "ear", "ear_r": "ear", "mouth": "mouth"},
    **{"u_lip": "lips", "l_lip": "lips", "neck_l": "cloth", "cloth": "cloth", "hair": "hair"},
}
"""What a class is among `parsing_net.PARTS`; beards count as skin there, jewels as what they lie
on."""


class ConvNorm(nn.Module):
    """Convolution, BatchNorm, ReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 3) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        """(n, inputs, h, w) to (n, outputs, h, w)."""
        return functional.relu(self.bn(self.conv(x)))


class Basic(nn.Module):
    """The basic block of ResNet-18 (He et al. 2016)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample: nn.Module | None = None
        if stride != 1 or inputs != outputs:
            narrow = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.downsample = nn.Sequential(narrow, nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        """(n, inputs, h, w) to (n, outputs, h / stride, w / stride)."""
        y = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)))))
        return functional.relu(y + (x if self.downsample is None else self.downsample(x)))


class Resnet18(nn.Module):
    """The trunk of ResNet-18."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        widths = (64, 64, 128, 256, 512)
        for k in range(1, 5):
            stride = 1 if k == 1 else 2
            first = Basic(widths[k - 1], widths[k], stride)
            self.add_module(f"layer{k}", nn.Sequential(first, Basic(widths[k], widths[k], 1)))

    def forward(self, x: Tensor) -> list[Tensor]:
        """Maps at an eighth, a sixteenth and a thirty-second of the size."""
        x = functional.max_pool2d(functional.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        maps = []
        for k in range(1, 5):
            x = self.get_submodule(f"layer{k}")(x)
            maps.append(x)
        return maps[1:]


class Refinement(nn.Module):
    """A convolution whose channels are weighed by their mean (the paper's figure 2b)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = ConvNorm(inputs, outputs)
        self.conv_atten = nn.Conv2d(outputs, outputs, 1, bias=False)
        self.bn_atten = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        """(n, inputs, h, w) to (n, outputs, h, w)."""
        x = self.conv(x)
        return x * self.bn_atten(self.conv_atten(x.mean((2, 3), keepdim=True))).sigmoid()


class ContextPath(nn.Module):
    """ResNet-18, its two deepest maps refined and brought up again."""

    def __init__(self) -> None:
        super().__init__()
        self.resnet = Resnet18()
        self.arm16, self.arm32 = Refinement(256, 128), Refinement(512, 128)
        self.conv_head32, self.conv_head16 = ConvNorm(128, 128), ConvNorm(128, 128)
        self.conv_avg = ConvNorm(512, 128, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The trunk's map and the context at an eighth, the context at a sixteenth of the size."""
        eighth, sixteenth, last = self.resnet(x)
        whole = self.conv_avg(last.mean((2, 3), keepdim=True))
        deep = self.conv_head32(_enlarged(self.arm32(last) + whole, sixteenth))
        return eighth, self.conv_head16(_enlarged(self.arm16(sixteenth) + deep, eighth)), deep


def _enlarged(x: Tensor, like: Tensor) -> Tensor:
    return functional.interpolate(x, like.shape[2:], mode="nearest")


class Fusion(nn.Module):
    """Both paths together, channels weighed by their mean (the paper's figure 2c)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.convblk = ConvNorm(channels, channels, 1)
        self.conv1 = nn.Conv2d(channels, channels // 4, 1, bias=False)
        self.conv2 = nn.Conv2d(channels // 4, channels, 1, bias=False)

    def forward(self, one: Tensor, other: Tensor) -> Tensor:
        """Two (n, c / 2, h, w) to (n, c, h, w)."""
        x = self.convblk(torch.cat([one, other], 1))
        weights = self.conv2(functional.relu(self.conv1(x.mean((2, 3), keepdim=True))))
        return x + x * weights.sigmoid()


class Output(nn.Module):
    """The logits of a map."""

    def __init__(self, inputs: int, middle: int, classes: int) -> None:
        super().__init__()
        self.conv = ConvNorm(inputs, middle)
        self.conv_out = nn.Conv2d(middle, classes, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(n, inputs, h, w) to (n, classes, h, w)."""
        return self.conv_out(self.conv(x))


class BiSeNet(nn.Module):
    """Normalised pictures (n, 3, h, w) to logits (n, 19, h, w) in the order of `CLASSES`.

    Layers are named as in the published checkpoint; the two other heads, which only its training
    used, are there to be filled. Frozen, in evaluation mode, differentiable by its input.
    """

    def __init__(self, classes: int = len(CLASSES)) -> None:
        super().__init__()
        self.cp = ContextPath()
        self.ffm = Fusion(256)
        self.conv_out = Output(256, 256, classes)
        self.conv_out16 = Output(128, 64, classes)
        self.conv_out32 = Output(128, 64, classes)
        self.eval().requires_grad_(False)

    def forward(self, x: Tensor) -> Tensor:
        """Logits at the size of the pictures."""
        eighth, context, _ = self.cp(x)
        logits = self.conv_out(self.ffm(eighth, context))
        size = x.shape[2:]
        return functional.interpolate(logits, size, mode="bilinear", align_corners=True)


def prepare(crop: Image) -> Tensor:
    """(1, 3, SIDE, SIDE): an upright RGB crop of a head (h, w, 3) uint8 as the network sees it."""
    whole = affine.resize(crop, (SIDE, SIDE))
    return normalised(torch.from_numpy(whole).permute(2, 0, 1)[None].float() / 255)


def normalised(pictures: Tensor) -> Tensor:
    """(n, 3, h, w) RGB in [0, 1], less ImageNet's mean, over its deviation."""
    kind = {"dtype": pictures.dtype, "device": pictures.device}
    mean, deviation = (torch.tensor(row, **kind)[:, None, None] for row in (MEAN, DEVIATION))
    return (pictures - mean) / deviation


@torch.no_grad()
def parse(net: BiSeNet, image: Image, landmarks: Landmarks) -> NDArray[np.float32]:
    """(h, w, len(PARTS)) probabilities of our own parts for every pixel of a photo.

    The head is framed as CelebAMask-HQ frames heads; beyond the frame all is background.
    """
    seen = align_head(landmarks, SIDE)
    crop = affine.warp(image, seen.matrix, (SIDE, SIDE), border="black")
    share = net(prepare(crop))[0].softmax(0).permute(1, 2, 0).numpy()
    merged = np.zeros((SIDE, SIDE, len(PARTS)), np.float32)
    for place, name in enumerate(CLASSES):
        merged[..., PART[PART_OF_CLASS[name]]] += share[..., place]
    return spread(merged, seen.to_photo, (image.shape[1], image.shape[0]))


def load(path: Path) -> BiSeNet:
    """The network with a published checkpoint.

    Raises WeightsError for a file that cannot be read or holds another network.
    """
    return filled(BiSeNet(), load_foreign(path))
