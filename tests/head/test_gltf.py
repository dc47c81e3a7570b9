from __future__ import annotations

import dataclasses
import json
import struct
from typing import Any

import numpy as np
import pytest

from mien.head.blendshapes import ARKIT, ARKIT_NAMES, VISEMES
from mien.head.gltf import export_glb, poser_of
from mien.head.model_parts import DETAILS
from mien.head.morphs import mouth_close
from mien.head.rig import LIP_CONTACT
from mien.head.sample import sample
from mien.head.schema import JAW_MOVES, RIG_NAMES
from mien.head.template import load
from mien.head.unwrap import cut_seam, uv
from mien.types import AU_NAMES

WEARER = dataclasses.replace(sample(3, 2), glasses="square", facial_hair="none")
SHAGGY = dataclasses.replace(sample(3, 2), hair="long", glasses="square", facial_hair="full_beard")
SPOKEN = {f"viseme_{name}" for name in VISEMES}


@pytest.fixture(scope="module")
def model() -> bytes:
    return export_glb(WEARER, size=128, extras={"mien": "test"})


def document(model: bytes) -> dict[str, Any]:
    magic, version, size = struct.unpack("<III", model[:12])
    assert (magic, version, size) == (0x46546C67, 2, len(model))
    length, kind = struct.unpack("<II", model[12:20])
    assert kind == 0x4E4F534A
    return json.loads(model[20 : 20 + length])


