"""The extended binary Golay code (24, 12, 8), decoded softly: three wrong bits of 24 never matter.

Golay, Notes on digital coding, 1949. With 4096 words the nearest one is found by trying them all.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

BITS, LENGTH = 12, 24
_POLYNOMIAL = 0b101011100011  # x^11 + x^9 + x^7 + x^6 + x^5 + x + 1


def encode(value: int) -> NDArray[np.float32]:
    """(24,) the word of twelve bits as -1 and 1."""
    return words()[value]


def decode(soft: NDArray[np.floating]) -> int:
    """The twelve bits whose word lies nearest to 24 soft values, of any scale."""
    return int(np.argmax(words() @ soft.astype(np.float32)))


@functools.cache
def words() -> NDArray[np.float32]:
    """(4096, 24) all words as -1 and 1, by value."""
    made = np.array([_word(value) for value in range(1 << BITS)], np.uint32)
    bits = made[:, None] >> np.arange(LENGTH, dtype=np.uint32) & 1
    return (2.0 * bits - 1.0).astype(np.float32)


def _word(value: int) -> int:
    rest = value << 11
    for place in range(BITS - 1, -1, -1):
        if rest >> (place + 11) & 1:
            rest ^= _POLYNOMIAL << place
    whole = value << 11 | rest
    return whole << 1 | whole.bit_count() & 1
