"""The translator: its arithmetic, its weight file, and what it knows."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.analysers.translator.renders import Sample, make_sample
from mien.errors import WeightsError
from mien.face import affine
from mien.head.schema import SLIDERS, VERSION_1_HASH, VERSION_1_SLIDERS, schema_hash
from mien.head.units import version_1_units
from mien.io.weights import load_weights, read_header, save_weights
from mien.persona import translator
from mien.persona.landmark_model import SLIDER_PART
from mien.persona.perceptron import CLAMP
from mien.persona.translator import (
    DESCRIPTOR_SIZE,
    INPUT_SIZE,
    OUTPUT_SIZE,
    Translator,
    landmark_features,
    read_translator,
)
from mien.persona.vocabulary import slider_names
from mien.seeding import rng
from mien.types import FaceCode, Landmarks

LARGEST = 4_000_000
SHIPPED = [
    pytest.param(translator.WEIGHTS, translator.JOB, id="translator"),
]


@pytest.fixture(scope="module")
def known() -> Translator:
    return translator.translator()


def landmarks_and_descriptor(index: int) -> tuple[Landmarks, np.ndarray]:
    random = rng("face-like", index)
    points = random.normal(size=(68, 2)) * 40 + 120
    points[36], points[45] = (80.0, 100.0), (160.0, 104.0)
    return points, random.normal(size=DESCRIPTOR_SIZE) * 0.09


def test_the_forward_pass_is_torchs(known: Translator) -> None:
    import torch

    layers: list[torch.nn.Module] = []
    for weight, bias in known.net.layers:
        layer = torch.nn.Linear(weight.shape[1], weight.shape[0], dtype=torch.float64)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(weight))
            layer.bias.copy_(torch.from_numpy(bias))
        layers += [layer, torch.nn.SiLU()]
    network = torch.nn.Sequential(*layers[:-1])
    for index in range(4):
        points, descriptor = landmarks_and_descriptor(index)
        features = np.concatenate([landmark_features(points), descriptor])
        scaled = np.clip((features - known.net.input_mean) / known.net.input_sd, -CLAMP, CLAMP)
        with torch.no_grad():
            answer = network(torch.from_numpy(scaled)).numpy()
        answer = answer * known.net.output_sd + known.net.output_mean
        sliders, sex = known.guess(points, descriptor)
        assert sliders == pytest.approx(answer[:-1], abs=1e-9)
        assert sex == pytest.approx(np.clip(answer[-1], -1, 1), abs=1e-9)


def test_inputs_far_off_the_training_data_are_held_back(known: Translator) -> None:
    points, descriptor = landmarks_and_descriptor(0)
    far = known.guess(points, descriptor + 1e6)[0]
    farther = known.guess(points, descriptor + 1e9)[0]
    assert np.isfinite(far).all()
    assert np.array_equal(far, farther)


def test_landmark_features_are_the_eye_frames() -> None:
    points, _ = landmarks_and_descriptor(1)
    features = landmark_features(points).reshape(68, 2)
    assert features[[36, 45]] == pytest.approx(np.array([[-0.5, 0], [0.5, 0]]), abs=1e-12)
    moved = affine.transform(np.array([[0.3, -0.4, 5.0], [0.4, 0.3, -9.0]]), points)
    assert landmark_features(moved).reshape(68, 2) == pytest.approx(features, abs=1e-9)


def test_shapes_and_statistics_fit_together(known: Translator) -> None:
    assert known.net.layers[0][0].shape[1] == INPUT_SIZE == len(known.net.input_mean)
    assert known.net.layers[-1][0].shape[0] == OUTPUT_SIZE == len(known.net.output_mean)
    for (before, _), (after, bias) in zip(known.net.layers[:-1], known.net.layers[1:], strict=True):
        assert after.shape[1] == before.shape[0]
        assert len(bias) == len(after)
    assert known.error.shape == (len(SLIDERS), len(SLIDERS))
    assert known.error == pytest.approx(known.error.T, abs=1e-9)
    assert np.linalg.eigvalsh(known.error).min() > -1e-6
    assert np.linalg.eigvalsh(known.noise.precision).min() > 0
    assert np.linalg.eigvalsh(known.population.precision).min() > 0
    # Every input matters to some unit; an output is constant where sampled people never differ.
    corners = [72, 73, 90, 91]  # the frame puts the outer corners of the eyes always there
    assert (np.abs(np.delete(known.net.layers[0][0], corners, axis=1)).max(0) > 0).all()
    unheard = len(SLIDERS) - len(slider_names(read_header(translator.WEIGHTS)))
    assert (np.abs(known.net.layers[-1][0]).max(1) == 0).sum() <= 1 + unheard


@pytest.fixture(scope="module")
def strangers() -> list[Sample]:
    """People of a seed that trained nothing, drawn and analysed as the training data was."""
    samples = [make_sample(99, index) for index in range(16)]
    usable = [one for one in samples if one.usable]
    assert len(usable) >= 12
    return usable


def test_the_network_beats_the_average_head_on_new_people(
    known: Translator, strangers: list[Sample]
) -> None:
    own, average = [], []
    for one in strangers:
        guess, _ = known.guess(one.found, one.descriptor)
        own.append((guess - one.sliders) ** 2)
        average.append((known.population.mean[SLIDER_PART] - one.sliders) ** 2)
    assert np.mean(own) < 0.85 * np.mean(average)


def test_sex_is_guessed(known: Translator, strangers: list[Sample]) -> None:
    right = [known.guess(one.found, one.descriptor)[1] * one.sex > 0 for one in strangers]
    assert np.mean(right) > 0.8


def test_the_prior_expects_the_guess(known: Translator, heads: Any) -> None:
    points, descriptor = heads.landmarks(FaceCode(hair="bald")), known.net.input_mean[136:]
    prior, sex = known.prior(points, descriptor)
    sliders, same = known.guess(points, descriptor)
    assert sex == same
    assert np.array_equal(prior.mean[SLIDER_PART], sliders)
    surer = np.diag(prior.precision)[SLIDER_PART] > np.diag(known.population.precision)[SLIDER_PART]
    assert surer.mean() > 0.6


@pytest.mark.parametrize(("path", "job"), SHIPPED)
def test_shipped_weights_say_what_they_are(path: Path, job: str) -> None:
    header = read_header(path)
    assert header.job == job
    assert header.head_hash in (VERSION_1_HASH, schema_hash())
    assert header.licence == "Apache-2.0"
    assert header.data.startswith("head renders")
    assert header.config["epochs"] > 0
    assert header.metrics["samples"] > 1000
    assert path.stat().st_size <= LARGEST
    weights = load_weights(path, expected_job=job, expected_head=header.head_hash)
    assert weights.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert all(np.isfinite(array).all() for array in weights.tensors.values())
    # Network weights are half precision; statistics keep single.
    kinds = {name: array.dtype.name for name, array in weights.tensors.items()}
    assert {kinds[name] for name in kinds if ".weight" in name or ".bias" in name} <= {
        "float16",
        "float32",
    }


def test_shipped_weights_name_no_place(known: Translator) -> None:
    head = translator.WEIGHTS.read_bytes()[:20000]
    for word in (b"/tmp", b"/home", b"/work", b"/root"):
        assert word not in head
    assert known.sha256


def test_weights_of_another_head_are_refused(tmp_path: Path) -> None:
    weights = load_weights(translator.WEIGHTS, expected_job=translator.JOB)
    unspoken = {k: v for k, v in weights.header.config.items() if k != "sliders"}
    strange = {**weights.header.config, "sliders": ["no_such_slider"]}
    for name, changed in (
        ("head", {"head_hash": "0" * 64, "config": unspoken}),
        ("head", {"head_hash": "0" * 64, "config": strange}),
        ("job", {"job": "analyser.other"}),
    ):
        other = tmp_path / f"{name}.safetensors"
        save_weights(other, weights.tensors, dataclasses.replace(weights.header, **changed))
        with pytest.raises(WeightsError) as caught:
            read_translator(other)
        assert str(other) in str(caught.value)
        assert "\n" not in str(caught.value)
        if name == "head":
            assert "make models" in str(caught.value)
    with pytest.raises(WeightsError, match="no such file"):
        read_translator(tmp_path / "missing.safetensors")


def test_weights_of_version_1_speak_todays_units() -> None:
    """What the old network says of a face, it says in old units; the same face comes out."""
    weights = load_weights(translator.WEIGHTS, expected_job=translator.JOB)
    if weights.header.head_hash != VERSION_1_HASH:
        pytest.skip("the shipped weights are of today")
    known, old = read_translator(), weights.tensors["people.sliders.mean"]
    for name in ("head_width", "jaw_width", "nose_hump", "cupid_bow"):
        value = float(known.population.mean[SLIDERS.index(name)])
        said = float(old[VERSION_1_SLIDERS.index(name)])
        assert value == pytest.approx(said / version_1_units(name), rel=1e-5)
    new = [SLIDERS.index(name) for name in SLIDERS if name not in VERSION_1_SLIDERS]
    points, descriptor = landmarks_and_descriptor(2)
    guess, _ = known.guess(points, descriptor)
    assert np.all(guess[new] == 0.0)
    assert np.all(np.diag(known.error)[new] > 0.005)


def test_weights_that_name_their_sliders_need_no_hash(tmp_path: Path) -> None:
    weights = load_weights(translator.WEIGHTS, expected_job=translator.JOB)
    names = list(slider_names(weights.header))
    order = np.random.Generator(np.random.PCG64(3)).permutation(len(names))
    rows = np.append(order, len(names))
    last = max(name for name in weights.tensors if name.startswith("net.weight"))
    tensors = dict(weights.tensors)
    for name in (last, last.replace("weight", "bias"), "output.mean", "output.sd"):
        tensors[name] = tensors[name][rows]
    tensors["people.sliders.mean"] = tensors["people.sliders.mean"][order]
    for name in ("people.sliders.covariance", "error.covariance"):
        tensors[name] = tensors[name][np.ix_(order, order)]
    units = weights.header.config.get("units", 1)
    config = {**weights.header.config, "sliders": [names[k] for k in order], "units": units}
    header = dataclasses.replace(weights.header, head_hash="0" * 16, config=config)
    save_weights(tmp_path / "named.safetensors", tensors, header)
    known, other = read_translator(), read_translator(tmp_path / "named.safetensors")
    points, descriptor = landmarks_and_descriptor(1)
    assert other.guess(points, descriptor)[0] == pytest.approx(known.guess(points, descriptor)[0])
    np.testing.assert_allclose(other.population.precision, known.population.precision, rtol=1e-9)
    config["sliders"] = ["nose_of_another_head", *config["sliders"][1:]]
    save_weights(tmp_path / "odd.safetensors", tensors, dataclasses.replace(header, config=config))
    with pytest.raises(WeightsError, match="make models"):
        read_translator(tmp_path / "odd.safetensors")
