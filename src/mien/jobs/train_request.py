"""What the action `train` of every job can be asked."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Literal

from mien import fields

MOST_SEED = 2**63 - 1


@dataclasses.dataclass(frozen=True)
class TrainOptions:
    """A training run, new or gone on with; a job adds its own fields and names its presets."""

    preset: str = fields.option("default", help="training.preset")
    set: tuple[str, ...] = fields.option((), help="training.set", metavar="NAME=VALUE")
    data: str = fields.option("head", help="training.data", metavar="head|PATH")
    images: int | None = fields.option(None, help="training.images", span=(1, 10**12))
    minutes: float = fields.option(10.0, help="training.minutes", span=(0.01, 1e6), unit=" min")
    resume: str = fields.option("no", help="training.resume", metavar="no|auto|RUN")
    verify_resume: bool = fields.option(False, help="training.verify_resume")
    dry_run: bool = fields.option(False, help="training.dry_run")
    seed: int = fields.option(0, help="training.seed", span=(0, MOST_SEED))
    accumulate: int = fields.option(1, help="training.accumulate", span=(1, 10_000))
    precision: Literal["auto", "fp32", "bf16", "fp16"] = fields.option(
        "auto", help="training.precision"
    )
    clip: float | None = fields.option(None, help="training.clip", span=(1e-6, 1e6))
    compile: bool = fields.option(False, help="training.compile")
    runs: Path = fields.option(Path("runs"), help="training.runs")
    cache: Path = fields.option(Path("cache"), help="training.cache")
    device: str = fields.option("auto", help="option.device", metavar="DEVICE")
