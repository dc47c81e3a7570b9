"""Who a sampler gives: shares of skin tones, ages, sexes and of what people wear."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections import Counter
from collections.abc import Sequence

import numpy as np

from mien.head.sample import sample
from mien.head.samplers import OLDEST, YOUNGEST, SamplerName, years_of
from mien.head.schema import FACIAL_HAIR, GLASSES, HAIR_STYLES
from mien.types import FaceCode, MaterialValue

THIRDS = (40.5, -8.5)
"""Individual typology angles (degrees) between pale, medium and dark: a third of the ramp each."""
SEXES = ("feminine", "between", "masculine")
_BETWEEN = 0.3
_DECADES = (30, 40, 50, 60, 70)


@dataclasses.dataclass(frozen=True)
class Share:
    """How many of a group have one of its values; share is of the group, 0 to 1.

    group   message key of what is counted
    """

    group: str
    name: str
    count: int
    share: float


def typology_angle(skin: MaterialValue) -> float:
    """The individual typology angle (ITA, degrees) of a linear RGB skin: large is pale."""
    red, green, blue = np.asarray(skin, float)
    height = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    depth = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    root, root_depth = np.cbrt(height), np.cbrt(depth)
    lightness, yellow = 116 * root - 16, 200 * (root - root_depth)
    return float(np.degrees(np.arctan2(lightness - 50, yellow)))


def skin_third(code: FaceCode) -> str:
    """pale, medium or dark."""
    angle = typology_angle(code.materials["skin"])
    return "pale" if angle > THIRDS[0] else "medium" if angle > THIRDS[1] else "dark"


def sex_of(code: FaceCode) -> str:
    """One of `SEXES`; between is what lies within 0.3 of the middle."""
    sex = code.sliders["sex"]
    return SEXES[0] if sex < -_BETWEEN else SEXES[2] if sex > _BETWEEN else SEXES[1]


def decade_of(code: FaceCode) -> str:
    """Such as 30-39; the first from 18, the last to 80."""
    years = years_of(code.sliders["age"])
    low = max((ten for ten in _DECADES if ten <= years), default=round(YOUNGEST))
    high = next((ten - 1 for ten in _DECADES if ten > low), round(OLDEST))
    return f"{low}-{high}"


def _decades() -> list[str]:
    starts = (round(YOUNGEST), *_DECADES)
    ends = (*(ten - 1 for ten in _DECADES), round(OLDEST))
    return [f"{low}-{high}" for low, high in zip(starts, ends, strict=True)]


def _hair_colour(code: FaceCode) -> str:
    """Dyed hair says that it has no grey."""
    if "hair_tips" in code.materials:
        return "dyed tips"
    if code.materials.get("grey") != 0.0:
        return "early grey" if "grey" in code.materials else "natural"
    return "dyed"


def balance(seed: int, count: int, *, sampler: SamplerName = "portrait") -> list[Share]:
    """Shares among the first `count` people of a seed."""
    people = [sample(seed, index, sampler=sampler) for index in range(count)]
    men = [code for code in people if sex_of(code) == SEXES[2]]
    colours = ("natural", "early grey", "dyed", "dyed tips")
    marks = ("freckles", "moles", "eyeliner", "beard")
    marked = [
        Share("balance.marks", name, have, have / len(people))
        for name in marks
        for have in [sum(float(np.mean(code.materials[name])) > 0 for code in people)]
    ]
    return [
        *_shares("balance.skin", [skin_third(code) for code in people], ("pale", "medium", "dark")),
        *_shares("balance.age", [decade_of(code) for code in people], _decades()),
        *_shares("balance.sex", [sex_of(code) for code in people], SEXES),
        *_shares("balance.hair", [code.hair for code in people], HAIR_STYLES),
        *_shares("balance.colour", [_hair_colour(code) for code in people], colours),
        *_shares("balance.beard", [code.facial_hair for code in men], FACIAL_HAIR),
        *_shares("balance.glasses", [code.glasses for code in people], GLASSES),
        *marked,
    ]


def _shares(group: str, values: Sequence[str], names: Sequence[str]) -> list[Share]:
    counts, whole = Counter(values), max(len(values), 1)
    return [Share(group, name, counts[name], counts[name] / whole) for name in names]


def to_csv(rows: Sequence[Share]) -> bytes:
    """The shares as a table: group, name, count, share."""
    buffer = io.StringIO(newline="")
    lines = csv.writer(buffer, lineterminator="\n")
    lines.writerow(("group", "name", "count", "share"))
    for row in rows:
        group = row.group.rpartition(".")[2]
        lines.writerow((group, row.name, row.count, f"{row.share:.4f}"))
    return buffer.getvalue().encode()
