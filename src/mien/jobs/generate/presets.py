"""The presets of `generate`: a table of plain values, and the settings that they fill.

seed       the ancestor's DCGAN (GAN_facialGeneration_64pixel) with its published settings
default    slim networks, a latent anchored to the picture's own coarse look
r3gan      the same networks with the relativistic loss and R1 + R2 alone (Huang et al. 2024)
sn-hinge   the same networks with spectral norm and the hinge loss (Miyato et al. 2018)
wgan-gp    the same networks as a critic with gradient penalty (Gulrajani et al. 2017)
tiny       for tests
"""

from __future__ import annotations

import dataclasses
from typing import Any, Literal, TypeAlias

from mien.jobs.settings import RecipeSettings

Method: TypeAlias = Literal["noisy", "relativistic", "hinge", "wgan-gp"]


@dataclasses.dataclass(frozen=True)
class Config(RecipeSettings):
    """All settings of one training recipe.

    size            pixels a side
    network         "seed": 5 x 5 strided convolutions; "slim": residual blocks
    maker, judge    channels: of the maker from 4 x 4 up, of the judge down to 4 x 4
    norm            BatchNorm in the maker
    latent          numbers that a face is made from
    code            how many of them are the picture's PCA code; 0: none, nothing is anchored
    grain           side of the thumbnail that the code is taken of
    jitter          share of noise in the code, 0..1
    method          which game the two networks play
    gamma, lazy     weight of R1 + R2, and the steps between two of them; gamma 0: none
    penalty         weight of the gradient penalty of "wgan-gp"
    critic_steps    steps of the judge for one of the maker
    pull            weight of the coarse L1 to the anchored picture at the start, and at the end
    pull_until      share of the run at which the end value is reached
    rate_maker, rate_judge, beta1, beta2   of Adam
    hold, last      the rates stay for this share of the run, then fall to this factor
    batch           pictures of a micro-batch
    average         half-life of the averaged maker, in images; 0: none
    augment         kinds of changes that the judge must not see through
    adaptive        their strength follows overfitting; otherwise it is 1
    mirror          pictures are shown mirrored half of the time
    """

    size: int = 64
    network: Literal["seed", "slim"] = "slim"
    maker: tuple[int, ...] = (192, 96, 64, 24)
    judge: tuple[int, ...] = (24, 48, 96, 192)
    norm: bool = True
    latent: int = 64
    code: int = 32
    grain: int = 16
    jitter: float = 0.4
    method: Method = "relativistic"
    gamma: float = 1.0
    lazy: int = 8
    penalty: float = 10.0
    critic_steps: int = 1
    pull: tuple[float, float] = (10.0, 2.0)
    pull_until: float = 0.6
    rate_maker: float = 1e-3
    rate_judge: float = 1e-3
    beta1: float = 0.0
    beta2: float = 0.99
    hold: float = 0.5
    last: float = 0.1
    batch: int = 16
    average: float = 20_000.0
    augment: Literal["none", "colour", "translation", "all"] = "none"
    adaptive: bool = False
    mirror: bool = True


_FREE: dict[str, Any] = {"code": 0}
_CALM: dict[str, Any] = {"rate_maker": 5e-4, "rate_judge": 5e-4}
"""Wider networks do not stand the usual rates; the weight of R1 + R2 grows with the pixels."""


PRESETS: dict[str, dict[str, Any]] = {
    "default": {},
    "default-32": {"size": 32, "maker": (192, 96, 48), "judge": (48, 96, 192)},
    "default-128": {
        "size": 128,
        "maker": (192, 128, 96, 48, 24),
        "judge": (24, 48, 96, 128, 192),
        **_CALM,
        "gamma": 4.0,
    },
    "default-256": {
        "size": 256,
        "maker": (256, 192, 128, 64, 32, 24),
        "judge": (24, 32, 64, 128, 192, 256),
        **_CALM,
        "gamma": 16.0,
    },
    "seed": {
        "network": "seed",
        "maker": (512, 256, 128, 64),
        "judge": (64, 128, 256, 512),
        "latent": 100,
        "method": "noisy",
        "gamma": 0.0,
        "rate_maker": 2e-4,
        "rate_judge": 2e-4,
        "beta1": 0.5,
        "beta2": 0.999,
        "hold": 1.0,
        "last": 1.0,
        "batch": 100,
        "average": 0.0,
        "mirror": False,
        **_FREE,
    },
    "r3gan": _FREE,
    "sn-hinge": {
        "method": "hinge",
        "gamma": 0.0,
        "rate_maker": 3e-4,
        "rate_judge": 6e-4,
        "beta2": 0.9,
        **_FREE,
    },
    "wgan-gp": {
        "method": "wgan-gp",
        "gamma": 0.0,
        "critic_steps": 5,
        "rate_maker": 2e-4,
        "rate_judge": 2e-4,
        "beta2": 0.9,
        **_FREE,
    },
    "tiny": {
        "size": 16,
        "maker": (16, 8),
        "judge": (8, 16),
        "latent": 12,
        "code": 6,
        "grain": 4,
        "batch": 8,
        "average": 100.0,
    },
}


def config(preset: str, **changes: Any) -> Config:
    """The settings of a preset, with some of them changed.

    Raises OptionError for an unknown preset.
    """
    return Config.of(PRESETS, preset, **changes)
