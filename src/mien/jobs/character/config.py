"""What the job `character` can be asked."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from mien import fields


def hair_styles() -> tuple[str, ...]:
    """The head's hair styles, looked up only when the options are shown or read."""
    from mien.head.schema import HAIR_STYLES

    return HAIR_STYLES


@dataclasses.dataclass(frozen=True)
class FitRequest:
    """Photos to turn into characters, one folder per face."""

    photos: tuple[Path, ...] = fields.argument("PHOTO", help="character.photos")
    out: Path = fields.option(Path("characters"), help="character.out")
    likeness: Literal["off", "detail", "full"] = fields.option("full", help="character.likeness")
    size: int = fields.option(512, help="character.size", span=(128, 1024), unit=" px")
    overwrite: bool = fields.option(False, help="option.overwrite")


@dataclasses.dataclass(frozen=True)
class EditRequest:
    """Changes to a character that was fitted before."""

    folder: Path = fields.argument("DIR", help="character.folder")
    set: Mapping[str, float] = fields.option({}, help="option.set", span=(-2.5, 2.5))
    hair: str | None = fields.option(None, help="option.hair", choices=hair_styles)
    overwrite: bool = fields.option(False, help="option.overwrite")
