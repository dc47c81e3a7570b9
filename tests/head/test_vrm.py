"""VRM avatars: what the specification asks for, and what three-vrm makes of them."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.head.blendshapes import ARKIT_NAMES, VRM
from mien.head.body import GROUND, body, skeleton_of
from mien.head.gltf import poser_of
from mien.head.sample import sample
from mien.head.vrm import Meta, export_vrm

DRAWN = dataclasses.replace(sample(3, 1), hair="bob", style="toon", facial_hair="none")
REQUIRED = {
    *("hips", "spine", "head"),
    *(
        f"{side}{part}"
        for side in ("left", "right")
        for part in ("UpperLeg", "LowerLeg", "Foot", "UpperArm", "LowerArm", "Hand")
    ),
}
SCRIPT = """
const fs = require('fs'), path = require('path');
globalThis.self = globalThis; globalThis.ProgressEvent = class {};
const { GLTFLoader } = require('three/examples/jsm/loaders/GLTFLoader.js');
const { VRMLoaderPlugin } = require('@pixiv/three-vrm');
const loader = new GLTFLoader();
loader.register((parser) => {
  parser.loadTexture = async () => null; // node has no pictures
  parser.assignTexture = async () => null;
  return new VRMLoaderPlugin(parser);
});
const bytes = fs.readFileSync(process.argv[1]);
loader.parseAsync(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length), '')
  .then(({ userData: { vrm } }) => {
    const skin = []; vrm.scene.traverse((one) => { if (one.name === 'skin') skin.push(one); });
    vrm.expressionManager.setValue('happy', 1); vrm.update(0.01);
    const place = skin[0].morphTargetDictionary['mood_happy'];
    console.log(JSON.stringify({
      name: vrm.meta.name, licence: vrm.meta.licenseUrl,
      presets: Object.keys(vrm.expressionManager.presetExpressionMap),
      custom: Object.keys(vrm.expressionManager.customExpressionMap),
      bones: Object.keys(vrm.humanoid.humanBones), look: vrm.lookAt.applier.constructor.type,
      happy: skin[0].morphTargetInfluences[place],
    }));
  }).catch((problem) => { console.error(problem); process.exit(1); });
