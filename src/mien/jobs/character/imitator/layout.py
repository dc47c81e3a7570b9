"""The numbers that an engine's parameters become for a network: order, ranges and names.

A vector holds the continuous parameters first, each in [0, 1] over its range, and then one-of-n
choices as n numbers each, of which one is 1. The order is written by name into every weight
header, so that a file made for another order is refused instead of misread.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.head.material import material_mapping, material_vector
from mien.head.schema import HAIR_STYLES, MATERIAL_SIZE, MATERIALS, SLIDERS, slider_vector
from mien.head.units import variation, version_1_units
from mien.types import FaceCode, MaterialValue

Vector = NDArray[np.float64]

GAMMA = 2.2
"""Linear colours are spread as the eye sees them."""
_PARTS = ("red", "green", "blue")


@dataclasses.dataclass(frozen=True)
class Parameter:
    """A continuous parameter: its range, and the power that spreads it evenly."""

    name: str
    low: float
    high: float
    gamma: float = 1.0


@dataclasses.dataclass(frozen=True)
class Choice:
    """One of several; it takes as many numbers as it has options."""

    name: str
    options: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Layout:
    """All parameters of an engine in the order of its vectors."""

    parameters: tuple[Parameter, ...]
    choices: tuple[Choice, ...] = ()

    @property
    def size(self) -> int:
        """Numbers in a vector."""
        return len(self.parameters) + sum(len(choice.options) for choice in self.choices)

    @property
    def names(self) -> tuple[str, ...]:
        """The name of every number: `slider.nose_width`, `material.skin.red`, `hair=bob`."""
        continuous = tuple(one.name for one in self.parameters)
        chosen = tuple(f"{one.name}={option}" for one in self.choices for option in one.options)
        return continuous + chosen

    def slices(self) -> dict[str, slice]:
        """Where the numbers of each choice lie."""
        found, start = {}, len(self.parameters)
        for choice in self.choices:
            found[choice.name] = slice(start, start + len(choice.options))
            start += len(choice.options)
        return found

    def to_unit(self, values: Mapping[str, float], chosen: Mapping[str, str]) -> Vector:
        """(size,) of values by name, cut to their ranges; raises KeyError for a missing one.

        An option that the layout does not have is none of its options.
        """
        vector = np.zeros(self.size)
        for place, one in enumerate(self.parameters):
            share = np.clip((values[one.name] - one.low) / (one.high - one.low), 0.0, 1.0)
            vector[place] = share ** (1.0 / one.gamma)
        for choice, part in zip(self.choices, self.slices().values(), strict=True):
            if chosen[choice.name] in choice.options:
                vector[part.start + choice.options.index(chosen[choice.name])] = 1.0
        return vector

    def from_unit(
        self, vector: NDArray[np.floating[Any]]
    ) -> tuple[dict[str, float], dict[str, str]]:
        """Values and choices by name of a vector; of a choice the largest number counts."""
        units = np.clip(np.asarray(vector, np.float64), 0.0, 1.0)
        values = {
            one.name: one.low + (one.high - one.low) * float(units[place]) ** one.gamma
            for place, one in enumerate(self.parameters)
        }
        chosen = {
            choice.name: choice.options[int(np.argmax(vector[part]))]
            for choice, part in zip(self.choices, self.slices().values(), strict=True)
        }
        return values, chosen

    def as_config(self) -> dict[str, Any]:
        """JSON values."""
        return dataclasses.asdict(self)

    @classmethod
    def from_config(cls, values: Mapping[str, Any]) -> Layout:
        """What `as_config` described; raises KeyError or TypeError for foreign values."""
        parameters = tuple(Parameter(**one) for one in values["parameters"])
        choices = tuple(Choice(one["name"], tuple(one["options"])) for one in values["choices"])
        return cls(parameters, choices)


def head_layout() -> Layout:
    """The head's sliders and materials in the order of the schema, then the hair styles."""
    parameters = [
        Parameter(f"slider.{name}", -variation(name), variation(name)) for name in SLIDERS
    ]
    for one in MATERIALS:
        if one.kind == "scalar":
            parameters.append(Parameter(f"material.{one.name}", one.low, one.high))
        else:
            names = (f"material.{one.name}.{part}" for part in _PARTS)
            parameters += [Parameter(name, 0.0, 1.0, GAMMA) for name in names]
    return Layout(tuple(parameters), (Choice("hair", HAIR_STYLES),))


def todays(layout: Layout) -> Layout:
    """A layout of version 1 of the head with its sliders' ranges in today's units."""

    def converted(one: Parameter) -> Parameter:
        if not one.name.startswith("slider."):
            return one
        unit = version_1_units(one.name.removeprefix("slider."))
        return dataclasses.replace(one, low=one.low / unit, high=one.high / unit)

    return Layout(tuple(converted(one) for one in layout.parameters), layout.choices)


def is_of_head(layout: Layout) -> bool:
    """Whether the head knows every name of a layout."""
    return set(layout.names) <= set(head_layout().names)


def vector_of(code: FaceCode, layout: Layout) -> Vector:
    """(size,) of a code of the head; expression, gaze and pose are left out."""
    sliders = slider_vector(code.sliders)
    values = {f"slider.{name}": float(sliders[k]) for k, name in enumerate(SLIDERS)}
    materials = material_mapping(
        material_vector(code.materials, hair=code.hair, age=code.sliders.get("age", 0.0))
    )
    for name, value in materials.items():
        if isinstance(value, tuple):
            parts = zip(_PARTS, value, strict=True)
            values |= {f"material.{name}.{part}": number for part, number in parts}
        else:
            values[f"material.{name}"] = value
    return layout.to_unit(values, {"hair": code.hair})


def code_of(vector: NDArray[np.floating[Any]], layout: Layout) -> FaceCode:
    """The neutral, frontal code of a vector; values to four decimals, as codes are written.

    What the layout has no number for stays at its default.
    """
    values, chosen = layout.from_unit(vector)
    plain = {name: round(value, 4) for name, value in values.items()}
    sliders = {name: plain.get(f"slider.{name}", 0.0) for name in SLIDERS}
    materials: dict[str, MaterialValue] = {}
    for one in MATERIALS:
        if not {f"material.{one.name}", f"material.{one.name}.red"} & set(plain):
            continue
        if one.kind == "scalar":
            materials[one.name] = plain[f"material.{one.name}"]
        else:
            red, green, blue = (plain[f"material.{one.name}.{part}"] for part in _PARTS)
            materials[one.name] = (red, green, blue)
    return FaceCode(sliders=sliders, materials=materials, hair=chosen["hair"])


def complete(materials: Mapping[str, MaterialValue], hair: str) -> dict[str, MaterialValue]:
    """All materials by name, those that were not given as the engine would fill them."""
    vector = material_vector(materials, hair=hair)
    assert vector.shape == (MATERIAL_SIZE,)
    return material_mapping(vector)
