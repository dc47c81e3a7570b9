"""How a recipe is run: on what, how long, how often it looks up; nothing about its method."""

from __future__ import annotations

import dataclasses
from typing import Any

from mien.train.precision import Precision

SLOWDOWN = 0.5
"""Factor on every rate after a NaN."""


@dataclasses.dataclass(frozen=True)
class Plan:
    """Settings of one run.

    images          to have seen at the end
    accumulate      micro-batches of each process in one step
    precision       number format and memory layout
    clip            largest length of a network's gradient; None: as it is
    compiled        names of networks to compile; never one whose input gradient is penalised
                    (compiled networks have no second backward pass)
    look_steps      steps between looks: terms are read, checked for NaN, watched and logged
    save_seconds    time between checkpoints, taken at looks
    log_images      images between lines of stats.jsonl, written at looks
    preview_images  images between preview grids, drawn at looks
    keep            checkpoints that are kept
    """

    images: int
    accumulate: int = 1
    precision: Precision = Precision()
    clip: float | None = None
    compiled: tuple[str, ...] = ()
    look_steps: int = 8
    save_seconds: float = 120.0
    log_images: int = 1_000
    preview_images: int = 16_000
    keep: int = 3

    def as_config(self) -> dict[str, Any]:
        """JSON values for config.json."""
        return dataclasses.asdict(self)

    @classmethod
    def from_config(cls, values: dict[str, Any]) -> Plan:
        """The plan that `as_config` described."""
        told = dict(values)
        told["precision"] = Precision(**told["precision"])
        told["compiled"] = tuple(told["compiled"])
        return cls(**told)
