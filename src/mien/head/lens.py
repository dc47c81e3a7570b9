"""Spectacle lenses: laid over the shaded picture as thin coloured glass with a reflection."""

from __future__ import annotations

import numpy as np

from mien.head.kernels import kernel
from mien.head.layout import (
    ACROSS,
    ALONG,
    KEY_COLOUR,
    LABEL_GLASSES,
    PART_LENS,
    PART_SKIN,
    Float32,
    Geometry,
    Int32,
    Scene,
    Visibility,
)
from mien.head.material_index import LENS_TINT
from mien.head.maths import smoothstep
from mien.head.raster import rasterise
from mien.head.shade import Samples

OPAQUE_LABEL = 0.7
"""Tint from which a pixel shows the glasses and not what is behind them."""
GLASS = (0.90, 0.91, 0.91)
DARK = (0.040, 0.036, 0.033)


@kernel
def _streak(u: float, v: float) -> float:
    """Light of a window on a lens, 0..1; u, v run over it from -1 to 1."""
    place = 0.85 * u + 0.55 * v
    broad = smoothstep(-0.50, -0.38, place) * smoothstep(-0.08, -0.20, place)
    fine = smoothstep(0.02, 0.06, place) * smoothstep(0.16, 0.12, place)
    return (broad + 0.7 * fine) * smoothstep(-0.9, 0.5, v)


@kernel
def _lay(
    seen: Visibility,
    lens: Visibility,
    place: tuple[int, int],
    mesh: tuple[Int32, Float32],
    scene: Scene,
    samples: Samples,
) -> None:
    triangles, attributes = mesh
    clear = 1.0 - min(1.0, max(0.0, np.float64(scene.material[LENS_TINT])))
    tint = 1.0 - clear * clear  # even steps to the eye
    rows, columns = lens.depth.shape
    for y in range(rows):
        for x in range(columns):
            t = lens.triangle[y, x]
            row, column = y + place[0], x + place[1]
            if t < 0 or lens.depth[y, x] <= seen.depth[row, column]:
                continue
            w0, w1 = lens.barycentric[y, x, 0], lens.barycentric[y, x, 1]
            a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
            w2 = 1.0 - w0 - w1
            u = w0 * attributes[a, ACROSS] + w1 * attributes[b, ACROSS] + w2 * attributes[c, ACROSS]
            v = w0 * attributes[a, ALONG] + w1 * attributes[b, ALONG] + w2 * attributes[c, ALONG]
            depth = tint * (0.95 + 0.05 * v)
            light = _streak(u, v) * (0.035 + 0.05 * tint)
            if scene.toon:
                light = 0.03 + 0.07 * tint if _streak(u, v) > 0.35 else 0.0
            rise = 0.006 + 0.012 * tint * (0.5 + 0.5 * v)
            for k in range(3):
                through = GLASS[k] + (DARK[k] - GLASS[k]) * depth
                shine = light * scene.light[KEY_COLOUR + k] + rise
                samples.colour[row, column, k] = samples.colour[row, column, k] * through + shine
            if tint > OPAQUE_LABEL:
                samples.labels[row, column] = LABEL_GLASSES


def lay_lenses(
    screen: Float32, geometry: Geometry, seen: Visibility, scene: Scene, samples: Samples
) -> None:
    """Tint the samples that lie behind a lens; does nothing for a head without lenses.

    screen (n, 3): the mesh in samples, as `raster.rasterise` takes it
    """
    triangles = geometry.triangles[geometry.parts == PART_LENS]
    if not len(triangles):
        return
    height, width = seen.depth.shape
    corners = screen[triangles.ravel()]
    left, top = (max(0, int(np.floor(corners[:, k].min()))) for k in range(2))
    right, bottom = (
        min(size, int(np.ceil(corners[:, k].max())) + 1) for k, size in ((0, width), (1, height))
    )
    if left >= right or top >= bottom:
        return
    moved = screen - np.array([left, top, 0], np.float32)
    parts = np.full(len(triangles), PART_SKIN, np.int32)
    size = (right - left, bottom - top)
    lens = rasterise(moved, triangles, parts, geometry.attributes, *size)
    _lay(seen, lens, (top, left), (triangles, geometry.attributes), scene, samples)
