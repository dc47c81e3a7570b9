"""GLB and VRM models as engines: what is read, and what a hostile file may try."""

from __future__ import annotations

import base64
import io
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from mien.errors import InputError
from mien.head.gltf import export_glb
from mien.jobs.character.engines.glb import GlbEngine, moved_points
from mien.jobs.character.engines.glb_model import Model, model_of
from mien.types import FaceCode

Document = dict[str, Any]
COLOURS = {"red": 0.5, "green": 0.25, "blue": 0.125}
FLOAT, SHORT = 5126, 5123
CORNERS = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.float32)
MOVE = np.array([[0, 0, 0], [0, 0, 0], [0, 0.5, 0], [0, 0.5, 0]], np.float32)
UV = np.array([[0, 1], [1, 1], [1, 0], [0, 0]], np.float32)
SQUARE = np.array([0, 1, 2, 0, 2, 3], np.uint16)


def pack(document: Document, binary: bytes) -> bytes:
    written = json.dumps(document).encode()
    written += b" " * (-len(written) % 4)
    binary += b"\0" * (-len(binary) % 4)
    size = 12 + 8 + len(written) + 8 + len(binary)
    head = struct.pack("<III", 0x46546C67, 2, size) + struct.pack("<II", len(written), 0x4E4F534A)
    return head + written + struct.pack("<II", len(binary), 0x004E4942) + binary


def square() -> tuple[Document, bytes]:
    """A square with one morph target, by hand."""
    arrays = [CORNERS, MOVE, UV, SQUARE]
    views, binary = [], b""
    for array in arrays:
        views.append({"buffer": 0, "byteOffset": len(binary), "byteLength": array.nbytes})
        binary += array.tobytes()
    kinds = [("VEC3", FLOAT, 4), ("VEC3", FLOAT, 4), ("VEC2", FLOAT, 4), ("SCALAR", SHORT, 6)]
    accessors = [
        {"bufferView": k, "type": kind, "componentType": number, "count": count}
        for k, (kind, number, count) in enumerate(kinds)
    ]
    attributes = {"POSITION": 0, "TEXCOORD_0": 2}
    primitive = {"attributes": attributes, "indices": 3, "targets": [{"POSITION": 1}]}
    document = {
        "asset": {"version": "2.0"},
        "buffers": [{"byteLength": len(binary)}],
        "bufferViews": views,
        "accessors": accessors,
        "meshes": [{"primitives": [{**primitive, "material": 0}],
                    "extras": {"targetNames": ["raise"]}, "weights": [0.25]}],
        "materials": [{"name": "skin", "pbrMetallicRoughness": {
            "baseColorFactor": [0.5, 0.25, 0.125, 1]}}],
        "nodes": [{"mesh": 0, "translation": [0, 10, 0], "scale": [2, 1, 1]}],
        "scenes": [{"nodes": [0]}],
        "scene": 0,
    }  # fmt: skip
    return document, binary


def changed(change: Callable[[Document], object]) -> bytes:
    document, binary = square()
    change(document)
    return pack(document, binary)


def at(document: Document, *place: Any) -> Any:
    for one in place:
        document = document[one]
    return document


def put(*place: Any) -> Callable[[Document], None]:
    """Sets the value at the end of a path: put("nodes", 0, "mesh", 7)."""
    *way, last, value = place

    def change(document: Document) -> None:
        at(document, *way)[last] = value

    return change


def engine(tmp_path: Path, data: bytes, size: int = 32) -> GlbEngine:
    path = tmp_path / "model.glb"
    path.write_bytes(data)
    return GlbEngine(path, size)


def raised(model: Model, **values: float) -> np.ndarray:
    every = dict.fromkeys(model.named, 0.0)
    return moved_points(model, every | values)


def test_vertices_stand_where_the_nodes_put_them() -> None:
    model = model_of(pack(*square()))
    assert model.points.tolist() == [[-2, 9, 0], [2, 9, 0], [2, 11, 0], [-2, 11, 0]]
    moved = raised(model, **{"morph.raise": 0.5})
    assert moved[:, 1].tolist() == [9, 9, 11.25, 11.25]


def test_names_defaults_and_colours_become_parameters(tmp_path: Path) -> None:
    schema = engine(tmp_path, pack(*square())).schema()
    assert schema.names == (
        *("morph.raise", "colour.skin.red", "colour.skin.green", "colour.skin.blue"),
    )
    assert schema.complete({}) == {
        **{"morph.raise": 0.25, "colour.skin.red": 0.5},
        **{"colour.skin.green": 0.25, "colour.skin.blue": 0.125},
    }


