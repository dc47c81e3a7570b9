"""Geometry from landmarks, on heads whose geometry is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.face import affine
from mien.head.rig import rotation
from mien.head.sample import sample
from mien.head.schema import AU_INDEX
from mien.persona.gauss_newton import (
    SLIDER_REACH,
    GeometryFit,
    Noise,
    bounds,
    eye_frame,
    fit_geometry,
    pose_features,
    slider_reach,
)
from mien.persona.landmark_model import AU_PART, PARAMETER_COUNT, SLIDER_PART, landmark_model
from mien.persona.prior import Prior
from mien.persona.translator import translator
from mien.seeding import rng
from mien.types import AU_NAMES, FaceCode, Landmarks

TRUE = Noise(np.zeros((4, 136)), np.eye(136) / 0.004**2)
"""Landmarks that nothing has disturbed but the model's own error."""
PEOPLE = range(6)


def people() -> Prior:
    return translator().population


def photographed(heads: Any, code: FaceCode) -> Landmarks:
    """The engine's landmarks in the pixels of some photo."""
    return affine.transform(np.array([[700.0, 0, 310], [0, 700.0, 250]]), heads.landmarks(code))


def whole_turn(fit: GeometryFit) -> NDArray[np.float64]:
    """(3, 3) rotation of the head in the photo: pose in the eye frame and the frame's own."""
    line = -np.degrees(np.arctan2(fit.to_photo[1, 0], fit.to_photo[0, 0]))
    return rotation(0.0, 0.0, float(line)) @ rotation(*fit.pose)


