"""What the job `reenact` can be asked."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from mien import fields
from mien.jobs.train_request import MOST_SEED, TrainOptions

_MODELS = "warp|default|FILE"


def preset_names() -> tuple[str, ...]:
    """The presets, looked up only when the options are shown or read."""
    from mien.jobs.reenact.presets import PRESETS

    return tuple(PRESETS)


@dataclasses.dataclass(frozen=True)
class RunRequest:
    """A photo that moves as a clip, a driver or an expression says."""

    photos: tuple[Path, ...] = fields.argument("PHOTO", help="motion.photos")
    driver: Path | None = fields.option(None, help="motion.option.driver")
    expression: Mapping[str, float] = fields.option(
        {}, help="motion.option.expression", span=(0.0, 1.5)
    )
    frames: int = fields.option(40, help="motion.option.frames", span=(1, 10_000))
    fps: float = fields.option(25.0, help="motion.option.fps", span=(1, 120))
    out: Path = fields.option(Path("reenacted"), help="motion.out")
    format: Literal["mp4", "gif"] = fields.option("mp4", help="motion.option.format")
    strength: float = fields.option(1.0, help="motion.option.strength", span=(0.0, 2.0))
    head: float = fields.option(1.0, help="motion.option.head", span=(0.0, 2.0))
    gaze: float = fields.option(1.0, help="motion.option.eyes", span=(0.0, 2.0))
    absolute: bool = fields.option(False, help="motion.option.absolute")
    model: str = fields.option("warp", help="reenact.run_model", metavar=_MODELS)
    size: int = fields.option(720, help="motion.option.side", span=(64, 4096), unit=" px")
    limit: int | None = fields.option(None, help="motion.option.limit", span=(1, 250_000))
    face: int = fields.option(1, help="motion.option.face", span=(1, 1000))
    device: str = fields.option("auto", help="option.device", metavar="DEVICE")
    overwrite: bool = fields.option(False, help="option.overwrite")


@dataclasses.dataclass(frozen=True)
class TrainRequest(TrainOptions):
    """A training run, new or gone on with."""

    preset: str = fields.option("default", help="training.preset", choices=preset_names)
    data: str = fields.option("head", help="reenact.data", metavar="head|CLIP|FOLDER")
    people: int = fields.option(400, help="reenact.people", span=(4, 1_000_000))


@dataclasses.dataclass(frozen=True)
class EvalRequest:
    """The scores of models against clips that they never saw."""

    model: tuple[str, ...] = fields.option(("default",), help="reenact.models", metavar="MODEL")
    data: str = fields.option("head", help="reenact.eval_data", metavar="head|CLIP|FOLDER")
    people: int = fields.option(24, help="reenact.eval_people", span=(1, 10_000))
    seed: int = fields.option(0, help="training.seed", span=(0, MOST_SEED))
    cache: Path = fields.option(Path("cache"), help="training.cache")
    out: Path = fields.option(Path("evaluation"), help="motion.out")
    device: str = fields.option("auto", help="option.device", metavar="DEVICE")
    overwrite: bool = fields.option(False, help="option.overwrite")


@dataclasses.dataclass(frozen=True)
class ExportRequest:
    """A model for other programs."""

    model: str = fields.option("default", help="reenact.model", metavar="default|FILE")
    out: Path = fields.option(Path("reenact.onnx"), help="reenact.out_onnx")
    device: str = fields.option("auto", help="option.device", metavar="DEVICE")
    overwrite: bool = fields.option(False, help="option.overwrite")
