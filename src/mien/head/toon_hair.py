"""Hair of the toon style: a few bold masses per style, over the resting head."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
from numpy.typing import NDArray

from mien.head.assets import load_asset
from mien.head.fields import Basis, add_fields, slider_basis
from mien.head.schema import SLIDERS
from mien.head.worn import Worn

MASS_STEP = 4.0
"""`across` of a vertex is MASS_STEP * mass + 2 + its place across the mass, -1 .. 1."""
ALONG_BASE = 2.0
"""`along` is this much plus the place from root (0) to tip (1): nothing frays below it."""
MOST_MASSES = 12
HANG_Y, VOLUME_CENTRE = -2.0, (0.0, 2.0, -7.6)
"""Lengths change below HANG_Y; volume grows away from VOLUME_CENTRE, cm at rest."""
LENGTH_SHARE, VOLUME_SHARE = 0.35, 0.06
LINE_SHARE, RECESSION_SHARE = 0.7, 0.5
"""How far a high or a receding hairline lifts what hangs over the forehead, cm."""
PARTING_TURNS = 0.15
"""A parting further to the other side than this mirrors a style that has one."""
# Hair follows the skull; where it hangs, a thin neck or a small jaw must not draw it in.
SKULL = np.isin(
    SLIDERS,
    (
        *("head_width", "head_depth", "cranium_height", "cranium_width", "cranium_back"),
        *("forehead_width", "forehead_slope", "forehead_bulge", "temple_depth"),
    ),
).astype(np.float64)


@dataclasses.dataclass(frozen=True)
class ToonHair:
    """One style: rest vertices (n, 3), attributes (n, 3: tone, across, along), triangles."""

    vertices: NDArray[np.float64]
    triangles: NDArray[np.int32]
    strands: NDArray[np.float32]
    sliders: Basis


@functools.cache
def toon_hair_mesh(style: str) -> ToonHair | None:
    """The mesh of a style, made ready on first use; None where hair is only painted.

    `strands` are tone (1 is the outside, less is a shaded inside), mass and place (MASS_STEP)
    and the way from the root (ALONG_BASE).
    """
    arrays = load_asset("toon_hair")
    if f"hair.{style}.vertices" not in arrays:
        return None
    vertices = arrays[f"hair.{style}.vertices"].astype(np.float64) / 1000
    mass = arrays[f"hair.{style}.mass"].astype(np.float32)
    across = arrays[f"hair.{style}.across"] / np.float32(1000)
    strands = np.stack(
        [
            arrays[f"hair.{style}.tone"] / np.float32(255),
            np.float32(MASS_STEP) * mass + np.float32(2) + across,
            np.float32(ALONG_BASE) + arrays[f"hair.{style}.along"] / np.float32(1000),
        ],
        axis=1,
    )
    triangles = arrays[f"hair.{style}.triangles"].astype(np.int32)
    return ToonHair(vertices, triangles, strands.astype(np.float32), slider_basis(vertices, None))


def toon_hair_points(worn: Worn, sliders: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """(n, 3) vertices of what a person wears on a head of the given sliders (S,)."""
    mesh = toon_hair_mesh(worn.hair)
    if mesh is None:
        return None
    points = mesh.vertices.copy()
    add_fields(mesh.sliders, sliders * SKULL, points)
    below = np.minimum(points[:, 1] - HANG_Y, 0.0)
    points[:, 1] += LENGTH_SHARE * worn.length * below
    centre = np.array(VOLUME_CENTRE)
    points += VOLUME_SHARE * worn.volume * (points - centre) * (points[:, 1:2] > -9.0)
    front = np.clip((points[:, 2] + 6.0) / 4.0, 0.0, 1.0) * (points[:, 1] < 10.0)
    points[:, 1] += (LINE_SHARE * worn.line + RECESSION_SHARE * worn.recession) * front
    if worn.parting > PARTING_TURNS:  # styles are made with the parting to the picture's left
        points[:, 0] = -points[:, 0]
    return points
