"""What the job `express` can be asked."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from mien import fields
from mien.io.provenance import Consent
from mien.jobs.driven import DrivenOptions
from mien.jobs.runtime import Runtime
from mien.jobs.train_request import MOST_SEED, TrainOptions

_MODELS = "warp|default|FILE"


def expression_names() -> tuple[str, ...]:
    """Expressions by name, looked up only when the options are shown or read."""
    from mien.persona.expression_table import expression_names as names

    return names()


def preset_names() -> tuple[str, ...]:
    """The presets, looked up only when the options are shown or read."""
    from mien.jobs.express.presets import PRESETS

    return tuple(PRESETS)


@dataclasses.dataclass(frozen=True)
class EditRequest:
    """Photos to be shown with another expression."""

    photos: tuple[Path, ...] = fields.argument("PHOTO", help="motion.photos")
    out: Path = fields.option(Path("expressions"), help="motion.out")
    au: Mapping[str, float] = fields.option({}, help="motion.option.au", span=(-1.1, 1.1))
    preset: str | None = fields.option(None, help="motion.option.preset", choices=expression_names)
    like: Path | None = fields.option(None, help="motion.option.like")
    strength: float = fields.option(1.0, help="motion.option.strength", span=(0.0, 2.0))
    exact: bool = fields.option(False, help="motion.option.exact")
    yaw: float = fields.option(0.0, help="option.yaw", span=(-20, 20), unit="°")
    pitch: float = fields.option(0.0, help="option.pitch", span=(-10, 10), unit="°")
    roll: float = fields.option(0.0, help="option.roll", span=(-15, 15), unit="°")
    gaze: tuple[float, float] | None = fields.option(
        None, help="option.gaze", span=(-1, 1), metavar="X Y"
    )
    face: int | None = fields.option(None, help="motion.option.face", span=(1, 1000))
    only: str | None = fields.option(None, help="express.only", metavar="12,6")
    sweep: str | None = fields.option(None, help="express.sweep", metavar="12,6")
    steps: int = fields.option(7, help="express.steps", span=(2, 50))
    grid: bool = fields.option(False, help="express.grid")
    mask: bool = fields.option(False, help="express.mask")
    model: str = fields.option("warp", help="express.model", metavar=_MODELS)
    attention: Literal["keep", "change"] = fields.option("keep", help="express.attention")
    consent: Consent = fields.option("none", help="option.consent")
    runtime: Runtime = fields.option("torch", help="onnx.runtime")
    device: str = fields.option("auto", help="option.device", metavar="DEVICE")
    overwrite: bool = fields.option(False, help="option.overwrite")


@dataclasses.dataclass(frozen=True)
class AnimateRequest(DrivenOptions):
    """Photos that follow the expressions of a driver; their heads stay as they are."""

    out: Path = fields.option(Path("expressions"), help="motion.out")
    head: float = fields.option(0.0, help="motion.option.head", span=(0.0, 2.0))
    gaze: float = fields.option(0.0, help="motion.option.eyes", span=(0.0, 2.0))


@dataclasses.dataclass(frozen=True)
class TrainRequest(TrainOptions):
    """A training run, new or gone on with."""

    preset: str = fields.option("default", help="training.preset", choices=preset_names)
    data: str = fields.option("head", help="express.data", metavar="head|PATH")
    attributes: Path | None = fields.option(None, help="express.attributes")
    crop: Literal["centre", "face", "squeeze"] = fields.option("face", help="data.crop")
    people: int = fields.option(1200, help="express.people", span=(50, 1_000_000))


@dataclasses.dataclass(frozen=True)
class EvalRequest:
    """Networks and the warp against drawings of people whom none of them has seen."""

    model: tuple[str, ...] = fields.option(
        ("default",), help="express.eval_models", metavar="default|FILE"
    )
    people: int = fields.option(12, help="express.eval_people", span=(2, 10_000))
    seed: int = fields.option(0, help="express.eval_seed", span=(0, MOST_SEED))
    out: Path = fields.option(Path("evaluation"), help="motion.out")
    device: str = fields.option("auto", help="option.device", metavar="DEVICE")
    overwrite: bool = fields.option(False, help="option.overwrite")


@dataclasses.dataclass(frozen=True)
class ExportRequest:
    """A model for other programs."""

    model: str = fields.option("default", help="express.export_model", metavar="default|FILE")
    out: Path = fields.option(Path("express.onnx"), help="express.out_onnx")
    device: str = fields.option("auto", help="option.device", metavar="DEVICE")
    overwrite: bool = fields.option(False, help="option.overwrite")
