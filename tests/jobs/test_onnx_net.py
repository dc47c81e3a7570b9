"""Networks in onnxruntime: the same results, for any number of rows, from every command."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from mien.app.commands import face_export
from mien.errors import MissingExtraError, OutputError
from mien.io.weights import load_weights
from mien.jobs import onnx
from mien.jobs.character.imitator.export import examples as parameters_of
from mien.jobs.character.imitator.model import load_imitator
from mien.jobs.express import model as express
from mien.jobs.generate import model as generate
from mien.jobs.onnx_net import WORST, by_onnx
from mien.jobs.reenact import model as reenact
from mien.jobs.translate import model as translate
from mien.seeding import rng

Cli = Callable[..., Any]
CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _with_onnx() -> None:
    for name in ("onnx", "onnxruntime", "onnxscript"):
        pytest.importorskip(name, reason=f"{name} is not installed (extra [onnx])")
    torch.set_num_threads(1)


class Twice(nn.Module):
    """Two results, of rows of any number."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Linear(3, 2)
        self.requires_grad_(False)

    def forward(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        return self.one(x) + y, x.sum(1)


def inputs() -> dict[str, Tensor]:
    return {"x": torch.ones(2, 3), "y": torch.zeros(2, 2)}


def test_a_net_of_several_inputs_and_results_runs_with_any_number_of_rows() -> None:
    net = Twice().eval()
    made = by_onnx(net, inputs)
    random = rng("test", "rows")
    for rows in (1, 2, 7):
        x = torch.from_numpy(random.normal(size=(rows, 3)).astype(np.float32))
        y = torch.from_numpy(random.normal(size=(rows, 2)).astype(np.float32))
        for found, wanted in zip(made(x, y), net(x, y), strict=True):
            assert found.shape == wanted.shape
            assert float((found - wanted).abs().max()) < 1e-5
    assert by_onnx(net, inputs) is made


def test_a_graph_that_gives_other_results_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    net = Twice().eval()
    real = onnx.to_onnx

    def changed(net: nn.Module, *others: Any) -> bytes:
        with torch.no_grad():
            net.one.bias.add_(1.0)  # pyright: ignore
        return real(net, *others)

    monkeypatch.setattr(onnx, "to_onnx", changed)
    with pytest.raises(OutputError, match=r"differs by 127\.5 of 255"):
        by_onnx(net, inputs)


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingExtraError, match=r"mien\[onnx\]"):
        by_onnx(Twice().eval(), inputs)


def apart(one: Any, other: Any) -> int:
    return int(np.abs(one.astype(int) - other.astype(int)).max())


def pictures(size: int, count: int = 3) -> Any:
    coarse = rng("test", "pictures").integers(0, 256, (count, 4, 4, 3)).astype(np.uint8)
    return coarse.repeat(size // 4, 1).repeat(size // 4, 2)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["photo", "toon"])
def test_generate_draws_the_same_faces(name: str) -> None:
    model = generate.load_model(name, CPU)
    latents = torch.stack([model.latent(3, k) for k in range(5)])
    assert model.at("torch") is model
    assert apart(model.at("onnx").draw(latents), model.draw(latents)) <= 1


@pytest.mark.slow
def test_express_repairs_alike() -> None:
    model = express.load_model("default", CPU)
    side, random = model.config.window, rng("test", "express")
    planes = random.integers(0, 256, (3, side, side, 3)).astype(np.uint8)
    asked = pictures(side), planes, random.random((3, 2, 22))
    difference = model.at("onnx").repaired(*asked) - model.repaired(*asked)
    assert float(np.abs(difference).max()) <= 1.0


@pytest.mark.slow
def test_reenact_makes_the_same_frames() -> None:
    model = reenact.load_model("default", CPU)
    size = model.config.size
    points = rng("test", "points").random((3, 68, 2)) * size
    asked = pictures(size), pictures(size), points, None
    for one, other in zip(model.at("onnx").frame(*asked), model.frame(*asked), strict=True):
        assert apart(one, other) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("to", ["anime", "photo"])
def test_translate_draws_the_same(to: Any) -> None:
    model = translate.load_model("head", to, CPU)
    given = pictures(model.config.size)
    asked = (given, given[::-1].copy()) if model.guided else (given,)
    assert apart(model.at("onnx").draw(*asked), model.draw(*asked)) <= 1


@pytest.mark.slow
def test_the_imitator_gives_the_same_pictures_and_parts() -> None:
    model = load_imitator("shipped", CPU)
    by = by_onnx(model.net, lambda: {"parameters": parameters_of(model, 2)})
    other = dataclasses.replace(model, net=by)
    wanted = parameters_of(model, 5).numpy()
    assert apart(other.draw(wanted), model.draw(wanted)) <= 1
    assert float((other.labels(wanted) != model.labels(wanted)).mean()) < 1e-3
    assert by.error <= WORST


NETWORKS = [
    name
    for name, module in (
        ("landmarks", "landmark_net"),
        ("expression", "expression_net"),
        ("parsing", "parsing_net"),
        ("identity", "identity"),
    )
    if __import__(f"mien.face.{module}", fromlist=["WEIGHTS"]).WEIGHTS.is_file()
]


@pytest.mark.slow
@pytest.mark.parametrize("network", NETWORKS)
def test_networks_of_faces_are_exported_with_their_parity(
    network: Any, cli: Cli, tmp_path: Path
) -> None:
    out = tmp_path / f"{network}.onnx"
    result = cli("face", "export", network, "--out", out)
    assert result.code == 0, result.err
    assert "differ by at most" in result.err
    one = face_export.exported(network)
    more = {name: torch.cat([value, value[:2]]) for name, value in one.inputs.items()}
    assert onnx.difference(one.net, out.read_bytes(), more) <= face_export.WORST[network]
    with torch.no_grad():
        list(one.net.parameters())[-1].add_(0.5)
    assert onnx.difference(one.net, out.read_bytes(), more) > face_export.WORST[network]


def test_a_foreign_weight_file_is_refused(cli: Cli, tmp_path: Path) -> None:
    other = generate.SHIPPED["photo"]
    assert load_weights(other, expected_job="generate").sha256
    words = ("face", "export", "landmarks", "--weights", other, "--out", tmp_path / "a.onnx")
    result = cli(*words)
    assert (result.code, list(tmp_path.iterdir())) == (2, [])
    bad = cli("face", "export", "landmarks", "--out", tmp_path / "a.pt")
    assert (bad.code, ".onnx" in bad.err) == (2, True)


@pytest.mark.slow
def test_the_command_draws_with_either(cli: Cli, tmp_path: Path) -> None:
    words = ("generate", "sample", "--count", "2", "--seed", "4")
    for runtime in ("torch", "onnx"):
        result = cli(*words, "--runtime", runtime, "--out", tmp_path / runtime)
        assert result.code == 0, result.err
    from mien.io.image import read_image

    both = [read_image(tmp_path / name / "seed4-0001.png") for name in ("torch", "onnx")]
    assert apart(*both) <= 1
