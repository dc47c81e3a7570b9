"""Training data: random people, drawn, spoiled like snapshots, and analysed like photos.

Picture `index` of a seed is the same alone or in any shard.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.analysers.shards import Columns, ShardSet
from mien.face import align
from mien.face.detect import Detection, DetectorOptions, search
from mien.face.identity import embed
from mien.face.landmarks import default_landmarker, locate
from mien.head.camera import Camera
from mien.head.render import View, render
from mien.head.sample import sample, sample_light
from mien.head.schema import HAIR_STYLES, au_vector, slider_vector
from mien.persona.landmark_model import BROW_NAMES
from mien.persona.prior import BROW_DEFAULTS
from mien.persona.snapshot import snapshot
from mien.seeding import rng
from mien.types import FaceCode, Image, Landmarks

DRAWN, SIZE = 256, 192
"""Pictures are drawn at one sample per pixel and shrunk: nearly as good as two, twice as fast."""
POSE_SD = (14.0, 7.0, 4.0)
SPREADS = (0.2, 0.42)
"""Sliders vary between a crowd's width and twice it, so that photos are not at the edge."""
LOWEST_SCORE = -0.3
LOST = 0.25
"""A detection whose landmarks are this far off on average (outer eyes = 1) is another thing."""


@dataclasses.dataclass(frozen=True)
class Sample:
    """One analysed render; vectors as the landmark model and the schema order them."""

    sliders: NDArray[np.float64]
    aus: NDArray[np.float64]
    brows: NDArray[np.float64]
    pose: NDArray[np.float64]
    hair: int
    sex: float
    true: Landmarks
    found: Landmarks
    descriptor: NDArray[np.float32]
    usable: bool


def face_code(seed: int, index: int) -> FaceCode:
    """Person `index`, with an expression and a pose."""
    spread = float(rng(seed, "translator-spread", index).uniform(*SPREADS))
    return sample(seed, index, spread=spread, expression=True, pose_sd=POSE_SD)


def draw_sample(seed: int, index: int) -> tuple[FaceCode, Landmarks, Image]:
    """Person `index`, their true landmarks (68, 2), and the snapshot (192 pixels) to analyse."""
    random = rng(seed, "translator-picture", index)
    code = face_code(seed, index)
    grey = float(random.uniform(0.02, 0.8))
    view = View(
        camera=Camera(size=DRAWN, zoom=float(random.uniform(0.95, 1.2))),
        light=sample_light(random),
        background=(grey, grey, grey),
        supersample=1,
    )
    drawn = render(code, view=view)
    true = (drawn.landmarks + 0.5) * (SIZE / DRAWN) - 0.5
    return code, true, snapshot(drawn.rgb, drawn.labels, random, size=SIZE)


def find_landmarks(picture: Image) -> Landmarks | None:
    """The landmarks of the best face of a picture, or None."""
    options = DetectorOptions(threshold=LOWEST_SCORE, min_width=16, retry=False)
    faces = search(picture, options).faces
    if not faces:
        return None
    best: Detection = max(faces, key=lambda face: face.score)
    return locate(picture, best, default_landmarker()).points


def make_sample(seed: int, index: int) -> Sample:
    """Draw and analyse person `index`; where no face is found, `usable` is False."""
    code, true, picture = draw_sample(seed, index)
    found = find_landmarks(picture)
    outer = float(np.hypot(*(true[45] - true[36])))
    usable = found is not None and float(np.hypot(*(found - true).T).mean()) < LOST * outer
    descriptor = np.zeros(128, np.float32)
    if found is None or not usable:
        found = true
    else:
        chip = align.crop(picture, align.align_dlib(align.five_points(found)))
        descriptor = embed(chip[None])[0]
    brows = np.array([code.materials[name] for name in BROW_NAMES], float) - BROW_DEFAULTS
    return Sample(
        sliders=slider_vector(code.sliders),
        aus=au_vector(code.aus),
        brows=brows,
        pose=np.array(code.pose.as_tuple()),
        hair=HAIR_STYLES.index(code.hair),
        sex=float(np.clip(code.sliders.get("sex", 0.0), -1.0, 1.0)),
        true=true,
        found=found,
        descriptor=descriptor,
        usable=usable,
    )


def make_shards(folder: Path, count: int, *, seed: int, told: Callable[[int, int], None]) -> None:
    """Write shards until `count` samples exist; `told(done, count)` after every shard."""
    _shards(folder, seed).make(count, make_sample, told=told)


def read_shards(folder: Path, seed: int) -> Columns:
    """All usable samples of a seed, column by column; InputError where there is none."""
    return _shards(folder, seed).read(where="usable")


def _shards(folder: Path, seed: int) -> ShardSet:
    return ShardSet(folder, seed, analyser="translator", kind="translator")
