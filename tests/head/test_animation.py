from __future__ import annotations

import dataclasses
import json
import os
import struct
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.head.animation import (
    JAW_SHARE,
    Performance,
    blend_weights,
    bone_turns,
    export_performance,
    part_weights,
    quaternions,
)
from mien.head.blendshapes import ARKIT_NAMES, Change, to_arkit, to_arkit_rows
from mien.head.gltf import parts_of, poser_of
from mien.head.model_parts import DETAILS
from mien.head.rig import rotation
from mien.head.sample import sample
from mien.head.schema import AU_INDEX
from mien.types import AU_NAMES

from .test_gltf_validator import SCRIPT, node_modules

PERSON = dataclasses.replace(sample(5, 1), hair="buzz", facial_hair="none", glasses="none", aus={})
TIMES = np.array([0.0, 0.04, 0.12])
POSES = np.array([[0.0, 0.0, 0.0], [20.0, -8.0, 5.0], [-35.0, 12.0, -10.0]])
GAZES = np.array([[0.0, 0.0], [0.7, 0.2], [-0.5, -0.8]])


def performance(**values: float) -> Performance:
    """Three frames of which the second shows Action Units."""
    aus = np.zeros((3, len(AU_NAMES)))
    for name, value in values.items():
        aus[1, AU_INDEX[name]] = value
    return Performance(TIMES, aus, POSES, GAZES)


@pytest.fixture(scope="module")
def model() -> bytes:
    done = performance(AU12=0.8, AU26=0.7, AU45=0.9)
    return export_performance(PERSON, done, size=64, extras={"mien": "test"})


def document(model: bytes) -> dict[str, Any]:
    (length,) = struct.unpack("<I", model[12:16])
    return json.loads(model[20 : 20 + length])


def read(model: bytes, place: int) -> np.ndarray:
    """The numbers of a dense accessor, a row each."""
    gltf, (length,) = document(model), struct.unpack("<I", model[12:16])
    accessor = gltf["accessors"][place]
    columns = {"SCALAR": 1, "VEC3": 3, "VEC4": 4, "MAT4": 16}[accessor["type"]]
    kind = {5121: np.uint8, 5126: np.float32}[accessor["componentType"]]
    at = 28 + length + gltf["bufferViews"][accessor["bufferView"]].get("byteOffset", 0)
    return np.frombuffer(model, kind, accessor["count"] * columns, at).reshape(-1, columns)


def channels(model: bytes) -> dict[tuple[str, str], np.ndarray]:
    """Output of every channel by the name of its node and what it moves."""
    gltf = document(model)
    (animation,) = gltf["animations"]
    found = {}
    for one in animation["channels"]:
        sampler = animation["samplers"][one["sampler"]]
        assert sampler["interpolation"] == "LINEAR"
        assert np.allclose(read(model, sampler["input"])[:, 0], TIMES)
        name = gltf["nodes"][one["target"]["node"]]["name"]
        found[name, one["target"]["path"]] = read(model, sampler["output"])
    return found


def matrix(quaternion: np.ndarray) -> np.ndarray:
    x, y, z, w = (float(v) for v in quaternion)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def test_bones_turn_the_head_as_the_pose_says(model: bytes) -> None:
    found = channels(model)
    turned = {name for name, path in found if path == "rotation"}
    assert turned >= {"neck", "jaw", "left_eye", "right_eye"}
    head = next(
        values for (name, path), values in found.items() if name == "head" and path[0] == "r"
    )
    for k, pose in enumerate(POSES):
        whole = matrix(found["neck", "rotation"][k]) @ matrix(head[k])
        assert np.allclose(whole, rotation(*(float(v) for v in pose)), atol=1e-5)
    eye = found["left_eye", "rotation"]
    assert np.allclose(eye[0], [0, 0, 0, 1], atol=1e-6)
    right = matrix(eye[1]) @ [0, 0, 1]
    assert right[0] > 0.25  # 0.7 of 28 degrees
    assert right[1] > 0.02


def test_every_frame_has_a_weight_of_every_target(model: bytes) -> None:
    gltf, found = document(model), channels(model)
    for node in gltf["nodes"]:
        if "mesh" not in node:
            continue
        mesh = gltf["meshes"][node["mesh"]]
        names = mesh.get("extras", {}).get("targetNames", [])
        if not names:
            assert (node["name"], "weights") not in found
            continue
        weights = found[node["name"], "weights"].reshape(len(TIMES), len(names))
        moved = {name for name, value in zip(names, weights[1], strict=True) if value > 0}
        assert not {name for name in moved if name not in ARKIT_NAMES}
        if node["name"] == "skin":
            assert moved >= {"mouthSmileLeft", "jawOpen", "eyeBlinkRight", "eyeLookUpLeft"}
            assert weights[0].max() == 0
        if node["name"].startswith("eye_"):
            assert not {name for name in moved if name.startswith("eyeLook")}


