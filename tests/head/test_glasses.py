from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from mien.head.render import Render, render
from mien.head.sample import sample
from mien.head.schema import GLASSES, LABEL
from mien.types import FaceCode, Style

PERSON = dataclasses.replace(sample(2, 3), hair="buzz")


def wearing(glasses: str, *, tint: float = 0.0, style: Style = "photo") -> Render:
    materials = {**PERSON.materials, "lens_tint": tint}
    code = dataclasses.replace(PERSON, glasses=glasses, materials=materials, style=style)
    return render(code, size=128)


def eyes_of(picture: Render) -> np.ndarray:
    return np.isin(picture.labels, [LABEL["iris"], LABEL["sclera"]])


@pytest.mark.parametrize("glasses", GLASSES[1:])
@pytest.mark.parametrize("style", ["photo", "toon"])
def test_frames_are_seen_and_eyes_are_seen_through_them(glasses: str, style: Style) -> None:
    bare, picture = wearing("none", style=style), wearing(glasses, style=style)
    frame = picture.labels == LABEL["glasses"]
    assert 60 < frame.sum() < 2500
    assert eyes_of(picture).sum() > 0.8 * eyes_of(bare).sum()
    assert not (bare.labels == LABEL["glasses"]).any()
    # Landmarks do not know of glasses.
    np.testing.assert_array_equal(bare.landmarks, picture.landmarks)


def test_dark_lenses_darken_and_hide_the_eyes() -> None:
    clear, dark = wearing("aviator"), wearing("aviator", tint=1.0)
    eyes = eyes_of(clear)
    assert dark.rgb[eyes].mean() < 0.6 * clear.rgb[eyes].mean()
    assert (dark.labels[eyes] == LABEL["glasses"]).mean() > 0.9


def test_tint_grows_steadily() -> None:
    eyes = eyes_of(wearing("round"))
    levels = [wearing("round", tint=t).rgb[eyes].mean() for t in (0.0, 0.3, 0.6, 1.0)]
    assert (np.diff(levels) < 0).all()


def test_the_colour_of_the_frame_is_the_material() -> None:
    def frame_colour(colour: tuple[float, float, float]) -> np.ndarray:
        materials = {**PERSON.materials, "glasses_colour": colour}
        code: FaceCode = dataclasses.replace(PERSON, glasses="square", materials=materials)
        picture = render(code, size=128)
        return picture.rgb[picture.labels == LABEL["glasses"]].astype(float).mean(0)

    red, blue = frame_colour((0.6, 0.02, 0.02)), frame_colour((0.02, 0.02, 0.6))
    assert red[0] > red[2] + 40
    assert blue[2] > blue[0] + 40
