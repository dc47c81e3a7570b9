"""What the job `translate` can be asked."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Literal, TypeAlias

from mien import fields
from mien.io.provenance import Consent
from mien.jobs.runtime import Runtime
from mien.jobs.train_request import TrainOptions

Kind: TypeAlias = Literal["anime", "photo"]
_MODEL = "head|RUN|FILE"


def preset_names() -> tuple[str, ...]:
    """The presets, looked up only when the options are shown or read."""
    from mien.jobs.translate.presets import PRESETS

    return tuple(PRESETS)


@dataclasses.dataclass(frozen=True)
class RunRequest:
    """Pictures to be shown as the other kind."""

    photos: tuple[Path, ...] = fields.argument("PICTURE...", help="translate.pictures")
    to: Kind = fields.option(help="translate.to")
    via: Literal["auto", "network", "character", "guided"] = fields.option(
        "auto", help="translate.via"
    )
    model: str = fields.option("head", help="translate.model", metavar=_MODEL)
    runtime: Runtime = fields.option("torch", help="onnx.runtime")
    size: int | None = fields.option(None, help="translate.size", span=(32, 1024), unit=" px")
    paste: bool = fields.option(False, help="translate.paste")
    sheet: bool = fields.option(False, help="translate.sheet")
    damp: float = fields.option(0.7, help="translate.damp", span=(0.0, 0.95))
    limit: int | None = fields.option(None, help="motion.option.limit", span=(1, 1_000_000))
    out: Path = fields.option(Path("translations"), help="translate.out")
    consent: Consent = fields.option("none", help="option.consent")
    device: str = fields.option("auto", help="option.device", metavar="DEVICE")
    overwrite: bool = fields.option(False, help="option.overwrite")


@dataclasses.dataclass(frozen=True)
class TrainRequest(TrainOptions):
    """A training run of both directions."""

    preset: str = fields.option("default", help="training.preset", choices=preset_names)
    data: str = fields.option("head", help="translate.data", metavar="head|PATH")
    to_data: str = fields.option("", help="translate.to_data", metavar="PATH")
    crop: Literal["centre", "face", "squeeze"] = fields.option("face", help="data.crop")
    to_crop: Literal["centre", "face", "squeeze"] = fields.option(
        "centre", help="translate.to_crop"
    )
    people: int = fields.option(6_000, help="translate.people", span=(500, 1_000_000))


@dataclasses.dataclass(frozen=True)
class EvalRequest:
    """The scores of translations of people that no model was trained on."""

    models: tuple[str, ...] = fields.option(("head",), help="translate.models", metavar=_MODEL)
    to: Kind = fields.option("anime", help="translate.to")
    count: int = fields.option(500, help="translate.eval_count", span=(50, 50_000))
    probe: int = fields.option(1_500, help="translate.eval_probe_count", span=(0, 8_000))
    out: Path = fields.option(Path("evaluation"), help="translate.out")
    device: str = fields.option("auto", help="option.device", metavar="DEVICE")
    overwrite: bool = fields.option(False, help="option.overwrite")


@dataclasses.dataclass(frozen=True)
class ExportRequest:
    """A model for other programs."""

    model: str = fields.option("head", help="translate.model", metavar=_MODEL)
    to: Kind = fields.option("anime", help="translate.to")
    out: Path = fields.option(Path("translate.onnx"), help="translate.out_onnx")
    device: str = fields.option("auto", help="option.device", metavar="DEVICE")
    overwrite: bool = fields.option(False, help="option.overwrite")