def test_morphs_and_jaw_together_give_the_face_of_the_renderer(model: bytes) -> None:
    """The file's own skin, posed as an engine does, against the rig's."""
    gltf = document(model)
    (node,) = [one for one in gltf["nodes"] if one["name"] == "skin"]
    primitive = gltf["meshes"][node["mesh"]]["primitives"][0]
    poser = poser_of(PERSON)
    skin = next(one for one in parts_of(poser.neutral, PERSON, DETAILS[0]) if one.name == "skin")
    for values in ({"AU26": 0.7}, {"AU26": 1.0, "AU27": 0.6}, {"AU12": 0.8}, {"AU45": 1.0}):
        done = performance(**values)
        done = dataclasses.replace(done, gaze=np.zeros((3, 2)), pose=np.zeros((3, 3)))
        names = gltf["meshes"][node["mesh"]]["extras"]["targetNames"]
        weights = part_weights(blend_weights(done), "skin", names)[1]
        moved = skin.take(poser.places)
        for name, weight in zip(names, weights, strict=True):
            if weight > 0:
                moved = moved + weight * skin.take(poser.morph(name).moves)
        joints = read(model, primitive["attributes"]["JOINTS_0"])
        shares = read(model, primitive["attributes"]["WEIGHTS_0"])
        place = document(model)["skins"][0]["joints"]
        bones = [gltf["nodes"][k]["name"] for k in place]
        jaw = (shares * (joints == bones.index("jaw"))).sum(1)[:, None]
        turn = matrix(bone_turns(done, poser.neutral)["jaw"][1])
        hinge = np.array([0.0, -2.5, -7.5])
        moved = (1 - jaw) * moved + jaw * ((moved - hinge) @ turn.T + hinge)
        wanted = skin.take(poser.mesh(Change(values)).vertices)
        still = np.abs(wanted - skin.take(poser.places)).max()
        assert still > 0.4
        assert np.linalg.norm(moved - wanted, axis=1).max() < 0.3 * still
        assert np.linalg.norm(moved - wanted, axis=1).mean() < 0.04


def test_the_jaw_is_opened_once() -> None:
    done = performance(AU27=1.0)
    open_ = blend_weights(done)[1, ARKIT_NAMES.index("jawOpen")]
    turn = matrix(bone_turns(done, poser_of(PERSON).neutral)["jaw"][1])
    degrees = np.degrees(np.arctan2(turn[2, 1], turn[1, 1]))
    assert open_ == pytest.approx(1 - JAW_SHARE)
    assert degrees == pytest.approx(19.0 * JAW_SHARE)


def test_rows_of_weights_are_those_of_single_frames() -> None:
    drawer = np.random.default_rng(4)
    aus, gaze = drawer.uniform(0, 1, (5, len(AU_NAMES))), drawer.uniform(-1, 1, (5, 2))
    rows = to_arkit_rows(aus, gaze)
    for k in range(5):
        single = to_arkit(dict(zip(AU_NAMES, aus[k], strict=True)), (gaze[k, 0], gaze[k, 1]))
        assert np.allclose([single[name] for name in ARKIT_NAMES], rows[k], atol=1e-5)
    assert rows.min() >= 0
    assert rows.max() <= 1


def test_quaternions_turn_as_their_matrices() -> None:
    turns = np.stack([rotation(yaw, pitch, 12.0) for yaw in (-60, 0, 40) for pitch in (-30, 25)])
    for one, turn in zip(quaternions(turns), turns, strict=True):
        assert np.allclose(matrix(one), turn, atol=1e-9)


@pytest.mark.browser
def test_the_validator_finds_nothing_in_an_animation(
    root: Path, tmp_path: Path, model: bytes
) -> None:
    modules = node_modules(root)
    path = tmp_path / "performance.glb"
    path.write_bytes(model)
    done = subprocess.run(
        ["node", "-e", SCRIPT, str(path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "NODE_PATH": str(modules)},
    )
    issues = json.loads(done.stdout)
    assert (issues["numErrors"], issues["numWarnings"], issues["messages"]) == (0, 0, [])
