"""Who does numbered pieces of work: processes of this machine, or those of a Ray cluster."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Literal, TypeAlias

from mien.data.workers import Make, Told, work_through

Kind: TypeAlias = Literal["local", "ray"]


@dataclasses.dataclass(frozen=True)
class Backend:
    """Where pieces are done.

    workers   processes; on a cluster, pieces at a time (0: as many as it has cores)
    address   of a running cluster ("auto", "10.0.0.5:6379", "ray://10.0.0.5:10001"), or "local"
              for one that is started here and ends with the work
    """

    kind: Kind = "local"
    workers: int = 1
    address: str = "auto"


def through(make: Make, numbers: Sequence[int], backend: Backend, told: Told) -> None:
    """Does every piece once; errors as `work_through`, and MissingExtraError without Ray."""
    if backend.kind == "local":
        work_through(make, numbers, workers=backend.workers, told=told)
        return
    from mien.data.ray_backend import work_through_ray

    work_through_ray(make, numbers, backend, told)
