"""The U-Net: its shapes, its wish, and that a picture's neighbours do not change it."""

from __future__ import annotations

import pytest
import torch

from mien.nn.init import generator, he_normal
from mien.nn.unet import UNet, evened


def made(**options: int) -> UNet:
    net = UNet(5, 4, widths=(8, 12, 16), middle=1, **options)
    he_normal(net, generator("unet"))
    return net.eval()


@pytest.mark.parametrize("fold", [1, 2, 4])
def test_maps_leave_at_the_size_at_which_pictures_enter(fold: int) -> None:
    x = torch.randn(2, 5, 32, 48, generator=generator("x"))
    assert made(fold=fold)(x).shape == (2, 4, 32, 48)


def test_every_pixel_of_the_input_counts() -> None:
    x = torch.randn(1, 5, 16, 16, generator=generator("x")).requires_grad_(True)
    made()(x).square().sum().backward()
    assert x.grad is not None
    assert float(x.grad.abs().min()) > 0


def test_the_code_changes_the_result_and_must_be_there() -> None:
    net = made(code=3)
    x = torch.randn(2, 5, 16, 16, generator=generator("x"))
    rest, wish = net(x, torch.zeros(2, 3)), net(x, torch.ones(2, 3))
    assert float((rest - wish).abs().max().detach()) > 0.01
    with pytest.raises(ValueError, match="code"):
        net(x)


def test_training_moves_every_weight() -> None:
    net = made(code=3).train()
    x = torch.randn(4, 5, 16, 16, generator=generator("x"))
    net(x, torch.rand(4, 3)).square().mean().backward()
    still = [name for name, weight in net.named_parameters() if weight.grad is None]
    assert still == []


@pytest.mark.parametrize("fold", [2, 4])
def test_no_grid_lies_over_the_first_pictures(fold: int) -> None:
    y = made(fold=fold)(torch.randn(1, 5, 16, 16, generator=generator("x")))
    cells = y.unfold(2, fold, fold).unfold(3, fold, fold)
    assert torch.equal(cells, cells[..., :1, :1].expand_as(cells))
    assert float(y.std().detach()) > 0.01


def grid_of(y: torch.Tensor, fold: int) -> float:
    """How far the pixels of a cell differ in all cells alike, as a share of the whole spread."""
    cells = y[..., fold:-fold, fold:-fold].unfold(2, fold, fold).unfold(3, fold, fold)
    means = cells.mean((0, 2, 3))
    return float((means - means.mean((1, 2), keepdim=True)).abs().max() / y.std())


@pytest.mark.parametrize("fold", [2, 4])
def test_no_grid_can_be_learnt_where_cells_are_evened(fold: int) -> None:
    x = torch.zeros(1, 5, 32, 32)
    x[:, 0] = torch.linspace(-1, 1, 32)[:, None]
    net = made(fold=fold)
    with torch.no_grad():
        # As after some training: the pixels of a cell have weights of their own.
        net.last.weight += 0.1 * torch.randn(net.last.weight.shape, generator=generator("noise"))
        y = net(x)
    assert grid_of(y, fold) > 0.1
    assert grid_of(evened(y, fold), fold) < 0.2 * grid_of(y, fold)


def test_evened_means_are_those_of_the_cells_neighbours() -> None:
    x = torch.arange(16.0).reshape(1, 1, 4, 4)
    y = evened(x, 2)
    assert y.shape == x.shape
    # A slope stays where it is; at an edge it is mirrored.
    assert float(y[0, 0, 1, 1]) == 5.0
    assert float(y[0, 0, 3, 3]) == (4 * 15 + 4 * 14 + 4 * 11 + 4 * 10) / 16
    stripes = torch.tensor([1.0, -1.0]).repeat(8).expand(1, 3, 16, 16)
    assert float(evened(stripes, 2).abs().max()) == 0
