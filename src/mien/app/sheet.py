"""Sheets of heads side by side, each with its name under it: for looking, and for the docs."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from mien.head.render import View
from mien.head.sample import sample, sample_light
from mien.head.schema import HAIR_STYLES, SLIDERS
from mien.seeding import rng
from mien.types import AU_NAMES, FaceCode, Image, Pose

PAPER = 245
INK = 20
LABEL_HEIGHT = 16
YAWS = (-60, -40, -20, 0, 20, 40, 60)
PITCHES = (-20, 0, 20)


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


def _identities(seed: int, count: int) -> Sheet:
    return Sheet(tuple(Cell(f"{seed}/{k}", sample(seed, k)) for k in range(count)))


def _mixed(seed: int, count: int) -> Sheet:
    """People with expressions, turned heads and lights by chance."""
    return Sheet(
        tuple(
            Cell(
                f"{seed}/{k}",
                sample(seed, k, expression=True, pose_sd=(18.0, 8.0, 6.0)),
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
    person = sample(seed, 0)
    return Sheet(tuple(Cell(name, dataclasses.replace(person, hair=name)) for name in HAIR_STYLES))


def _toon(seed: int, count: int) -> Sheet:
    """People, and under each the drawing of the same parameters."""
    people = [sample(seed, k) for k in range(count)]
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


KINDS: dict[str, Callable[[int, int], Sheet]] = {
    "identities": _identities,
    "mixed": _mixed,
    "aus": _aus,
    "pose": _pose,
    "hair": _hair,
    "toon": _toon,
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
    from PIL import Image as PillowImage
    from PIL import ImageDraw

    columns = columns or math.ceil(math.sqrt(len(pictures)))
    rows = math.ceil(len(pictures) / columns)
    size = len(pictures[0])
    height = size + LABEL_HEIGHT
    page = np.full((rows * height, columns * size, 3), PAPER, np.uint8)
    for place, picture in enumerate(pictures):
        top, left = place // columns * height, place % columns * size
        page[top : top + size, left : left + size] = picture
    canvas = PillowImage.fromarray(page)
    pen = ImageDraw.Draw(canvas)
    for place, label in enumerate(labels):
        top, left = place // columns * height + size, place % columns * size
        pen.text((left + 3, top + 2), label, fill=(INK, INK, INK))
    return np.asarray(canvas)