@pytest.mark.slow
def test_what_is_changed_is_seen(tmp_path: Path) -> None:
    drawer = engine(tmp_path, pack(*square()))
    rest, up = (drawer.render({"morph.raise": weight}) for weight in (0.0, 1.0))
    assert (up != rest).any()
    assert np.array_equal(rest, drawer.render({"morph.raise": 0.0}))
    dark, bright = ({f"colour.skin.{name}": value * factor for name, value in COLOURS.items()}
                    for factor in (0.6, 1.4))  # fmt: skip
    shades = [drawer.render(one)[20, 16].astype(float) ** 2.2 for one in (dark, bright)]
    assert shades[1] / shades[0] == pytest.approx(1.4 / 0.6, rel=0.05)


def test_names_are_cleaned_and_missing_ones_made() -> None:
    def two(document: Document) -> None:
        mesh = document["meshes"][0]
        mesh["primitives"][0]["targets"] *= 3
        mesh["extras"]["targetNames"] = ["a\u202e\nb", " "]

    assert list(model_of(changed(two)).named) == ["morph.ab", "morph.target_1", "morph.target_2"]


def test_sparse_targets_are_read() -> None:
    document, binary = square()
    start = len(binary)
    binary += struct.pack("<HH", 3, 0) + struct.pack("<3f", 0, 7, 0)
    document["buffers"][0]["byteLength"] = len(binary)
    document["bufferViews"] += [
        {"buffer": 0, "byteOffset": start, "byteLength": 2},
        {"buffer": 0, "byteOffset": start + 4, "byteLength": 12},
    ]
    document["accessors"][1] = {
        **{"type": "VEC3", "componentType": FLOAT, "count": 4},
        "sparse": {"count": 1, "indices": {"bufferView": 4, "componentType": SHORT},
                   "values": {"bufferView": 5}},
    }  # fmt: skip
    model = model_of(pack(document, binary))
    assert raised(model, **{"morph.raise": 1.0})[:, 1].tolist() == [9, 9, 11, 18]


def test_expressions_of_both_versions_of_vrm() -> None:
    bind = {"node": 0, "index": 0, "weight": 0.5}
    one = {"expressions": {"preset": {"happy": {"morphTargetBinds": [bind]}, "angry": {}}}}
    model = model_of(changed(put("extensions", {"VRMC_vrm": one})))
    assert list(model.named) == ["morph.raise", "expression.happy"]
    assert raised(model, **{"expression.happy": 1.0})[2, 1] == 11.25
    group = {"name": "Joy", "binds": [{"mesh": 0, "index": 0, "weight": 50}]}
    zero = {"blendShapeMaster": {"blendShapeGroups": [group]}}
    model = model_of(changed(put("extensions", {"VRM": zero})))
    assert raised(model, **{"expression.Joy": 1.0})[2].tolist() == [-2, 11.25, 0]


def test_skins_move_vertices_with_their_bones() -> None:
    document, binary = square()
    joints, weights = np.zeros((4, 4), np.uint8), np.zeros((4, 4), np.float32)
    joints[2:, 0], weights[:, 0] = 1, 1.0
    for array, number in ((joints, 5121), (weights, FLOAT)):
        view = {"buffer": 0, "byteOffset": len(binary), "byteLength": array.nbytes}
        document["bufferViews"].append(view)
        binary += array.tobytes()
        place = len(document["bufferViews"]) - 1
        kind = {"type": "VEC4", "componentType": number, "count": 4}
        document["accessors"].append({"bufferView": place, **kind})
    document["buffers"][0]["byteLength"] = len(binary)
    document["meshes"][0]["primitives"][0]["attributes"] |= {"JOINTS_0": 4, "WEIGHTS_0": 5}
    document["skins"] = [{"joints": [1, 2]}]
    document["nodes"][0]["skin"] = 0
    document["nodes"] += [{}, {"translation": [0, 0, 5], "rotation": [0, 1, 0, 0]}]
    document["scenes"][0]["nodes"] = [0, 1, 2]
    model = model_of(pack(document, binary))
    assert model.points.tolist() == [[-1, -1, 0], [1, -1, 0], [-1, 1, 5], [1, 1, 5]]
    document["skins"][0]["joints"] = [1, 7]
    with pytest.raises(ValueError, match="joint"):
        model_of(pack(document, binary))


def test_strips_and_lists_without_indices() -> None:
    def strip(document: Document) -> None:
        primitive = document["meshes"][0]["primitives"][0]
        primitive["mode"] = 5
        del primitive["indices"]

    assert model_of(changed(strip)).surfaces[0][0].triangles.tolist() == [[0, 1, 2], [2, 1, 3]]


