from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from mien.analysers.faces import learn
from mien.analysers.parsing import renders
from mien.analysers.parsing.augment import NEAR, augmented
from mien.analysers.parsing.recipe import COURSE, PartStream, average_parts, ious, overlap
from mien.analysers.shards import Columns
from mien.face.parsing_net import PART, PARTS, SIDE, HeadParser
from mien.head.render import View, draw, material_of, mesh_of
from mien.head.schema import LABEL, LABELS
from mien.io.weights import load_weights
from mien.seeding import rng
from mien.train.precision import Precision
from mien.types import FaceCode

COUNT = 12


@pytest.fixture(scope="module")
def columns() -> Columns:
    samples = [renders.make_sample(3, index) for index in range(COUNT)]
    names = [field.name for field in dataclasses.fields(renders.Sample)]
    return {name: np.array([getattr(one, name) for one in samples]) for name in names}


def test_every_label_of_the_head_is_a_part() -> None:
    named = {name: PARTS[renders.PART_OF_LABEL[LABEL[name]]] for name in LABELS}
    assert named["teeth"] == "mouth"
    assert named["shirt"] == "cloth"
    assert named["iris"] == named["lash"] == "eye"
    assert set(named.values()) == set(PARTS)


def test_cropped_hair_counts_as_hair_and_a_bald_head_as_skin() -> None:
    def hair(style: str) -> float:
        code = FaceCode(hair=style)
        drawn = draw(mesh_of(code), material_of(code), view=View(shadow=1))
        return float((renders.parts_of(drawn, material_of(code)) == PART["hair"]).mean())

    assert hair("bald") == 0
    assert 0.03 < hair("buzz") < hair("afro")


def test_points_lie_on_their_parts(columns: Columns) -> None:
    for parts, points in zip(columns["parts"], columns["points"], strict=True):
        x, y = np.round(points[[36, 39, 42, 45, 48, 54, 57, 62]].mean(0)).astype(int)
        assert parts[y, x] not in (PART["background"], PART["cloth"])
        assert parts[0, 0] == PART["background"]
        assert (parts == PART["cloth"])[-8:].any()


def test_a_sample_is_the_same_alone_and_among_others(columns: Columns) -> None:
    stream = PartStream(columns, 5)
    whole, part = stream.take(4, 6), stream.take(7, 2)
    for name in ("image", "parts", "index"):
        np.testing.assert_array_equal(whole[name][3:5], part[name])
    assert whole["image"].shape == (6, 3, SIDE, SIDE)
    assert whole["parts"].shape == (6, SIDE, SIDE)


def test_parts_move_with_their_pixels(columns: Columns) -> None:
    """Pictures that are painted with their own parts stay so, whatever the box and the mirror."""
    tones = (np.arange(len(PARTS)) * 20 + 20).astype(np.uint8)
    painted = {**columns, "rgb": np.repeat(tones[columns["parts"]][..., None], 3, 3)}
    shares = []
    for k in range(40):
        picture, parts = augmented(painted, k % COUNT, rng(4, "x", k), NEAR)
        seen = {name: picture[parts == PART[name]] for name in ("skin", "hair")}
        if min(map(len, seen.values())) > 100:
            middle = [np.median(one.astype(float).mean(1)) for one in seen.values()]
            shares.append(middle[1] > middle[0])
    assert np.mean(shares) > 0.8  # hair is painted brighter; few pictures are spoilt beyond that


def test_what_is_cut_off_is_background(columns: Columns) -> None:
    black = 0
    for k in range(60):
        picture, parts = augmented(columns, k % COUNT, rng(6, "x", k), NEAR)
        for edge in (picture[0], picture[-1], picture[:, 0], picture[:, -1]):
            black += not edge.any()
        if not picture[-1].any():
            assert (parts[-1] == PART["background"]).all()
    assert black > 3


def test_overlaps() -> None:
    truth = np.zeros((1, 4, 4), np.uint8)
    truth[:, :2] = 1
    found = truth.copy()
    found[:, 0] = 0
    each = ious(found, truth)
    assert each[1] == pytest.approx(4 / 8)
    assert each[0] == pytest.approx(8 / 12)
    assert np.isnan(each[2:]).all()
    assert (average_parts(np.concatenate([truth, truth, found])) == truth[0]).all()
    share = torch.nn.functional.one_hot(torch.from_numpy(truth).long(), len(PARTS))
    planes = share.permute(0, 3, 1, 2).float()
    assert float(overlap(planes, planes)) == pytest.approx(1)
    assert float(overlap(planes.roll(2, 2), planes)) < 0.9


def test_a_resumed_run_ends_the_same_and_its_weights_can_be_used(
    columns: Columns, tmp_path: Path
) -> None:
    settings = dataclasses.replace(COURSE.settings, images=4 * 6, batch=4)
    small = dataclasses.replace(
        COURSE,
        settings=settings,
        held_out=0.2,
        precision=Precision(),
        read=lambda *_: columns,
        build=lambda stream, seed, _: COURSE.build(stream, seed, settings),
    )
    list(learn(small, tmp_path, seed=1, out=tmp_path / "a.st", run=tmp_path / "a"))
    half = small.of(4 * 3)
    list(learn(half, tmp_path, seed=1, out=tmp_path / "b.st", run=tmp_path / "b"))
    list(learn(small, tmp_path, seed=1, out=tmp_path / "b.st", run=tmp_path / "b"))
    one, other = (
        load_weights(tmp_path / name, expected_job=small.job) for name in ("a.st", "b.st")
    )
    for name, tensor in one.tensors.items():
        np.testing.assert_allclose(tensor, other.tensors[name], atol=2e-5, rtol=2e-3, err_msg=name)
    assert (tmp_path / "a.st").stat().st_size < 2 * 2**20
    assert "miou_of_the_mean_mask" in one.header.metrics
    parse = HeadParser(tmp_path / "a.st")
    points = np.random.default_rng(0).uniform(60, 90, (68, 2))
    found = parse(np.full((120, 150, 3), 90, np.uint8), points)
    assert found.shape == (120, 150, len(PARTS))
    np.testing.assert_allclose(found.sum(2), 1, atol=1e-5)
