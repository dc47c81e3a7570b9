"""Displacement fields as data: every slider and AU is a few `Term`s, evaluated by one kernel.

A term moves a point of the rest head by

    (move + scale * (p - centre) + spin x (p - centre) + shear * p_x * e_y) * weight(p)

where `weight` is the product of an optional Gaussian, an optional plateau and up to three smooth
steps along axes. Terms are functions of the rest position alone, so the same slider moves skin,
ears, hair and teeth together. The kernel is exact: no libm, no BLAS, fixed order of sums.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.head.kernels import kernel
from mien.head.maths import exp, smoothstep

Vector = tuple[float, float, float]
Step = tuple[str, float, float]
"""(axis, from, to): a smooth step that is 0 at `from` and 1 at `to`."""

ROW_SIZE = 26
_AXES = {"x": 0, "y": 1, "z": 2}
_NO_STEP = -1.0


@dataclasses.dataclass(frozen=True)
class Term:
    """One building block of a displacement field (see the module's formula)."""

    centre: Vector = (0.0, 0.0, 0.0)
    move: Vector = (0.0, 0.0, 0.0)
    scale: Vector = (0.0, 0.0, 0.0)
    spin: float = 0.0
    shear: float = 0.0
    sigma: Vector | None = None
    plateau: tuple[float, float] | None = None
    steps: tuple[Step, ...] = ()
    mirrored: bool = False

    def row(self) -> NDArray[np.float64]:
        """The term as `ROW_SIZE` numbers for the kernel."""
        sigma = self.sigma or (0.0, 0.0, 0.0)
        plateau = self.plateau or (0.0, 0.0)
        row = [float(self.mirrored), *self.centre, *self.move, *self.scale, self.spin, self.shear]
        row += [*sigma, *plateau]
        for axis, start, end in self.steps:
            row += [float(_AXES[axis]), start, end]
        row += [_NO_STEP, 0.0, 0.0] * (3 - len(self.steps))
        return np.array(row)


def bump(centre: Vector, sigma: Vector, move: Vector) -> Term:
    """Move a Gaussian neighbourhood; a centre off the mid-plane is mirrored to the other side."""
    return Term(centre=centre, sigma=sigma, move=move, mirrored=centre[0] != 0)


def plate(centre: Vector, radii: tuple[float, float], move: Vector) -> Term:
    """Move all within radii[0] alike, fading out to radii[1]; mirrored off the mid-plane."""
    return Term(centre=centre, plateau=radii, move=move, mirrored=centre[0] != 0)


def grow(
    centre: Vector,
    scale: Vector,
    *,
    sigma: Vector | None = None,
    plateau: tuple[float, float] | None = None,
) -> Term:
    """Scale a neighbourhood about its centre; mirrored off the mid-plane."""
    return Term(centre=centre, scale=scale, sigma=sigma, plateau=plateau, mirrored=centre[0] != 0)


def turn(centre: Vector, radii: tuple[float, float], radians: float) -> Term:
    """Rotate a neighbourhood in the frontal plane, mirrored."""
    return Term(centre=centre, plateau=radii, spin=radians, mirrored=True)


def ramp(
    *steps: Step,
    move: Vector = (0.0, 0.0, 0.0),
    scale: Vector = (0.0, 0.0, 0.0),
    centre: Vector = (0.0, 0.0, 0.0),
) -> Term:
    """A global shift or stretch that fades along axes."""
    return Term(centre=centre, move=move, scale=scale, steps=steps)


def rows(terms: tuple[Term, ...]) -> NDArray[np.float64]:
    """(n, ROW_SIZE) kernel rows."""
    return np.stack([term.row() for term in terms])


@kernel
def _squared(distance: float, sigma: float) -> float:
    """(distance / sigma)^2; a sigma of 0 stands for no limit."""
    return (distance / sigma) * (distance / sigma) if sigma > 0.0 else 0.0


@kernel
def _weight(row: Any, x: float, y: float, z: float) -> float:
    dx = x - row[1]
    dy = y - row[2]
    dz = z - row[3]
    weight = 1.0
    if row[15] > 0.0:
        distance = np.sqrt(dx * dx + dy * dy + dz * dz)
        weight = 1.0 - smoothstep(row[15], row[16], distance)
        if weight == 0.0:
            return 0.0
    for k in range(3):
        axis = row[17 + 3 * k]
        if axis >= 0.0:
            value = x if axis == 0.0 else (y if axis == 1.0 else z)
            weight *= smoothstep(row[18 + 3 * k], row[19 + 3 * k], value)
            if weight == 0.0:
                return 0.0
    exponent = _squared(dx, row[12]) + _squared(dy, row[13]) + _squared(dz, row[14])
    if exponent > 40.0:
        return 0.0
    if exponent > 0.0:
        weight *= exp(-exponent)
    return weight


@kernel
def displace(points: Any, term_rows: Any, out: Any) -> None:
    """Add the displacement of all terms at `points` (n, 3) to `out` (n, 3), both float64."""
    for i in range(points.shape[0]):
        y = points[i, 1]
        z = points[i, 2]
        for r in range(term_rows.shape[0]):
            row = term_rows[r]
            sides = 2 if row[0] > 0.0 else 1
            for side in range(sides):
                sign = 1.0 if side == 0 else -1.0
                x = points[i, 0] * sign
                weight = _weight(row, x, y, z)
                if weight == 0.0:
                    continue
                dx = x - row[1]
                dy = y - row[2]
                dz = z - row[3]
                move_x = row[4] + row[7] * dx - row[10] * dy
                move_y = row[5] + row[8] * dy + row[10] * dx + row[11] * points[i, 0]
                move_z = row[6] + row[9] * dz
                out[i, 0] += sign * weight * move_x
                out[i, 1] += weight * move_y
                out[i, 2] += weight * move_z
