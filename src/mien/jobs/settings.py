"""What the resolved settings of every training recipe have in common."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Self

from mien import fields


@dataclasses.dataclass(frozen=True)
class RecipeSettings:
    """Plain values by field name, there and back again; a job's settings derive from it."""

    @classmethod
    def of(cls, presets: Mapping[str, Mapping[str, Any]], preset: str, **changes: Any) -> Self:
        """The settings of a preset, with some of them changed.

        Raises OptionError for an unknown preset.
        """
        if preset not in presets:
            raise fields.unknown("--preset", preset, presets)
        return cls(**{**presets[preset], **changes})

    def as_config(self) -> dict[str, Any]:
        """JSON values."""
        return dataclasses.asdict(self)

    @classmethod
    def from_config(cls, values: Mapping[str, Any]) -> Self:
        """The settings that `as_config` described; raises TypeError for a foreign name."""
        told: dict[str, Any] = {
            n: tuple(v) if isinstance(v, list) else v for n, v in values.items()
        }
        return cls(**told)
