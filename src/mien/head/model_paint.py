"""Materials, textures and vertex colours of a model's parts."""

from __future__ import annotations

import numpy as np
import pygltflib as gl

from mien.head import material_index as slot
from mien.head.glb import Writer
from mien.head.layout import (
    ACROSS,
    ALONG,
    OCCLUSION,
    PART_EAR,
    PART_SHIRT,
    PART_TEETH,
    PART_TONGUE,
    Float32,
)
from mien.head.model_parts import Part
from mien.head.paint import (
    ACROSS_PERIOD,
    LASH_PERIOD,
    TIP_REACH,
    eye_picture,
    hair_picture,
    lash_picture,
    surface_colours,
)
from mien.head.render import material_of
from mien.head.rig import Mesh
from mien.head.skin_maps import skin_maps
from mien.head.template import load
from mien.head.unwrap import bake_skin, unwrapped
from mien.types import FaceCode

EYE_PIXELS, HAIR_PIXELS = 256, 512
LASH_PIXELS = (64, 1024)
LASH_COLOUR = (0.03, 0.02, 0.02)
_PAINTED = {"ears": PART_EAR, "teeth": PART_TEETH, "tongue": PART_TONGUE, "shirt": PART_SHIRT}
_ROUGHNESS = {"ears": 0.6, "teeth": 0.25, "tongue": 0.4, "shirt": 0.9}
_PLAIN: dict[str, tuple[tuple[float, float, float], bool]] = {
    "mouth": ((0.10, 0.02, 0.02), False),
    "sockets": ((0.42, 0.18, 0.15), True),
}
"""Colour, and whether it is drawn from both sides."""


class Painter:
    """Gives the parts of one person their materials; each is made once.

    writer   the file
    code     the person; a drawn one has neither relief nor sheen nor a photo's skin
    texture  log-ratio map of a fitted photo, or None
    size     pixels of the skin's pictures
    """

    def __init__(self, writer: Writer, code: FaceCode, texture: Float32 | None, size: int) -> None:
        self.writer, self.paint, self.size = writer, material_of(code), size
        self.drawn = code.style == "toon"
        self.texture = None if self.drawn else texture
        self._made: dict[str, int] = {}

    def dress(self, part: Part, mesh: Mesh) -> None:
        """Sets material, colours and, where they come from the material, coordinates of a part."""
        rows = mesh.attributes[part.first]
        kind = "eye" if part.name.startswith("eye_") else part.name
        if kind in _PAINTED:
            part.colours = surface_colours(_PAINTED[kind], rows, self.paint)
        elif kind in ("hair", "beard"):
            across, along = rows[:, ACROSS] / ACROSS_PERIOD, 1 - rows[:, ALONG] / TIP_REACH
            part.coordinates = np.stack([across, along], 1).astype(np.float64)
            part.colours = np.repeat(rows[:, OCCLUSION : OCCLUSION + 1], 3, 1)
        elif kind == "lashes":
            along = [rows[:, ACROSS] / LASH_PERIOD, rows[:, ALONG]]
            part.coordinates = np.stack(along, 1).astype(np.float64)
        if kind not in self._made:
            self._made[kind] = self._material(kind)
        part.material = self._made[kind]

    def _material(self, kind: str) -> int:
        writer = self.writer
        if kind == "skin":
            return self._skin()
        if kind in ("hair", "beard"):
            picture = writer.texture(hair_picture(self.paint, HAIR_PIXELS, HAIR_PIXELS))
            return writer.material(kind, texture=picture, roughness=0.8, sheet=True)
        if kind == "lashes":
            height, width = LASH_PIXELS
            picture = writer.texture(lash_picture(LASH_COLOUR, width, height))
            return writer.material(kind, texture=picture, roughness=0.8, sheet=True)
        if kind == "eye":
            picture = writer.texture(eye_picture(self.paint, EYE_PIXELS))
            return writer.material("eye", texture=picture, roughness=0.1)
        if kind in _PAINTED:
            sheet = kind == "shirt"
            return writer.material(kind, roughness=_ROUGHNESS[kind], sheet=sheet)
        if kind in _PLAIN:
            colour, sheet = _PLAIN[kind]
            return writer.material(kind, colour=colour, sheet=sheet)
        return self._glasses(kind)

    def _skin(self) -> int:
        """Base colour, relief, roughness and openness to light, all on one map."""
        writer, shown = self.writer, unwrapped(load(), self.size)
        base = writer.texture(bake_skin(shown, self.paint, texture=self.texture))
        if self.drawn:
            return writer.material("skin", texture=base, roughness=0.9)
        relief, sheen = skin_maps(shown, self.paint)
        made = writer.material("skin", texture=base, roughness=1.0)
        material = writer.gltf.materials[made]
        material.normalTexture = gl.NormalMaterialTexture(index=writer.texture(relief))
        rough = writer.texture(sheen)
        material.occlusionTexture = gl.OcclusionTextureInfo(index=rough)
        if material.pbrMetallicRoughness is not None:
            material.pbrMetallicRoughness.metallicRoughnessTexture = gl.TextureInfo(index=rough)
        return made

    def _glasses(self, kind: str) -> int:
        """The frame, or lenses of dark or clear glass."""
        if kind == "glasses":
            colour = tuple(float(c) for c in self.paint[slot.GLASSES_COLOUR :][:3])
            return self.writer.material("glasses", colour=colour, roughness=0.25)
        made = self.writer.material("lenses", roughness=0.05)
        glass = self.writer.gltf.materials[made]
        glass.alphaMode, glass.doubleSided = "BLEND", True
        if glass.pbrMetallicRoughness is not None:
            shade = 0.08 + 0.85 * float(self.paint[slot.LENS_TINT])
            glass.pbrMetallicRoughness.baseColorFactor = [0.03, 0.03, 0.03, shade]
        return made
