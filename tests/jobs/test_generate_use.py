"""Walking, finding a photo's face, exporting."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mien.errors import MissingExtraError, OutputError
from mien.io.image import read_image, write_image
from mien.io.provenance import read_provenance
from mien.io.video import probe, read_frames
from mien.jobs import onnx
from mien.jobs.generate import export
from mien.jobs.generate.model import save_model
from mien.jobs.generate.project import difference, project
from mien.jobs.generate.walk import path as smooth_path
from mien.jobs.generate.walk import slerp
from mien.seeding import rng

from .test_generate_networks import model_of

Cli = Callable[..., Any]


def stops(count: int = 5, width: int = 12) -> np.ndarray:
    return rng(1, "stops").normal(size=(count, width)) * np.linspace(0.8, 1.3, count)[:, None]


def test_slerp_goes_evenly_along_the_great_circle() -> None:
    one, other = (v / np.linalg.norm(v) for v in stops(2))
    whole = np.arccos(one @ other)
    for share in (0.0, 0.25, 0.5, 1.0):
        point = slerp(one, other, share)
        assert np.linalg.norm(point) == pytest.approx(1.0)
        assert np.arccos(np.clip(one @ point, -1, 1)) == pytest.approx(share * whole, abs=1e-6)
    assert np.allclose(slerp(one, one, 0.3), one)


@pytest.mark.parametrize("closed", [True, False])
def test_a_walk_passes_its_stops_without_a_jump_or_a_corner(closed: bool) -> None:
    wanted, frames = stops(), 30
    way = np.stack(list(smooth_path(wanted, frames, closed=closed)))
    assert len(way) == (5 * frames if closed else 4 * frames + 1)
    for place, stop in enumerate(wanted):
        assert np.allclose(way[place * frames], stop)
    loop = np.concatenate([way, way[:1]]) if closed else way
    steps = np.diff(loop, axis=0)
    lengths = np.linalg.norm(steps, axis=1)
    assert lengths.max() < 4 * np.median(lengths)
    turns = np.einsum("nd,nd->n", steps[1:], steps[:-1]) / (lengths[1:] * lengths[:-1])
    assert turns.min() > 0.9
    norms = np.linalg.norm(way, axis=1)
    bounds = np.linalg.norm(wanted, axis=1)
    assert bounds.min() - 1e-9 <= norms.min()
    assert norms.max() <= bounds.max() + 1e-9


@pytest.fixture
def model_file(tmp_path: Path) -> Path:
    model = model_of("default")
    path = tmp_path / "model.safetensors"
    told = {"crop": {"name": "centre"}, "source": {"kind": "pack"}}
    save_model(path, model.maker, model.codes, preset="tiny", config=model.config, told=told)
    return path


def test_a_walk_is_a_clip_a_gif_or_a_sheet(cli: Cli, model_file: Path, tmp_path: Path) -> None:
    words = ("generate", "walk", "--model", model_file, "--stops", "3", "--seconds", "0.1")
    clip = tmp_path / "w.mp4"
    assert cli(*words, "--size", "32", "--out", clip).code == 0
    info = probe(clip)
    assert (info.fps, info.width, info.height, info.frames) == (60.0, 32, 32, 18)
    made_by = read_provenance(clip)
    assert made_by is not None
    assert made_by.source == "trainedAlgorithmicMedia"
    gif = tmp_path / "w.gif"
    assert cli(*words, "--size", "16", "--out", gif).code == 0
    assert len(list(read_frames(gif))) == 15
    sheet = tmp_path / "w.png"
    assert cli(*words, "--size", "16", "--fps", "10", "--out", sheet).code == 0
    assert read_image(sheet).shape == (16, 20 * 16, 3)
    wrong = cli(*words, "--out", tmp_path / "w.txt")
    assert (wrong.code, ".txt" in wrong.err) == (2, True)


def test_chosen_seeds_are_the_stops(cli: Cli, model_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "w.png"
    words = ("generate", "walk", "--model", model_file, "--seeds", "4", "--seeds", "9")
    options = ("--truncation", "1", "--size", "16", "--seconds", "0.1", "--fps", "20")
    assert cli(*words, *options, "--out", out).code == 0
    sampled = cli(
        "generate",
        "sample",
        "--model",
        model_file,
        "--seed",
        "9",
        "--count",
        "1",
        "--out",
        tmp_path / "s",
    )
    assert sampled.code == 0
    cells = read_image(out)
    face = read_image(tmp_path / "s" / "seed9-0000.png")
    assert np.array_equal(cells[:, 2 * 16 : 3 * 16], face)


def test_a_face_of_the_model_is_found_again() -> None:
    model = model_of("default")
    wanted = model.draw(model.latent(3, 8)[None])[0]
    start = project(model, wanted, steps=0, seed=0)[1]
    latent, apart = project(model, wanted, steps=150, seed=0)
    assert apart < 0.35 * start
    found = model.draw(latent[None])[0].astype(float)
    other = model.draw(model.latent(3, 9)[None])[0].astype(float)
    assert np.abs(found - wanted).mean() < 0.5 * np.abs(other - wanted).mean()
    again, same = project(model, wanted, steps=150, seed=0)
    assert torch.equal(latent, again)
    assert same == apart


def test_the_difference_is_over_three_scales() -> None:
    made, target = torch.zeros(2, 3, 8, 8), torch.zeros(1, 3, 8, 8)
    made[1] += 0.5
    assert difference(made, target).tolist() == pytest.approx([0.0, 0.5])


def test_like_writes_a_pair_and_skips_what_it_cannot(
    cli: Cli, model_file: Path, tmp_path: Path
) -> None:
    photo = tmp_path / "me.png"
    write_image(photo, rng(2).integers(0, 256, (40, 30, 3)).astype(np.uint8), provenance=None)
    words = ("generate", "like", photo, tmp_path / "gone.jpg", "--model", model_file)
    result = cli(*words, "--steps", "3", "--out", tmp_path / "likes")
    assert result.code == 3
    assert "gone.jpg: no such file" in result.err
    names = sorted(path.name for path in (tmp_path / "likes").iterdir())
    assert names == ["me.pair.png", "me.png"]
    assert read_image(tmp_path / "likes" / "me.pair.png").shape == (16, 32, 3)


@pytest.mark.parametrize("preset", ["default", "seed"])
def test_the_onnx_graph_is_the_network(preset: str) -> None:
    for name in ("onnx", "onnxruntime", "onnxscript"):
        pytest.importorskip(name, reason=f"{name} is not installed (extra [onnx])")
    model = model_of(preset)
    data = export.to_onnx(model)
    latents = torch.stack([model.latent(5, k) for k in range(24)])
    assert onnx.parity(model.maker, data, {"latent": latents}) <= 1
    with torch.no_grad():
        next(iter(model.maker.parameters())).mul_(1.5)
    assert onnx.parity(model.maker, data, {"latent": latents}) > 1


def test_without_onnx_the_export_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'mien\[onnx\]'"):
        export.to_onnx(model_of("default"))


def test_a_graph_that_differs_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="differs by 2"):
        onnx.write_onnx(tmp_path / "a.onnx", b"graph", 2, overwrite=False)
    assert list(tmp_path.iterdir()) == []
    first = onnx.write_onnx(tmp_path / "a.onnx", b"graph", 1, overwrite=False)
    second = onnx.write_onnx(tmp_path / "a.onnx", b"other", 0, overwrite=False)
    assert (first.name, second.name, first.read_bytes()) == ("a.onnx", "a-2.onnx", b"graph")


def test_a_model_is_scored_against_what_it_never_saw(
    cli: Cli, model_file: Path, tmp_path: Path
) -> None:
    from .generate_help import tiny_pack

    tiny_pack(tmp_path / "pack", 400)
    words = ("generate", "eval", "--model", model_file, "--out", tmp_path / "e", "--count", "100")
    bare = cli(*words)
    assert (bare.code, "--data" in bare.err) == (2, True)
    result = cli(*words, "--data", tmp_path / "pack")
    assert result.code == 0, result.err
    assert "FD: " in result.err
    assert "floor: " in result.err
    page = read_image(tmp_path / "e" / "nearest.png")
    assert page.shape == (32, 12 * 16, 3)
