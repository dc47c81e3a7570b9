"""What `express animate` and `reenact run` can both be asked: photos that follow a driver."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from mien import fields
from mien.io.provenance import Consent


@dataclasses.dataclass(frozen=True)
class DrivenOptions:
    """Photos, a driver, and how it is followed; a job names its folder and what moves."""

    photos: tuple[Path, ...] = fields.argument("PHOTO", help="motion.photos")
    driver: Path | None = fields.option(None, help="motion.option.driver")
    expression: Mapping[str, float] = fields.option(
        {}, help="motion.option.expression", span=(0.0, 1.5)
    )
    frames: int = fields.option(40, help="motion.option.frames", span=(1, 10_000))
    fps: float = fields.option(25.0, help="motion.option.fps", span=(1, 120))
    out: Path = fields.option(Path("moved"), help="motion.out")
    format: Literal["mp4", "gif"] = fields.option("mp4", help="motion.option.format")
    strength: float = fields.option(1.0, help="motion.option.strength", span=(0.0, 2.0))
    head: float = fields.option(1.0, help="motion.option.head", span=(0.0, 2.0))
    gaze: float = fields.option(1.0, help="motion.option.eyes", span=(0.0, 2.0))
    absolute: bool = fields.option(False, help="motion.option.absolute")
    size: int = fields.option(720, help="motion.option.side", span=(64, 4096), unit=" px")
    limit: int | None = fields.option(None, help="motion.option.limit", span=(1, 250_000))
    face: int = fields.option(1, help="motion.option.face", span=(1, 1000))
    consent: Consent = fields.option("none", help="option.consent")
    overwrite: bool = fields.option(False, help="option.overwrite")
