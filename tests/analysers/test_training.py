"""The analysers' training: samples that do not depend on their neighbours, tiny runs, commands."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.analysers import command
from mien.analysers.motion import train as motion
from mien.analysers.motion.renders import Clip
from mien.analysers.perceptron import Course
from mien.analysers.shards import write_shard
from mien.analysers.translator import renders, train
from mien.errors import InputError, TrainingError
from mien.head.schema import SLIDERS, schema_hash
from mien.io.weights import read_header
from mien.persona.gauss_newton import pose_features
from mien.persona.translator import read_translator
from mien.seeding import rng
from mien.types import AU_NAMES


def same(a: Any, b: Any) -> bool:
    """Whether two samples hold equal values."""
    return all(
        np.array_equal(getattr(a, field.name), getattr(b, field.name))
        for field in dataclasses.fields(a)
    )


def test_a_translator_sample_is_the_same_alone() -> None:
    alone = renders.make_sample(3, 5)
    renders.make_sample(3, 4)
    assert same(renders.make_sample(3, 5), alone)
    assert not same(renders.make_sample(4, 5), alone)
    assert alone.usable
    eyes = np.hypot(*(alone.true[45] - alone.true[36]))
    assert np.hypot(*(alone.found - alone.true).T).mean() < renders.LOST * eyes
    assert alone.sliders.shape == (len(SLIDERS),)
    assert alone.aus.shape == (len(AU_NAMES),)
    assert np.linalg.norm(alone.descriptor) > 0.5


def people(count: int) -> list[renders.Sample]:
    """Samples whose landmarks and descriptor give the sliders away."""
    mix = rng("mix").normal(size=(len(SLIDERS), 128)) * 0.05
    base = rng("base").normal(size=(68, 2)) * 30 + 96
    base[36], base[45] = (60.0, 96.0), (130.0, 96.0)
    made = []
    for index in range(count):
        random = rng("people", index)
        sliders = random.normal(size=len(SLIDERS)) * 0.3
        true = base + random.normal(size=(68, 2))
        made.append(
            renders.Sample(
                sliders=sliders,
                aus=np.zeros(len(AU_NAMES)),
                brows=np.zeros(5),
                pose=random.normal(size=3) * (12, 6, 3),
                hair=0,
                sex=float(np.sign(sliders[0])),
                true=true,
                found=true + random.normal(size=(68, 2)) * 0.5,
                descriptor=(sliders @ mix).astype(np.float32),
                usable=index % 10 > 0,
            )
        )
    return made


def test_the_translator_learns_and_ships_its_statistics(tmp_path: Path) -> None:
    write_shard(tmp_path / "translator-1-0000000.npz", people(700))
    course = Course(widths=(64,), epochs=25, batch=32, dropout=0.0)
    plan = train.Plan(course, people=60, held_out=0.1)
    out = tmp_path / "w.safetensors"
    lines = list(train.train(tmp_path, seed=1, out=out, plan=plan))
    assert lines[0] == "630 samples, 63 held out"
    header = read_header(out)
    assert header.metrics["samples"] == 630
    assert header.metrics["slider_r2_median"] > 0.2  # a guess of the mean gives 0
    assert header.head_hash == schema_hash()
    assert header.config["course"]["epochs"] == 25
    known = read_translator(out)
    assert known.noise.bias.shape == (4, 136)
    assert str(tmp_path) not in out.read_bytes()[:20000].decode("latin-1")
    again = tmp_path / "again.safetensors"
    list(train.train(tmp_path, seed=1, out=again, plan=plan))
    first, second = read_translator(out), read_translator(again)
    for (a, _), (b, _) in zip(first.net.layers, second.net.layers, strict=True):
        assert np.array_equal(a, b)


def test_the_landmark_noise_is_what_was_added() -> None:
    samples = people(400)
    columns = {
        field.name: np.array([getattr(one, field.name) for one in samples])
        for field in dataclasses.fields(renders.Sample)
    }
    bias, covariance = train.landmark_noise(columns)
    assert bias.shape == (4, 136)
    sd = np.sqrt(np.diag(covariance)).reshape(68, 2)
    inner = np.delete(sd, [36, 45], axis=0)
    # Half a pixel on a face of 70 pixels from eye to eye, the frame's own error included.
    assert 0.005 < np.median(inner) < 0.02
    assert np.abs(pose_features(np.zeros(3)) @ bias).max() < 0.01
    assert np.linalg.eigvalsh(covariance).min() > 0


def test_a_covariance_is_pulled_to_its_diagonal() -> None:
    values = rng("rows").normal(size=(50, 4))
    covariance = np.asarray(np.cov(values.T), np.float64)
    pulled = train.shrunk(covariance, 0.5)
    assert np.diag(pulled) == pytest.approx(np.diag(covariance))
    assert pulled[0, 1] == pytest.approx(covariance[0, 1] / 2)


def test_too_few_samples_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no data of translator"):
        list(train.train(tmp_path, seed=1))
    write_shard(tmp_path / "translator-1-0000000.npz", people(40))
    with pytest.raises(TrainingError, match="36 samples are too few"):
        list(train.train(tmp_path, seed=1, out=tmp_path / "w.safetensors"))
    assert not (tmp_path / "w.safetensors").exists()


def test_the_reader_of_motion_learns_what_was_hidden_in_landmarks(tmp_path: Path) -> None:
    """Invented clips in which the lips' corners go out with AU12, and nothing else moves."""
    base = rng("base").normal(size=(68, 2)) * 30 + 96
    base[36], base[45] = (60.0, 96.0), (130.0, 96.0)
    clips = []
    for index in range(40):
        random = rng("smiles", index)
        aus = np.zeros((16, len(AU_NAMES)))
        aus[3:, AU_NAMES.index("AU12")] = random.uniform(0, 1, 13)
        found = np.repeat(base[None], 16, 0) + random.normal(size=(16, 68, 2)) * 0.1
        found[:, [48, 54], 0] += aus[:, [AU_NAMES.index("AU12")]] * (-6, 6)
        nobody = np.ones((3, 128), np.float32) / 128**0.5
        clips.append(Clip(found, aus, nobody, usable=index % 10 > 0))
    write_shard(tmp_path / "motion-1-0000000.npz", clips)
    course = Course(widths=(16,), epochs=60, batch=32, dropout=0.0)
    out = tmp_path / "m.safetensors"
    lines = list(motion.train(tmp_path, seed=1, out=out, plan=motion.Plan(course, jitter=0.05)))
    assert lines[0] == "36 clips, 3 held out"
    figures = read_header(out).metrics
    assert figures["r_AU12"] > 0.9
    with pytest.raises(InputError, match="holds no data of motion"):
        list(motion.train(tmp_path, seed=2))
    write_shard(tmp_path / "motion-3-0000000.npz", clips[:9])
    with pytest.raises(TrainingError, match="8 clips are too few"):
        list(motion.train(tmp_path, seed=3, out=out))


