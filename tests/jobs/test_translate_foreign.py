"""Checkpoints of the ancestor and of junyanz's code: built here layer by layer, by their names."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from mien.errors import WeightsError
from mien.jobs.translate.config import Kind
from mien.jobs.translate.foreign import load_maker
from mien.jobs.translate.model import load_model

CPU = torch.device("cpu")


class Whole(nn.Module):
    """A network as its authors wrap it: everything is in `model`."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model


class Plus(nn.Module):
    """A block of junyanz's ResNet."""

    def __init__(self, width: int, *, dropout: bool) -> None:
        super().__init__()
        parts = [nn.ReflectionPad2d(1), nn.Conv2d(width, width, 3), nn.InstanceNorm2d(width)]
        parts += [nn.ReLU(), *([nn.Dropout(0.5)] if dropout else []), nn.ReflectionPad2d(1)]
        self.conv_block = nn.Sequential(
            *parts, nn.Conv2d(width, width, 3), nn.InstanceNorm2d(width)
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv_block(x)


def resnet(width: int, blocks: int, *, dropout: bool = False) -> Whole:
    parts: list[nn.Module] = [nn.ReflectionPad2d(3), nn.Conv2d(3, width, 7)]
    parts += [nn.InstanceNorm2d(width), nn.ReLU()]
    for k in (1, 2):
        down = nn.Conv2d(k * width, 2 * k * width, 3, 2, 1)
        parts += [down, nn.InstanceNorm2d(2 * k * width), nn.ReLU()]
    parts += [Plus(4 * width, dropout=dropout) for _ in range(blocks)]
    for k in (2, 1):
        up = nn.ConvTranspose2d(2 * k * width, k * width, 3, 2, 1, output_padding=1)
        parts += [up, nn.InstanceNorm2d(k * width), nn.ReLU()]
    parts += [nn.ReflectionPad2d(3), nn.Conv2d(width, 3, 7), nn.Tanh()]
    return Whole(nn.Sequential(*parts)).eval()


class Skip(nn.Module):
    """A block of the ancestor's UnetGenerator."""

    def __init__(self, outer: int, inner: int, inside: nn.Module | None, *, first: bool) -> None:
        super().__init__()
        down = nn.Conv2d(3 if first else outer, inner, 4, 2, 1, bias=False)
        width = inner * (2 if inside else 1)
        up = nn.ConvTranspose2d(width, 3 if first else outer, 4, 2, 1, bias=first)
        norms = [nn.InstanceNorm2d(inner), nn.InstanceNorm2d(outer)]
        if first:
            assert inside is not None
            parts = [down, inside, nn.ReLU(), up, nn.Tanh()]
        elif inside is None:
            parts = [nn.LeakyReLU(0.2), down, nn.ReLU(), up, norms[1]]
        else:
            parts = [nn.LeakyReLU(0.2), down, norms[0], inside, nn.ReLU(), up, norms[1]]
        self.first, self.model = first, nn.Sequential(*parts)

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x) if self.first else torch.cat([x, self.model(x)], 1)


def unet(width: int, halvings: int) -> Whole:
    inside: nn.Module | None = None
    for outer, inner in [(4, 4)] * (halvings - 3) + [(2, 4), (1, 2)]:
        inside = Skip(outer * width, inner * width, inside, first=False)
    return Whole(Skip(width, width, inside, first=True)).eval()


