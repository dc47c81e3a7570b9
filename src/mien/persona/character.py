"""A character: a face code, its skin, and the view that lays it over the photo; and its file.

`params.json` holds all of it but the skin's texture, which lies beside it as a picture. A render
of what the file says is the render that was made with it, byte for byte.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from mien.errors import MALFORMED, InputError, MienError
from mien.head.backdrop import KINDS, Backdrop
from mien.head.camera import Camera
from mien.head.light import LIGHTS, Light
from mien.head.render import LARGEST, Render, View, render
from mien.head.schema import MACROS, MATERIALS, SLIDERS, VERSION, validate
from mien.head.template import head_hash
from mien.head.texture import dequantise, quantise
from mien.head.units import from_version_1
from mien.io.atomic import atomic_write_bytes
from mien.io.files import read_bytes
from mien.io.image import encode_image, read_image
from mien.io.names import terminal_safe
from mien.io.provenance import Provenance, from_mapping
from mien.messages import text
from mien.types import FaceCode, Pose

FORMAT = 1
PARAMS_NAME, TEXTURE_NAME = "params.json", "texture.png"
_MAX_BYTES = 1 << 20
_MOST_NAMES = 1000
Confidence: TypeAlias = Literal["seen", "guessed", "set"]
"""Told from the photo; what is usual, more or less; set by hand."""

NEUTRAL_VIEW = View(camera=Camera(size=512, zoom=0.98), light=LIGHTS["soft"])
"""How a character is shown when nothing else is asked: frontal, in soft light."""


@dataclasses.dataclass(frozen=True, eq=False)
class Character:
    """A person in numbers.

    code        identity, expression, gaze, pose, materials, hair
    view        camera, light and background that lay it over the photo
    texture     (h, w, 3) float32 log ratios exactly as stored, or None
    provenance  how it was made
    by_hand     names of sliders and materials, and "hair", that somebody set: a fit leaves them
    confidence  by slider: "seen" in the photo, "guessed", or "set"
    """

    code: FaceCode
    view: View
    texture: NDArray[np.float32] | None
    provenance: Provenance
    by_hand: tuple[str, ...] = ()
    confidence: Mapping[str, Confidence] = dataclasses.field(default_factory=dict)

    def neutral(self) -> Character:
        """The same person looking straight ahead without expression, in the default light."""
        code = dataclasses.replace(self.code, aus={}, gaze=(0.0, 0.0), pose=Pose())
        return dataclasses.replace(self, code=code, view=NEUTRAL_VIEW)

    def render(self, *, size: int | None = None) -> Render:
        """A render of code, skin and view; `size` (pixels) overrides the view's."""
        return render(self.code, size=size, view=self.view, texture=self.texture)


def to_json(character: Character, *, texture_name: str | None) -> dict[str, Any]:
    """The JSON values of `params.json`."""
    code, view = character.code, character.view
    values: dict[str, Any] = {
        "format": FORMAT,
        "head": {"version": VERSION, "hash": head_hash()},
        "code": dataclasses.asdict(code),
        "view": dataclasses.asdict(view),
        "texture": texture_name,
        "provenance": character.provenance.as_mapping(),
    }
    if character.by_hand:
        values["by_hand"] = list(character.by_hand)
    if character.confidence:
        values["confidence"] = dict(character.confidence)
    return values


def write_character(folder: Path, character: Character) -> None:
    """Write `params.json` and, where there is one, `texture.png` into an existing folder.

    Raises OutputError where that is not possible.
    """
    name = None
    if character.texture is not None:
        name = TEXTURE_NAME
        picture = quantise(character.texture)
        path = folder / name
        atomic_write_bytes(
            path, encode_image(picture, path=path, provenance=character.provenance, marked=False)
        )
    values = to_json(character, texture_name=name)
    written = json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False)
    atomic_write_bytes(folder / PARAMS_NAME, (written + "\n").encode())


def read_character(path: Path) -> Character:
    """A character from its `params.json`, or from the folder that holds one.

    Raises InputError for a file that is missing, damaged, of a newer format, or whose texture is
    not a plain file name beside it; OptionError for names and values the head does not know.
    """
    path = path / PARAMS_NAME if path.is_dir() else path
    data = read_bytes(path, max_bytes=_MAX_BYTES, wanted="persona.wanted.params")
    try:
        values = json.loads(data)
        character = _from_json(values, path)
    except MALFORMED as problem:
        raise _error("persona.params.damaged", path) from problem
    validate(character.code)
    return character


