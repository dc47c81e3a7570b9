"""A photo of a face becomes a character: the main path.

landmarks, descriptor -> translator (prior) -> Gauss-Newton: identity, expression, pose, camera
photo and bare head, pixel on pixel -> light and skin -> lips, brows, eyes, beard
-> hair by colour and place, glasses, facial hair -> a second look at the geometry
-> texture of the skin

The steps are in `fit_stages`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mien.face import affine
from mien.head.camera import Camera
from mien.head.render import BACKGROUND, View
from mien.head.schema import LABEL, SLIDERS
from mien.head.worn import Worn
from mien.io.provenance import Provenance, request_hash
from mien.persona.appearance import fit_paint
from mien.persona.character import Character
from mien.persona.confidence import hidden_groups, slider_confidence
from mien.persona.fit_stages import (
    Shape,
    fit_hair,
    fit_lighting,
    fit_shape,
    fit_skin,
    second_look,
    wearer_of,
)
from mien.persona.hair_mask import HeadMap, head_map
from mien.persona.held import NONE_HELD, Held
from mien.persona.landmark_model import AU_PART, SLIDER_PART
from mien.persona.light_fit import covered_share, rounded, scene_light
from mien.persona.placement import Sight, photo_view
from mien.persona.prior import brow_materials
from mien.persona.texture_fit import Likeness
from mien.persona.translator import translator
from mien.persona.worn_fit import fit_worn
from mien.types import AU_NAMES, Face, FaceCode, Image, Landmarks, MaterialValue, Pose

CROP_ZOOM = 0.92
"""Zoom of the finished crop: a head with long hair and shoulders."""
_OCCLUDED = 0.12
"""Share of the skin that looks like something else; real faces without occluders: .06."""


@dataclasses.dataclass(frozen=True)
class FitOptions:
    """What to fit.

    likeness  how much of the photo's skin the character wears
    size      pixels per side of crop and render
    held      what is not fitted
    """

    likeness: Likeness = "full"
    size: int = 512
    held: Held = NONE_HELD


@dataclasses.dataclass(frozen=True, eq=False)
class Fit:
    """A character and what it was made from.

    photo       (size, size, 3) the crop that `character.render()` lies on
    landmarks   (68, 2) the photo's, in pixels of the crop
    hair_mask   (160, 160) hair as seen, in a wider frame; for inspection
    warnings    keys of what may have spoilt it
    error       mean distance of modelled and detected landmarks, outer eyes 1 apart
    shape       the geometry, for who goes on with it
    """

    character: Character
    photo: Image
    landmarks: Landmarks
    hair_mask: NDArray[np.bool_]
    warnings: tuple[str, ...]
    error: float
    shape: Shape


def fit_face(photo: Image, face: Face, options: FitOptions = FitOptions()) -> Fit:
    """Fit a character to one face of a photo.

    photo  (h, w, 3) uint8, upright; face: as `face.analyse` found it in this photo

    Raises WeightsError if the translator's weights are missing or of another head.
    """
    known, held = translator(), options.held
    shape = fit_shape(photo, face, known, known.noise, held)
    wide, light = fit_lighting(photo, face, shape)
    paint = _rounded_values(
        {**fit_paint(face, wide, light, shape.sex), **brow_materials(shape.fit.parameters)}
    )
    paint |= held.materials
    hair = fit_hair(wide, shape, light, paint, held.hair)
    worn = fit_worn(wide, wearer_of(shape, light), held)
    paint |= {**hair.paint, **worn.paint, **held.materials}
    wears = Worn(hair.style, worn.facial_hair, worn.glasses)
    shape = second_look(photo, face, known, (shape, light, paint, wears), held)
    paint |= {**_rounded_values(brow_materials(shape.fit.parameters)), **held.materials}
    camera = Camera(size=options.size, zoom=CROP_ZOOM)
    view = View(camera=camera, light=light.light, background=_backdrop(wide, shape.placement.pose))
    texture, brows = fit_skin(photo, face, (shape, light, hair), options.likeness)
    if texture is not None and options.likeness == "full":
        # What the photo shows is not painted a second time.
        shown = {"beard": 0.0, "freckles": 0.0, **({"brow_density": 0.0} if brows else {})}
        paint |= {**shown, **held.materials}
    code = FaceCode(
        sliders=_named(SLIDERS, shape.fit.parameters[SLIDER_PART]),
        aus=_named(AU_NAMES, shape.fit.parameters[AU_PART], smallest=0.01),
        gaze=shape.gaze,
        pose=shape.placement.pose,
        materials=paint,
        hair=hair.style,
        facial_hair=worn.facial_hair,
        glasses=worn.glasses,
    )
    provenance = Provenance(
        source="algorithmicMedia" if texture is None else "compositeSynthetic",
        job="character.fit",
        models=(known.sha256,),
        request=request_hash({**dataclasses.asdict(options), "held": held.as_config()}),
    )
    covered = hidden_groups(wide, hair.mask, paint, face.warnings)
    confidence = slider_confidence(known, covered, held.sliders)
    crop, _ = photo_view(photo, shape.placement, camera)
    to_crop = affine.invert(shape.placement.crop_to_photo(camera))
    return Fit(
        character=Character(code, view, texture, provenance, confidence=confidence),
        photo=crop,
        landmarks=affine.transform(to_crop, face.landmarks),
        hair_mask=hair.mask,
        warnings=_warnings(face, wide),
        error=shape.fit.error,
        shape=shape,
    )


def _warnings(face: Face, wide: Sight) -> tuple[str, ...]:
    """Keys of what may have spoilt the fit: the analysis' own, and things over the face."""
    covered = covered_share(wide) > _OCCLUDED
    return (*face.warnings, "occluded") if covered else face.warnings


def _backdrop(wide: Sight, pose: Pose) -> tuple[float, float, float]:
    """Linear RGB of the room behind the head; the default where none is seen."""
    head: HeadMap = head_map(wide, pose.roll)
    room = ~head.on_head & (head.outside > 3) & (head.up > -2) & wide.inside
    room &= wide.drawn.labels != LABEL["shirt"]
    if room.sum() < 200:
        return BACKGROUND
    return rounded(np.clip(np.median(scene_light(wide.image)[room], axis=0), 0.01, 1.2))


def _named(
    names: tuple[str, ...], values: NDArray[np.float64], *, smallest: float = 0.0
) -> dict[str, float]:
    """Values by name to four decimals; those not above `smallest` in size are left out."""
    rounded_values = {n: round(float(v), 4) for n, v in zip(names, values, strict=True)}
    return {name: value for name, value in rounded_values.items() if abs(value) > smallest}


def _rounded_values(paint: Mapping[str, MaterialValue]) -> dict[str, MaterialValue]:
    """Materials to four decimals, as they are written."""
    values: dict[str, MaterialValue] = {}
    for name, value in paint.items():
        if isinstance(value, tuple):
            a, b, c = (round(float(channel), 4) for channel in value)
            values[name] = (a, b, c)
        else:
            values[name] = round(float(value), 4)
    return values