def values(model: bytes, accessor: dict[str, Any]) -> np.ndarray:
    """The numbers of a float accessor, sparse or not."""
    gltf, start = document(model), 28 + struct.unpack("<I", model[12:16])[0]
    columns = {"VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}[accessor["type"]]

    def read(view: int, kind: Any, count: int) -> np.ndarray:
        at = start + gltf["bufferViews"][view].get("byteOffset", 0)
        return np.frombuffer(model, kind, count, at)

    if "sparse" not in accessor:
        found = read(accessor["bufferView"], np.float32, accessor["count"] * columns)
        return found.reshape(-1, columns)
    whole, sparse = np.zeros((accessor["count"], columns), np.float32), accessor["sparse"]
    rows = read(sparse["indices"]["bufferView"], np.uint16, sparse["count"])
    kept = read(sparse["values"]["bufferView"], np.float32, sparse["count"] * columns)
    whole[rows] = kept.reshape(-1, columns)
    return whole


def meshes(model: bytes) -> dict[str, dict[str, Any]]:
    return {mesh["name"]: mesh for mesh in document(model)["meshes"]}


def moves(model: bytes, name: str) -> dict[str, np.ndarray]:
    """What a morph target moves, in metres, by part."""
    accessors, found = document(model)["accessors"], {}
    for part, mesh in meshes(model).items():
        targets = mesh.get("extras", {}).get("targetNames", [])
        if name in targets:
            target = mesh["primitives"][0]["targets"][targets.index(name)]
            found[part] = values(model, accessors[target["POSITION"]])
    return found


def places(model: bytes, part: str) -> np.ndarray:
    accessors, mesh = document(model)["accessors"], meshes(model)[part]
    return values(model, accessors[mesh["primitives"][0]["attributes"]["POSITION"]])


def triangles(model: bytes) -> int:
    accessors = document(model)["accessors"]
    found = (mesh["primitives"][0]["indices"] for mesh in meshes(model).values())
    return sum(accessors[one]["count"] // 3 for one in found)


def test_every_part_is_there(model: bytes) -> None:
    wanted = {"skin", "mouth", "ears", "eye_right", "eye_left", "sockets", "teeth", "tongue"}
    assert set(meshes(model)) == wanted | {"shirt", "lashes", "hair", "glasses", "lenses"}
    for mesh in document(model)["meshes"]:
        primitive = mesh["primitives"][0]
        assert len(primitive.get("targets", [])) == len(mesh.get("weights", []))


def test_all_blend_shapes_and_visemes_move_something(model: bytes) -> None:
    used = {
        name
        for mesh in meshes(model).values()
        for name in mesh.get("extras", {}).get("targetNames", [])
    }
    assert used == {*ARKIT_NAMES, *SPOKEN}
    least = {
        name: max(float(np.abs(one).max()) for one in moves(model, name).values()) for name in used
    }
    assert {name: size for name, size in least.items() if size < 3e-4} == {}


def test_sides_are_the_persons_own(model: bytes) -> None:
    for name, sign in (("eyeBlinkLeft", 1), ("mouthSmileRight", -1), ("browDownLeft", 1)):
        moved = np.abs(moves(model, name)["skin"]).max(1)
        x = places(model, "skin")[:, 0]
        assert (moved * x).sum() * sign > 0.9 * (moved * np.abs(x)).sum()
    assert places(model, "eye_left")[:, 0].min() > 0


def test_the_halves_of_a_shared_movement_make_the_whole() -> None:
    model = export_glb(WEARER, size=64, morphs="both")
    halves = [moves(model, f"browDown{side}")["skin"] for side in ("Left", "Right")]
    np.testing.assert_allclose(sum(halves), moves(model, "AU4")["skin"], atol=2e-5)


def test_the_closed_mouth_is_closed_while_the_jaw_is_down() -> None:
    poser = poser_of(WEARER)
    opened = poser.moved(ARKIT["jawOpen"])
    ring = load().mouth_rings[LIP_CONTACT]

    def gap(moved: np.ndarray) -> float:
        lips = (poser.places + moved)[ring, 1]
        return float(lips[len(ring) // 4] - lips[3 * len(ring) // 4])

    assert gap(opened) > 2.5
    assert abs(gap(opened + mouth_close(poser))) < 0.35


def test_the_tongue_comes_out_between_the_teeth(model: bytes) -> None:
    assert set(moves(model, "tongueOut")) == {"tongue"}
    out = places(model, "tongue") + moves(model, "tongueOut")["tongue"]
    assert out[:, 2].max() > places(model, "teeth")[:, 2].max() + 0.01


def test_action_units_are_there_for_those_who_ask() -> None:
    model = export_glb(WEARER, size=64, morphs="aus")
    found = meshes(model)
    assert found["skin"]["extras"]["targetNames"] == list(RIG_NAMES)
    assert set(AU_NAMES) <= set(RIG_NAMES)
    for name in ("teeth", "tongue"):
        assert set(found[name]["extras"]["targetNames"]) == {"AU26", "AU27", *JAW_MOVES}
    for name in ("AU45", "AU45L"):
        assert name in found["lashes"]["extras"]["targetNames"]
    assert "extras" not in found["glasses"]


def test_bones_carry_all_that_hangs_on_them(model: bytes) -> None:
    gltf = document(model)
    (skin,) = gltf["skins"]
    names = [gltf["nodes"][joint]["name"] for joint in skin["joints"]]
    assert names == ["chest", "neck", "head", "jaw", "left_eye", "right_eye"]
    for mesh in gltf["meshes"]:
        attributes = mesh["primitives"][0]["attributes"]
        shares = values(model, gltf["accessors"][attributes["WEIGHTS_0"]])
        np.testing.assert_allclose(shares.sum(1), 1, atol=1e-6)
    bound = values(model, gltf["accessors"][skin["inverseBindMatrices"]]).reshape(-1, 4, 4)
    eye = -bound[names.index("left_eye"), 3, :3]
    ball = places(model, "eye_left")
    middle, front = (ball.min(0) + ball.max(0)) / 2, ball[:, 2].max()
    np.testing.assert_allclose(eye[:2], middle[:2], atol=2e-4)
    assert 0.012 < front - eye[2] < 0.018  # its back is missing: nobody sees it


def test_the_jaw_bone_opens_the_mouth_as_its_action_unit_does(model: bytes) -> None:
    from mien.head.rig import JAW_DEGREES, JAW_HINGE
    from mien.head.turning import rotate_about, rotation

    gltf, rest = document(model), places(model, "teeth").astype(np.float64)
    attributes = meshes(model)["teeth"]["primitives"][0]["attributes"]
    at = gltf["bufferViews"][gltf["accessors"][attributes["JOINTS_0"]]["bufferView"]]["byteOffset"]
    start = 28 + struct.unpack("<I", model[12:16])[0]
    joint = np.frombuffer(model, np.uint8, 4 * len(rest), start + at).reshape(-1, 4)
    share = values(model, gltf["accessors"][attributes["WEIGHTS_0"]])
    jaw = np.where(joint == 3, share, 0).sum(1, keepdims=True)
    turned = np.zeros_like(rest)
    rotate_about(rest, rotation(0, JAW_DEGREES["AU27"], 0), np.array(JAW_HINGE) / 100, turned)
    opened = moves(model, "jawOpen")["teeth"]
    np.testing.assert_allclose(jaw * (turned - rest), opened, atol=5e-4)


def test_a_reader_finds_a_head_of_natural_size(model: bytes) -> None:
    trimesh = pytest.importorskip("trimesh")
    scene = trimesh.load(trimesh.util.wrap_as_stream(model), file_type="glb")
    high = scene.bounds[1]
    assert 0.1 < high[1] < 0.14
    assert high[2] == pytest.approx(0.035, abs=0.015)
    skin = scene.geometry["skin"]
    assert np.isfinite(skin.vertices).all()
    assert skin.visual.uv.min() >= 0


@pytest.mark.parametrize("level", [0, 1])
def test_models_keep_to_their_triangles_and_bytes(level: int) -> None:
    model = export_glb(SHAGGY, size=1024 >> level, level=level)
    assert triangles(model) <= DETAILS[level].total
    assert len(model) < (8_000_000, 3_000_000)[level]


def test_skin_has_colour_relief_and_roughness(model: bytes) -> None:
    gltf = document(model)
    (skin,) = (one for one in gltf["materials"] if one["name"] == "skin")
    pbr = skin["pbrMetallicRoughness"]
    maps = [pbr["baseColorTexture"], pbr["metallicRoughnessTexture"], skin["normalTexture"]]
    assert len({one["index"] for one in maps}) == 3
    attributes = meshes(model)["skin"]["primitives"][0]["attributes"]
    tangent = values(model, gltf["accessors"][attributes["TANGENT"]])
    normal = values(model, gltf["accessors"][attributes["NORMAL"]])
    np.testing.assert_allclose((tangent[:, :3] ** 2).sum(1), 1, atol=1e-5)
    np.testing.assert_allclose((tangent[:, :3] * normal).sum(1), 0, atol=1e-5)
    x, _, z = places(model, "skin").T
    front = (np.abs(x) < 0.03) & (z > -0.02)
    assert np.median(tangent[front, 0]) > 0.8  # u runs to the picture's right


def test_a_drawn_twin_moves_from_where_it_rests() -> None:
    drawn = export_glb(dataclasses.replace(WEARER, hair="bob", style="toon"), size=64)
    skin = moves(drawn, "eyeBlinkLeft")["skin"]
    assert np.abs(skin).max() < 0.03
    assert (np.abs(skin).max(1) == 0).mean() > 0.5


def test_the_seam_is_cut_open() -> None:
    template = load()
    triangles, source, coordinates = cut_seam(template.triangles, uv(template.surface))
    spread = coordinates[triangles, 0].max(1) - coordinates[triangles, 0].min(1)
    crown = template.surface[source[triangles]][:, :, 1].max(1) > 11.2
    assert spread[~crown].max() < 0.5
    np.testing.assert_array_equal(source[triangles] % len(template.vertices), template.triangles)


def test_equal_codes_give_equal_files(model: bytes) -> None:
    assert export_glb(WEARER, size=128, extras={"mien": "test"}) == model
