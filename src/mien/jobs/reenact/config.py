"""What the job `reenact` can be asked."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

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
    crop: bool = fields.option(False, help="person.crop")
    start: int = fields.option(0, help="motion.option.start", span=(0, 250_000))
    arrows: bool = fields.option(False, help="motion.option.arrows")
    device: str = fields.option("auto", help="option.device", metavar="DEVICE")


def person_presets() -> tuple[str, ...]:
    """The presets of a person, looked up only when the options are shown or read."""
    from mien.jobs.reenact.person.settings import PERSON_PRESETS

    return tuple(PERSON_PRESETS)


@dataclasses.dataclass(frozen=True)
class LearnRequest:
    """A person learnt from one clip, anew or gone on with."""

    source: Path = fields.argument("CLIP", help="person.clip")
    out: Path = fields.option(Path("person"), help="person.out")
    minutes: float = fields.option(8.0, help="person.minutes", span=(0.01, 1e4), unit=" min")
    images: int | None = fields.option(None, help="training.images", span=(1, 10**9))
    preset: str = fields.option("person", help="training.preset", choices=person_presets)
    set: tuple[str, ...] = fields.option((), help="training.set", metavar="NAME=VALUE")
    hold: float = fields.option(0.3, help="person.hold", span=(0.0, 0.5))
    landmarks: Literal["mien", "dlib68"] = fields.option("mien", help="person.landmarks")
    limit: int | None = fields.option(None, help="person.limit", span=(12, 2400))
    resume: str = fields.option("no", help="training.resume", metavar="no|auto|RUN")
    seed: int = fields.option(0, help="training.seed", span=(0, MOST_SEED))
    runs: Path = fields.option(Path("runs"), help="training.runs")
    device: str = fields.option("cpu", help="option.device", metavar="DEVICE")
    overwrite: bool = fields.option(False, help="option.overwrite")


@dataclasses.dataclass(frozen=True)
class LiveRequest:
    """A person or a photo moved by what a camera sees, at once."""

    subject: Path = fields.argument("PERSON|PHOTO", help="live.subject")
    camera: int = fields.option(0, help="motion.option.camera", span=(0, 63))
    source: Path | None = fields.option(None, help="live.source", metavar="CLIP")
    listen: int | None = fields.option(None, help="live.listen", span=(0, 65535), metavar="PORT")
    sink: Literal["file", "virtual", "none"] = fields.option("file", help="live.sink")
    out: Path = fields.option(Path("live.mp4"), help="live.out")
    vmc: str = fields.option("", help="live.vmc", metavar="HOST:PORT")
    seconds: float | None = fields.option(None, help="live.seconds", span=(0.1, 1e6), unit=" s")
    fps: float = fields.option(30.0, help="live.fps", span=(1, 240))
    fast: bool = fields.option(False, help="live.fast")
    loops: int = fields.option(1, help="live.loops", span=(0, 1_000_000))
    mirror: bool = fields.option(False, help="live.mirror")
    calibrate: float = fields.option(1.0, help="live.calibrate", span=(0.1, 30), unit=" s")
    background: str = fields.option("none", help="live.backdrop", metavar="none|green|#rrggbb")
    strength: float = fields.option(1.0, help="motion.option.strength", span=(0.0, 2.0))
    head: float = fields.option(1.0, help="motion.option.head", span=(0.0, 2.0))
    gaze: float = fields.option(1.0, help="motion.option.eyes", span=(0.0, 2.0))
    absolute: bool = fields.option(False, help="motion.option.absolute")
    size: int = fields.option(512, help="motion.option.side", span=(64, 4096), unit=" px")
    face: int = fields.option(1, help="motion.option.face", span=(1, 1000))
    device: str = fields.option("cpu", help="option.device", metavar="DEVICE")
    overwrite: bool = fields.option(False, help="option.overwrite")


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
class RankRequest:
    """Which way is liked best, from votes on pairs."""

    votes: tuple[Path, ...] = fields.argument("VOTES", help="rank.votes")
    out: Path = fields.option(Path("ranking.json"), help="rank.out")
    overwrite: bool = fields.option(False, help="option.overwrite")


@dataclasses.dataclass(frozen=True)
class ExportRequest:
    """A model for other programs."""

    model: str = fields.option("default", help="reenact.model", metavar="default|FILE")
    out: Path = fields.option(Path("reenact.onnx"), help="reenact.out_onnx")
    device: str = fields.option("auto", help="option.device", metavar="DEVICE")
    overwrite: bool = fields.option(False, help="option.overwrite")
