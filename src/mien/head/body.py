"""A plain body under the head, for formats that want a whole person: tubes, arms held out."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mien.head.raster import vertex_normals
from mien.head.rig import Mesh
from mien.head.skeleton import Joint, joints

GROUND = -158.0
"""Height of the soles below the eyes, cm: with hair, a person of about 170 cm."""
MIDDLE = -10.0
"""z of the body's middle, cm."""
HEAD_BONES = (2, 3, 4, 5, 6, 7)
"""Places of chest, neck, head, jaw and the eyes in `skeleton_of`."""
COLUMNS = 14
_ARM, _LEG = -24.5, 9.0
Ring = tuple[tuple[float, float, float], float, float, Mapping[str, float]]
"""Middle; half axes; share of each bone."""


@dataclasses.dataclass(frozen=True, eq=False)
class Limb:
    """A closed surface of one colour: places, normals (n, 3), cm; triangles; shares (n, bones)."""

    name: str
    places: NDArray[np.float64]
    normals: NDArray[np.float32]
    triangles: NDArray[np.int32]
    shares: NDArray[np.float32]


def skeleton_of(mesh: Mesh) -> list[Joint]:
    """The bones of a whole person; arms straight to the sides. Sides are the person's own."""
    chest, neck, head, jaw, left_eye, right_eye = joints(mesh)
    bones = [
        Joint("hips", -1, (0.0, -72.0, MIDDLE)),
        Joint("spine", 0, (0.0, -58.0, MIDDLE)),
        dataclasses.replace(chest, parent=1, place=(0.0, -42.0, MIDDLE)),
        dataclasses.replace(neck, parent=2),
        dataclasses.replace(head, parent=3),
        *(dataclasses.replace(one, parent=4) for one in (jaw, left_eye, right_eye)),
    ]
    for side, sign in (("left", 1.0), ("right", -1.0)):
        start = len(bones)
        arm = [("upper_arm", 17.0), ("lower_arm", 43.0), ("hand", 68.0)]
        leg = [("upper_leg", -76.0), ("lower_leg", -116.0), ("foot", -149.0)]
        for place, (name, x) in enumerate(arm):
            parent = 2 if place == 0 else start + place - 1
            bones.append(Joint(f"{side}_{name}", parent, (sign * x, _ARM, MIDDLE)))
        for place, (name, y) in enumerate(leg):
            parent = 0 if place == 0 else start + 2 + place
            bones.append(Joint(f"{side}_{name}", parent, (sign * _LEG, y, MIDDLE)))
    return bones


def _tube(rings: Sequence[Ring], across: NDArray[np.float64], names: Sequence[str]) -> Limb:
    """A closed tube; across (2, 3): the directions of its half axes."""
    turn = 2 * np.pi * np.arange(COLUMNS) / COLUMNS
    circle = np.stack([np.cos(turn), np.sin(turn)], 1)
    rows, shares = [], []
    for middle, a, b, bones in rings:
        rows.append(
            np.array(middle) + a * circle[:, :1] * across[0] + b * circle[:, 1:] * across[1]
        )
        share = np.array([bones.get(name, 0.0) for name in names], np.float32)
        shares.append(np.tile(share, (COLUMNS, 1)))
    for (middle, _, _, _), share in ((rings[0], shares[0]), (rings[-1], shares[-1])):
        rows.append(np.array([middle]))
        shares.append(share[:1])
    places = np.concatenate(rows)
    i = np.arange(COLUMNS)
    j, faces = (i + 1) % COLUMNS, []
    for ring in range(len(rings) - 1):
        low, high = ring * COLUMNS, (ring + 1) * COLUMNS
        faces += [
            np.stack([low + i, low + j, high + j], 1),
            np.stack([low + i, high + j, high + i], 1),
        ]
    last = (len(rings) - 1) * COLUMNS
    faces.append(np.stack([np.full(COLUMNS, len(places) - 2), j, i], 1))
    faces.append(np.stack([np.full(COLUMNS, len(places) - 1), last + i, last + j], 1))
    triangles = np.concatenate(faces)
    corner = places[triangles] - places.mean(0)
    if (corner[:, 0] * np.cross(corner[:, 1], corner[:, 2])).sum() < 0:  # inside out
        triangles = triangles[:, ::-1]
    normals = vertex_normals(places.astype(np.float32), triangles.astype(np.int32))
    return Limb("", places, normals, triangles.astype(np.int32), np.concatenate(shares))


def _joined(name: str, limbs: Sequence[Limb]) -> Limb:
    starts = np.cumsum([0, *(len(limb.places) for limb in limbs)])
    faces = [limb.triangles + start for limb, start in zip(limbs, starts, strict=False)]
    return Limb(
        name,
        np.concatenate([limb.places for limb in limbs]),
        np.concatenate([limb.normals for limb in limbs]),
        np.concatenate(faces).astype(np.int32),
        np.concatenate([limb.shares for limb in limbs]),
    )


_FLAT = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
"""Half axes of what stands upright."""
_UPRIGHT = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
"""And of what points to the side."""


