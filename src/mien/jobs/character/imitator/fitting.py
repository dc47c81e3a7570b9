"""`mien character fit --engine imitator`: descend the imitation, then draw with the real engine.

Everything that is written comes from the engine. Whether it is better is said in figures that the
descent did not see: landmarks found again in the engine's picture, the colour of the skin, and
how alike photo and picture are in structure.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

import numpy as np

from mien.face import affine
from mien.head.camera import Camera
from mien.head.schema import slider_vector
from mien.io.provenance import Provenance, request_hash
from mien.jobs.character.imitator.descent import Descent, Start, descend, varied
from mien.jobs.character.imitator.layout import code_of, complete, vector_of
from mien.jobs.character.imitator.model import ImitatorModel
from mien.jobs.character.imitator.targets import target_of
from mien.messages import text
from mien.metrics.pairs import ssim
from mien.persona.character import Character
from mien.persona.fit import CROP_ZOOM, Fit, FitOptions, fit_face
from mien.persona.gauss_newton import fit_geometry
from mien.persona.landmark_model import (
    AU_PART,
    BROW_NAMES,
    BROW_PART,
    SLIDER_PART,
    landmark_model,
)
from mien.persona.placement import photo_view, place
from mien.persona.prior import BROW_DEFAULTS, Prior
from mien.persona.report import compare
from mien.persona.translator import translator
from mien.types import AU_NAMES, Face, FaceCode, Image, Landmarks

_LOCKED = 1e6
"""Precision that holds a number where it is."""
_SMALLEST_AU = 0.01
_SHAPE = ("slider.", "material.brow_inner", "material.brow_outer", "material.brow_height")
_SHAPE = (*_SHAPE, "material.brow_arch", "material.brow_tilt", "material.brow_thickness")


@dataclasses.dataclass(frozen=True, eq=False)
class Placed:
    """A character laid over a photo by the engine, and how well it lies there."""

    character: Character
    photo: Image
    landmarks: Landmarks
    figures: dict[str, float]


@dataclasses.dataclass(frozen=True, eq=False)
class ImitatorFit:
    """What the descent found, beside where it began and what the usual fit finds."""

    fit: Placed
    start: Placed
    usual: Placed
    descent: Descent


def fit_by_imitator(
    photo: Image, face: Face, model: ImitatorModel, options: tuple[str, int, int]
) -> ImitatorFit:
    """Fits one face; `options` are start ("average" or "fit"), steps and the size in pixels."""
    begin, steps, size = options
    base = fit_face(photo, face, FitOptions(likeness="off", size=size))
    target = target_of(base, face, model.settings.size)
    start = start_from(model, base.character.code, average=begin == "average")
    found = descend(model, target, start, steps=steps)
    told = {"start": begin, "steps": steps, "size": size}
    made_by = Provenance(
        source="algorithmicMedia",
        job="character.fit",
        models=(model.sha256, translator().sha256),
        request=request_hash({**told, "engine": "imitator"}),
    )
    codes = [code_of(found.vector, model.layout), code_of(start.vector, model.layout)]
    placed = [lay_over(photo, face, (code, base), made_by) for code in codes]
    usual = lay_over(photo, face, (base.character.code, base), made_by)
    return ImitatorFit(placed[0], placed[1], usual, found)


def start_from(model: ImitatorModel, code: FaceCode, *, average: bool) -> Start:
    """The usual fit's code, or its colours on the average of what the imitator has seen.

    Shape and brows may move and, from the average, the hair style too. Colours are held: neither
    identity nor parts know them, and an imitator is least exact there.
    """
    names, layout = model.layout.names, model.layout
    whole = dataclasses.replace(code, materials=complete(code.materials, code.hair))
    vector = vector_of(whole, layout)
    free = np.array([name.startswith(_SHAPE) for name in names])
    if average:
        free[[name.startswith("hair=") for name in names]] = True
        vector = np.where(free, model.prior[0], vector)
    return Start(vector, free & varied(model))


def lay_over(photo: Image, face: Face, wanted: tuple[FaceCode, Fit], made_by: Provenance) -> Placed:
    """A code on the photo: pose, expression and camera are solved for this very identity."""
    code, base = wanted
    known, model = translator(), landmark_model()
    fit = fit_geometry(model, _locked(code, known.population), known.noise, face.landmarks)
    placement = place(model, fit)
    camera = Camera(size=len(base.photo), zoom=CROP_ZOOM)
    aus = {
        name: round(float(value), 4)
        for name, value in zip(AU_NAMES, fit.parameters[AU_PART], strict=True)
        if value > _SMALLEST_AU
    }
    own = base.character.code
    worn = {"glasses": own.glasses, "facial_hair": own.facial_hair}
    code = dataclasses.replace(code, aus=aus, pose=placement.pose, gaze=own.gaze, **worn)
    view = dataclasses.replace(base.character.view, camera=camera)
    character = Character(code, view, None, made_by)
    crop, _ = photo_view(photo, placement, camera)
    to_crop = affine.invert(placement.crop_to_photo(camera))
    landmarks = affine.transform(to_crop, face.landmarks)
    return Placed(character, crop, landmarks, judge(character, crop, landmarks))


def _locked(code: FaceCode, population: Prior) -> Prior:
    """The population's prior, with sliders and brows held where the code has them."""
    mean, precision = population.mean.copy(), population.precision.copy()
    materials = complete(code.materials, code.hair)
    brows = [materials[name] for name in BROW_NAMES]
    mean[SLIDER_PART] = slider_vector(code.sliders)
    mean[BROW_PART] = np.array(brows, np.float64) - BROW_DEFAULTS
    for part in (SLIDER_PART, BROW_PART):
        count = part.stop - part.start
        precision[part, part] = np.eye(count) * _LOCKED
    return Prior(mean, precision)


