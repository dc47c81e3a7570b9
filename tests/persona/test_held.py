"""Held values: they stay to the last digit, and the rest finds its place around them."""

from __future__ import annotations

import numpy as np

from mien.head.schema import SLIDER_INDEX
from mien.persona.fit import FitOptions, fit_face
from mien.persona.gauss_newton import fit_geometry, limits
from mien.persona.held import Held, hold
from mien.persona.landmark_model import BROW_PART, landmark_model
from mien.persona.prior import BROW_DEFAULTS
from mien.persona.translator import translator
from mien.types import Face, Image


def test_a_held_slider_stays_and_others_move(astronaut_face: Face) -> None:
    known, model = translator(), landmark_model()
    held = Held({"nose_width": 0.9, "jaw_width": 2.2}, {"brow_height": 1.5})
    prior = hold(known.population, held)
    free = fit_geometry(model, known.population, known.noise, astronaut_face.landmarks)
    tied = fit_geometry(model, prior, known.noise, astronaut_face.landmarks)
    places = [SLIDER_INDEX[name] for name in ("nose_width", "jaw_width")]
    assert tied.parameters[places].tolist() == [0.9, 2.2], "beyond what a fit would give"
    # brow_inner, brow_outer, brow_height, ...
    assert tied.parameters[BROW_PART][2] + BROW_DEFAULTS[2] == 1.5
    assert not np.allclose(free.parameters, tied.parameters, atol=0.01)
    assert tied.error < free.error + 0.03
    low, high = limits(prior)
    assert (low == high).sum() == 3


def test_nothing_held_changes_nothing() -> None:
    known = translator()
    assert hold(known.population, Held()) is known.population


def test_a_whole_fit_keeps_what_is_held(astronaut: Image, astronaut_face: Face) -> None:
    held = Held({"nose_width": -0.4}, {"beard": 0.7, "skin": (0.2, 0.1, 0.05)}, "bob")
    options = FitOptions("off", 128, held)
    character = fit_face(astronaut, astronaut_face, options).character
    assert character.code.sliders["nose_width"] == -0.4
    assert character.code.materials["beard"] == 0.7
    assert character.code.materials["skin"] == (0.2, 0.1, 0.05)
    assert character.code.hair == "bob"
    assert character.confidence["nose_width"] == "set"
