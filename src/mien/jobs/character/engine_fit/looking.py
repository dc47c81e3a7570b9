"""A photo and an engine's drawing in one frame, measured alike."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mien.data.crop import to_square
from mien.errors import InputError
from mien.face import affine
from mien.jobs.character.engine_fit.judges import SIDE, Shown
from mien.jobs.character.translator import measure
from mien.jobs.character.translator.model import EngineTranslator
from mien.messages import text
from mien.types import Face, Image, Landmarks

Framing = Callable[[int], Image]
"""Side in pixels -> the picture, framed."""


@dataclasses.dataclass(frozen=True, eq=False)
class Look:
    """A picture measured.

    components  (k,) of the translator's basis
    shown       for the judges
    framing     the picture in the engine's frame, of any side
    landmarks   (68, 2) pixels of `picture`, where faces are measured
    """

    picture: Image
    components: NDArray[np.float64]
    shown: Shown
    framing: Framing
    landmarks: Landmarks | None


def look_at_photo(photo: Image, face: Face | None, model: EngineTranslator) -> Look:
    """A photo, framed as the engine frames its pictures.

    An engine whose pictures have faces needs one here. Of another, a photo's face is laid where the
    engine draws one, or, where that is more like what the engine draws, the picture is taken as it
    is. Raises InputError where a face is needed and there is none.
    """
    if model.basis.faces:
        if face is None:
            raise InputError(text("character.engine_fit.face"))
        seen = measure.by_face(photo, face)
        framed = measure.around(photo, face.landmarks, SIDE)
        shown = Shown(framed, face.landmarks)
        framing = _around(photo, face.landmarks)
        return Look(photo, model.components(seen.values), shown, framing, face.landmarks)
    framings: list[Framing] = [_whole(photo)]
    if face is not None:
        framings.append(_boxed(photo, face.landmarks, model.basis.box))
    strange = [
        model.basis.strange(measure.pixel_values(framing(measure.FRAME))) for framing in framings
    ]
    best = framings[int(np.argmin(strange))]
    return _by_pixels(photo, best, model)


def look_at_drawing(picture: Image, model: EngineTranslator) -> Look | None:
    """What an engine drew; None where a face is measured and none is found."""
    square = to_square(picture, model.settings.size, "squeeze")
    if not model.basis.faces:
        return _by_pixels(square, _whole(square), model)
    face = measure.find_face(square)
    if face is None:
        return None
    seen = measure.by_face(square, face)
    shown = Shown(measure.around(square, face.landmarks, SIDE), face.landmarks)
    return Look(square, model.components(seen.values), shown, _whole(square), face.landmarks)


def laid_under(photo: Look, drawn: Look, model: EngineTranslator, side: int) -> Image:
    """(side, side, 3) the photo in the frame of a drawing; its face, if any, lies on the drawn."""
    if photo.landmarks is None or drawn.landmarks is None:
        return photo.framing(side)
    target = (drawn.landmarks + 0.5) * (side / model.settings.size) - 0.5
    matrix = affine.similarity(photo.landmarks, target)
    return affine.warp(photo.picture, matrix, (side, side))


def _by_pixels(picture: Image, framing: Framing, model: EngineTranslator) -> Look:
    values = measure.pixel_values(framing(measure.FRAME))
    shown = Shown(_face_part(framing(2 * SIDE), model.basis.box), None)
    return Look(picture, model.components(values), shown, framing, None)


def _face_part(framed: Image, box: tuple[float, float, float, float]) -> Image:
    """(SIDE, SIDE, 3) where the engine draws the face, and a little around it."""
    left, top, right, bottom = box
    half = 0.6 * max(right - left, bottom - top) * len(framed)
    middle = np.array([left + right, top + bottom]) / 2 * len(framed)
    low = np.clip(np.round(middle - half).astype(int), 0, len(framed) - 2)
    high = np.clip(np.round(middle + half).astype(int), low + 2, len(framed))
    return measure.whole(framed[low[1] : high[1], low[0] : high[0]], SIDE)


def _whole(picture: Image) -> Framing:
    return lambda side: measure.whole(picture, side)


def _around(picture: Image, landmarks: Landmarks) -> Framing:
    return lambda side: measure.around(picture, landmarks, side)


def _boxed(picture: Image, landmarks: Landmarks, box: tuple[float, float, float, float]) -> Framing:
    return lambda side: measure.into_box(picture, landmarks, box, side)
