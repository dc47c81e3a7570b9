"""LightCNN-29 v2 (Wu et al. 2018), the recogniser of the ancestor's fit; its weights are not ours.

With the checkpoint that its authors publish, `load` gives a judge that has nothing to do with
dlib's. The ancestor fed it pictures in 0..255 against pictures in 0..1, and both lying on their
side; `prepare` does what the authors did: grey in [0, 1], upright, 128 pixels, eyes and mouth in
their places.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.face import affine
from mien.face.affine import Matrix
from mien.face.net_weights import filled
from mien.io.foreign import load_foreign
from mien.types import Image, Landmarks

SIDE = 128
EYES_Y, EYES_TO_MOUTH = 40.0, 48.0
"""Pixels: height of the middle between the eyes, and from there down to the middle of the mouth."""
LUMA = (0.299, 0.587, 0.114)
"""Grey from RGB (ITU-R BT.601), as the authors' reader makes it."""
FEATURES = 256
STAGES = ((1, 48, 96, True), (2, 96, 192, True), (3, 192, 128, False), (4, 128, 128, True))
"""Residual blocks, channels in, channels out, and whether the stage ends in a pool."""
CLASSIFIER = ("fc2.weight", "fc2.bias", "fc2_.weight")
"""The published file knows 80,013 people by number; that layer is of no use here."""


class Maxout(nn.Module):
    """A 2-way maxout over channels, the paper's max-feature-map (equation 2)."""

    def __init__(self, inputs: int, outputs: int, kernel: int) -> None:
        super().__init__()
        self.filter = nn.Conv2d(inputs, 2 * outputs, kernel, padding=kernel // 2)

    def forward(self, x: Tensor) -> Tensor:
        """(n, inputs, h, w) to (n, outputs, h, w)."""
        one, other = self.filter(x).chunk(2, 1)
        return torch.maximum(one, other)


class Group(nn.Module):
    """1 x 1, then 3 x 3."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv_a = Maxout(inputs, inputs, 1)
        self.conv = Maxout(inputs, outputs, 3)

    def forward(self, x: Tensor) -> Tensor:
        """(n, inputs, h, w) to (n, outputs, h, w)."""
        return self.conv(self.conv_a(x))


class Residual(nn.Module):
    """Two 3 x 3 and the input added."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = Maxout(channels, channels, 3)
        self.conv2 = Maxout(channels, channels, 3)

    def forward(self, x: Tensor) -> Tensor:
        """(n, c, h, w) to the same."""
        return x + self.conv2(self.conv1(x))


class LightCnn(nn.Module):
    """Grey faces (n, 1, SIDE, SIDE) in [0, 1] to (n, 256), compared by their cosine.

    Layers are named as in the published checkpoint. Frozen, in evaluation mode and differentiable
    with respect to its input.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = Maxout(1, STAGES[0][1], 5)
        for number, (count, inputs, outputs, _) in enumerate(STAGES, 1):
            blocks = nn.Sequential(*(Residual(inputs) for _ in range(count)))
            self.add_module(f"block{number}", blocks)
            self.add_module(f"group{number}", Group(inputs, outputs))
        self.fc = nn.Linear(STAGES[-1][2] * (SIDE // 16) ** 2, FEATURES)
        self.eval().requires_grad_(False)

    def forward(self, x: Tensor) -> Tensor:
        """Descriptors, not normalised."""
        x = _pool(self.conv1(x))
        for number, (_, _, _, pools) in enumerate(STAGES, 1):
            x = self.get_submodule(f"group{number}")(self.get_submodule(f"block{number}")(x))
            x = _pool(x) if pools else x
        return self.fc(x.flatten(1))


def _pool(x: Tensor) -> Tensor:
    return functional.max_pool2d(x, 2) + functional.avg_pool2d(x, 2)


def alignment(landmarks: Landmarks) -> Matrix:
    """Photo to crop: eyes level, their middle and the mouth's where the authors put them."""
    one, other = landmarks[36:42].mean(0), landmarks[42:48].mean(0)
    eyes, mouth = (one + other) / 2, landmarks[[48, 54]].mean(0)
    across = other - one
    upright = affine.rotation(float(np.degrees(np.arctan2(across[1], across[0]))))
    down = float((upright @ (mouth - eyes))[1])
    scale = EYES_TO_MOUTH / max(down, 1.0)
    return affine.about(upright * scale, eyes, [SIDE / 2 - 0.5, EYES_Y - 0.5])


def prepare(image: Image, landmarks: Landmarks) -> Tensor:
    """(1, 1, SIDE, SIDE) float in [0, 1]: what the network sees of an RGB photo (h, w, 3) uint8."""
    crop = affine.warp(image, alignment(landmarks), (SIDE, SIDE), border="black")
    return grey(torch.from_numpy(crop).permute(2, 0, 1)[None].float() / 255)


def grey(pictures: Tensor) -> Tensor:
    """(n, 3, h, w) RGB to (n, 1, h, w), on the same scale."""
    weights = torch.tensor(LUMA, dtype=pictures.dtype, device=pictures.device)
    return (pictures * weights[:, None, None]).sum(1, keepdim=True)


def load(path: Path) -> LightCnn:
    """The network with a published checkpoint.

    Raises WeightsError for a file that cannot be read or holds another network.
    """
    tensors = load_foreign(path)
    kept = {name: value for name, value in tensors.items() if name not in CLASSIFIER}
    return filled(LightCnn(), kept)
