"""Sheets of small pictures with a label under each."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw

from mien.types import Image

LABEL_HEIGHT = 16


def labelled(
    pictures: Sequence[Image],
    labels: Sequence[str],
    *,
    columns: int = 0,
    paper: int = 255,
    ink: int = 30,
) -> Image:
    """One picture of equal square pictures (s, s, 3), each with its label under it.

    columns      pictures in a row; 0: a little wider than high
    paper, ink   grey levels
    """
    columns = columns or math.ceil(math.sqrt(1.3 * len(pictures)))
    rows, size = -(-len(pictures) // columns), len(pictures[0])
    height = size + LABEL_HEIGHT
    page = np.full((rows * height, columns * size, 3), paper, np.uint8)
    for place, picture in enumerate(pictures):
        top, left = place // columns * height, place % columns * size
        page[top : top + size, left : left + size] = picture
    canvas = PillowImage.fromarray(page)
    pen = ImageDraw.Draw(canvas)
    for place, label in enumerate(labels):
        top, left = place // columns * height + size, place % columns * size
        pen.text((left + 3, top + 2), label, fill=(ink, ink, ink))
    return np.array(canvas)