def test_mirrored_nodes_still_look_outwards() -> None:
    model = model_of(changed(put("nodes", 0, "scale", [-1, 1, 1])))
    assert model.surfaces[0][0].triangles.tolist() == [[0, 2, 1], [0, 3, 2]]


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_textures_inside_the_file_are_read(kind: str) -> None:
    data = io.BytesIO()
    Pillow.new("RGB", (40, 20), (255, 0, 0)).save(data, kind)
    document, binary = square()
    view = {"buffer": 0, "byteOffset": len(binary), "byteLength": len(data.getvalue())}
    document["bufferViews"].append(view)
    document["images"] = [{"bufferView": 4, "mimeType": "image/x"}]
    document["textures"] = [{"source": 0}]
    document["materials"][0]["pbrMetallicRoughness"]["baseColorTexture"] = {"index": 0}
    texture = model_of(pack(document, binary + data.getvalue())).surfaces[0][0].texture
    assert texture is not None
    assert texture.shape == (20, 40, 4)
    assert texture[5, 5].tolist() == pytest.approx([1, 0, 0, 1], abs=0.03)
    broken = pack(document, binary + data.getvalue()[:30] + bytes(len(data.getvalue()) - 30))
    with pytest.raises(ValueError, match="a picture that cannot be read"):
        model_of(broken)
    document["images"] = [{"uri": "file:///etc/hostname"}]
    with pytest.raises(ValueError, match="outside of the file"):
        model_of(pack(document, binary))


