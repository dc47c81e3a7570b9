"""A GLB or VRM file as something to draw: vertices in place, morph targets by name, materials.

Morph targets of one name move together in all meshes. Expressions of a VRM (version 1:
`VRMC_vrm.expressions`, version 0: `VRM.blendShapeMaster`) are weights of morph targets. Skins are
applied once, in the pose that the file holds.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.head.lambert import Surface
from mien.io.names import is_harmful
from mien.jobs.character.engines.glb_file import (
    Container,
    Node,
    mapping,
    real,
    reals,
    sequence,
    whole,
)
from mien.jobs.character.engines.glb_texture import read_texture

Matrix: TypeAlias = NDArray[np.float64]
Target: TypeAlias = tuple[int, int]
"""A node and the place of a morph target of its mesh."""

MOST_VERTICES, MOST_TRIANGLES, MOST_TARGETS = 2_000_000, 4_000_000, 1000
MOST_MOVED = 60_000_000
"""Numbers of all morph targets that are not zero."""
MOST_NODES = 20_000
_TRIANGLES, _STRIP, _FAN = 4, 5, 6
READABLE = (
    "KHR_materials_",
    "KHR_texture_transform",
    "KHR_mesh_quantization",
    "VRM",
    "EXT_texture",
)


@dataclasses.dataclass(frozen=True, eq=False)
class Moved:
    """What a morph target at 1 adds: to these vertices, (k,), these offsets, (k, 3)."""

    rows: NDArray[np.int64]
    offsets: NDArray[np.float32]


@dataclasses.dataclass(frozen=True)
class Material:
    """The name and the linear RGBA factor of a material."""

    name: str
    factor: tuple[float, float, float, float]


@dataclasses.dataclass(eq=False)
class Model:
    """All meshes of a scene in one space: y up, the face towards +z.

    points     (n, 3) float64, no morph target applied
    surfaces   what is drawn, with its place in `materials`
    moved      what each morph target adds, by node and place
    named      weights of morph targets by the name of a parameter
    at_rest    values of the parameters that the file holds
    """

    points: NDArray[np.float64]
    surfaces: list[tuple[Surface, int]]
    materials: list[Material]
    moved: dict[Target, Moved]
    named: dict[str, dict[Target, float]]
    at_rest: dict[str, float]


class UnreadableError(ValueError):
    """The file needs an extension that is not read here."""


def model_of(data: bytes) -> Model:
    """The model of a file's bytes; raises ValueError where it cannot be drawn."""
    container = Container(data)
    needed = [str(one) for one in sequence(container.document.get("extensionsRequired"), "list")]
    for name in needed:
        if not name.startswith(READABLE):
            raise UnreadableError(name)
    return _Builder(container).model()


