"""Hair and beards: strands over the resting head, shaped and moved with the person."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
from numpy.typing import NDArray

from mien.head.assets import load_asset
from mien.head.fields import Basis, add_fields, slider_basis
from mien.head.hairline import hairline_rise
from mien.head.strands import (
    ACROSS_STEP,
    band_triangles,
    carry_beard,
    lay_strands,
    openness,
    shape_paths,
)
from mien.head.worn import Worn

STYLE_RECESSION = {"receding": 0.8}
"""Styles that begin further back than the person's own hairline."""
PARTED = frozenset(
    (
        *("side_part", "pixie", "bob", "long", "fringe_long", "wavy_long", "side_part_long"),
        *("curtain", "short_neat", "curly_long", "locs"),
    )
)
"""Styles with a parting that can be moved."""
NO_SHAPE = np.zeros(5)


@dataclasses.dataclass(frozen=True)
class HairMesh:
    """One style or beard.

    path (m, 3), out (m, 3), lift (m,), starts (n + 1,), strand (n, 8): see `strands`
    triangles   (t, 3) int32; attributes (3 m, 3) float32: occlusion, across, share of the length
    vertices    (3 m, 3) as the style is made; along (3 m,) their distance to the tip
    sliders     what sliders do to the path; corners, weights (n, 3): skin that a beard hangs on
    """

    path: NDArray[np.float64]
    out: NDArray[np.float64]
    lift: NDArray[np.float64]
    starts: NDArray[np.int64]
    strand: NDArray[np.float64]
    triangles: NDArray[np.int32]
    attributes: NDArray[np.float32]
    vertices: NDArray[np.float64]
    along: NDArray[np.float64]
    sliders: Basis | None
    corners: NDArray[np.int64]
    weights: NDArray[np.float64]


@functools.cache
def hair_mesh(style: str) -> HairMesh | None:
    """The strands of a hair style, made ready on first use; None where hair is only painted."""
    return _mesh(f"hair.{style}")


@functools.cache
def beard_mesh(name: str) -> HairMesh | None:
    """The strands of facial hair; None for none."""
    return _mesh(f"beard.{name}")


def _mesh(key: str) -> HairMesh | None:
    arrays = load_asset("hair")
    if f"{key}.path" not in arrays:
        return None
    path = arrays[f"{key}.path"].astype(np.float64) / 1000
    out = arrays[f"{key}.out"].astype(np.float64) / 127
    counts = arrays[f"{key}.counts"].astype(np.int64)
    starts = np.concatenate([[0], np.cumsum(counts)])
    strand = np.zeros((len(counts), 8))
    strand[:, :6] = arrays[f"{key}.strand"].astype(np.float64) / 1000
    roots = path[starts[:-1]]
    strand[:, 6] = hairline_rise(roots, line=1.0, recession=0.0)
    strand[:, 7] = hairline_rise(roots, line=0.0, recession=1.0)
    bound = f"{key}.corners" in arrays
    nothing = np.zeros((0, 3))
    attributes = _attributes(arrays[f"{key}.open"].astype(np.float64) / 255, starts, strand)
    mesh = HairMesh(
        path=path,
        out=out,
        lift=arrays[f"{key}.lift"].astype(np.float64) / 100,
        starts=starts,
        strand=strand,
        triangles=band_triangles(counts),
        attributes=attributes,
        vertices=np.zeros((3 * len(path), 3)),
        along=np.zeros(3 * len(path)),
        sliders=None if bound else slider_basis(path, None),
        corners=arrays[f"{key}.corners"].astype(np.int64) if bound else nothing.astype(np.int64),
        weights=arrays[f"{key}.weights"].astype(np.float64) / 1000 if bound else nothing,
    )
    vertices, along = _laid(mesh, path.copy(), NO_SHAPE)
    mesh.vertices[:], mesh.along[:] = vertices, along
    return mesh


def _attributes(
    opened: NDArray[np.float64], starts: NDArray[np.int64], strand: NDArray[np.float64]
) -> NDArray[np.float32]:
    """(3 m, 3): occlusion, across, and the share of the strand's length from root to tip."""
    count = len(opened)
    shade = np.zeros(3 * count)
    openness(opened, starts, strand, shade)
    lengths = np.diff(starts)
    number = np.repeat(np.arange(len(lengths)), lengths)
    u = (np.arange(count) - starts[number]) / (lengths[number] - 1)
    across = (number * ACROSS_STEP)[:, None] + np.array([-1.0, 0.0, 1.0])
    return np.stack([shade, across.ravel(), np.repeat(u, 3)], 1).astype(np.float32)


def _laid(
    mesh: HairMesh, path: NDArray[np.float64], knobs: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    shape_paths(path, mesh.out, mesh.lift, mesh.starts, mesh.strand, knobs)
    vertices, along = np.zeros((3 * len(path), 3)), np.zeros(3 * len(path))
    lay_strands(path, mesh.out, (mesh.starts, mesh.strand, knobs), vertices, along)
    return vertices, along


def recession(worn: Worn) -> float:
    """How far the hairline has gone back, the style's own share included."""
    return min(1.2, worn.recession + STYLE_RECESSION.get(worn.hair, 0.0))


def placed_hair(
    mesh: HairMesh, sliders: NDArray[np.float64], worn: Worn
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Vertices (3 m, 3) of the hair of a person, and their distance to the tip (3 m,)."""
    path = mesh.path.copy()
    if mesh.sliders is not None:
        add_fields(mesh.sliders, sliders, path)
    parting = worn.parting if worn.hair in PARTED else 0.0
    limited = [float(np.clip(v, -1, 1)) for v in (worn.length, worn.volume, parting, worn.line)]
    knobs = np.array([*limited, recession(worn)])
    return _laid(mesh, path, knobs)


def placed_beard(
    mesh: HairMesh, moved: NDArray[np.float64], rest: NDArray[np.float64], turn: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The same of a beard; moved, rest (v, 3) skin, turn (v,) radians that the jaw turns it by."""
    path = mesh.path.copy()
    carry_beard(path, mesh.starts, (mesh.corners, mesh.weights), moved, rest, turn)
    return _laid(mesh, path, NO_SHAPE)
