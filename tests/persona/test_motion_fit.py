from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.face import affine
from mien.head.schema import AU_INDEX
from mien.persona.gauss_newton import Noise
from mien.persona.landmark_model import (
    AU_PART,
    PARAMETER_COUNT,
    SLIDER_PART,
    LandmarkModel,
    landmark_model,
)
from mien.persona.motion_fit import KnownHead, solve_frame, with_offset
from mien.types import Landmarks

FloatArray = NDArray[np.float64]
NOISE = Noise(np.zeros((4, 136)), np.eye(136) / 0.006**2)
SIZE = 400.0


@pytest.fixture(scope="module")
def head() -> KnownHead:
    full = landmark_model()
    parameters = np.zeros(PARAMETER_COUNT)
    random = np.random.Generator(np.random.PCG64(8))
    parameters[SLIDER_PART] = random.normal(size=SLIDER_PART.stop) * 0.2
    model = LandmarkModel(full.positions(parameters), full.basis[AU_PART], full.candidates)
    return KnownHead(model, NOISE, np.zeros((68, 2)))


def seen(head: KnownHead, aus: FloatArray, pose: FloatArray, tilt: float = 0.0) -> Landmarks:
    """Landmarks in a picture of 400 pixels, the camera tilted by some degrees."""
    points = head.model.project(aus, pose)
    return affine.transform(affine.about(affine.rotation(tilt) * SIZE, [0, 0], [300, 200]), points)


def aus_of(**values: float) -> FloatArray:
    aus = np.zeros(22)
    for name, value in values.items():
        aus[AU_INDEX[name]] = value
    return aus


@pytest.mark.parametrize(
    ("aus", "pose"),
    [
        (aus_of(), (0.0, 0.0, 0.0)),
        (aus_of(AU12=0.8, AU6=0.3), (0.0, 0.0, 0.0)),
        (aus_of(AU26=0.7, AU25=0.6), (5.0, -4.0, 0.0)),
        (aus_of(AU1=0.7, AU2=0.6), (-15.0, 6.0, 0.0)),
    ],
    ids=["rest", "smile", "open", "brows"],
)
def test_expression_and_pose_are_found(
    head: KnownHead, aus: FloatArray, pose: tuple[float, float, float]
) -> None:
    wanted = seen(head, aus, np.array(pose))
    found = solve_frame(head, wanted, None)
    np.testing.assert_allclose(found.pose, pose, atol=1.5)
    # What the landmarks show is there; how it is shared among like Action Units is not unique.
    rest = head.model.project(np.zeros(22), np.array(pose))
    moved = head.model.project(found.aus, np.array(pose)) - rest
    truth = head.model.project(aus, np.array(pose)) - rest
    assert np.hypot(*(moved - truth).T).mean() < 0.25 * np.hypot(*truth.T).mean() + 1e-3
    assert np.hypot(*found.residual.T).mean() < 0.006
    for name in ("AU12", "AU1"):
        assert found.aus[AU_INDEX[name]] == pytest.approx(aus[AU_INDEX[name]], abs=0.25)


def test_a_tilted_picture_is_roll(head: KnownHead) -> None:
    found = solve_frame(head, seen(head, aus_of(AU12=0.5), np.zeros(3), tilt=12.0), None)
    np.testing.assert_allclose(found.pose, [0.0, 0.0, 12.0], atol=1.5)


def test_the_next_frame_starts_from_the_last_and_ends_the_same(head: KnownHead) -> None:
    first = solve_frame(head, seen(head, aus_of(AU12=0.2), np.zeros(3)), None)
    target = seen(head, aus_of(AU12=0.6, AU25=0.4), np.array([6.0, 2.0, 0.0]))
    followed, fresh = solve_frame(head, target, first), solve_frame(head, target, None)
    np.testing.assert_allclose(followed.pose, fresh.pose, atol=0.6)
    np.testing.assert_allclose(followed.aus, fresh.aus, atol=0.08)
    np.testing.assert_allclose(first.aus[AU_INDEX["AU12"]], 0.2, atol=0.1)


def test_what_a_person_has_at_rest_is_not_an_expression(head: KnownHead) -> None:
    # A mouth whose corners hang: for the head at hand that would be AU15.
    habit = np.zeros((68, 2))
    habit[[48, 54, 60, 64], 1] = 12.0
    still = seen(head, aus_of(), np.zeros(3)) + habit
    blamed = solve_frame(head, still, None)
    assert blamed.aus[AU_INDEX["AU15"]] > 0.15
    known, again = with_offset(head, blamed.residual[None]), blamed
    for _ in range(3):
        again = solve_frame(known, still, None)
        known = with_offset(known, again.residual[None])
    assert again.aus.sum() < blamed.aus.sum()
    assert np.hypot(*again.residual.T).mean() < np.hypot(*blamed.residual.T).mean()
