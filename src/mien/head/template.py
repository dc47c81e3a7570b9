"""The rest head and everything that hangs on it, loaded once from `template.npz`.

The file is made by `python -m mien.head.build`; see `assets`.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.head.assets import HASHES, Arrays, load_asset
from mien.head.fields import Basis, rig_basis, slider_basis
from mien.head.hair import beard_mesh, hair_mesh
from mien.head.hairline import hairline_rise
from mien.head.identity import EYE, SHIRT_SLIDERS
from mien.head.layout import (
    ALONG,
    PART_BEARD,
    PART_EAR,
    PART_EYE,
    PART_GLASSES,
    PART_HAIR,
    PART_LASH,
    PART_LENS,
    PART_SHIRT,
    PART_SKIN,
    PART_TEETH,
    PART_TONGUE,
)
from mien.head.schema import schema_hash
from mien.head.toon_hair import toon_hair_mesh
from mien.head.worn import Worn

ENGINE_VERSION = 3
"""Raised whenever the same code would be drawn differently."""

NO_HAIRLINE = -9.0
Piece = tuple[str, int, NDArray[np.int32], NDArray[np.float32]]
SHIRT_COLUMNS, COLLAR_LENGTH = 56, 36.0
LASHES_PER_EYE, LASHES_BELOW = 21, 18
LASH_ROW_REACH = (0.0, 0.4, 0.75, 1.0)


def head_hash() -> str:
    """Identifies vocabulary, geometry and renderer; weights trained on renders carry it."""
    parts = ":".join(HASHES[name] for name in sorted(HASHES))
    text = f"{schema_hash()}:{parts}:{ENGINE_VERSION}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


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
    shirt_sliders: Basis

    @functools.cached_property
    def ring_sine(self) -> NDArray[np.float64]:
        """(44,) sine of the ring angle: > 0 on the upper lid."""
        return self.arrays["eye.angles"].astype(np.float64)

    @functools.cached_property
    def hairline_rises(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(n,) each, cm: what a high hairline and what a receding one add to the average's."""
        return (
            hairline_rise(self.surface, line=1.0, recession=0.0),
            hairline_rise(self.surface, line=0.0, recession=1.0),
        )


@functools.cache
def load() -> Template:
    """The shipped template. Raises WeightsError when the file is damaged or another version."""
    return made_of(load_asset("template"))


def made_of(arrays: Arrays) -> Template:
    """A template from the arrays of its file."""
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
        aus=rig_basis(surface, jaw),
        ear_sliders=slider_basis(arrays["ear.vertices"].astype(np.float64), None),
        eye_sliders=slider_basis(eye, None),
        teeth_sliders=slider_basis(np.array([[0.0, -6.9, 1.3]]), None),
        shirt_sliders=_shirt_basis(arrays),
    )


def _attributes(
    rest: NDArray[Any], occlusion: Any, across: Any, along: Any, line: Any
) -> NDArray[np.float32]:
    columns = np.zeros((len(rest), 7), np.float32)
    columns[:, :3] = rest
    for column, value in zip(range(3, 7), (occlusion, across, along, line), strict=True):
        columns[:, column] = value
    return columns


@functools.cache
def shirt_follow() -> NDArray[np.float64]:
    """(n,) how far each vertex of the shirt goes with the neck: all at the rim, soon nothing."""
    below = load().arrays["shirt.below"].astype(np.float64)
    share = np.clip(1 - below / 2.2, 0, 1)
    return share * np.sqrt(share)


def _shirt_basis(arrays: Arrays) -> Basis:
    """The shirt's collar follows the neck's sliders, its shoulders only a little."""
    basis = slider_basis(arrays["shirt.vertices"].astype(np.float64), None, names=SHIRT_SLIDERS)
    share = arrays["shirt.share"].astype(np.float64)
    return dataclasses.replace(basis, vectors=basis.vectors * share[basis.ids, None])


def _lash_triangles() -> NDArray[np.int32]:
    faces, start = [], 0
    for k in (LASHES_PER_EYE, LASHES_BELOW):
        i = np.arange(k - 1)
        for row in range(len(LASH_ROW_REACH) - 1):
            r = start + row * k
            faces.append(np.c_[i + r, i + r + k, i + r + k + 1])
            faces.append(np.c_[i + r, i + r + k + 1, i + r + 1])
        start += k * len(LASH_ROW_REACH)
    return np.concatenate(faces).astype(np.int32)


def _lash_attributes() -> NDArray[np.float32]:
    """`across` is 0..1 along the upper lid and 2..3 along the lower one."""
    across, along = [], []
    for first, k in ((0.0, LASHES_PER_EYE), (2.0, LASHES_BELOW)):
        across.append(np.tile(first + np.arange(1, k + 1) / (k + 1), len(LASH_ROW_REACH)))
        along.append(np.repeat(LASH_ROW_REACH, k))
    rest = np.zeros((sum(len(part) for part in across), 3))
    return _attributes(rest, 1.0, np.concatenate(across), np.concatenate(along), NO_HAIRLINE)


def _ball_attributes(arrays: Arrays) -> NDArray[np.float32]:
    """The ball, then the lining of its socket: the lid's rim and a point behind it."""
    lining = np.tile(np.array([0.95, 0.0, 0.3]), (len(arrays["eye.angles"]) + 1, 1))
    return _attributes(np.r_[arrays["ball.vertices"], lining], 1.0, 0.0, 0.0, NO_HAIRLINE)