"""


@pytest.fixture(scope="module")
def avatar() -> bytes:
    return export_vrm(DRAWN, size=64, meta=Meta(name="名 <b>", authors=("me",)))


def document(model: bytes) -> dict[str, Any]:
    assert model[:4] == b"glTF"
    return json.loads(model[20 : 20 + struct.unpack("<I", model[12:16])[0]])


def test_all_that_vrm_requires_is_there(avatar: bytes) -> None:
    gltf = document(avatar)
    vrm = gltf["extensions"]["VRMC_vrm"]
    assert vrm["specVersion"] == "1.0"
    assert set(gltf["extensionsUsed"]) == {"VRMC_vrm", "VRMC_materials_mtoon"}
    bones = vrm["humanoid"]["humanBones"]
    assert set(bones) >= REQUIRED | {"neck", "jaw", "leftEye", "rightEye"}
    assert len({bone["node"] for bone in bones.values()}) == len(bones)
    assert vrm["meta"]["name"] == "名 <b>"
    assert vrm["meta"]["authors"] == ["me"]
    assert vrm["meta"]["licenseUrl"].startswith("https://vrm.dev/licenses/1.0")
    assert vrm["meta"]["avatarPermission"] == "onlyAuthor"
    assert vrm["lookAt"]["type"] == "bone"


def test_expressions_move_what_they_name(avatar: bytes) -> None:
    gltf = document(avatar)
    expressions = gltf["extensions"]["VRMC_vrm"]["expressions"]
    assert set(expressions["preset"]) == set(VRM)
    assert set(expressions["custom"]) == set(ARKIT_NAMES)
    still = {"neutral", "lookUp", "lookDown", "lookLeft", "lookRight"}  # the bones turn the eyes
    for name, one in (expressions["preset"] | expressions["custom"]).items():
        binds = one.get("morphTargetBinds", [])
        assert (binds == []) == (name in still), name
        for bind in binds:
            node = gltf["nodes"][bind["node"]]
            assert bind["index"] < len(gltf["meshes"][node["mesh"]]["weights"])


def test_bones_hang_together_as_people_do(avatar: bytes) -> None:
    gltf = document(avatar)
    bones = gltf["extensions"]["VRMC_vrm"]["humanoid"]["humanBones"]
    parent = {
        child: at for at, node in enumerate(gltf["nodes"]) for child in node.get("children", [])
    }
    for child, above in (
        *(("spine", "hips"), ("chest", "spine"), ("neck", "chest"), ("head", "neck")),
        *(("leftEye", "head"), ("leftLowerArm", "leftUpperArm"), ("leftHand", "leftLowerArm")),
        *(("rightUpperArm", "chest"), ("rightUpperLeg", "hips"), ("rightFoot", "rightLowerLeg")),
    ):
        assert parent[bones[child]["node"]] == bones[above]["node"]

    def place(at: int) -> np.ndarray:
        above = place(parent[at]) if at in parent else np.zeros(3)
        return above + np.array(gltf["nodes"][at]["translation"])

    assert place(bones["leftHand"]["node"])[0] > 0.6  # the person's left, facing +z
    assert place(bones["leftEye"]["node"])[1] == pytest.approx(1.58, abs=0.03)
    assert 0 < place(bones["leftFoot"]["node"])[1] < 0.15


def test_a_body_stands_on_the_ground_and_is_whole() -> None:
    bones = skeleton_of(poser_of(DRAWN).neutral)
    limbs = body(bones)
    assert min(limb.places[:, 1].min() for limb in limbs) == pytest.approx(GROUND)
    for limb in limbs:
        np.testing.assert_allclose(limb.shares.sum(1), 1, atol=1e-6)
        edges = np.concatenate([limb.triangles[:, [k, (k + 1) % 3]] for k in range(3)])
        _, counts = np.unique(np.sort(edges, 1), axis=0, return_counts=True)
        assert (counts == 2).all()  # closed
        corner = limb.places[limb.triangles]
        volume = (corner[:, 0] * np.cross(corner[:, 1], corner[:, 2])).sum() / 6
        assert volume > 100  # and not inside out


def modules(root: Path, *packages: str) -> Path:
    """Where npm has put what a test needs: cache/node, or MIEN_NODE_MODULES."""
    folder = Path(os.environ.get("MIEN_NODE_MODULES", root / "cache" / "node" / "node_modules"))
    for package in packages:
        if not (folder / package).is_dir():
            pytest.skip(f"{package} is not installed: npm install --prefix cache/node {package}")
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    return folder


def node(script: str, path: Path, folder: Path) -> Any:
    found = {**os.environ, "NODE_PATH": str(folder)}
    command = ["node", "-e", script, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=found)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.browser
def test_the_validator_knows_of_no_error(avatar: bytes, root: Path, tmp_path: Path) -> None:
    folder = modules(root, "gltf-validator")
    path = tmp_path / "character.vrm"
    path.write_bytes(avatar)
    issues = node(
        "require('gltf-validator').validateBytes(new Uint8Array(require('fs').readFileSync("
        "process.argv[1]))).then(r => console.log(JSON.stringify(r.issues)));",
        path,
        folder,
    )
    assert (issues["numErrors"], issues["numWarnings"]) == (0, 0)
    # Its only remark is that it does not know VRM's extensions.
    assert {one["code"] for one in issues["messages"]} == {"UNSUPPORTED_EXTENSION"}


@pytest.mark.browser
def test_three_vrm_reads_an_avatar(avatar: bytes, root: Path, tmp_path: Path) -> None:
    folder = modules(root, "three", "@pixiv/three-vrm")
    path = tmp_path / "character.vrm"
    path.write_bytes(avatar)
    read = node(SCRIPT, path, folder)
    assert read["name"] == "名 <b>"
    assert set(read["presets"]) == set(VRM)
    assert set(read["custom"]) == set(ARKIT_NAMES)
    assert set(read["bones"]) >= REQUIRED
    assert read["look"] == "bone"
    assert read["happy"] == 1
