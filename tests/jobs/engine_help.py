"""A set of pictures of an engine so simple that everything about it is known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from mien.io.image import write_image
from mien.jobs.character.engines import training_set
from mien.jobs.character.engines.sampling import held_rows, sample_params
from mien.jobs.character.engines.schema import Continuous, OneOf, Params, Schema
from mien.types import Image

SQUARES = Schema(
    (
        Continuous("across", 0.0, 1.0, 0.5),
        OneOf("kind", ("square", "round"), "square"),
        Continuous("bright", 0.0, 1.0, 0.5),
        Continuous("unseen", 0.0, 1.0, 0.5),
    )
)
"""A spot: where it lies, what form it has, how bright it is; and a number that does nothing."""


def draw_square(across: float, bright: float, kind: str, size: int = 64) -> Image:
    """(size, size, 3) a spot on grey."""
    rows, columns = np.mgrid[:size, :size] / size
    x = columns - (0.25 + 0.5 * across)
    y = rows - 0.5
    inside = np.maximum(abs(x), abs(y)) if kind == "square" else np.hypot(x, y) / 0.55
    share = np.clip((0.17 - inside) * size / 2, 0, 1)[..., None]
    colour = np.array([40 + 200 * bright, 60 + 150 * bright, 230 - 120 * bright])
    return (110 * (1 - share) + colour * share).astype(np.uint8)


class SquareEngine:
    """The spot as an engine; `drawn` counts what it was asked for."""

    def __init__(self, size: int = 64) -> None:
        self.size, self.drawn = size, 0

    def schema(self) -> Schema:
        """`SQUARES`."""
        return SQUARES

    def render(self, params: Params) -> Image:
        """(size, size, 3)."""
        self.drawn += 1
        across, bright = float(params["across"]), float(params["bright"])
        return draw_square(across, bright, str(params["kind"]), self.size)

    def close(self) -> None:
        """Holds nothing."""


def square_set(folder: Path, count: int) -> Path:
    """A set as `mien character collect` writes it."""
    engine, test = SquareEngine(), set(held_rows(0, count).tolist())
    folder.mkdir(parents=True)
    training_set.write_schema(folder, SQUARES)
    (folder / training_set.RECIPE).write_text(json.dumps({"engine": "squares"}))
    rows = []
    for k in range(count):
        split = "test" if k in test else "train"
        params = sample_params(SQUARES, 0, k)
        (folder / split).mkdir(exist_ok=True)
        write_image(folder / split / f"{k:06d}.png", engine.render(params), provenance=None)
        row = training_set.csv_row(SQUARES, SQUARES.to_unit(params))
        rows.append([f"{split}/{k:06d}.png", split, *row])
    training_set.write_params(folder, SQUARES, rows)
    return folder
