"""Our own landmarker: 68 points and both irises, learnt from pictures of the head alone.

A small network draws a heat map per point; the point is the map's centre of mass (integral
regression, Sun et al. 2018), so it has no pixel grid and its error can be learnt from directly.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from mien.face import affine
from mien.face.affine import Matrix, Points
from mien.face.landmarks import UnrestLimits
from mien.face.net_weights import filled
from mien.io.weights import load_weights
from mien.nn.blocks import channels_last, convolution, leaky
from mien.nn.unet import DownPair, Residual, UpPair
from mien.types import Box, Image, Landmarks

JOB = "analyser.landmarks"
WEIGHTS = Path(__file__).resolve().parents[1] / "weights" / "landmarks.safetensors"
SIDE = 96
"""Pixels a side of what the network sees."""
POINTS = 70
"""68 iBUG points, then the centre of the iris on the picture's left and on its right."""
MARGIN = 0.30
"""Of the detector's box, that the network sees around it on every side."""
WIDTHS = (32, 64, 96, 128)
MAP = SIDE // 4
_AT_ONCE = 16
MAP_EDGE = 0.12
"""How far beyond the picture, in its widths, a point may be placed."""


class LandmarkNet(nn.Module):
    """Pictures (n, 3, SIDE, SIDE) in [-1, 1] to points and to how unsure each of them is."""

    def __init__(self, widths: Sequence[int] = WIDTHS, points: int = POINTS) -> None:
        super().__init__()
        a, b, c, d = widths
        self.first = convolution(12, a)
        self.downs = nn.ModuleList([DownPair(a, b), DownPair(b, c), DownPair(c, d)])
        self.middle = nn.ModuleList([Residual(d), Residual(d)])
        self.ups = nn.ModuleList([UpPair(d, c, c), UpPair(c, b, b)])
        self.norm = nn.BatchNorm2d(b)
        self.maps = convolution(b, points, 1)
        self.unsure = nn.Linear(d, points)
        place = torch.linspace(-MAP_EDGE, 1 + MAP_EDGE, MAP)
        self.register_buffer("place", place, persistent=False)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Points (n, p, 2) as shares of the side, and the logarithms of their errors (n, p)."""
        y = self.first(channels_last(functional.pixel_unshuffle(x, 2)))
        skips = []
        for down in self.downs:
            skips.append(y)
            y = down(y)
        for block in self.middle:
            y = block(y)
        unsure = self.unsure(functional.adaptive_avg_pool2d(leaky(y), 1).flatten(1))
        for up in self.ups:
            y = up(y, skips.pop())
        maps = self.maps(leaky(self.norm(y))).float()
        share = maps.flatten(2).softmax(2).view_as(maps)
        place: Any = self.place
        across, down_ = (share.sum(2) * place).sum(2), (share.sum(3) * place).sum(2)
        return torch.stack([across, down_], 2), unsure.float()


def frame_of(box: Box) -> Matrix:
    """The map from the picture to what the network sees for a detector's box."""
    width = max(box.width, box.height) * (1 + 2 * MARGIN)
    centre = [(box.left + box.right - 1) / 2, (box.top + box.bottom - 1) / 2]
    middle = SIDE / 2 - 0.5
    return affine.about(np.eye(2) * (SIDE / width), centre, [middle, middle])


def build(tensors: Mapping[str, NDArray[Any]]) -> LandmarkNet:
    """A frozen network with these tensors.

    Raises WeightsError where names or shapes are not this network's.
    """
    return filled(LandmarkNet(), tensors).eval().requires_grad_(False)


class HeadLandmarker:
    """The shipped network as a `landmarks.Landmarker`; raises WeightsError for a bad file."""

    name = "mien-68"
    notice = ""
    steady = True
    # Faces of 86 photos and frames have 0.010 to 0.026, tracked ones up to 0.021; chance detections
    # and random boxes on pictures without a face have 0.034 and more, nine in ten above 0.043.
    limits = UnrestLimits(calm=0.02, doubt=0.03, lost=0.05)

    def __init__(self, path: Path = WEIGHTS) -> None:
        weights = load_weights(path, expected_job=JOB)
        self.sha256 = weights.sha256
        self._net = build(weights.tensors)

    @property
    def net(self) -> LandmarkNet:
        """The network itself, frozen; not to be changed."""
        return self._net

    def __call__(self, image: Image, box: Box) -> Landmarks:
        """(68, 2) pixels of the face in `box`."""
        return self.views(image, [box])[0]

    def views(self, image: Image, boxes: Sequence[Box]) -> NDArray[np.float64]:
        """(n, 68, 2) pixels for each of several boxes around one face."""
        return self._points(image, boxes)[:, :68]

    def sureness(
        self, image: Image, boxes: Sequence[Box]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Points (n, 68, 2) in pixels for boxes anywhere, and how far off they are likely to be.

        The second (n,) is the network's own guess of its mean error as a share of what it sees.
        """
        frames = [frame_of(box) for box in boxes]
        crops = np.stack([affine.warp(image, frame, (SIDE, SIDE)) for frame in frames])
        found, unsure = _guesses(self._net, crops)
        points = [
            affine.transform(affine.invert(frame), one * SIDE - 0.5)
            for frame, one in zip(frames, found, strict=True)
        ]
        return np.stack(points)[:, :68], np.exp(unsure[:, :68]).mean(1)

    def irises(self, image: Image, box: Box) -> Points:
        """(2, 2) pixels: the centre of the iris on the picture's left and on its right."""
        return self._points(image, [box])[0, 68:]

    def _points(self, image: Image, boxes: Sequence[Box]) -> NDArray[np.float64]:
        frames = [frame_of(box) for box in boxes]
        crops = np.stack([affine.warp(image, frame, (SIDE, SIDE)) for frame in frames])
        found = places(self._net, crops)
        return np.stack(
            [
                affine.transform(affine.invert(frame), points * SIDE - 0.5)
                for frame, points in zip(frames, found, strict=True)
            ]
        )


@torch.no_grad()
def places(net: LandmarkNet, crops: Image) -> NDArray[np.float64]:
    """(n, POINTS, 2) shares of the side, for crops (n, SIDE, SIDE, 3) uint8.

    One at a time: no face depends on its neighbours, and a clip brings one a frame.
    """
    found = []
    for crop in crops:
        x = torch.from_numpy(crop[None]).permute(0, 3, 1, 2).float() / 127.5 - 1
        found.append(net(x)[0].numpy().astype(np.float64))
    return np.concatenate(found)


@torch.no_grad()
def _guesses(net: LandmarkNet, crops: Image) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points and logarithms of their errors for many crops at once: to choose among them."""
    parts = []
    for first in range(0, len(crops), _AT_ONCE):
        some = np.ascontiguousarray(crops[first : first + _AT_ONCE])
        x = torch.from_numpy(some).permute(0, 3, 1, 2).float() / 127.5 - 1
        parts.append([one.numpy().astype(np.float64) for one in net(x)])
    points, unsure = zip(*parts, strict=True)
    return np.concatenate(points), np.concatenate(unsure)


@functools.cache
def head_landmarker() -> HeadLandmarker:
    """The shipped one, loaded once."""
    return HeadLandmarker()
