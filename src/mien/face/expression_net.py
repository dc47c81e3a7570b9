"""Action Units and gaze of a face at a glance, learnt from pictures of the head alone.

The head knows its Action Units exactly, so the network needs no annotator; what it has to bear
is that real faces look like a frown or a smile at rest, which a clip's own rest can take off.
"""

from __future__ import annotations

import dataclasses
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
from mien.face.landmark_net import SIDE, frame_of
from mien.face.landmarks import box_of_points
from mien.face.net_weights import filled
from mien.io.weights import load_weights
from mien.nn.blocks import channels_last, convolution, leaky
from mien.nn.unet import DownPair, Residual
from mien.types import AU_NAMES, Image, Landmarks

JOB = "analyser.expression"
WEIGHTS = Path(__file__).resolve().parents[1] / "weights" / "expression.safetensors"
WIDTHS = (32, 64, 96, 128)
OUTPUTS = len(AU_NAMES) + 2
_HIDDEN, _KEPT = 128, 48


class ExpressionNet(nn.Module):
    """Pictures (n, 3, SIDE, SIDE) in [-1, 1] to Action Units (n, 22) and gaze (n, 2)."""

    def __init__(self, widths: Sequence[int] = WIDTHS) -> None:
        super().__init__()
        a, b, c, d = widths
        self.first = convolution(12, a)
        self.downs = nn.ModuleList([DownPair(a, b), DownPair(b, c), DownPair(c, d)])
        self.middle = nn.ModuleList([Residual(d), Residual(d)])
        self.keep = convolution(d, _KEPT, 1)
        self.dense = nn.Linear(_KEPT * (SIDE // 16) ** 2, _HIDDEN)
        self.last = nn.Linear(_HIDDEN, OUTPUTS)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Action Units, not yet cut to [0, 1], and gaze as in `types.FaceCode`."""
        y = self.first(channels_last(functional.pixel_unshuffle(x, 2)))
        for part in (*self.downs, *self.middle):
            y = part(y)
        y = leaky(self.dense(leaky(self.keep(leaky(y))).flatten(1)))
        value = self.last(y).float()
        return value[:, :-2], value[:, -2:]


@dataclasses.dataclass(frozen=True, eq=False)
class Expression:
    """What a face does: aus (22,) in [0, 1], gaze (2,) in [-1, 1]."""

    aus: NDArray[np.float64]
    gaze: NDArray[np.float64]


class ExpressionReader:
    """The shipped network; raises WeightsError for a file that is missing, damaged or foreign."""

    def __init__(self, path: Path = WEIGHTS) -> None:
        weights = load_weights(path, expected_job=JOB)
        self.sha256 = weights.sha256
        self._net = build(weights.tensors)

    @torch.no_grad()
    def __call__(self, image: Image, landmarks: Landmarks) -> Expression:
        """The expression of the face with these landmarks (68, 2)."""
        box, roll = box_of_points(landmarks)
        upright = affine.rotation(-roll)
        frame = frame_of(box)
        centre = np.array([(box.left + box.right - 1) / 2, (box.top + box.bottom - 1) / 2])
        turn = affine.about(upright, centre, centre)
        crop = affine.warp(image, affine.compose(frame, turn), (SIDE, SIDE))
        x = torch.from_numpy(crop[None]).permute(0, 3, 1, 2).float() / 127.5 - 1
        aus, gaze = self._net(x)
        found = np.clip(aus[0].numpy().astype(np.float64), 0, 1)
        return Expression(found, np.clip(gaze[0].numpy().astype(np.float64), -1, 1))


def build(tensors: Mapping[str, NDArray[Any]]) -> ExpressionNet:
    """A frozen network with these tensors.

    Raises WeightsError where names or shapes are not this network's.
    """
    return filled(ExpressionNet(), tensors).eval().requires_grad_(False)


@functools.cache
def expression_reader() -> ExpressionReader:
    """The shipped one, loaded once."""
    return ExpressionReader()
