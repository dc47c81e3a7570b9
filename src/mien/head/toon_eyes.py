"""Smooth skin instead of eyeballs and lids: the sheet on which the toon style's eyes are drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.head import material_index as slot
from mien.head.template import Template
from mien.head.toon_face import EYE_WIDTH, EYE_X, eye_height, lower_edge, upper_edge

SHEET_BULGE = 0.12
"""How far the middle of the sheet stands out between its borders, cm."""


def _lid_outline(face: NDArray[np.float64], side: int, count: int) -> NDArray[np.float64]:
    """(count, 2) u, v of the drawn lids, from the outer corner over the upper lid; `face` (15,)."""

    def at(index: int) -> float:
        return float(face[index - slot.DRAWN])

    sex, closing, arc = at(slot.DRAWN_SEX), at(slot.DRAWN_CLOSING + side), at(slot.DRAWN_ARC)
    raised, height = at(slot.DRAWN_RAISED + side), eye_height(sex, at(slot.DRAWN_AGE))
    angles = np.arange(count) / count * 2 * np.pi
    out = np.zeros((count, 2))
    for j, angle in enumerate(angles):
        t = float(np.round(np.cos(angle), 9))
        upper = angle <= np.pi
        v = upper_edge(t, closing, arc, height)
        if not upper:
            v = lower_edge(t, closing, arc, raised, height)
        out[j] = t * EYE_WIDTH, v + (0.07 - 0.05 * sex) * t
    return out


def _solve3(matrix: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Solution of a 3 x 3 system for each column of `right` (3, k), by Cramer's rule."""

    def determinant(m: NDArray[np.float64]) -> float:
        return float(
            m[0, 0] * (m[1, 1] * m[2, 2] - m[1, 2] * m[2, 1])
            - m[0, 1] * (m[1, 0] * m[2, 2] - m[1, 2] * m[2, 0])
            + m[0, 2] * (m[1, 0] * m[2, 1] - m[1, 1] * m[2, 0])
        )

    whole, out = determinant(matrix), np.zeros_like(right)
    for k in range(right.shape[1]):
        for i in range(3):
            changed = matrix.copy()
            changed[:, i] = right[:, k]
            out[i, k] = determinant(changed) / whole
    return out


def lay_eye_sheets(
    template: Template,
    skin: NDArray[np.float64],
    attributes: NDArray[np.float32],
    face: NDArray[np.float64],
) -> None:
    """Move the eye rings of `skin` (n, 3) onto a smooth sheet, and their rest positions with them.

    The outermost ring stays. Ring 1 lies on the drawn lids, so that landmarks find them; ring 0
    closes the opening. face (15,) as `stylise.drawn_face` gives it.
    """
    for side in range(2):
        rings = template.eye_rings[side]
        count, last = rings.shape[1], len(rings) - 1
        sign = 1.0 if side == 0 else -1.0
        border = rings[last]
        rest = attributes[border, :2].astype(np.float64)
        rest[:, 0] = sign * rest[:, 0] - EYE_X  # u, v
        ones = np.concatenate([np.ones((count, 1)), rest], 1)
        matrix = (ones[:, :, None] * ones[:, None, :]).sum(0)
        plane = _solve3(matrix, (ones[:, :, None] * skin[border][:, None, :]).sum(0))

        def flat(points: NDArray[np.float64], plane: NDArray[np.float64] = plane) -> NDArray:
            return plane[0] + points[:, :1] * plane[1] + points[:, 1:] * plane[2]

        left_over = skin[border] - flat(rest)
        lids = _lid_outline(face, side, count)
        for k in range(last):
            share = max(0, k - 1) / (last - 1)
            place = lids * (1 - share) + rest * share
            if k == 0:
                middle = np.array([0.0, (lids[:, 1].max() + lids[:, 1].min()) / 2])
                place = np.tile(middle, (count, 1))
            reach = (place[:, 0] / 2.3) ** 2 + (place[:, 1] / 1.45) ** 2
            smooth = np.clip(reach, 0, 1)[:, None]
            skin[rings[k]] = flat(place) + left_over * smooth * smooth
            skin[rings[k], 2] += SHEET_BULGE * (1 - smooth[:, 0])
            attributes[rings[k], 0] = sign * (place[:, 0] + EYE_X)
            attributes[rings[k], 1] = place[:, 1]
