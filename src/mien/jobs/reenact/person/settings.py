"""The settings of a person's network, and its presets: a table of plain values.

person       128 pixels
person-256   256 pixels: sharper, and two to three times as slow to learn
person-tiny  for tests
"""

from __future__ import annotations

import dataclasses
from typing import Any

from mien.jobs.settings import RecipeSettings


@dataclasses.dataclass(frozen=True)
class PersonSettings(RecipeSettings):
    """All settings of one person's recipe.

    size           pixels a side
    maker, middle  channels of the U-Net from half of the size down, and its residual pairs below
    even           what is painted is averaged over 2 x 2 pixels: no grid can lie over it
    judge, patch   channels of the judge, and the side of the part that it sees
    l1, ssim       weights of the difference to the truth
    adversarial    weight of the judge's word, from `judge_after` of the run on
    gamma, lazy    weight of R1 + R2 of the judge, and the steps between two of them
    rate_maker, rate_judge, beta1, beta2   of Adam
    hold, last     the rates stay for this share of the run, then fall to this factor
    batch          pictures of a step
    average        half-life of the averaged network, in images
    nearest, wider frames among which the first and the second source are drawn
    stray          share of sources that are any frame
    jitter         pixels by which the lines stray, at 128 pixels a side
    turn, scale, shift   of the whole sample: degrees, share, pixels at 128 pixels a side
    skin           the network is told how far brows and forehead are folded
    """

    size: int = 128
    maker: tuple[int, ...] = (24, 48, 96, 128)
    middle: int = 1
    even: bool = False
    judge: tuple[int, ...] = (24, 48, 96)
    patch: int = 64
    l1: float = 10.0
    ssim: float = 2.0
    adversarial: float = 0.4
    judge_after: float = 0.2
    gamma: float = 1.0
    lazy: int = 8
    rate_maker: float = 1e-3
    rate_judge: float = 5e-4
    beta1: float = 0.0
    beta2: float = 0.99
    hold: float = 0.5
    last: float = 0.08
    batch: int = 8
    average: float = 1_100.0
    nearest: int = 6
    wider: int = 16
    stray: float = 0.15
    jitter: float = 0.25
    turn: float = 1.1
    scale: float = 0.02
    shift: float = 2.0
    skin: bool = True


PERSON_PRESETS: dict[str, dict[str, Any]] = {
    "person": {},
    # One level more than at 128 pixels, and a thin one: most time goes where maps are large.
    "person-256": {"size": 256, "maker": (12, 24, 48, 96, 128), "even": True, "patch": 128},
    "person-tiny": {
        "size": 32,
        "maker": (8, 8),
        "judge": (8, 8),
        "patch": 16,
        "batch": 4,
        "average": 100.0,
    },
}


def person_settings(preset: str, **changes: Any) -> PersonSettings:
    """The settings of a preset. Raises OptionError for an unknown one."""
    return PersonSettings.of(PERSON_PRESETS, preset, **changes)
