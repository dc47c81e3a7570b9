"""Which of the head's hair styles a mask of hair is, if it is one of them.

A small convolutional network trained on renders (`analysers.hair_style`). On photos most hair is
none of the head's styles; then the network is unsure and `hair_fit.style_by_rule` decides.
"""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.head.sample import FEMININE_HAIR, MASCULINE_HAIR
from mien.head.schema import HAIR_STYLES
from mien.persona.hair_fit import HairMeasures, extra_inputs, style_by_rule
from mien.persona.vocabulary import load_spoken, style_names
from mien.types import Pose

FloatArray = NDArray[np.float64]

WEIGHTS = Path(__file__).resolve().parents[1] / "weights" / "character-hair.safetensors"
JOB = "analyser.hair-style"
EXTRA_INPUTS = 8
STRIDES, PADS = (2, 2, 1), (2, 1, 1)
SURE = 0.6
"""Probability from which the network is believed against the rules."""
BELOW_JAW = 0.22
"""Share of hair beside the neck from which hair is long."""
RARE = 0.03
"""Styles that fewer people of a sex wear are left to the rules: there are no renders of them."""


@dataclasses.dataclass(frozen=True, eq=False)
class StyleNet:
    """Three convolutions and two dense layers; SiLU between all. `styles` are its answers."""

    convolutions: tuple[tuple[FloatArray, FloatArray], ...]
    dense: tuple[tuple[FloatArray, FloatArray], ...]
    styles: tuple[str, ...]
    sha256: str

    def probabilities(self, grid: NDArray[np.floating], extra: FloatArray) -> FloatArray:
        """Over `HAIR_STYLES`, 0 for a style that the network was not trained for.

        grid   (46, 36) the mask; extra: `hair_fit.extra_inputs`
        """
        value = np.asarray(grid, np.float64)[None] * 2 - 1
        for (weight, bias), stride, pad in zip(self.convolutions, STRIDES, PADS, strict=True):
            value = _silu(_convolved(value, weight, bias, stride=stride, pad=pad))
        flat = np.concatenate([value.ravel(), np.asarray(extra, np.float64)])
        (first, first_bias), (last, last_bias) = self.dense
        logits = last @ _silu(first @ flat + first_bias) + last_bias
        share = np.exp(logits - logits.max())
        every = np.zeros(len(HAIR_STYLES))
        every[[HAIR_STYLES.index(name) for name in self.styles]] = share / share.sum()
        return every


def _silu(value: FloatArray) -> FloatArray:
    return value / (1.0 + np.exp(-value))


def _convolved(
    value: FloatArray, weight: FloatArray, bias: FloatArray, *, stride: int, pad: int
) -> FloatArray:
    """(channels, h, w) correlated with weight (out, channels, k, k), as torch's conv2d."""
    side = weight.shape[2]
    padded = np.pad(value, ((0, 0), (pad, pad), (pad, pad)))
    patches = np.lib.stride_tricks.sliding_window_view(padded, (side, side), axis=(1, 2))
    patches = patches[:, ::stride, ::stride]
    return np.einsum("chwij,ocij->ohw", patches, weight, optimize=True) + bias[:, None, None]


def read_style_net(path: Path = WEIGHTS) -> StyleNet:
    """The network from its weight file; WeightsError if it is missing or of another head."""
    weights = load_spoken(path, job=JOB, key="styles")
    tensors = {name: np.asarray(array, np.float64) for name, array in weights.tensors.items()}
    return StyleNet(
        convolutions=tuple(
            (tensors[f"conv.weight{k}"], tensors[f"conv.bias{k}"]) for k in range(3)
        ),
        dense=tuple((tensors[f"dense.weight{k}"], tensors[f"dense.bias{k}"]) for k in range(2)),
        styles=style_names(weights.header),
        sha256=weights.sha256,
    )


@functools.cache
def style_net() -> StyleNet:
    """The shipped network, loaded once."""
    return read_style_net()


def usual_styles(sex: float) -> FloatArray:
    """(styles,) how often people of a sex (-1 feminine, 1 masculine) wear each, as sampled."""
    masculine = min(max((sex + 1) / 2, 0.0), 1.0)
    return np.array(
        [
            masculine * MASCULINE_HAIR.count(style) / len(MASCULINE_HAIR)
            + (1 - masculine) * FEMININE_HAIR.count(style) / len(FEMININE_HAIR)
            for style in HAIR_STYLES
        ]
    )


def choose_style(measures: HairMeasures, pose: Pose, sex: float) -> str:
    """The network's style where it is sure and the style is a usual one, else the rules'."""
    usual = usual_styles(sex)
    share = style_net().probabilities(measures.grid, extra_inputs(measures, pose))
    share = share * (usual + RARE)
    share /= share.sum()
    best = int(np.argmax(share))
    if share[best] < SURE or usual[best] < RARE:
        return style_by_rule(measures, sex)
    style = HAIR_STYLES[best]
    # The lower edge of a photo cuts long hair off more often than renders teach.
    return "long" if style == "bob" and measures.below > BELOW_JAW else style
