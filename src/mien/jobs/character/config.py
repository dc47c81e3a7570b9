"""What the job `character` can be asked."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from mien import fields
from mien.head import choices
from mien.io.provenance import Consent
from mien.jobs.train_request import TrainOptions


def preset_names() -> tuple[str, ...]:
    """The presets, looked up only when the options are shown or read."""
    from mien.jobs.character.imitator.presets import PRESETS

    return tuple(PRESETS)


@dataclasses.dataclass(frozen=True)
class FitRequest:
    """Photos to turn into characters, one folder per face; or one of all photos of one person."""

    photos: tuple[Path, ...] = fields.argument("PHOTO", help="character.photos")
    out: Path = fields.option(Path("characters"), help="character.out")
    likeness: Literal["off", "detail", "full"] = fields.option("full", help="character.likeness")
    size: int = fields.option(512, help="character.size", span=(128, 1024), unit=" px")
    one_person: bool = fields.option(False, help="character.one_person")
    lock: tuple[str, ...] = fields.option((), help="character.lock", metavar="NAME[=VALUE]")
    engine: str = fields.option("head", help="character.engine", metavar="head|imitator|ENGINE")
    translator: str | None = fields.option(None, help="character.translator", metavar="FILE")
    imitator: str | None = fields.option(None, help="character.imitator", metavar="FILE")
    renders: int = fields.option(80, help="character.renders", span=(1, 10_000))
    timeout: float = fields.option(30.0, help="engine.timeout", span=(0.1, 3600.0), unit=" s")
    start: Literal["average", "fit"] = fields.option("average", help="character.start")
    steps: int = fields.option(100, help="character.steps", span=(1, 10_000))
    model: str = fields.option("shipped", help="character.model", metavar="shipped|FILE")
    consent: Consent = fields.option("none", help="option.consent")
    overwrite: bool = fields.option(False, help="option.overwrite")


@dataclasses.dataclass(frozen=True)
class EditRequest:
    """Changes to a character that was fitted before."""

    folder: Path = fields.argument("DIR", help="character.folder")
    set: Mapping[str, float] = fields.option({}, help="option.set", span=(-2.5, 2.5))
    hair: str | None = fields.option(None, help="option.hair", choices=choices.hair_styles)
    facial_hair: str | None = fields.option(
        None, help="option.facial_hair", choices=choices.facial_hair
    )
    glasses: str | None = fields.option(None, help="option.glasses", choices=choices.glasses)
    relock: bool = fields.option(False, help="character.relock")
    lock: tuple[str, ...] = fields.option((), help="character.lock", metavar="NAME[=VALUE]")
    out: Path | None = fields.option(None, help="character.edit_out", metavar="DIR")
    overwrite: bool = fields.option(False, help="option.overwrite")


@dataclasses.dataclass(frozen=True)
class PerformRequest:
    """A character that does what a driver does."""

    folder: Path = fields.argument("DIR", help="character.folder")
    driver: Path = fields.option(help="perform.driver", metavar="CLIP|CSV|webcam")
    out: Path = fields.option(Path("performances"), help="character.out")
    style: Literal["photo", "toon"] = fields.option("photo", help="perform.style")
    size: int = fields.option(512, help="character.size", span=(64, 1024), unit=" px")
    strength: float = fields.option(1.0, help="motion.option.strength", span=(0.0, 2.0))
    head: float = fields.option(1.0, help="motion.option.head", span=(0.0, 2.0))
    gaze: float = fields.option(1.0, help="motion.option.eyes", span=(0.0, 2.0))
    smooth: float = fields.option(1.0, help="perform.smooth", span=(0.0, 4.0))
    absolute: bool = fields.option(False, help="motion.option.absolute")
    fps: float = fields.option(25.0, help="motion.option.fps", span=(1, 120))
    limit: int | None = fields.option(None, help="motion.option.limit", span=(1, 20_000))
    camera: int = fields.option(0, help="motion.option.camera", span=(0, 63))
    vmc: str = fields.option("", help="live.vmc", metavar="HOST:PORT")
    overwrite: bool = fields.option(False, help="option.overwrite")


@dataclasses.dataclass(frozen=True)
class TrainRequest(TrainOptions):
    """A training run of an imitator or of a translator, new or gone on with."""

    stage: Literal["imitator", "translator"] = fields.option("imitator", help="character.stage")
    preset: str = fields.option("default", help="training.preset", choices=preset_names)
    data: str = fields.option("head", help="character.data", metavar="head|PATH")
    people: int = fields.option(7_000, help="character.people", span=(100, 1_000_000))


@dataclasses.dataclass(frozen=True)
class EvalRequest:
    """The scores of an imitator or a translator, or of all ways of fitting, on what is held out."""

    stage: Literal["imitator", "translator", "fit"] = fields.option(
        "imitator", help="character.eval_stage"
    )
    model: str = fields.option("shipped", help="character.model", metavar="shipped|FILE")
    data: str | None = fields.option(None, help="character.eval_data", metavar="head|PATH")
    count: int = fields.option(500, help="character.eval_count", span=(2, 10_000))
    steps: int = fields.option(1000, help="character.eval_steps", span=(1, 10_000))
    cache: Path = fields.option(Path("cache"), help="training.cache")
    out: Path = fields.option(Path("evaluation"), help="character.out")
    device: str = fields.option("auto", help="option.device", metavar="DEVICE")
    overwrite: bool = fields.option(False, help="option.overwrite")


@dataclasses.dataclass(frozen=True)
class ExportRequest:
    """A character for engines, avatars and browsers; or, without one, an imitator as ONNX."""

    folder: Path | None = fields.argument("DIR", help="character.export.folder", default=None)
    html: bool = fields.option(False, help="character.export.html")
    no_webcam: bool = fields.option(False, help="character.export.no_webcam")
    vrm: bool = fields.option(False, help="character.export.vrm")
    glb: bool = fields.option(False, help="character.export.glb")
    morphs: Literal["arkit", "aus", "both"] = fields.option("arkit", help="option.morphs")
    toon: bool = fields.option(False, help="character.export.toon")
    title: str | None = fields.option(None, help="character.export.title", metavar="TEXT")
    author: str | None = fields.option(None, help="character.export.author", metavar="TEXT")
    model: str = fields.option("shipped", help="character.model", metavar="shipped|FILE")
    out: Path | None = fields.option(None, help="character.export.out")
    device: str = fields.option("auto", help="option.device", metavar="DEVICE")
    overwrite: bool = fields.option(False, help="option.overwrite")


@dataclasses.dataclass(frozen=True)
class CollectRequest:
    """A training set of any engine, new or gone on with."""

    engine: str = fields.option("head", help="engine.kind", metavar="ENGINE")
    out: Path = fields.option(Path("collected"), help="engine.out")
    count: int = fields.option(1000, help="engine.count", span=(1, 1_000_000))
    size: int = fields.option(256, help="engine.size", span=(16, 1024), unit=" px")
    spread: float = fields.option(1.0, help="engine.spread", span=(0.01, 1.0))
    label_noise: bool = fields.option(False, help="engine.label_noise")
    seed: int = fields.option(0, help="engine.seed", span=(0, 2**63 - 1))
    timeout: float = fields.option(30.0, help="engine.timeout", span=(0.1, 3600.0), unit=" s")
