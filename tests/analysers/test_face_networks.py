from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from mien.analysers.expression.recipe import COURSE as EXPRESSION
from mien.analysers.faces import FaceStream, learn
from mien.analysers.landmarks import renders
from mien.analysers.landmarks.augment import DETECTED, LOCATED, Miss, augmented
from mien.analysers.landmarks.recipe import COURSE as LANDMARKS
from mien.analysers.shards import Columns
from mien.face.expression_net import ExpressionReader
from mien.face.landmark_net import SIDE, HeadLandmarker
from mien.head.schema import LABEL
from mien.io.weights import load_weights
from mien.seeding import rng
from mien.train.precision import Precision

COUNT = 12


@pytest.fixture(scope="module")
def columns() -> Columns:
    samples = [renders.make_sample(3, index) for index in range(COUNT)]
    names = [field.name for field in dataclasses.fields(renders.Sample)]
    return {name: np.array([getattr(one, name) for one in samples]) for name in names}


def test_points_lie_on_their_parts(columns: Columns) -> None:
    for labels, points, pose in zip(
        columns["labels"], columns["points"], columns["pose"], strict=True
    ):
        if abs(pose[0]) > 25:
            continue
        for k in (68, 69):
            x, y = np.round(points[k]).astype(int)
            near = set(labels[y - 2 : y + 3, x - 2 : x + 3].ravel().tolist())
            eye = {LABEL[name] for name in ("iris", "sclera", "lash", "skin", "glasses")}
            assert near & eye, k


def test_a_sample_is_the_same_alone_and_among_others(columns: Columns) -> None:
    stream = FaceStream(columns, 5)
    whole, part = stream.take(4, 6), stream.take(7, 2)
    for name in ("image", "points", "aus", "gaze", "index"):
        np.testing.assert_array_equal(whole[name][3:5], part[name])


def test_a_better_box_keeps_the_face_in_its_place(columns: Columns) -> None:
    def middles(miss: Miss) -> np.ndarray:
        seen = [augmented(columns, k % COUNT, rng(1, "x", k), miss) for k in range(60)]
        return np.array([one.points[17:68].mean(0) for one in seen])

    assert middles(LOCATED).std(0).max() < 0.6 * middles(DETECTED).std(0).max()
    assert abs(middles(DETECTED).mean() - 0.5) < 0.06


def test_a_mirrored_face_has_its_left_on_the_left(columns: Columns) -> None:
    seen = [augmented(columns, k % COUNT, rng(2, "x", k), DETECTED) for k in range(24)]
    assert {one.mirrored for one in seen} == {False, True}
    for one in seen:
        for left, right in ((36, 45), (48, 54), (17, 26), (68, 69)):
            assert one.points[left, 0] < one.points[right, 0] + 0.12
        assert one.picture.shape == (SIDE, SIDE, 3)


def test_a_mirrored_gaze_looks_the_other_way(columns: Columns) -> None:
    stream = FaceStream(columns, 9)
    batch = stream.take(0, 48)
    told = columns["gaze"][batch["index"]]
    signs = np.sign(batch["gaze"][:, 0] * told[:, 0])
    assert set(signs.tolist()) == {-1.0, 1.0}
    np.testing.assert_allclose(np.abs(batch["gaze"]), np.abs(told))


def test_a_shorter_training_lowers_its_rate_sooner(columns: Columns) -> None:
    stream = FaceStream(columns, 5)
    for course in (LANDMARKS, EXPRESSION):
        short = course.of(20_000)
        recipe = short.build(stream, 1, short.settings)
        rate = recipe.optimisers[course.net].schedule
        assert rate(20_000) < 0.05
        assert rate(9_000) > 0.9


@pytest.mark.parametrize("course", [LANDMARKS, EXPRESSION], ids=lambda one: one.net)
def test_a_resumed_run_ends_the_same_and_its_weights_can_be_used(
    course: object, columns: Columns, tmp_path: Path
) -> None:
    assert course in (LANDMARKS, EXPRESSION)
    whole = LANDMARKS if course is LANDMARKS else EXPRESSION
    settings = dataclasses.replace(whole.settings, images=8 * 12, batch=8)
    small = dataclasses.replace(
        whole,
        settings=settings,
        held_out=0.2,
        precision=Precision(),
        read=lambda *_: columns,
        build=lambda stream, seed, _: whole.build(stream, seed, settings),
    )
    list(learn(small, tmp_path, seed=1, out=tmp_path / "a.st", run=tmp_path / "a"))
    half = small.of(8 * 5)  # stopped there: the rate falls as for the whole
    list(learn(half, tmp_path, seed=1, out=tmp_path / "b.st", run=tmp_path / "b"))
    list(learn(small, tmp_path, seed=1, out=tmp_path / "b.st", run=tmp_path / "b"))
    one, other = (
        load_weights(tmp_path / name, expected_job=small.job) for name in ("a.st", "b.st")
    )
    for name, tensor in one.tensors.items():
        np.testing.assert_allclose(tensor, other.tensors[name], atol=2e-5, rtol=2e-3, err_msg=name)
    image = np.full((120, 120, 3), 90, np.uint8)
    points = np.random.default_rng(0).uniform(30, 90, (68, 2))
    if whole is LANDMARKS:
        from mien.types import Box

        found = HeadLandmarker(tmp_path / "a.st")
        box = Box(20, 20, 100, 100)
        assert found(image, box).shape == (68, 2)
        assert found.irises(image, box).shape == (2, 2)
        np.testing.assert_array_equal(found.views(image, [box, box])[1], found(image, box))
    else:
        read = ExpressionReader(tmp_path / "a.st")(image, points)
        assert read.aus.shape == (22,)
        assert 0 <= read.aus.min() <= read.aus.max() <= 1
