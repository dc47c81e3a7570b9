from __future__ import annotations

import numpy as np

from mien.io import golay
from mien.seeding import rng


def test_words_differ_in_eight_places_at_least() -> None:
    words = golay.words()
    assert words.shape == (4096, 24)
    # The code is linear: the distances from one word are the distances from all.
    apart = (words != words[0]).sum(1)
    assert sorted(set(apart.tolist())) == [0, 8, 12, 16, 24]
    assert (apart == 8).sum() == 759


def test_three_wrong_bits_never_matter() -> None:
    draw = rng(0, "golay")
    for _ in range(200):
        value = int(draw.integers(4096))
        word = golay.encode(value).copy()
        word[draw.choice(24, 3, replace=False)] *= -1
        assert golay.decode(word * 0.2) == value


def test_soft_values_are_worth_more_than_bits() -> None:
    draw = rng(1, "golay")
    soft = hard = 0
    for _ in range(300):
        value = int(draw.integers(4096))
        seen = golay.encode(value) + draw.normal(0, 0.9, 24)
        soft += golay.decode(seen) == value
        hard += golay.decode(np.sign(seen)) == value
    assert soft > 255 > hard
