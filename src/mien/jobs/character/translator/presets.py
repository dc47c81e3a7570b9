"""The presets of the translator: a table of plain values, and the settings that they fill.

default  pictures of 256 px, two hidden layers beside a linear way
seed     a linear regression alone, as a plain baseline: the ancestor's own extractor (edges to
         parameters) learns nothing, its loss has no gradient
tiny     for tests: 64 px, no search for faces
"""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

from mien.jobs.settings import RecipeSettings


@dataclasses.dataclass(frozen=True)
class Settings(RecipeSettings):
    """All settings of one training recipe.

    size        pixels a side at which a picture is looked at
    faces       "auto": measures faces where the engine's pictures have them; "never": pixels alone
    hidden      numbers of each of two hidden layers; 0: linear
    components  principal components of the measurements that are kept, at most
    spoilt      spoilt copies of every picture: light, blur, noise, a small shift
    noise       standard deviation of what is added to the components while training
    decay       weight of the mean square of the weights
    rate        of Adam
    batch       rows of a micro-batch
    average     half-life of the averaged network, in images
    """

    size: int = 256
    faces: Literal["auto", "never"] = "auto"
    hidden: int = 256
    components: int = 192
    spoilt: int = 3
    noise: float = 0.1
    decay: float = 1e-3
    rate: float = 2e-3
    batch: int = 64
    average: float = 2_000.0


PRESETS: dict[str, dict[str, Any]] = {
    "default": {},
    "seed": {"hidden": 0},
    "tiny": {
        **{"size": 64, "faces": "never", "hidden": 96, "components": 96, "spoilt": 1},
        **{"batch": 32, "average": 500.0},
    },
}


def settings(preset: str) -> Settings:
    """The settings of a preset; raises OptionError for a name that is not one."""
    return Settings.of(PRESETS, preset)
