"""The words of the project, each with shape, range, order and unit, stated once.

Pictures outside the networks are RGB uint8 arrays (height, width, 3); inside they are float
tensors (n, 3, height, width) in [-1, 1]. Pixel coordinates have x to the right, y down, and the
centre of the first pixel at (0, 0) unless a docstring says otherwise. "Left" and "right" are the
picture's, not the person's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Image: TypeAlias = NDArray[np.uint8]
"""(height, width, 3) RGB, 0..255."""

Landmarks: TypeAlias = NDArray[np.float64]
"""(68, 2) pixels in iBUG order: jaw 0-16, brows 17-26, nose 27-35, eyes 36-47, lips 48-67."""

FloatArray: TypeAlias = NDArray[np.floating[Any]]

Style: TypeAlias = Literal["photo", "toon"]

# OpenFace's seventeen, in its order, then the five it does not measure.
OPENFACE_AUS: tuple[str, ...] = (
    *("AU1", "AU2", "AU4", "AU5", "AU6", "AU7", "AU9", "AU10", "AU12"),
    *("AU14", "AU15", "AU17", "AU20", "AU23", "AU25", "AU26", "AU45"),
)
AU_NAMES: tuple[str, ...] = (*OPENFACE_AUS, "AU16", "AU18", "AU24", "AU27", "AU28")

JAW = slice(0, 17)
BROWS = slice(17, 27)
NOSE = slice(27, 36)
EYES = slice(36, 48)
MOUTH = slice(48, 68)
OUTER_EYE = (36, 45)
"""Landmarks whose distance normalises errors (NME)."""


@dataclasses.dataclass(frozen=True)
class Pose:
    """Head rotation in degrees.

    yaw > 0 turns the face to the picture's right, pitch > 0 makes it look down, roll > 0 turns it
    counter-clockwise as seen in the picture. The matrix is roll @ yaw @ pitch.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0

    def as_tuple(self) -> tuple[float, float, float]:
        """(yaw, pitch, roll) in degrees."""
        return (self.yaw, self.pitch, self.roll)


MaterialValue: TypeAlias = float | tuple[float, float, float]


@dataclasses.dataclass(frozen=True)
class FaceCode:
    """Everything that describes a drawn face, each value by name; a missing name is its default.

    sliders    identity, [-1, 1] each (beyond is allowed up to 2.5 for caricature), default 0
    aus        Action Units, [0, 1] each (OpenFace intensity / 5), default 0; AU12L is the
               picture's left half of AU12 alone, added to AU12 (`mien.head.schema.RIG_NAMES`)
    gaze       (x, y) in [-1, 1]: right and up in the picture; 1 is 28 and 20 degrees
    materials  scalars, or linear RGB triples in [0, 1]; defaults in `mien.head.SCHEMA`
               (shapes of hair, such as hair_length, are among them)
    hair       one of `mien.head.SCHEMA.hair_styles`; facial_hair, glasses likewise
    """

    sliders: Mapping[str, float] = dataclasses.field(default_factory=dict)
    aus: Mapping[str, float] = dataclasses.field(default_factory=dict)
    gaze: tuple[float, float] = (0.0, 0.0)
    pose: Pose = Pose()
    materials: Mapping[str, MaterialValue] = dataclasses.field(default_factory=dict)
    hair: str = "crop"
    style: Style = "photo"
    facial_hair: str = "none"
    glasses: str = "none"


@dataclasses.dataclass(frozen=True)
class Box:
    """A rectangle in pixels; right and bottom are exclusive."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Width in pixels."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Height in pixels."""
        return self.bottom - self.top


@dataclasses.dataclass(frozen=True)
class RegionColours:
    """Median colours of a face, linear RGB in [0, 1]; None where the region was not seen.

    `white` is the estimated colour of a white surface under the photo's light (from sclera and
    teeth), with the largest channel at 1; the other colours are already divided by it.
    """

    skin: tuple[float, float, float] | None = None
    lips: tuple[float, float, float] | None = None
    brows: tuple[float, float, float] | None = None
    hair: tuple[float, float, float] | None = None
    iris: tuple[float, float, float] | None = None
    white: tuple[float, float, float] | None = None


@dataclasses.dataclass(frozen=True)
class Face:
    """One face found in a picture.

    box          pixels of the analysed picture
    score        detector score, larger is surer (dlib HOG: 0 is its threshold)
    landmarks    (68, 2) pixels
    landmarks5   (5, 2) pixels, dlib's order: outer and inner corner of the eye at the picture's
                 right, outer and inner corner of the other eye, base of the nose
    pose         degrees, estimated from the landmarks
    embedding    (128,) float32 identity descriptor, compared by L2; biometric: never written out
    colours      medians of the regions
    warnings     what may spoil results, as message keys: "yaw", "small", "dark", "blurred", ...
    """

    box: Box
    score: float
    landmarks: Landmarks
    landmarks5: FloatArray
    pose: Pose
    embedding: NDArray[np.float32]
    colours: RegionColours
    warnings: tuple[str, ...] = ()
