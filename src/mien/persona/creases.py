"""Folds that an expression brings: forehead, frown, nose, crow's feet, cheeks, chin.

A photo's skin is moved as it is, so by itself a raised brow stays smooth. The head knows where skin
folds and how a fold catches the light; the light's change is laid over the photo's own skin.
"""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.face import affine
from mien.head import material_index as slot
from mien.head.fold_light import Folded, fold_light
from mien.head.layout import Float32, Int32, Visibility
from mien.head.rig import rotation
from mien.persona.anchor import Posed
from mien.persona.subject import Subject
from mien.persona.window import Window
from mien.types import Landmarks

FloatArray = NDArray[Any]  # float32, which OpenCV's types do not tell

EYES_CM = 9.4
"""Between the outer corners of the head's eyes."""
_CREASES = slice(slot.CREASE_FOREHEAD, slot.CREASE_CHIN + 1)
_NOTICED = 0.01
_DEPTH = (0.35, 0.9)
"""Of the head's folds: what skin without any texture shows, and rough skin."""
_TEXTURE = (0.003, 0.014)
"""Contrast of such skin, log lightness, between the scales `_FINE` and `_COARSE`."""
_FINE, _COARSE = 0.012, 0.04  # of the eye distance
_PATCH = 0.13  # half of the side of a patch in which it is measured, of the eye distance
_SMOOTHED = 0.5
"""Folds that an expression takes away: the photo's own lie elsewhere, so less is given back."""
_CHIN = 0.5
"""Its dimples look like grit on a photo's skin."""
_LIMITS = (-0.45, 0.1)
_GAMMA = 2.2
_CHROMA, _DARKER, _SLACK = 14.0, 16.0, 26.0  # Lab: what is further from the skin is none


@dataclasses.dataclass(frozen=True, eq=False)
class Folding:
    """What folds of a photo's skin need to know of it.

    subject    whose skin; eyes: working pixels between the outer corners of the eyes
    still      the head as the photo has it
    triangles  (t, 3) int32 and parts (t,) int32 that the raster shows
    skin       (h, w) float32 0..1 how much each working pixel of the photo is skin that folds
    depth      0..1 of new folds
    """

    subject: Subject
    eyes: float
    still: Posed
    triangles: Int32
    parts: Int32
    skin: FloatArray
    depth: float

    def gain(
        self, seen: Visibility, posed: Posed, normals: Float32, shift: FloatArray
    ) -> FloatArray | None:
        """(h, w) float32 log of the change of a photo's values; None where no fold changes.

        seen     the moved head `posed` in the window; normals (n, 3) of its vertices
        shift    (h, w, 2) of the flow
        """
        before, after = self._materials(posed)
        if np.abs(after - before).max() < _NOTICED:
            return None
        folded = Folded(
            triangles=self.triangles,
            parts=self.parts,
            attributes=posed.mesh.attributes,
            normals=normals,
            before=before,
            after=after,
            light=self.subject.light.vector(),
            turn=rotation(*self.subject.motion.pose.as_tuple()).ravel().astype(np.float32),
            footprint=EYES_CM / self.eyes,
        )
        gain = np.empty(seen.triangle.shape, np.float32)
        fold_light(seen, folded, gain)
        gain *= np.float32(1 / _GAMMA)
        np.clip(gain, *_LIMITS, out=gain)
        gain *= _shifted(self.skin, shift)
        return gain

    def _materials(self, posed: Posed) -> tuple[Float32, Float32]:
        """(128,) twice: only the slots of creases, before and after; without lines of age."""
        still, change = self.still.mesh.creases, posed.mesh.creases - self.still.mesh.creases
        before = np.zeros_like(self.subject.material)
        before[_CREASES] = still
        after = before.copy()
        after[_CREASES] += np.where(change > 0, self.depth, _SMOOTHED * self.depth) * change
        for one in (before, after):
            one[slot.CREASE_CHIN] *= _CHIN
        return before, after


class Look(NamedTuple):
    """A face in the working copy of its window: Lab (h, w, 3) uint8, landmarks (68, 2) in it."""

    lab: NDArray[np.uint8]
    points: Landmarks


def look_at(subject: Subject, window: Window) -> Look:
    """What `skin_of` and `fold_depth` look at."""
    lab = cv2.cvtColor(window.view(subject.photo), cv2.COLOR_RGB2LAB)
    points = affine.transform(window.from_photo(), subject.landmarks)
    return Look(np.asarray(lab, np.uint8), points)


def skin_of(look: Look) -> FloatArray:
    """(h, w) float32 0..1: how much each working pixel of the window looks like the face's skin.

    Hair, glasses and what is held before a face do not fold.
    """
    lab, points = look.lab.astype(np.float32), look.points
    outline = points[[36, 39, 27, 42, 45, 54, 33, 48]]
    inside = np.zeros(lab.shape[:2], np.uint8)
    cv2.fillPoly(inside, [np.rint(outline).astype(np.int32)], (1,))
    own = np.median(lab[inside > 0], axis=0) if inside.any() else lab.reshape(-1, 3).mean(0)
    away = lab - own.astype(np.float32)
    chroma = np.hypot(away[..., 1], away[..., 2]) / _CHROMA
    darker = np.maximum(np.abs(away[..., 0]) * (100 / 255) - _SLACK, 0.0) / _DARKER
    return cv2.GaussianBlur(np.exp(-chroma * chroma - darker * darker), (0, 0), 1.0)


def fold_depth(look: Look, eyes: float) -> float:
    """How deep the skin of a photo folds, 0..1: smooth skin less than skin that shows its texture.

    eyes  working pixels between the outer corners of the eyes

    Measured on forehead and cheeks; of a blurred photo nothing fine can be expected either.
    """
    light = np.log(look.lab[..., 0].astype(np.float32) + 8.0)
    fine, coarse = (cv2.GaussianBlur(light, (0, 0), share * eyes) for share in (_FINE, _COARSE))
    contrast, found = np.abs(fine - coarse), []
    for x, y in _patches(look.points, eyes):
        half = _PATCH * eyes
        top, left = max(0, round(y - half)), max(0, round(x - half))
        part = contrast[top : max(0, round(y + half)), left : max(0, round(x + half))]
        if part.size:
            found.append(float(np.median(part)))
    return float(np.interp(np.median(found), _TEXTURE, _DEPTH)) if found else _DEPTH[0]


def _patches(points: Landmarks, eyes: float) -> tuple[NDArray[np.float64], ...]:
    """The middles of forehead and cheeks, for landmarks (68, 2)."""
    up = points[27] - points[33]
    forehead = points[[21, 22]].mean(0) + 0.25 * eyes * up / max(float(np.hypot(*up)), 1e-6)
    return forehead, points[[3, 31, 36, 48]].mean(0), points[[13, 35, 45, 54]].mean(0)


def _shifted(values: FloatArray, shift: FloatArray) -> FloatArray:
    """Working values (h, w) from where `shift` (h, w, 2) says that each pixel comes."""
    height, width = values.shape
    x = np.arange(width, dtype=np.float32) + shift[..., 0]
    y = np.arange(height, dtype=np.float32)[:, None] + shift[..., 1]
    return cv2.remap(values, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
