"""The ways themselves. All wear the usual fit's colours: what is compared is shape, brows and hair.

average    the average head: what one who has seen nothing would answer
one-shot   the translator's answer, taken as it is
refined    the usual fit: Gauss-Newton on the landmarks, with that answer as its prior
imitator   from there down the gradient of the imitator's picture
seed       the ancestor's: from the middle of every range, plain gradient steps, no prior
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable

import numpy as np

from mien.head.schema import SLIDERS
from mien.head.units import variation
from mien.io.provenance import Provenance
from mien.jobs.character.evaluate import clipped
from mien.jobs.character.imitator.descent import Start, descend
from mien.jobs.character.imitator.fitting import Placed, judge, lay_over, start_from
from mien.jobs.character.imitator.layout import code_of
from mien.jobs.character.imitator.model import ImitatorModel
from mien.jobs.character.imitator.targets import target_of
from mien.persona.fit import Fit, FitOptions, fit_face
from mien.persona.gauss_newton import slider_reach
from mien.persona.translator import translator
from mien.types import Face, FaceCode, Image

WAYS: tuple[str, ...] = ("average", "one-shot", "refined", "imitator", "seed")
"""In the order of the table."""
_IMITATED = ("imitator", "seed")
_REACH = np.array([variation(name) for name in SLIDERS])
"""How far an imitator lets every slider go."""
_MADE_BY = Provenance(source="algorithmicMedia", job="character.eval")


@dataclasses.dataclass(frozen=True)
class Steps:
    """Steps of the imitator's descent from the fit, and of the ancestor's from the middle."""

    imitator: int = 100
    seed: int = 1000


@dataclasses.dataclass(frozen=True, eq=False)
class Answer:
    """What one way made of a photo.

    clipped   share of the sliders that lie at an end of what this way may give them
    seconds   of CPU time, the analysis of the photo left out
    """

    placed: Placed
    clipped: float
    seconds: float


def answers(
    photo: Image, face: Face, model: ImitatorModel | None, steps: Steps, *, size: int = 320
) -> dict[str, Answer]:
    """Every way's answer to one face of a photo; without an imitator those that need none."""
    spent = time.process_time()
    base = fit_face(photo, face, FitOptions(likeness="off", size=size))
    usual = time.process_time() - spent
    own = base.character
    refined = Placed(own, base.photo, base.landmarks, judge(own, base.photo, base.landmarks))
    looks: dict[str, Callable[[], FaceCode]] = {
        "average": lambda: dataclasses.replace(own.code, sliders={}),
        "one-shot": lambda: _one_shot(own.code, face),
    }
    if model is not None:
        looks["imitator"] = lambda: _imitated(model, base, face, steps.imitator)
        looks["seed"] = lambda: _seed(model, base, face, steps.seed)
    found = {"refined": Answer(refined, clipped(own.code), usual)}
    for name, look in looks.items():
        begun = time.process_time()
        code = look()
        # The ancestor's starts anew; only its colours are the usual fit's.
        spent = time.process_time() - begun + (usual if name == "imitator" else 0.0)
        placed = lay_over(photo, face, (code, base), _MADE_BY)
        reach = _REACH if name in _IMITATED else None
        found[name] = Answer(placed, clipped(code, reach), spent)
    return {name: found[name] for name in WAYS if name in found}


def _one_shot(code: FaceCode, face: Face) -> FaceCode:
    guess, _ = translator().guess(face.landmarks, face.embedding)
    values = np.clip(guess, -slider_reach(), slider_reach())
    sliders = {name: round(float(v), 4) for name, v in zip(SLIDERS, values, strict=True)}
    return dataclasses.replace(code, sliders=sliders)


def _imitated(model: ImitatorModel, base: Fit, face: Face, steps: int) -> FaceCode:
    target = target_of(base, face, model.settings.size)
    start = start_from(model, base.character.code, average=False)
    return code_of(descend(model, target, start, steps=steps).vector, model.layout)


def _seed(model: ImitatorModel, base: Fit, face: Face, steps: int) -> FaceCode:
    target = target_of(base, face, model.settings.size)
    usual = start_from(model, base.character.code, average=True)
    middle = np.where(usual.free, 0.5, usual.vector)
    start = Start(middle, usual.free)
    return code_of(descend(model, target, start, steps=steps, prior=0.0).vector, model.layout)
