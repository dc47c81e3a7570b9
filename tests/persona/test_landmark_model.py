"""The linear landmark model against the engine's own landmarks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mien.head.sample import sample
from mien.head.schema import SLIDERS
from mien.persona.landmark_model import (
    AU_PART,
    BROW_NAMES,
    BROW_PART,
    PARAMETER_COUNT,
    SLIDER_COUNT,
    SLIDER_PART,
    landmark_model,
)
from mien.persona.prior import BROW_DEFAULTS
from mien.types import AU_NAMES, FaceCode, Pose

BY_JAW = ("AU26", "AU27")
"""The jaw turns: a model that is linear in it errs a little."""


def test_the_parameters_are_sliders_units_and_brows_in_that_order() -> None:
    model = landmark_model()
    assert model.basis.shape == (PARAMETER_COUNT, len(model.mean), 3)
    assert [part.stop - part.start for part in (SLIDER_PART, AU_PART, BROW_PART)] == [
        len(SLIDERS),
        len(AU_NAMES),
        len(BROW_NAMES),
    ]
    assert model.first_landmark == len(model.mean) - 68
    assert len(model.candidates) == 17


def test_the_average_head_is_the_engines(heads: Any) -> None:
    seen = heads.landmarks(FaceCode(hair="bald"))
    model = landmark_model().project(np.zeros(PARAMETER_COUNT), np.zeros(3))
    assert heads.away(model, seen).max() < 1e-4


@pytest.mark.parametrize("name", AU_NAMES)
def test_an_action_unit_moves_the_model_as_it_moves_the_engine(name: str, heads: Any) -> None:
    code = FaceCode(aus={name: 0.5}, hair="bald")
    seen, still = heads.landmarks(code), heads.landmarks(FaceCode(hair="bald"))
    model = landmark_model().project(heads.parameters(code), np.zeros(3))
    assert heads.away(model, seen).max() < (4e-3 if name in BY_JAW else 1e-3)
    assert heads.away(seen, still).max() > 0.004


@pytest.mark.parametrize("name", BROW_NAMES)
def test_a_brow_material_moves_brows_alone(name: str, heads: Any) -> None:
    plain, value = FaceCode(hair="bald"), float(BROW_DEFAULTS[BROW_NAMES.index(name)])
    code = FaceCode(hair="bald", materials={name: value + 0.6})
    seen, still = heads.landmarks(code), heads.landmarks(plain)
    away = heads.away(seen, still)
    assert away[17:27].max() > 0.01
    assert np.delete(away, np.arange(17, 27)).max() < 1e-6
    pose = np.zeros(3)
    model = landmark_model().project(heads.parameters(code), pose)
    rest = landmark_model().project(heads.parameters(plain), pose)
    # The engine's points snap to vertices, so only the whole brow's path is compared.
    moved, wanted = (model - rest)[17:27], (seen - still)[17:27]
    assert (moved * wanted).sum() > 0.8 * np.linalg.norm(moved) * np.linalg.norm(wanted)
    assert np.linalg.norm(moved) == pytest.approx(np.linalg.norm(wanted), rel=0.35)


@pytest.mark.parametrize("index", range(6))
def test_random_people_in_random_poses(index: int, heads: Any) -> None:
    code = sample(7, index, expression=True, pose_sd=(15.0, 8.0, 5.0))
    seen = heads.landmarks(code)
    model = landmark_model().project(heads.parameters(code), np.array(code.pose.as_tuple()))
    away = heads.away(model, seen)
    assert away.mean() < 0.004
    assert np.median(away) < 0.002
    # Jaw points jump between neighbours of the contour, brow points between vertices.
    assert away[:27].max() < 0.04
    assert away[27:].max() < 0.02
    average = landmark_model().project(np.zeros(PARAMETER_COUNT), np.array(code.pose.as_tuple()))
    assert heads.away(average, seen).mean() > 10 * away.mean()


def test_the_contour_slides_when_the_head_turns() -> None:
    model, rest = landmark_model(), np.zeros(PARAMETER_COUNT)
    front = model.linearise(rest, np.zeros(3)).chosen
    left = model.linearise(rest, np.array([-30.0, 0.0, 0.0])).chosen
    right = model.linearise(rest, np.array([30.0, 0.0, 0.0])).chosen
    assert (front[17:] == left[17:]).all()
    assert (front[:17] != left[:17]).sum() >= 5
    assert (left[:17] != right[:17]).sum() >= 5


def test_derivatives_are_the_differences_of_projections(heads: Any) -> None:
    model = landmark_model()
    code = sample(7, 2, expression=True)
    start, pose = heads.parameters(code), np.array([12.0, -6.0, 4.0])
    linear = model.linearise(start, pose)
    assert np.array_equal(linear.points, model.project(start, pose))
    inner = slice(17, None)  # contour points may be chosen anew
    step = 1e-5
    for k in (0, 40, 92, SLIDER_COUNT - 1, SLIDER_COUNT, SLIDER_COUNT + 21, PARAMETER_COUNT - 1):
        moved = model.project(start + step * np.eye(PARAMETER_COUNT)[k], pose)
        wanted = (moved - linear.points)[inner] / step
        assert linear.parameters[inner, :, k] == pytest.approx(wanted, abs=2e-6)
    for axis in range(3):
        moved = model.project(start, pose + 1e-3 * np.eye(3)[axis])
        wanted = (moved - linear.points)[inner] / 1e-3
        assert linear.pose[inner, :, axis] == pytest.approx(wanted, abs=2e-5)


def test_pose_turns_as_the_vocabulary_says(heads: Any) -> None:
    model, rest = landmark_model(), np.zeros(PARAMETER_COUNT)
    nose = model.project(rest, np.zeros(3))[30]
    assert model.project(rest, np.array([20.0, 0, 0]))[30, 0] > nose[0] + 0.01
    assert model.project(rest, np.array([0, 20.0, 0]))[30, 1] > nose[1] + 0.01
    seen = heads.landmarks(FaceCode(hair="bald", pose=Pose(0, 0, 20.0)))
    turned = model.project(rest, np.array([0, 0, 20.0]))
    assert heads.away(turned, seen).mean() < 2e-3
    assert turned[45, 1] < turned[36, 1]  # counter-clockwise: the right eye rises
