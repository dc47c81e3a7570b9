"""The controls of the live panel, and the face code that their values make.

Values travel as one flat JSON object: "slider.nose_width": 0.3, "au.AU12": 0.8,
"material.freckles": 0.2, "colour.skin": "#d0a080", "choice.hair": "bob", "scene.yaw": 10.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from mien.errors import OptionError
from mien.fields import unknown
from mien.head.light import LIGHTS
from mien.head.samplers import SAMPLER_NAMES, SamplerName
from mien.head.schema import (
    ASYMMETRIC,
    FACIAL_HAIR,
    GLASSES,
    HAIR_STYLES,
    JAW_MOVES,
    MACROS,
    MATERIALS,
    RIG_NAMES,
    SIDED_AUS,
    SLIDER_GROUPS,
    slider_limit,
)
from mien.messages import text
from mien.types import AU_NAMES, FaceCode, MaterialValue, Pose, Style

if TYPE_CHECKING:
    from mien.head.render import View

Values: TypeAlias = dict[str, float | str]
GROUNDS: dict[str, tuple[float, float, float]] = {
    "plain": (0.28, 0.30, 0.34),
    "white": (1.0, 1.0, 1.0),
    "green": (0.0, 0.45, 0.0),
    "blue": (0.0, 0.04, 0.6),
}
"""Backgrounds, linear RGB; green and blue can be cut out by other programs."""
DRAFT, FINE = 256, 384
"""Pixels a side of the picture while something moves, and once it stands still."""
_HEX = re.compile(r"#[0-9a-f]{6}")
_GAMMA = 2.2
_MOST_SEED = 2**53 - 1  # what a browser counts to


@dataclasses.dataclass(frozen=True)
class Row:
    """One control: a slider from `low` to `high`, a colour, or one of `choices`.

    widest  what is accepted beyond `low` and `high`, as fits and caricatures have it
    """

    key: str
    start: float | str
    low: float = 0.0
    high: float = 1.0
    choices: tuple[str, ...] = ()
    widest: float = 0.0

    @property
    def name(self) -> str:
        """What it is called in the head's schema."""
        return self.key.partition(".")[2]


def _slider(name: str) -> Row:
    return Row(f"slider.{name}", 0.0, -1.0, 1.0, widest=slider_limit(name))


def _unit(name: str) -> Row:
    return Row(f"au.{name}", 0.0, 0.0, 1.0, widest=1.1)


def _choice(name: str, choices: tuple[str, ...], start: str) -> Row:
    return Row(f"choice.{name}", start, choices=choices)


def _materials() -> tuple[Row, ...]:
    colours = [one for one in MATERIALS if one.kind == "colour"]
    numbers = [one for one in MATERIALS if one.kind == "scalar"]
    return (
        *(Row(f"colour.{one.name}", written(one.default)) for one in colours),
        *(Row(f"material.{one.name}", one.default[0], one.low, one.high) for one in numbers),
    )


def written(colour: tuple[float, ...]) -> str:
    """A linear RGB colour as #rrggbb."""
    levels = (round(255 * min(max(one, 0.0), 1.0) ** (1 / _GAMMA)) for one in colour)
    return "#" + "".join(f"{level:02x}" for level in levels)


