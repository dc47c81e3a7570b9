"""Drawn people whom nothing was trained or tuned on, and what else a bench needs of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mien.head.light import LIGHTS
from mien.head.render import Render, View, render
from mien.head.sample import sample, sample_light
from mien.head.schema import HAIR_STYLES
from mien.seeding import rng
from mien.types import FaceCode, Pose, Style

SEED = 771
THIRDS = ("dark", "middle", "pale")


def posed(index: int, yaw: float, style: Style) -> FaceCode:
    """A person with an expression, turned by `yaw` degrees."""
    code = sample(SEED, index, expression=True, pose_sd=(0.0, 5.0, 4.0))
    pose = Pose(yaw, code.pose.pitch, code.pose.roll)
    return dataclasses.replace(code, pose=pose, style=style)


def lit(code: FaceCode, index: int, size: int) -> Render:
    """The person under one of all lights in turn."""
    names = list(LIGHTS)
    return render(code, size=size, view=View(light=LIGHTS[names[index % len(names)]]))


def luminance(code: FaceCode) -> float:
    """Of the skin's colour, linear, 0 to 1."""
    skin = code.materials["skin"]
    assert isinstance(skin, tuple)
    return 0.2126 * skin[0] + 0.7152 * skin[1] + 0.0722 * skin[2]


def thirds(shades: Sequence[float]) -> dict[str, NDArray[np.int64]]:
    """Places of the darkest, middle and palest third of people by the luminance of their skin."""
    parts = np.array_split(np.argsort(np.asarray(shades), kind="stable"), 3)
    return dict(zip(THIRDS, parts, strict=True))


def disguised(code: FaceCode, index: int) -> tuple[FaceCode, View]:
    """The same bones and skin with everything else changed."""
    random = rng(SEED, "disguise", index)
    other = sample(SEED + 1, index, expression=True, pose_sd=(12.0, 6.0, 4.0))
    changed = ("hair", "blush", "eye_shadow", "lip_gloss", "shirt", "dark_circles")
    materials = {**code.materials, **{name: other.materials[name] for name in changed}}
    hair = HAIR_STYLES[int(random.integers(len(HAIR_STYLES)))]
    again = dataclasses.replace(
        code, materials=materials, hair=hair, aus=other.aus, pose=other.pose
    )
    return again, View(light=sample_light(random))
