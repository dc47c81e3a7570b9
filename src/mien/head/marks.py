"""Marks on the skin: freckles, moles, the brown spots of age. All lie in cells of a grid."""

from __future__ import annotations

import numpy as np

from mien.head.kernels import kernel
from mien.head.layout import Float32
from mien.head.material_index import AGE_SPOTS, FRECKLES, MOLE_SEED, MOLES
from mien.head.maths import Colour, bump, smoothstep, tint
from mien.head.noise import noise2
from mien.head.spot import (
    TOO_COARSE,
    WRAP_DEPTH,
    WRAP_RADIUS,
    Cell,
    Relief,
    Spot,
    cell_at,
    unrolled,
)

MOLE_CELL, MOLE_CHANCE, MOLE_HEIGHT = 2.3, 0.42, 0.05
SPOT_CELL = 1.25
FRECKLE_CELLS = (0.31, 0.23, 0.44)
FRECKLE_LAYER, SPOT_LAYER, MOLE_LAYER = 300, 350, 400
MOLE_SEEDS = 4096
"""So many arrangements of moles can be told apart."""


@kernel
def _cover(dot: Cell, radius: float, softness: float, footprint: float) -> float:
    """Cover of a round dot, 0..1; a dot smaller than a sample becomes paler, not larger."""
    distance = np.sqrt(dot.across * dot.across + dot.up * dot.up)
    edge = radius * softness + 0.5 * footprint
    seen = radius / (radius + 0.3 * footprint)
    return smoothstep(radius + edge, radius - edge, distance) * seen * seen


@kernel
def _freckles(spot: Spot, across: float, amount: float) -> float:
    """Cover of the freckles, 0..1: most on nose and upper cheeks, some on forehead and chin."""
    side = abs(spot.x)
    reach = bump((side - 2.4) / 2.9, (spot.y + 2.4) / 2.1) + 0.3 * bump(spot.x / 5.0, spot.y / 7.0)
    reach *= 0.35 + 1.3 * noise2(across * 1.1, spot.y * 1.1, FRECKLE_LAYER)
    wanted = amount * reach
    if wanted < 0.03:
        return 0.0
    clear = 1.0
    # bend the grid, or one would see its rows
    u = across + 0.3 * (noise2(across * 1.9, spot.y * 1.9, FRECKLE_LAYER + 1) - 0.5)
    v = spot.y + 0.3 * (noise2(across * 1.9, spot.y * 1.9, FRECKLE_LAYER + 2) - 0.5)
    for k in range(3):
        dot = cell_at(u + 0.37 * k, v - 0.21 * k, FRECKLE_CELLS[k], FRECKLE_LAYER + 7 * k)
        if dot.first < 0.95 * wanted:
            radius = FRECKLE_CELLS[k] * (0.09 + 0.19 * dot.second * dot.second)
            strength = 0.2 + 0.7 * dot.third
            clear *= 1.0 - strength * _cover(dot, radius, 0.55, spot.footprint)
    return 1.0 - clear


@kernel
def _age_spots(spot: Spot, across: float, amount: float) -> float:
    """Cover of brown spots, 0..1: temples, cheekbones and the sides of the forehead."""
    side = abs(spot.x)
    reach = bump((side - 5.2) / 1.9, (spot.y + 0.6) / 3.4)
    reach = max(reach, 0.7 * bump((side - 3.0) / 2.4, (spot.y - 5.0) / 1.6))
    if reach < 0.05:
        return 0.0
    dot = cell_at(across, spot.y, SPOT_CELL, SPOT_LAYER)
    if dot.first > 0.85 * amount * reach + 0.05:
        return 0.0
    ragged = noise2(across * 6.0, spot.y * 6.0, SPOT_LAYER) - 0.5
    radius = (0.10 + 0.16 * dot.second) * (1.0 + 0.5 * ragged)
    return (0.4 + 0.6 * dot.third) * _cover(dot, radius, 0.5, spot.footprint)


@kernel
def _mole(spot: Spot, across: float, material: Float32) -> tuple[Cell, float]:
    """The mole nearest to a spot and its radius, cm; 0 for none. Eyes and mouth have none."""
    layer = MOLE_LAYER + 5 * int(material[MOLE_SEED] * MOLE_SEEDS)
    dot = cell_at(across, spot.y, MOLE_CELL, layer)
    side, y = abs(spot.x), spot.y - dot.up
    bare = spot.ring > 1.4 and not (1.2 < side < 5.2 and -0.9 < y < 2.4) and spot.z > -8.5
    if not bare or dot.first > MOLE_CHANCE * material[MOLES]:
        return dot, 0.0
    return dot, 0.055 + 0.075 * dot.second * dot.second


@kernel
def marked(colour: Colour, spot: Spot, material: Float32) -> Colour:
    """The colour of a spot with freckles, spots and moles."""
    freckles, spots, moles = material[FRECKLES], material[AGE_SPOTS], material[MOLES]
    if max(freckles, spots, moles) <= 0.0 or spot.footprint > TOO_COARSE:
        return colour
    across = unrolled(spot)
    if freckles > 0.0:
        cover = 0.75 * _freckles(spot, across, freckles)
        colour = tint(colour, 1.0 - 0.36 * cover, 1.0 - 0.56 * cover, 1.0 - 0.66 * cover)
    if spots > 0.0:
        cover = 0.7 * _age_spots(spot, across, spots)
        colour = tint(colour, 1.0 - 0.42 * cover, 1.0 - 0.55 * cover, 1.0 - 0.62 * cover)
    if moles > 0.0:
        dot, radius = _mole(spot, across, material)
        if radius > 0.0:
            cover = _cover(dot, radius, 0.2, spot.footprint)
            brown = cover * (0.6 + 0.4 * dot.third)
            colour = tint(colour, 1.0 - 0.66 * brown, 1.0 - 0.78 * brown, 1.0 - 0.82 * brown)
    return colour


@kernel
def mole_relief(spot: Spot, material: Float32) -> Relief:
    """Slope of the small domes that moles are."""
    if material[MOLES] <= 0.0 or spot.footprint > 0.12:
        return Relief(0.0, 0.0, 0.0, 0.0)
    across = unrolled(spot)
    dot, radius = _mole(spot, across, material)
    if radius <= 0.0:
        return Relief(0.0, 0.0, 0.0, 0.0)
    squared = radius * radius
    steep = -2.0 * MOLE_HEIGHT * dot.third / squared
    steep *= bump(dot.across / radius, dot.up / radius)
    depth = spot.z + WRAP_DEPTH
    turn = WRAP_RADIUS / (spot.x * spot.x + depth * depth + 1e-6)
    return Relief(
        steep * dot.across * depth * turn, steep * dot.up, -steep * dot.across * spot.x * turn, 0.0
    )
