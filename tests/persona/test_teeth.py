from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from mien.head.light import LIGHTS, Light
from mien.persona.teeth import CAVITY_ALBEDO, UPPER, Hollow, draw_inside, white_of

EYES = 400.0  # pixels: one centimetre is 43


def hollow(height: float = 2.4) -> Hollow:
    """A wide open mouth, 5.4 cm wide; its top 0.9 cm above the biting line."""
    scale = EYES / 9.3
    rows, columns = np.mgrid[: int(height * scale), : int(5.4 * scale)].astype(np.float32)
    x = (columns - columns.mean()) / scale
    y = UPPER.line + 0.9 - rows / scale
    cover = np.zeros(x.shape, np.float32)
    cover[2:-2, 2:-2] = 1.0
    return Hollow(cover, (x, y), (x, y + 0.8), EYES)


def at(mouth: Hollow, scene: np.ndarray, x: float, y: float) -> np.ndarray:
    """Mean light around a place on the head's upper row, cm."""
    near = (np.abs(mouth.upper[0] - x) < 0.05) & (np.abs(mouth.upper[1] - y) < 0.05)
    assert near.any()
    return scene[near].mean(0)


def inside(mouth: Hollow, light: Light, *, teeth: bool = True) -> np.ndarray:
    return draw_inside(mouth, light, CAVITY_ALBEDO * white_of(light), teeth=teeth)


def test_teeth_are_bright_between_dark_gaps_before_a_dark_cavity() -> None:
    mouth = hollow()
    scene = inside(mouth, LIGHTS["soft"])
    tooth = at(mouth, scene, 0.42, UPPER.line + 0.4)
    gap = at(mouth, scene, 0.84, UPPER.line + 0.35)
    dark = at(mouth, scene, 0.42, UPPER.line - 0.35)
    assert tooth.mean() > 1.15 * gap.mean()
    assert tooth.mean() > 6 * dark.mean()
    assert tooth[0] > tooth[1] > tooth[2]  # teeth are not grey


def test_teeth_darken_to_the_cheeks_and_under_the_lip() -> None:
    mouth = hollow()
    scene = inside(mouth, LIGHTS["soft"])
    front = at(mouth, scene, 0.42, UPPER.line + 0.4).mean()
    canine = at(mouth, scene, 1.75, UPPER.line + 0.4).mean()
    premolar = at(mouth, scene, 2.5, UPPER.line + 0.4).mean()
    assert front > 1.2 * canine > 2.0 * premolar
    assert at(mouth, scene, 0.42, UPPER.line + 0.82).mean() < 0.8 * front


def test_gums_are_red_above_the_teeth() -> None:
    mouth = dataclasses.replace(hollow(), cover=np.ones_like(hollow().cover))
    high = dataclasses.replace(mouth, upper=(mouth.upper[0], mouth.upper[1] + 0.7))
    scene = inside(high, LIGHTS["soft"])
    gum = at(high, scene, 0.42, UPPER.line + 1.25)
    tooth = at(high, scene, 0.42, UPPER.line + 0.5)
    assert gum[0] / gum[1] > 1.6 * tooth[0] / tooth[1]


@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_teeth_are_lit_from_where_the_face_is(side: float) -> None:
    light = Light(direction=(0.9 * side, 0.1, 0.4), fill_direction=(0.0, 0.0, 1.0))
    mouth = hollow()
    scene = inside(mouth, light).mean(2)
    row = np.abs(mouth.upper[1] - UPPER.line - 0.4) < 0.1
    towards = scene[row & (mouth.upper[0] * side > 0.9)].mean()
    away = scene[row & (mouth.upper[0] * side < -0.9)].mean()
    assert towards > 1.2 * away


def test_without_teeth_only_cavity_and_tongue_are_drawn() -> None:
    mouth = hollow()
    light = LIGHTS["soft"]
    scene = inside(mouth, light, teeth=False)
    assert scene[mouth.upper[1] > UPPER.line].max() < 0.1 * white_of(light).max()
    assert np.isfinite(scene).all()


def test_an_empty_cover_gives_finite_light() -> None:
    mouth = hollow()
    empty = dataclasses.replace(mouth, cover=np.zeros_like(mouth.cover))
    assert np.isfinite(inside(empty, LIGHTS["soft"])).all()
