"""The rest head and everything that hangs on it, loaded once from `template.npz`.

The file is made by `python -m mien.head.build`; its content hash is pinned here, so a picture's
recipe names its head exactly.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.errors import WeightsError
from mien.head.actions import ALL, AU_TERMS, LOWER
from mien.head.identity import EYE, REACH, RING_SLIDERS, SLIDER_TERMS
from mien.head.kernels import kernel
from mien.head.layout import (
    PART_EAR,
    PART_EYE,
    PART_HAIR,
    PART_LASH,
    PART_SHIRT,
    PART_SKIN,
    PART_TEETH,
)
from mien.head.schema import SLIDERS, schema_hash
from mien.head.terms import displace, rows
from mien.types import AU_NAMES

TEMPLATE_PATH = Path(__file__).with_name("template.npz")
TEMPLATE_HASH = "6bf47460d5ccb774"
ENGINE_VERSION = 1
"""Raised whenever the same code would be drawn differently."""

NO_HAIRLINE = -9.0
LASHES_PER_EYE = 21
TEETH_OPENNESS = 0.65
Arrays = Mapping[str, NDArray[Any]]


def content_hash(arrays: Arrays) -> str:
    """Sixteen hex digits over names, types, shapes and bytes of the arrays."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name}:{array.dtype.str}:{array.shape};".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()[:16]


def head_hash() -> str:
    """Identifies vocabulary, geometry and renderer; weights trained on renders carry it."""
    text = f"{schema_hash()}:{TEMPLATE_HASH}:{ENGINE_VERSION}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclasses.dataclass(frozen=True)
class Basis:
    """Displacement fields as compact lists: field k moves vertices ids[starts[k]:starts[k+1]].

    starts (k+1,) int64, ids (m,) int64, vectors (m, 3) float64
    """

    starts: NDArray[np.int64]
    ids: NDArray[np.int64]
    vectors: NDArray[np.float64]


@kernel
def combine(starts: Any, ids: Any, vectors: Any, weights: Any, out: Any) -> None:
    """Add sum_k weights[k] * field k to `out` (n, 3), in fixed order."""
    for k in range(weights.shape[0]):
        weight = weights[k]
        if weight == 0.0:
            continue
        for j in range(starts[k], starts[k + 1]):
            i = ids[j]
            out[i, 0] += weight * vectors[j, 0]
            out[i, 1] += weight * vectors[j, 1]
            out[i, 2] += weight * vectors[j, 2]


def add_fields(basis: Basis, weights: NDArray[np.float64], out: NDArray[np.float64]) -> None:
    """Add the weighted fields of `basis` to the vertices `out` (n, 3)."""
    combine(basis.starts, basis.ids, basis.vectors, weights, out)


def _compact(fields: list[NDArray[np.float64]]) -> Basis:
    starts, ids, vectors = [0], [], []
    for field in fields:
        moved = np.flatnonzero((np.abs(field) > 2e-5).any(1))
        ids.append(moved)
        vectors.append(field[moved])
        starts.append(starts[-1] + len(moved))
    return Basis(np.array(starts), np.concatenate(ids), np.concatenate(vectors))


def slider_basis(points: NDArray[np.float64], lid_fields: NDArray[np.float64] | None) -> Basis:
    """What each of the 93 sliders at +1 does to `points` (n, 3) of the rest head."""
    fields = []
    for name in SLIDERS:
        field = np.zeros_like(points)
        if name not in RING_SLIDERS:
            displace(points, rows(SLIDER_TERMS[name]), field)
            field *= REACH
        elif lid_fields is not None:
            field += lid_fields[RING_SLIDERS.index(name)]
        fields.append(field)
    return _compact(fields)


def au_basis(points: NDArray[np.float64], jaw: NDArray[np.float64]) -> Basis:
    """What each of the 22 AUs at 1 adds to the head vertices (lids and jaw are in `rig`)."""
    fields = []
    for name in AU_NAMES:
        field = np.zeros_like(points)
        for side, term in AU_TERMS.get(name, ()):
            part = np.zeros_like(points)
            displace(points, rows((term,)), part)
            if side != ALL:
                part *= (jaw if side == LOWER else 1 - jaw)[:, None]
            field += part
        fields.append(field)
    return _compact(fields)


