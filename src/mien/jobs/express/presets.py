"""The presets of `express`: a table of plain values, and the settings that they fill.

default    repairs a moved photo: a slim U-Net that sees the warp, where it may paint, and what was
           asked; taught by drawings of the same person with the other expression
seed       the ancestor's GANimation (Pumarola et al. 2018 on StarGAN's code)
paper      GANimation with the numbers that its authors published
seed-slim  the ancestor's game with half of the channels and one residual block less
tiny, tiny-seed   for tests
"""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

from mien import fields
from mien.errors import OptionError
from mien.jobs.settings import RecipeSettings
from mien.messages import text


@dataclasses.dataclass(frozen=True)
class Config(RecipeSettings):
    """All settings of one training recipe.

    kind          "repair": paints on a moved photo; "ganimation": makes the change itself
    size          pixels a side of the crop head-256
    window        pixels a side of its middle part, in which the repairer works
    aus           Action Units that the networks know: the first so many of `types.AU_NAMES`
    maker         channels of the repairing U-Net, from half of the size down
    judge         channels of its judge, from half of the size of a patch down
    patch         pixels a side of the part that its judge sees
    channels      of GANimation's generator and of its critic at the first layer
    repeat        residual blocks of the generator
    layers        strided layers of the critic
    critic_steps  steps of the critic for one of the generator
    l1, ssim      weights of the difference to the truth where the network may paint
    adversarial   weight of the judge's word
    gamma, lazy   weight of R1 + R2 of the judge, and the steps between two of them
    au            weight of the AU regression (lambda_cls; the paper's lambda_cond is 4000, of a
                  mean over other units)
    cycle         weight of there and back again (lambda_rec)
    penalty       weight of the gradient penalty (lambda_gp)
    attention     weight of the mean of the attention (lambda_sat)
    guard         GANimation: weight of what the mean attention lies outside of .1 to .9: at 1
                  nothing is changed any more, at 0 the whole photo is painted anew
    virtual_alpha GANimation: share of virtual cycle consistency in the cycle loss: a made face to
                  any other expression and back to itself; 0 is the paper, 1 the ancestor's
                  `use_virtual` as it ran
    select        GANimation: names of the Action Units that targets change; empty: all
    selective     GANimation: chance of each of these to be another picture's in a target, rather
                  than the photo's own: below 1 single Action Units are learnt apart
    smooth        weight of its total variation (lambda_smooth)
    wobble        targets are real labels, moved by up to this much
    rate_maker, rate_judge, beta1, beta2   of Adam
    hold, last    the rates stay for this share of the run, then fall to this factor
    batch         pictures of a micro-batch
    average       half-life of the averaged maker, in images; 0: none
    appearance    how much light, colour, sharpness and noise of the pairs are varied, 0..1
    """

    kind: Literal["repair", "ganimation"] = "repair"
    size: int = 128
    window: int = 80
    aus: int = 22
    maker: tuple[int, ...] = (32, 64, 96)
    judge: tuple[int, ...] = (32, 32, 64)
    patch: int = 64
    channels: int = 64
    repeat: int = 6
    layers: int = 6
    critic_steps: int = 1
    l1: float = 10.0
    ssim: float = 2.0
    adversarial: float = 0.1
    gamma: float = 0.5
    lazy: int = 8
    au: float = 160.0
    cycle: float = 10.0
    penalty: float = 10.0
    attention: float = 0.1
    guard: float = 0.0
    virtual_alpha: float = 0.0
    select: tuple[str, ...] = ()
    selective: float = 1.0
    smooth: float = 1e-5
    wobble: float = 0.1
    rate_maker: float = 1e-3
    rate_judge: float = 5e-4
    beta1: float = 0.5
    beta2: float = 0.99
    hold: float = 0.5
    last: float = 0.05
    batch: int = 16
    average: float = 5_000.0
    appearance: float = 1.0

    def __post_init__(self) -> None:
        """Refuses what no training can follow, with OptionError."""
        if self.select:
            self._check_units()
        for name, share in (("virtual_alpha", self.virtual_alpha), ("selective", self.selective)):
            if not 0 <= share <= 1:
                raise OptionError(text("express.share", name=name, value=share))

    def _check_units(self) -> None:
        from mien.types import AU_NAMES  # brings numpy, which a help page must not wait for

        known = AU_NAMES[: self.aus]
        for name in self.select:
            if name not in known:
                raise fields.unknown("--set select:", name, known)


_SEED: dict[str, Any] = {
    "kind": "ganimation",
    "aus": 17,
    "critic_steps": 5,
    "smooth": 1e-4,
    "guard": 10.0,
    "rate_maker": 1e-4,
    "rate_judge": 1e-4,
    "beta2": 0.999,
    "hold": 2 / 3,  # 20 of 30 epochs; then 0.9 an epoch, ten times
    "last": 0.35,
    "average": 0.0,
    "appearance": 0.0,
}

_PAPER: dict[str, Any] = {
    **_SEED,
    "smooth": 1e-5,
    "batch": 25,
    "last": 0.0,  # the rates fall to nothing, linearly
}

PRESETS: dict[str, dict[str, Any]] = {
    "default": {},
    "seed": _SEED,
    "paper": _PAPER,
    "seed-slim": {**_SEED, "channels": 32, "repeat": 5},
    "tiny": {"size": 32, "window": 16, "maker": (8, 8), "judge": (8, 8), "patch": 16, "batch": 4},
    "tiny-seed": {**_SEED, "size": 32, "channels": 4, "repeat": 1, "layers": 3, "batch": 4},
}


def config(preset: str, **changes: Any) -> Config:
    """The settings of a preset, with some of them changed.

    Raises OptionError for an unknown preset.
    """
    return Config.of(PRESETS, preset, **changes)
