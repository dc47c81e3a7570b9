"""What the job `reenact` can be asked."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from mien import fields
from mien.jobs.driven import DrivenOptions
from mien.jobs.runtime import Runtime
from mien.jobs.train_request import MOST_SEED, TrainOptions

WARP = "warp"
"""The name of the photo's own pixels, moved: no model."""
_MODELS = f"{WARP}|default|FILE"


def preset_names() -> tuple[str, ...]:
    """The presets, looked up only when the options are shown or read."""
    from mien.jobs.reenact.presets import PRESETS

    return tuple(PRESETS)


@dataclasses.dataclass(frozen=True)
class RunRequest(DrivenOptions):
    """A photo that moves as a clip, a driver or an expression says."""

    out: Path = fields.option(Path("reenacted"), help="motion.out")
    model: str = fields.option(WARP, help="reenact.run_model", metavar=_MODELS)
    runtime: Runtime = fields.option("torch", help="onnx.runtime")
    device: str = fields.option("auto", help="option.device", metavar="DEVICE")


@dataclasses.dataclass(frozen=True)
class TrainRequest(TrainOptions):
    """A training run, new or gone on with."""

    preset: str = fields.option("default", help="training.preset", choices=preset_names)
    data: str = fields.option("head", help="reenact.data", metavar="head|CLIP|FOLDER")
    people: int = fields.option(400, help="reenact.people", span=(4, 1_000_000))
    edges: Mapping[str, float] = fields.option({}, help="reenact.edges", span=(0, 16))


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