@dataclasses.dataclass(frozen=True)
class HairMesh:
    """One style: rest vertices (n, 3), strand attributes (n, 3: occlusion, across, to_tip)."""

    vertices: NDArray[np.float64]
    triangles: NDArray[np.int32]
    strands: NDArray[np.float32]
    sliders: Basis


@dataclasses.dataclass(frozen=True)
class Layout:
    """What does not move when a head of one hair style does.

    triangles (t, 3) and parts (t,) int32; attributes (n, 7) float32 (columns in `layout`);
    first[part_name] is the first vertex of a part, in drawing order
    """

    triangles: NDArray[np.int32]
    parts: NDArray[np.int32]
    attributes: NDArray[np.float32]
    first: dict[str, int]
    count: int


@dataclasses.dataclass(frozen=True)
class Template:
    """The rest head. Vertices in cm; `surface` is the smooth field's, `vertices` the neutral's."""

    arrays: Arrays
    vertices: NDArray[np.float64]
    surface: NDArray[np.float64]
    triangles: NDArray[np.int32]
    eye_rings: NDArray[np.int64]
    mouth_rings: NDArray[np.int64]
    jaw: NDArray[np.float64]
    sliders: Basis
    aus: Basis
    ear_sliders: Basis
    eye_sliders: Basis
    teeth_sliders: Basis

    @functools.cached_property
    def ring_sine(self) -> NDArray[np.float64]:
        """(44,) sine of the ring angle: > 0 on the upper lid."""
        return self.arrays["eye.angles"].astype(np.float64)


@functools.cache
def load() -> Template:
    """The shipped template. Raises WeightsError when the file is damaged or another version."""
    return load_from(TEMPLATE_PATH, expected_hash=TEMPLATE_HASH)


