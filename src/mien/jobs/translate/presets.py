"""The presets of `translate`: a table of plain values, and the settings that they fill.

seed      the ancestor's CycleGAN with self-attention and spectral norm (anime_person_translation)
default   U-Nets taught by look-alikes: each picture is paired with the one of the other kind whose
          thumbnail is most like its own
paired    for data with true pairs, as the head's: what the shipped networks are trained with
cut       one-sided: a place of the made picture must be told from other places by what was there
          (Park et al. 2020)
dtn       a fixed encoder and a maker that draws what it says (Taigman et al. 2017)
guided    true pairs; the maker to drawings also sees a drawing of a guessed head
tiny      for tests

The ancestor's other games are presets too: seed-wgan-gp, seed-sn-gp, seed-lsgan, seed-vanilla,
and its other maker, seed-unet; so are seed-wgan, the clipped critic that it tried first, and
resnet, the maker of the code that it was built on.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Literal, TypeAlias

from mien.errors import OptionError
from mien.jobs.settings import RecipeSettings
from mien.messages import text

Method: TypeAlias = Literal["hinge", "relativistic", "wgan-gp", "wgan", "lsgan", "vanilla"]
Pairing: TypeAlias = Literal["none", "alike", "true"]


@dataclasses.dataclass(frozen=True)
class Config(RecipeSettings):
    """All settings of one training recipe; both directions share them.

    size            pixels a side
    framework       "cycle"; "cut": places must be told apart; "dtn": a maker behind a fixed encoder
    ways            "both" kinds are made, or one of them ("cycle" needs both where cycle > 0)
    network         "unet"; "seed": the whole face through a bottleneck of 100 numbers; "deep": the
                    ancestor's U-Net, which halves once for every width; "resnet"
    opinion         "own": the judge that goes with the network; "patch": one of 70 x 70 pixels
    shuffle         the U-Net's pictures enter as cells of so many pixels a side
    even            ... and leave averaged over such a cell: no grid can lie over them
    blocks          residual blocks in the middle of the "resnet"
    guide           the maker to drawings sees a second picture: a drawing of a guessed head
    maker, judge    channels from the finest level down
    bottleneck      numbers of the seed's bottleneck
    pairing         what a picture is compared with: nothing, a look-alike, or its true counterpart
    method          which game makers and judges play
    spectral        spectral norm in the judges (and in the seed's makers)
    gamma, lazy     weight of R1 + R2, and the steps between two of them; gamma 0: none
    penalty         weight of the gradient penalty of "wgan-gp"
    limit           largest weight of a critic of "wgan"
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
    contrast        weight of the loss of "cut"; contrast_same: of the same on pictures of the
                    wanted kind, which are to stay as they are
    places, warmth  places of a map that are compared with each other, and the temperature
    constancy       "dtn": weight of what the encoder says of a made picture against its source
    smooth          "dtn": weight of the total variation
    pool            made pictures that are remembered for the judges
    start, gain     how weights begin: "own", or normal, xavier, kaiming, orthogonal with this gain
    rate_maker, rate_judge, beta1, beta2   of Adam
    hold, last      the rates stay for this share of the run, then fall to this factor
    fall            how they fall: in a line, in three steps, or as a cosine
    balanced        pictures of two folders are shown so that both kinds have as many of every look
    wild            photos of the head are shown to the makers in front of clutter, with a cast
    batch           pictures of each kind in a micro-batch
    average         half-life of the averaged makers, in images; 0: none
    mirror          pictures are shown mirrored half of the time
    """

    size: int = 64
    framework: Literal["cycle", "cut", "dtn"] = "cycle"
    ways: Literal["both", "anime", "photo"] = "both"
    network: Literal["seed", "unet", "deep", "resnet"] = "unet"
    opinion: Literal["own", "patch"] = "own"
    shuffle: int = 2
    even: bool = False
    blocks: int = 9
    guide: bool = False
    maker: tuple[int, ...] = (32, 64, 128)
    judge: tuple[int, ...] = (24, 48, 96, 192)
    bottleneck: int = 100
    pairing: Pairing = "alike"
    method: Method = "relativistic"
    spectral: bool = False
    gamma: float = 1.0
    lazy: int = 8
    penalty: float = 10.0
    limit: float = 0.01
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
    contrast: float = 0.0
    contrast_same: float = 0.0
    places: int = 64
    warmth: float = 0.07
    constancy: float = 0.0
    smooth: float = 0.0
    pool: int = 0
    start: Literal["own", "normal", "xavier", "kaiming", "orthogonal"] = "own"
    gain: float = 0.02
    rate_maker: float = 7e-4
    rate_judge: float = 7e-4
    beta1: float = 0.0
    beta2: float = 0.99
    hold: float = 0.5
    last: float = 0.1
    fall: Literal["line", "steps", "cosine"] = "line"
    balanced: bool = False
    batch: int = 16
    average: float = 5_000.0
    wild: bool = False
    mirror: bool = True

    def __post_init__(self) -> None:
        """Refuses what no networks can be made of, with OptionError."""
        whole = self.size % (self.shuffle * 2 ** (len(self.maker) - 1)) == 0
        if self.network in ("deep", "resnet"):
            whole = self.size % 2 ** (len(self.maker) - (self.network == "resnet")) == 0
        layers = len(self.judge) == self.size.bit_length() - 3 and self.size & (self.size - 1) == 0
        one_sided = self.ways != "both" or self.framework != "cycle"
        problems = {
            "translate.unfit.maker": (self.maker, whole and len(self.maker) > 1),
            "translate.unfit.judge": (self.judge, layers or self.opinion == "patch"),
            "translate.unfit.pairing": (self.pairing, not self.guide or self.pairing == "true"),
            "translate.unfit.network": (
                self.network,
                self.framework == "cycle" or self.network != "seed",
            ),
            "translate.unfit.opinion": (
                self.opinion,
                self.framework != "dtn" or self.opinion == "own",
            ),
            "translate.unfit.cycle": (self.cycle, self.cycle == 0 or not one_sided),
            "translate.unfit.batch": (self.batch, self.batch > 1),
        }
        for key, (value, fits) in problems.items():
            if not fits:
                raise OptionError(text(key, value=value))

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that are made: "a" photos, "b" drawings."""
        return {"both": ("a", "b"), "anime": ("b",), "photo": ("a",)}[self.ways]


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
_PATCH: dict[str, Any] = {"opinion": "patch", "judge": (64, 128, 256, 512), "spectral": False}
_FREE: dict[str, Any] = {
    "even": True,
    "pairing": "none",
    "balanced": True,
    "cycle": 0.0,
    "pull": (0.0, 0.0),
    "eyes": 1.0,
}
"""Nothing but the framework says which picture belongs to which."""
_PAIRED: dict[str, Any] = {
    "even": True,
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
    "default": {"even": True},
    "default-128": {
        "even": True,
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
    "cut": {**_FREE, "framework": "cut", "ways": "anime", "contrast": 1.0, "contrast_same": 1.0},
    "dtn": {
        **_FREE,
        "framework": "dtn",
        "ways": "anime",
        "same": 15.0,
        "constancy": 5.0,
        "smooth": 1e-4,
        "eye_judge": False,
        "spectral": True,
        "gamma": 0.0,
        "rate_judge": 4e-4,
    },
    "guided": {**_PAIRED, "guide": True, "ways": "anime"},
    "guided-128": {
        **_PAIRED,
        "guide": True,
        "ways": "anime",
        "size": 128,
        "maker": (24, 48, 96, 128),
        "judge": (16, 32, 64, 128, 192),
        "batch": 8,
    },
    "resnet": {
        **_SEED,
        **_PATCH,
        "size": 128,
        "network": "resnet",
        "maker": (64, 128, 256),
        "blocks": 6,
        "method": "lsgan",
        "cycle": 10.0,
        "same": 5.0,
        "rate_maker": 2e-4,
        "rate_judge": 2e-4,
        "beta1": 0.5,
        "beta2": 0.999,
        "batch": 4,
    },
    "seed": _SEED,
    "seed-unet": {
        **_SEED,
        **_PATCH,
        "size": 128,
        "network": "deep",
        "maker": (64, 128, 256, 512, 512, 512, 512),
        "method": "wgan-gp",
        "batch": 16,
    },
    "seed-wgan": {
        **_CRITIC,
        "spectral": False,
        "method": "wgan",
        "critic_steps": 5,
        "rate_maker": 5e-5,
        "rate_judge": 5e-5,
    },
    "seed-wgan-gp": {**_CRITIC, "spectral": False},
    "seed-sn-gp": _CRITIC,
    "seed-lsgan": {**_SEED, "method": "lsgan"},
    "seed-vanilla": {**_SEED, "method": "vanilla"},
    "tiny": {
        "even": True,
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
