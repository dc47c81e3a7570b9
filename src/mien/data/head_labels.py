"""What is known of a drawn head as one row of texts: every parameter by its name.

Numbers are rounded alike on every machine. Parameters are those that were drawn: a material that
follows age or hair by itself is written with the value that it took.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator

import numpy as np

from mien.head.camera import Camera
from mien.head.light import Light
from mien.head.material import material_mapping
from mien.head.render import Render, View, material_of
from mien.head.samplers import years_of
from mien.head.schema import MACROS, MATERIALS, SLIDERS
from mien.types import AU_NAMES, FaceCode, Pose

_WORDS = ("file", "index", "style", "hair", "facial_hair", "glasses", "backdrop", "years")
_LANDMARKS = 68
_CHANNELS = ("red", "green", "blue")


@functools.cache
def columns() -> list[str]:
    """The names over `row`."""
    materials = [
        name
        for one in MATERIALS
        for name in (
            [one.name]
            if one.kind == "scalar"
            else [f"{one.name}_{channel}" for channel in _CHANNELS]
        )
    ]
    view = [name for name, _ in _view_numbers(View())]
    pose = [field.name for field in dataclasses.fields(Pose)]
    points = [f"{axis}{k}" for k in range(_LANDMARKS) for axis in "xy"]
    seen = [f"visible{k}" for k in range(_LANDMARKS)]
    return [
        *(*_WORDS, *MACROS, *SLIDERS, *AU_NAMES, *pose, "gaze_x", "gaze_y"),
        *(*materials, *view, *points, *seen),
    ]


def row(file: str, index: int, code: FaceCode, view: View, drawn: Render) -> list[str]:
    """One picture, in the order of `columns`; landmarks to a hundredth of a pixel."""
    years = years_of(code.sliders.get("age", 0.0))
    words = (file, str(index), code.style, code.hair, code.facial_hair, code.glasses)
    words = (*words, view.backdrop.kind)
    plain = dataclasses.replace(code, style="photo")
    materials = material_mapping(material_of(plain)).values()
    numbers = [
        *(code.sliders.get(name, 0.0) for name in (*MACROS, *SLIDERS)),
        *(code.aus.get(name, 0.0) for name in AU_NAMES),
        *(*code.pose.as_tuple(), *code.gaze),
        *(number for value in materials for number in np.atleast_1d(np.asarray(value, float))),
        *(number for _, number in _view_numbers(view)),
    ]
    points = [f"{number + 0.0:.2f}" for number in np.round(drawn.landmarks, 2).ravel()]
    seen = ["1" if one else "0" for one in drawn.visible]
    return [*words, f"{years:.1f}", *(_number(number) for number in numbers), *points, *seen]


def _number(value: float) -> str:
    return format(round(float(value), 6) + 0.0, ".6g")


def _view_numbers(view: View) -> Iterator[tuple[str, float]]:
    """The camera, the light and the backdrop by name."""
    for name in [field.name for field in dataclasses.fields(Camera) if field.name != "size"]:
        yield from _named(f"camera_{name}", getattr(view.camera, name))
    for name in [field.name for field in dataclasses.fields(Light)]:
        yield from _named(f"light_{name}", getattr(view.light, name))
    yield from _named("background", view.background)
    yield "exposure", view.gain


def _named(name: str, value: float | tuple[float, ...]) -> Iterator[tuple[str, float]]:
    if isinstance(value, tuple):
        yield from ((f"{name}_{place}", number) for place, number in enumerate(value))
    else:
        yield name, value
