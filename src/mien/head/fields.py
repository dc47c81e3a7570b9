"""What sliders and Action Units do to given points, as compact lists of displacements."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.head.actions import ALL, AU_TERMS, LOWER
from mien.head.identity import AMPLITUDE, RING_SLIDERS, SLIDER_TERMS
from mien.head.kernels import kernel
from mien.head.schema import JAW_MOVES, RIG_NAMES, SLIDERS
from mien.head.terms import displace, rows
from mien.head.units import gain
from mien.types import AU_NAMES

MIDDLE = 0.7
"""Where one half of the face begins and the other ends, cm from the mid-plane."""


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


def compact(fields: list[NDArray[np.float64]]) -> Basis:
    """Fields (n, 3) as lists of what they move."""
    starts, ids, vectors = [0], [], []
    for field in fields:
        moved = np.flatnonzero((np.abs(field) > 2e-5).any(1))
        ids.append(moved)
        vectors.append(field[moved])
        starts.append(starts[-1] + len(moved))
    return Basis(np.array(starts), np.concatenate(ids), np.concatenate(vectors))


def slider_basis(
    points: NDArray[np.float64],
    lid_fields: NDArray[np.float64] | None,
    *,
    names: tuple[str, ...] = SLIDERS,
) -> Basis:
    """What each of `SLIDERS` at +1 does to `points` (n, 3) of the rest head.

    lid_fields  (len(RING_SLIDERS), n, 3) the sliders that live on the eye rings; None: no lids
    names       the sliders that these points follow at all
    """
    fields = []
    for name in SLIDERS:
        field = np.zeros_like(points)
        if name not in names:
            pass
        elif name not in RING_SLIDERS:
            displace(points, rows(SLIDER_TERMS[name]), field)
            field *= AMPLITUDE
        elif lid_fields is not None:
            field += lid_fields[RING_SLIDERS.index(name)]
        fields.append(field * gain(name))
    return compact(fields)


def _action(points: NDArray[np.float64], jaw: NDArray[np.float64], name: str) -> Any:
    field = np.zeros_like(points)
    for side, term in AU_TERMS.get(name, ()):
        part = np.zeros_like(points)
        displace(points, rows((term,)), part)
        if side != ALL:
            part *= (jaw if side == LOWER else 1 - jaw)[:, None]
        field += part
    return field


def rig_basis(points: NDArray[np.float64], jaw: NDArray[np.float64]) -> Basis:
    """What each of `RIG_NAMES` at 1 adds to the head vertices (lids and jaw are in `rig`).

    A half of an Action Unit is its whole, faded out over the middle of the face.
    """
    whole = {name: _action(points, jaw, name) for name in AU_NAMES}
    fields = [whole[name] for name in AU_NAMES]
    for name in RIG_NAMES[len(AU_NAMES) :]:
        if name in JAW_MOVES:
            fields.append(np.zeros_like(points))
            continue
        sign = -1.0 if name.endswith("L") else 1.0
        t = np.clip(0.5 + 0.5 * sign * points[:, 0] / MIDDLE, 0, 1)
        fields.append(whole[name[:-1]] * (t * t * (3 - 2 * t))[:, None])
    return compact(fields)
