"""Training pictures of the landmark network: heads in every pose, light and expression.

Each is kept with its part labels, so that training can put other things behind and before a face.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.analysers.shards import Columns, ShardSet
from mien.head.camera import Camera
from mien.head.render import View, draw, material_of, mesh_of
from mien.head.sample import sample, sample_light
from mien.head.schema import au_vector
from mien.seeding import rng
from mien.types import FaceCode, Pose

SIZE = 144
POSE_SD = (24.0, 11.0, 0.0)
MOST = (62.0, 32.0)
"""Largest yaw and pitch in degrees."""
SPREAD = (0.21, 0.34)
"""Of the sliders: a crowd, and people further out than any crowd."""
_TOON = 0.06


@dataclasses.dataclass(frozen=True)
class Sample:
    """A picture, which pixels are what, where its points are, and what the face does.

    rgb (SIZE, SIZE, 3) uint8; labels (SIZE, SIZE) uint8; points (70, 2) float32 pixels;
    aus (22,) float32 in [0, 1], gaze (2,) and pose (3,) in degrees, float32
    """

    rgb: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    points: NDArray[np.float32]
    aus: NDArray[np.float32]
    gaze: NDArray[np.float32]
    pose: NDArray[np.float32]


def person(seed: int, index: int) -> FaceCode:
    """The code of picture `index`."""
    random = rng(seed, "landmark-picture", index)
    code = sample(
        seed, index, spread=float(random.uniform(*SPREAD)), expression=True, pose_sd=POSE_SD
    )
    yaw = float(np.clip(code.pose.yaw, -MOST[0], MOST[0]))
    pitch = float(np.clip(code.pose.pitch, -MOST[1], MOST[1]))
    gaze = tuple(float(np.clip(v, -1, 1)) for v in random.normal(size=2) * (0.45, 0.3))
    style = "toon" if random.random() < _TOON else "photo"
    return dataclasses.replace(
        code, pose=Pose(yaw, pitch, 0.0), gaze=(gaze[0], gaze[1]), style=style
    )


def make_sample(seed: int, index: int) -> Sample:
    """Picture `index` of a seed."""
    random = rng(seed, "landmark-view", index)
    code = person(seed, index)
    grey = tuple(float(v) for v in random.uniform(0.02, 0.8, 3))
    camera = Camera(size=SIZE, zoom=1.12, distance=float(random.uniform(45, 160)))
    view = View(
        camera=camera,
        light=sample_light(random),
        background=(grey[0], grey[1], grey[2]),
        shadow=128,
    )
    mesh = mesh_of(code)
    drawn = draw(mesh, material_of(code), pose=code.pose, view=view, style=code.style)
    # The first vertex of an eyeball is its pole: the middle of the iris.
    poles = [drawn.screen[mesh.first[name], :2] - 0.5 for name in ("eye1", "eye0")]
    points = np.concatenate([drawn.landmarks, np.array(poles)])
    doing = (au_vector(code.aus), code.gaze, code.pose.as_tuple())
    aus, gaze, pose = (np.array(values, np.float32) for values in doing)
    return Sample(drawn.rgb, drawn.labels, points.astype(np.float32), aus, gaze, pose)


def make_shards(folder: Path, count: int, *, seed: int, told: Callable[[int, int], None]) -> None:
    """Write shards until `count` samples exist; `told(done, count)` after every shard."""
    _shards(folder, seed).make(count, make_sample, told=told)


def read_shards(folder: Path, seed: int) -> Columns:
    """All samples of a seed, column by column; InputError where there is none."""
    return _shards(folder, seed).read()


def _shards(folder: Path, seed: int) -> ShardSet:
    return ShardSet(folder, seed, analyser="landmarks", kind="landmarks")