def _from_json(values: Mapping[str, Any], path: Path) -> Character:
    if int(values["format"]) > FORMAT:
        raise _error("persona.params.newer", path)
    code, view = values["code"], values["view"]
    return Character(
        code=FaceCode(
            sliders=_sliders(
                code["sliders"], head_version=int(values.get("head", {}).get("version", VERSION))
            ),
            aus={str(k): _number(v) for k, v in code["aus"].items()},
            gaze=_pair(code["gaze"]),
            pose=Pose(**{name: _number(v) for name, v in code["pose"].items()}),
            materials={
                str(k): _three(v) if isinstance(v, list) else _number(v)
                for k, v in code["materials"].items()
            },
            hair=str(code["hair"]),
            style="toon" if code["style"] == "toon" else "photo",
            facial_hair=str(code.get("facial_hair", "none")),
            glasses=str(code.get("glasses", "none")),
        ),
        view=_view(view),
        texture=_texture(values.get("texture"), path),
        provenance=from_mapping(values["provenance"]),
        by_hand=_by_hand(values.get("by_hand", [])),
        confidence=_confidence(values.get("confidence", {})),
    )


def _by_hand(names: Any) -> tuple[str, ...]:
    """Names of what somebody set; none in files that are older than locks."""
    if not isinstance(names, list) or len(names) > _MOST_NAMES:
        raise ValueError("no list of names")
    known = {*SLIDERS, *MACROS, *(one.name for one in MATERIALS), "hair"}
    if not all(isinstance(name, str) and name in known for name in names):
        raise ValueError("a name that the head does not know")
    return tuple(dict.fromkeys(names))


def _confidence(values: Any) -> dict[str, Confidence]:
    """How each slider is known; empty in older files."""
    if not isinstance(values, dict) or not set(values) <= set(SLIDERS):
        raise ValueError("no confidence of sliders")
    if not set(values.values()) <= set(get_args(Confidence)):
        raise ValueError("an unknown confidence")
    return values


def _sliders(values: Mapping[str, Any], *, head_version: int) -> dict[str, float]:
    """Slider values in today's units, whatever head they were written for."""
    found = {str(name): _number(value) for name, value in values.items()}
    return from_version_1(found) if head_version < 2 else found


def _view(values: Mapping[str, Any]) -> View:
    camera, light = values["camera"], values["light"]
    size, supersample = int(camera["size"]), int(values["supersample"])
    shadow, gain = int(values["shadow"]), values.get("exposure", 1.0)
    if not (8 <= size <= LARGEST and 1 <= supersample <= 4 and 1 <= shadow <= 2048):
        raise ValueError("a view out of range")
    return View(
        camera=Camera(
            size=size,
            zoom=_positive(camera["zoom"]),
            shift=_pair(camera["shift"]),
            distance=_positive(camera["distance"]),
        ),
        light=Light(
            direction=_three(light["direction"]),
            key=_number(light["key"]),
            key_colour=_three(light["key_colour"]),
            ambient=_three(light["ambient"]),
            fill_direction=_three(light["fill_direction"]),
            fill_colour=_three(light["fill_colour"]),
            rim_direction=_three(light.get("rim_direction", Light.rim_direction)),
            rim_colour=_three(light.get("rim_colour", Light.rim_colour)),
        ),
        background=_three(values["background"]),
        supersample=supersample,
        shadow=shadow,
        backdrop=_backdrop(values.get("backdrop")),
        exposure="auto" if gain == "auto" else _positive(gain),
    )


def _backdrop(values: Mapping[str, Any] | None) -> Backdrop:
    """What is behind the head; plain in files that are older than backdrops."""
    if values is None:
        return Backdrop()
    kind, colours = values["kind"], tuple(_three(colour) for colour in values["colours"])
    if kind not in KINDS or len(colours) not in (0, 3):
        raise ValueError("a backdrop of an unknown kind")
    return Backdrop(kind, colours, int(values["seed"]))


def _texture(name: object, path: Path) -> NDArray[np.float32] | None:
    if name is None:
        return None
    # A name from a file that someone sent must not reach outside its folder.
    plain = isinstance(name, str) and name not in ("", ".", "..") and len(name) <= 200
    if not plain or any(c in str(name) for c in "/\\:\0"):
        raise _error("persona.params.texture", path)
    picture = read_image(path.parent / str(name))
    if min(picture.shape[:2]) < 2:
        raise _error("persona.params.texture", path)
    return dequantise(picture)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is no number")
    return float(value)


def _positive(value: Any) -> float:
    number = _number(value)
    if not 1e-3 <= number <= 1e4:
        raise ValueError(f"{value!r} is out of range")
    return number


def _pair(values: Any) -> tuple[float, float]:
    a, b = (_number(value) for value in values)
    return (a, b)


def _three(values: Any) -> tuple[float, float, float]:
    a, b, c = (_number(value) for value in values)
    return (a, b, c)


def _error(key: str, path: Path) -> MienError:
    return InputError(text(key, path=terminal_safe(path)))
