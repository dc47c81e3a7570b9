"""Materials by name, and the vector of 48 numbers that the shader reads."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mien.head.schema import MATERIAL_SIZE, MATERIALS
from mien.types import MaterialValue

LIP_SHADE = np.array([0.82, 0.56, 0.56])
"""Unpainted lips are this much of the skin's colour, per channel."""
ROOTS = {"bald": 0.0, "buzz": 0.9}
DEFAULT_ROOTS = 1.25


def material_vector(
    values: Mapping[str, MaterialValue], *, hair: str = "crop"
) -> NDArray[np.float32]:
    """(48,) for the shader.

    A name that is not given takes its default, but three follow their neighbours so that a person
    of one wish looks whole: lips the skin, brows the hair, painted roots the hair style.
    """
    vector = np.zeros(MATERIAL_SIZE)
    index = {material.name: material.index for material in MATERIALS}
    for material in MATERIALS:
        value = np.atleast_1d(np.asarray(values.get(material.name, material.default), float))
        vector[material.index : material.index + len(material.default)] = value
    if "lips" not in values:
        vector[3:6] = vector[0:3] * LIP_SHADE * 0.6 + vector[3:6] * 0.4
    if "brow_colour" not in values:
        brow = index["brow_colour"]
        vector[brow : brow + 3] = np.minimum(vector[6:9] * 0.75, 0.22)
    if "roots" not in values:
        vector[index["roots"]] = ROOTS.get(hair, DEFAULT_ROOTS)
    return vector.astype(np.float32)


def material_mapping(vector: NDArray[np.floating]) -> dict[str, MaterialValue]:
    """Every material of a (48,) vector by name, rounded to 1e-6."""
    values: dict[str, MaterialValue] = {}
    for material in MATERIALS:
        numbers = [round(float(v), 6) for v in vector[material.index :][: len(material.default)]]
        if material.kind == "scalar":
            values[material.name] = numbers[0]
        else:
            values[material.name] = (numbers[0], numbers[1], numbers[2])
    return values
