"""Photos become characters: the astronaut, drawn people whose truth is known, and real photos."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.face import affine
from mien.face.analyse import analyse
from mien.face.identity import distance
from mien.head.camera import Camera
from mien.head.render import View, render
from mien.head.sample import sample, sample_light
from mien.head.schema import validate
from mien.io.image import read_image
from mien.jobs.character.evaluate import vertex_error
from mien.persona.character import NEUTRAL_VIEW
from mien.persona.fit import Fit, FitOptions, fit_face
from mien.persona.report import Report, compare
from mien.persona.texture_fit import Likeness
from mien.seeding import rng
from mien.types import Face, FaceCode, Image

Fits = dict[Likeness, Fit]


def report_of(fit: Fit) -> Report:
    return compare(fit.photo, fit.landmarks, fit.character.render().rgb)


@pytest.mark.parametrize(("likeness", "nme", "skin"), [("off", 0.042, 6.0), ("full", 0.035, 4.0)])
def test_the_astronaut_is_found_again_in_her_render(
    likeness: Likeness, nme: float, skin: float, astronaut_fits: Fits
) -> None:
    found = report_of(astronaut_fits[likeness])
    assert found.detected
    assert found.nme <= nme
    assert found.skin <= skin


def test_a_fit_is_a_valid_character_that_lies_on_its_photo(astronaut_fits: Fits) -> None:
    for likeness, fit in astronaut_fits.items():
        character = fit.character
        validate(character.code)
        size = character.view.camera.size
        assert fit.photo.shape == (size, size, 3)
        drawn = character.render()
        assert drawn.rgb.shape == fit.photo.shape
        away = np.hypot(*(drawn.landmarks - fit.landmarks).T)
        eyes = np.hypot(*(fit.landmarks[45] - fit.landmarks[36]))
        assert away.mean() / eyes < 0.06  # the detector's own habits included
        assert fit.error < 0.05
        assert (character.texture is None) == (likeness == "off")
        source = "algorithmicMedia" if likeness == "off" else "compositeSynthetic"
        assert character.provenance.source == source
        assert character.provenance.job == "character.fit"
        assert fit.hair_mask.any()


def test_the_crop_is_the_photo(
    astronaut: Image, astronaut_face: Face, astronaut_fits: Fits
) -> None:
    """Landmarks moved with it: the similarity between them maps one picture onto the other."""
    fit = astronaut_fits["full"]
    here, there = astronaut_face.landmarks, fit.landmarks
    to_crop = np.linalg.lstsq(np.c_[here, np.ones(68)], there, rcond=None)[0].T
    assert affine.transform(to_crop, here) == pytest.approx(there, abs=1e-6)
    size = len(fit.photo)
    moved = affine.warp(astronaut, to_crop, (size, size)).astype(float)
    x, y = np.round(there.mean(0)).astype(int)
    inner = np.s_[y - 60 : y + 61, x - 60 : x + 61]
    assert np.abs(moved[inner] - fit.photo[inner]).mean() < 2.0


def test_likeness_changes_the_skin_alone(astronaut_fits: Fits) -> None:
    off, full = (astronaut_fits[name].character.code for name in ("off", "full"))
    assert off.sliders == full.sliders
    assert off.aus == full.aus
    assert off.pose == full.pose
    assert off.hair == full.hair


def test_the_same_photo_gives_the_same_character(
    astronaut: Image, astronaut_face: Face, astronaut_fits: Fits
) -> None:
    again = fit_face(astronaut, astronaut_face, FitOptions("full"))
    first = astronaut_fits["full"]
    assert again.character.code == first.character.code
    assert again.character.view == first.character.view
    assert np.array_equal(again.character.texture, first.character.texture)  # type: ignore[arg-type]
    assert np.array_equal(again.photo, first.photo)


def test_she_smiles(astronaut_fits: Fits) -> None:
    code = astronaut_fits["off"].character.code
    assert code.aus.get("AU12", 0.0) > 0.3
    assert code.hair not in {"bald", "buzz", "afro"}


def test_a_neutral_face_keeps_who_it_is(astronaut_face: Face, astronaut_fits: Fits) -> None:
    def away(picture: Image) -> float:
        (face,) = analyse(picture, max_faces=1)
        return float(distance(face.embedding, astronaut_face.embedding))

    average = away(render(FaceCode(), view=NEUTRAL_VIEW).rgb)
    for likeness, fit in astronaut_fits.items():
        neutral = fit.character.neutral().render().rgb
        assert away(neutral) < average - 0.05, likeness
    full = astronaut_fits["full"].character.neutral().render().rgb
    off = astronaut_fits["off"].character.neutral().render().rgb
    # By this network the photo's skin hardly counts on a face without its smile.
    assert away(full) < away(off) + 0.03


def test_a_picture_twice_as_large_gives_the_same_head(
    astronaut: Image, astronaut_fits: Fits
) -> None:
    import cv2

    large = np.asarray(cv2.resize(astronaut, None, fx=2, fy=2), np.uint8)
    (face,) = analyse(large)
    code = fit_face(large, face, FitOptions("off")).character.code
    first = astronaut_fits["off"].character.code
    assert vertex_error(code, first) < 0.6 * vertex_error(FaceCode(), first)
    assert abs(code.pose.yaw - first.pose.yaw) < 5.0


def test_size_is_the_crops_alone(
    astronaut: Image, astronaut_face: Face, astronaut_fits: Fits
) -> None:
    small = fit_face(astronaut, astronaut_face, FitOptions("off", size=160))
    assert small.photo.shape == (160, 160, 3)
    assert small.character.code == astronaut_fits["off"].character.code


def test_an_analysis_without_identity_still_fits(astronaut: Image, astronaut_face: Face) -> None:
    unknown = dataclasses.replace(astronaut_face, embedding=np.zeros(0, np.float32))
    found = report_of(fit_face(astronaut, unknown, FitOptions("off", size=256)))
    assert found.detected
    assert found.nme < 0.06


def test_a_tilted_head_is_cropped_within_the_necks_reach(astronaut: Image) -> None:
    import cv2

    for angle in (-30.0, 30.0):
        turn = cv2.getRotationMatrix2D((220, 120), angle, 1.0)
        tilted = np.asarray(
            cv2.warpAffine(astronaut, turn, (512, 512), borderMode=cv2.BORDER_REFLECT), np.uint8
        )
        faces = analyse(tilted, max_faces=1)
        assert faces
        fit = fit_face(tilted, faces[0], FitOptions("off", size=256))
        roll = fit.character.code.pose.roll
        assert 15.0 < math.copysign(1.0, angle) * roll <= 25.0
        assert report_of(fit).nme < 0.08


@pytest.fixture(scope="module")
def drawn_people() -> list[tuple[FaceCode, Fit]]:
    """People of a seed that trained nothing, drawn as photos and fitted."""
    pairs = []
    for index in range(5):
        code = sample(4711, index, expression=True, pose_sd=(12.0, 6.0, 4.0))
        view = View(camera=Camera(size=320), light=sample_light(rng("drawn-people", index)))
        picture = render(code, view=view).rgb
        faces = analyse(picture, max_faces=1)
        assert faces, index
        pairs.append((code, fit_face(picture, faces[0], FitOptions("off", size=256))))
    return pairs


def test_shapes_of_drawn_people_are_nearer_than_the_average_head(
    drawn_people: list[tuple[FaceCode, Fit]],
) -> None:
    errors = [
        (vertex_error(fit.character.code, true), vertex_error(FaceCode(), true))
        for true, fit in drawn_people
    ]
    own, average = np.mean(errors, axis=0)
    assert own < 0.95 * average
    assert sum(mine < other for mine, other in errors) >= len(errors) - 1


def test_poses_of_drawn_people(drawn_people: list[tuple[FaceCode, Fit]]) -> None:
    errors = [
        np.abs(np.subtract(fit.character.code.pose.as_tuple(), true.pose.as_tuple()))
        for true, fit in drawn_people
    ]
    yaw, pitch, roll = np.mean(errors, axis=0)
    assert yaw < 5.0
    assert pitch < 6.0
    assert roll < 3.0


def test_vertex_error_is_a_distance() -> None:
    a, b = sample(4711, 0), sample(4711, 1)
    assert vertex_error(a, a) == 0.0
    assert vertex_error(a, b) == pytest.approx(vertex_error(b, a))
    assert vertex_error(a, b) > 0.05
    # Expression, hair and pose are no identity.
    masked = dataclasses.replace(a, aus={"AU12": 1.0}, hair="afro")
    assert vertex_error(a, masked) == 0.0


@pytest.mark.real
@pytest.mark.slow
def test_real_photos_are_fitted_as_the_design_wants(real_photos: Path, astronaut: Image) -> None:
    """Medians over all faces: NME .042 off and .030 full, skin dE 6 and 3, all found again."""
    photos = [read_image(real_photos / f"{name}.jpg") for name in REAL]
    figures: dict[str, list[tuple[float, float]]] = {"off": [], "full": []}
    for photo in [astronaut, *photos]:
        faces = analyse(photo)
        assert faces
        for face in faces:
            rows: Any
            for likeness, rows in figures.items():
                fit = fit_face(photo, face, FitOptions(likeness))  # type: ignore[arg-type]
                found = report_of(fit)
                assert found.detected
                rows.append((found.nme, found.skin))
    off, full = (np.median(figures[name], axis=0) for name in ("off", "full"))
    assert off[0] <= 0.042
    assert off[1] <= 6.0
    assert full[0] <= 0.030
    assert full[1] <= 3.0


REAL = ("obama", "obama2", "biden", "two_people")
