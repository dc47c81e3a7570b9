"""`python -m mien.jobs.<job>`: what making a model that ships is alike for every job."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import torch

from mien.errors import MienError
from mien.io.weights import load_weights, save_weights
from mien.jobs.base import Outcome, Step


def device() -> torch.device:
    """The GPU where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def parser(name: str, about: str | None) -> argparse.ArgumentParser:
    """The options that every such command has."""
    made = argparse.ArgumentParser(prog=name, description=about)
    made.add_argument("--images", type=int, default=None, help="instead of the usual number")
    made.add_argument("--cache", type=Path, default=Path("cache"))
    return made


def command(make: Callable[[], None]) -> int:
    """Runs it; a mistake is said in its line. Gives the exit code."""
    try:
        make()
    except MienError as error:
        say(str(error))
        return error.exit_code
    return 0


def whole(outcome: Outcome, images: int) -> tuple[Path, ...]:
    """The results of a run that saw all its images; nothing for one that was stopped before.

    A stopped run goes on with the next call; another process of several has no results either.
    """
    if outcome.results and outcome.figures.get("images", 0) < images:
        say(f"stopped at {outcome.figures['images']:.0f} of {images} images: nothing ships yet")
        return ()
    return outcome.results


def ship(
    trained: Path, shipped: Path, *, job: str, figures: Mapping[str, float] | None = None
) -> None:
    """Puts a run's weights where they ship from, with these figures added to their header."""
    found = load_weights(trained, expected_job=job)
    metrics = {**found.header.metrics, **(figures or {})}
    header = dataclasses.replace(found.header, metrics=metrics)
    digest = save_weights(shipped, found.tensors, header, half=True)
    say(f"wrote {shipped.name} {digest[:12]}")


def told(step: Step) -> None:
    """Progress as lines."""
    say(step.label if step.stays else f"{step.done}/{step.total} {step.label}")


def say(*lines: str) -> None:
    """Lines for whoever makes models."""
    sys.stderr.write("".join(f"{line}\n" for line in lines))
