"""Makes the model that ships: `python -m mien.jobs.reenact default`.

Can be stopped at any moment and goes on where it was. The run stays in `runs/reenact-<model>/`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch

from mien.errors import MienError
from mien.io.weights import load_weights, save_weights
from mien.jobs.base import Step
from mien.jobs.reenact.config import TrainRequest
from mien.jobs.reenact.model import JOB, SHIPPED
from mien.jobs.reenact.training import TRAINER
from mien.jobs.training import run

IMAGES = 8_000
"""Seen while it is trained."""
PEOPLE = 400


def main(arguments: list[str] | None = None) -> int:
    """Trains one model and puts it where it ships from; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m mien.jobs.reenact", description=__doc__)
    parser.add_argument("model", choices=tuple(SHIPPED))
    parser.add_argument("--images", type=int, default=None, help="instead of the usual number")
    parser.add_argument("--cache", type=Path, default=Path("cache"))
    options = parser.parse_args(arguments)
    try:
        make(options.model, options.images or IMAGES, options.cache)
    except MienError as error:
        _say(str(error))
        return error.exit_code
    return 0


def make(model: str, images: int, cache: Path) -> None:
    """Trains a model and writes it."""
    request = TrainRequest(
        preset=model,
        people=PEOPLE,
        images=images,
        precision="bf16",
        resume="auto",
        runs=Path("runs") / f"reenact-{model}",
        cache=cache,
    )
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    outcome = run(TRAINER, request, device, _told)
    if not outcome.results:
        return  # another process of several
    found = load_weights(outcome.results[0], expected_job=JOB)
    digest = save_weights(SHIPPED[model], found.tensors, found.header, half=True)
    _say(f"wrote {SHIPPED[model].name} {digest[:12]}")


def _told(step: Step) -> None:
    _say(step.label if step.stays else f"{step.done}/{step.total} {step.label}")


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
