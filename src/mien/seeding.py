"""Randomness is keyed, never global: the same key gives the same numbers on any machine."""

from __future__ import annotations

import hashlib

import numpy as np


def key_to_int(*key: int | str) -> int:
    """A 64-bit integer that depends on every part of the key and on their order."""
    text = "\x1f".join(f"{type(part).__name__}:{part}" for part in key)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")


def rng(*key: int | str) -> np.random.Generator:
    """A numpy generator for this key alone, e.g. `rng(seed, "sample", index)`."""
    return np.random.Generator(np.random.PCG64(key_to_int(*key)))