def degrees_between(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    cosine = (np.trace(a @ b.T) - 1) / 2
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def test_the_eye_frame_levels_the_eyes_one_unit_apart() -> None:
    points = rng("points").normal(size=(68, 2)) * 80 + 200
    seen = affine.transform(eye_frame(points), points)
    assert seen[36] == pytest.approx([-0.5, 0.0], abs=1e-12)
    assert seen[45] == pytest.approx([0.5, 0.0], abs=1e-12)
    # No mirror: the turn's determinant is positive.
    assert np.linalg.det(eye_frame(points)[:, :2]) > 0


def test_bias_follows_the_pose() -> None:
    bias = rng("bias").normal(size=(4, 136)) * 0.01
    noise = Noise(bias, np.eye(136))
    assert pose_features(np.array([20.0, 10.0, 5.0])) == pytest.approx([1, 1, 1, 0.5])
    assert noise.offset(np.zeros(3)) == pytest.approx((bias[0] - 0.5 * bias[3]).reshape(68, 2))
    turned = noise.offset(np.array([-20.0, 0.0, 0.0]))
    assert turned == pytest.approx((bias[0] - bias[1] + 0.5 * bias[3]).reshape(68, 2))


@pytest.mark.parametrize("index", PEOPLE)
def test_the_pose_of_a_drawn_person_is_found(index: int, heads: Any) -> None:
    code = sample(7, index, expression=True, pose_sd=(15.0, 8.0, 8.0))
    fit = fit_geometry(landmark_model(), people(), TRUE, photographed(heads, code))
    true = rotation(*code.pose.as_tuple())
    assert degrees_between(whole_turn(fit), true) < 6.0
    assert fit.error < 0.025
    model = landmark_model().project(fit.parameters, fit.pose)
    seen = affine.transform(fit.to_photo, model)
    assert heads.away(seen, photographed(heads, code)).mean() == pytest.approx(fit.error, rel=0.05)


def test_identity_and_expression_are_found_better_than_the_average(heads: Any) -> None:
    own, average, expression = [], [], []
    for index in PEOPLE:
        code = sample(7, index, expression=True, pose_sd=(10.0, 5.0, 3.0))
        fit = fit_geometry(landmark_model(), people(), TRUE, photographed(heads, code))
        truth = heads.parameters(code)
        own.append(np.abs(fit.parameters[SLIDER_PART] - truth[SLIDER_PART]).mean())
        average.append(np.abs(people().mean[SLIDER_PART] - truth[SLIDER_PART]).mean())
        expression.append(np.abs(fit.parameters[AU_PART] - truth[AU_PART]).mean())
    assert np.mean(own) < 0.9 * np.mean(average)
    assert np.mean(expression) < 0.08


@pytest.mark.parametrize(
    ("name", "least"),
    [("AU2", 0.18), ("AU4", 0.2), ("AU12", 0.6), ("AU25", 0.4), ("AU27", 0.4), ("AU45", 0.25)],
)
def test_a_strong_expression_is_named(name: str, least: float, heads: Any) -> None:
    # Held back by the prior: a brow that stands high may also be a high brow.
    code = FaceCode(hair="bald", aus={name: 0.9})
    fit = fit_geometry(landmark_model(), people(), TRUE, photographed(heads, code))
    found = fit.parameters[AU_PART]
    # A dropped jaw is AU26 or, further, AU27: both turn it about the same hinge.
    kin = ("AU26", "AU27") if name == "AU27" else (name,)
    # Between lips that far apart AU25 has its share.
    assert AU_NAMES[int(found.argmax())] in (*kin, *(("AU25",) if name == "AU27" else ()))
    assert least < sum(found[AU_INDEX[one]] for one in kin) < 1.0 * len(kin)


def test_a_photo_moved_turned_and_scaled_shows_the_same_person(heads: Any) -> None:
    points = photographed(heads, sample(7, 3, expression=True))
    angle = np.deg2rad(35.0)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = points @ (0.37 * turn).T + [900.0, -40.0]
    a = fit_geometry(landmark_model(), people(), TRUE, points)
    b = fit_geometry(landmark_model(), people(), TRUE, moved)
    assert a.parameters == pytest.approx(b.parameters, abs=1e-6)
    assert a.pose == pytest.approx(b.pose, abs=1e-6)
    seen = affine.transform(a.to_photo, landmark_model().project(a.parameters, a.pose))
    there = affine.transform(b.to_photo, landmark_model().project(b.parameters, b.pose))
    assert there == pytest.approx(seen @ (0.37 * turn).T + [900.0, -40.0], abs=1e-5)


def test_a_known_bias_is_taken_out(heads: Any) -> None:
    code = sample(7, 1)
    points = photographed(heads, code)
    frame = eye_frame(points)
    bias = np.zeros((4, 136))
    bias[0, 34:] = rng("habit").normal(size=102) * 0.03
    bias[0, [72, 73, 90, 91]] = 0.0  # the frame's own corners
    habit = Noise(bias, TRUE.precision)
    spoilt = affine.transform(
        affine.invert(frame), affine.transform(frame, points) + bias[0].reshape(68, 2)
    )
    clean = fit_geometry(landmark_model(), people(), TRUE, points)
    aware = fit_geometry(landmark_model(), people(), habit, spoilt)
    naive = fit_geometry(landmark_model(), people(), TRUE, spoilt)
    assert aware.parameters == pytest.approx(clean.parameters, abs=1e-5)
    assert np.abs(naive.parameters - clean.parameters).max() > 0.1


def test_noise_covariance_decides_whom_to_believe(heads: Any) -> None:
    points = photographed(heads, FaceCode(hair="bald"))
    spoilt = points.copy()
    spoilt[48:68, 1] += 12.0  # the mouth seen far too low
    sd = np.full(136, 0.004)
    sd[96:] = 10.0
    deaf = fit_geometry(landmark_model(), people(), Noise(TRUE.bias, np.diag(1 / sd**2)), spoilt)
    trusting = fit_geometry(landmark_model(), people(), TRUE, spoilt)
    eyes = np.hypot(*(points[45] - points[36]))

    def mouth(fit: GeometryFit) -> float:
        model = landmark_model().project(fit.parameters, fit.pose)
        seen = affine.transform(fit.to_photo, model)
        return float((seen - points)[48:68, 1].mean() / eyes)

    assert abs(mouth(deaf)) < 0.02
    assert mouth(trusting) > 0.02


def test_nonsense_landmarks_give_a_head_within_bounds() -> None:
    low, high = bounds()
    for index in range(3):
        wild = rng("wild", index).uniform(0, 400, (68, 2))
        fit = fit_geometry(landmark_model(), people(), TRUE, wild)
        assert np.isfinite(fit.parameters).all()
        assert np.isfinite(fit.to_photo).all()
        assert (fit.parameters >= low).all()
        assert (fit.parameters <= high).all()
        assert np.abs(fit.pose).max() <= 60.0
        assert fit.error > 0.05


def test_bounds_hold_back_what_only_adds() -> None:
    low, high = bounds()
    assert (low < high).all()
    assert low.shape == high.shape == (PARAMETER_COUNT,)
    assert low[AU_PART].min() == 0.0
    assert high[SLIDER_PART].min() == SLIDER_REACH
    assert (high[SLIDER_PART] == slider_reach()).all()
    assert (low[SLIDER_PART] == 0.0).sum() == 4


def test_the_prior_decides_what_the_landmarks_do_not(heads: Any) -> None:
    points = photographed(heads, FaceCode(hair="bald"))
    blind = Noise(TRUE.bias, np.eye(136) * 1e-9)
    mean = people().mean.copy()
    mean[5] = 0.4
    fit = fit_geometry(landmark_model(), Prior(mean, people().precision), blind, points)
    assert fit.parameters[SLIDER_PART] == pytest.approx(mean[SLIDER_PART], abs=1e-4)
