"""A head as a binary glTF 2.0 file: what game engines, Blender and browsers open.

One mesh per part: skin (base colour, normals and roughness baked), mouth, ears, two eyes, their
sockets, teeth, tongue, hair, beard, lashes, shirt, glasses and lenses, all hanging on the bones
chest, neck, head, jaw, left_eye and right_eye. Identity is baked into the vertices. Expressions
are morph targets of every part they move: ARKit's 52 blend shapes and 15 visemes, or the rig's own
Action Units. Units are metres, y up, the face looks along +z; left and right are the person's own
but in the names of Action Units, whose L and R are the picture's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import pygltflib as gl
from numpy.typing import NDArray

from mien.head.glb import Writer
from mien.head.layout import Float32
from mien.head.model_paint import Painter
from mien.head.model_parts import (
    DETAILS,
    Detail,
    Part,
    eye_parts,
    hair_parts,
    skin_parts,
    solid_part,
)
from mien.head.morphs import Morph, Poser, Vocabulary, names
from mien.head.rig import Mesh
from mien.head.schema import slider_vector
from mien.head.skeleton import Joint, four_strongest, joints, weights
from mien.head.stylise import export_sliders
from mien.head.worn import worn_by
from mien.types import FaceCode

METRES = 0.01
MOVED = 4e-3
"""A part gets a morph target only where some vertex moves by more than this, cm."""
SMALL, SMALL_TURN = 5e-4, 4e-3
"""Moves, cm, and turns of normals that nobody sees; they are left out."""
SHADED = frozenset(("skin",))
"""Parts whose morph targets turn the normals too."""


@dataclasses.dataclass(frozen=True, eq=False)
class Drawable:
    """One mesh of a file.

    places, normals  (n, 3), cm; triangles (t, 3); coordinates (n, 2), colours (n, 3), or None
    tangents         (n, 4) or None
    shares           (n, bones) of each bone in its moves
    targets          its morph targets: name, moves (n, 3), turned normals (n, 3) or None
    """

    name: str
    places: NDArray[Any]
    normals: NDArray[Any]
    triangles: NDArray[Any]
    shares: NDArray[np.float32]
    material: int
    coordinates: NDArray[Any] | None = None
    colours: NDArray[Any] | None = None
    tangents: NDArray[Any] | None = None
    targets: Sequence[tuple[str, NDArray[Any], NDArray[Any] | None]] = ()


def tangents(
    places: NDArray[Any], normals: NDArray[Any], triangles: NDArray[Any], uv: NDArray[Any]
) -> NDArray[np.float32]:
    """(n, 4) unit vectors along u, at right angles to the normals; v runs down, so w is 1."""
    a, b, c = (triangles[:, k] for k in range(3))
    first, second = places[b] - places[a], places[c] - places[a]
    (du, dv), (eu, ev) = (uv[b] - uv[a]).T, (uv[c] - uv[a]).T
    area = du * ev - eu * dv
    along = (first * ev[:, None] - second * dv[:, None]) * np.sign(area)[:, None]
    total = np.zeros((len(places), 3))
    for corner in (a, b, c):
        np.add.at(total, corner, along)
    total += 1e-9 * np.array([1.0, 0.3, 0.1])  # where nothing adds up, any direction will do
    total -= normals * (total * normals).sum(1, keepdims=True)
    total /= np.sqrt((total**2).sum(1, keepdims=True))
    return np.concatenate([total, np.ones((len(total), 1))], 1).astype(np.float32)


def parts_of(mesh: Mesh, code: FaceCode, detail: Detail) -> list[Part]:
    """The parts of a person, with at most `detail.total` triangles together."""
    worn = worn_by(code)
    parts = [*skin_parts(detail), *eye_parts(mesh, detail)]
    solid: list[tuple[str, tuple[str, ...], int]] = [
        ("ears", ("ear",), detail.ears),
        ("teeth", ("teeth",), detail.teeth),
        ("tongue", ("tongue",), detail.tongue),
        ("shirt", ("shirt",), detail.shirt),
        ("lashes", ("lash0", "lash1"), detail.lashes),
        ("glasses", ("glasses",), detail.glasses),
        ("lenses", ("lens",), detail.lenses),
    ]
    parts += [
        solid_part(mesh, name, pieces, target, worn)
        for name, pieces, target in solid
        if pieces[0] in mesh.first
    ]
    left = detail.total - sum(len(part.triangles) for part in parts)
    return parts + hair_parts(mesh, worn, left)


class Builder:
    """Puts drawables and bones into a file.

    bones  the skeleton, parents before children; lift: added to every height, cm
    """

    def __init__(self, bones: Sequence[Joint], lift: float = 0.0) -> None:
        self.writer, self.bones = Writer(), bones
        self.shift = np.array([0.0, lift, 0.0])
        self.mesh_nodes: dict[str, int] = {}
        self.targets: dict[str, list[str]] = {}
        self.bone_nodes = self._skeleton()

    def _skeleton(self) -> list[int]:
        writer, places = self.writer, np.array([bone.place for bone in self.bones])
        matrices = np.tile(np.eye(4), (len(places), 1, 1))
        matrices[:, 3, :3] = -(places + self.shift) * METRES  # transposed: columns come first
        nodes = []
        for bone, place in zip(self.bones, places, strict=True):
            start = places[bone.parent] if bone.parent >= 0 else -self.shift
            offset = ((place - start) * METRES).tolist()
            nodes.append(writer.node(gl.Node(name=bone.name, translation=offset)))
            if bone.parent >= 0:
                parent = writer.gltf.nodes[nodes[bone.parent]]
                parent.children = [*(parent.children or []), nodes[-1]]
        bound = writer.floats(matrices.reshape(-1, 16), target=None)
        writer.gltf.skins.append(
            gl.Skin(name="skeleton", joints=nodes, inverseBindMatrices=bound, skeleton=nodes[0])
        )
        return nodes

    def add(self, one: Drawable) -> int:
        """Write one mesh; returns its node's index."""
        writer = self.writer
        joint, share = four_strongest(one.shares)
        attributes = gl.Attributes(
            POSITION=writer.floats((one.places + self.shift) * METRES, bounds=True),
            NORMAL=writer.floats(one.normals),
            JOINTS_0=writer.joints(joint),
            WEIGHTS_0=writer.floats(share),
        )
        if one.tangents is not None:
            attributes.TANGENT = writer.floats(one.tangents)
        if one.coordinates is not None:
            attributes.TEXCOORD_0 = writer.floats(one.coordinates)
        if one.colours is not None:
            attributes.COLOR_0 = writer.floats(np.clip(one.colours, 0, 1))
        primitive = gl.Primitive(
            attributes=attributes, indices=writer.indices(one.triangles), material=one.material
        )
        primitive.targets = [self._target(moves, turned) for _, moves, turned in one.targets]
        mesh = gl.Mesh(name=one.name, primitives=[primitive])
        used = [name for name, _, _ in one.targets]
        if used:
            mesh.weights, mesh.extras = [0.0] * len(used), {"targetNames": used}
        writer.gltf.meshes.append(mesh)
        node = writer.node(gl.Node(name=one.name, mesh=len(writer.gltf.meshes) - 1, skin=0))
        self.mesh_nodes[one.name], self.targets[one.name] = node, used
        return node

    def _target(self, moves: NDArray[Any], turned: NDArray[Any] | None) -> Any:
        target = {"POSITION": self.writer.moves(_without(moves, SMALL) * METRES)}
        if turned is not None:
            target["NORMAL"] = self.writer.moves(_without(turned, SMALL_TURN))
        return target

    def bytes(self, name: str, extras: dict[str, Any] | None) -> bytes:
        """The file: one scene of the skeleton and all meshes."""
        gltf = self.writer.gltf
        roots = [self.bone_nodes[0], *self.mesh_nodes.values()]
        gltf.scenes.append(gl.Scene(name=name, nodes=roots))
        gltf.scene = 0
        if extras:
            gltf.asset.extras = extras
        return self.writer.bytes()