def judge(character: Character, photo: Image, landmarks: Landmarks) -> dict[str, float]:
    """What the engine's picture is worth: nme, skin (CIE76) and ssim inside the face's hull."""
    drawn = character.render().rgb
    report = compare(photo, landmarks, drawn)
    hull = np.zeros(photo.shape[:2], bool)
    left, top = np.floor(landmarks.min(0)).astype(int).clip(0)
    right, bottom = np.ceil(landmarks.max(0)).astype(int).clip(0)
    hull[top : bottom + 1, left : right + 1] = True
    alike = float(ssim(photo[None], drawn[None], hull[None])[0])
    return {"nme": report.nme, "skin": report.skin, "ssim": alike}


def report_of(found: ImitatorFit, steps: int) -> tuple[tuple[str, ...], dict[str, float]]:
    """What to say of a fit, and its figures: where it got worse is said too."""
    descent = found.descent
    rows = {"start": found.start.figures, "fit": found.fit.figures, "usual": found.usual.figures}
    figures = {f"{row} {name}": value for row, told in rows.items() for name, value in told.items()}
    figures |= {f"first {name}": value for name, value in descent.first.items()}
    figures |= {f"last {name}": value for name, value in descent.last.items()}
    values = dict(found.fit.figures)
    values |= {f"start_{name}": value for name, value in found.start.figures.items()}
    values |= {f"usual_{name}": value for name, value in found.usual.figures.items()}
    ends = {"first": descent.first["loss"], "last": descent.last["loss"], "steps": steps}
    notes = [text("character.imitator.fitted", **values, **ends)]
    for key, other in (
        ("character.imitator.worse", found.start),
        ("character.imitator.worse_than_usual", found.usual),
    ):
        names = ", ".join(worse(found.fit.figures, other.figures))
        if names:
            notes.append(text(key, names=names))
    return tuple(notes), figures


def worse(figures: Mapping[str, float], than: Mapping[str, float]) -> list[str]:
    """Names of the measures in which the first is worse; a face that is lost is worse."""
    found = []
    for name, low_is_good in (("nme", True), ("skin", True), ("ssim", False)):
        sign = 1.0 if low_is_good else -1.0
        if not sign * figures[name] <= sign * than[name] and not math.isnan(than[name]):
            found.append(name)
    return found
