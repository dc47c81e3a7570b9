"""What every job is: one frozen record that the command line, studio, docs and tests read."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeAlias

Preset: TypeAlias = Mapping[str, Any]
"""Plain values by field name; `recipe` turns one into networks, phases and batches."""


@dataclasses.dataclass(frozen=True)
class Step:
    """How far a run is, told after every finished piece of it.

    done, total  pieces, 0 <= done <= total
    label        what was just finished, as the user named it
    stays        the label is a sentence to be read, and stays on the screen
    """

    done: int
    total: int
    label: str
    stays: bool = False


Progress: TypeAlias = Callable[[Step], None]


def no_progress(step: Step) -> None:
    """Tells nobody."""


@dataclasses.dataclass(frozen=True)
class Skipped:
    """An input that gave no result, and why, in one line for the user."""

    name: str
    reason: str


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a run left behind.

    results   files or folders that were written, in the order of the inputs
    skipped   inputs without a result; the others are done all the same
    notes     lines the user should read: warnings about single inputs
    figures   measured values by name
    """

    results: tuple[Path, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()
    figures: Mapping[str, float] = dataclasses.field(default_factory=dict)


class Predictor(Protocol):
    """A loaded job: slow to make, then fast for many requests."""

    def run(self, request: Any, *, progress: Progress = no_progress) -> Outcome:
        """Does what one request asks and writes the results.

        A bad input never stops the rest: it is listed in `Outcome.skipped`. Raises MienError
        where nothing at all can be done.
        """
        ...


@dataclasses.dataclass(frozen=True)
class Job:
    """One of the things that mien does.

    name      the word on the command line and the name of its folder under `mien.jobs`
    title     message key of its name for people
    summary   message key of one line on what it is for
    request   request dataclass of each of its actions, by the word on the command line
    result    what its predictor's `run` returns
    presets   named tables of plain values; empty for a job that has nothing to train
    recipe    preset -> training recipe, or None where nothing is trained
    load      device name -> predictor (`mien.device.pick` says which names there are)
    evaluate  preset -> figures by name, or None
    """

    name: str
    title: str
    summary: str
    request: Mapping[str, type]
    result: type
    presets: Mapping[str, Preset]
    recipe: Callable[[str], Any] | None
    load: Callable[[str], Predictor]
    evaluate: Callable[[str], Mapping[str, float]] | None