def _ball_triangles(arrays: Arrays, side: int) -> NDArray[np.int32]:
    start, count = len(arrays["ball.vertices"]), len(arrays["eye.angles"])
    i = np.arange(count)
    fan = np.c_[start + i, start + (i + 1) % count, np.full(count, start + count)]
    fan = fan if side == 0 else fan[:, [0, 2, 1]]  # the rings are mirror images
    return np.r_[arrays["ball.triangles"], fan].astype(np.int32)


def _glasses_pieces(arrays: Arrays, style: str) -> list[Piece]:
    lens = arrays[f"glasses.{style}.lens"]
    half = len(lens) // 2
    low, high = lens[:half].min(0), lens[:half].max(0)
    middle, reach = (low + high) / 2, (high - low) / 2 + 1e-6
    u = (np.abs(lens[:, 0]) - middle[0]) / reach[0]
    u[half:] *= -1
    pane = _attributes(lens, 1.0, u, (lens[:, 1] - middle[1]) / reach[1], NO_HAIRLINE)
    faces = arrays[f"glasses.{style}.triangles"].astype(np.int32)
    frame = _attributes(np.zeros((int(faces.max()) + 1, 3)), 1.0, 0.0, 0.0, NO_HAIRLINE)
    return [
        ("glasses", PART_GLASSES, faces, frame),
        ("lens", PART_LENS, arrays[f"glasses.{style}.lens_triangles"].astype(np.int32), pane),
    ]


def _mouth_attributes(arrays: Arrays, name: str) -> NDArray[np.float32]:
    return _attributes(
        arrays[f"{name}.vertices"],
        1.0,
        arrays[f"{name}.across"],
        arrays[f"{name}.along"],
        NO_HAIRLINE,
    )


def _shirt_attributes(arrays: Arrays) -> NDArray[np.float32]:
    """`across` is the way round the neck and `along` the way down from the collar's rim, cm."""
    points = arrays["shirt.vertices"]
    rings = len(points) // SHIRT_COLUMNS
    # Up one half and down the other, so that the ribs close.
    around = np.arange(SHIRT_COLUMNS) / SHIRT_COLUMNS
    across = np.tile(np.abs(around - 0.5) * COLLAR_LENGTH, rings)
    return _attributes(points, 1.0, across, arrays["shirt.below"], NO_HAIRLINE)


def layout(worn: Worn, *, toon: bool = False) -> Layout:
    """Triangles and constant attributes of a whole head with what it wears.

    The numbers of `worn` have no say in it: layouts are kept, one for every set of names.
    """
    return _layout(Worn(worn.hair, worn.facial_hair, worn.glasses), toon)


def _strand_pieces(worn: Worn) -> list[Piece]:
    pieces: list[Piece] = []
    for name, part, strands in (
        ("hair", PART_HAIR, hair_mesh(worn.hair)),
        ("beard", PART_BEARD, beard_mesh(worn.facial_hair)),
    ):
        if strands is not None:
            occlusion, across, share = strands.attributes.T
            rows = _attributes(strands.vertices, occlusion, across, strands.along, share)
            pieces.append((name, part, strands.triangles, rows))
    return pieces


def _toon_hair_pieces(worn: Worn) -> list[Piece]:
    hair = toon_hair_mesh(worn.hair)
    if hair is None:
        return []
    tone, across, along = hair.strands.T
    rows = _attributes(hair.vertices, tone, across, along, NO_HAIRLINE)
    return [("hair", PART_HAIR, hair.triangles, rows)]


@functools.cache
def _layout(worn: Worn, toon: bool) -> Layout:
    template, arrays = load(), load().arrays
    skin = _attributes(
        template.vertices,
        arrays["head.occlusion"],
        arrays["head.lip_level"],
        arrays["head.lash_band"],
        arrays["head.hairline"],
    )
    ear_shade = arrays["ear.occlusion"] * np.float32(0.95)
    ball = _ball_attributes(arrays)
    tooth, tongue = _mouth_attributes(arrays, "teeth"), _mouth_attributes(arrays, "tongue")
    cloth = _shirt_attributes(arrays)
    ear = _attributes(arrays["ear.vertices"], ear_shade, 9.0, 0.0, NO_HAIRLINE)
    if toon:  # a drawing's lids are paint
        skin[:, ALONG] = 0.0
    pieces: list[Piece] = [
        ("skin", PART_SKIN, template.triangles, skin),
        ("ear", PART_EAR, arrays["ear.triangles"].astype(np.int32), ear),
        ("eye0", PART_EYE, _ball_triangles(arrays, 0), ball),
        ("eye1", PART_EYE, _ball_triangles(arrays, 1), ball),
        ("teeth", PART_TEETH, arrays["teeth.triangles"].astype(np.int32), tooth),
        ("tongue", PART_TONGUE, arrays["tongue.triangles"].astype(np.int32), tongue),
        ("shirt", PART_SHIRT, arrays["shirt.triangles"].astype(np.int32), cloth),
    ]
    pieces += _toon_hair_pieces(worn) if toon else _strand_pieces(worn)
    pieces += [(f"lash{side}", PART_LASH, _lash_triangles(), _lash_attributes()) for side in (0, 1)]
    if worn.glasses != "none":
        pieces += _glasses_pieces(arrays, worn.glasses)
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
