"""A person as a VRM 1.0 avatar: what VTubing programs and social worlds open.

The head of `gltf` on a plain body with the bones VRM wants. All 18 expression presets are there,
the 52 shapes of ARKit as custom expressions ("perfect sync"), eyes that turn by their bones, and
for the drawn twin the toon material MToon. https://github.com/vrm-c/vrm-specification
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from mien.head import material_index as slot
from mien.head.blendshapes import ARKIT_NAMES, VRM
from mien.head.body import GROUND, HEAD_BONES, body, skeleton_of
from mien.head.gltf import Builder, Drawable, Person, parts_of, poser_of
from mien.head.layout import Float32
from mien.head.model_paint import Painter
from mien.head.model_parts import FULL
from mien.head.morphs import MOOD_PREFIX, MOODS, VISEME_PREFIX, names
from mien.types import FaceCode

LICENCE = "https://vrm.dev/licenses/1.0/"
_BONES = {
    **{name: name for name in ("hips", "spine", "chest", "neck", "head", "jaw")},
    **{f"{side}Eye": f"{side}_eye" for side in ("left", "right")},
    **{
        side + "".join(word.title() for word in part.split("_")): f"{side}_{part}"
        for side in ("left", "right")
        for part in ("upper_arm", "lower_arm", "hand", "upper_leg", "lower_leg", "foot")
    },
}
"""Our bones by VRM's names."""
_MORPHS: dict[str, tuple[str, ...]] = {
    **{mood: (MOOD_PREFIX + mood,) for mood in MOODS},
    **{name: (VISEME_PREFIX + name,) for name in ("aa", "ih", "ou", "oh")},
    "ee": (f"{VISEME_PREFIX}E",),
    "blink": ("eyeBlinkLeft", "eyeBlinkRight"),
    "blinkLeft": ("eyeBlinkLeft",),
    "blinkRight": ("eyeBlinkRight",),
}
"""Morph targets of the presets; the neutral face and gazes have none: the eyes' bones turn."""
_GAZE_DEGREES = {
    **{"HorizontalInner": 20.0, "HorizontalOuter": 24.0},
    **{"VerticalDown": 14.0, "VerticalUp": 14.0},
}
_CLOTHES = {"body_trousers": (0.030, 0.034, 0.046), "body_shoes": (0.018, 0.016, 0.015)}
OUTLINE = 0.0008
_NO_LINE = ("eye", "teeth", "skin", "ears")
"""Around eyes and nose the skin's back would show as stray lines."""
"""Width of a drawing's lines, m."""


@dataclasses.dataclass(frozen=True)
class Meta:
    """Who may do what with an avatar. The defaults, as for a likeness, allow next to nothing.

    name, version, authors, copyright_information  free texts
    avatar_permission   onlyAuthor, onlySeparatelyLicensedPerson or everyone
    commercial_usage    personalNonProfit, personalProfit or corporation
    credit_notation     required or unnecessary
    modification        prohibited, allowModification or allowModificationRedistribution
    """

    name: str = "character"
    version: str = "1"
    authors: tuple[str, ...] = ("unknown",)
    copyright_information: str = ""
    avatar_permission: str = "onlyAuthor"
    commercial_usage: str = "personalNonProfit"
    credit_notation: str = "required"
    modification: str = "prohibited"

    def to_json(self) -> dict[str, Any]:
        """The values of `VRMC_vrm.meta`."""
        return {
            "name": self.name,
            "version": self.version,
            "authors": list(self.authors),
            "copyrightInformation": self.copyright_information,
            "licenseUrl": LICENCE,
            "avatarPermission": self.avatar_permission,
            "allowExcessivelyViolentUsage": False,
            "allowExcessivelySexualUsage": False,
            "commercialUsage": self.commercial_usage,
            "allowPoliticalOrReligiousUsage": False,
            "allowAntisocialOrHateUsage": False,
            "creditNotation": self.credit_notation,
            "allowRedistribution": False,
            "modification": self.modification,
        }


