"""The presets of `translate`: a table of plain values, and the settings that they fill.

seed      the ancestor's CycleGAN with self-attention and spectral norm (anime_person_translation)
default   U-Nets taught by look-alikes: each picture is paired with the one of the other kind whose
          thumbnail is most like its own
paired    for data with true pairs, as the head's: what the shipped networks are trained with
tiny      for tests

The ancestor's other games are presets too: seed-wgan-gp, seed-sn-gp, seed-lsgan, seed-vanilla.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Literal, TypeAlias

from mien.jobs.settings import RecipeSettings

Method: TypeAlias = Literal["hinge", "relativistic", "wgan-gp", "lsgan", "vanilla"]
Pairing: TypeAlias = Literal["none", "alike", "true"]


@dataclasses.dataclass(frozen=True)
class Config(RecipeSettings):
    """All settings of one training recipe; both directions share them.

    size            pixels a side
    network         "seed": the whole face through a bottleneck of 100 numbers; "unet"
    shuffle         the U-Net's pictures enter as cells of so many pixels a side
    maker, judge    channels from the finest level down
    bottleneck      numbers of the seed's bottleneck
    pairing         what a picture is compared with: nothing, a look-alike, or its true counterpart
    method          which game makers and judges play
    spectral        spectral norm in the judges (and in the seed's makers)
    gamma, lazy     weight of R1 + R2, and the steps between two of them; gamma 0: none
    penalty         weight of the gradient penalty of "wgan-gp"
    critic_steps    steps of the judges for one of the makers
    judged          weight of the judges in the makers' loss
    judged_from     share of the run from which judges take part
    cycle           weight of the L1 between a picture and its way there and back
    cycle_every     it is asked for in every so many-th step
    same            weight of the L1 between a picture and its translation into its own kind
    pull            weight of the L1 to the partner at the start, and at the end
    pull_until      share of the run at which the end value is reached
    grain           the L1 to the partner compares means over cells of so many pixels a side
    structure       weight of 1 - SSIM to the partner
    eyes            factor on the L1 to the partner around the eyes (aligned pictures only)
    eye_judge       the judges have a second opinion about the eyes alone
    pool            made pictures that are remembered for the judges
    rate_maker, rate_judge, beta1, beta2   of Adam
    hold, last      the rates stay for this share of the run, then fall to this factor
    wild            photos of the head are shown to the makers in front of clutter, with a cast
    batch           pictures of each kind in a micro-batch
    average         half-life of the averaged makers, in images; 0: none
    mirror          pictures are shown mirrored half of the time
    """

    size: int = 64
    network: Literal["seed", "unet"] = "unet"
    shuffle: int = 2
    maker: tuple[int, ...] = (32, 64, 128)
    judge: tuple[int, ...] = (24, 48, 96, 192)
    bottleneck: int = 100
    pairing: Pairing = "alike"
    method: Method = "relativistic"
    spectral: bool = False
    gamma: float = 1.0
    lazy: int = 8
    penalty: float = 10.0
    critic_steps: int = 1
    judged: float = 1.0
    judged_from: float = 0.0
    cycle: float = 3.0
    cycle_every: int = 2
    same: float = 0.0
    pull: tuple[float, float] = (5.0, 0.5)
    pull_until: float = 0.7
    grain: int = 4
    structure: float = 0.0
    eyes: float = 2.0
    eye_judge: bool = True
    pool: int = 0
    rate_maker: float = 7e-4
    rate_judge: float = 7e-4
    beta1: float = 0.0
    beta2: float = 0.99
    hold: float = 0.5
    last: float = 0.1
    batch: int = 16
    average: float = 5_000.0
    wild: bool = False
    mirror: bool = True


_SEED: dict[str, Any] = {
    "network": "seed",
    "maker": (64, 128, 256, 512),
    "judge": (64, 128, 256, 512),
    "pairing": "none",
    "method": "hinge",
    "spectral": True,
    "gamma": 0.0,
    "cycle": 250.0,
    "cycle_every": 1,
    "pull": (0.0, 0.0),
    "eyes": 1.0,
    "eye_judge": False,
    "pool": 50,
    "rate_maker": 1e-4,
    "rate_judge": 4e-4,
    "beta2": 0.9,
    "last": 0.0,
    "batch": 64,
    "average": 0.0,
    "mirror": False,
}
_CRITIC: dict[str, Any] = {**_SEED, "method": "wgan-gp"}
_PAIRED: dict[str, Any] = {
    "pairing": "true",
    "cycle": 0.0,
    "pull": (5.0, 5.0),
    "grain": 1,
    "structure": 1.0,
    "eyes": 3.0,
    "judged": 0.2,
    "judged_from": 0.75,
    "rate_maker": 1e-3,
    "beta1": 0.5,
    "hold": 0.65,
    "last": 0.05,
    "wild": True,
}


PRESETS: dict[str, dict[str, Any]] = {
    "default": {},
    "default-128": {
        "size": 128,
        "maker": (24, 48, 96, 128),
        "judge": (16, 32, 64, 128, 192),
    },
    "paired": _PAIRED,
    "paired-128": {
        **_PAIRED,
        "size": 128,
        "maker": (24, 48, 96, 128),
        "judge": (16, 32, 64, 128, 192),
        "batch": 8,
    },
    "seed": _SEED,
    "seed-wgan-gp": {**_CRITIC, "spectral": False},
    "seed-sn-gp": _CRITIC,
    "seed-lsgan": {**_SEED, "method": "lsgan"},
    "seed-vanilla": {**_SEED, "method": "vanilla"},
    "tiny": {
        "size": 16,
        "maker": (8, 16),
        "judge": (8, 16),
        "batch": 8,
        "average": 100.0,
    },
}


def config(preset: str, **changes: Any) -> Config:
    """The settings of a preset, with some of them changed.

    Raises OptionError for an unknown preset.
    """
    return Config.of(PRESETS, preset, **changes)