def _torso() -> list[Ring]:
    chest, spine, hips = {"chest": 1.0}, {"spine": 1.0}, {"hips": 1.0}
    return [
        ((0.0, -25.0, MIDDLE), 15.0, 7.5, chest),
        ((0.0, -32.0, MIDDLE), 18.6, 9.6, chest),
        ((0.0, -42.0, MIDDLE), 17.0, 10.4, {"chest": 0.7, "spine": 0.3}),
        ((0.0, -52.0, MIDDLE), 15.2, 9.6, spine),
        ((0.0, -62.0, MIDDLE), 15.8, 9.8, {"spine": 0.5, "hips": 0.5}),
        ((0.0, -74.0, MIDDLE), 18.4, 11.6, hips),
    ]


def _sleeve(side: str, x: float) -> list[Ring]:
    upper, lower = f"{side}_upper_arm", f"{side}_lower_arm"
    return [
        ((x * 12.0, _ARM - 0.5, MIDDLE), 5.6, 6.4, {"chest": 1.0}),
        ((x * 18.0, _ARM, MIDDLE), 5.4, 6.0, {"chest": 0.4, upper: 0.6}),
        ((x * 28.0, _ARM, MIDDLE), 5.0, 5.2, {upper: 1.0}),
        ((x * 39.0, _ARM, MIDDLE), 4.5, 4.6, {upper: 0.9, lower: 0.1}),
        ((x * 43.0, _ARM, MIDDLE), 4.4, 4.5, {upper: 0.5, lower: 0.5}),
        ((x * 47.0, _ARM, MIDDLE), 4.3, 4.4, {upper: 0.1, lower: 0.9}),
        ((x * 64.0, _ARM, MIDDLE), 3.6, 3.7, {lower: 1.0}),
    ]


def _hand(side: str, x: float) -> list[Ring]:
    lower, hand = f"{side}_lower_arm", f"{side}_hand"
    return [
        ((x * 60.0, _ARM, MIDDLE), 2.2, 2.6, {lower: 1.0}),
        ((x * 68.0, _ARM, MIDDLE), 1.9, 2.6, {lower: 0.5, hand: 0.5}),
        ((x * 73.0, _ARM, MIDDLE), 1.7, 3.9, {hand: 1.0}),
        ((x * 78.0, _ARM, MIDDLE), 1.5, 4.2, {hand: 1.0}),
        ((x * 84.0, _ARM - 0.3, MIDDLE), 1.0, 3.4, {hand: 1.0}),
        ((x * 87.0, _ARM - 0.5, MIDDLE), 0.5, 1.8, {hand: 1.0}),
    ]


def _trouser(side: str, x: float) -> list[Ring]:
    upper, lower = f"{side}_upper_leg", f"{side}_lower_leg"
    return [
        ((x * 8.0, -66.0, MIDDLE), 7.6, 9.6, {"hips": 1.0}),
        ((x * 8.6, -74.0, MIDDLE), 8.6, 10.2, {"hips": 0.7, upper: 0.3}),
        ((x * 8.8, -84.0, MIDDLE), 8.4, 9.6, {upper: 1.0}),
        ((x * _LEG, -100.0, MIDDLE), 7.2, 8.0, {upper: 1.0}),
        ((x * _LEG, -112.0, MIDDLE), 6.2, 6.8, {upper: 0.9, lower: 0.1}),
        ((x * _LEG, -116.0, MIDDLE), 6.1, 6.6, {upper: 0.5, lower: 0.5}),
        ((x * _LEG, -120.0, MIDDLE), 6.0, 6.5, {upper: 0.1, lower: 0.9}),
        ((x * _LEG, -136.0, MIDDLE - 0.5), 5.6, 6.2, {lower: 1.0}),
        ((x * _LEG, -151.0, MIDDLE - 0.5), 5.0, 5.6, {lower: 1.0}),
    ]


def _shoe(side: str, x: float) -> list[Ring]:
    foot = {f"{side}_foot": 1.0}
    return [
        ((x * _LEG, -146.0, MIDDLE - 1.0), 3.6, 4.2, foot),
        ((x * _LEG, -151.0, MIDDLE + 0.5), 4.0, 6.4, foot),
        ((x * _LEG, -155.0, MIDDLE + 4.0), 4.6, 10.6, foot),
        ((x * _LEG, GROUND, MIDDLE + 4.6), 4.7, 11.6, foot),
    ]


def body(bones: Sequence[Joint]) -> list[Limb]:
    """The limbs of the person below the head's own shirt: top, hands, trousers and shoes."""
    names = [bone.name for bone in bones]
    sides = (("left", 1.0), ("right", -1.0))
    top = [_tube(_torso(), _FLAT, names)]
    top += [_tube(_sleeve(side, x), _UPRIGHT, names) for side, x in sides]
    hips: list[Ring] = [
        ((0.0, -66.0, MIDDLE), 14.4, 8.8, {"hips": 1.0}),
        ((0.0, -74.0, MIDDLE), 17.2, 10.6, {"hips": 1.0}),
        ((0.0, -81.0, MIDDLE), 11.0, 8.6, {"hips": 1.0}),
    ]
    legs = [_tube(hips, _FLAT, names)]
    legs += [_tube(_trouser(side, x), _FLAT, names) for side, x in sides]
    return [
        _joined("body_top", top),
        _joined("body_hands", [_tube(_hand(side, x), _UPRIGHT, names) for side, x in sides]),
        _joined("body_trousers", legs),
        _joined("body_shoes", [_tube(_shoe(side, x), _FLAT, names) for side, x in sides]),
    ]
