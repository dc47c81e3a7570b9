"""A head as a binary glTF 2.0 file: what game engines, Blender and browsers open.

One node per part under `head`: skin (baked texture), mouth, ears, two eyes that turn about their
own centres, their sockets, teeth, tongue, hair, beard, lashes, shirt, glasses and lenses. Identity
is baked into the vertices; the 22 Action Units, those of one side and the moves of the jaw are
morph targets of every part they move, under their own names. Units are metres, y up, the face
looks along +z.
"""

from __future__ import annotations

import dataclasses
import io
import json
import struct
from typing import Any

import numpy as np
import pygltflib as gl
from numpy.typing import NDArray
from PIL import Image as PillowImage

from mien.head import material_index as slot
from mien.head.layout import PART_EAR, PART_SHIRT, PART_TEETH, PART_TONGUE, Float32
from mien.head.paint import ACROSS_PERIOD, TIP_REACH, eye_picture, hair_picture, surface_colours
from mien.head.raster import vertex_normals
from mien.head.render import material_of
from mien.head.rig import Mesh, assemble
from mien.head.schema import RIG_NAMES, RIG_SIZE, au_vector, slider_vector
from mien.head.stylise import export_sliders
from mien.head.template import load
from mien.head.unwrap import bake_skin, cut_seam, uv
from mien.head.worn import worn_by
from mien.types import FaceCode

METRES = 0.01
MOVED = 1e-3
"""A part gets a morph target only where some vertex moves by more than this, cm."""
FLOAT, USHORT = 5126, 5123
VERTEX_BUFFER, INDEX_BUFFER = 34962, 34963
Pixels = NDArray[np.uint8]


@dataclasses.dataclass
class _Part:
    """One drawable: vertices of the mesh, its own triangles, and how it is coloured."""

    name: str
    source: NDArray[np.int64]
    triangles: NDArray[np.int32]
    coordinates: NDArray[np.float64] | None = None
    colours: NDArray[np.float32] | None = None
    material: int = 0
    pivot: NDArray[np.float64] = dataclasses.field(default_factory=lambda: np.zeros(3))


class _Writer:
    """Collects buffers and accessors of one file."""

    def __init__(self) -> None:
        self.gltf = gl.GLTF2(asset=gl.Asset(version="2.0", generator="mien"))
        self.data = bytearray()

    def view(self, data: bytes, target: int | None = None) -> int:
        """Append bytes; returns the buffer view's index."""
        while len(self.data) % 4:
            self.data.append(0)
        view = gl.BufferView(buffer=0, byteOffset=len(self.data), byteLength=len(data))
        view.target = target
        self.data.extend(data)
        self.gltf.bufferViews.append(view)
        return len(self.gltf.bufferViews) - 1

    def floats(self, values: NDArray[Any], *, bounds: bool = False) -> int:
        """Append (n, 2..4) numbers as float32; returns the accessor's index."""
        array = np.ascontiguousarray(values, np.float32)
        accessor = gl.Accessor(
            bufferView=self.view(array.tobytes(), VERTEX_BUFFER),
            componentType=FLOAT,
            count=len(array),
            type=f"VEC{array.shape[1]}",
        )
        if bounds:
            accessor.min, accessor.max = array.min(0).tolist(), array.max(0).tolist()
        self.gltf.accessors.append(accessor)
        return len(self.gltf.accessors) - 1

    def indices(self, triangles: NDArray[Any]) -> int:
        """Append triangle corners as uint16."""
        array = np.ascontiguousarray(triangles, np.uint16).ravel()
        self.gltf.accessors.append(
            gl.Accessor(
                bufferView=self.view(array.tobytes(), INDEX_BUFFER),
                componentType=USHORT,
                count=len(array),
                type="SCALAR",
            )
        )
        return len(self.gltf.accessors) - 1

    def texture(self, pixels: Pixels) -> int:
        """Embed a picture as PNG; returns the texture's index."""
        buffer = io.BytesIO()
        PillowImage.fromarray(pixels).save(buffer, "PNG", optimize=False)
        self.gltf.images.append(
            gl.Image(bufferView=self.view(buffer.getvalue()), mimeType="image/png")
        )
        if not self.gltf.samplers:
            self.gltf.samplers.append(gl.Sampler(wrapS=10497, wrapT=33071))
        self.gltf.textures.append(gl.Texture(source=len(self.gltf.images) - 1, sampler=0))
        return len(self.gltf.textures) - 1

    def material(
        self,
        name: str,
        *,
        colour: tuple[float, ...] = (1.0, 1.0, 1.0),
        texture: int | None = None,
        roughness: float = 0.6,
        sheet: bool = False,
    ) -> int:
        """Add a material; a sheet is drawn from both sides and cut out by its alpha."""
        pbr = gl.PbrMetallicRoughness(
            baseColorFactor=[*(float(c) for c in colour), 1.0],
            metallicFactor=0.0,
            roughnessFactor=roughness,
        )
        if texture is not None:
            pbr.baseColorTexture = gl.TextureInfo(index=texture)
        material = gl.Material(name=name, pbrMetallicRoughness=pbr, doubleSided=sheet)
        if sheet and texture is not None:
            material.alphaMode, material.alphaCutoff = "MASK", 0.5
        else:
            material.alphaCutoff = None
        self.gltf.materials.append(material)
        return len(self.gltf.materials) - 1

    def bytes(self) -> bytes:
        """The .glb file."""
        self.gltf.buffers.append(gl.Buffer(byteLength=len(self.data)))
        document = json.loads(self.gltf.to_json())
        text = json.dumps(document, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 4)
        data = bytes(self.data) + b"\0" * (-len(self.data) % 4)
        size = 12 + 8 + len(text) + 8 + len(data)
        chunks = struct.pack("<II", len(text), 0x4E4F534A) + text
        chunks += struct.pack("<II", len(data), 0x004E4942) + data
        return struct.pack("<III", 0x46546C67, 2, size) + chunks


