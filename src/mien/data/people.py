"""People of the head as training pictures: picture k of a spec is the same bytes anywhere.

Heads are framed as photos are cropped (head-256): eyes at 47 % of the height, a quarter of the
width apart, upright. So a network that learnt from renders finds photos where it expects them.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.face.align import HEAD_SIZE, align_head
from mien.head.camera import Camera, project, turn_head
from mien.head.light import LIGHTS
from mien.head.markers import landmark_positions, to_pixels
from mien.head.render import Render, View, draw, material_of, mesh_of
from mien.head.rig import Mesh
from mien.head.sample import sample, sample_light
from mien.head.schema import SCHEMA, schema_hash
from mien.seeding import rng
from mien.types import FaceCode, Pose, Style

CROP: dict[str, Any] = {"name": "head-256", "size": HEAD_SIZE, "eyes": [0.5, 0.47], "apart": 0.25}
"""The crop of every picture here, as weight headers name it."""

Backdrop: TypeAlias = Literal["colours", "grey"]

_POSE_SD = (12.0, 5.0, 0.0)
_MOST_YAW = 35.0
_SHADOW = 128


@dataclasses.dataclass(frozen=True)
class HeadSpec:
    """Which pictures of the head a data set holds; equal specs give equal bytes.

    style       "photo" or "toon"; person k has the same parameters in both
    size        pixels a side
    seed        of the people
    expression  whether they show expressions and look around
    pose_sd     standard deviations of yaw, pitch and roll in degrees; yaw is cut at 35
    """

    style: Style = "photo"
    size: int = 64
    seed: int = 0
    expression: bool = True
    pose_sd: tuple[float, float, float] = _POSE_SD

    def as_config(self) -> dict[str, Any]:
        """JSON values, with the version of the head that draws them."""
        values = dataclasses.asdict(self)
        return {**values, "head": schema_hash(), "version": SCHEMA.version}

    def digest(self) -> str:
        """Sixteen hexadecimal digits that name the set."""
        written = json.dumps(self.as_config(), sort_keys=True)
        return hashlib.sha256(written.encode()).hexdigest()[:16]


def person(spec: HeadSpec, index: int) -> FaceCode:
    """The face code of picture `index`."""
    code = sample(spec.seed, index, expression=spec.expression, pose_sd=spec.pose_sd)
    yaw = float(np.clip(code.pose.yaw, -_MOST_YAW, _MOST_YAW))
    return dataclasses.replace(
        code, pose=Pose(yaw, code.pose.pitch, code.pose.roll), style=spec.style
    )


def surroundings(spec: HeadSpec, index: int) -> View:
    """Light and background of picture `index`; the camera is `framing`'s."""
    random = rng(spec.seed, "surroundings", index)
    light = sample_light(random)
    hue = random.random()
    wheel = 0.5 + 0.5 * np.cos(2 * np.pi * (hue + np.array([0.0, 0.33, 0.67])))
    colour = wheel * 0.22 + random.uniform(0.08, 0.6)
    if spec.style == "toon":
        light, colour = LIGHTS["studio"], np.clip(colour * 0.6 + 0.35, 0, 1)
    red, green, blue = (round(float(value), 4) for value in colour)
    return View(light=light, background=(red, green, blue), shadow=_SHADOW)


def framing(mesh: Mesh, material: NDArray[np.float32], pose: Pose, size: int) -> Camera:
    """The camera that shows a posed head as the crop head-256 would, but for its tilt."""
    plain = Camera(size=size, zoom=1.0)
    vertices = turn_head(mesh, pose)
    places, _ = landmark_positions(vertices, project(vertices, plain), material)
    landmarks = to_pixels(places)
    crop = align_head(landmarks, size).matrix
    scale = float(np.hypot(*crop[:, 0]))
    eyes = (landmarks[36:42].mean(0) + landmarks[42:48].mean(0)) / 2
    middle = size / 2 - 0.5
    target = np.array(CROP["eyes"]) * size - 0.5
    shift = (target - middle - scale * (eyes - middle)) / size
    return Camera(size=size, zoom=scale, shift=(float(shift[0]), float(shift[1])))


def draw_person(spec: HeadSpec, index: int) -> tuple[FaceCode, Render]:
    """Picture `index` with its code and all its labels."""
    code = person(spec, index)
    mesh, material = mesh_of(code), material_of(code)
    camera = framing(mesh, material, code.pose, spec.size)
    view = dataclasses.replace(surroundings(spec, index), camera=camera)
    return code, draw(mesh, material, pose=code.pose, view=view, style=code.style)
