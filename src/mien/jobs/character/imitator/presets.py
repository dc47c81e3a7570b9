"""The presets of the imitator: a table of plain values, and the settings that they fill.

default      residual up blocks, 128 px, part labels as a second answer
default-256  the same, one level more
seed         the ancestor's eight transposed convolutions at 512 px, L1 alone, its rate; its
             starting values N(0.4, 0.2) do not train and are N(0, 0.02) here
seed-128     the same without its last two levels, for comparison
tiny         for tests
"""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

from mien.jobs.settings import RecipeSettings


@dataclasses.dataclass(frozen=True)
class Settings(RecipeSettings):
    """All settings of one training recipe.

    size       pixels a side
    network    "seed": transposed convolutions; "slim": residual blocks
    widths     channels from 4 x 4 up, one for each resolution but the last
    hidden     numbers of the layer that reads the parameters; 0: none
    norm       BatchNorm in the residual blocks
    parts      answers with part labels too, at half the size, where the data know them
    structure  weight of 1 - SSIM of the grey pictures at half size, beside the L1
    labels     weight of the cross-entropy of the part labels
    details    how much more a pixel of brows, eyes and lips counts
    rate       of Adam
    schedule   "fall": level, then down in a line; "seed": rate (1 - share)^2 + 0.002
    hold, last of "fall": level for this share of the run, then down to this factor
    batch      pictures of a micro-batch
    average    half-life of the averaged network, in images; 0: none
    """

    size: int = 128
    network: Literal["seed", "slim"] = "slim"
    widths: tuple[int, ...] = (192, 160, 96, 64, 32)
    hidden: int = 256
    norm: bool = True
    parts: bool = True
    structure: float = 0.3
    labels: float = 0.05
    details: float = 3.0
    rate: float = 2e-3
    schedule: Literal["fall", "seed"] = "fall"
    hold: float = 0.4
    last: float = 0.02
    batch: int = 16
    average: float = 5_000.0


_SEED: dict[str, Any] = {
    "network": "seed",
    "hidden": 0,
    "parts": False,
    "structure": 0.0,
    "details": 0.0,
    "rate": 0.01,
    "schedule": "seed",
    "batch": 4,
    "average": 0.0,
}

PRESETS: dict[str, dict[str, Any]] = {
    "default": {},
    "default-256": {"size": 256, "widths": (192, 160, 96, 64, 32, 24)},
    "seed": {**_SEED, "size": 512, "widths": (512, 512, 512, 256, 128, 64, 64)},
    "seed-128": {**_SEED, "size": 128, "widths": (512, 512, 512, 256, 128)},
    "tiny": {"size": 32, "widths": (24, 16, 8), "hidden": 16, "batch": 8, "average": 200.0},
}


def settings(preset: str) -> Settings:
    """The settings of a preset; raises OptionError for a name that is not one."""
    return Settings.of(PRESETS, preset)
