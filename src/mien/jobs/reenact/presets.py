"""The presets of `reenact`: a table of plain values, and the settings that they fill.

default    paints on a moved photo: a slim U-Net that sees the warp, the features' lines and its own
           last frame
seed       the ancestor's RD-GAN: FaceGAN (edge map and photo -> face), then FineGAN, which sees
           its own last frame; with its published networks, its losses repaired
seed-slim  the same with half of the channels: it ships
tiny, tiny-seed   for tests
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from mien import fields
from mien.errors import OptionError
from mien.jobs.settings import RecipeSettings
from mien.messages import text

if TYPE_CHECKING:
    from mien.face.edges import EdgeStyle


@dataclasses.dataclass(frozen=True)
class Config(RecipeSettings):
    """All settings of one training recipe.

    kind           "refine": paints on the moved photo; "ancestor": makes the face from lines
    size           pixels a side
    maker          channels of the refining U-Net, from half of the size down
    channels       of the ancestor's networks at their first layer
    encoder        how FaceGAN sees the photo: "plain" as published, "vgg" in VGG-16's blocks
    two_way        above 0 FaceGAN also goes the other way, from the frame back to the photo, and
                   makes each of itself; the weight of what ties the four pictures together
    judge          channels of the judge, from half of the patch (or, for the ancestor, of the
                   picture) down
    patch          side of the part that the judge sees: eyes, mouth or anywhere
    l1, ssim       weights of the difference to the truth
    adversarial    weight of the judge's word
    judge_after    share of the run after which it counts
    gamma, lazy    weight of R1 + R2 of the judge, and the steps between two of them
    fine_after     share of the run after which FineGAN trains, beside FaceGAN
    feed           share of samples fed with the network's own last frame, at the start and at the
                   end; the others see the true one
    feed_until     share of the run at which the end value is reached
    blank          share of samples whose last frame is unknown: they see the moved photo instead
    soil           share of last frames that are blurred or noisy
    rate_maker, rate_judge, beta1, beta2   of Adam
    hold, last     the rates stay for this share of the run, then fall to this factor
    batch          pictures of a micro-batch
    average        half-life of the averaged makers, in images; 0: none
    colours        0..1: how much tint, contrast and light of the clips are varied
    jitter         pixels by which the lines stray
    mirror         clips are shown mirrored half of the time
    chin, line_width, discs, smooth, coloured, gaze   of the lines (`face.edges.EdgeStyle`); None:
                   as the kind draws them, ours all but the gaze, the ancestor's none of it
    """

    kind: Literal["refine", "ancestor"] = "refine"
    size: int = 128
    maker: tuple[int, ...] = (24, 48, 96, 128)
    channels: int = 32
    encoder: Literal["plain", "vgg"] = "plain"
    two_way: float = 0.0
    judge: tuple[int, ...] = (24, 48, 96)
    patch: int = 64
    l1: float = 10.0
    ssim: float = 2.0
    adversarial: float = 0.2
    judge_after: float = 0.2
    gamma: float = 1.0
    lazy: int = 8
    fine_after: float = 0.5
    feed: tuple[float, float] = (0.0, 0.75)
    feed_until: float = 0.5
    blank: float = 0.1
    soil: float = 0.3
    rate_maker: float = 1e-3
    rate_judge: float = 5e-4
    beta1: float = 0.0
    beta2: float = 0.99
    hold: float = 0.5
    last: float = 0.08
    batch: int = 16
    average: float = 2_000.0
    colours: float = 1.0
    jitter: float = 0.25
    mirror: bool = True
    chin: bool | None = None
    line_width: int | None = None
    discs: int | None = None
    smooth: bool | None = None
    coloured: bool | None = None
    gaze: bool | None = None

    @property
    def edges(self) -> EdgeStyle:
        """How the lines are drawn."""
        from mien.face.edges import ANCESTOR_STYLE, FEATURE_STYLE

        own = ANCESTOR_STYLE if self.kind == "ancestor" else FEATURE_STYLE
        names = {one: getattr(self, ours) for one, ours in _EDGES.items()}
        return dataclasses.replace(own, **{k: v for k, v in names.items() if v is not None})


_EDGES = {
    "chin": "chin",
    "width": "line_width",
    "discs": "discs",
    "smooth": "smooth",
    "colours": "coloured",
    "gaze": "gaze",
}
"""Fields of `EdgeStyle`, as `--edges` names them, and of `Config`."""
EDGE_NAMES = tuple(_EDGES)


def with_edges(settings: Config, values: Mapping[str, float]) -> Config:
    """Settings with other lines, such as {"chin": 1, "width": 1}.

    Raises OptionError for an unknown name and for a value that is no whole number, or no 0 or 1.
    """
    changes: dict[str, Any] = {}
    for name, value in values.items():
        if name not in _EDGES:
            raise fields.unknown("--edges:", name, _EDGES)
        counts = name in ("width", "discs")
        if value != int(value) or not 0 <= value <= (16 if counts else 1):
            shown = {"name": name, "value": f"{value:g}", "high": 16 if counts else 1}
            raise OptionError(text("reenact.edges_value", **shown))
        changes[_EDGES[name]] = int(value) if counts else bool(value)
    return dataclasses.replace(settings, **changes)


_SEED: dict[str, Any] = {
    "kind": "ancestor",
    "judge": (128, 256, 512, 512),
    "l1": 1.0,
    "ssim": 0.1,
    "adversarial": 0.01,
    "judge_after": 0.0,
    "gamma": 0.1,
    "soil": 0.0,
    "rate_maker": 3e-4,
    "rate_judge": 1.5e-4,
    "beta1": 0.5,
    "batch": 8,
    "colours": 0.0,
    "jitter": 0.0,
    "mirror": False,
}

PRESETS: dict[str, dict[str, Any]] = {
    "default": {},
    "seed": _SEED,
    "seed-slim": {**_SEED, "channels": 16, "judge": (64, 128, 256, 256)},
    "tiny": {
        "size": 32,
        "maker": (8, 8),
        "judge": (8, 8),
        "patch": 16,
        "batch": 4,
        "average": 100.0,
    },
    "tiny-seed": {
        **_SEED,
        "size": 32,
        "channels": 4,
        "judge": (8, 8),
        "batch": 4,
        "average": 100.0,
    },
}


def config(preset: str, **changes: Any) -> Config:
    """The settings of a preset, with some of them changed.

    Raises OptionError for an unknown preset.
    """
    return Config.of(PRESETS, preset, **changes)
