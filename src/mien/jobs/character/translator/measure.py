"""What is measured in a picture: numbers that say the same of a photo and of an engine's drawing.

Where there is a face: its landmarks in the eye frame, its identity descriptor, the colours of its
regions, and its pixels, upright and scaled by the eyes. Where an engine draws faces that no
detector finds, such as a cartoon's: the pixels of the whole picture. Grey is normalised by its own
neighbourhood, so that light counts little; colour is kept coarse.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mien.face import affine
from mien.face.align import align_head
from mien.face.analyse import analyse
from mien.face.gradients import blurred
from mien.persona.translator import landmark_features
from mien.types import Face, Image, Landmarks

Values = NDArray[np.float32]

FRAME = 64
"""Pixels a side of the picture that pixels are read from."""
GREY, COLOUR = 32, 12
REGIONS = ("skin", "lips", "brows", "hair", "iris")
_GAMMA = 2.2
_NEAR, _FLOOR = 4.0, 0.03
"""Neighbourhood of a grey pixel, and the contrast below which it says nothing."""
PIXELS = GREY**2 + 3 * COLOUR**2
FACE = 136 + 128 + 3 * len(REGIONS)
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
VERSION = 1
"""Of the measurements; weights made with another one are refused."""


def groups(faces: bool) -> dict[str, slice]:
    """Where each kind of measurement lies."""
    sizes = {"grey": GREY**2, "colour": 3 * COLOUR**2}
    if faces:
        sizes |= {"landmarks": 136, "descriptor": 128, "regions": 3 * len(REGIONS)}
    found, start = {}, 0
    for name, size in sizes.items():
        found[name] = slice(start, start + size)
        start += size
    return found


@dataclasses.dataclass(frozen=True, eq=False)
class Seen:
    """A picture as the engine frames its own.

    framed  (FRAME, FRAME, 3) uint8
    face    the face in it, if faces are measured
    """

    framed: Image
    face: Face | None = None

    @property
    def values(self) -> Values:
        """(n,) the measurements; NaN for a region whose colour was not seen."""
        pixels = pixel_values(self.framed)
        return pixels if self.face is None else np.concatenate([pixels, face_values(self.face)])


def find_face(picture: Image) -> Face | None:
    """The largest face of a picture."""
    faces = analyse(picture, max_faces=1)
    return faces[0] if faces else None


def by_face(picture: Image, face: Face) -> Seen:
    """The picture around a face."""
    return Seen(around(picture, face.landmarks), face)


def around(picture: Image, landmarks: Landmarks, size: int = FRAME) -> Image:
    """(size, size, 3) the head, upright, eyes a quarter apart."""
    return affine.warp(picture, align_head(landmarks, size).matrix, (size, size))


def whole(picture: Image, size: int = FRAME) -> Image:
    """(size, size, 3) all of a picture, squeezed."""
    return np.ascontiguousarray(affine.resize(picture, (size, size)))


def pixel_values(framed: Image) -> Values:
    """(PIXELS,) of a picture (FRAME, FRAME, 3)."""
    light = framed.astype(np.float32) / 255.0
    grey = affine.resize(light @ _LUMA, (GREY, GREY))
    mean = blurred(grey, _NEAR)
    spread = blurred(np.square(grey - mean), _NEAR)
    local = (grey - mean) / np.sqrt(spread + _FLOOR**2)
    coarse = affine.resize(light, (COLOUR, COLOUR))
    return np.concatenate([local.ravel(), coarse.ravel()]).astype(np.float32)


def face_values(face: Face) -> Values:
    """(FACE,) of a face; NaN where a region was not seen."""
    colours = [
        (np.nan,) * 3 if (one := getattr(face.colours, name)) is None else one for name in REGIONS
    ]
    seen = np.clip(np.array(colours, np.float64), 0.0, None) ** (1.0 / _GAMMA)
    parts = [landmark_features(face.landmarks), face.embedding, seen.ravel()]
    return np.concatenate(parts).astype(np.float32)


def spoiled(framed: Image, random: np.random.Generator) -> Image:
    """The picture in another light, a little moved, blurred and noisy, as photos are."""
    middle = (FRAME - 1) / 2
    linear = affine.rotation(random.normal(0, 1.5)) * np.exp(random.normal(0, 0.015))
    shift = middle + random.normal(0, 0.008, 2) * FRAME
    moved = affine.warp(framed, affine.about(linear, [middle, middle], shift), (FRAME, FRAME))
    light = moved.astype(np.float32) / 255.0
    light = blurred(light, float(random.uniform(0.2, 1.2)))
    gain = np.exp(random.normal(0, 0.08, 3) + random.normal(0, 0.12))
    light = np.clip(light * gain + random.normal(0, 0.03), 0, 1)
    light += random.normal(0, 0.01, light.shape)
    return (np.clip(light, 0, 1) * 255).astype(np.uint8)


def varying_box(framed: NDArray[np.uint8]) -> tuple[float, float, float, float]:
    """Left, top, right, bottom, as shares of the side, of where pictures (n, s, s, 3) vary.

    An engine changes the face and leaves the rest alone: this is where it draws one.
    """
    grey = framed.astype(np.float32) @ _LUMA
    spread = blurred(grey.std(0), framed.shape[1] / 64)
    box: list[float] = []
    for axis in (0, 1):
        mass = np.cumsum(spread.sum(axis))
        low, high = np.searchsorted(mass / max(float(mass[-1]), 1e-9), [0.04, 0.96])
        box += [low / framed.shape[1], (high + 1) / framed.shape[1]]
    left, right, top, bottom = box
    return left, top, right, bottom


def into_box(
    photo: Image, landmarks: Landmarks, box: tuple[float, float, float, float], size: int = FRAME
) -> Image:
    """(size, size, 3) a photo turned upright and moved so that its face lies in a box."""
    eyes = landmarks[42:48].mean(0) - landmarks[36:42].mean(0)
    roll = float(np.degrees(np.arctan2(eyes[1], eyes[0])))
    turn = affine.rotation(roll)
    upright = landmarks @ turn.T
    brow, chin = float(upright[17:27, 1].min()), float(upright[8, 1])
    top = brow - 0.45 * (chin - brow)  # about the hairline
    middle = np.array([(upright[0, 0] + upright[16, 0]) / 2, (top + chin) / 2])
    left, high, right, low = box
    scale = (low - high) * size / max(chin - top, 1e-6)
    target = np.array([(left + right) / 2, (high + low) / 2]) * size - 0.5
    centre = middle @ turn  # back into the photo
    return affine.warp(photo, affine.about(turn * scale, centre, target), (size, size))
