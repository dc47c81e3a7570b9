"""Which part of a head every pixel shows, learnt from pictures of the head alone.

A small U-Net sees a box around the whole head, hair and shoulders included, and says for every
pixel how likely it is to be each of `PARTS`. It takes the place of BiSeNet, which needs photos
that people painted by hand (`face.bisenet` reads that one where somebody has its weights).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mien.face import affine
from mien.face.affine import Matrix
from mien.face.landmarks import box_of_points
from mien.face.net_weights import filled
from mien.io.weights import load_weights
from mien.nn.unet import UNet
from mien.types import Box, Image, Landmarks

JOB = "analyser.parsing"
WEIGHTS = Path(__file__).resolve().parents[1] / "weights" / "parsing.safetensors"
PARTS: tuple[str, ...] = (
    *("background", "skin", "brow", "eye", "lips", "mouth"),
    *("ear", "hair", "cloth", "glasses", "beard"),
)
"""What a pixel may show. The eye is ball, iris and lashes; the mouth is its inside and the teeth;
the neck is skin, stubble too; glasses are frames and tinted lenses."""
PART = {name: index for index, name in enumerate(PARTS)}
SIDE = 128
"""Pixels a side of what the network sees."""
WIDER = 2.5
"""How many widths of the detector's box that is."""
ABOVE = 0.16
"""How far the middle lies above the box's, in widths of the box."""
WIDTHS = (24, 48, 80, 96)


class ParsingNet(nn.Module):
    """Pictures (n, 3, SIDE, SIDE) in [-1, 1] to logits (n, len(PARTS), SIDE, SIDE)."""

    def __init__(self, widths: tuple[int, ...] = WIDTHS, parts: int = len(PARTS)) -> None:
        super().__init__()
        self.unet = UNet(3, parts, widths=widths)

    def forward(self, x: Tensor) -> Tensor:
        """Logits; their softmax over the parts is what the network believes."""
        return self.unet(x).float()


def frame_of(box: Box, roll: float = 0.0) -> Matrix:
    """The map from the picture to what the network sees for a detector's box.

    roll  of the face in degrees, counter-clockwise, taken off
    """
    width = max(box.width, box.height)
    upright = affine.rotation(-roll)
    centre = np.array([(box.left + box.right - 1) / 2, (box.top + box.bottom - 1) / 2])
    centre = centre + np.array([0.0, -ABOVE * width]) @ upright
    middle = SIDE / 2 - 0.5
    return affine.about(upright * (SIDE / (WIDER * width)), centre, [middle, middle])


def build(tensors: Mapping[str, NDArray[Any]]) -> ParsingNet:
    """A frozen network with these tensors.

    Raises WeightsError where names or shapes are not this network's.
    """
    return filled(ParsingNet(), tensors).eval().requires_grad_(False)


class HeadParser:
    """The shipped network; raises WeightsError for a file that is missing, damaged or foreign."""

    def __init__(self, path: Path = WEIGHTS) -> None:
        weights = load_weights(path, expected_job=JOB)
        self.sha256 = weights.sha256
        self._net = build(weights.tensors)

    def __call__(self, image: Image, landmarks: Landmarks) -> NDArray[np.float32]:
        """(h, w, len(PARTS)) probabilities for every pixel of the picture.

        What lies outside the box around the head with these landmarks (68, 2) is background.
        """
        height, width = image.shape[:2]
        frame = frame_of(*box_of_points(landmarks))
        seen = self.crop(affine.warp(image, frame, (SIDE, SIDE), border="black"))
        return spread(seen, affine.invert(frame), (width, height))

    @torch.no_grad()
    def crop(self, crop: Image) -> NDArray[np.float32]:
        """(SIDE, SIDE, len(PARTS)) probabilities of a crop (SIDE, SIDE, 3) uint8."""
        x = torch.from_numpy(np.ascontiguousarray(crop)[None]).permute(0, 3, 1, 2).float()
        logits = self._net(x / 127.5 - 1)[0]
        return np.ascontiguousarray(logits.softmax(0).permute(1, 2, 0).numpy())


def spread(
    seen: NDArray[np.float32], to_picture: Matrix, size: tuple[int, int]
) -> NDArray[np.float32]:
    """Probabilities of a crop laid over a picture of this (width, height)."""
    planes = [
        affine.warp(np.ascontiguousarray(seen[..., k]), to_picture, size, border="black")
        for k in range(1, len(PARTS))
    ]
    parts = np.stack(planes, 2)
    rest = np.clip(1 - parts.sum(2, keepdims=True), 0, 1)
    return np.concatenate([rest, parts], 2).astype(np.float32)


@functools.cache
def head_parser() -> HeadParser:
    """The shipped one, loaded once."""
    return HeadParser()
