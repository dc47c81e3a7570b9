"""What stands behind and before a head, done to clean renders whose parts are known.

The parts stay exact: whatever is laid over a picture is laid over its parts too.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.analysers.landmarks.augment import Miss
from mien.analysers.spoiling import Picture, Random, photographed, texture, unevenly_lit
from mien.face import affine
from mien.face.affine import Matrix, Points
from mien.face.landmarks import box_of_points
from mien.face.parsing_net import ABOVE, PART, SIDE, WIDER, frame_of
from mien.types import Image

NEAR = Miss(6.0, 0.045, 0.09)
"""How far the box of a head may lie off."""
Columns = Mapping[str, NDArray[Any]]
Parts = NDArray[np.uint8]
Seen = tuple[Image, Parts]
"""A picture (SIDE, SIDE, 3) uint8 and its parts (SIDE, SIDE) uint8."""


@dataclasses.dataclass(frozen=True, eq=False)
class Scene:
    """A picture being spoilt: colours in [0, 255], parts, and the colours of hair and skin."""

    picture: Picture
    parts: Parts
    points: Points
    colours: NDArray[np.float32]

    def under(self, cover: Picture, share: NDArray[np.floating[Any]], part: int) -> Scene:
        """With another picture over it where `share` (SIDE, SIDE) says, which shows `part`."""
        soft = share[..., None].astype(np.float32)
        picture = self.picture * (1 - soft) + cover * soft
        parts = np.where(share > 0.5, np.uint8(part), self.parts)
        return dataclasses.replace(self, picture=picture, parts=parts)


def augmented(columns: Columns, row: int, random: Random, miss: Miss) -> Seen:
    """Row `row` of the training pictures, in a box that misses the head as `miss` says."""
    points = columns["points"][row].astype(np.float64)
    matrix = _jittered(points, random, miss)
    picture = affine.warp(columns["rgb"][row], matrix, (SIDE, SIDE)).astype(np.float32)
    parts = nearest(columns["parts"][row], matrix)
    colours = _colours(columns["rgb"][row], columns["parts"][row])
    scene = Scene(picture, parts, affine.transform(matrix, points), colours)
    outside = (columns["parts"][row] == PART["background"]).astype(np.float32)
    scene = _painted(scene, random)
    scene = dataclasses.replace(scene, picture=unevenly_lit(scene.picture, random))
    share = affine.warp(outside, matrix, (SIDE, SIDE))
    scene = _behind(scene, share, columns, random)
    scene = _before(scene, random)
    scene = _cut(dataclasses.replace(scene, picture=photographed(scene.picture, random)), random)
    whole = np.rint(np.clip(scene.picture, 0, 255)).astype(np.uint8)
    if random.random() < 0.5:
        return whole[:, ::-1], scene.parts[:, ::-1]
    return whole, scene.parts


def nearest(parts: Parts, matrix: Matrix) -> Parts:
    """(SIDE, SIDE) parts seen through `matrix`; beyond the picture its edge goes on."""
    back = affine.invert(matrix)
    y, x = np.mgrid[:SIDE, :SIDE]
    columns = np.rint(back[0, 0] * x + back[0, 1] * y + back[0, 2]).astype(int)
    rows = np.rint(back[1, 0] * x + back[1, 1] * y + back[1, 2]).astype(int)
    last = len(parts) - 1
    return parts[np.clip(rows, 0, last), np.clip(columns, 0, last)]


def _jittered(points: Points, random: Random, miss: Miss) -> Matrix:
    frame = frame_of(*box_of_points(points))
    width = SIDE / WIDER
    middle = np.full(2, SIDE / 2 - 0.5)
    # The box is off about the face, which lies below the middle of what is seen.
    face = middle + [0.0, ABOVE * width]
    turn = affine.rotation(float(random.normal() * miss.roll))
    size = float(np.exp(random.normal() * miss.scale))
    stretch = np.diag(np.exp(random.normal(size=2) * 0.035)) * size
    shift = random.normal(size=2) * miss.shift * width
    return affine.compose(affine.about(turn @ stretch, face, face + shift), frame)


def _colours(rgb: Image, parts: Parts) -> NDArray[np.float32]:
    """(2, 3) mean colours of hair and skin; grey for what is not there."""
    rows = [rgb[parts == PART[name]] for name in ("hair", "skin")]
    return np.array([row.mean(0) if len(row) else [90, 90, 90] for row in rows], np.float32)


def _soft(parts: Parts, name: str) -> Picture:
    """(SIDE, SIDE, 1) share of a part, its edge a little soft."""
    share = (parts == PART[name]).astype(np.float32)
    half = affine.resize(share, (SIDE // 2, SIDE // 2))
    return (0.5 * share + 0.5 * affine.resize(half, (SIDE, SIDE)))[..., None]


def _painted(scene: Scene, random: Random) -> Scene:
    """Hair of other tones with light on it, clothes with patterns."""
    picture, chance = scene.picture, random.random(3)
    if chance[0] < 0.35:
        gain = np.exp(random.normal() * 0.5 + random.normal(size=3) * 0.08).astype(np.float32)
        hair = _soft(scene.parts, "hair")
        picture = picture * (1 - hair + hair * gain)
    if chance[1] < 0.4:
        cells = int(random.integers(3, 16))
        grid = random.normal(size=(cells, cells, 1)) * random.uniform(0.1, 0.5)
        light = np.exp(affine.resize(grid.astype(np.float32), (SIDE, SIDE)))
        hair = _soft(scene.parts, "hair")
        picture = picture * (1 - hair + hair * light.reshape(SIDE, SIDE, 1))
    if chance[2] < 0.6:
        cloth = _soft(scene.parts, "cloth") * np.float32(random.uniform(0.4, 1.0))
        picture = picture * (1 - cloth) + _thing(scene, random) * cloth
    return dataclasses.replace(scene, picture=picture)


def _thing(scene: Scene, random: Random) -> Picture:
    """(SIDE, SIDE, 3) stuff: of any colour, or of a colour near the person's own hair or skin."""
    cover = texture(random, SIDE)
    if random.random() < 0.3:
        own = scene.colours[int(random.integers(2))] * np.exp(random.normal() * 0.2)
        cover = own + (cover - cover.mean((0, 1))) * random.uniform(0.1, 0.8)
    return np.clip(cover, 0, 255).astype(np.float32)


