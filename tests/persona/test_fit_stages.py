"""The steps of a fit that only show their worth on pictures whose truth is known."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from mien.face.analyse import analyse
from mien.head.camera import Camera
from mien.head.light import LIGHTS
from mien.head.render import View, render
from mien.head.sample import sample
from mien.head.worn import Worn
from mien.persona import fit_stages
from mien.persona.appearance import BLUE, BROWN, DARK_BROWN, iris_colour
from mien.persona.fit import FitOptions, fit_face
from mien.persona.fit_stages import fit_hair, fit_lighting, fit_shape, fit_skin, second_look
from mien.persona.hair_fit import natural
from mien.persona.landmark_model import AU_PART
from mien.persona.translator import translator
from mien.types import Face, FaceCode, Image, RegionColours

VIEW = View(camera=Camera(size=288, zoom=1.0), light=LIGHTS["soft"], supersample=1)


@pytest.fixture(scope="module")
def people() -> list[tuple[FaceCode, Image, Face]]:
    found = []
    for index in range(3):
        code = sample(404, index, pose_sd=(12.0, 6.0, 4.0), expression=True)
        picture = render(code, view=VIEW).rgb
        faces = analyse(picture, max_faces=1)
        if faces:
            found.append((code, picture, faces[0]))
    assert len(found) >= 2
    return found


def test_a_second_look_brings_the_pose_nearer(people: list[tuple[FaceCode, Image, Face]]) -> None:
    known, errors = translator(), []
    for code, picture, face in people:
        first = fit_shape(picture, face, known, known.noise)
        wide, light = fit_lighting(picture, face, first)
        paint = {"skin": (0.5, 0.3, 0.2)}
        hair = fit_hair(wide, first, light, paint)
        second = second_look(
            picture, face, known, (first, light, paint | hair.paint, Worn(hair.style))
        )
        true = np.array(code.pose.as_tuple())
        errors.append(
            [np.abs(np.array(s.placement.pose.as_tuple()) - true).sum() for s in (first, second)]
        )
    before, after = np.mean(errors, axis=0)
    assert after < before
    assert after < 9.0


def test_a_render_that_is_not_found_changes_nothing(
    astronaut: Image, astronaut_face: Face, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = translator()
    first = fit_shape(astronaut, astronaut_face, known, known.noise)
    wide, light = fit_lighting(astronaut, astronaut_face, first)
    hair = fit_hair(wide, first, light, {})
    monkeypatch.setattr(fit_stages, "find_again", lambda *_: None)
    assert (
        second_look(astronaut, astronaut_face, known, (first, light, {}, Worn(hair.style))) is first
    )


def test_the_mask_follows_the_head_to_another_camera(
    astronaut: Image, astronaut_face: Face
) -> None:
    known = translator()
    shape = fit_shape(astronaut, astronaut_face, known, known.noise)
    wide, light = fit_lighting(astronaut, astronaut_face, shape)
    hair = fit_hair(wide, shape, light, {})
    same = hair.seen_by(shape.placement, Camera(size=len(hair.mask), zoom=0.86))
    assert (same == hair.mask).mean() > 0.995
    larger = hair.seen_by(shape.placement, Camera(size=len(hair.mask), zoom=1.72))
    assert larger.sum() > hair.mask.sum()
    assert fit_skin(astronaut, astronaut_face, (shape, light, hair), "off") == (None, False)


def test_a_smile_folds_the_cheeks() -> None:
    still = np.zeros(AU_PART.stop - AU_PART.start)
    smile = still.copy()
    smile[fit_stages.AU_INDEX["AU12"]] = 0.8
    assert fit_stages._folded(still) == 0.0
    assert 0.8 < fit_stages._folded(smile) <= 1.0


@pytest.mark.parametrize("change", ["grey", "blue", "dark"])
def test_what_a_camera_does_to_skin_stays_out_of_the_character(
    change: str, astronaut: Image
) -> None:
    """Without colours, with a heavy cast, four stops too dark: her skin is a skin's colour."""
    photo = astronaut[:300, 60:420].copy()
    if change == "grey":
        photo = np.repeat(photo[..., 1:2], 3, axis=2)
    elif change == "blue":
        photo = np.clip(photo * [0.7, 0.9, 1.25], 0, 255).astype(np.uint8)
    else:
        photo = (photo * 0.25).astype(np.uint8)
    (face,) = analyse(photo)
    code = fit_face(photo, face, FitOptions("off", size=128)).character.code
    skin: Any = code.materials["skin"]
    assert skin[0] > 1.15 * skin[1] > 1.15 * skin[2]
    assert skin[0] > 0.25


def test_hair_grows_in_no_blue_and_no_green() -> None:
    assert natural(np.array([0.02, 0.02, 0.06]))[2] < 0.025
    red, green, blue = natural(np.array([0.05, 0.09, 0.05]))
    assert green < 1.25 * (red + blue) / 2
    pale = natural(np.array([0.6, 0.5, 0.3]))
    assert pale.max() / pale.min() < 1.3
    brown = np.array([0.10, 0.05, 0.02])
    np.testing.assert_allclose(natural(brown), brown, rtol=0.02)


def test_blue_eyes_need_colour_and_no_glasses(astronaut_face: Face) -> None:
    skin = (0.5, 0.3, 0.2)
    blue = dataclasses.replace(
        astronaut_face, colours=RegionColours(skin=skin, iris=(0.04, 0.05, 0.06)), warnings=()
    )
    assert tuple(iris_colour(blue)) == BLUE
    behind = dataclasses.replace(blue, warnings=("glasses",))
    assert tuple(iris_colour(behind)) in (DARK_BROWN, BROWN)
    grey = dataclasses.replace(
        blue, colours=RegionColours(skin=(0.3, 0.3, 0.3), iris=(0.03, 0.03, 0.03))
    )
    assert tuple(iris_colour(grey)) in (DARK_BROWN, BROWN)
    unseen = dataclasses.replace(blue, colours=RegionColours(skin=skin))
    assert tuple(iris_colour(unseen)) == BROWN
