"""The translator of any engine: measurements, basis, training, files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mien.errors import InputError, OptionError, WeightsError
from mien.io.weights import load_weights, save_weights
from mien.jobs import onnx
from mien.jobs.base import no_progress
from mien.jobs.character.config import ExportRequest, TrainRequest
from mien.jobs.character.imitator.data import Wanted
from mien.jobs.character.imitator.layout import Choice, Layout, Parameter
from mien.jobs.character.predict import CharacterPredictor
from mien.jobs.character.translator import measure
from mien.jobs.character.translator.data import CLAMP, basis_of, measured_set
from mien.jobs.character.translator.export import examples as translator_examples
from mien.jobs.character.translator.model import (
    SEEN,
    explained_by,
    load_translator,
    read_answer,
)
from mien.jobs.character.translator.network import make_translator
from mien.jobs.character.translator.presets import PRESETS, Settings, settings
from mien.jobs.character.translator.training import TRAINER
from mien.jobs.training import run
from mien.seeding import rng

from .engine_help import draw_square, square_set

TINY = settings("tiny")


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def test_settings_survive_json() -> None:
    for preset in PRESETS:
        chosen = settings(preset)
        assert Settings.from_config(json.loads(json.dumps(chosen.as_config()))) == chosen
    with pytest.raises(OptionError, match="default"):
        settings("defalt")


def test_light_counts_little_in_grey_and_much_in_colour() -> None:
    picture = draw_square(0.3, 0.6, "round", measure.FRAME)
    darker = (picture * 0.6).astype(np.uint8)
    one, other = measure.pixel_values(picture), measure.pixel_values(darker)
    grey = measure.groups(False)["grey"]
    colour = measure.groups(False)["colour"]
    assert one.shape == (measure.PIXELS,)
    assert np.abs(one[grey] - other[grey]).mean() < 0.3 * np.abs(one[grey]).mean()
    assert np.abs(one[colour] - other[colour]).mean() > 0.2 * np.abs(one[colour]).mean()


def test_the_box_is_where_pictures_vary() -> None:
    frames = np.full((20, 64, 64, 3), 90, np.uint8)
    random = rng("box")
    frames[:, 16:48, 8:40] = random.integers(0, 255, (20, 32, 32, 3))
    left, top, right, bottom = measure.varying_box(frames)
    wanted = [8 / 64, 16 / 64, 40 / 64, 48 / 64]
    assert np.allclose([left, top, right, bottom], wanted, atol=0.06)


def test_a_photo_is_laid_into_the_box() -> None:
    photo = np.zeros((200, 200, 3), np.uint8)
    points = np.full((68, 2), 100.0)
    points[0], points[16], points[8] = (70, 110), (130, 110), (100, 150)
    points[17:27, 1] = 100
    points[36:42], points[42:48] = (85, 110), (115, 110)
    photo[150, 100] = photo[149, 100] = photo[150, 99] = 255  # the chin
    made = measure.into_box(photo, points, (0.25, 0.25, 0.75, 0.75), 64)
    rows, columns = np.nonzero(made.sum(2) > 60)
    assert abs(rows.mean() - 48) < 1.5  # at the lower end of the box
    assert abs(columns.mean() - 32) < 1.5


def test_components_are_cut_and_unseen_numbers_are_average() -> None:
    random = rng("basis")
    values = random.normal(size=(60, 1, measure.PIXELS)).astype(np.float32)
    basis = basis_of(values, False, (0.0, 0.0, 1.0, 1.0), most=10)
    assert basis.axes.shape == (measure.PIXELS, 10)
    found = basis.components(values[:, 0])
    assert np.allclose(found.std(0), 1.0, atol=0.15)
    gone = np.full(measure.PIXELS, np.nan)
    assert np.allclose(basis.components(gone), 0.0)
    far = np.full(measure.PIXELS, 1e9)
    assert np.all(basis.standard(far) == CLAMP)
    assert basis.strange(values[0, 0]) < 2.0 < basis.strange(far.astype(np.float32))


def test_a_network_begins_by_saying_nothing_and_equal_seeds_agree() -> None:
    one, same = (make_translator(5, 3, TINY, 4) for _ in range(2))
    assert torch.equal(one(torch.ones(2, 5)), torch.zeros(2, 3))
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), same.parameters(), strict=True))
    linear = make_translator(5, 3, settings("seed"), 0)
    assert sum(part.numel() for part in linear.parameters()) == 18


def test_what_is_explained() -> None:
    layout = Layout((Parameter("a", 0, 1), Parameter("b", 0, 1)), (Choice("c", ("x", "y")),))
    random = rng("explained")
    wanted = random.uniform(size=(50, 4))
    wanted[:, 2:] = np.eye(2)[random.integers(0, 2, 50)]
    usual = wanted.mean(0)
    exact, error = explained_by(wanted, wanted, layout, usual)
    assert exact == {"a": 1.0, "b": 1.0, "c": 1.0}
    assert np.allclose(error, 0)
    nothing, _ = explained_by(np.tile(usual, (50, 1)), wanted, layout, usual)
    assert nothing == {"a": 0.0, "b": 0.0, "c": 0.0}
    answer = np.array([9.0, -9.0, 2.0, 2.0])
    units = read_answer(answer, layout, np.full(4, 0.5), np.full(4, 0.2))
    assert units.tolist() == [1.0, 0.0, 0.5, 0.5]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A set of squares, and the run's folder of its translator."""
    folder = tmp_path_factory.mktemp("translator")
    data = square_set(folder / "set", 150)
    request = TrainRequest(
        stage="translator", preset="tiny", data=str(data), images=6_000, precision="fp32",
        runs=folder / "runs", cache=folder / "cache",
    )  # fmt: skip
    outcome = run(TRAINER, request, torch.device("cpu"), no_progress)
    return data, outcome.results[0]


