"""`mien character collect`: whole sets, killed sets, other people's folders, engines that fail."""

from __future__ import annotations

import csv
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.app.studio.forms import Places, page_fields, values
from mien.errors import InputError, OptionError, OutputError
from mien.head.gltf import export_glb
from mien.io.image import read_image
from mien.io.provenance import read_provenance
from mien.jobs.base import Step, no_progress
from mien.jobs.character.config import CollectRequest
from mien.jobs.character.engines.collect import collect
from mien.jobs.character.engines.sampling import sample_params
from mien.jobs.character.engines.schema import Continuous, OneOf, Schema
from mien.jobs.character.engines.training_set import read_set
from mien.jobs.character.imitator.collected import layout_of
from mien.jobs.character.imitator.data import Wanted, open_set, split
from mien.types import FaceCode

Cli = Callable[..., Any]
EXAMPLE = "examples/cartoon_engine.py"
SMALL = """
import base64, io, json, sys, time
from PIL import Image
for line in sys.stdin:
    order = json.loads(line)
    if order["do"] == "schema":
        told = {"parameters": [{"name": "grey"}, {"name": "hat", "choices": ["a", "b"]}]}
    else:
        BODY
        data = io.BytesIO()
        level = int(255 * order["params"]["grey"])
        Image.new("RGB", (8, 8), (level, 0, 0)).save(data, "PNG")
        told = {"image": base64.b64encode(data.getvalue()).decode()}
    print(json.dumps(told), flush=True)
"""


def program(folder: Path, body: str = "pass", name: str = "engine.py") -> str:
    """The option of a small engine with an extra line."""
    script = folder / name
    script.write_text(SMALL.replace("BODY", body))
    return f"program:{shlex.quote(sys.executable)} {shlex.quote(str(script))}"


def files(folder: Path) -> dict[str, bytes]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_the_example_is_collected_end_to_end(cli: Cli, tmp_path: Path, root: Path) -> None:
    engine = f"program:{shlex.quote(sys.executable)} {shlex.quote(str(root / EXAMPLE))}"
    out = tmp_path / "set"
    ran = cli("character", "collect", "--engine", engine, "--out", out, "--count", 8)
    assert ran.code == 0
    assert ran.out == f"{out}\n"
    assert "6 to train, 2 to test" in ran.err
    known = read_set(out)
    assert len(known.pictures) == 8
    assert known.test.sum() == 2
    assert known.schema.size == 12
    assert known.units.min() >= 0
    assert known.units.max() <= 1
    pictures = np.stack([read_image(path) for path in known.pictures])
    assert pictures.shape == (8, 128, 128, 3)
    assert len({picture.tobytes() for picture in pictures}) == 8
    # What is measured in the pictures is what the parameters say: darker skin is darker.
    skin = pictures[:, 80, 64].astype(float).sum(1)
    tone = known.units[:, known.schema.names.index("skin")]
    assert np.corrcoef(skin, tone)[0, 1] < -0.99
    made_by = read_provenance(known.pictures[0])
    assert made_by is not None
    assert (made_by.job, made_by.source, made_by.seed) == ("character.collect", None, 0)


def test_the_same_request_gives_the_same_bytes(tmp_path: Path) -> None:
    engine = program(tmp_path)
    for name in ("a", "b"):
        collect(CollectRequest(engine=engine, out=tmp_path / name, count=5), no_progress)
    assert files(tmp_path / "a") == files(tmp_path / "b")
    told = json.loads((tmp_path / "a" / "collect.json").read_text())
    assert (told["count"], told["seed"], told["engine"]) == (5, 0, "program")
    for data in files(tmp_path / "a").values():
        assert str(tmp_path).encode() not in data


def test_rows_say_what_was_drawn(tmp_path: Path) -> None:
    out = tmp_path / "set"
    collect(CollectRequest(engine=program(tmp_path), out=out, count=6, seed=5), no_progress)
    rows = list(csv.DictReader((out / "params.csv").read_text().splitlines()))
    assert [row["file"][-10:] for row in rows] == [f"{k:06d}.png" for k in range(6)]
    schema = read_set(out).schema
    for k, row in enumerate(rows):
        params = sample_params(schema, 5, k)
        assert (float(row["grey"]), row["hat"]) == (params["grey"], params["hat"])
        assert row["file"].startswith(row["split"])
        assert read_image(out / row["file"])[0, 0, 0] == int(255 * float(row["grey"]))