def _without(values: NDArray[Any], small: float) -> NDArray[Any]:
    """The rows (n, 3) of which nothing is larger than `small` set to 0."""
    return np.where((np.abs(values) > small).any(1, keepdims=True), values, 0.0)


@dataclasses.dataclass(frozen=True, eq=False)
class Person:
    """What a person's drawables are made of.

    poser    their mesh in every pose
    morphs   the targets
    head_bones  (6,) places of the bones of `skeleton.joints` in the skeleton of the file
    bones    how many bones that has
    relief   the skin has a normal map, which wants tangents
    """

    poser: Poser
    morphs: Sequence[Morph]
    head_bones: Sequence[int]
    bones: int
    relief: bool = True

    def drawable(self, part: Part) -> Drawable:
        """One part of the head, dressed, as a mesh of the file."""
        normals = self.poser.normals[part.first].astype(np.float64)
        normals[(normals**2).sum(1) < 0.5] = (0.0, 0.0, 1.0)  # corners of degenerate triangles
        places = part.take(self.poser.places)
        shares = np.zeros((len(places), self.bones), np.float32)
        shares[:, list(self.head_bones)] = weights(part, self.poser.neutral)
        along = None
        if self.relief and part.name == "skin" and part.coordinates is not None:
            along = tangents(places, normals, part.triangles, part.coordinates)
        return Drawable(
            name=part.name,
            places=places,
            normals=normals,
            triangles=part.triangles,
            shares=shares,
            material=part.material,
            coordinates=part.coordinates,
            colours=part.colours,
            tangents=along,
            targets=self._targets(part),
        )

    def _targets(self, part: Part) -> list[tuple[str, NDArray[Any], NDArray[Any] | None]]:
        found = []
        for morph in self.morphs:
            moves = part.take(morph.moves)
            if np.abs(moves).max() < MOVED:
                continue
            turned = morph.normals[part.first] if part.name in SHADED else None
            found.append((morph.name, moves, turned))
        return found