def test_training_tells_what_is_seen_from_what_is_guessed(trained: tuple[Path, Path]) -> None:
    model = load_translator(str(trained[1]))
    told = model.confidence()
    assert told == {"across": "seen", "bright": "seen", "unseen": "guessed", "kind": "seen"}
    assert model.explained["across"] > 0.8
    assert model.explained["kind"] > 0.8
    assert model.explained["unseen"] < SEEN
    assert model.header.metrics["seen"] == 3
    picture = draw_square(0.8, 0.4, "square", 64)
    guess = model.guess(model.components(measure.pixel_values(measure.whole(picture))))
    values, chosen = model.layout.from_unit(guess.units)
    assert abs(values["across"] - 0.8) < 0.12
    assert abs(values["bright"] - 0.4) < 0.15
    assert chosen == {"kind": "square"}


def test_a_damaged_file_is_one_line(trained: tuple[Path, Path], tmp_path: Path) -> None:
    found = load_weights(trained[1], expected_job="character.translator")
    spoilt: dict[str, Any] = dict(found.tensors)
    spoilt["basis.sd"] = spoilt["basis.sd"][:-1]
    path = tmp_path / "spoilt.safetensors"
    save_weights(path, spoilt, found.header)
    with pytest.raises(WeightsError, match="train it again"):
        load_translator(str(path))
    path.write_bytes(b"")
    with pytest.raises(WeightsError):
        load_translator(str(path))


def test_data_that_is_no_set_or_too_small_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="collect"):
        measured_set(Wanted("head", 64, 100, tmp_path), TINY, no_progress)
    small = square_set(tmp_path / "small", 10)
    with pytest.raises(InputError, match="wanted 20"):
        measured_set(Wanted(str(small), 64, 0, tmp_path / "cache"), TINY, no_progress)


def test_a_translator_is_exported_as_it_is(trained: tuple[Path, Path], tmp_path: Path) -> None:
    for name in ("onnx", "onnxruntime", "onnxscript"):
        pytest.importorskip(name, reason=f"{name} is not installed (extra [onnx])")
    out = tmp_path / "translator.onnx"
    request = ExportRequest(model=str(trained[1]), out=out)
    outcome = CharacterPredictor("cpu").run(request)
    assert outcome.results == (out,)
    assert outcome.figures["largest difference"] < 1e-4
    model = load_translator(str(trained[1]))
    net, told = model.net, {"components": translator_examples(model, 7)}
    assert onnx.difference(net, out.read_bytes(), told) < 1e-4
