from __future__ import annotations

import math

import pytest
import torch

from mien.losses import adversarial
from mien.losses.terms import told
from mien.nn.init import generator

REAL = torch.tensor([[1.0], [-2.0], [0.5]])
FAKE = torch.tensor([[0.3], [1.5], [-4.0]])


def softplus(x: float) -> float:
    return math.log1p(math.exp(x))


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def test_against_the_papers_written_out() -> None:
    real, fake = REAL.flatten().tolist(), FAKE.flatten().tolist()
    pairs = list(zip(real, fake, strict=True))
    wanted = {
        "vanilla_discriminator": mean([softplus(-r) for r in real])
        + mean([softplus(f) for f in fake]),
        "wasserstein_critic": mean(fake) - mean(real),
        "hinge_discriminator": mean([max(0, 1 - r) for r in real])
        + mean([max(0, 1 + f) for f in fake]),
        "relativistic_discriminator": mean([softplus(f - r) for r, f in pairs]),
        "relativistic_generator": mean([softplus(r - f) for r, f in pairs]),
    }
    for name, value in wanted.items():
        assert float(getattr(adversarial, name)(REAL, FAKE)) == pytest.approx(value, rel=1e-6), name
    assert float(adversarial.vanilla_generator(FAKE)) == pytest.approx(
        mean([softplus(-f) for f in fake])
    )
    for generator_loss in (adversarial.wasserstein_generator, adversarial.hinge_generator):
        assert float(generator_loss(FAKE)) == pytest.approx(-mean(fake))


def test_hard_labels_are_the_vanilla_loss() -> None:
    one, zero = torch.ones_like(REAL), torch.zeros_like(REAL)
    soft = adversarial.soft_label(REAL, one) + adversarial.soft_label(FAKE, zero)
    assert torch.allclose(soft, adversarial.vanilla_discriminator(REAL, FAKE))


def test_noisy_labels_have_the_ancestors_distribution() -> None:
    real, fake = adversarial.noisy_soft_labels(torch.zeros(20_000, 1), generator(1))
    assert real.shape == fake.shape == (20_000, 1)
    assert 0.48 <= float(real.min()) < 0.49
    assert float(real.max()) > 0.9999
    assert float(fake.min()) >= 0.0
    assert 0.61 < float(fake.max()) <= 0.62
    # Mean of a half normal cut at two deviations: sd * (2 phi(0) - 2 phi(2)) / (2 Phi(2) - 1).
    half = (2 * 0.39894228 - 2 * 0.05399097) / 0.9544997
    assert float(1 - real.mean()) == pytest.approx(0.26 * half, rel=0.02)
    assert float(fake.mean()) == pytest.approx(0.31 * half, rel=0.02)
    again, _ = adversarial.noisy_soft_labels(torch.zeros(20_000, 1), generator(1))
    assert torch.equal(real, again)


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16])
def test_losses_are_float32_whatever_comes(kind: torch.dtype) -> None:
    real, fake = REAL.to(kind), FAKE.to(kind)
    for name in ("vanilla", "hinge", "relativistic"):
        loss = getattr(adversarial, f"{name}_discriminator")(real, fake)
        assert loss.dtype == torch.float32


def test_terms_hold_no_graph() -> None:
    weight = torch.ones(3, requires_grad=True)
    loss = told((weight * 2).sum(), real=weight * 3)
    assert loss.total.requires_grad
    assert not loss.terms["real"].requires_grad
    assert float(loss.terms["real"]) == 3.0