def load_from(path: Path, *, expected_hash: str | None) -> Template:
    """A template from a file; `expected_hash` None accepts any content."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except (OSError, ValueError) as error:
        raise WeightsError(
            f"the head template {path.name} cannot be read ({error}): reinstall mien."
        ) from error
    if expected_hash is not None and content_hash(arrays) != expected_hash:
        raise WeightsError(
            f"the head template {path.name} is not the one this version was made for "
            f"(hash {content_hash(arrays)}, wanted {expected_hash}): reinstall mien."
        )
    surface = arrays["head.surface"].astype(np.float64)
    jaw = arrays["head.jaw"].astype(np.float64)
    eye = np.array([EYE, (-EYE[0], EYE[1], EYE[2])]) + np.array([0, 0, 0.6])
    return Template(
        arrays=arrays,
        vertices=arrays["head.vertices"].astype(np.float64),
        surface=surface,
        triangles=arrays["head.triangles"].astype(np.int32),
        eye_rings=arrays["head.eye"].astype(np.int64),
        mouth_rings=arrays["head.mouth"].astype(np.int64),
        jaw=jaw,
        sliders=slider_basis(surface, arrays["head.lid_fields"].astype(np.float64)),
        aus=au_basis(surface, jaw),
        ear_sliders=slider_basis(arrays["ear.vertices"].astype(np.float64), None),
        eye_sliders=slider_basis(eye, None),
        teeth_sliders=slider_basis(np.array([[0.0, -6.9, 1.3]]), None),
    )


@functools.cache
def hair_mesh(style: str) -> HairMesh | None:
    """The mesh of a hair style, made ready on first use; None where hair is only painted."""
    arrays = load().arrays
    if f"hair.{style}.vertices" not in arrays:
        return None
    vertices = arrays[f"hair.{style}.vertices"].astype(np.float64) / 1000
    strands = np.stack(
        [
            arrays[f"hair.{style}.occlusion"] / np.float32(255),
            arrays[f"hair.{style}.across"],
            arrays[f"hair.{style}.to_tip"] / np.float32(1000),
        ],
        axis=1,
    )
    triangles = arrays[f"hair.{style}.triangles"].astype(np.int32)
    return HairMesh(vertices, triangles, strands.astype(np.float32), slider_basis(vertices, None))


def _attributes(
    rest: NDArray[Any], occlusion: Any, across: Any, along: Any, line: Any
) -> NDArray[np.float32]:
    columns = np.zeros((len(rest), 7), np.float32)
    columns[:, :3] = rest
    for column, value in zip(range(3, 7), (occlusion, across, along, line), strict=True):
        columns[:, column] = value
    return columns


def _lash_triangles() -> NDArray[np.int32]:
    k = LASHES_PER_EYE
    i = np.arange(k - 1)
    faces = [
        np.r_[np.c_[i + r, i + r + k, i + r + k + 1], np.c_[i + r, i + r + k + 1, i + r + 1]]
        for r in (0, k)
    ]
    return np.concatenate(faces).astype(np.int32)


def _lash_attributes() -> NDArray[np.float32]:
    along_lid = np.arange(1, LASHES_PER_EYE + 1) / 22.0
    reach = np.repeat([0.0, 0.45, 1.0], LASHES_PER_EYE)
    rest = np.zeros((3 * LASHES_PER_EYE, 3))
    return _attributes(rest, 1.0, np.tile(along_lid, 3), reach, NO_HAIRLINE)


@functools.cache
def layout(style: str) -> Layout:
    """Triangles and constant attributes of a whole head with hair `style`."""
    template, arrays, hair = load(), load().arrays, hair_mesh(style)
    skin = _attributes(
        template.vertices,
        arrays["head.occlusion"],
        arrays["head.lip_level"],
        arrays["head.lash_band"],
        arrays["head.hairline"],
    )
    ear_shade = arrays["ear.occlusion"] * np.float32(0.95)
    ball = _attributes(arrays["ball.vertices"], 1.0, 0.0, 0.0, NO_HAIRLINE)
    tooth = _attributes(
        arrays["teeth.vertices"], TEETH_OPENNESS, arrays["teeth.along"], 0.0, NO_HAIRLINE
    )
    cloth = _attributes(arrays["shirt.vertices"], 1.0, 0.0, 0.0, NO_HAIRLINE)
    ear = _attributes(arrays["ear.vertices"], ear_shade, 9.0, 0.0, NO_HAIRLINE)
    pieces: list[tuple[str, int, NDArray[np.int32], NDArray[np.float32]]] = [
        ("skin", PART_SKIN, template.triangles, skin),
        ("ear", PART_EAR, arrays["ear.triangles"].astype(np.int32), ear),
        ("eye0", PART_EYE, arrays["ball.triangles"].astype(np.int32), ball),
        ("eye1", PART_EYE, arrays["ball.triangles"].astype(np.int32), ball),
        ("teeth", PART_TEETH, arrays["teeth.triangles"].astype(np.int32), tooth),
        ("shirt", PART_SHIRT, arrays["shirt.triangles"].astype(np.int32), cloth),
    ]
    if hair is not None:
        occlusion, across, to_tip = hair.strands.T
        strands = _attributes(hair.vertices, occlusion, across, to_tip, NO_HAIRLINE)
        pieces.append(("hair", PART_HAIR, hair.triangles, strands))
    pieces += [(f"lash{side}", PART_LASH, _lash_triangles(), _lash_attributes()) for side in (0, 1)]
    first, count, triangles, parts = {}, 0, [], []
    for name, part, faces, attributes in pieces:
        first[name] = count
        triangles.append(faces + count)
        parts.append(np.full(len(faces), part, np.int32))
        count += len(attributes)
    return Layout(
        triangles=np.concatenate(triangles).astype(np.int32),
        parts=np.concatenate(parts),
        attributes=np.concatenate([attributes for *_, attributes in pieces]),
        first=first,
        count=count,
    )
