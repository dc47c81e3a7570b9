"""What can be asked of a maker of faces: a wall of them, more like one, the way between two."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mien.app.studio.stage.frames import Header
from mien.errors import OptionError
from mien.io.image import encode_image
from mien.io.provenance import Provenance, request_hash
from mien.messages import text
from mien.seeding import key_to_int
from mien.types import Image

if TYPE_CHECKING:
    from mien.jobs.generate.model import FaceModel

MODELS = ("photo", "toon")
COUNT, COLUMNS = 16, 4
"""Faces of a wall, and how many stand in a row."""
FRAMES = 16
"""Pictures of a walk."""
SHOWN, KEPT = Path("shown.jpg"), Path("kept.png")
_MOST_SEED = 2**53 - 1
_NEAR = 0.33
"""How far those that are like one lie from it: share of somebody else in them."""
Answer = tuple[Header, bytes]
Latents = np.ndarray


@dataclasses.dataclass(frozen=True, eq=False)
class Wall:
    """What is shown: latents (n, d), and what made them, as it goes into provenance."""

    model: str
    latents: Latents
    told: Mapping[str, Any]


class Faces:
    """The maker of a page, and the wall that it shows."""

    def __init__(self) -> None:
        self._models: dict[str, FaceModel] = {}
        self._wall: Wall | None = None

    def wall(self, header: Mapping[str, Any]) -> Answer:
        """A sheet of the faces of a seed, four in a row."""
        seed, model = _whole(header, "seed", _MOST_SEED), str(header.get("model", MODELS[0]))
        variety = _number(header, "variety")
        maker = self._maker(model)
        drawn = [maker.latent(seed, k, truncation=variety) for k in range(COUNT)]
        latents = np.stack([one.double().cpu().numpy() for one in drawn])
        return self._show(Wall(model, latents, {"seed": seed, "variety": variety}))

    def near(self, header: Mapping[str, Any]) -> Answer:
        """A sheet of faces that are like one of the wall; that one comes first."""
        wall, cell = self._shown(), _whole(header, "cell", COUNT - 1)
        chosen, maker = wall.latents[cell], self._maker(wall.model)
        # Towards other people, not just anywhere: between two faces there is a face.
        seed = key_to_int("near", str(sorted(wall.told.items())), cell) % _MOST_SEED
        others = np.stack([maker.latent(seed, k).double().cpu().numpy() for k in range(COUNT - 1)])
        length = np.linalg.norm(chosen)
        mixed = (1 - _NEAR) * chosen + _NEAR * others
        mixed *= length / np.linalg.norm(mixed, axis=1, keepdims=True)
        told = {**wall.told, "near": [*wall.told.get("near", []), cell]}
        return self._show(Wall(wall.model, np.concatenate([chosen[None], mixed]), told))

    def walk(self, header: Mapping[str, Any]) -> Answer:
        """A sheet of the way from one face of the wall to another, without a jump."""
        from mien.jobs.generate.walk import path

        wall = self._shown()
        cells = header.get("cells")
        if not isinstance(cells, list) or len(cells) != 2:
            raise OptionError(text("studio.faces.two"))
        ends = [_whole({"cell": cell}, "cell", COUNT - 1) for cell in cells]
        way = list(path(wall.latents[ends], FRAMES - 1, closed=False))
        return {"cells": FRAMES, "columns": COLUMNS}, self._sheet(wall.model, np.stack(way))

    def make(self, header: Mapping[str, Any]) -> Answer:
        """One face of the wall as a file."""
        wall, cell = self._shown(), _whole(header, "cell", COUNT - 1)
        maker = self._maker(wall.model)
        made_by = Provenance(
            source="trainedAlgorithmicMedia",
            job="studio.faces",
            models=(maker.sha256,) if maker.sha256 else (),
            seed=int(wall.told["seed"]),
            request=request_hash({**wall.told, "cell": cell}),
        )
        picture = self._drawn(wall.model, wall.latents[cell : cell + 1])[0]
        data = encode_image(picture, path=KEPT, provenance=made_by)
        return {"file": f"face-{wall.told['seed']}-{cell}.png"}, data

    def _show(self, wall: Wall) -> Answer:
        sheet = self._sheet(wall.model, wall.latents)
        self._wall = wall
        return {"cells": len(wall.latents), "columns": COLUMNS}, sheet

    def _shown(self) -> Wall:
        if self._wall is None:
            raise OptionError(text("studio.faces.none"))
        return self._wall

    def _sheet(self, model: str, latents: Latents) -> bytes:
        pictures = self._drawn(model, latents)
        rows = [
            np.concatenate(list(pictures[k : k + COLUMNS]), 1)
            for k in range(0, len(pictures), COLUMNS)
        ]
        return encode_image(np.concatenate(rows, 0), path=SHOWN, provenance=None)

    def _drawn(self, model: str, latents: Latents) -> Image:
        import torch

        return self._maker(model).draw(torch.from_numpy(latents).float())

    def _maker(self, model: str) -> FaceModel:
        from mien import device
        from mien.jobs.generate.model import load_model

        if model not in MODELS:
            shown = {"name": "model", "value": model[:40], "wanted": ", ".join(MODELS)}
            raise OptionError(text("studio.live.value", **shown))
        if model not in self._models:
            self._models[model] = load_model(model, device.pick("auto"))
        return self._models[model]


def _whole(header: Mapping[str, Any], name: str, most: int) -> int:
    value = header.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        shown = {"name": name, "value": str(value)[:40], "wanted": f"0 … {most}"}
        raise OptionError(text("studio.live.value", **shown))
    return value


def _number(header: Mapping[str, Any], name: str) -> float:
    value = header.get(name, 1.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 2:
        shown = {"name": name, "value": str(value)[:40], "wanted": "0 … 2"}
        raise OptionError(text("studio.live.value", **shown))
    return float(value)
