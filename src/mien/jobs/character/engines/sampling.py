"""Which parameters a set holds: drawn evenly, split and spoilt by its seed alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.jobs.character.engines.schema import OneOf, Schema, Value, Vector
from mien.seeding import rng

DECIMALS = 6
NOISE = 1 / 95
"""Share of the numbers whose label is wrong; the ancestor's, whose faces have 95 bones."""
TEST_SHARE = 0.2
"""Of the samples, held back to test; the ancestor's."""


def sample_params(
    schema: Schema, seed: int, index: int, *, spread: float = 1.0
) -> dict[str, Value]:
    """Parameters of sample `index`: every number evenly over its range, every option as often.

    spread  share of the range around the default that numbers are drawn from
    """
    random = rng(seed, "engine", index)
    params: dict[str, Value] = {}
    for one in schema.parameters:
        if isinstance(one, OneOf):
            params[one.name] = one.options[int(random.integers(len(one.options)))]
        else:
            low, high = (one.default + (end - one.default) * spread for end in (one.low, one.high))
            value = low + (high - low) * float(random.random())
            params[one.name] = float(np.clip(round(value, DECIMALS), one.low, one.high))
    return params


def noisy_units(schema: Schema, units: Vector, seed: int, index: int) -> tuple[Vector, int]:
    """The label of a vector with the ancestor's noise, and how many numbers are wrong.

    With probability 1 / 95 each, a continuous number a in [0, 1] is replaced by
    (30 a + 30 + U) / 100, U a whole number of -40..39: -0.1 to 0.99. The picture is
    drawn with the true number, so this is noise of labels. Choices keep theirs.
    """
    random, noisy, wrong = rng(seed, "label noise", index), units.copy(), 0
    for one, part in zip(schema.parameters, schema.slices().values(), strict=True):
        hit, shift = random.random() < NOISE, int(random.integers(-40, 40))
        if hit and not isinstance(one, OneOf):
            noisy[part] = (30.0 * units[part] + 30.0 + shift) / 100.0
            wrong += 1
    return noisy, wrong


def held_rows(seed: int, count: int) -> NDArray[np.int64]:
    """Which samples of a set are held back: a fifth, at least one where there are two."""
    held = max(round(count * TEST_SHARE), 1) if count > 1 else 0
    return np.sort(rng(seed, "split").permutation(count)[:held])
