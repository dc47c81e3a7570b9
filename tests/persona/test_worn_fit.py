"""Glasses and beards of drawn people, whose truth is known."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from mien.face.parsing_net import PARTS
from mien.head.camera import Camera
from mien.head.light import LIGHTS
from mien.head.render import View, render
from mien.head.sample import sample
from mien.head.schema import au_vector, slider_vector
from mien.persona import worn_fit
from mien.persona.hair_match import Wearer
from mien.persona.held import NONE_HELD, Held
from mien.persona.placement import Sight
from mien.persona.worn_fit import WornFit, fit_worn
from mien.types import FaceCode, Image, Landmarks

from .people import plain

ZOOM, SIZE = 0.86, 320
SKIN = np.array([0.55, 0.32, 0.23])
MAN = dataclasses.replace(
    plain(sample(31, 5)), materials={"skin": (0.55, 0.32, 0.23)}, hair="short_neat", aus={}
)


def fitted(code: FaceCode, *, sex: float = 0.5, held: Held = NONE_HELD) -> WornFit:
    """What is found on a person whose bones are known."""
    view = View(
        camera=Camera(size=SIZE, zoom=ZOOM), light=LIGHTS["soft"], background=(0.5, 0.5, 0.6)
    )
    drawn = render(code, view=view)
    bare = dataclasses.replace(code, hair="bald", glasses="none", facial_hair="none")
    bald = render(bare, view=view)
    inside = np.ones((SIZE, SIZE), bool)
    sight = Sight(drawn.rgb, inside, bald, bald.landmarks, SIZE * ZOOM / 30)
    wearer = Wearer(slider_vector(code.sliders), au_vector(code.aus), code.pose, ZOOM, sex, SKIN)
    return fit_worn(sight, wearer, held)


def test_a_bare_face_wears_nothing() -> None:
    assert fitted(MAN) == WornFit()


def test_thin_rims_are_glasses_too() -> None:
    # Of which shape is too fine a question: aviators are taken for round ones as often as not.
    assert fitted(dataclasses.replace(MAN, glasses="aviator")).glasses != "none"


@pytest.mark.parametrize("style", ["round", "square", "half_rim"])
def test_frames_are_found_in_their_shape(style: str) -> None:
    found = fitted(dataclasses.replace(MAN, glasses=style))
    assert found.glasses == style
    assert found.facial_hair == "none"


@pytest.mark.parametrize("style", ["goatee", "short_beard", "full_beard"])
def test_beards_are_found_in_their_extent_and_colour(style: str) -> None:
    red = (0.35, 0.12, 0.05)
    materials = {**MAN.materials, "beard_colour": red}
    found = fitted(dataclasses.replace(MAN, facial_hair=style, materials=materials))
    assert found.facial_hair == style
    colour = np.array(found.paint["beard_colour"])
    assert colour[0] > 1.6 * colour[1] > 1.6 * colour[2]
    assert 0.05 < colour[0] < 0.5


def test_held_styles_are_not_fitted() -> None:
    glasses = dataclasses.replace(MAN, glasses="round")
    assert fitted(glasses, held=Held(glasses="none")).glasses == "none"
    assert fitted(MAN, held=Held(glasses="aviator", facial_hair="goatee")) == WornFit(
        "aviator", "goatee"
    )


class Shadow:
    """A parser that takes the shadow under a chin for a beard of about 8 square centimetres."""

    def __call__(self, image: Image, landmarks: Landmarks) -> np.ndarray:
        share = np.zeros((*image.shape[:2], len(PARTS)), np.float32)
        x, y = landmarks[8].astype(int)
        share[y - 12 : y + 12, x - 14 : x + 14, PARTS.index("beard")] = 1.0
        return share


def test_a_woman_needs_more_than_a_shadow(monkeypatch: pytest.MonkeyPatch) -> None:
    from mien.face import parsing_net

    monkeypatch.setattr(parsing_net, "head_parser", Shadow)
    assert fitted(MAN, sex=0.5).facial_hair != "none"
    assert fitted(MAN, sex=-0.8).facial_hair == "none"


@dataclasses.dataclass
class Lashes:
    """A parser that takes drawn lids for 4 square centimetres of glasses; and a bridge, or none."""

    bridged: bool

    def __call__(self, image: Image, landmarks: Landmarks) -> np.ndarray:
        share = np.zeros((*image.shape[:2], len(PARTS)), np.float32)
        eyes = [landmarks[36:42].mean(0), landmarks[42:48].mean(0)]
        for x, y in [eye.astype(int) for eye in eyes]:
            share[y - 8 : y + 8, x - 14 : x + 14, PARTS.index("glasses")] = 1.0
        if self.bridged:
            (left, y), (right, _) = (eye.astype(int) for eye in eyes)
            share[y - 2 : y + 2, left:right, PARTS.index("glasses")] = 0.3
        return share


@pytest.mark.parametrize("bridged", [False, True])
def test_what_leaves_the_nose_alone_is_no_glasses(
    monkeypatch: pytest.MonkeyPatch, bridged: bool
) -> None:
    monkeypatch.setattr("mien.face.parsing_net.head_parser", lambda: Lashes(bridged))
    assert (fitted(MAN).glasses != "none") == bridged


def test_without_the_network_nothing_is_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    from pathlib import Path

    from mien.face import parsing_net

    monkeypatch.setattr(parsing_net, "WEIGHTS", Path(str(tmp_path)) / "none.safetensors")
    assert fitted(dataclasses.replace(MAN, glasses="square")) == WornFit()


def test_the_better_of_two_places_counts() -> None:
    mask = np.zeros((40, 40), np.float32)
    mask[18:22, 5:35] = 1
    assert worn_fit._overlap(mask, np.roll(mask, 2, 0), 0) < 0.5
    assert worn_fit._overlap(mask, np.roll(mask, 2, 0), 3) == 1.0
