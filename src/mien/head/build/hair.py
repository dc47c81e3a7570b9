"""The arrays of hair styles and beards, as `mien.head.strands` reads them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.head.build.beards import BEARDS, Binding, grow_beard
from mien.head.build.strands import Strands, occlusion, skull_distance
from mien.head.build.styles import STYLES
from mien.head.build.styling import Style
from mien.head.schema import FACIAL_HAIR, HAIR_STYLES

SEED = 5
RAISED = 1.7
"""Volume moves no strand by more than a share of this, cm."""

Arrays = dict[str, NDArray[np.generic]]


def make_style(name: str) -> Arrays:
    """The arrays of one hair style, by name; none for those painted on the scalp."""
    if name not in STYLES:
        return {}
    style = Style(SEED)
    STYLES[name](style)
    return {f"hair.{name}.{key}": value for key, value in pack(style.groups).items()}


def make_beard(name: str, template: dict[str, NDArray[np.generic]]) -> Arrays:
    """The arrays of one beard, bound to the triangles of the template's head."""
    if name not in BEARDS:
        return {}
    strands, binding = grow_beard(name, template)
    found = {**pack([strands]), **_bound(binding, _front_order(strands))}
    return {f"beard.{name}.{key}": value for key, value in found.items()}


def make_all(template: dict[str, NDArray[np.generic]]) -> Arrays:
    """Everything in `hair.npz`."""
    arrays: Arrays = {}
    for name in HAIR_STYLES:
        arrays.update(make_style(name))
    for name in FACIAL_HAIR:
        arrays.update(make_beard(name, template))
    return arrays


def pack(groups: list[Strands]) -> Arrays:
    """Strands one after the other, each from root to tip, rounded to a hundredth of a millimetre.

    path (m, 3) int16 1/1000 cm; out (m, 3) int8 1/127; lift (m,) uint8 1/100 cm; open (m,) uint8
    1/255; counts (n,) uint8 points per strand; strand (n, 6) int16 1/1000: half width, rise of
    the middle, tip, share shown, height of the root above the hairline, brightness
    """
    # Outer layers, which are grown last, come first, and the front before the back: what they
    # hide need not be drawn.
    groups = [g.of(_front_order(g)) for g in reversed(groups) if g.path.shape[1]]
    opened = occlusion(groups)
    path = np.concatenate([_by_strand(g.path) for g in groups])
    out = np.concatenate([_by_strand(g.out) for g in groups])
    raised = np.concatenate([_by_strand(_raise(g)[..., None])[:, 0] for g in groups])
    numbers = [
        np.stack([g.width, g.rise, g.tip, g.share, np.clip(g.line, -9, 9), g.shade], 1)
        for g in groups
    ]
    counts = [np.full(g.path.shape[1], g.path.shape[0]) for g in groups]
    return {
        "path": np.round(path * 1000).astype(np.int16),
        "out": np.round(out * 127).astype(np.int8),
        "lift": np.round(np.clip(raised, 0, 2) * 100).astype(np.uint8),
        "open": np.round(
            np.concatenate([_by_strand(o[..., None])[:, 0] for o in opened]) * 255
        ).astype(np.uint8),
        "counts": np.concatenate(counts).astype(np.uint8),
        "strand": np.round(np.concatenate(numbers) * 1000).astype(np.int16),
    }


def _front_order(strands: Strands) -> NDArray[np.int64]:
    return np.argsort(-strands.path[..., 2].mean(0), kind="stable")


def _by_strand(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """(k, n, c) to (n k, c), strand by strand."""
    return values.transpose(1, 0, 2).reshape(-1, values.shape[2])


def _raise(strands: Strands) -> NDArray[np.float64]:
    """(k, n) how far volume may lift each point: all of it beyond the first third."""
    points = strands.path
    distance = skull_distance(points.reshape(-1, 3)).reshape(points.shape[:2])
    u = np.linspace(0, 1, len(points))[:, None]
    return np.clip(distance, 0, RAISED) * np.minimum(u * 3, 1)


def _bound(binding: Binding, order: NDArray[np.int64]) -> Arrays:
    return {
        "corners": binding.corners[order].astype(np.uint16),
        "weights": np.round(binding.weights[order] * 1000).astype(np.int16),
    }
