"""Sheets of heads side by side, each with its name under it: for looking, and for the docs."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Sequence

from mien.head.moods import EXPRESSIONS
from mien.head.render import View
from mien.head.sample import sample, sample_light
from mien.head.samplers import SamplerName, age_macro
from mien.head.schema import FACIAL_HAIR, GLASSES, HAIR_STYLES, SLIDERS
from mien.io.sheet import labelled
from mien.seeding import rng
from mien.types import AU_NAMES, FaceCode, Image, Pose

PAPER = 245
INK = 20
YAWS = (-60, -40, -20, 0, 20, 40, 60)
PITCHES = (-20, 0, 20)
WIDE_YAWS = (-80, -60, -40, -20, 0, 20, 40, 60, 80)
AGES = (18, 25, 35, 45, 55, 67, 80)
TWINS = 8
_STUBBLE = 0.6
_MAN = 0.5
SIDE_VIEW = 40


@dataclasses.dataclass(frozen=True)
class Cell:
    """One head of a sheet, and what is written under it."""

    label: str
    code: FaceCode
    view: View = View()


@dataclasses.dataclass(frozen=True)
class Sheet:
    """Cells in reading order, and how many stand in a row; 0: as square as they go."""

    cells: tuple[Cell, ...]
    columns: int = 0


def _identities(seed: int, count: int, *, sampler: SamplerName = "portrait") -> Sheet:
    return Sheet(tuple(Cell(f"{seed}/{k}", sample(seed, k, sampler=sampler)) for k in range(count)))


def _mixed(seed: int, count: int, *, sampler: SamplerName = "portrait") -> Sheet:
    """People with expressions, turned heads and lights by chance."""
    return Sheet(
        tuple(
            Cell(
                f"{seed}/{k}",
                sample(seed, k, sampler=sampler, expression="sided", pose_sd=(18.0, 8.0, 6.0)),
                View(light=sample_light(rng(seed, "light", k))),
            )
            for k in range(count)
        )
    )


def _aus(seed: int, _: int) -> Sheet:
    """One person: at rest, then every Action Unit alone, in full."""
    person = sample(seed, 0)
    posed = tuple(Cell(name, dataclasses.replace(person, aus={name: 1.0})) for name in AU_NAMES)
    return Sheet((Cell("rest", person), *posed))


def _pose(seed: int, _: int) -> Sheet:
    person = sample(seed, 0)
    cells = tuple(
        Cell(f"yaw {yaw} pitch {pitch}", dataclasses.replace(person, pose=Pose(yaw, pitch, 0)))
        for pitch in PITCHES
        for yaw in YAWS
    )
    return Sheet(cells, columns=len(YAWS))


def _hair(seed: int, _: int) -> Sheet:
    """One person with every hair style, from the front and turned by `SIDE_VIEW` degrees."""
    person = sample(seed, 0)
    cells = tuple(
        Cell(f"{name} {yaw}", dataclasses.replace(person, hair=name, pose=Pose(yaw, 0, 0)))
        for name in HAIR_STYLES
        for yaw in (0, SIDE_VIEW)
    )
    return Sheet(cells, columns=8)


def _toon(seed: int, count: int, *, sampler: SamplerName = "portrait") -> Sheet:
    """People, and under each the drawing of the same parameters."""
    people = [sample(seed, k, sampler=sampler) for k in range(count)]
    cells = tuple(
        Cell(f"{seed}/{k} {style}", dataclasses.replace(person, style=style))
        for style in ("photo", "toon")
        for k, person in enumerate(people)
    )
    return Sheet(cells, columns=count)


def _sliders(seed: int, _: int) -> Sheet:
    """One person with every slider at both ends."""
    person = sample(seed, 0)
    cells = tuple(
        Cell(
            f"{name} {end:+d}",
            dataclasses.replace(person, sliders={**person.sliders, name: float(end)}),
        )
        for name in SLIDERS
        for end in (-1, 1)
    )
    return Sheet(cells, columns=12)


def _rows(seed: int, count: int, columns: int, sampler: SamplerName) -> list[tuple[str, FaceCode]]:
    """As many people as `count` heads need in rows of `columns`."""
    rows = math.ceil(count / columns)
    return [(f"{seed}/{k}", sample(seed, k, sampler=sampler)) for k in range(rows)]


def _ages(seed: int, count: int, *, sampler: SamplerName = "portrait") -> Sheet:
    """In each row one person from 18 to 80."""
    cells = tuple(
        Cell(
            f"{name} {years}",
            dataclasses.replace(person, sliders={**person.sliders, "age": age_macro(years)}),
        )
        for name, person in _rows(seed, count, len(AGES), sampler)
        for years in AGES
    )
    return Sheet(cells, columns=len(AGES))


def _beards(seed: int, count: int, *, sampler: SamplerName = "portrait") -> Sheet:
    """In each row one man: clean, with stubble, and with all that grows on a face."""
    looks = [("stubble", "none", _STUBBLE)]
    looks += [(name, name, 0.0 if name == "none" else _STUBBLE) for name in FACIAL_HAIR]
    men: list[tuple[int, FaceCode]] = []
    index = 0
    while len(men) < math.ceil(count / len(looks)):
        person = sample(seed, index, sampler=sampler)
        if person.sliders["sex"] > _MAN:
            men.append((index, person))
        index += 1
    cells = tuple(
        Cell(
            f"{seed}/{k} {label}",
            dataclasses.replace(
                man, facial_hair=name, materials={**man.materials, "beard": stubble}
            ),
        )
        for k, man in men
        for label, name, stubble in looks
    )
    return Sheet(cells, columns=len(looks))


def _glasses(seed: int, count: int, *, sampler: SamplerName = "portrait") -> Sheet:
    """In each row one person with all glasses."""
    cells = tuple(
        Cell(f"{name} {one}", dataclasses.replace(person, glasses=one))
        for name, person in _rows(seed, count, len(GLASSES), sampler)
        for one in GLASSES
    )
    return Sheet(cells, columns=len(GLASSES))


def _expressions(seed: int, _: int, *, sampler: SamplerName = "portrait") -> Sheet:
    """One person with every expression that is sampled, in full, then a wink and half a smile."""
    person = sample(seed, 0, sampler=sampler)
    aus = {
        name: {au: (low + high) / 2 for au, (low, high) in spans.items()}
        for name, (_share, spans) in EXPRESSIONS.items()
    }
    aus |= {"wink": {"AU45R": 1.0, "AU6R": 0.5, "AU12": 0.6}, "half_smile": {"AU12L": 0.9}}
    return Sheet(
        tuple(Cell(name, dataclasses.replace(person, aus=one)) for name, one in aus.items())
    )


def _poses(seed: int, count: int, *, sampler: SamplerName = "portrait") -> Sheet:
    """In each row one person from profile to profile."""
    cells = tuple(
        Cell(f"{name} yaw {yaw}", dataclasses.replace(person, pose=Pose(yaw, 0, 0)))
        for name, person in _rows(seed, count, len(WIDE_YAWS), sampler)
        for yaw in WIDE_YAWS
    )
    return Sheet(cells, columns=len(WIDE_YAWS))


def _twins(seed: int, count: int, *, sampler: SamplerName = "portrait") -> Sheet:
    """People with expressions and turned heads, and under each row the same in toon."""
    people = [
        (f"{seed}/{k}", sample(seed, k, sampler=sampler, expression=True, pose_sd=(14, 6, 4)))
        for k in range(math.ceil(count / TWINS) * TWINS)
    ]
    cells = tuple(
        Cell(f"{name} {style}", dataclasses.replace(person, style=style))
        for first in range(0, len(people), TWINS)
        for style in ("photo", "toon")
        for name, person in people[first : first + TWINS]
    )
    return Sheet(cells, columns=TWINS)


SAMPLED: dict[str, Callable[..., Sheet]] = {
    "identities": _identities,
    "mixed": _mixed,
    "toon": _toon,
    "ages": _ages,
    "beards": _beards,
    "glasses": _glasses,
    "expressions": _expressions,
    "poses": _poses,
    "twins": _twins,
}
"""Kinds whose people may come from any sampler: called with (seed, count, sampler=)."""

KINDS: dict[str, Callable[[int, int], Sheet]] = {
    **SAMPLED,
    "aus": _aus,
    "pose": _pose,
    "hair": _hair,
    "sliders": _sliders,
}


def drawn(sheet: Sheet, size: int) -> Iterator[Image]:
    """The pictures (size, size, 3) of a sheet's cells, one by one."""
    from mien.head.render import render

    for cell in sheet.cells:
        yield render(cell.code, size=size, view=cell.view).rgb


def compose(pictures: Sequence[Image], labels: Sequence[str], *, columns: int = 0) -> Image:
    """One picture of equal square pictures (s, s, 3), each with its label under it.

    columns   pictures in a row; 0: as square as they go
    """
    columns = columns or math.ceil(math.sqrt(len(pictures)))
    return labelled(pictures, labels, columns=columns, paper=PAPER, ink=INK)
