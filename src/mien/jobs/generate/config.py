"""What the job `generate` can be asked."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Literal

from mien import fields
from mien.io.provenance import Consent
from mien.jobs.runtime import Runtime
from mien.jobs.train_request import MOST_SEED, TrainOptions


def preset_names() -> tuple[str, ...]:
    """The presets, looked up only when the options are shown or read."""
    from mien.jobs.generate.presets import PRESETS

    return tuple(PRESETS)


@dataclasses.dataclass(frozen=True)
class SampleRequest:
    """Faces of people who do not exist."""

    count: int = fields.option(16, help="generate.count", span=(1, 100_000))
    seed: int = fields.option(0, help="generate.seed", span=(0, MOST_SEED))
    truncation: float = fields.option(1.0, help="generate.truncation", span=(0, 2))
    model: str = fields.option("photo", help="generate.model", metavar="photo|toon|FILE")
    runtime: Runtime = fields.option("torch", help="onnx.runtime")
    out: Path = fields.option(Path("faces"), help="generate.out")
    device: str = fields.option("auto", help="option.device", metavar="DEVICE")
    overwrite: bool = fields.option(False, help="option.overwrite")


@dataclasses.dataclass(frozen=True)
class WalkRequest:
    """A way through faces, from one to the next."""

    seeds: tuple[int, ...] = fields.option(
        (), help="generate.seeds", span=(0, MOST_SEED), metavar="SEED"
    )
    like: tuple[Path, ...] = fields.option((), help="generate.walk_like", metavar="PHOTO")
    stops: int = fields.option(6, help="generate.stops", span=(2, 1000))
    seconds: float = fields.option(1.5, help="generate.seconds", span=(0.1, 60), unit=" s")
    fps: int = fields.option(60, help="generate.fps", span=(1, 120))
    size: int = fields.option(256, help="generate.size", span=(16, 2048), unit=" px")
    open: bool = fields.option(False, help="generate.open")
    truncation: float = fields.option(0.9, help="generate.truncation", span=(0, 2))
    model: str = fields.option("photo", help="generate.model", metavar="photo|toon|FILE")
    runtime: Runtime = fields.option("torch", help="onnx.runtime")
    out: Path = fields.option(Path("walk.mp4"), help="generate.out_walk")
    consent: Consent = fields.option("none", help="option.consent")
    device: str = fields.option("auto", help="option.device", metavar="DEVICE")
    overwrite: bool = fields.option(False, help="option.overwrite")


@dataclasses.dataclass(frozen=True)
class LikeRequest:
    """The face of the model that is most like a photo."""

    photos: tuple[Path, ...] = fields.argument("PHOTO...", help="option.photos")
    steps: int = fields.option(200, help="generate.steps", span=(1, 10_000))
    seed: int = fields.option(0, help="generate.seed", span=(0, MOST_SEED))
    model: str = fields.option("photo", help="generate.model", metavar="photo|toon|FILE")
    out: Path = fields.option(Path("likes"), help="generate.out")
    consent: Consent = fields.option("none", help="option.consent")
    device: str = fields.option("auto", help="option.device", metavar="DEVICE")
    overwrite: bool = fields.option(False, help="option.overwrite")


@dataclasses.dataclass(frozen=True)
class TrainRequest(TrainOptions):
    """A training run, new or gone on with."""

    preset: str = fields.option("default", help="training.preset", choices=preset_names)
    data: str = fields.option("head", help="generate.data", metavar="head|head:toon|PATH")
    crop: Literal["centre", "face", "squeeze"] = fields.option("centre", help="data.crop")
    people: int = fields.option(32_000, help="generate.people", span=(500, 10_000_000))


@dataclasses.dataclass(frozen=True)
class EvalRequest:
    """The scores of a model against pictures that it was not trained on."""

    model: str = fields.option("photo", help="generate.model", metavar="photo|toon|FILE")
    data: str | None = fields.option(None, help="generate.eval_data", metavar="head|PATH")
    crop: Literal["centre", "face", "squeeze"] = fields.option("centre", help="data.crop")
    count: int = fields.option(2000, help="generate.eval_count", span=(100, 50_000))
    seed: int = fields.option(0, help="generate.seed", span=(0, MOST_SEED))
    features: Path | None = fields.option(None, help="generate.features")
    cache: Path = fields.option(Path("cache"), help="training.cache")
    out: Path = fields.option(Path("evaluation"), help="generate.out")
    device: str = fields.option("auto", help="option.device", metavar="DEVICE")
    overwrite: bool = fields.option(False, help="option.overwrite")


@dataclasses.dataclass(frozen=True)
class ExportRequest:
    """A model for other programs."""

    model: str = fields.option("photo", help="generate.model", metavar="photo|toon|FILE")
    out: Path = fields.option(Path("faces.onnx"), help="training.out_onnx")
    device: str = fields.option("auto", help="option.device", metavar="DEVICE")
    overwrite: bool = fields.option(False, help="option.overwrite")
