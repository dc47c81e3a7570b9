"""A GLB or VRM model as an engine: its morph targets, its expressions, its colours.

Parameters: `morph.NAME` and `expression.NAME` in [0, 1], and `colour.MATERIAL.red`, `.green` and
`.blue`, linear, around the file's own: a crowd of faces is wanted, not of carnival masks. The
picture is framed once, around what the morph targets move.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.errors import InputError
from mien.head.lambert import Surface, draw_surfaces
from mien.head.raster import vertex_normals
from mien.io.files import read_bytes
from mien.io.names import terminal_safe
from mien.jobs.character.engines.glb_file import MAX_BYTES
from mien.jobs.character.engines.glb_model import Model, UnreadableError, model_of
from mien.jobs.character.engines.schema import Continuous, Parameter, Params, Schema
from mien.messages import text
from mien.types import Image

MOVES = 0.1
"""A vertex belongs to the face where it moves by this share of the largest move."""
FACE_SHARE, ALL_SHARE = 0.55, 0.95
"""Of the picture's height that the face takes, and a model that nothing moves."""
LIFT = 0.2
"""What the picture's middle lies above the face's, in half pictures: room for hair."""
TINT, DARKEST = 0.4, 0.05
"""How far a colour goes from the file's: a share of it, and what black may become."""
_CHANNELS = ("red", "green", "blue")
_DAMAGE = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)


class GlbEngine:
    """Draws the model of a file.

    size   side of a picture

    Raises InputError where the file is no model that can be drawn.
    """

    def __init__(self, path: Path, size: int) -> None:
        data = read_bytes(path, max_bytes=MAX_BYTES, wanted="engine.glb.wanted")
        shown = {"path": terminal_safe(path)}
        try:
            self._model = model_of(data)
            self._schema = schema_of(self._model)
        except UnreadableError as problem:
            name = terminal_safe(problem)[:60]
            raise InputError(text("engine.glb.extension", name=name, **shown)) from problem
        except _DAMAGE as problem:
            reason = terminal_safe(problem)[:120]
            raise InputError(text("engine.glb.damaged", reason=reason, **shown)) from problem
        self.digest = hashlib.sha256(data).hexdigest()[:16]
        self._size = size
        self._centre, self._half = _frame(self._model)
        self._welded = _weld(self._model)

    def schema(self) -> Schema:
        """Morph targets, expressions, colours, in this order."""
        return self._schema

    def render(self, params: Params) -> Image:
        """(size, size, 3) the model from the front."""
        values = {n: float(v) for n, v in self._schema.complete(params).items()}
        points = (moved_points(self._model, values) - self._centre) / self._half
        weld, triangles = self._welded
        first = np.zeros((int(weld.max()) + 1, 3), np.float32)
        first[weld] = points
        normals = vertex_normals(first, triangles)[weld]
        surfaces: list[tuple[Surface, tuple[float, ...]]] = []
        for surface, place in self._model.surfaces:
            material = self._model.materials[place]
            rgb = (values[f"colour.{material.name}.{channel}"] for channel in _CHANNELS)
            surfaces.append((surface, (*rgb, material.factor[3])))
        return draw_surfaces(points, normals, surfaces, size=self._size)

    def close(self) -> None:
        """Holds nothing."""


def schema_of(model: Model) -> Schema:
    """The parameters of a model; raises ValueError where they are too many."""
    kinds = sorted(model.named, key=lambda name: name.startswith("expression."))
    parameters: list[Parameter] = [
        Continuous(name, 0.0, 1.0, model.at_rest.get(name, 0.0)) for name in kinds
    ]
    for material in model.materials:
        for channel, value in zip(_CHANNELS, material.factor[:3], strict=True):
            low, high = value * (1 - TINT), min(value * (1 + TINT) + DARKEST, 1.0)
            parameters.append(Continuous(f"colour.{material.name}.{channel}", low, high, value))
    return Schema(tuple(parameters))


def moved_points(model: Model, values: dict[str, float]) -> NDArray[np.float64]:
    """(n, 3) the vertices where the parameters of these values put them."""
    points = model.points.copy()
    for name, targets in model.named.items():
        if values[name]:
            for target, weight in targets.items():
                moved = model.moved[target]
                points[moved.rows] += moved.offsets * (values[name] * weight)
    return points


def _frame(model: Model) -> tuple[NDArray[np.float64], float]:
    """What stands in the middle of the picture, and half of what the picture shows."""
    reach = np.zeros(len(model.points))
    for moved in model.moved.values():
        length = np.sqrt((moved.offsets.astype(np.float64) ** 2).sum(1))
        reach[moved.rows] = np.maximum(reach[moved.rows], length)
    drawn = np.zeros(len(reach), bool)
    for surface, _ in model.surfaces:
        drawn[surface.triangles.ravel()] = True
    face = drawn & (reach > MOVES * reach.max()) if reach.any() else drawn
    moves = bool(face.any() and reach.any())
    chosen = model.points[face if moves else drawn]
    low, high = chosen.min(0), chosen.max(0)
    half = float((high - low)[:2].max()) / 2.0 / (FACE_SHARE if moves else ALL_SHARE) or 1.0
    return (low + high) / 2.0 + [0.0, LIFT * half if moves else 0.0, 0.0], half


def _weld(model: Model) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """(n,) one number for all vertices in one place, and the triangles between those.

    Normals are summed over these, so that seams of a texture do not show in the light.
    """
    _, weld = np.unique(model.points.astype(np.float32), axis=0, return_inverse=True)
    weld = weld.ravel().astype(np.int64)
    triangles = np.concatenate([surface.triangles for surface, _ in model.surfaces])
    return weld, np.ascontiguousarray(weld[triangles], np.int32)
