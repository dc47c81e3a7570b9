"""All ways of fitting side by side, and a translator's scores."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mien.errors import OptionError
from mien.head.schema import SLIDERS
from mien.io.image import write_image
from mien.jobs.base import no_progress
from mien.jobs.character.comparison.judging import (
    Prints,
    against_truth,
    bearded,
    front_prints,
    means,
    rank_one,
)
from mien.jobs.character.comparison.ways import WAYS
from mien.jobs.character.config import EvalRequest, TrainRequest
from mien.jobs.character.evaluate import clipped
from mien.jobs.character.imitator import descent
from mien.jobs.character.predict import score
from mien.jobs.character.translator.training import TRAINER
from mien.jobs.training import run
from mien.persona.gauss_newton import slider_reach
from mien.types import FaceCode

from .engine_help import square_set

Cli = Callable[..., Any]


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def test_clipped_sliders_lie_at_an_end() -> None:
    reach = dict(zip(SLIDERS, slider_reach(), strict=True))
    some = {"nose_width": reach["nose_width"], "jaw_width": -reach["jaw_width"], "eye_size": 0.9}
    assert clipped(FaceCode(sliders=some)) == pytest.approx(2 / len(SLIDERS))
    assert clipped(FaceCode()) == 0
    assert clipped(FaceCode(sliders=some), np.full(len(SLIDERS), 0.9)) == 3 / len(SLIDERS)


def test_the_truth_judges_itself_right() -> None:
    true = FaceCode(sliders={"nose_width": 0.4}, hair="bob", facial_hair="goatee")
    told = against_truth(true, true)
    assert told["vertices"] == 0
    assert told["hair"] == told["glasses"] == told["beard"] == 1
    other = against_truth(FaceCode(hair="crop", glasses="round"), true)
    assert other["vertices"] > 0.01
    assert other["hair"] == other["glasses"] == other["beard"] == 0
    assert bearded(FaceCode(materials={"beard": 0.8}))
    assert not bearded(FaceCode(materials={"beard": 0.1}))


def test_people_are_told_apart_by_shape_alone() -> None:
    codes = [
        FaceCode(sliders=dict.fromkeys(("jaw_width", "nose_width", "chin_length"), size))
        for size in (-0.9, 0.0, 0.9)
    ]
    wanted = [front_prints(code) for code in codes]
    near = [
        front_prints(dataclasses.replace(code, sliders={**code.sliders, "ear_size": 0.3}))
        for code in codes
    ]
    painted = dataclasses.replace(codes[0], hair="bob", materials={"skin": (0.1, 0.05, 0.03)})
    assert np.array_equal(front_prints(painted).forms, wanted[0].forms)
    assert rank_one(near, wanted) == {"identity": 1.0, "forms": 1.0}
    assert rank_one(near[::-1], wanted)["forms"] < 0.5


def test_one_person_has_no_rank() -> None:
    only = [Prints(np.ones(3), np.ones(4))]
    assert all(np.isnan(value) for value in rank_one(only, only).values())


def test_means_leave_out_what_was_not_measured() -> None:
    told = means([{"nme": float("nan"), "skin": 2.0}, {"nme": 0.5, "skin": 4.0}])
    assert told == {"nme": 0.5, "skin": 3.0}


def test_the_ancestors_way_has_no_prior(monkeypatch: pytest.MonkeyPatch) -> None:
    """The weight of the prior is what `descend` is told."""
    seen: list[float] = []

    def losses(*_: object, prior: float) -> dict[str, torch.Tensor]:
        seen.append(prior)
        return {"loss": (_[2] ** 2).sum()}  # type: ignore[operator]

    monkeypatch.setattr(descent, "losses", losses)
    monkeypatch.setattr(descent, "chip_grid", lambda *_: torch.zeros(0))
    monkeypatch.setattr(descent, "code_of", lambda *_: None)
    monkeypatch.setattr(descent, "_softened", lambda state, _: state)
    monkeypatch.setattr(descent, "_chosen", lambda state, _: state)

    class Model:
        layout = None

        class settings:
            size = 32

    start = descent.Start(np.full(4, 0.5), np.array([True, True, False, True]))
    model: Any = Model()
    target: Any = None
    found = descent.descend(model, target, start, steps=4, prior=0.0)
    assert set(seen) == {0.0}
    assert found.vector[2] == 0.5
    assert (found.vector[[0, 1, 3]] < 0.5).all()
    descent.descend(model, target, start, steps=1)
    assert seen[-1] == descent.PRIOR


@pytest.mark.slow
def test_the_table_of_all_ways(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "scores"
    done = cli("character", "eval", "--stage", "fit", "--count", "2", "--steps", "4", "--out", out)
    assert done.code == 0, done.err
    told = json.loads((out / "report.json").read_text())
    assert tuple(told["rows"]) == WAYS
    rows = told["rows"]
    assert rows["average"]["clipped"] == 0
    assert rows["refined"]["nme"] < rows["average"]["nme"]
    assert all(0 < row["vertices"] < 2 for row in rows.values())
    assert (out / "ways.png").is_file()


@pytest.mark.slow
def test_the_table_on_photos(cli: Cli, tmp_path: Path, astronaut: Any) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    write_image(photos / "one.png", astronaut, provenance=None)
    write_image(photos / "wall.png", np.full((64, 64, 3), 90, np.uint8), provenance=None)
    done = cli(
        *("character", "eval", "--stage", "fit", "--data", photos, "--steps", "2"),
        *("--out", tmp_path / "scores"),
    )
    assert done.code == 3, done.err
    rows = json.loads((tmp_path / "scores" / "report.json").read_text())["rows"]
    assert "vertices" not in rows["refined"]
    assert rows["refined"]["identity"] is None
    assert 0 <= rows["refined"]["clipped"] < 0.5


def test_a_folder_is_wanted(cli: Cli, tmp_path: Path) -> None:
    wrong = cli("character", "eval", "--stage", "fit", "--data", tmp_path / "none")
    assert wrong.code == 2
    assert "folder" in wrong.err
    (tmp_path / "empty").mkdir()
    nobody = cli("character", "eval", "--stage", "fit", "--data", tmp_path / "empty")
    assert nobody.code == 2


def test_a_translators_scores(cli: Cli, tmp_path: Path) -> None:
    data = square_set(tmp_path / "set", 120)
    request = TrainRequest(
        stage="translator", preset="tiny", data=str(data), images=6_000, precision="fp32",
        runs=tmp_path / "runs", cache=tmp_path / "cache",
    )  # fmt: skip
    model = run(TRAINER, request, torch.device("cpu"), no_progress).results[0]
    common = ("character", "eval", "--stage", "translator", "--model", model)
    done = cli(*common, "--data", data, "--out", tmp_path / "scores")
    assert done.code == 0, done.err
    told = json.loads((tmp_path / "scores" / "report.json").read_text())
    assert told["count"] == 24
    assert told["explained"]["across"] > 0.8
    assert told["explained"]["unseen"] < 0.25
    assert told["error"] < 0.7 * told["plain"]
    assert cli(*common, "--out", tmp_path / "more").code == 2
    with pytest.raises(OptionError):
        score(EvalRequest(stage="translator", model=str(model)), no_progress)