def export_vrm(
    code: FaceCode,
    *,
    texture: Float32 | None = None,
    size: int = 1024,
    extras: dict[str, Any] | None = None,
    meta: Meta = Meta(),
) -> bytes:
    """The avatar of a code as the bytes of a .vrm file.

    texture, size, extras  as in `gltf.export_glb`; meta: name, authors and licence
    """
    poser = poser_of(code)
    bones = skeleton_of(poser.neutral)
    builder = Builder(bones, lift=-GROUND)
    found = [poser.morph(name) for name in names("arkit", moods=True)]
    painter, toon = Painter(builder.writer, code, texture, size), code.style == "toon"
    person = Person(poser, found, HEAD_BONES, len(bones), not toon)
    for part in parts_of(poser.neutral, code, FULL):
        painter.dress(part, poser.neutral)
        if toon and part.colours is not None:  # MToon knows no colours of vertices
            _plain(builder, part.material, part.colours.mean(0))
            part.colours = None
        builder.add(person.drawable(part))
    _add_body(builder, painter.paint)
    if toon:
        _draw(builder)
    builder.writer.extensions["VRMC_vrm"] = _vrm(builder, meta)
    return builder.bytes("character", extras)


def _plain(builder: Builder, material: int, colour: Float32) -> None:
    pbr = builder.writer.gltf.materials[material].pbrMetallicRoughness
    if pbr is not None and pbr.baseColorTexture is None:
        pbr.baseColorFactor = [*(float(c) for c in colour), 1.0]


def _add_body(builder: Builder, paint: Float32) -> None:
    worn = {
        **_CLOTHES,
        "body_top": tuple(float(c) for c in paint[slot.SHIRT_COLOUR :][:3]),
        "body_hands": tuple(float(c) for c in paint[slot.SKIN :][:3]),
    }
    for limb in body(builder.bones):
        material = builder.writer.material(limb.name, colour=worn[limb.name], roughness=0.85)
        builder.add(
            Drawable(
                name=limb.name,
                places=limb.places,
                normals=limb.normals,
                triangles=limb.triangles,
                shares=limb.shares,
                material=material,
            )
        )


def _draw(builder: Builder) -> None:
    """Every material as a drawing's: two tones and a line around."""
    writer = builder.writer
    for place, material in enumerate(writer.gltf.materials):
        pbr = material.pbrMetallicRoughness
        factor = None if pbr is None else pbr.baseColorFactor
        base = [float(c) for c in (factor or (1.0, 1.0, 1.0))[:3]]
        toon: dict[str, Any] = {
            "specVersion": "1.0",
            "shadeColorFactor": [float(c * s) for c, s in zip(base, (0.62, 0.5, 0.5), strict=True)],
            "shadingToonyFactor": 0.92,
            "shadingShiftFactor": -0.1,
            "giEqualizationFactor": 0.9,
        }
        if pbr is not None and pbr.baseColorTexture is not None:
            toon["shadeMultiplyTexture"] = {"index": pbr.baseColorTexture.index}
        if material.alphaMode in (None, "OPAQUE") and material.name not in _NO_LINE:
            toon |= {
                "outlineWidthMode": "worldCoordinates",
                "outlineWidthFactor": OUTLINE,
                "outlineColorFactor": [0.02, 0.01, 0.01],
            }
        writer.material_extensions[place] = {"VRMC_materials_mtoon": toon}


def _expression(builder: Builder, morphs: tuple[str, ...]) -> dict[str, Any]:
    binds = [
        {"node": builder.mesh_nodes[part], "index": used.index(morph), "weight": 1.0}
        for part, used in builder.targets.items()
        for morph in morphs
        if morph in used
    ]
    return {"morphTargetBinds": binds} if binds else {}


def _vrm(builder: Builder, meta: Meta) -> dict[str, Any]:
    node = {bone.name: at for bone, at in zip(builder.bones, builder.bone_nodes, strict=True)}
    place = {bone.name: np.array(bone.place) for bone in builder.bones}
    between = (place["left_eye"] + place["right_eye"]) / 2 - place["head"]
    look: dict[str, Any] = {
        f"rangeMap{name}": {
            "inputMaxValue": 90.0,
            "outputScale": degrees,
        }
        for name, degrees in _GAZE_DEGREES.items()
    }
    return {
        "specVersion": "1.0",
        "meta": meta.to_json(),
        "humanoid": {"humanBones": {name: {"node": node[ours]} for name, ours in _BONES.items()}},
        "lookAt": {
            "type": "bone",
            "offsetFromHeadBone": [float(v) / 100 for v in between],
            **look,
        },
        "expressions": {
            "preset": {name: _expression(builder, _MORPHS.get(name, ())) for name in VRM},
            "custom": {name: _expression(builder, (name,)) for name in ARKIT_NAMES},
        },
    }