def _range_part(mesh: Mesh, name: str, first: str, last: str | None = None) -> _Part:
    """The piece that begins at `first`, or all pieces from there to `last`, in drawing order."""
    start = mesh.first[first]
    after = mesh.first[last or first]
    stop = min((at for at in mesh.first.values() if at > after), default=len(mesh.vertices))
    inside = (mesh.triangles[:, 0] >= start) & (mesh.triangles[:, 0] < stop)
    return _Part(name, np.arange(start, stop), mesh.triangles[inside] - start)


def _eye_parts(mesh: Mesh) -> tuple[list[_Part], _Part]:
    """The two eyeballs, which turn, and the lining of their sockets, which does not."""
    count = len(load().arrays["ball.vertices"])
    eyes, sockets, faces = [], [], []
    for side, name in enumerate(("eye_right", "eye_left")):
        whole = _range_part(mesh, name, f"eye{side}")
        ball = (whole.triangles < count).all(1)
        eyes.append(_Part(name, whole.source[:count], whole.triangles[ball]))
        eyes[side].pivot = mesh.eye_centres[side]
        faces.append(whole.triangles[~ball] - count + sum(len(one) for one in sockets))
        sockets.append(whole.source[count:])
    return eyes, _Part("sockets", np.concatenate(sockets), np.concatenate(faces))


def _skin_parts(mesh: Mesh) -> tuple[_Part, _Part]:
    """The outer skin, unwrapped, and the inside of the mouth."""
    template, count = load(), mesh.head_count
    lip_level = mesh.attributes[:count, 4]
    inside = (lip_level[template.triangles] < 0).any(1)
    triangles, source, coordinates = cut_seam(template.triangles[~inside], uv(template.surface))
    skin = _Part("skin", source, triangles, coordinates=coordinates)
    used, compact = np.unique(template.triangles[inside], return_inverse=True)
    mouth = _Part("mouth", used.astype(np.int64), compact.reshape(-1, 3).astype(np.int32))
    return skin, mouth


