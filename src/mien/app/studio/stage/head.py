"""What can be asked of a drawn head: pictures while sliders move, and files of it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mien.app.studio.stage.frames import Header
from mien.app.studio.stage.values import (
    DRAFT,
    FINE,
    Values,
    checked,
    code_of,
    mirrored,
    random_values,
    values_of,
    view_of,
)
from mien.errors import OptionError
from mien.head.render import render
from mien.io.image import encode_image
from mien.io.provenance import Provenance, request_hash
from mien.messages import text
from mien.persona.character import Character, read_character, to_json
from mien.persona.expressions import expression_aus
from mien.persona.subject import Motion
from mien.types import AU_NAMES, Image, Style

PICTURE_SIZE, TEXTURE_SIZE, VIEW_TEXTURE = 1024, 1024, 512
"""Pixels a side of a picture to keep, and of the skin of models to keep and to look at."""
SHOWN, KEPT = Path("shown.jpg"), Path("kept.png")
Answer = tuple[Header, bytes]


class Head:
    """A head on the page: a drawn one, or that of a character with its skin.

    character  whose skin and identity it has, or None
    shown      the last picture, and what its face does
    """

    def __init__(self) -> None:
        self.character: Character | None = None
        self.shown: tuple[Image, Motion] | None = None

    def open(self, folder: Path | None) -> Answer:
        """Takes the character of a folder, and tells what its controls hold."""
        self.character = read_character(folder) if folder is not None else None
        if self.character is None:
            return {"values": {}}, b""
        told = {
            "values": {**values_of(self.character.neutral().code)},
            "confidence": dict(self.character.confidence),
            "byHand": list(self.character.by_hand),
        }
        return told, b""

    def draw(self, header: Mapping[str, Any]) -> Answer:
        """The picture of the values, small and quick where something moves."""
        values = checked(header.get("values"), "head")
        picture = self.picture(values, bool(header.get("draft")), bare=bool(header.get("bare")))
        code = code_of(values)
        aus = np.array([code.aus.get(name, 0.0) for name in AU_NAMES])
        self.shown = (picture, Motion(aus, code.pose, code.gaze))
        return {}, encode_image(picture, path=SHOWN, provenance=None)

    def picture(self, values: Values, draft: bool, *, bare: bool = False) -> Image:
        """The picture (s, s, 3) of checked values; bare: without the skin of the photo."""
        view = view_of(values, DRAFT if draft else FINE, draft=draft)
        return render(code_of(values), view=view, texture=self._skin(bare)).rgb

    def _skin(self, bare: bool) -> Any:
        return None if self.character is None or bare else self.character.texture

    def random(self, header: Mapping[str, Any]) -> Answer:
        """Somebody else, but for what is locked."""
        held = checked(header.get("values"), "head")
        locked = [str(key) for key in header.get("locked", [])]
        seed, sampler = header.get("seed"), str(header.get("sampler", "portrait"))
        return {"values": random_values(seed, sampler, locked, held)}, b""  # pyright: ignore[reportArgumentType] # checked there

    def mirror(self, header: Mapping[str, Any]) -> Answer:
        """Left and right exchanged."""
        return {"values": mirrored(checked(header.get("values"), "head"))}, b""

    def make(self, header: Mapping[str, Any]) -> Answer:
        """A file to keep, or the model for the page's own 3D view."""
        values = checked(header.get("values"), "head")
        what = str(header.get("what"))
        if what not in _MAKERS:
            raise OptionError(
                text("studio.live.value", name="what", value=what[:40], wanted=", ".join(_MAKERS))
            )
        view = view_of(values, PICTURE_SIZE)
        skin = self._skin(bool(header.get("bare")))
        shown = Character(code_of(values), view, skin, self._made_by(values, what))
        name, data = _MAKERS[what](shown)
        return {"file": name}, data

    def _made_by(self, values: Values, what: str) -> Provenance:
        asked = {"values": dict(values), "what": what}
        known = self.character
        if known is not None:
            asked["of"] = known.provenance.request
            return dataclasses.replace(known.provenance, request=request_hash(asked))
        return Provenance("algorithmicMedia", "studio.head", request=request_hash(asked))


def preset(header: Mapping[str, Any]) -> Answer:
    """The Action Units of an expression by name; all others are 0."""
    aus = expression_aus({str(header.get("name")): 1.0})
    values = {f"au.{name}": float(value) for name, value in zip(AU_NAMES, aus, strict=True)}
    return {"values": values}, b""


def _params(shown: Character) -> tuple[str, bytes]:
    values = to_json(dataclasses.replace(shown, texture=None), texture_name=None)
    return "params.json", json.dumps(values, indent=1, allow_nan=False).encode()


def _png(shown: Character) -> tuple[str, bytes]:
    return "head.png", encode_image(shown.render().rgb, path=KEPT, provenance=shown.provenance)


def _glb(shown: Character, *, size: int = TEXTURE_SIZE, morphs: Any = "arkit") -> tuple[str, bytes]:
    from mien.head.gltf import export_glb

    extras = shown.provenance.as_mapping()
    model = export_glb(shown.code, texture=shown.texture, size=size, extras=extras, morphs=morphs)
    return "head.glb", model


def _vrm(shown: Character) -> tuple[str, bytes]:
    from mien.head.vrm import export_vrm

    extras = shown.provenance.as_mapping()
    return "head.vrm", export_vrm(
        shown.code, texture=shown.texture, size=TEXTURE_SIZE, extras=extras
    )


def _page(shown: Character) -> tuple[str, bytes]:
    from mien.jobs.character.page import character_page

    _, model = _glb(shown, morphs="both")
    style: Style = shown.code.style
    return "me.html", character_page(model, title=text("studio.live.my_head"), style=style)


def _model(shown: Character) -> tuple[str, bytes]:
    return _glb(shown, size=VIEW_TEXTURE, morphs="aus")


_MAKERS = {
    "params": _params,
    "png": _png,
    "glb": _glb,
    "vrm": _vrm,
    "page": _page,
    "model": _model,
}
