"""Photos as parameters of any engine: judges, locks, search, files, and the whole way."""

from __future__ import annotations

import dataclasses
import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mien.errors import OptionError
from mien.io.image import read_image, write_image
from mien.jobs.base import no_progress
from mien.jobs.character.config import TrainRequest
from mien.jobs.character.engine_fit.fit import (
    Bench,
    beginning,
    fit_engine,
    held_back,
    open_bench,
)
from mien.jobs.character.engine_fit.judges import SIDE, Shown, Views, compare
from mien.jobs.character.engine_fit.locks import engine_locks, read_locks
from mien.jobs.character.engine_fit.looking import look_at_photo
from mien.jobs.character.engine_fit.search import State
from mien.jobs.character.engines.opening import Opened
from mien.jobs.character.engines.training_set import TrainingSet, read_set
from mien.jobs.character.translator.training import TRAINER
from mien.jobs.training import run
from mien.seeding import rng

from .engine_help import SQUARES, SquareEngine, draw_square, square_set

Cli = Callable[..., Any]
CARTOON = Path(__file__).resolve().parents[2] / "examples" / "cartoon_engine.py"
ENGINE = f"program:{sys.executable} {CARTOON}"


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def translator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The weight file of the squares' translator."""
    folder = tmp_path_factory.mktemp("translator")
    data = square_set(folder / "set", 150)
    request = TrainRequest(
        stage="translator", preset="tiny", data=str(data), images=6_000, precision="fp32",
        runs=folder / "runs", cache=folder / "cache",
    )  # fmt: skip
    return run(TRAINER, request, torch.device("cpu"), no_progress).results[0]


def bench(translator: Path, *locks: str, renders: int = 60) -> Bench:
    opened = Opened(SquareEngine(), "program", "")
    return open_bench(opened, (str(translator), None), locks, limits=(renders, 10))


# -- judges --------------------------------------------------------------------------------------


def test_edges_know_form_and_not_light() -> None:
    one = draw_square(0.3, 0.9, "square", SIDE)
    same, moved = Shown(one, None), draw_square(0.6, 0.9, "square", SIDE)
    assert compare([same], same).edges == pytest.approx(1.0)
    darker = compare([same], Shown((one * 0.7).astype(np.uint8), None))
    other = compare([same], Shown(moved, None))
    assert other.edges < 0.6 < darker.edges
    assert math.isnan(other.nme)


def test_a_step_must_not_be_worse_in_any_view() -> None:
    best = Views(0.05, 0.8)
    assert Views(0.05, 0.8).no_worse_than(best)
    assert Views(0.04, 0.9).no_worse_than(best)
    assert not Views(0.06, 0.9).no_worse_than(best)
    assert not Views(0.04, 0.7).no_worse_than(best)
    assert not Views(math.nan, 0.9).no_worse_than(best), "a lost face is worse"
    assert Views(0.3, 0.9).no_worse_than(Views(math.nan, 0.8))
    assert Views(math.nan, 0.7).worse_in(best) == ["NME", "edges"]
    assert best.best_with(Views(0.07, 0.9)) == Views(0.05, 0.9)


# -- locks ---------------------------------------------------------------------------------------


def test_locks_are_names_with_or_without_values() -> None:
    assert read_locks(["a=1", "hair"]) == {"a": "1", "hair": None}
    for word in ("", "=1", "a="):
        with pytest.raises(OptionError, match="NAME=VALUE"):
            read_locks([word])
    held = engine_locks(["across=.25", "kind"], SQUARES)
    assert held == {"across": 0.25, "kind": "square"}
    assert engine_locks(["kind=round"], SQUARES) == {"kind": "round"}


@pytest.mark.parametrize("word", ["acros=.2", "across=two", "across=2", "kind=oval", "acros"])
def test_a_wrong_lock_is_refused(word: str) -> None:
    with pytest.raises(OptionError):
        engine_locks([word], SQUARES)


# -- search --------------------------------------------------------------------------------------


def errors(found: Any, across: float, bright: float) -> float:
    return abs(found.params["across"] - across) + abs(found.params["bright"] - bright)


