"""Folds laid over a photo's skin."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from mien.head.camera import Camera
from mien.head.render import View
from mien.head.sample import sample
from mien.persona.creases import fold_depth, look_at, skin_of
from mien.persona.move import Mover
from mien.persona.retarget import changed
from mien.persona.trial import SEED, drawn_subject
from mien.types import Image

from .people import plain

VIEW = View(camera=Camera(size=320, zoom=1.0))


@pytest.fixture(scope="module")
def mover() -> Mover:
    return Mover(drawn_subject(plain(sample(SEED, 3)), VIEW))


def folds_of(mover: Mover, **aus: float) -> NDArray[np.float32] | None:
    return mover.move(changed(mover.subject.motion, aus)).flow.folds


@pytest.mark.parametrize(
    ("aus", "points"),
    [
        ({"AU1": 1.0, "AU2": 1.0}, (19, 24)),  # above the brows
        ({"AU4": 1.0}, (21, 22)),  # between them
        ({"AU12": 1.0}, (48, 54)),  # beside the mouth
        ({"AU9": 1.0}, (30, 33)),  # the nose, and the cheeks beside it
    ],
)
def test_folds_lie_where_the_expression_brings_them(
    mover: Mover, aus: dict[str, float], points: tuple[int, int]
) -> None:
    folds = folds_of(mover, **aus)
    assert folds is not None
    assert folds.min() < -0.05
    assert folds.max() <= 0.1
    scale = np.array(mover.window.scale)
    corner = (mover.window.left, mover.window.top)
    middle = ((mover.subject.landmarks[list(points)] - corner) * scale).mean(0)
    rows, columns = np.nonzero(np.abs(folds) > 0.03)
    away = np.hypot(columns.mean() - middle[0], rows.mean() - middle[1])
    assert away < 0.45 * mover.eyes


def test_an_open_mouth_folds_nothing(mover: Mover) -> None:
    assert folds_of(mover, AU26=0.8) is None


def test_deeper_folds_for_stronger_expressions(mover: Mover) -> None:
    weak, strong = (folds_of(mover, AU4=value) for value in (0.3, 0.9))
    assert weak is not None
    assert strong is not None
    assert strong.min() < 1.5 * weak.min() < 0


def test_what_is_not_skin_does_not_fold(mover: Mover) -> None:
    """A strip before the forehead, as hair or a hand would be."""
    subject = mover.subject
    photo = subject.photo.copy()
    brow = int(subject.landmarks[17:27, 1].min() - 0.1 * subject.eye_distance)
    photo[: brow + 1] = (20, 60, 190)
    covered = Mover(dataclasses.replace(subject, photo=photo))
    free, kept = (folds_of(one, AU1=1.0, AU2=1.0) for one in (mover, covered))
    assert free is not None
    assert kept is not None
    top = slice(0, int((brow - mover.window.top) * mover.window.scale[1]) - 8)
    assert free[top].min() < -0.05
    assert np.abs(kept[top]).max() < 0.02
    assert skin_of(look_at(subject, mover.window)).max() <= 1.0


def test_smooth_skin_folds_less_than_rough_skin(astronaut_mover: Mover) -> None:
    subject, window = astronaut_mover.subject, astronaut_mover.window
    eyes = astronaut_mover.eyes
    blurred = cv2.GaussianBlur(subject.photo, (0, 0), 0.06 * subject.eye_distance)
    smooth = dataclasses.replace(subject, photo=np.asarray(blurred, np.uint8))
    shallow, deep = (fold_depth(look_at(one, window), eyes) for one in (smooth, subject))
    assert 0.35 <= shallow < deep <= 0.9


@pytest.fixture(scope="module")
def astronaut_mover(astronaut: Image) -> Mover:
    from mien.face.analyse import analyse
    from mien.persona.subject import fit_subject

    return Mover(fit_subject(astronaut, analyse(astronaut)[0]))