def test_noise_is_in_the_labels_alone(tmp_path: Path) -> None:
    engine, told = program(tmp_path), {}
    for noise in (False, True):
        request = CollectRequest(engine=engine, out=tmp_path / str(noise), count=120)
        outcome = collect(CollectRequest(**{**vars(request), "label_noise": noise}), no_progress)
        told[noise] = read_set(tmp_path / str(noise)), outcome.notes
    (true, quiet), (noisy, notes) = told[False], told[True]
    changed = np.flatnonzero(true.units[:, 0] != noisy.units[:, 0])
    assert 0 < len(changed) <= 6
    assert np.array_equal(true.units[:, 1:], noisy.units[:, 1:])
    assert len(quiet) == 1
    assert f"{len(changed)} of 120 numbers in params.csv are wrong on purpose" in notes[1]
    for here, there in zip(true.pictures, noisy.pictures, strict=True):
        assert np.array_equal(read_image(here), read_image(there))


@pytest.mark.slow
def test_a_killed_run_goes_on_to_the_same_bytes(tmp_path: Path, root: Path) -> None:
    engine = program(tmp_path, "time.sleep(0.05)")
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    words = ["--engine", engine, "--count", "40", "--label-noise", "--out"]
    command = [sys.executable, "-m", "mien", "character", "collect", *words, str(killed)]
    environment = {**os.environ, "PYTHONPATH": str(root / "src")}
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while len(list(killed.glob("*/*.png"))) < 8 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    made = set(killed.glob("*/*.png"))
    assert 8 <= len(made) < 40
    assert not (killed / "params.csv").exists()
    (killed / "train" / f".mien-tmp-{'0' * 8}-1-{'0' * 8}").touch()  # of another machine: stays
    times = {path: path.stat().st_mtime_ns for path in made}
    for out in (killed, whole):
        request = CollectRequest(engine=engine, out=out, count=40, label_noise=True)
        collect(request, no_progress)
    assert all(path.stat().st_mtime_ns == at for path, at in times.items())
    left = files(killed)
    left.pop(f"train/.mien-tmp-{'0' * 8}-1-{'0' * 8}")
    assert left == files(whole)


def test_other_folders_are_left_alone(tmp_path: Path) -> None:
    engine, out = program(tmp_path), tmp_path / "set"
    collect(CollectRequest(engine=engine, out=out, count=3), no_progress)
    before = files(out)
    for other in ({"seed": 1}, {"count": 4}, {"label_noise": True}, {"spread": 0.5}):
        request = CollectRequest(**{"engine": engine, "out": out, "count": 3, **other})
        with pytest.raises(OutputError, match="holds another data set"):
            collect(request, no_progress)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "diary.txt").write_text("x")
    with pytest.raises(OutputError, match="not empty"):
        collect(CollectRequest(engine=engine, out=tmp_path / "mine", count=3), no_progress)
    assert files(out) == before


def test_a_sample_that_cannot_be_drawn_is_told_and_left_out(tmp_path: Path) -> None:
    body = 'if order["params"]["grey"] > 0.8: sys.exit("too bright")'
    out = tmp_path / "set"
    outcome = collect(
        CollectRequest(engine=program(tmp_path, body), out=out, count=12), no_progress
    )
    assert outcome.skipped
    assert all("too bright" in one.reason for one in outcome.skipped)
    known = read_set(out)
    assert len(known.pictures) == 12 - len(outcome.skipped)
    assert known.units[:, 0].max() <= 0.8
    # Its fault is mended: the same command fills the gaps.
    program(tmp_path)
    collect(CollectRequest(engine=program(tmp_path), out=out, count=12), no_progress)
    assert len(read_set(out).pictures) == 12


def test_an_engine_that_only_fails_ends_the_run(tmp_path: Path) -> None:
    engine = program(tmp_path, 'sys.exit("no paint")')
    request = CollectRequest(engine=engine, out=tmp_path / "set", count=50)
    with pytest.raises(InputError, match=r"failed 3 times running, the last time with: .*no paint"):
        collect(request, no_progress)


def test_pictures_of_two_sizes_are_no_set(tmp_path: Path) -> None:
    body = (
        'Image.new = (lambda new: lambda m, s, c: new(m, (8 + line.count("b"), 8), c))(Image.new)'
    )
    engine = program(tmp_path, body)
    outcome_or_error: list[str] = []
    try:
        request = CollectRequest(engine=engine, out=tmp_path / "set", count=12)
        outcome_or_error += [one.reason for one in collect(request, no_progress).skipped]
    except InputError as problem:
        outcome_or_error.append(str(problem))
    assert outcome_or_error
    assert "wanted one size for all" in outcome_or_error[0]


@pytest.mark.parametrize("engine", ["", "blender:x", "glb", "glb:", "head:x", "unity", "program:"])
def test_other_engines_are_one_line(cli: Cli, tmp_path: Path, engine: str) -> None:
    ran = cli("character", "collect", f"--engine={engine}", "--out", tmp_path / "set")
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 1
    assert not (tmp_path / "set").exists()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["head", "glb"])