def test_refining_in_the_engine_comes_nearer_within_its_drawings(translator: Path) -> None:
    before, after = 0.0, 0.0
    random = rng("refine")
    for kind in ("square", "round", "square"):
        across, bright = (float(value) for value in random.uniform(0.15, 0.85, 2))
        used = bench(translator)
        look = look_at_photo(draw_square(across, bright, kind), None, used.model)
        found = fit_engine([look], used)
        units = used.model.guess(look.components).units
        estimate, _ = used.model.layout.from_unit(units)
        before += abs(estimate["across"] - across) + abs(estimate["bright"] - bright)
        after += errors(found, across, bright)
        engine = used.opened.engine
        assert isinstance(engine, SquareEngine)
        assert engine.drawn == found.renders <= 60
        assert found.params["kind"] == kind
        assert found.views.no_worse_than(found.estimate)
        assert found.confidence["unseen"] == "guessed"
    assert after < 0.6 * before


def test_what_no_picture_tells_stays_at_its_default(translator: Path) -> None:
    used = bench(translator, renders=3)
    model = dataclasses.replace(
        used.model, explained={"across": 0.9, "kind": 0.0, "bright": 0.125, "unseen": -0.3}
    )
    units = np.array([0.9, 0.7, 0.8, 0.1, 0.9])  # numbers first, then the choice
    defaults = np.array([0.5, 0.5, 0.5, 1.0, 0.0])
    held = held_back(units, defaults, model)
    assert held == pytest.approx([0.9, 0.6, 0.5, 1.0, 0.0])


class Drawings:
    """A problem whose engine is as near as its parameters say: views by distance from `truth`."""

    def __init__(self, truth: float, left: int = 9) -> None:
        self.truth, self.left = truth, left
        self.told: list[tuple[str, bool]] = []

    def state(self, units: Any) -> Any:
        self.left -= 1
        away = abs(float(units[0]) - self.truth)
        blank = np.zeros((8, 8, 3), np.uint8)
        look: Any = None
        return State(units, blank, look, Views(0.1 + away, 1.0 - away))

    def tell(self, kind: str, name: str, state: Any, kept: bool) -> None:
        assert kind == "estimate"
        self.told.append((name, kept))


@pytest.mark.parametrize(
    ("truth", "found", "told"),
    [
        (0.7, 0.8, [("", True)]),
        (0.25, 0.4, [("", False), ("x 0.5", True)]),
        (0.15, 0.2, [("", False), ("x 0.5", False), ("x 0.25", True)]),
        (0.0, 0.0, [("", False), ("x 0.5", False), ("x 0.25", False), ("x 0", True)]),
    ],
)
def test_an_estimate_that_every_view_finds_worse_is_taken_back(
    truth: float, found: float, told: list[tuple[str, bool]]
) -> None:
    problem: Any = Drawings(truth)
    average, estimate = (problem.state(np.array([value])) for value in (0.0, 0.8))
    start = beginning(problem, average, estimate)
    assert start.units[0] == pytest.approx(found)
    assert problem.told == told


def test_without_a_second_view_an_estimate_is_believed() -> None:
    problem: Any = Drawings(0.0)
    average, estimate = (problem.state(np.array([value])) for value in (0.0, 0.8))
    blind = dataclasses.replace(average, views=Views(math.nan, average.views.edges))
    worse = dataclasses.replace(estimate, views=Views(math.nan, estimate.views.edges))
    assert beginning(problem, blind, worse) is worse
    assert beginning(problem, None, estimate) is estimate


def test_locked_values_stay_and_the_rest_is_fitted(translator: Path) -> None:
    used = bench(translator, "across=.9", "kind=round")
    look = look_at_photo(draw_square(0.5, 0.8, "square"), None, used.model)
    found = fit_engine([look], used)
    assert found.params["across"] == 0.9
    assert found.params["kind"] == "round"
    assert found.confidence["across"] == found.confidence["kind"] == "set"
    assert found.params["bright"] != 0.5


def test_few_drawings_are_kept_to(translator: Path) -> None:
    used = bench(translator, renders=3)
    look = look_at_photo(draw_square(0.3, 0.3, "round"), None, used.model)
    found = fit_engine([look], used)
    assert found.renders <= 3
    assert {row.kind for row in found.rows} >= {"average", "estimate"}


def test_several_pictures_of_one_person_are_averaged(translator: Path) -> None:
    used, random = bench(translator, renders=2), rng("noise")

    def noisy() -> Any:
        picture = draw_square(0.4, 0.6, "square").astype(np.float64)
        picture += random.normal(0, 40, picture.shape)
        return look_at_photo(np.clip(picture, 0, 255).astype(np.uint8), None, used.model)

    looks = [noisy() for _ in range(8)]
    alone = [errors(fit_engine([look], used), 0.4, 0.6) for look in looks]
    together = errors(fit_engine(looks, used), 0.4, 0.6)
    assert together < np.mean(alone)


