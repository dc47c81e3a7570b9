"""What a fit leaves as it is: values set by hand, or that other photos have settled."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from mien.head.schema import SLIDER_INDEX
from mien.persona.landmark_model import BROW_NAMES, BROW_PART, PARAMETER_COUNT, SLIDER_PART
from mien.persona.prior import BROW_DEFAULTS, Prior
from mien.types import MaterialValue

STYLES = ("hair", "facial_hair", "glasses")
"""What a head wears by name."""


@dataclasses.dataclass(frozen=True)
class Held:
    """Values by name that stay; a style that is None is fitted."""

    sliders: Mapping[str, float] = dataclasses.field(default_factory=dict)
    materials: Mapping[str, MaterialValue] = dataclasses.field(default_factory=dict)
    hair: str | None = None
    facial_hair: str | None = None
    glasses: str | None = None

    @property
    def styles(self) -> dict[str, str]:
        """The held styles, by the fields of `FaceCode`."""
        asked = {name: getattr(self, name) for name in STYLES}
        return {name: style for name, style in asked.items() if style is not None}

    def as_config(self) -> dict[str, object]:
        """JSON values."""
        return dataclasses.asdict(self)


NONE_HELD = Held()


def hold(prior: Prior, held: Held) -> Prior:
    """A prior whose held sliders and brow materials are expected where they are, and stay there.

    Nothing else is expected to move with them: one who widens a nose by hand asks for no other jaw.
    """
    mask, mean = np.zeros(PARAMETER_COUNT, bool), prior.mean.copy()
    for name, value in held.sliders.items():
        place = SLIDER_PART.start + SLIDER_INDEX[name]
        mask[place], mean[place] = True, value
    for k, name in enumerate(BROW_NAMES):
        value = held.materials.get(name)
        if isinstance(value, float | int):
            place = BROW_PART.start + k
            mask[place], mean[place] = True, value - BROW_DEFAULTS[k]
    return Prior(mean, prior.precision, mask) if mask.any() else prior