def _eye_uv(template_ball: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack([0.5 + 0.5 * template_ball[:, 0], 0.5 - 0.5 * template_ball[:, 1]], 1)


def _parts(
    mesh: Mesh, code: FaceCode, writer: _Writer, *, size: int, texture: Float32 | None
) -> list[_Part]:
    paint = material_of(code)
    template, rows = load(), mesh.attributes
    skin, mouth = _skin_parts(mesh)
    skin.material = writer.material(
        "skin", texture=writer.texture(bake_skin(template, paint, size=size, texture=texture))
    )
    mouth.material = writer.material("mouth", colour=(0.10, 0.02, 0.02))
    painted = writer.material("painted", roughness=0.7)
    ear, teeth = _range_part(mesh, "ears", "ear"), _range_part(mesh, "teeth", "teeth")
    shirt, tongue = _range_part(mesh, "shirt", "shirt"), _range_part(mesh, "tongue", "tongue")
    for part, kind in ((ear, PART_EAR), (teeth, PART_TEETH), (tongue, PART_TONGUE)):
        part.material, part.colours = painted, surface_colours(kind, rows[part.source], paint)
    shirt.material = writer.material("shirt", roughness=0.9, sheet=True)
    shirt.colours = surface_colours(PART_SHIRT, rows[shirt.source], paint)
    eyes, sockets = _eye_parts(mesh)
    picture = writer.texture(eye_picture(paint, 256))
    shine = writer.material("eye", texture=picture, roughness=0.1)
    for eye in eyes:
        eye.material = shine
        eye.coordinates = _eye_uv(template.arrays["ball.vertices"].astype(np.float64))
    sockets.material = writer.material("socket", colour=(0.42, 0.18, 0.15), sheet=True)
    lash = _range_part(mesh, "lashes", "lash0", "lash1")
    lash.material = writer.material("lash", colour=(0.03, 0.02, 0.02), sheet=True)
    parts = [skin, mouth, ear, *eyes, sockets, teeth, tongue, shirt, lash]
    parts += [
        _hair_part(mesh, name, paint, writer) for name in ("hair", "beard") if name in mesh.first
    ]
    if "glasses" in mesh.first:
        parts += _glasses_parts(mesh, paint, writer)
    return parts


def _hair_part(mesh: Mesh, name: str, paint: NDArray[np.floating[Any]], writer: _Writer) -> _Part:
    """Hair or beard, cut out of a picture of strands."""
    part = _range_part(mesh, name, name)
    strands = mesh.attributes[part.source].astype(np.float64)
    part.coordinates = np.stack([strands[:, 4] / ACROSS_PERIOD, 1 - strands[:, 5] / TIP_REACH], 1)
    picture = writer.texture(hair_picture(paint, 512, 512))
    part.material = writer.material(name, texture=picture, roughness=0.5, sheet=True)
    return part


def _glasses_parts(mesh: Mesh, paint: NDArray[np.floating[Any]], writer: _Writer) -> list[_Part]:
    """The frame, and the lenses as dark or clear glass."""
    frame, lens = _range_part(mesh, "glasses", "glasses"), _range_part(mesh, "lenses", "lens")
    colour = tuple(float(c) for c in paint[slot.GLASSES_COLOUR : slot.GLASSES_COLOUR + 3])
    frame.material = writer.material("glasses", colour=colour, roughness=0.25)
    tint = float(paint[slot.LENS_TINT])
    lens.material = writer.material("lens", colour=(0.03, 0.03, 0.03), roughness=0.05)
    glass = writer.gltf.materials[lens.material]
    glass.alphaMode, glass.doubleSided = "BLEND", True
    if glass.pbrMetallicRoughness is not None:
        glass.pbrMetallicRoughness.baseColorFactor = [0.03, 0.03, 0.03, 0.08 + 0.85 * tint]
    return [frame, lens]


def _targets(code: FaceCode, sliders: NDArray[np.float64], neutral: Mesh) -> list[NDArray[Any]]:
    """(n, 3) displacement of the whole mesh for each of `RIG_NAMES` at 1."""
    moved = []
    for place in range(RIG_SIZE):
        aus = np.zeros(RIG_SIZE)
        aus[place] = 1.0
        mesh = assemble(load(), sliders, aus, toon=code.style == "toon", worn=worn_by(code))
        moved.append(mesh.vertices.astype(np.float64) - neutral.vertices)
    return moved


def _add_mesh(
    writer: _Writer,
    part: _Part,
    vertices: NDArray[Any],
    normals: NDArray[Any],
    targets: list[NDArray[Any]],
) -> int:
    """Write one part; returns its node's index."""
    attributes = gl.Attributes(
        POSITION=writer.floats((vertices[part.source] - part.pivot) * METRES, bounds=True),
        NORMAL=writer.floats(normals[part.source]),
    )
    if part.coordinates is not None:
        attributes.TEXCOORD_0 = writer.floats(part.coordinates)
    if part.colours is not None:
        attributes.COLOR_0 = writer.floats(np.clip(part.colours, 0, 1))
    primitive = gl.Primitive(
        attributes=attributes, indices=writer.indices(part.triangles), material=part.material
    )
    used: list[str] = []
    morphs: list[Any] = []
    for name, offset in zip(RIG_NAMES, targets, strict=True):
        moved = offset[part.source]
        if part.name.startswith("eye_") or np.abs(moved).max() < MOVED:
            continue
        morphs.append({"POSITION": writer.floats(moved * METRES, bounds=True)})
        used.append(name)
    primitive.targets = morphs
    mesh = gl.Mesh(name=part.name, primitives=[primitive])
    if used:
        mesh.weights, mesh.extras = [0.0] * len(used), {"targetNames": used}
    writer.gltf.meshes.append(mesh)
    node = gl.Node(name=part.name, mesh=len(writer.gltf.meshes) - 1)
    if part.pivot.any():
        node.translation = (part.pivot * METRES).tolist()
    writer.gltf.nodes.append(node)
    return len(writer.gltf.nodes) - 1


def export_glb(
    code: FaceCode,
    *,
    texture: Float32 | None = None,
    size: int = 1024,
    extras: dict[str, Any] | None = None,
) -> bytes:
    """The head of a code as the bytes of a .glb file, neutral and facing front.

    texture  log-ratio map of a fitted photo, baked into the skin
    size     pixels of the skin texture's side
    extras   JSON-ready provenance, stored in the file's asset
    """
    sliders = slider_vector(code.sliders)
    if code.style == "toon":
        sliders, texture = export_sliders(sliders), None
    neutral = assemble(
        load(),
        sliders,
        au_vector({}),
        worn=worn_by(code),
    )
    writer = _Writer()
    parts = _parts(neutral, code, writer, size=size, texture=texture)
    normals = vertex_normals(neutral.vertices, neutral.triangles)
    normals[(normals**2).sum(1) < 0.5] = (0.0, 0.0, 1.0)  # corners of degenerate triangles
    targets = _targets(code, sliders, neutral)
    nodes = [_add_mesh(writer, part, neutral.vertices, normals, targets) for part in parts]
    root = gl.Node(name="head", children=nodes)
    writer.gltf.nodes.append(root)
    writer.gltf.scenes.append(gl.Scene(name="head", nodes=[len(writer.gltf.nodes) - 1]))
    writer.gltf.scene = 0
    if extras:
        writer.gltf.asset.extras = extras
    return writer.bytes()