class _Builder:
    """Collects the meshes of a scene, node by node."""

    def __init__(self, container: Container) -> None:
        self._file = container
        self._points: list[NDArray[np.float64]] = []
        self._uvs: list[NDArray[np.float32]] = []
        self._colours: list[NDArray[np.float32]] = []
        self._triangles: list[tuple[NDArray[np.int32], int]] = []
        self._moved: dict[Target, list[Moved]] = {}
        self._count = self._corners = self._numbers = 0
        self._materials: dict[int, int] = {}
        extensions = mapping(container.document.get("extensions"), "extensions")
        self._vrm0, self._vrm1 = extensions.get("VRM"), extensions.get("VRMC_vrm")
        # A VRM of version 0 looks along -z.
        self._root = np.diag([-1.0, 1.0, -1.0, 1.0]) if self._vrm0 is not None else np.eye(4)

    def model(self) -> Model:
        """The whole scene."""
        worlds = self._worlds()
        named: dict[str, dict[Target, float]] = {}
        rest: dict[str, float] = {}
        for index, world in worlds.items():
            node = self._file.item("nodes", index)
            if "mesh" in node:
                self._add_mesh(index, node, world, worlds)
                self._name_targets(index, node, named, rest)
        if not self._points or not self._triangles:
            raise ValueError("no triangles")
        for name, weights in self._expressions(worlds):
            known = {target: weight for target, weight in weights.items() if target in self._moved}
            if known:
                named.setdefault(f"expression.{name}", {}).update(known)
        moved = {target: _joined(parts) for target, parts in self._moved.items()}
        surfaces, materials = self._surfaces()
        points = np.concatenate(self._points)
        return Model(points, surfaces, materials, moved, named, rest)

    def _worlds(self) -> dict[int, Matrix]:
        """The matrix of every node of the scene; raises ValueError for cycles and shared nodes."""
        if len(self._file.items("nodes")) > MOST_NODES:
            raise ValueError("too many nodes")
        scenes = self._file.items("scenes")
        if scenes:
            roots = self._file.item("scenes", self._file.document.get("scene", 0)).get("nodes")
        else:
            roots = list(range(len(self._file.items("nodes"))))
        waiting = [(one, self._root) for one in sequence(roots, "nodes of the scene")]
        found: dict[int, Matrix] = {}
        while waiting:
            index, above = waiting.pop()
            node = self._file.item("nodes", index)
            if index in found:
                raise ValueError("a node that is there twice, or holds itself")
            with np.errstate(over="ignore", invalid="ignore"):
                found[index] = above @ _matrix_of(node)
            if not np.isfinite(found[index]).all():
                raise ValueError("a node that is not finite")
            waiting += [(one, found[index]) for one in sequence(node.get("children"), "children")]
        return dict(sorted(found.items()))

    def _add_mesh(self, index: int, node: Node, world: Matrix, worlds: dict[int, Matrix]) -> None:
        mesh = self._file.item("meshes", node["mesh"])
        for told in sequence(mesh.get("primitives"), "primitives"):
            primitive = mapping(told, "primitive")
            triangles = self._triangles_of(primitive)
            if triangles is not None:
                places = self._places(node, primitive, world, worlds)
                self._add_primitive(index, primitive, triangles, places)

    def _triangles_of(self, primitive: Node) -> NDArray[np.int64] | None:
        """(t, 3) corners, None for points and lines; checked against nothing yet."""
        mode = whole(primitive.get("mode", _TRIANGLES), 0, 6, "mode")
        if mode not in (_TRIANGLES, _STRIP, _FAN):
            return None
        if "indices" in primitive:
            corners = self._file.accessor(primitive["indices"], "SCALAR")[:, 0]
            if corners.dtype.kind != "u":
                raise ValueError("indices that are no whole numbers")
            corners = corners.astype(np.int64)
        else:
            corners = np.arange(len(self._positions(primitive)))
        if mode == _TRIANGLES:
            return corners[: len(corners) // 3 * 3].reshape(-1, 3)
        middle = corners[1:-1]
        if mode == _FAN:
            return np.stack([np.full(len(middle), corners[0]), middle, corners[2:]], 1)
        strip = np.stack([corners[:-2], middle, corners[2:]], 1)
        strip[1::2] = strip[1::2, [1, 0, 2]]
        return strip

    def _positions(self, primitive: Node) -> NDArray[np.float64]:
        attributes = mapping(primitive.get("attributes"), "attributes")
        return self._file.accessor(attributes.get("POSITION"), "VEC3").astype(np.float64)

    def _places(
        self, node: Node, primitive: Node, world: Matrix, worlds: dict[int, Matrix]
    ) -> NDArray[np.float64]:
        """(4, 4) matrix of all vertices, or (n, 4, 4) of each where a skin moves them."""
        attributes = mapping(primitive.get("attributes"), "attributes")
        if "skin" not in node or "JOINTS_0" not in attributes or "WEIGHTS_0" not in attributes:
            return world
        skin = self._file.item("skins", node["skin"])
        joints = [whole(one, 0, MOST_NODES, "joint") for one in sequence(skin.get("joints"), "")]
        if not joints or any(one not in worlds for one in joints):
            raise ValueError("a joint that is not in the scene")
        bones = np.stack([worlds[one] for one in joints])
        if "inverseBindMatrices" in skin:
            inverse = self._file.accessor(skin["inverseBindMatrices"], "MAT4")
            if len(inverse) < len(bones):
                raise ValueError("fewer bind matrices than joints")
            bones = bones @ inverse[: len(bones)].reshape(-1, 4, 4).transpose(0, 2, 1)
        which = self._file.accessor(attributes["JOINTS_0"], "VEC4").astype(np.int64)
        share = self._file.accessor(attributes["WEIGHTS_0"], "VEC4").astype(np.float64)
        if len(which) != len(share) or which.min() < 0 or which.max() >= len(bones):
            raise ValueError("weights of joints that are not there")
        total = share.sum(1, keepdims=True)
        share = np.where(total > 0, share / np.where(total > 0, total, 1.0), [1.0, 0, 0, 0])
        return np.einsum("nk,nkij->nij", share, bones[which])

    def _add_primitive(
        self, index: int, primitive: Node, triangles: NDArray[np.int64], places: Matrix
    ) -> None:
        positions, start = self._positions(primitive), self._count
        count = len(positions)
        if len(triangles) and not 0 <= int(triangles.min()) <= int(triangles.max()) < count:
            raise ValueError("a triangle with a corner that is not there")
        self._count, self._corners = start + count, self._corners + len(triangles)
        if self._count > MOST_VERTICES or self._corners > MOST_TRIANGLES:
            raise ValueError("too many vertices or triangles")
        if places.ndim == 3 and len(places) != count:
            raise ValueError("another number of joints than of vertices")
        turn, shift = places[..., :3, :3], places[..., :3, 3]
        self._points.append(_turned(turn, positions) + shift)
        if not np.isfinite(self._points[-1]).all():
            raise ValueError("a vertex that is not finite")
        mirrored = np.linalg.det(turn if turn.ndim == 2 else turn[0]) < 0
        order = [0, 2, 1] if mirrored else [0, 1, 2]
        material = self._material(primitive.get("material"))
        self._triangles.append(((triangles[:, order] + start).astype(np.int32), material))
        self._uvs.append(self._vertex(primitive, "TEXCOORD_0", ("VEC2",), (count, 2), 0.0))
        kinds = ("VEC3", "VEC4")
        self._colours.append(self._vertex(primitive, "COLOR_0", kinds, (count, 4), 1.0))
        self._add_targets(index, primitive, start, count, turn)

    def _vertex(
        self,
        primitive: Node,
        name: str,
        kinds: tuple[str, ...],
        shape: tuple[int, int],
        fill: float,
    ) -> NDArray[np.float32]:
        """(n, k) an attribute of the vertices; what is not there is `fill`."""
        values = np.full(shape, fill, np.float32)
        attributes = mapping(primitive.get("attributes"), "attributes")
        if name in attributes:
            found = self._file.accessor(attributes[name], *kinds)
            if len(found) != shape[0]:
                raise ValueError(f"{name} of another length")
            values[:, : found.shape[1]] = np.clip(found, -1e4, 1e4)
        return values

    def _add_targets(
        self, index: int, primitive: Node, start: int, count: int, turn: Matrix
    ) -> None:
        targets = sequence(primitive.get("targets"), "targets")
        if len(targets) > MOST_TARGETS:
            raise ValueError(f"more than {MOST_TARGETS} morph targets")
        for place, told in enumerate(targets):
            target = mapping(told, "target")
            parts = self._moved.setdefault((index, place), [])
            if "POSITION" not in target:
                continue
            offsets = self._file.accessor(target["POSITION"], "VEC3").astype(np.float64)
            if len(offsets) != count:
                raise ValueError("a morph target of another length")
            rows = np.flatnonzero(offsets.any(1))
            self._numbers += 3 * len(rows)
            if self._numbers > MOST_MOVED:
                raise ValueError("morph targets that are too large")
            world = _turned(turn if turn.ndim == 2 else turn[rows], offsets[rows])
            parts.append(Moved(rows + start, world.astype(np.float32)))

    def _name_targets(
        self,
        index: int,
        node: Node,
        named: dict[str, dict[Target, float]],
        rest: dict[str, float],
    ) -> None:
        mesh = self._file.item("meshes", node["mesh"])
        primitives = sequence(mesh.get("primitives"), "primitives")
        first = mapping(primitives[0], "primitive") if primitives else {}
        names: Any = mapping(mesh.get("extras"), "extras").get("targetNames")
        if names is None:
            names = mapping(first.get("extras"), "extras").get("targetNames")
        names = [str(one) for one in sequence(names, "targetNames")]
        weights = sequence(node.get("weights", mesh.get("weights")), "weights")
        count = sum(1 for known, _ in self._moved if known == index)
        for place in range(count):
            plain = clean(names[place]) if place < len(names) else ""
            name = f"morph.{plain or f'target_{place}'}"
            named.setdefault(name, {})[index, place] = 1.0
            at = real(weights[place], "weight") if place < len(weights) else 0.0
            rest[name] = max(rest.get(name, 0.0), min(max(at, 0.0), 1.0))

    def _expressions(self, worlds: dict[int, Matrix]) -> Iterator[tuple[str, dict[Target, float]]]:
        told = mapping(mapping(self._vrm1, "VRMC_vrm").get("expressions"), "expressions")
        for kind in ("preset", "custom"):
            for name, expression in mapping(told.get(kind), kind).items():
                binds = mapping(expression, "expression").get("morphTargetBinds")
                yield clean(name) or kind, dict(_binds(binds, "node", 1.0))
        master = mapping(mapping(self._vrm0, "VRM").get("blendShapeMaster"), "blendShapeMaster")
        for one in sequence(master.get("blendShapeGroups"), "blendShapeGroups"):
            group = mapping(one, "group")
            weights: dict[Target, float] = {}
            for (mesh, place), weight in _binds(group.get("binds"), "mesh", 0.01):
                for index in worlds:
                    if self._file.item("nodes", index).get("mesh") == mesh:
                        weights[index, place] = weight
            yield clean(str(group.get("name") or group.get("presetName"))) or "group", weights

    def _material(self, told: Any) -> int:
        index = -1 if told is None else whole(told, 0, len(self._file.items("materials")) - 1, "")
        return self._materials.setdefault(index, len(self._materials))

    def _surfaces(self) -> tuple[list[tuple[Surface, int]], list[Material]]:
        uv, colours = np.concatenate(self._uvs), np.concatenate(self._colours)
        materials, surfaces, taken = [], [], set()
        for index, place in self._materials.items():
            told = {} if index < 0 else self._file.item("materials", index)
            pbr = mapping(told.get("pbrMetallicRoughness"), "pbrMetallicRoughness")
            factor = reals(pbr.get("baseColorFactor", [1, 1, 1, 1]), 4, "baseColorFactor")
            red, green, blue, alpha = (min(max(one, 0.0), 1.0) for one in factor)
            name = clean(str(told.get("name", ""))) or f"material_{place}"
            while name in taken:
                name += "+"
            taken.add(name)
            materials.append(Material(name, (red, green, blue, alpha)))
            mode = told.get("alphaMode", "OPAQUE")
            triangles = np.concatenate([one for one, which in self._triangles if which == place])
            surface = Surface(
                np.ascontiguousarray(triangles),
                uv=uv,
                texture=read_texture(self._file, pbr.get("baseColorTexture")),
                colours=colours,
                two_sided=bool(told.get("doubleSided")),
                cutoff=real(told.get("alphaCutoff", 0.5), "alphaCutoff")
                if mode == "MASK"
                else None,
                blend=mode == "BLEND",
            )
            surfaces.append((surface, place))
        return surfaces, materials


def clean(name: str) -> str:
    """A name from a file for people: nothing harmful in it, and not long."""
    return "".join(letter for letter in name if not is_harmful(letter)).strip()[:60].strip()


def _binds(told: Any, key: str, scale: float) -> Iterator[tuple[Target, float]]:
    for one in sequence(told, "binds"):
        bind = mapping(one, "bind")
        owner = whole(bind.get(key), 0, MOST_NODES, key)
        place = whole(bind.get("index"), 0, MOST_TARGETS, "index")
        yield (owner, place), min(max(real(bind.get("weight", 1.0), "weight") * scale, 0.0), 1.0)


def _joined(parts: list[Moved]) -> Moved:
    if not parts:
        return Moved(np.zeros(0, np.int64), np.zeros((0, 3), np.float32))
    rows = np.concatenate([one.rows for one in parts])
    return Moved(rows, np.concatenate([one.offsets for one in parts]))


def _turned(turn: Matrix, vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 3) vectors turned by one (3, 3) matrix, or each by its own."""
    if turn.ndim == 2:
        return vectors @ turn.T
    return np.einsum("nij,nj->ni", turn, vectors)


def _matrix_of(node: Node) -> Matrix:
    if "matrix" in node:
        return np.array(reals(node["matrix"], 16, "matrix")).reshape(4, 4).T
    x, y, z, w = reals(node.get("rotation", [0, 0, 0, 1]), 4, "rotation")
    matrix = np.eye(4)
    matrix[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    matrix[:3, :3] *= reals(node.get("scale", [1, 1, 1]), 3, "scale")
    matrix[:3, 3] = reals(node.get("translation", [0, 0, 0]), 3, "translation")
    return matrix
