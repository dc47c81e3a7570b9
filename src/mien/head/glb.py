"""Writing binary glTF 2.0: buffers, accessors, textures and materials of one file."""

from __future__ import annotations

import io
import json
import struct
from typing import Any

import numpy as np
import pygltflib as gl
from numpy.typing import NDArray
from PIL import Image as PillowImage

BYTE, USHORT, FLOAT = 5121, 5123, 5126
VERTEX_BUFFER, INDEX_BUFFER = 34962, 34963
REPEAT, CLAMP = 10497, 33071
SPARSE = 0.85
"""A morph target lists single vertices where that takes less than this share of the room."""
_MAGIC, _JSON, _BIN = 0x46546C67, 0x4E4F534A, 0x004E4942
Pixels = NDArray[np.uint8]


class Writer:
    """Collects what goes into one file.

    gltf   the document; its lists may be added to
    extensions  JSON-ready values of extensions at the document's root, by name
    """

    def __init__(self) -> None:
        self.gltf = gl.GLTF2(asset=gl.Asset(version="2.0", generator="mien"))
        self.extensions: dict[str, Any] = {}
        self.material_extensions: dict[int, dict[str, Any]] = {}
        self._data = bytearray()

    def view(self, data: bytes, target: int | None = None) -> int:
        """Append bytes; returns the buffer view's index."""
        self._data.extend(b"\0" * (-len(self._data) % 4))
        view = gl.BufferView(buffer=0, byteOffset=len(self._data), byteLength=len(data))
        view.target = target
        self._data.extend(data)
        self.gltf.bufferViews.append(view)
        return len(self.gltf.bufferViews) - 1

    def floats(
        self, values: NDArray[Any], *, bounds: bool = False, target: int | None = VERTEX_BUFFER
    ) -> int:
        """Append (n, 1..4) or (n, 16) numbers as float32; returns the accessor's index."""
        array = np.ascontiguousarray(values, np.float32)
        columns = array.shape[1]
        kind = {1: "SCALAR", 16: "MAT4"}.get(columns, f"VEC{columns}")
        accessor = gl.Accessor(
            bufferView=self.view(array.tobytes(), target),
            componentType=FLOAT,
            count=len(array),
            type=kind,
        )
        if bounds:
            accessor.min, accessor.max = array.min(0).tolist(), array.max(0).tolist()
        return self._accessor(accessor)

    def moves(self, values: NDArray[Any]) -> int:
        """Append (n, 3) numbers of a morph target, only those that are not 0 where that is less."""
        array = np.ascontiguousarray(values, np.float32)
        used = np.flatnonzero((array != 0).any(1))
        if len(used) == 0 or 14 * len(used) > SPARSE * 12 * len(array):
            return self.floats(array, bounds=True)
        places = gl.AccessorSparseIndices(
            bufferView=self.view(used.astype(np.uint16).tobytes()), componentType=USHORT
        )
        kept = gl.AccessorSparseValues(bufferView=self.view(array[used].tobytes()))
        accessor = gl.Accessor(
            byteOffset=None,  # pyright: ignore[reportArgumentType] # no view to count in
            componentType=FLOAT,
            count=len(array),
            type="VEC3",
            min=array.min(0).tolist(),
            max=array.max(0).tolist(),
            sparse=gl.Sparse(count=len(used), indices=places, values=kept),
        )
        return self._accessor(accessor)

    def joints(self, values: NDArray[Any]) -> int:
        """Append (n, 4) numbers of joints as bytes; returns the accessor's index."""
        array = np.ascontiguousarray(values, np.uint8)
        view = self.view(array.tobytes(), VERTEX_BUFFER)
        accessor = gl.Accessor(bufferView=view, componentType=BYTE, count=len(array), type="VEC4")
        return self._accessor(accessor)

    def indices(self, triangles: NDArray[Any]) -> int:
        """Append triangle corners as uint16."""
        array = np.ascontiguousarray(triangles, np.uint16).ravel()
        view = self.view(array.tobytes(), INDEX_BUFFER)
        accessor = gl.Accessor(
            bufferView=view, componentType=USHORT, count=len(array), type="SCALAR"
        )
        return self._accessor(accessor)

    def _accessor(self, accessor: gl.Accessor) -> int:
        self.gltf.accessors.append(accessor)
        return len(self.gltf.accessors) - 1

    def image(self, pixels: Pixels) -> int:
        """Embed a picture as PNG; returns the image's index."""
        buffer = io.BytesIO()
        PillowImage.fromarray(pixels).save(buffer, "PNG", optimize=False)
        view = self.view(buffer.getvalue())
        self.gltf.images.append(gl.Image(bufferView=view, mimeType="image/png"))
        return len(self.gltf.images) - 1

    def texture(self, pixels: Pixels) -> int:
        """Embed a picture as PNG; returns the texture's index."""
        image = self.image(pixels)
        if not self.gltf.samplers:
            self.gltf.samplers.append(gl.Sampler(wrapS=REPEAT, wrapT=CLAMP))
        self.gltf.textures.append(gl.Texture(source=image, sampler=0))
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

    def node(self, node: gl.Node) -> int:
        """Add a node; returns its index."""
        self.gltf.nodes.append(node)
        return len(self.gltf.nodes) - 1

    def bytes(self) -> bytes:
        """The .glb file."""
        self.gltf.buffers.append(gl.Buffer(byteLength=len(self._data)))
        document = json.loads(self.gltf.to_json())
        used = set(self.extensions)
        if self.extensions:
            document["extensions"] = self.extensions
        for place, extensions in self.material_extensions.items():
            document["materials"][place]["extensions"] = extensions
            used |= set(extensions)
        if used:
            document["extensionsUsed"] = sorted(used)
        text = json.dumps(document, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 4)
        data = bytes(self._data) + b"\0" * (-len(self._data) % 4)
        chunks = struct.pack("<II", len(text), _JSON) + text
        chunks += struct.pack("<II", len(data), _BIN) + data
        return struct.pack("<III", _MAGIC, 2, 12 + len(chunks)) + chunks
