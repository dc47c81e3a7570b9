"""A performance as the animation of a head's glTF file, which engines and browsers play.

What is soft goes into the weights of ARKit's blend shapes, what is rigid into the turns of the
bones: neck and head share the head's turn, the eyes look by their bones (their lids follow by
`eyeLook...`), and bone and `jawOpen` each open the jaw by one half.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import pygltflib as gl
from numpy.typing import NDArray

from mien.head.blendshapes import ARKIT_NAMES, to_arkit_rows
from mien.head.eye_rig import eye_turns
from mien.head.gltf import Builder, head_builder
from mien.head.layout import Float32
from mien.head.rig import JAW_DEGREES, Mesh, rotation
from mien.head.schema import AU_INDEX
from mien.types import FaceCode

FloatArray = NDArray[np.float64]

NECK_SHARE = 0.3
"""Of the head's turn that the neck makes; the head makes the rest."""
JAW_SHARE = 0.5
"""Of the jaw's opening that its bone makes; `jawOpen` makes the rest, and moves lips and cheeks."""
_JAW_OPEN = ARKIT_NAMES.index("jawOpen")
_LOOKS = tuple(k for k, name in enumerate(ARKIT_NAMES) if name.startswith("eyeLook"))
_EYES = ("left_eye", "right_eye")
_EYE_PARTS = ("eye_left", "eye_right")


@dataclasses.dataclass(frozen=True, eq=False)
class Performance:
    """n frames of a head.

    times  (n,) seconds from 0, rising
    aus    (n, 22) intensities, 0 to 1.1, in the order of `types.AU_NAMES`
    pose   (n, 3) yaw, pitch, roll in degrees
    gaze   (n, 2) right and up, 1 is 28 and 20 degrees
    """

    times: FloatArray
    aus: FloatArray
    pose: FloatArray
    gaze: FloatArray


def export_performance(
    code: FaceCode,
    performance: Performance,
    *,
    texture: Float32 | None = None,
    size: int = 1024,
    extras: dict[str, Any] | None = None,
) -> bytes:
    """The head of `gltf.export_glb` that plays a performance, as the bytes of a .glb file."""
    builder, poser = head_builder(code, texture=texture, size=size)
    animate(builder, performance, poser.neutral)
    return builder.bytes("head", extras)


def animate(builder: Builder, performance: Performance, mesh: Mesh) -> None:
    """Add the animation "performance" to a file; `mesh` is the person at rest."""
    writer, animation = builder.writer, gl.Animation(name="performance")
    start = writer.floats(performance.times[:, None], bounds=True, target=None)

    def channel(node: int, path: str, values: NDArray[Any]) -> None:
        output = writer.floats(values, target=None)
        sampler = gl.AnimationSampler(input=start, interpolation="LINEAR", output=output)
        animation.samplers.append(sampler)
        target = gl.AnimationChannelTarget(node=node, path=path)
        animation.channels.append(
            gl.AnimationChannel(sampler=len(animation.samplers) - 1, target=target)
        )

    nodes = {bone.name: node for bone, node in zip(builder.bones, builder.bone_nodes, strict=True)}
    for name, turns in bone_turns(performance, mesh).items():
        channel(nodes[name], "rotation", turns)
    weights = blend_weights(performance)
    for part, names in builder.targets.items():
        if names:
            shown = part_weights(weights, part, names)
            channel(builder.mesh_nodes[part], "weights", shown.reshape(-1, 1))
    writer.gltf.animations.append(animation)


def blend_weights(performance: Performance) -> FloatArray:
    """(n, 52) weights of `ARKIT_NAMES`, 0 to 1, as the skin wears them."""
    weights = to_arkit_rows(performance.aus, np.clip(performance.gaze, -1.0, 1.0))
    weights[:, _JAW_OPEN] *= 1.0 - JAW_SHARE
    return weights


def part_weights(weights: FloatArray, part: str, names: list[str]) -> FloatArray:
    """(n, len(names)) weights of one mesh's targets; eyeballs are turned by their bones alone."""
    used = weights
    if part in _EYE_PARTS:
        used = weights.copy()
        used[:, list(_LOOKS)] = 0.0
    place = {name: k for k, name in enumerate(ARKIT_NAMES)}
    still = np.zeros(len(weights))
    return np.stack([used[:, place[n]] if n in place else still for n in names], 1)


def bone_turns(performance: Performance, mesh: Mesh) -> Mapping[str, FloatArray]:
    """(n, 4) unit quaternions x, y, z, w of each bone that moves, relative to its parent."""
    count = len(performance.times)
    found = {name: np.zeros((count, 3, 3)) for name in ("neck", "head", "jaw", *_EYES)}
    ahead = eye_turns(mesh.eye_centres, (0.0, 0.0))
    for k in range(count):
        pose = performance.pose[k]
        neck = rotation(*(float(v) * NECK_SHARE for v in pose))
        found["neck"][k] = neck
        found["head"][k] = neck.T @ rotation(*(float(v) for v in pose))
        found["jaw"][k] = rotation(0.0, JAW_SHARE * _opening(performance.aus[k]), 0.0)
        right, up = np.clip(performance.gaze[k], -1.0, 1.0)
        looks = eye_turns(mesh.eye_centres, (float(right), float(up)))
        for name, look, rest in zip(_EYES, looks, ahead, strict=True):
            found[name][k] = look @ rest.T
    return {name: _continuous(quaternions(turns)) for name, turns in found.items()}


def _opening(aus: FloatArray) -> float:
    """Degrees by which the jaw is open."""
    return sum(float(aus[AU_INDEX[name]]) * size for name, size in JAW_DEGREES.items())


def quaternions(matrices: FloatArray) -> FloatArray:
    """(n, 4) unit quaternions x, y, z, w of rotations (n, 3, 3) by less than half a turn."""
    w = 0.5 * np.sqrt(np.maximum(1.0 + np.trace(matrices, axis1=1, axis2=2), 1e-9))
    x = (matrices[:, 2, 1] - matrices[:, 1, 2]) / (4 * w)
    y = (matrices[:, 0, 2] - matrices[:, 2, 0]) / (4 * w)
    z = (matrices[:, 1, 0] - matrices[:, 0, 1]) / (4 * w)
    found = np.stack([x, y, z, w], 1)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def _continuous(found: FloatArray) -> FloatArray:
    """The same turns, none with the other sign than the one before: players go the short way."""
    flips = np.sign((found[1:] * found[:-1]).sum(1))
    signs = np.cumprod(np.concatenate([[1.0], np.where(flips < 0, -1.0, 1.0)]))
    return found * signs[:, None]
