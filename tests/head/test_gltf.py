from __future__ import annotations

import dataclasses
import json
import struct

import numpy as np
import pytest

from mien.head.gltf import export_glb
from mien.head.sample import sample
from mien.head.schema import JAW_MOVES, RIG_NAMES
from mien.head.template import load
from mien.head.unwrap import cut_seam, uv
from mien.types import AU_NAMES

WEARER = dataclasses.replace(sample(3, 2), glasses="square", facial_hair="none")


@pytest.fixture(scope="module")
def model() -> bytes:
    return export_glb(WEARER, size=128, extras={"mien": "test"})


def document(model: bytes) -> dict:
    magic, version, size = struct.unpack("<III", model[:12])
    assert (magic, version, size) == (0x46546C67, 2, len(model))
    length, kind = struct.unpack("<II", model[12:20])
    assert kind == 0x4E4F534A
    return json.loads(model[20 : 20 + length])


def test_every_part_is_there_with_its_action_units(model: bytes) -> None:
    gltf = document(model)
    names = {mesh["name"]: mesh for mesh in gltf["meshes"]}
    wanted = {"skin", "mouth", "ears", "eye_right", "eye_left", "sockets", "teeth", "tongue"}
    assert set(names) == wanted | {"shirt", "lashes", "hair", "glasses", "lenses"}
    assert names["skin"]["extras"]["targetNames"] == list(RIG_NAMES)
    assert set(AU_NAMES) <= set(RIG_NAMES)
    for name in ("teeth", "tongue"):
        assert set(names[name]["extras"]["targetNames"]) == {"AU26", "AU27", *JAW_MOVES}
    assert "AU45L" in names["lashes"]["extras"]["targetNames"]
    assert "extras" not in names["glasses"]
    assert "AU45" in names["lashes"]["extras"]["targetNames"]
    for mesh in gltf["meshes"]:
        primitive = mesh["primitives"][0]
        assert len(primitive.get("targets", [])) == len(mesh.get("weights", []))


def test_a_reader_finds_a_head_of_natural_size(model: bytes) -> None:
    trimesh = pytest.importorskip("trimesh")
    scene = trimesh.load(trimesh.util.wrap_as_stream(model), file_type="glb")
    high = scene.bounds[1]
    assert 0.1 < high[1] < 0.14
    assert high[2] == pytest.approx(0.035, abs=0.015)
    skin = scene.geometry["skin"]
    assert np.isfinite(skin.vertices).all()
    assert skin.visual.uv.min() >= 0


def test_a_file_stays_small() -> None:
    assert len(export_glb(WEARER, size=1024)) < 12_000_000


def test_the_seam_is_cut_open() -> None:
    template = load()
    triangles, source, coordinates = cut_seam(template.triangles, uv(template.surface))
    spread = coordinates[triangles, 0].max(1) - coordinates[triangles, 0].min(1)
    crown = template.surface[source[triangles]][:, :, 1].max(1) > 11.2
    assert spread[~crown].max() < 0.5
    np.testing.assert_array_equal(source[triangles] % len(template.vertices), template.triangles)


def test_equal_codes_give_equal_files(model: bytes) -> None:
    assert export_glb(WEARER, size=128, extras={"mien": "test"}) == model