def test_networks_of_another_engine_are_refused(translator: Path) -> None:
    other = dataclasses.replace(SQUARES, parameters=SQUARES.parameters[:3])

    class Other(SquareEngine):
        def schema(self) -> Any:
            return other

    opened = Opened(Other(), "program", "")
    with pytest.raises(OptionError, match="another engine"):
        open_bench(opened, (str(translator), None), (), limits=(10, 10))


# -- the command ---------------------------------------------------------------------------------


def test_an_engine_needs_its_translator(cli: Cli, tmp_path: Path) -> None:
    write_image(tmp_path / "a.png", draw_square(0.5, 0.5, "round"), provenance=None)
    ran = cli("character", "fit", tmp_path / "a.png", "--engine", ENGINE, "--out", tmp_path / "o")
    assert ran.code == 2
    assert "--translator" in ran.err
    assert not (tmp_path / "o").exists()
    ran = cli("character", "fit", "--engine", "had", tmp_path / "a.png")
    assert ran.code == 2


def test_a_cartoon_is_collected_imitated_translated_and_fitted(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, astronaut: Any
) -> None:
    """The whole way with tiny sizes; `test_a_cartoon_in_earnest` states the figure."""
    monkeypatch.chdir(tmp_path)
    words = ("--engine", ENGINE, "--out", "set", "--count", "120", "--size", "64")
    assert cli("character", "collect", *words).code == 0
    common = ("--data", "set", "--preset", "tiny", "--precision", "fp32")
    assert cli("character", "train", *common, "--images", "960").code == 0
    told = cli("character", "train", "--stage", "translator", *common, "--images", "4800")
    assert told.code == 0, told.err
    imitator = "runs/00000-character-tiny"
    translator = "runs/00001-translator-tiny"
    known = read_set(Path("set"))
    held = np.flatnonzero(known.test)[:3]
    photos = [known.pictures[row] for row in held]
    fit = ("--engine", ENGINE, "--translator", translator)
    ran = cli("character", "fit", *photos, *fit, "--renders", "40", "--out", "fits")
    assert ran.code == 0, ran.err
    assert "of 12 parameters" in ran.err + ran.out
    mine, mean = recovered(known, held, Path("fits"))
    assert mine < 0.7 * mean
    write_image(Path("astronaut.png"), astronaut, provenance=None)
    through = ("--imitator", imitator, "--steps", "5", "--lock", "smile=.9", "--renders", "6")
    ran = cli("character", "fit", "astronaut.png", *fit, *through, "--out", "people")
    assert ran.code == 0, ran.err
    found = json.loads((tmp_path / "people" / "astronaut" / "engine.json").read_text())
    assert found["params"]["smile"] == 0.9
    assert found["confidence"]["smile"] == "set"
    assert set(found["params"]) == set(known.schema.names)
    report = json.loads((tmp_path / "people" / "astronaut" / "report.json").read_text())
    assert report["renders"] <= 6
    assert [row["step"] for row in report["steps"]][:2] == ["average", "estimate"]
    side = read_image(tmp_path / "people" / "astronaut" / "side-by-side.png")
    assert side.shape == (128, 2 * 128 + 8, 3)


def recovered(known: TrainingSet, rows: Any, folder: Path) -> tuple[float, float]:
    """Mean absolute error of fits, in ranges; and that of the set's mean."""
    mean = known.units[~known.test].mean(0)
    mine, plain = [], []
    for row in rows:
        values = json.loads((folder / known.pictures[row].stem / "engine.json").read_text())
        mine.append(np.abs(known.schema.to_unit(values["params"]) - known.units[row]).mean())
        plain.append(np.abs(mean - known.units[row]).mean())
    return float(np.mean(mine)), float(np.mean(plain))


@pytest.mark.slow
def test_a_cartoon_in_earnest(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """600 pictures, the default translator, 12 held-out renders: a third of the mean's error."""
    monkeypatch.chdir(tmp_path)
    words = ("--engine", ENGINE, "--out", "set", "--count", "600", "--size", "128")
    assert cli("character", "collect", *words).code == 0
    words = ("--stage", "translator", "--data", "set", "--images", "40000", "--precision", "fp32")
    assert cli("character", "train", *words).code == 0
    known = read_set(Path("set"))
    held = np.flatnonzero(known.test)[:12]
    photos = [known.pictures[row] for row in held]
    fit = ("--engine", ENGINE, "--translator", "runs/00000-translator-default")
    assert cli("character", "fit", *photos, *fit, "--out", "fits").code == 0
    mine, mean = recovered(known, held, Path("fits"))
    assert mine < 0.4 * mean
