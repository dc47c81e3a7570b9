"""Training data: random heads of every style, seen as a fit would see them.

The geometry under the mask is not the true one but as wrong as the translator is, so that the
network learns to read masks on misfitting skulls.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.analysers.shards import Columns, ShardSet
from mien.head.camera import Camera
from mien.head.material import material_vector
from mien.head.render import View, draw, render
from mien.head.rig import assemble
from mien.head.sample import sample, sample_light
from mien.head.schema import HAIR_STYLES, SLIDERS, au_vector, slider_vector
from mien.head.template import load
from mien.head.worn import BALD
from mien.persona.gauss_newton import slider_reach
from mien.persona.hair_fit import HairMeasures, extra_inputs, measure_hair
from mien.persona.hair_mask import hair_mask, head_map
from mien.persona.placement import Placement, sight
from mien.persona.snapshot import snapshot
from mien.persona.translator import translator
from mien.seeding import rng
from mien.types import Image, Landmarks, Pose

SIZE = 160
POSE_SD = (13.0, 7.0, 5.0)
POSE_ERROR_SD = np.array([2.5, 3.0, 0.7])
SLIDER_ERROR = 0.8
"""Of the translator's held-out errors."""
_ZOOM = 0.86


@dataclasses.dataclass(frozen=True)
class Sample:
    """One mask as the network sees it, and its style's number."""

    grid: NDArray[np.uint8]
    extra: NDArray[np.float32]
    style: int


def make_sample(seed: int, index: int) -> Sample:
    """Mask `index` of a seed; styles come round in turn."""
    random = rng(seed, "hair-picture", index)
    style = index % len(HAIR_STYLES)
    code = dataclasses.replace(
        sample(seed, index, expression=True, pose_sd=POSE_SD), hair=HAIR_STYLES[style]
    )
    grey = tuple(float(v) for v in random.uniform(0.02, 0.7, 3))
    shift = tuple(float(v) for v in random.normal(size=2) * 0.02)
    view = View(
        camera=Camera(size=256, zoom=float(random.uniform(0.82, 0.92)), shift=(shift[0], shift[1])),
        light=sample_light(random),
        background=(grey[0], grey[1], grey[2]),
        supersample=1,
    )
    drawn = render(code, view=view)
    picture = snapshot(drawn.rgb, drawn.labels, random, size=SIZE)
    landmarks = (drawn.landmarks + 0.5) * (SIZE / 256) - 0.5
    landmarks = landmarks + random.normal(size=(68, 2)) * 0.25
    error = _error_root() @ random.normal(size=len(SLIDERS))
    wrong = slider_vector(code.sliders) + SLIDER_ERROR * error
    turn = np.array(code.pose.as_tuple()) + random.normal(size=3) * POSE_ERROR_SD
    measures = measure(picture, landmarks, wrong, au_vector(code.aus), Pose(*map(float, turn)))
    extra = extra_inputs(measures, Pose(*map(float, turn)))
    return Sample((measures.grid * 255).astype(np.uint8), extra.astype(np.float32), style)


def measure(
    picture: Image,
    landmarks: Landmarks,
    sliders: NDArray[np.float64],
    aus: NDArray[np.float64],
    pose: Pose,
) -> HairMeasures:
    """Hair measures of a picture on a given head, placed by its landmarks."""
    reach = slider_reach()
    mesh = assemble(load(), np.clip(sliders, -reach, reach), aus, worn=BALD)
    material = material_vector({"brow_density": 0.0, "roots": 0.0}, hair="bald")
    view = View(camera=Camera(size=SIZE, zoom=_ZOOM), supersample=1, shadow=1)
    small = dataclasses.replace(view, camera=Camera(size=32, zoom=_ZOOM))
    points = draw(mesh, material, pose=pose, view=small).landmarks
    plane = ((points + 0.5) / 32 - 0.5) / _ZOOM
    inner, target = plane[17:] - plane[17:].mean(0), landmarks[17:] - landmarks[17:].mean(0)
    scale = float((inner * target).sum() / (inner * inner).sum())
    start = landmarks[17:].mean(0) - scale * plane[17:].mean(0)
    placement = Placement(pose, np.array([[scale, 0, start[0]], [0, scale, start[1]]]))
    seen = sight(picture, landmarks, placement, (mesh, material), view)
    head = head_map(seen, pose.roll)
    return measure_hair(seen, head, hair_mask(seen, head), pose.roll)


def _error_root() -> NDArray[np.float64]:
    return np.linalg.cholesky(translator().error + 1e-5 * np.eye(len(SLIDERS))).astype(np.float64)


def make_shards(folder: Path, count: int, *, seed: int, told: Callable[[int, int], None]) -> None:
    """Write shards until `count` samples exist; `told(done, count)` after every shard."""
    _shards(folder, seed).make(count, make_sample, told=told)


def read_shards(folder: Path, seed: int) -> Columns:
    """All samples of a seed, column by column; InputError where there is none."""
    return _shards(folder, seed).read()


def _shards(folder: Path, seed: int) -> ShardSet:
    return ShardSet(folder, seed, analyser="hair_style", kind="hair")
