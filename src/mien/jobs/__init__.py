"""The jobs. `JOBS` is the one list: command line, studio, docs and contract tests follow it."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mien.jobs.base import Job

    JOBS: tuple[Job, ...]


def __getattr__(name: str) -> tuple[Job, ...]:
    """`JOBS` is made when it is first asked for, so that one job can load without the others."""
    if name != "JOBS":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _jobs()


@functools.cache
def _jobs() -> tuple[Job, ...]:
    from mien.jobs import character, express, generate, reenact, translate

    return (character.JOB, generate.JOB, express.JOB, reenact.JOB, translate.JOB)
