from __future__ import annotations

import dataclasses

import numpy as np

from mien.data.guesses import guessed
from mien.data.people import HeadSpec, person, surroundings
from mien.head.sample import sample
from mien.head.schema import slider_vector


def test_a_guess_is_the_person_with_errors() -> None:
    code = person(HeadSpec(style="toon"), 5)
    one, again = (guessed(code, 1.0, 3) for _ in range(2))
    assert one == again
    assert one != guessed(code, 1.0, 4)
    apart = [one.sliders[name] - value for name, value in code.sliders.items()]
    assert 0.1 < float(np.std(apart)) < 0.35
    assert (one.glasses, one.facial_hair, one.style) == ("none", "none", "toon")
    assert "freckles" not in one.materials
    nearly = guessed(code, 0.01, 3)
    assert max(abs(nearly.sliders[name] - v) for name, v in code.sliders.items()) < 0.02


def test_every_guess_is_a_head_that_can_be_drawn() -> None:
    young = dataclasses.replace(sample(1, 0), sliders={"age": -1.0, "nose_width": 0.9})
    for k in range(40):
        made = guessed(young, 1.0, k)
        assert slider_vector(made.sliders).shape
        assert made.sliders["age"] >= -1.0
    assert max(guessed(young, 1.0, k).sliders["age"] for k in range(40)) > -0.9


def test_sets_without_guesses_keep_their_names() -> None:
    assert "guess" not in HeadSpec().as_config()
    assert HeadSpec(guess=1.0).digest() != HeadSpec().digest()
    plain, guess = (surroundings(HeadSpec(guess=g), 2) for g in (0.0, 1.0))
    assert guess.backdrop.kind == "plain"
    assert plain.light == guess.light