def _made(folder: Path, count: int, *, seed: int, told: Callable[[int, int], None]) -> None:
    for done in range(2, count + 1, 2):
        told(done, count)
    (folder / f"made-{seed}").touch()


def _trained(folder: Path, *, seed: int, out: Path | None = None) -> Iterator[str]:
    yield f"seed {seed}"
    if out is None:
        raise TrainingError("the loss is not finite: use a smaller rate.")
    out.touch()


def test_the_command_makes_and_trains(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, out = tmp_path / "new" / "data", tmp_path / "w.safetensors"
    words = ["make", str(folder), "--count", "6", "--seed", "3"]
    assert command.run("x", _made, _trained, count=4, arguments=words) == 0
    assert (folder / "made-3").exists()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "2/6 samples"
    assert lines[-1].startswith("6/6 samples, about 0 min left")
    words = ["train", str(folder), "--out", str(out)]
    assert command.run("x", _made, _trained, count=4, arguments=words) == 0
    assert out.exists()
    assert capsys.readouterr().out == "seed 1\n"


def test_a_failed_training_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = command.run("x", _made, _trained, count=4, arguments=["train", str(tmp_path)])
    assert code == TrainingError("").exit_code != 0
    assert capsys.readouterr().err == "the loss is not finite: use a smaller rate.\n"
