from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from mien.nn.init import generator
from mien.ops.gradients import input_gradient, interpolated, zero_centred


def quadratic(x: Tensor) -> Tensor:
    """(n, ...) to (n, 1): half the squared length; its gradient is x itself."""
    return 0.5 * x.flatten(1).square().sum(1, keepdim=True)


def test_the_gradient_of_a_quadratic_is_its_argument() -> None:
    x = torch.randn(4, 3, 5, 5, generator=generator(1)).requires_grad_(True)
    assert torch.allclose(input_gradient(quadratic(x), x), x)
    wanted = x.detach().square().flatten(1).sum(1).mean()
    assert float(zero_centred(quadratic(x), x).detach()) == pytest.approx(float(wanted), rel=1e-6)


def test_the_penalty_can_be_descended() -> None:
    net = nn.Linear(6, 1, bias=False)
    x = torch.randn(8, 6, generator=generator(2)).requires_grad_(True)
    penalty = zero_centred(net(x), x)
    penalty.backward()
    # |grad|^2 is |w|^2 for a linear net: its gradient is 2 w.
    wanted = float(net.weight.detach().square().sum())
    assert float(penalty.detach()) == pytest.approx(wanted, rel=1e-5)
    assert net.weight.grad is not None
    assert torch.allclose(net.weight.grad, 2 * net.weight.detach(), atol=1e-6)


@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16])
def test_second_derivatives_through_convolutions(kind: torch.dtype) -> None:
    first, last = nn.Conv2d(3, 8, 3, padding=1), nn.Linear(512, 1)
    net = nn.Sequential(first, nn.LeakyReLU(0.2), nn.Flatten(), last)
    with torch.no_grad():
        for number, weight in enumerate(net.parameters()):
            weight.normal_(0, 0.1, generator=generator(number))
    x = torch.randn(2, 3, 8, 8, generator=generator(5)).requires_grad_(True)
    with torch.autocast("cpu", kind, enabled=kind != torch.float32):
        penalty = zero_centred(net(x), x)
    assert penalty.dtype == torch.float32
    penalty.backward()
    weight = net[0].weight
    assert isinstance(weight, Tensor)
    assert weight.grad is not None
    found = float(weight.grad.flatten()[7])
    with torch.no_grad():
        values = []
        for step in (1e-3, -1e-3):
            weight.flatten()[7] += step
            with torch.enable_grad():
                values.append(float(zero_centred(net(x), x).detach()))
            weight.flatten()[7] -= step
    tolerance = 0.02 if kind == torch.float32 else 0.2
    assert found == pytest.approx((values[0] - values[1]) / 2e-3, rel=tolerance)


def test_wgan_gp_of_a_linear_critic() -> None:
    slope = torch.full((12,), 0.5)
    real, fake = torch.randn(2, 6, 3, 2, 2, generator=generator(4))
    penalty = interpolated(lambda x: x.flatten(1) @ slope, real, fake, generator(1))
    assert float(penalty.detach()) == pytest.approx((12**0.5 * 0.5 - 1) ** 2, rel=1e-5)


def test_points_lie_between_and_are_keyed() -> None:
    seen: list[Tensor] = []

    def critic(x: Tensor) -> Tensor:
        seen.append(x.detach())
        return quadratic(x)

    real, fake = torch.zeros(50, 1, 2, 2), torch.ones(50, 1, 2, 2)
    for _ in range(2):
        interpolated(critic, real, fake, generator(9))
    assert torch.equal(seen[0], seen[1])
    places = seen[0][:, 0, 0, 0]
    assert float((seen[0] - places.reshape(-1, 1, 1, 1)).abs().max()) == 0.0
    assert 0 <= float(places.min()) < 0.1
    assert 0.9 < float(places.max()) <= 1
