"""Judges of the ways: the truth where it is known, and what photo and picture have in common."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mien.data.crop import resize
from mien.face.align import align_dlib, crop, five_points
from mien.face.gradients import oriented_gradients
from mien.face.identity import embed
from mien.face.landmarks import judge_landmarker
from mien.head.material import material_vector
from mien.head.material_index import BEARD
from mien.jobs.character.comparison.ways import Answer
from mien.jobs.character.evaluate import vertex_error
from mien.jobs.character.imitator.drawing import draw_front
from mien.persona.report import compare, find_again
from mien.types import FaceCode, Image, Landmarks

COLUMNS: tuple[str, ...] = (
    *("vertices", "hair", "glasses", "beard", "nme", "skin", "edges"),
    *("identity", "forms", "clipped", "seconds"),
)
"""Of the table. vertices: cm; hair, glasses, beard: shares right; nme: landmarks found again by a
judge, outer eyes 1; skin: CIE76; edges: correlation of oriented gradients of photo and picture;
identity and forms: rank-1 among all people by dlib's descriptor and by oriented gradients."""
FRONT = 128
"""Pixels a side of the frontal pictures whose people are told apart."""
_HAIR = "crop"
_BEARD = 0.35
"""Stubble above this is a beard to the eye."""


@dataclasses.dataclass(frozen=True, eq=False)
class Prints:
    """What tells people apart: a descriptor (128,), and gradients (k,)."""

    identity: NDArray[np.float64]
    forms: NDArray[np.float64]


def prints_of(picture: Image, landmarks: Landmarks) -> Prints:
    """Of a picture (s, s, 3) of a face with these landmarks (68, 2)."""
    chip = crop(picture, align_dlib(five_points(landmarks)))
    forms = oriented_gradients(resize(chip, FRONT)).ravel()
    return Prints(embed(chip[None])[0].astype(np.float64), forms - forms.mean())


def front_prints(code: FaceCode) -> Prints:
    """Of a code's frontal, neutral drawing in the paint and hair that all get: shape alone.

    In their own, skin and hair alone would tell people apart.
    """
    drawn = draw_front(FaceCode(sliders=code.sliders, hair=_HAIR), 2 * FRONT)
    return prints_of(drawn.rgb, drawn.landmarks)


def against_truth(code: FaceCode, true: FaceCode) -> dict[str, float]:
    """vertices, hair, glasses and beard of one person."""
    return {
        "vertices": vertex_error(code, true),
        "hair": float(code.hair == true.hair),
        "glasses": float((code.glasses == "none") == (true.glasses == "none")),
        "beard": float(bearded(code) == bearded(true)),
    }


def bearded(code: FaceCode) -> bool:
    """Whether a beard grows or stubble is dark enough to look like one."""
    age = code.sliders.get("age", 0.0)
    painted = material_vector(code.materials, hair=code.hair, age=age)[BEARD]
    return code.facial_hair != "none" or float(painted) > _BEARD


def against_photo(answer: Answer, drawn: Image) -> dict[str, float]:
    """nme, skin and edges of a placed answer, clipped and seconds; NaN where no face is found.

    drawn   what its character renders
    """
    placed, marks = answer.placed, judge_landmarker()
    seen = find_again(placed.photo, placed.landmarks, marks)
    wanted = placed.landmarks if seen is None else seen
    report = compare(placed.photo, wanted, drawn, marks)
    chips = [crop(one, align_dlib(five_points(wanted))) for one in (placed.photo, drawn)]
    one, other = (oriented_gradients(resize(chip, FRONT)).ravel() for chip in chips)
    return {
        "nme": report.nme,
        "skin": report.skin,
        "edges": alike(one - one.mean(), other - other.mean()),
        "clipped": answer.clipped,
        "seconds": answer.seconds,
    }


def alike(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """The cosine of two vectors."""
    return float(one @ other / max(float(np.linalg.norm(one) * np.linalg.norm(other)), 1e-9))


def rank_one(found: Sequence[Prints], wanted: Sequence[Prints]) -> dict[str, float]:
    """Shares of people whose own print is nearest to what was found, by identity and by forms.

    Means of both sides are taken off first: all drawings have something in common that no photo
    has, and it is not the person.
    """
    if len(found) < 2:
        return {"identity": float("nan"), "forms": float("nan")}
    right = {}
    for name in ("identity", "forms"):
        made = np.array([getattr(one, name) for one in found])
        true = np.array([getattr(one, name) for one in wanted])
        made, true = made - made.mean(0), true - true.mean(0)
        apart = np.square(made[:, None] - true[None]).sum(2)
        right[name] = float((apart.argmin(1) == np.arange(len(found))).mean())
    return right


def means(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Means of the rows by name, over those that have a number there; NaN where none has."""
    names = [name for name in COLUMNS if any(name in row for row in rows)]
    values = {
        name: [row[name] for row in rows if np.isfinite(row.get(name, np.nan))] for name in names
    }
    return {
        name: float(np.mean(found)) if found else float("nan") for name, found in values.items()
    }