def attentive(width: int, code: int) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """A state dictionary of the ancestor's Generator_SA, and the plain weights behind its norms."""
    random = torch.Generator().manual_seed(3)
    state: dict[str, Tensor] = {}
    plain: dict[str, Tensor] = {}

    def layer(name: str, *shape: int, bias: int) -> None:
        state[f"{name}.weight"] = torch.randn(shape, generator=random) * 0.1
        state[f"{name}.bias"] = torch.randn(bias, generator=random) * 0.1

    def spectral(name: str, inputs: int, outputs: int) -> None:
        weight = torch.randn((inputs, outputs, 4, 4), generator=random)
        left, value, right = torch.linalg.svd(weight.flatten(1), full_matrices=False)
        state[f"{name}.module.bias"] = torch.randn(outputs, generator=random) * 0.1
        state[f"{name}.module.weight_u"], state[f"{name}.module.weight_v"] = left[:, 0], right[0]
        state[f"{name}.module.weight_matrices"] = weight
        plain[name] = weight / value[0]

    widths = [3, width, 2 * width, 4 * width, 8 * width]
    for k, (a, b) in enumerate(itertools.pairwise(widths)):
        layer(f"up_sample.{3 * k}", b, a, 4, 4, bias=b)
    layer("up_sample.12", code, 8 * width, 4, 4, bias=code)
    back = [code, 8 * width, 4 * width, 2 * width, width]
    for k, (a, b) in enumerate(itertools.pairwise(back), 1):
        spectral(f"l{k}.0", a, b)
    for k, channels in ((1, 2 * width), (2, width)):
        for letter, outputs in zip("fgh", (channels // 8, channels // 8, channels), strict=True):
            layer(f"up_attn{k}.conv_{letter}", outputs, channels, 1, 1, bias=outputs)
        state[f"up_attn{k}.gamma"] = torch.full((1,), 0.3)
    layer("last.0", width, 3, 4, 4, bias=3)
    return state, plain


def drawn_as_there(state: dict[str, Tensor], plain: dict[str, Tensor], x: Tensor) -> Tensor:
    """The ancestor's forward pass, written out."""
    act, conv = nn.functional, torch.nn.functional.conv2d
    up = nn.functional.conv_transpose2d
    for k in range(4):
        name = f"up_sample.{3 * k}"
        x = act.relu(
            act.instance_norm(conv(x, state[f"{name}.weight"], state[f"{name}.bias"], 2, 1))
        )
    x = act.relu(conv(x, state["up_sample.12.weight"], state["up_sample.12.bias"]))
    for k in (1, 2, 3, 4):
        stride, edge = (1, 0) if k == 1 else (2, 1)
        bias = state[f"l{k}.0.module.bias"]
        x = act.relu(act.instance_norm(up(x, plain[f"l{k}.0"], bias, stride, edge)))
        if k >= 3:
            name = f"up_attn{k - 2}"
            f, g, h = (
                conv(x, state[f"{name}.conv_{one}.weight"], state[f"{name}.conv_{one}.bias"])
                for one in "fgh"
            )
            beta = torch.softmax(f.flatten(2).transpose(1, 2) @ g.flatten(2), -1)
            found = (h.flatten(2) @ beta.transpose(1, 2)).view_as(x)
            x = state[f"{name}.gamma"] * found + x
    return torch.tanh(up(x, state["last.0.weight"], state["last.0.bias"], 2, 1))


def parallel(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {f"module.{name}": one for name, one in state.items()}


@pytest.mark.parametrize("prefixed", [False, True])
@pytest.mark.parametrize(("blocks", "dropout"), [(6, False), (9, True)])
def test_a_resnet_of_junyanz_draws_as_it_did(
    tmp_path: Path, blocks: int, *, dropout: bool, prefixed: bool
) -> None:
    net, path = resnet(4, blocks, dropout=dropout), tmp_path / "latest_net_G_A.pth"
    state = OrderedDict(net.state_dict())
    state["model.2.running_mean"] = torch.zeros(4)  # as files of old versions have it
    torch.save(parallel(state) if prefixed else state, path)
    model = load_model(str(path), "anime", CPU)
    assert (model.config.size, model.aligned) == (256, True)
    x = torch.rand(2, 3, 32, 32) * 2 - 1
    assert torch.allclose(model.maker(x), net.model(x), atol=1e-5)


@pytest.mark.parametrize("to", ["anime", "photo"])
@pytest.mark.parametrize("prefixed", [False, True])
def test_the_ancestors_file_holds_both_directions(
    tmp_path: Path, to: Kind, *, prefixed: bool
) -> None:
    state, plain = attentive(8, 10)
    other = {name: torch.zeros_like(one) for name, one in state.items()}
    nets = (
        {"netG_B": state, "netG_A": other} if to == "anime" else {"netG_A": state, "netG_B": other}
    )
    nets["netD_A"] = {"l1.0.module.bias": torch.zeros(4)}
    middle = "module." if prefixed else ""
    whole = {f"{net}.{middle}{n}": one for net, part in nets.items() for n, one in part.items()}
    torch.save(whole, tmp_path / "iter-200_sn_sn_sumiter200.pth")
    maker, size, _, digest = load_maker(tmp_path / "iter-200_sn_sn_sumiter200.pth", to)
    x = torch.rand(2, 3, 64, 64) * 2 - 1
    assert size == 64
    assert len(digest) == 64
    assert torch.allclose(maker(x), drawn_as_there(state, plain, x), atol=1e-5)


def test_the_ancestors_unet_draws_as_it_did(tmp_path: Path) -> None:
    net = unet(4, 5)
    whole = {f"netG_B.{name}": one for name, one in net.state_dict().items()}
    torch.save(whole, tmp_path / "x.pth")
    model = load_model(str(tmp_path / "x.pth"), "anime", CPU)
    assert model.config.size == 32
    pictures = np.random.default_rng(1).integers(0, 256, (2, 32, 32, 3)).astype(np.uint8)
    x = torch.from_numpy(pictures.transpose(0, 3, 1, 2) / 127.5 - 1).float()
    wanted = ((net.model(x).detach().numpy().transpose(0, 2, 3, 1) + 1) * 127.5).round()
    assert np.abs(model.draw(pictures).astype(int) - wanted).max() <= 1


def test_names_and_shapes_must_be_exact(tmp_path: Path) -> None:
    path = tmp_path / "x.pth"
    whole = dict(resnet(4, 2).state_dict())
    missing = {n: one for n, one in whole.items() if n != "model.11.conv_block.5.bias"}
    for state in (
        missing,
        {**whole, "model.2.weight": torch.ones(4)},  # batch norms
        {**whole, "model.1.weight": torch.zeros(4, 1, 7, 7)},
        {"a": torch.zeros(2)},
        dict(unet(4, 4).state_dict()),
    ):
        torch.save(state, path)
        with pytest.raises(WeightsError, match=r"x\.pth: no maker that is known"):
            load_model(str(path), "anime", CPU)
    path.write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(WeightsError):
        load_model(str(path), "anime", CPU)
