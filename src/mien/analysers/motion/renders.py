"""Training data: random people at rest and then in many expressions, drawn and looked at as clips.

Clip `index` of a seed is the same alone or in any shard.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.analysers.shards import Columns, ShardSet
from mien.face.align import align_dlib, crop, five_points
from mien.face.identity import embed
from mien.face.tracker import FaceTracker
from mien.head.camera import Camera
from mien.head.moods import sample_expression
from mien.head.render import View, render
from mien.head.sample import sample, sample_light
from mien.head.schema import au_vector
from mien.persona.snapshot import snapshot
from mien.seeding import rng
from mien.types import AU_NAMES, FaceCode, Image, Pose

RESTING, FRAMES = 3, 16
"""Frames of a clip: the first ones at rest, then an expression each."""
DRAWN, SIZE = 256, 192
_POSE_SD, _TURN_SD = (9.0, 5.0, 3.0), (6.0, 4.0, 2.0)
_AT_REST = {"AU12": 0.35, "AU4": 0.2, "AU25": 0.2, "AU1": 0.15}
"""What some people show at rest, at most."""
_MIXED = 0.4
"""Share of the expressions that are a few Action Units by chance: no mood tells them apart."""
_FEW = 5
_GRAIN = 2.0  # grey levels that two frames of one camera differ by


@dataclasses.dataclass(frozen=True)
class Clip:
    """One person's frames.

    found       (FRAMES, 68, 2) pixels, as the tracker found them
    aus         (FRAMES, 22) the truth
    descriptor  (RESTING, 128) identity of the frames at rest
    usable      whether the face was followed in every frame
    """

    found: NDArray[np.float64]
    aus: NDArray[np.float64]
    descriptor: NDArray[np.float32]
    usable: bool


def codes(seed: int, index: int) -> list[FaceCode]:
    """Person `index` in every frame: at rest, then in expressions; the head moves in all."""
    random = rng(seed, "motion-codes", index)
    person = sample(seed, index, pose_sd=_POSE_SD)
    rest = {
        name: float(random.uniform(0, most))
        for name, most in _AT_REST.items()
        if random.random() < 0.3
    }
    shown = []
    for frame in range(FRAMES):
        aus = rest if frame < RESTING else _expression(random, rest)
        turn = np.array(person.pose.as_tuple()) + random.normal(0, _TURN_SD)
        yaw, pitch, roll = (float(value) for value in turn)
        shown.append(dataclasses.replace(person, aus=aus, pose=Pose(yaw, pitch, roll)))
    return shown


def _expression(random: np.random.Generator, rest: dict[str, float]) -> dict[str, float]:
    if random.random() < _MIXED:
        names = random.choice(len(AU_NAMES), int(random.integers(1, _FEW + 1)), replace=False)
        return {**rest, **{AU_NAMES[int(k)]: float(random.uniform(0.1, 1)) for k in names}}
    mood = sample_expression(random)
    return {name: max(mood.get(name, 0.0), rest.get(name, 0.0)) for name in {**mood, **rest}}


def frames(seed: int, index: int) -> list[Image]:
    """The pictures (SIZE, SIZE, 3) of clip `index`, all spoiled alike but for their grain."""
    random = rng(seed, "motion-picture", index)
    grey = float(random.uniform(0.02, 0.8))
    view = View(
        camera=Camera(size=DRAWN, zoom=float(random.uniform(0.95, 1.2))),
        light=sample_light(random),
        background=(grey, grey, grey),
        supersample=1,
    )
    pictures = []
    for code in codes(seed, index):
        drawn = render(code, view=view)
        spoiling = rng(seed, "motion-spoiling", index)
        picture = snapshot(drawn.rgb, drawn.labels, spoiling, size=SIZE)
        grain = random.normal(0, _GRAIN, picture.shape)
        pictures.append(np.clip(picture + grain, 0, 255).astype(np.uint8))
    return pictures


def make_clip(seed: int, index: int) -> Clip:
    """Draw and follow person `index`; where the face is lost, `usable` is False."""
    tracker = FaceTracker()
    found = np.zeros((FRAMES, 68, 2))
    descriptor = np.zeros((RESTING, 128), np.float32)
    usable = True
    for k, picture in enumerate(frames(seed, index)):
        face = tracker(picture)
        if face is None:
            usable = False
            break
        found[k] = face.landmarks
        if k < RESTING:
            points = five_points(face.landmarks)
            descriptor[k] = embed([crop(picture, align_dlib(points))])[0]
    aus = np.stack([au_vector(code.aus) for code in codes(seed, index)])
    return Clip(found, aus, descriptor, usable)


def make_shards(folder: Path, count: int, *, seed: int, told: Callable[[int, int], None]) -> None:
    """Write shards until `count` clips exist; `told(done, count)` after every shard."""
    _shards(folder, seed).make(count, make_clip, told=told)


def read_shards(folder: Path, seed: int) -> Columns:
    """All usable clips of a seed, column by column; InputError where there is none."""
    return _shards(folder, seed).read(where="usable")


def _shards(folder: Path, seed: int) -> ShardSet:
    return ShardSet(folder, seed, analyser="motion", kind="motion")