def test_our_own_engines_are_collected(kind: str, tmp_path: Path) -> None:
    model = tmp_path / "a head.glb"
    model.write_bytes(export_glb(FaceCode(), size=64))
    engine = "head" if kind == "head" else f"glb:{model}"
    told: list[Step] = []
    request = CollectRequest(engine=engine, out=tmp_path / "set", count=3, size=48)
    collect(request, told.append)
    assert (told[-1].done, told[-1].total) == (3, 3)
    known = read_set(tmp_path / "set")
    assert {read_image(path).shape for path in known.pictures} == {(48, 48, 3)}
    made_by = read_provenance(known.pictures[0])
    assert made_by is not None
    assert made_by.source == "algorithmicMedia"
    with pytest.raises(OutputError):
        collect(CollectRequest(**{**vars(request), "size": 64}), no_progress)


def damaged(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    written = path.read_text()
    assert old in written
    path.write_text(written.replace(old, new, 1))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("schema.json", "{", "["),
        ("schema.json", '"format": 1', '"format": 2'),
        ("schema.json", '"high": 1.0', '"high": -1.0'),
        ("params.csv", "grey", "gray"),
        ("params.csv", "train/", "../"),
        ("params.csv", "/00000", "/../00000"),
        ("params.csv", ",train,", ",trial,"),
        ("params.csv", ",0.", ",nan"),
        ("params.csv", ",0.", ",x"),
        ("params.csv", "\n", ",more\n"),
        ("params.csv", "train/", '"train/'),
    ],
)
def test_a_damaged_set_is_one_line(name: str, old: str, new: str, tmp_path: Path) -> None:
    out = tmp_path / "set"
    collect(CollectRequest(engine=program(tmp_path), out=out, count=3), no_progress)
    damaged(out, name, old, new)
    with pytest.raises(InputError, match=rf"{name}: damaged") as caught:
        read_set(out)
    assert "\n" not in str(caught.value)


def test_the_studio_starts_no_programs(tmp_path: Path) -> None:
    shown = page_fields("character", "collect", CollectRequest)
    places = Places(tmp_path / "run", tmp_path, tmp_path / "uploads")
    held = [" program:rm -rf x" if one.control.name == "engine" else None for one in shown]
    with pytest.raises(OptionError, match="starts no programs"):
        values(shown, held, places)
    held = ["head" if one.control.name == "engine" else None for one in shown]
    assert values(shown, held, places)["engine"] == "head"


def test_networks_see_numbers_first_and_then_choices(tmp_path: Path) -> None:
    parts = (OneOf("hat", ("a", "b"), "a"), Continuous("grey", 0.0, 2.0, 1.0))
    layout = layout_of(Schema((*parts, Continuous("red", 0.0, 1.0, 1.0))))
    assert layout.names == ("grey", "red", "hat=a", "hat=b")
    assert layout.parameters[0].high == 2.0
    engine, out = program(tmp_path), tmp_path / "set"
    collect(CollectRequest(engine=engine, out=out, count=20), no_progress)
    (out / "train" / "000000.png").unlink()
    found = open_set(Wanted(str(out), 8, 100, tmp_path / "cache"), no_progress)
    assert found.layout.names == ("grey", "hat=a", "hat=b")
    assert len(found.parameters) == 19
    assert "1 without a readable picture" in found.notes[0]
    trains, tests = split(found)
    assert len(trains) == 15
    assert len(tests) == 4
    reds = found.pictures(np.arange(19))[:, 4, 4, 0]
    assert reds == pytest.approx(255 * found.parameters[:, 0], abs=1.0)


@pytest.mark.slow
def test_an_imitator_learns_an_engine_of_ones_own(
    cli: Cli, tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    engine = f"program:{shlex.quote(sys.executable)} {shlex.quote(str(root / EXAMPLE))}"
    made = cli("character", "collect", "--engine", engine, "--out", "set", "--count", 200)
    assert made.code == 0, made.err
    words = ("--preset", "tiny", "--data", "set", "--images", "6400", "--precision", "fp32")
    trained = cli("character", "train", *words)
    assert trained.code == 0, trained.err
    weights = tmp_path / "runs" / "00000-character-tiny" / "weights.safetensors"
    scored = cli("character", "eval", "--model", weights, "--data", "set", "--count", "40")
    assert scored.code == 0, scored.err
    figures = json.loads((tmp_path / "evaluation" / "report.json").read_text())["figures"]
    assert figures["count"] == 40
    assert figures["imitator: l1"] < 0.9 * figures["mean picture: l1"], figures
