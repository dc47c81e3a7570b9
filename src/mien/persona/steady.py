"""Smoothing curves that must not lag and must not lose what is quick.

The One-Euro filter (Casiez et al. 2012) smooths what moves slowly and lets go of what moves fast.
Run forwards and backwards and averaged it has no lag; a live picture has to do with forwards.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Steadiness:
    """How a curve is smoothed.

    cutoff  Hz for what stands still: lower is smoother
    beta    Hz more per unit per second of speed: higher follows faster
    """

    cutoff: float = 3.0
    beta: float = 4.0
    speed_cutoff: float = 4.0


class OneEuro:
    """The filter for arrays of one shape, fed sample after sample."""

    def __init__(self, steadiness: Steadiness = Steadiness()) -> None:
        self._how = steadiness
        self._value: FloatArray | None = None
        self._speed: FloatArray | None = None

    def __call__(self, value: FloatArray, step: float) -> FloatArray:
        """The smoothed value; `step` seconds after the last one."""
        if self._value is None or self._speed is None:
            self._value, self._speed = value.copy(), np.zeros_like(value)
            return value
        step = max(step, 1e-6)
        fresh = (value - self._value) / step
        share = _share(np.full_like(value, self._how.speed_cutoff), step)
        self._speed = self._speed + share * (fresh - self._speed)
        cutoff = self._how.cutoff + self._how.beta * np.abs(self._speed)
        self._value = self._value + _share(cutoff, step) * (value - self._value)
        return self._value.copy()


def _share(cutoff: FloatArray, step: float) -> FloatArray:
    return 1.0 / (1.0 + 1.0 / (2 * np.pi * cutoff * step))


def steady(
    values: FloatArray, times: FloatArray, steadiness: Steadiness = Steadiness()
) -> FloatArray:
    """Curves (n, ...) smoothed without lag; `times` (n,) seconds."""
    steps = np.diff(times, prepend=times[:1])
    back = np.diff(times[::-1] * -1, prepend=-times[-1:])
    forwards, backwards = OneEuro(steadiness), OneEuro(steadiness)
    one = np.stack([forwards(v, s) for v, s in zip(values, steps, strict=True)])
    two = np.stack([backwards(v, s) for v, s in zip(values[::-1], back, strict=True)])[::-1]
    return (one + two) / 2


def without_spikes(values: FloatArray, *, height: float = 0.35) -> FloatArray:
    """(n,) the same curve without single samples that stand out from both neighbours.

    height  how far above the higher neighbour; a real blink rises over two frames at least
    """
    cleaned = values.copy()
    if len(values) >= 3:
        neighbours = np.maximum(values[:-2], values[2:])
        cleaned[1:-1] = np.where(values[1:-1] > neighbours + height, neighbours, values[1:-1])
    return cleaned
