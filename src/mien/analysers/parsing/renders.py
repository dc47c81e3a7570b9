"""Training pictures of the parsing network: whole heads with shoulders, each pixel's part known.

Rare things (beards, glasses, bald heads, every hair style) come more often than among people.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.analysers.shards import Columns, ShardSet
from mien.data.people import HeadSpec, surroundings
from mien.face.parsing_net import PART
from mien.head import material_index as slot
from mien.head.camera import Camera
from mien.head.render import Render, draw, material_of, mesh_of
from mien.head.sample import sample
from mien.head.schema import FACIAL_HAIR, GLASSES, HAIR_STYLES, LABEL, LABELS
from mien.seeding import rng
from mien.types import FaceCode, Pose

SIZE = 160
ZOOM = 0.86
"""35 cm: the whole hair, and room for a box that misses."""
POSE_SD = (24.0, 10.0, 6.0)
MOST = (62.0, 30.0, 18.0)
"""Largest yaw, pitch and roll in degrees."""
SPREAD = (0.21, 0.34)
ANY_HAIR, BEARDED, GLASSED, TOON = 0.5, 0.2, 0.2, 0.08
"""Shares of pictures whose hair style, beard and glasses are drawn evenly, and of drawings."""
PAINTED = 0.5
"""Strength of painted roots from which the scalp counts as hair."""
PART_OF_LABEL = np.array(
    [
        PART[
            {
                **{"mouth": "mouth", "teeth": "mouth", "shirt": "cloth"},
                **{"sclera": "eye", "iris": "eye", "lash": "eye"},
            }.get(name, name)
        ]
        for name in LABELS
    ],
    np.uint8,
)


@dataclasses.dataclass(frozen=True)
class Sample:
    """A picture, which part each pixel shows, and where the 68 points are.

    rgb (SIZE, SIZE, 3) uint8; parts (SIZE, SIZE) uint8 `parsing_net.PARTS`; points (68, 2) float32
    """

    rgb: NDArray[np.uint8]
    parts: NDArray[np.uint8]
    points: NDArray[np.float32]


def person(seed: int, index: int) -> FaceCode:
    """The code of picture `index`."""
    random = rng(seed, "parsing-picture", index)
    spread = float(random.uniform(*SPREAD))
    code = sample(seed, index, spread=spread, expression=True, pose_sd=POSE_SD)
    angles = [
        float(np.clip(angle, -most, most))
        for angle, most in zip(code.pose.as_tuple(), MOST, strict=True)
    ]
    changes: dict[str, Any] = {"pose": Pose(*angles)}
    if random.random() < ANY_HAIR:
        changes["hair"] = HAIR_STYLES[int(random.integers(len(HAIR_STYLES)))]
    if random.random() < BEARDED:
        changes["facial_hair"] = FACIAL_HAIR[int(random.integers(1, len(FACIAL_HAIR)))]
    if random.random() < GLASSED:
        changes["glasses"] = GLASSES[int(random.integers(1, len(GLASSES)))]
    if random.random() < TOON:
        changes["style"] = "toon"
    return dataclasses.replace(code, **changes)


def make_sample(seed: int, index: int) -> Sample:
    """Picture `index` of a seed."""
    code = person(seed, index)
    view = surroundings(HeadSpec(style=code.style, size=SIZE, seed=seed), index)
    camera = Camera(size=SIZE, zoom=ZOOM, distance=view.camera.distance)
    view = dataclasses.replace(view, camera=camera)
    material = material_of(code)
    drawn = draw(mesh_of(code), material, pose=code.pose, view=view, style=code.style)
    return Sample(drawn.rgb, parts_of(drawn, material), drawn.landmarks.astype(np.float32))


def parts_of(drawn: Render, material: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    """(s, s) uint8 parts of a render: cropped hair, which is painted on the skin, is hair too."""
    parts = PART_OF_LABEL[drawn.labels]
    if float(material[slot.SCALP]) >= PAINTED:
        painted = (drawn.labels == LABEL["skin"]) & (drawn.hairline > 0.0)
        parts[painted] = PART["hair"]
    return parts


def make_shards(folder: Path, count: int, *, seed: int, told: Callable[[int, int], None]) -> None:
    """Write shards until `count` samples exist; `told(done, count)` after every shard."""
    _shards(folder, seed).make(count, make_sample, told=told)


def read_shards(folder: Path, seed: int) -> Columns:
    """All samples of a seed, column by column; InputError where there is none."""
    return _shards(folder, seed).read()


def _shards(folder: Path, seed: int) -> ShardSet:
    return ShardSet(folder, seed, analyser="parsing", kind="parsing")
