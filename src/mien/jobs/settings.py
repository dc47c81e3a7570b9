"""What the resolved settings of every training recipe have in common."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Self


@dataclasses.dataclass(frozen=True)
class RecipeSettings:
    """Plain values by field name, there and back again; a job's settings derive from it."""

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