PRIMITIVE = ("meshes", 0, "primitives", 0)
HOSTILE = {
    "an accessor beyond its view": put("accessors", 0, "count", 5),
    "an offset beyond its view": put("accessors", 0, "byteOffset", 40),
    "a huge count": put("accessors", 0, "count", 2**31),
    "a larger count": put("accessors", 0, "count", 10**30),
    "no vertices": put("accessors", 0, "count", 0),
    "a negative count": put("accessors", 0, "count", -1),
    "a count of text": put("accessors", 0, "count", "4"),
    "true": put("accessors", 0, "count", True),
    "half a count": put("accessors", 0, "count", 4.5),
    "a type": put("accessors", 0, "type", "VEC9"),
    "a type that is a list": put("accessors", 0, "type", ["VEC3"]),
    "another type": put("accessors", 0, "type", "VEC2"),
    "a component type": put("accessors", 0, "componentType", 5130),
    "float indices": put("accessors", 3, "componentType", FLOAT),
    "signed indices": put("accessors", 3, "componentType", 5122),
    "no data": put("accessors", 0, {"type": "VEC3", "componentType": FLOAT, "count": 4}),
    "a view beyond the buffer": put("bufferViews", 0, "byteLength", 10**9),
    "a view that begins beyond": put("bufferViews", 0, "byteOffset", 10**9),
    "a negative offset": put("bufferViews", 0, "byteOffset", -4),
    "a stride": put("bufferViews", 0, "byteStride", 4),
    "a huge stride": put("bufferViews", 0, "byteStride", 10**6),
    "a buffer beyond the file": put("buffers", 0, "byteLength", 10**9),
    "a buffer elsewhere": put("buffers", 0, "uri", "../secret.bin"),
    "a buffer inside": put("buffers", 0, "uri", "data:;base64," + base64.b64encode(b"x").decode()),
    "two buffers": put("buffers", [{"byteLength": 4}, {"byteLength": 4}]),
    "an index beyond": put(*PRIMITIVE, "attributes", "POSITION", 99),
    "a negative index": put(*PRIMITIVE, "attributes", "POSITION", -1),
    "no positions": put(*PRIMITIVE, "attributes", {}),
    "attributes of text": put(*PRIMITIVE, "attributes", "x"),
    "targets of another length": put(*PRIMITIVE, "targets", [{"POSITION": 2}]),
    "very many targets": put(*PRIMITIVE, "targets", [{}] * 5000),
    "a material beyond": put(*PRIMITIVE, "material", 3),
    "a mode": put(*PRIMITIVE, "mode", 9),
    "only points": put(*PRIMITIVE, "mode", 0),
    "a node that holds itself": put("nodes", 0, "children", [0]),
    "a cycle": put("nodes", [{"mesh": 0, "children": [1]}, {"children": [0]}]),
    "a node with two parents": put("scenes", 0, "nodes", [0, 0]),
    "a child beyond": put("nodes", 0, "children", [5]),
    "children of text": put("nodes", 0, "children", "ab"),
    "a node of text": put("nodes", 0, "x"),
    "nodes of text": put("nodes", "x"),
    "a scene beyond": put("scene", 4),
    "an empty scene": put("scenes", 0, "nodes", []),
    "a matrix": put("nodes", 0, "matrix", [1, 2]),
    "a matrix that is not finite": put("nodes", 0, "matrix", [float("inf")] * 16),
    "a scale that is not a number": put("nodes", 0, "scale", [float("nan"), 1, 1]),
    "a scale beyond everything": put("nodes", 0, "scale", [10**400, 1, 1]),
    "a colour": put("materials", 0, "pbrMetallicRoughness", "baseColorFactor", [1]),
    "a colour of text": put("materials", 0, "pbrMetallicRoughness", "baseColorFactor", "red"),
    "a texture beyond": put("materials", 0, "pbrMetallicRoughness", "baseColorTexture",
                            {"index": 3}),
    "weights of text": put("meshes", 0, "weights", ["x"]),
    "an expression": put("extensions", {"VRMC_vrm": {"expressions": {"preset": [1]}}}),
    "a bind": put("extensions", {"VRMC_vrm": {"expressions": {"custom": {"a": {
        "morphTargetBinds": [{"node": "x", "index": 0}]}}}}}),
    "deep numbers": put("nodes", 0, "translation", [[[[1]]], 2, 3]),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_one_line(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        engine(tmp_path, changed(HOSTILE[name]))
    line = str(caught.value)
    assert "model.glb: not a model that can be drawn (" in line
    assert "\n" not in line
    assert len(line) < 400 + len(str(tmp_path))


def test_numbers_that_are_none_are_refused() -> None:
    document, binary = square()
    for place in (0, 48):
        broken = binary[:place] + struct.pack("<f", float("nan")) + binary[place + 4 :]
        with pytest.raises(ValueError, match="not finite"):
            model_of(pack(document, broken))
    beyond = bytearray(binary)
    beyond[-12:-10] = struct.pack("<H", 4)
    with pytest.raises(ValueError, match="a corner that is not there"):
        model_of(pack(document, bytes(beyond)))


def test_a_long_chain_of_nodes_is_no_recursion() -> None:
    def chain(document: Document) -> None:
        document["nodes"] = [{"children": [k + 1]} for k in range(15_000)] + [{"mesh": 0}]

    assert len(model_of(changed(chain)).points) == 4


@pytest.mark.parametrize(
    "data",
    [
        b"x",
        b"glTF",
        bytes(64),
        pack(*square())[:-3],
        pack(*square()) + b"more",
        pack(*square()).replace(b"glTF", b"glTG", 1),
        struct.pack("<III", 0x46546C67, 1, 20) + bytes(8),
        struct.pack("<III", 0x46546C67, 2, 20) + struct.pack("<II", 2**31, 0x4E4F534A),
        struct.pack("<III", 0x46546C67, 2, 24) + struct.pack("<II", 4, 0x4E4F534A) + b"{{{{",
        struct.pack("<III", 0x46546C67, 2, 24) + struct.pack("<II", 4, 0x4E4F534A) + b"[1] ",
        struct.pack("<III", 0x46546C67, 2, 40_020)
        + struct.pack("<II", 40_000, 0x4E4F534A)
        + b"[" * 40_000,
    ],
)
def test_what_is_no_model_is_one_line(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a model that can be drawn"):
        engine(tmp_path, data)


@pytest.mark.parametrize("place", range(0, 2000, 41))
def test_no_damage_escapes(place: int) -> None:
    data = bytearray(pack(*square()))
    data[12 + place % (len(data) - 12)] ^= 0x15
    try:
        model = model_of(bytes(data))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError):
        return
    assert np.isfinite(model.points).all()


def test_compressed_meshes_are_refused_by_name(tmp_path: Path) -> None:
    data = changed(put("extensionsRequired", ["KHR_draco_mesh_compression"]))
    with pytest.raises(InputError, match="needs KHR_draco_mesh_compression"):
        engine(tmp_path, data)


def test_empty_and_missing_files_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty.glb").touch()
    for name in ("empty.glb", "none.glb"):
        with pytest.raises(InputError, match=name):
            GlbEngine(tmp_path / name, 32)


@pytest.mark.slow
def test_the_heads_own_file_smiles_and_blinks(tmp_path: Path) -> None:
    drawer = engine(tmp_path, export_glb(FaceCode(), size=128, morphs="aus"), size=64)
    names = drawer.schema().names
    assert {"morph.AU12", "morph.AU45", "morph.jaw_left", "colour.skin.red"} <= set(names)
    rest, smile = drawer.render({}), drawer.render({"morph.AU12": 1.0})
    blink = drawer.render({"morph.AU45": 1.0})
    for changed_face, upper in ((smile, False), (blink, True)):
        rows = np.flatnonzero((rest != changed_face).any((1, 2)))
        assert len(rows) > 2
        assert (np.median(rows) < 32) == upper
    background = rest[0, 0]
    assert np.array_equal(rest[0, -1], background)  # hair ends below the upper edge
    assert (rest[32, 32] != background).all()
