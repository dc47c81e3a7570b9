"""The losses of a run as a picture of curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw

from mien.types import Image

_WIDTH, _ROW, _LEFT, _RIGHT = 960, 150, 90, 20
_INK, _PAPER, _GRID = (40, 40, 40), (255, 255, 255), (225, 225, 225)
_COLOURS = ((38, 98, 166), (196, 78, 44), (60, 134, 76), (132, 84, 158))


def curves(lines: Sequence[Mapping[str, float]], names: Sequence[str]) -> Image:
    """(h, w, 3) one row per name, over images seen; each row has its own scale.

    lines   with "images" and, where it was measured, each name
    """
    height = _ROW * max(1, len(names))
    page = PillowImage.new("RGB", (_WIDTH, height), _PAPER)
    pen = ImageDraw.Draw(page)
    for place, name in enumerate(names):
        points = [(line["images"], line[name]) for line in lines if name in line]
        _row(pen, place * _ROW, name, np.array(points, float).reshape(-1, 2), place)
    return np.array(page, dtype=np.uint8)


def _row(pen: ImageDraw.ImageDraw, top: int, name: str, points: np.ndarray, place: int) -> None:
    low, high = top + _ROW - 30, top + 24
    pen.text((8, top + 4), name, fill=_INK)
    pen.line([(_LEFT, low), (_WIDTH - _RIGHT, low)], fill=_GRID)
    if len(points) < 2:
        return
    x, y = points[:, 0], points[:, 1]
    # A few extreme values must not flatten the rest.
    bottom, ceiling = np.percentile(y, [0.5, 99.5])
    span = max(ceiling - bottom, 1e-9)
    across = _LEFT + (x - x[0]) / max(x[-1] - x[0], 1) * (_WIDTH - _LEFT - _RIGHT)
    down = low - np.clip((y - bottom) / span, 0, 1) * (low - high)
    pen.line(list(zip(across, down, strict=True)), fill=_COLOURS[place % len(_COLOURS)], width=2)
    pen.text((8, high - 6), f"{ceiling:.3g}", fill=_INK)
    pen.text((8, low - 6), f"{bottom:.3g}", fill=_INK)
    pen.text((_LEFT, low + 6), f"{x[0]:.0f}", fill=_INK)
    pen.text((_WIDTH - _RIGHT - 60, low + 6), f"{x[-1]:.0f}", fill=_INK)
