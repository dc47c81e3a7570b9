"""What a camera, a room and a detector do to a face, done to clean renders.

Everything is drawn from one generator per sample, so a sample is the same in any batch.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.analysers.spoiling import Picture, Random, photographed, texture, unevenly_lit
from mien.face import affine
from mien.face.affine import Matrix, Points
from mien.face.landmark_net import MARGIN, SIDE
from mien.face.landmarks import MIRROR
from mien.head.schema import LABEL
from mien.types import Image


@dataclasses.dataclass(frozen=True)
class Miss:
    """How far a box lies off, as standard deviations.

    roll in degrees, shift in shares of its width, scale of the logarithm of its size
    """

    roll: float = 13.0
    shift: float = 0.045
    scale: float = 0.09


DETECTED = Miss()
LOCATED = Miss(2.5, 0.012, 0.025)
"""The box of points that were found before."""
BOX_BELOW, BOX_WIDTH = 0.171, 3.128
"""As in `face.landmarks`: the box from the spread of the inner points."""
NOT_FACE = ("background", "shirt")

IRIS_MIRROR = np.array([*MIRROR, 69, 68])


@dataclasses.dataclass(frozen=True, eq=False)
class Seen:
    """What a network may meet.

    picture (SIDE, SIDE, 3) uint8; points (70, 2) as shares of the side; mirrored: left is right
    """

    picture: Image
    points: NDArray[np.float32]
    mirrored: bool


def augmented(columns: Mapping[str, NDArray[Any]], row: int, random: Random, miss: Miss) -> Seen:
    """Row `row` of the training pictures, in a box that misses the face as `miss` says."""
    rgb, labels, points = (columns[name][row] for name in ("rgb", "labels", "points"))
    matrix = _jittered(points.astype(np.float64), random, miss)
    picture = affine.warp(rgb, matrix, (SIDE, SIDE)).astype(np.float32)
    parts = affine.warp(_outside(labels, random), matrix, (SIDE, SIDE))
    places = affine.transform(matrix, points)
    picture = unevenly_lit(picture, random)
    picture = _behind(picture, parts.astype(np.float32) / 255, random)
    picture = _before(picture, places, random)
    picture = photographed(picture, random)
    mirrored = bool(random.random() < 0.5)
    if mirrored:
        picture = picture[:, ::-1]
        places = places[IRIS_MIRROR]
        places[:, 0] = SIDE - 1 - places[:, 0]
    shares = ((places + 0.5) / SIDE).astype(np.float32)
    return Seen(np.rint(np.clip(picture, 0, 255)).astype(np.uint8), shares, mirrored)


def _jittered(points: Points, random: Random, miss: Miss) -> Matrix:
    inner = points[17:68]
    middle = inner.mean(0)
    spread = float(np.sqrt(((inner - middle) ** 2).sum(1).mean()))
    width = BOX_WIDTH * spread * float(np.exp(random.normal() * miss.scale))
    centre = middle + np.array([0.0, BOX_BELOW * spread])
    centre = centre + random.normal(size=2) * miss.shift * width
    turn = affine.rotation(float(random.normal() * miss.roll))
    stretch = np.diag(np.exp(random.normal(size=2) * 0.035))
    target = [SIDE / 2 - 0.5] * 2
    return affine.about(turn @ stretch * (SIDE / (width * (1 + 2 * MARGIN))), centre, target)


def _outside(labels: NDArray[np.uint8], random: Random) -> Image:
    """255 where something else may stand behind the person; now and then the hair goes too."""
    names = NOT_FACE if random.random() < 0.75 else (*NOT_FACE, "hair")
    return np.isin(labels, [LABEL[name] for name in names]).astype(np.uint8) * 255


def _behind(picture: Picture, outside: Picture, random: Random) -> Picture:
    if random.random() < 0.35:
        return picture
    share = outside[..., None]
    return picture * (1 - share) + texture(random, SIDE) * share


def _before(picture: Picture, places: Points, random: Random) -> Picture:
    """Hands, hair, cups, microphones: up to two blobs or bars in front of the face."""
    for _ in range(int(random.choice(3, p=(0.6, 0.28, 0.12)))):
        centre = places[int(random.integers(0, 68))] + random.normal(size=2) * 8
        y, x = np.mgrid[:SIDE, :SIDE]
        angle = random.uniform(0, np.pi)
        u = (x - centre[0]) * np.cos(angle) + (y - centre[1]) * np.sin(angle)
        v = -(x - centre[0]) * np.sin(angle) + (y - centre[1]) * np.cos(angle)
        long, short = random.uniform(6, 30), random.uniform(3, 13)
        power = 2 if random.random() < 0.6 else 8
        inside = (np.abs(u) / long) ** power + (np.abs(v) / short) ** power < 1
        soft = affine.resize(affine.resize(inside.astype(np.float32), (48, 48)), (SIDE, SIDE))
        picture = picture * (1 - soft[..., None]) + texture(random, SIDE) * soft[..., None]
    if random.random() < 0.12:
        picture = _spectacles(picture, places, random)
    return picture


def _spectacles(picture: Picture, places: Points, random: Random) -> Picture:
    """Two rings around the eyes: frames that the head does not wear."""
    y, x = np.mgrid[:SIDE, :SIDE]
    apart = float(np.hypot(*(places[45] - places[36])))
    radius, thick = apart * random.uniform(0.22, 0.32), random.uniform(0.7, 2.2)
    tall = random.uniform(0.6, 1.0)
    shade = random.uniform(0, 90)
    for eye in (places[36:42].mean(0), places[42:48].mean(0)):
        away = np.sqrt((x - eye[0]) ** 2 + ((y - eye[1]) / tall) ** 2)
        ring = np.clip(1.5 - np.abs(away - radius) / thick, 0, 1)[..., None].astype(np.float32)
        picture = picture * (1 - ring) + np.float32(shade) * ring
    return picture
