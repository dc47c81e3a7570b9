"""People of the head as training pictures: picture k of a spec is the same bytes anywhere.

Heads are framed as photos are cropped (head-256): eyes at 47 % of the height, a quarter of the
width apart, upright. So a network that learnt from renders finds photos where it expects them.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from mien.data.guesses import guessed
from mien.face.align import HEAD_SIZE, align_head
from mien.head.assets import HASHES
from mien.head.backdrop import DEFAULT_COLOURS, SEEDS, Backdrop, Kind
from mien.head.camera import Camera, project, turn_head
from mien.head.light import LIGHTS
from mien.head.markers import landmark_positions, to_pixels
from mien.head.render import Render, View, draw, material_of, mesh_of
from mien.head.rig import Mesh
from mien.head.sample import sample, sample_light
from mien.head.samplers import SAMPLER_NAMES, SamplerName
from mien.head.schema import SCHEMA, schema_hash
from mien.seeding import rng
from mien.types import FaceCode, Pose, Style

CROP: dict[str, Any] = {"name": "head-256", "size": HEAD_SIZE, "eyes": [0.5, 0.47], "apart": 0.25}
"""The crop of every picture here, as weight headers name it."""

_POSE_SD = (12.0, 5.0, 0.0)
_MOST_YAW = 35.0
_SHADOW = 128
_BACKDROPS: tuple[Kind, ...] = (
    *("plain", "plain", "plain", "studio", "studio"),
    *("window", "outdoor", "shapes", "gradient"),
)
_PROBES, _PROBE_SIZE = 3, 48
_NEAR, _FAR = 55.0, 150.0
"""Centimetres from the lens: a selfie's wide face to a portrait lens's flat one."""


@dataclasses.dataclass(frozen=True)
class HeadSpec:
    """Which pictures of the head a data set holds; equal specs give equal bytes.

    style       "photo" or "toon"; person k has the same parameters in both
    size        pixels a side
    seed        of the people
    expression  whether they show expressions and look around
    pose_sd     standard deviations of yaw, pitch and roll in degrees; yaw is cut at 35
    sampler     who is drawn, see `mien.head.samplers`
    guess       0: the person; above: somebody whom a fit to their photo might have found, with
                errors of so many times the usual size, before a plain backdrop
    """

    style: Style = "photo"
    size: int = 64
    seed: int = 0
    expression: bool = True
    pose_sd: tuple[float, float, float] = _POSE_SD
    sampler: SamplerName = "portrait"
    guess: float = 0.0

    def as_config(self) -> dict[str, Any]:
        """JSON values, with the version of the head that draws them."""
        values = dataclasses.asdict(self)
        if not self.guess:
            del values["guess"]
        return {**values, "head": head_name(), "version": SCHEMA.version}

    def digest(self) -> str:
        """Sixteen hexadecimal digits that name the set."""
        written = json.dumps(self.as_config(), sort_keys=True)
        return hashlib.sha256(written.encode()).hexdigest()[:16]


def person(spec: HeadSpec, index: int) -> FaceCode:
    """The face code of picture `index`."""
    code = sample(
        spec.seed,
        index,
        sampler=spec.sampler,
        expression=spec.expression,
        pose_sd=spec.pose_sd,
    )
    yaw = float(np.clip(code.pose.yaw, -_MOST_YAW, _MOST_YAW))
    code = dataclasses.replace(
        code, pose=Pose(yaw, code.pose.pitch, code.pose.roll), style=spec.style
    )
    return guessed(code, spec.guess, spec.seed, index) if spec.guess else code


def surroundings(spec: HeadSpec, index: int) -> View:
    """All of picture `index` that is not the person: the one place where that is chosen.

    The camera's distance is the picture's own; where it points is `framing`'s.
    """
    random = rng(spec.seed, "surroundings", index)
    light, colour = sample_light(random), _wall(random)
    near = np.log(_NEAR) + random.random() * np.log(_FAR / _NEAR)
    backdrop = _backdrop(random) if not spec.guess else Backdrop()
    if spec.style == "toon":
        light, colour = LIGHTS["studio"], np.clip(colour * 0.6 + 0.35, 0, 1)
    red, green, blue = (round(float(value), 4) for value in colour)
    return View(
        camera=Camera(size=spec.size, distance=round(float(np.exp(near)), 1)),
        light=light,
        background=(red, green, blue),
        backdrop=backdrop,
        exposure="auto" if spec.style == "photo" else 1.0,
        shadow=_SHADOW,
    )


def _wall(random: np.random.Generator) -> NDArray[np.float64]:
    """(3,) linear colour of a backdrop of any hue, muted."""
    hue = random.random()
    wheel = 0.5 + 0.5 * np.cos(2 * np.pi * (hue + np.array([0.0, 0.33, 0.67])))
    return wheel * 0.22 + random.uniform(0.08, 0.6)


def _backdrop(random: np.random.Generator) -> Backdrop:
    """A third plain walls, else a place out of focus, a little brighter or darker than its kind."""
    kind = _BACKDROPS[int(random.integers(len(_BACKDROPS)))]
    seed, bright = int(random.integers(SEEDS)), random.uniform(0.55, 1.25)
    colours = tuple(
        _rounded(np.array(colour) * bright * random.uniform(0.85, 1.15, 3))
        for colour in DEFAULT_COLOURS[kind]
    )
    return Backdrop(kind, colours if kind != "plain" else (), seed)


def _rounded(colour: NDArray[np.float64]) -> tuple[float, float, float]:
    red, green, blue = (round(float(value), 4) for value in colour)
    return (red, green, blue)


def framing(
    mesh: Mesh,
    material: NDArray[np.float32],
    pose: Pose,
    size: int,
    *,
    distance: float = Camera.distance,
) -> Camera:
    """The camera that shows a posed head as the crop head-256 would, but for its tilt."""
    plain = Camera(size=size, zoom=1.0, distance=distance)
    vertices = turn_head(mesh, pose)
    places, _ = landmark_positions(vertices, project(vertices, plain), material)
    landmarks = to_pixels(places)
    crop = align_head(landmarks, size).matrix
    scale = float(np.hypot(*crop[:, 0]))
    eyes = (landmarks[36:42].mean(0) + landmarks[42:48].mean(0)) / 2
    middle = size / 2 - 0.5
    target = np.array(CROP["eyes"]) * size - 0.5
    x, y = (target - middle - scale * (eyes - middle)) / size
    # Rounded: the last bits of a fit are the machine's, and a recipe's pictures are not.
    shift = (round(float(x), 6), round(float(y), 6))
    return Camera(size=size, zoom=round(scale, 6), shift=shift, distance=distance)


def draw_person(spec: HeadSpec, index: int) -> tuple[FaceCode, Render]:
    """Picture `index` with its code and all its labels."""
    code, _, drawn = draw_scene(spec, index)
    return code, drawn


def draw_scene(spec: HeadSpec, index: int) -> tuple[FaceCode, View, Render]:
    """Picture `index` with its code, the view it is seen in, and all its labels."""
    code, view = person(spec, index), surroundings(spec, index)
    mesh, material = mesh_of(code), material_of(code)
    camera = framing(mesh, material, code.pose, spec.size, distance=view.camera.distance)
    view = dataclasses.replace(view, camera=camera)
    drawn = draw(mesh, material, pose=code.pose, view=view, style=code.style)
    return code, view, drawn


@functools.cache
def head_name() -> str:
    """The head that draws here: its version, and a hash over what it knows, samples and draws.

    A few pictures are drawn for it, so that no change of the renderer goes unnoticed.
    """
    digest = hashlib.sha256(json.dumps([schema_hash(), HASHES], sort_keys=True).encode())
    for kind in SAMPLER_NAMES:
        for index in range(4 * _PROBES):
            code = sample(0, index, sampler=kind, expression=True, pose_sd=(9.0, 4.0, 2.0))
            digest.update(json.dumps(dataclasses.asdict(code), sort_keys=True).encode())
    for style in get_args(Style):
        spec = HeadSpec(style=style, size=_PROBE_SIZE)
        for index in range(_PROBES):
            digest.update(draw_person(spec, index)[1].rgb.tobytes())
    return f"{SCHEMA.version}-{digest.hexdigest()[:12]}"
