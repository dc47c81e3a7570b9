"""Clips of the head: a person at rest, then talking and turning; the truth, and the moved picture.

Frame 0 is the photo. For every frame there are two pictures: as the person is drawn in it (the
truth), and as `persona.move` makes it of the photo, with a head that is known exactly. So a network
that learns from the two learns what moving a photo leaves to be done, and nothing else.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.data.crop import resize
from mien.data.people import HeadSpec, framing, head_name, surroundings
from mien.head.render import View, draw, material_of, mesh_of
from mien.head.sample import sample
from mien.head.schema import AU_INDEX, SCHEMA
from mien.persona.move import Mover
from mien.persona.subject import Motion
from mien.persona.trial import drawn_subject
from mien.seeding import rng
from mien.types import AU_NAMES, FaceCode, Image, Pose

_VERSION = 3
"""Of what the head does not know: raise it when motions or the mover change."""
_RATE = 12.0
"""Frames a second of a clip."""
_ENLARGED = 2
"""A photo has more pixels than what a network sees of it."""
_SPEECH = ("AU25", "AU26", "AU18", "AU12", "AU20", "AU10", "AU16")
_MOOD = ("AU1", "AU2", "AU4", "AU5", "AU6", "AU12", "AU15", "AU17", "AU9", "AU14")
_STRENGTH = {"AU25": 0.9, "AU26": 0.7, "AU16": 0.3, "AU9": 0.4, "AU5": 0.5}
_TURNS = (10.0, 5.0, 3.0)
_NEVER_STILL = 0.35


@dataclasses.dataclass(frozen=True)
class ClipSpec:
    """Which clips a set holds; equal specs give equal bytes.

    size    pixels a side
    frames  of every clip, the photo included
    seed    of people and motions
    """

    size: int = 128
    frames: int = 16
    seed: int = 0

    def as_config(self) -> dict[str, Any]:
        """JSON values, with the version of the head that draws them."""
        values = dataclasses.asdict(self)
        return {**values, "clips": _VERSION, "head": head_name(), "version": SCHEMA.version}

    def digest(self) -> str:
        """Sixteen hexadecimal digits that name the set."""
        written = json.dumps(self.as_config(), sort_keys=True)
        return hashlib.sha256(written.encode()).hexdigest()[:16]


@dataclasses.dataclass(frozen=True, eq=False)
class DrawnClip:
    """One person's clip.

    truth, moved  (frames, s, s, 3) uint8; equal in frame 0 but for a resize
    landmarks     (frames, 68, 2) of the truth, pixels
    again         (frames, s, s, 3) the truth at twice the size, shrunk: what two pictures of the
                  same moment differ by; empty unless asked for
    """

    truth: Image
    moved: Image
    landmarks: NDArray[np.float64]
    again: Image


def draw_clip(spec: ClipSpec, index: int, *, again: bool = False) -> DrawnClip:
    """Clip `index` of a set."""
    code, view = _person(spec, index)
    large = dataclasses.replace(
        view, camera=dataclasses.replace(view.camera, size=_ENLARGED * spec.size), supersample=1
    )
    mover = Mover(drawn_subject(code, large))
    truth, moved, landmarks, twice = [], [], [], []
    for change in motions(spec, index):
        shown = changed(code, change)
        mesh, material = mesh_of(shown), material_of(shown)
        drawn = draw(mesh, material, pose=shown.pose, view=view)
        truth.append(drawn.rgb)
        landmarks.append(drawn.landmarks)
        motion = Motion(_aus(shown), shown.pose, shown.gaze)
        moved.append(resize(mover.move(motion).image, spec.size))
        if again:
            other = draw(mesh, material, pose=shown.pose, view=large)
            twice.append(resize(other.rgb, spec.size))
    shape = (0, spec.size, spec.size, 3)
    return DrawnClip(
        np.stack(truth),
        np.stack(moved),
        np.stack(landmarks),
        np.stack(twice) if twice else np.zeros(shape, np.uint8),
    )


def _person(spec: ClipSpec, index: int) -> tuple[FaceCode, View]:
    """Somebody near rest, seen about from the front, framed as photos are cropped."""
    random = rng(spec.seed, "clip", index)
    code = sample(spec.seed, index, pose_sd=(7.0, 4.0, 0.0))
    aus = {"AU12": float(random.uniform(0, 0.6))} if random.random() < 0.3 else {}
    code = dataclasses.replace(code, aus=aus)
    camera = framing(mesh_of(code), material_of(code), code.pose, spec.size)
    people = HeadSpec(size=spec.size, seed=spec.seed)
    return code, dataclasses.replace(surroundings(people, index), camera=camera)


def motions(spec: ClipSpec, index: int) -> list[Motion]:
    """Smooth speech, moods, blinks and turns, as differences from the photo; none in frame 0."""
    random = rng(spec.seed, "motion", index)
    at = np.arange(spec.frames) / _RATE
    ease = np.minimum(1.0, at * 4.0)[:, None]
    names = [*_SPEECH, *random.choice(_MOOD, 3, replace=False)]
    speed = np.r_[random.uniform(6, 14, len(_SPEECH)), random.uniform(1.5, 5, 3)]
    waves = _waves(random, at, speed)
    height = random.uniform(0.3, 1.0, len(names))
    aus = np.zeros((spec.frames, len(AU_NAMES)))
    for place, name in enumerate(names):
        curve = np.maximum(0.0, waves[:, place] + 0.2) * height[place] * _STRENGTH.get(name, 0.6)
        aus[:, AU_INDEX[name]] = np.maximum(aus[:, AU_INDEX[name]], curve)
    aus = aus * ease
    middle = random.uniform(0.2, at[-1] + 0.3)
    aus[:, AU_INDEX["AU45"]] = np.clip(1.6 - np.abs(at - middle) * 14.0, 0.0, 1.0) * (at > 0)
    turns = _waves(random, at, random.uniform(1.0, 4.0, 5))
    turns = (turns - turns[:1]) * ease
    pose, gaze = turns[:, :3] * np.array(_TURNS), 0.35 * turns[:, 3:]
    return [
        Motion(one, Pose(*(float(v) for v in turn)), (float(look[0]), float(look[1])))
        for one, turn, look in zip(aus, pose, gaze, strict=True)
    ]


def _waves(
    random: np.random.Generator, at: NDArray[np.float64], speed: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(frames, n) sums of two sines in about [-1, 1]."""
    phase = random.uniform(0, 2 * np.pi, (2, len(speed)))
    slow, quick = (
        np.sin(at[:, None] * speed + phase[0]),
        np.sin(1.7 * at[:, None] * speed + phase[1]),
    )
    return (1 - _NEVER_STILL) * slow + _NEVER_STILL * quick


def changed(code: FaceCode, change: Motion) -> FaceCode:
    """The code with a motion's Action Units, turns and gaze added."""
    turned = np.add(code.pose.as_tuple(), change.pose.as_tuple())
    yaw, pitch, roll = (float(v) for v in turned)
    aus = np.clip(_aus(code) + change.aus, 0.0, 1.0)
    named = {name: float(v) for name, v in zip(AU_NAMES, aus, strict=True) if v > 0}
    gaze = np.clip(np.add(code.gaze, change.gaze), -1, 1)
    return dataclasses.replace(
        code, aus=named, pose=Pose(yaw, pitch, roll), gaze=(float(gaze[0]), float(gaze[1]))
    )


def _aus(code: FaceCode) -> NDArray[np.float64]:
    return np.array([code.aus.get(name, 0.0) for name in AU_NAMES])