def _linear(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return (red**_GAMMA, green**_GAMMA, blue**_GAMMA)


PERSON: tuple[Row, ...] = (
    _choice("style", get_args(Style), "photo"),
    *(_slider(name) for name in MACROS),
    _choice("hair", HAIR_STYLES, "crop"),
    _choice("facial_hair", FACIAL_HAIR, "none"),
    _choice("glasses", GLASSES, "none"),
)
EXPRESSION: tuple[Row, ...] = tuple(_unit(name) for name in AU_NAMES)
SCENE: tuple[Row, ...] = (
    Row("scene.x", 0.0, -1.0, 1.0),
    Row("scene.y", 0.0, -1.0, 1.0),
    Row("scene.yaw", 0.0, -60.0, 60.0, widest=180.0),
    Row("scene.pitch", 0.0, -40.0, 40.0, widest=180.0),
    Row("scene.roll", 0.0, -40.0, 40.0, widest=180.0),
    Row("scene.zoom", 1.1, 0.6, 2.0),
    _choice("light", tuple(LIGHTS), "soft"),
    _choice("ground", tuple(GROUNDS), "plain"),
)
HEAD: dict[str, tuple[Row, ...]] = {
    "person": PERSON,
    **{group: tuple(_slider(name) for name in names) for group, names in SLIDER_GROUPS},
    "materials": _materials(),
    "expression": EXPRESSION,
    "sided": tuple(_unit(name) for name in (*SIDED_AUS, *JAW_MOVES)),
    "scene": SCENE,
}
"""Every control of a drawn head, by group."""
PHOTO: dict[str, tuple[Row, ...]] = {
    "expression": EXPRESSION,
    "turn": (
        Row("scene.x", 0.0, -1.0, 1.0),
        Row("scene.y", 0.0, -1.0, 1.0),
        Row("scene.yaw", 0.0, -20.0, 20.0),
        Row("scene.pitch", 0.0, -12.0, 12.0),
        Row("scene.roll", 0.0, -15.0, 15.0),
    ),
}
"""Every control of a photo: what its face does, and how far it turns from where it is."""
Controls: TypeAlias = Literal["head", "photo"]


@functools.cache
def rows(controls: Controls) -> dict[str, Row]:
    """The controls by key."""
    groups = HEAD if controls == "head" else PHOTO
    return {row.key: row for group in groups.values() for row in group}


def checked(sent: Any, controls: Controls) -> Values:
    """The values that a page sent, all of them known and within their limits; start values fill up.

    Raises OptionError for a name, number, colour or choice that is none.
    """
    known = rows(controls)
    if not isinstance(sent, dict):
        raise OptionError(text("studio.live.frame"))
    values: Values = {key: row.start for key, row in known.items()}
    for key, value in sent.items():
        if key not in known:
            raise unknown(text("fields.what.slider"), key[:60], known)
        values[key] = _checked(known[key], value)
    return values


def _checked(row: Row, value: Any) -> float | str:
    if isinstance(row.start, str):
        if isinstance(value, str) and (value in row.choices or _HEX.fullmatch(value)):
            if row.choices and value not in row.choices:
                raise _refused(row, value, ", ".join(row.choices))
            return value
        raise _refused(row, value, ", ".join(row.choices) or "#rrggbb")
    low, high = _limits(row)
    number = not isinstance(value, bool) and isinstance(value, int | float)
    if not number or not math.isfinite(value) or not low - 1e-6 <= value <= high + 1e-6:
        raise _refused(row, value, f"{low:g} … {high:g}")
    return float(value)


def _limits(row: Row) -> tuple[float, float]:
    if not row.widest:
        return row.low, row.high
    return (row.low if row.key.startswith("au.") else -row.widest), row.widest


def _refused(row: Row, value: Any, wanted: str) -> OptionError:
    return OptionError(
        text("studio.live.value", name=row.name, value=str(value)[:40], wanted=wanted)
    )


def code_of(values: Mapping[str, float | str]) -> FaceCode:
    """The face code of checked values of a head."""
    numbers: dict[str, dict[str, float]] = {"slider": {}, "au": {}, "material": {}, "scene": {}}
    materials: dict[str, MaterialValue] = {}
    chosen: dict[str, str] = {}
    for key, value in values.items():
        kind, _, name = key.partition(".")
        if kind == "colour":
            materials[name] = _linear(str(value))
        elif kind == "choice":
            chosen[name] = str(value)
        else:
            numbers[kind][name] = float(value)
    scene = numbers["scene"]
    return FaceCode(
        sliders={name: value for name, value in numbers["slider"].items() if value},
        aus={name: value for name, value in numbers["au"].items() if value},
        gaze=(scene["x"], scene["y"]),
        pose=Pose(scene["yaw"], scene["pitch"], scene["roll"]),
        materials={**materials, **numbers["material"]},
        hair=chosen["hair"],
        style="toon" if chosen["style"] == "toon" else "photo",
        facial_hair=chosen["facial_hair"],
        glasses=chosen["glasses"],
    )


def view_of(values: Mapping[str, float | str], size: int, *, draft: bool = False) -> View:
    """The view that checked values of a head ask for.

    draft  one sample a pixel and coarse shadows: half the time
    """
    from mien.head.camera import Camera
    from mien.head.render import View

    return View(
        camera=Camera(size=size, zoom=float(values["scene.zoom"])),
        light=LIGHTS[str(values["choice.light"])],
        background=GROUNDS[str(values["choice.ground"])],
        supersample=1 if draft else 2,
        shadow=128 if draft else 256,
    )


def values_of(code: FaceCode) -> Values:
    """The values of a code: what the controls show of it. What a control cannot show is held in."""
    values: Values = {
        **{f"slider.{name}": value for name, value in code.sliders.items()},
        **{f"au.{name}": value for name, value in code.aus.items()},
        **{"choice.hair": code.hair, "choice.facial_hair": code.facial_hair},
        **{"choice.glasses": code.glasses, "choice.style": code.style},
        **{"scene.x": code.gaze[0], "scene.y": code.gaze[1], "scene.yaw": code.pose.yaw},
        **{"scene.pitch": code.pose.pitch, "scene.roll": code.pose.roll},
    }
    known = rows("head")
    for name, value in code.materials.items():
        if isinstance(value, tuple):
            values[f"colour.{name}"] = written(value)
        else:
            values[f"material.{name}"] = value
    return {key: _held_in(known[key], value) for key, value in values.items() if key in known}


def _held_in(row: Row, value: float | str) -> float | str:
    if isinstance(value, str):
        return value
    low, high = _limits(row)
    return round(min(max(float(value), low), high), 4)


def random_values(
    seed: int, sampler: str, locked: Collection[str], held: Mapping[str, float | str]
) -> Values:
    """Person `seed` of a sampler, with expression, scene and what is locked left as it is."""
    from mien.head.sample import sample

    if sampler not in SAMPLER_NAMES:
        raise unknown(text("option.sampler"), sampler[:60], SAMPLER_NAMES)
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= _MOST_SEED:
        raise OptionError(
            text("studio.live.value", name="seed", value=seed, wanted=f"0 … {_MOST_SEED}")
        )
    name: SamplerName = SAMPLER_NAMES[SAMPLER_NAMES.index(sampler)]
    person = values_of(sample(seed, 0, sampler=name))
    known = rows("head")
    start = {key: row.start for key, row in known.items()}
    stays = (*locked, *(key for key in known if key.startswith(("au.", "scene."))))
    stays = (*stays, "choice.style", "choice.light", "choice.ground")
    return {**start, **person, **{key: held[key] for key in stays if key in held}}


def mirrored(values: Mapping[str, float | str]) -> Values:
    """Checked values of a head with left and right exchanged."""
    turned = dict(values)
    signs = (*(f"slider.{name}" for name in ASYMMETRIC), "scene.x", "scene.yaw", "scene.roll")
    for key in (*signs, "material.hair_parting"):
        turned[key] = -float(values[key]) or 0.0
    for name in RIG_NAMES[len(AU_NAMES) :]:
        turned[f"au.{_other_side(name)}"] = values[f"au.{name}"]
    return turned


def _other_side(name: str) -> str:
    if name in JAW_MOVES:
        return JAW_MOVES[1 - JAW_MOVES.index(name)]
    return name[:-1] + ("R" if name.endswith("L") else "L")
