"""Materials by name, and the vector of 128 numbers that the shader reads."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mien.head.schema import MATERIAL_SIZE, MATERIALS
from mien.types import MaterialValue

LIP_SHADE = np.array([0.82, 0.56, 0.56])
"""Unpainted lips are this much of the skin's colour, per channel."""
ROOTS = {"bald": 0.0, "buzz": 0.9, "undercut": 1.0, "receding": 1.1}
DEFAULT_ROOTS = 1.25


def _ramp(start: float, end: float, age: float) -> float:
    """0 up to the age `start`, 1 from `end` on, smooth between."""
    t = min(max((age - start) / (end - start), 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)


def aged(age: float) -> dict[str, float]:
    """What the years do to skin and hair: by name, for the macro slider "age" (0 is 35, 1 is 80).

    Nothing up to 35, so that a person without a wish about age keeps a plain skin.
    """
    return {
        "wrinkles": round(_ramp(-0.15, 1.15, age) if age > 0.0 else 0.0, 6),
        "grey": round(_ramp(0.25, 1.0, age), 6),
        "grey_temples": round(_ramp(0.05, 0.6, age), 6),
        "age_spots": round(0.8 * _ramp(0.4, 1.1, age), 6),
    }


def material_vector(
    values: Mapping[str, MaterialValue], *, hair: str = "crop", age: float = 0.0
) -> NDArray[np.float32]:
    """(128,) for the shader.

    A name that is not given takes its default, but some follow their neighbours so that a person
    of one wish looks whole: lips the skin, brows and beard the hair, painted roots the hair
    style, and wrinkles, grey hair and dark spots the age.

    age  the value of the macro slider "age": -1 is about eighteen, 0 thirty-five, 1 eighty
    """
    values = {**aged(age), **values}
    vector = np.zeros(MATERIAL_SIZE)
    index = {material.name: material.index for material in MATERIALS}
    for material in MATERIALS:
        value = np.atleast_1d(np.asarray(values.get(material.name, material.default), float))
        vector[material.index : material.index + len(material.default)] = value
    if "lips" not in values:
        vector[3:6] = vector[0:3] * LIP_SHADE * 0.6 + vector[3:6] * 0.4
    if "brow_colour" not in values:
        brow = index["brow_colour"]
        vector[brow : brow + 3] = vector[6:9] * min(0.75, 0.22 / max(vector[6:9].max(), 1e-6))
    if "beard_colour" not in values:
        beard = index["beard_colour"]
        vector[beard : beard + 3] = vector[6:9]
    if "roots" not in values:
        vector[index["roots"]] = ROOTS.get(hair, DEFAULT_ROOTS)
    return vector.astype(np.float32)


def material_mapping(vector: NDArray[np.floating]) -> dict[str, MaterialValue]:
    """Every material of a (128,) vector by name, rounded to 1e-6."""
    values: dict[str, MaterialValue] = {}
    for material in MATERIALS:
        numbers = [round(float(v), 6) for v in vector[material.index :][: len(material.default)]]
        if material.kind == "scalar":
            values[material.name] = numbers[0]
        else:
            values[material.name] = (numbers[0], numbers[1], numbers[2])
    return values
