"""Rates that depend on the images seen and on nothing else, so that a resumed run repeats them."""

from __future__ import annotations

import dataclasses
import math
from typing import Protocol


class Schedule(Protocol):
    """A factor on a rate."""

    def __call__(self, images: int) -> float:
        """The factor after so many images."""
        ...


@dataclasses.dataclass(frozen=True)
class Constant:
    """Always the same."""

    value: float = 1.0

    def __call__(self, images: int) -> float:
        """`value`, whatever came before."""
        return self.value


@dataclasses.dataclass(frozen=True)
class Ramp:
    """A straight line between two points, level outside of them.

    start, stop   images, start < stop
    first, last   values there
    """

    start: float
    stop: float
    first: float = 1.0
    last: float = 0.0

    def __call__(self, images: int) -> float:
        """`first` up to `start`, `last` from `stop` on."""
        share = (images - self.start) / (self.stop - self.start)
        return self.first + (self.last - self.first) * min(1.0, max(0.0, share))


@dataclasses.dataclass(frozen=True)
class Stairs:
    """From 1 at `start` to `last` at `stop` in equal factors, `count` of them."""

    start: float
    stop: float
    last: float
    count: int = 3

    def __call__(self, images: int) -> float:
        """The factor of the stair."""
        share = (images - self.start) / (self.stop - self.start)
        step = math.floor(min(1.0, max(0.0, share)) * (self.count + 1))
        return self.last ** (min(step, self.count) / self.count)


@dataclasses.dataclass(frozen=True)
class Cosine:
    """Half a wave from 1 at `start` to `last` at `stop` (Loshchilov and Hutter 2017)."""

    start: float
    stop: float
    last: float = 0.0

    def __call__(self, images: int) -> float:
        """1 before `start`, `last` from `stop` on."""
        share = min(1.0, max(0.0, (images - self.start) / (self.stop - self.start)))
        return self.last + (1 - self.last) * (1 + math.cos(math.pi * share)) / 2


@dataclasses.dataclass(frozen=True)
class Product:
    """Several schedules at once: a warm-up and a decay."""

    parts: tuple[Schedule, ...]

    def __call__(self, images: int) -> float:
        """The product of the parts."""
        value = 1.0
        for part in self.parts:
            value *= part(images)
        return value


def decaying(total: int, *, hold: float = 0.5, last: float = 0.1, warm_up: int = 0) -> Schedule:
    """1 for a share `hold` of `total` images, then down in a line to `last` at the end.

    warm_up   images over which the factor first climbs from 0
    """
    fall = Ramp(total * hold, max(total, total * hold + 1), 1.0, last)
    return Product((Ramp(0, warm_up, 0.0, 1.0), fall)) if warm_up else fall