def _behind(scene: Scene, share: Picture, columns: Columns, random: Random) -> Scene:
    """Another background, cut in by the exact share (SIDE, SIDE) of the old one."""
    chance = random.random()
    if chance < 0.25:
        return scene
    if chance < 0.5:
        cover = _somebody(columns, random)
    elif chance < 0.62:
        cover = _gradient(random)
    else:
        cover = _thing(scene, random)
    soft = share[..., None]
    return dataclasses.replace(scene, picture=scene.picture * (1 - soft) + cover * soft)


def _somebody(columns: Columns, random: Random) -> Picture:
    """(SIDE, SIDE, 3) a piece of another picture: people, hair, clothes, walls, out of place."""
    other = columns["rgb"][int(random.integers(len(columns["rgb"])))]
    size = SIDE / len(other) * random.uniform(0.6, 3.5)
    turn = affine.rotation(float(random.uniform(-180, 180) * (random.random() < 0.5)))
    source = random.uniform(0.1, 0.9, 2) * len(other)
    matrix = affine.about(turn * size, source, random.uniform(0.2, 0.8, 2) * SIDE)
    seen = affine.warp(other, matrix, (SIDE, SIDE))
    small = int(random.integers(12, SIDE + 1))
    return affine.resize(affine.resize(seen, (small, small)), (SIDE, SIDE)).astype(np.float32)


def _gradient(random: Random) -> Picture:
    """(SIDE, SIDE, 3) from one colour to another, as studio walls are."""
    first, last = random.uniform(0, 255, (2, 3))
    last = first + (last - first) * random.uniform(0.1, 1.0)
    angle = random.uniform(0, 2 * np.pi)
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE - 0.5
    share = np.clip(0.5 + np.cos(angle) * x + np.sin(angle) * y, 0, 1)[..., None]
    return (first * (1 - share) + last * share).astype(np.float32)


def _before(scene: Scene, random: Random) -> Scene:
    """Hands, cups, microphones, hats: what covers a head is no part of it."""
    for _ in range(int(random.choice(3, p=(0.55, 0.3, 0.15)))):
        centre = scene.points[int(random.integers(68))] + random.normal(size=2) * 14
        long, short = random.uniform(5, 30), random.uniform(3, 13)
        angle, power = random.uniform(0, np.pi), 2 if random.random() < 0.6 else 8
        share = _blob(centre, (long, short), angle, power)
        scene = scene.under(_thing(scene, random), share, PART["background"])
    if random.random() < 0.06:
        eyes = scene.points[36:48].mean(0)
        centre = eyes - [0.0, random.uniform(26, 38)]
        size = (random.uniform(28, 44), random.uniform(10, 20))
        share = _blob(centre, size, random.normal() * 0.1, 2 if random.random() < 0.5 else 8)
        scene = scene.under(_thing(scene, random), share, PART["background"])
    return scene


def _blob(centre: Points, size: tuple[float, float], angle: float, power: int) -> Picture:
    """(SIDE, SIDE) an ellipse or a rounded bar, its edge soft."""
    y, x = np.mgrid[:SIDE, :SIDE]
    u = (x - centre[0]) * np.cos(angle) + (y - centre[1]) * np.sin(angle)
    v = -(x - centre[0]) * np.sin(angle) + (y - centre[1]) * np.cos(angle)
    inside = (np.abs(u) / size[0]) ** power + (np.abs(v) / size[1]) ** power < 1
    half = affine.resize(inside.astype(np.float32), (SIDE // 2, SIDE // 2))
    return affine.resize(half, (SIDE, SIDE))


def _cut(scene: Scene, random: Random) -> Scene:
    """The photo ends: black beyond its top, its bottom or its sides."""
    if random.random() >= 0.25:
        return scene
    away = np.zeros((SIDE, SIDE), bool)
    for side in range(4):
        if random.random() < 0.45:
            turned = np.rot90(away, side)
            turned[: int(random.integers(1, 26))] = True
    return scene.under(np.zeros_like(scene.picture), away, PART["background"])
