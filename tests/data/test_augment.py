from __future__ import annotations

import numpy as np
import pytest
import torch

from mien.data.augment import CHANGES, KINDS, AdaptiveStrength, augment, cutout, translation
from mien.nn.init import generator


def pictures(count: int = 6, size: int = 16) -> torch.Tensor:
    return torch.rand(count, 3, size, size, generator=generator(1)) * 1.6 - 0.8


@pytest.mark.parametrize("kind", CHANGES)
def test_changes_are_keyed_differ_by_picture_and_carry_gradients(kind: str) -> None:
    x = pictures()[:1].repeat(6, 1, 1, 1).requires_grad_(True)
    made = augment(x, generator(2), [kind])
    assert made.shape == x.shape
    assert torch.equal(made, augment(x, generator(2), [kind]))
    assert not torch.equal(made, augment(x, generator(3), [kind]))
    assert len({tuple(one.detach().flatten().tolist()) for one in made}) > 2
    made.square().sum().backward()
    assert x.grad is not None
    assert bool((x.grad.abs().sum((1, 2, 3)) > 0).all())


def test_translation_moves_whole_pixels() -> None:
    x = pictures(20)
    made = translation(x, generator(4))
    for before, after in zip(x, made, strict=True):
        found = False
        for down in range(-2, 3):
            for right in range(-2, 3):
                moved = torch.zeros_like(before)
                rows = slice(max(0, down), 16 + min(0, down))
                columns = slice(max(0, right), 16 + min(0, right))
                source = before[
                    :,
                    max(0, -down) : 16 + min(0, -down),
                    max(0, -right) : 16 + min(0, -right),
                ]
                moved[:, rows, columns] = source
                found = found or torch.equal(moved, after)
        assert found


def test_cutout_blanks_a_square() -> None:
    x = torch.ones(200, 1, 16, 16)
    blank = cutout(x, generator(5)) == 0
    counts = blank.sum((1, 2, 3))
    assert int(counts.max()) in (49, 56, 64)
    assert int(counts.min()) >= 9
    rows, columns = blank.any(3).sum(2)[:, 0], blank.any(2).sum(2)[:, 0]
    assert torch.equal(rows * columns, counts)


def test_strength_is_a_probability() -> None:
    x = pictures(400, 4)
    assert augment(x, generator(1), KINDS["none"]) is x
    assert augment(x, generator(1), KINDS["all"], strength=0.0) is x
    made = augment(x, generator(1), ["brightness"], strength=0.3)
    changed = float((made != x).flatten(1).any(1).float().mean())
    assert 0.22 < changed < 0.38


def test_the_memory_format_stays() -> None:
    x = pictures().contiguous(memory_format=torch.channels_last)
    assert augment(x, generator(1), KINDS["all"]).is_contiguous(memory_format=torch.channels_last)
    assert augment(pictures(), generator(1), KINDS["all"]).is_contiguous()


def test_strength_follows_overfitting_and_is_saved() -> None:
    adaptive = AdaptiveStrength(target=0.6, span=1000, most=0.8)
    for images in range(100, 1100, 100):
        adaptive.observe(0.9, images)
    assert adaptive.strength == pytest.approx(0.8)
    adaptive.observe(0.1, 1600)
    assert adaptive.strength == pytest.approx(0.2)
    other = AdaptiveStrength(target=0.6, span=1000, most=0.8)
    other.load_state_dict(adaptive.state_dict())
    for one in (adaptive, other):
        one.observe(0.9, 1700)
    assert other.strength == adaptive.strength == pytest.approx(0.3)
    adaptive.observe(-1.0, 10_000)
    assert adaptive.strength == 0.0
    assert np.isfinite(adaptive.strength)
