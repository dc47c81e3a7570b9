"""Moving drawn heads, whose every number is known, and the astronaut."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.face import affine
from mien.face.analyse import analyse
from mien.head.camera import Camera
from mien.head.render import View, render
from mien.head.sample import sample
from mien.head.schema import AU_INDEX
from mien.persona.expressions import expression_aus
from mien.persona.move import Moved, Mover
from mien.persona.retarget import changed, turned
from mien.persona.subject import Motion, fit_subject, turn_matrix, turned_photo
from mien.persona.trial import SEED, drawn_subject, face_mask, psnr
from mien.types import AU_NAMES, Face, FaceCode, Image, Pose

from .people import plain

FloatArray = NDArray[np.floating]
VIEW = View(camera=Camera(size=320, zoom=1.0))
CODE = plain(sample(SEED, 3))


@pytest.fixture(scope="module")
def mover() -> Mover:
    return Mover(drawn_subject(CODE, VIEW))


@pytest.fixture(scope="module")
def astronaut_mover(astronaut: Image, astronaut_face: Face) -> Mover:
    return Mover(fit_subject(astronaut, astronaut_face))


def motion_of(name: str = "", *, yaw: float = 0.0, gaze: float = 0.0) -> Motion:
    aus = expression_aus({name: 0.8}) if name else np.zeros(22)
    return Motion(aus, Pose(yaw), (gaze, 0.0))


def drawn(motion: Motion) -> FaceCode:
    aus = {name: float(v) for name, v in zip(AU_NAMES, motion.aus, strict=True)}
    return dataclasses.replace(CODE, aus=aus, pose=motion.pose, gaze=motion.gaze)


def away_from_head(mover: Mover, moved: Moved) -> FloatArray:
    """(h, w) eye distances between each pixel of the window and the moved head."""
    window, cells = mover.window, moved.flow.distance
    size = window.bottom - window.top, window.right - window.left
    rows, columns = (
        np.minimum((np.arange(n) + 0.5) * count // n, count - 1).astype(int)
        for n, count in zip(size, cells.shape, strict=True)
    )
    return cells[np.ix_(rows, columns)] / mover.eyes


def test_no_change_changes_nothing(mover: Mover) -> None:
    still = mover.move(mover.subject.motion)
    change = np.abs(still.image.astype(int) - mover.subject.photo)
    assert change.max() <= 3
    assert change.mean() < 0.01
    np.testing.assert_allclose(still.landmarks, mover.subject.landmarks, atol=1e-3)


@pytest.mark.parametrize(
    ("motion", "gain"),
    [
        (motion_of("smile"), 4.0),
        (motion_of("brows_up"), 3.3),
        (motion_of("mouth_open"), 3.3),
        (motion_of("kiss"), 3.0),
        (motion_of(yaw=10.0), 4.0),
        (motion_of(yaw=-10.0), 4.0),
    ],
    ids=["smile", "brows", "mouth", "kiss", "right", "left"],
)
def test_the_moved_photo_is_nearer_to_the_truth(mover: Mover, motion: Motion, gain: float) -> None:
    truth = render(drawn(motion), view=VIEW)
    mask = face_mask(truth.landmarks, VIEW.camera.size)
    moved = mover.move(motion)
    before = psnr(mover.subject.photo, truth.rgb, mask)
    assert psnr(moved.image, truth.rgb, mask) > before + gain
    np.testing.assert_allclose(moved.landmarks, truth.landmarks, atol=0.01)


def test_a_frown_is_drawn_stronger_than_the_head_has_it(mover: Mover) -> None:
    motion = motion_of("frown")
    still = mover.subject.landmarks
    meant, was = (
        points[[21, 22]] - still[[21, 22]]
        for points in (mover.intended(motion), mover.move(motion).landmarks)
    )
    truth = render(drawn(motion), view=VIEW).landmarks
    np.testing.assert_allclose(meant + still[[21, 22]], truth[[21, 22]], atol=0.01)
    assert 1.1 < np.linalg.norm(was) / np.linalg.norm(meant) < 1.4


@pytest.mark.parametrize("name", ["smile", "brows_up", "frown", "surprised", "kiss", "blink"])
def test_beyond_its_reach_an_expression_changes_nothing(mover: Mover, name: str) -> None:
    window, moved = mover.window, mover.move(motion_of(name))
    change = np.abs(moved.image.astype(int) - mover.subject.photo).max(axis=2)
    far = away_from_head(mover, moved) > 0.6
    assert far.mean() > 0.1
    assert change[window.rows, window.columns][far].max() == 0
    change[window.rows, window.columns] = 0
    assert change.max() == 0


def test_a_turn_reaches_further_but_ends(mover: Mover) -> None:
    moved = mover.move(motion_of(yaw=10.0))
    change = np.abs(moved.image.astype(int) - mover.subject.photo).max(axis=2)
    inside = change[mover.window.rows, mover.window.columns]
    away = away_from_head(mover, moved)
    assert inside[away > 1.25].max(initial=0) == 0
    assert inside[(away > 0.2) & (away < 0.6)].mean() > 0.05


def test_a_small_turn_moves_little(mover: Mover) -> None:
    photo = mover.subject.photo.astype(int)
    changes = [
        np.abs(mover.move(motion_of("smile", yaw=yaw)).image - photo).mean()
        for yaw in (0.0, 0.05, 0.5, 2.0, 4.0)
    ]
    assert changes[1] < changes[0] + 0.2
    assert changes == sorted(changes)


def test_the_same_motion_gives_the_same_bytes(mover: Mover) -> None:
    motion = motion_of("surprised", yaw=4.0, gaze=0.3)
    first = mover.move(motion).image
    mover.move(motion_of("kiss"))
    assert np.array_equal(mover.move(motion).image, first)
    assert np.array_equal(Mover(mover.subject).move(motion).image, first)


def test_the_photo_itself_is_never_written_to(mover: Mover) -> None:
    before = mover.subject.photo.copy()
    mover.move(motion_of("laugh", yaw=6.0))
    assert np.array_equal(mover.subject.photo, before)


def test_looking_aside_moves_the_irises(mover: Mover) -> None:
    motion = motion_of(gaze=0.5)
    truth = render(drawn(motion), view=VIEW)
    moved = mover.move(motion).image
    points = mover.subject.landmarks
    for eye in (points[36:42], points[42:48]):
        low, high = np.floor(eye.min(0)).astype(int), np.ceil(eye.max(0)).astype(int)
        part = np.s_[low[1] : high[1], low[0] : high[0]]
        error = [
            np.abs(one[part].astype(int) - truth.rgb[part]).mean()
            for one in (moved, mover.subject.photo)
        ]
        assert error[0] < 0.9 * error[1]
    outside = np.ones(moved.shape[:2], bool)
    low, high = points[36:48].min(0) - 12, points[36:48].max(0) + 12
    outside[int(low[1]) : int(high[1]), int(low[0]) : int(high[0])] = False
    assert np.abs(moved.astype(int) - mover.subject.photo)[outside].max() <= 8


def test_closing_eyes_hides_them_step_by_step(mover: Mover) -> None:
    points = mover.subject.landmarks
    middle = np.rint(points[[37, 38, 40, 41]].mean(0)).astype(int)
    photo = mover.subject.photo
    skin = photo[int(points[29, 1]), int(points[29, 0])].astype(float)
    part = np.s_[middle[1] - 1 : middle[1] + 2, middle[0] - 3 : middle[0] + 4]
    away = []
    for amount in (0.0, 0.4, 1.0):
        aus = np.zeros(22)
        aus[AU_INDEX["AU45"]] = amount
        moved = mover.move(Motion(aus, mover.subject.motion.pose, mover.subject.motion.gaze))
        away.append(np.abs(moved.image[part] - skin).mean())
    assert away[2] < 0.5 * away[0]


def test_larger_photos_are_moved_at_their_own_resolution() -> None:
    large = View(camera=Camera(size=640, zoom=1.0))
    subject = drawn_subject(CODE, large)
    mover = Mover(subject)
    assert not mover.window.is_full_size
    motion = motion_of("smile")
    truth = render(drawn(motion), view=large)
    mask = face_mask(truth.landmarks, 640)
    moved = mover.move(motion).image
    assert psnr(moved, truth.rgb, mask) > psnr(subject.photo, truth.rgb, mask) + 4
    # As sharp as the photo: not drawn at working resolution and enlarged.
    sharpness = [
        np.abs(np.diff(one[mask.any(1)].astype(int), axis=1)).mean()
        for one in (moved, subject.photo)
    ]
    assert sharpness[0] > 0.95 * sharpness[1]


def test_a_face_at_the_edge_of_the_photo_is_moved_too() -> None:
    near = View(camera=Camera(size=256, zoom=1.9, shift=(0.18, 0.1)))
    subject = drawn_subject(CODE, near)
    moved = Mover(subject).move(motion_of("smile", yaw=6.0)).image
    assert moved.shape == subject.photo.shape
    assert 1.0 < np.abs(moved.astype(int) - subject.photo).mean() < 30


def test_a_tiny_face_is_no_error() -> None:
    tiny = View(camera=Camera(size=64, zoom=0.8))
    moved = Mover(drawn_subject(CODE, tiny)).move(motion_of("laugh", yaw=5.0, gaze=0.4))
    assert moved.image.shape == (64, 64, 3)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_photo_on_its_side_is_moved_as_an_upright_one(mover: Mover, turns: int) -> None:
    motion = motion_of("laugh", yaw=5.0)
    upright = mover.move(motion)
    aside = Mover(turned_photo(mover.subject, turns)).move(motion)
    assert np.array_equal(np.rot90(aside.image, -turns), upright.image)
    back = affine.transform(turn_matrix(aside.image.shape, -turns), aside.landmarks)
    np.testing.assert_allclose(back, upright.landmarks, atol=1e-6)


EDITS = [
    ("smile", {"AU12": 0.8, "AU6": 0.5}, 0.0, lambda p: np.hypot(*(p[48] - p[54]))),
    ("brows", {"AU1": 0.9, "AU2": 0.9}, 0.0, lambda p: p[36:48, 1].mean() - p[17:27, 1].mean()),
    ("mouth", {"AU26": 0.8, "AU25": 0.6}, 0.0, lambda p: np.hypot(*(p[62] - p[66]))),
    ("right", {}, 10.0, lambda p: p[30, 0] - (p[36, 0] + p[45, 0]) / 2),
]


@pytest.mark.parametrize(("name", "aus", "yaw", "measure"), EDITS, ids=[e[0] for e in EDITS])
def test_the_astronaut_is_found_again_and_has_moved(
    astronaut_mover: Mover, astronaut_face: Face, name: str, aus: dict, yaw: float, measure: Any
) -> None:
    motion = turned(changed(astronaut_mover.subject.motion, aus), yaw=yaw)
    moved = astronaut_mover.move(motion)
    (face,) = analyse(moved.image)
    intended = measure(moved.landmarks) - measure(astronaut_face.landmarks)
    measured = measure(face.landmarks) - measure(astronaut_face.landmarks)
    assert intended > 0
    assert 0.3 * intended < measured < 1.5 * intended, name
    assert np.linalg.norm(face.embedding - astronaut_face.embedding) < 0.35