def poser_of(code: FaceCode) -> Poser:
    """The person of a code; a drawn one gets eyeballs, because no engine paints the eyes."""
    sliders = slider_vector(code.sliders)
    return Poser(code, export_sliders(sliders) if code.style == "toon" else sliders)


def export_glb(
    code: FaceCode,
    *,
    texture: Float32 | None = None,
    size: int = 1024,
    extras: dict[str, Any] | None = None,
    morphs: Vocabulary = "arkit",
    level: int = 0,
) -> bytes:
    """The head of a code as the bytes of a .glb file, neutral and facing front.

    texture  log-ratio map of a fitted photo, baked into the skin
    size     pixels of the side of the skin's pictures
    extras   JSON-ready provenance, stored in the file's asset
    morphs   arkit: 52 blend shapes and 15 visemes; aus: the rig's own values; both
    level    0: at most 15,000 triangles; 1: 4,000, for heads in the distance
    """
    builder, _ = head_builder(code, texture=texture, size=size, morphs=morphs, level=level)
    return builder.bytes("head", extras)


def head_builder(
    code: FaceCode,
    *,
    texture: Float32 | None = None,
    size: int = 1024,
    morphs: Vocabulary = "arkit",
    level: int = 0,
) -> tuple[Builder, Poser]:
    """Everything of `export_glb` but the bytes, to which more may be added; and the person."""
    poser = poser_of(code)
    bones = joints(poser.neutral)
    builder = Builder(bones)
    found = [poser.morph(name) for name in names(morphs)]
    painter = Painter(builder.writer, code, texture, size)
    person = Person(poser, found, range(len(bones)), len(bones), not painter.drawn)
    for part in parts_of(poser.neutral, code, DETAILS[level]):
        painter.dress(part, poser.neutral)
        builder.add(person.drawable(part))
    return builder, poser
