"""Seen or guessed: what the translator can tell, less what a photo hides."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from mien.errors import InputError
from mien.head.render import Render
from mien.head.schema import SLIDER_GROUPS, SLIDERS
from mien.persona.character import read_character, write_character
from mien.persona.confidence import SEEN, explained, hidden_groups, slider_confidence
from mien.persona.fit import Fit
from mien.persona.placement import Sight
from mien.persona.texture_fit import Likeness
from mien.persona.translator import translator
from mien.types import Face, Image

Fits = dict[Likeness, Fit]


def test_shares_are_those_of_the_shipped_translator() -> None:
    shares = dict(zip(SLIDERS, explained(translator()), strict=True))
    assert max(shares.values()) <= 1.0
    assert min(shares.values()) > -0.5
    # What landmarks show, and what nothing in a frontal picture does.
    assert shares["ear_pointed"] == 0.0, "it never varied, so nothing is known of it"
    assert shares["eye_spacing"] > 0.5 > SEEN > shares["neck_depth"]


def test_what_is_hidden_is_guessed_and_what_is_held_is_set() -> None:
    told = slider_confidence(translator(), ())
    seen = {name for name, value in told.items() if value == "seen"}
    groups = dict(SLIDER_GROUPS)
    assert "eye_spacing" in seen
    hidden = slider_confidence(translator(), {"eyes"}, {"eye_spacing"})
    assert hidden["eye_spacing"] == "set"
    assert {hidden[name] for name in groups["eyes"]} == {"set", "guessed"}
    assert {name for name, value in hidden.items() if value == "seen"} == seen - set(groups["eyes"])


def test_hair_beard_and_turning_hide(astronaut: Image, astronaut_face: Face) -> None:
    inside, nothing_drawn = np.ones(astronaut.shape[:2], bool), cast("Render", None)
    view = Sight(astronaut, inside, nothing_drawn, astronaut_face.landmarks, 1.0)
    nothing, everything = np.zeros((256, 256), bool), np.ones((256, 256), bool)
    assert hidden_groups(view, nothing, {}, ()) == set()
    assert hidden_groups(view, everything, {}, ()) == {"ears", "forehead"}
    assert hidden_groups(view, nothing, {"beard": 0.8}, ("yaw",)) == {"jaw", "asymmetry", "ears"}


def test_a_folder_remembers_and_older_ones_are_read(astronaut_fits: Fits, tmp_path: Path) -> None:
    character = astronaut_fits["off"].character
    assert set(character.confidence) == set(SLIDERS)
    known = dataclasses.replace(character, by_hand=("nose_width", "hair"))
    write_character(tmp_path, known)
    again = read_character(tmp_path)
    assert again.by_hand == ("nose_width", "hair")
    assert dict(again.confidence) == dict(character.confidence)
    write_character(tmp_path, dataclasses.replace(character, confidence={}))
    written = (tmp_path / "params.json").read_text()
    assert "by_hand" not in written
    assert "confidence" not in written
    assert read_character(tmp_path).confidence == {}


@pytest.mark.parametrize(
    "line",
    [
        '"by_hand": 3,',
        '"by_hand": ["nose_widht"],',
        '"confidence": {"nose_width": "sure"},',
        '"confidence": {"nose": "seen"},',
        '"confidence": {"nose_width": ["seen"]},',
    ],
)
def test_damaged_memories_are_refused(line: str, astronaut_fits: Fits, tmp_path: Path) -> None:
    plain = dataclasses.replace(astronaut_fits["off"].character, confidence={})
    write_character(tmp_path, plain)
    path = tmp_path / "params.json"
    path.write_text(path.read_text().replace("{", "{" + line, 1))
    with pytest.raises(InputError):
        read_character(tmp_path)
