"""Engines as a user meets them: collected, learnt and fitted by commands alone."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mien.data.game_faces import read_face
from mien.io.image import read_image, write_image
from mien.jobs.character.engines import unity
from mien.jobs.character.engines.training_set import read_set
from mien.jobs.character.engines.unity import ancestor_schema

from .unity_stand_in import SIZE

Cli = Callable[..., Any]


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def game(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder that a stand-in for Unity, a process of its own, draws into."""
    cache = tmp_path / "cache"
    cache.mkdir()
    script = Path(__file__).with_name("unity_stand_in.py")
    words = [sys.executable, str(script), str(cache)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        monkeypatch.setattr(unity, "PORT", port)
        yield cache
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"end", ("127.0.0.1", port))
        process.wait(10)


def known_of(fits: Path, name: str) -> dict[str, Any]:
    return json.loads((fits / name / "engine.json").read_text())


def learnt(cli: Cli, *, images: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Words of a fit: with the set's translator, and through its imitator as well."""
    common = ("--data", "set", "--preset", "tiny", "--precision", "fp32")
    ran = cli("character", "train", *common, "--images", f"{images}")
    assert ran.code == 0, ran.err
    ran = cli("character", "train", "--stage", "translator", *common, "--images", "4800")
    assert ran.code == 0, ran.err
    networks = ("--translator", "runs/00001-translator-tiny")
    return networks, (*networks, "--imitator", "runs/00000-character-tiny", "--steps", "5")


def test_the_ancestors_engine_is_collected_learnt_and_fitted(
    cli: Cli, game: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, astronaut: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    engine = ("--engine", f"unity:{game}")
    ran = cli("character", "collect", *engine, "--out", "set", "--count", "100")
    assert ran.code == 0, ran.err
    networks, through = learnt(cli, images=640)
    sets = read_set(Path("set"))
    row = int(np.flatnonzero(sets.test)[0])
    write_image(Path("astronaut.png"), astronaut, provenance=None)
    few = ("--renders", "25")
    ran = cli("character", "fit", sets.pictures[row], *engine, *networks, *few, "--out", "own")
    assert ran.code == 0, ran.err
    ran = cli("character", "fit", "astronaut.png", *engine, *through, *few, "--out", "people")
    assert ran.code == 0, ran.err
    told = known_of(Path("own"), sets.pictures[row].stem)
    units = ancestor_schema().to_unit(told["params"])
    written = read_face(Path("own") / sets.pictures[row].stem / "eval.bytes")
    assert written.shape == 4
    assert written.values == pytest.approx(units, abs=1e-6)
    seen = [*range(7), 95]
    mean = sets.units[~sets.test].mean(0)
    mine = np.abs(units[seen] - sets.units[row][seen]).mean()
    assert mine < 0.7 * np.abs(mean[seen] - sets.units[row][seen]).mean()
    assert set(known_of(Path("people"), "astronaut")["params"]) == set(ancestor_schema().names)
    side = read_image(Path("people") / "astronaut" / "side-by-side.png")
    assert side.shape == (SIZE, 2 * SIZE + 8, 3)
    # Nothing of the game's own was deleted.
    drawn = len(list(game.glob("neural_*.jpg")))
    steps = sum(
        json.loads((Path(out) / name / "report.json").read_text())["renders"]
        for out, name in (("own", sets.pictures[row].stem), ("people", "astronaut"))
    )
    assert drawn == 100 + steps


@pytest.mark.slow
def test_a_model_of_ones_own_is_collected_learnt_and_fitted(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A head goes out as GLB and comes back as an engine."""
    monkeypatch.chdir(tmp_path)
    assert cli("head", "glb", "--simple", "--size", "64", "--out", "head.glb").code == 0
    engine = ("--engine", "glb:head.glb")
    words = ("--out", "set", "--count", "60", "--size", "64", "--spread", ".3")
    ran = cli("character", "collect", *engine, *words)
    assert ran.code == 0, ran.err
    networks, through = learnt(cli, images=320)
    sets = read_set(Path("set"))
    photo = sets.pictures[int(np.flatnonzero(sets.test)[0])]
    for out, way in (("own", networks), ("through", through)):
        ran = cli("character", "fit", photo, *engine, *way, "--renders", "15", "--out", out,
                  "--size", "128", "--lock", "morph.jawOpen=.5")  # fmt: skip
        assert ran.code == 0, ran.err
        told = known_of(Path(out), photo.stem)
        assert told["params"]["morph.jawOpen"] == 0.5
        assert told["confidence"]["morph.jawOpen"] == "set"
        assert all(name.startswith(("morph.", "colour.")) for name in told["params"])
        steps = json.loads((Path(out) / photo.stem / "report.json").read_text())["steps"]
        edges = {row["step"]: row["edges"] for row in steps if row["kept"]}
        assert list(edges.values())[-1] >= edges["estimate"] - 0.002
