"""How much each slider can be seen: what a person notices and a fit can find out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.head.camera import Camera
from mien.head.fields import Basis
from mien.head.render import View, render
from mien.head.schema import SLIDERS
from mien.types import FaceCode, Pose

VIEWS: tuple[Pose, ...] = (Pose(), Pose(yaw=40.0))
"""A slider counts by the view that shows it best."""


def slider_effect(name: str, *, size: int = 128, span: float = 1.0) -> float:
    """Mean absolute pixel change (0..255) between `-span` and `+span`, the most of all `VIEWS`.

    The head is bald, neutral and of default material, so that nothing hides the slider.
    """
    view, most = View(camera=Camera(size=size)), 0.0
    for pose in VIEWS:
        low, high = (
            render(FaceCode(sliders={name: end}, pose=pose, hair="bald"), view=view).rgb
            for end in (-span, span)
        )
        most = max(most, float(np.abs(high.astype(np.int16) - low).mean()))
    return most


def slider_effects(names: tuple[str, ...] = SLIDERS, *, size: int = 128) -> NDArray[np.float64]:
    """(len(names),) the `slider_effect` of each."""
    return np.array([slider_effect(name, size=size) for name in names])


def slider_likeness(basis: Basis, count: int) -> NDArray[np.float64]:
    """(S, S) cosines between the displacement fields of the sliders over `count` points."""
    fields = np.zeros((len(basis.starts) - 1, count * 3))
    for k, row in enumerate(fields):
        part = slice(basis.starts[k], basis.starts[k + 1])
        row.reshape(-1, 3)[basis.ids[part]] = basis.vectors[part]
    length = np.sqrt((fields * fields).sum(1))
    unit = fields / np.maximum(length, 1e-12)[:, None]
    return np.einsum("ik,jk->ij", unit, unit, optimize=True)
