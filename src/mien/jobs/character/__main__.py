"""Makes the imitator that ships: `python -m mien.jobs.character imitator`.

Can be stopped at any moment and goes on where it was. The run stays in `runs/character-imitator/`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch

from mien.errors import MienError
from mien.io.weights import load_weights, save_weights
from mien.jobs import training
from mien.jobs.base import Step
from mien.jobs.character.config import EvalRequest, TrainRequest
from mien.jobs.character.imitator.evaluation import evaluate
from mien.jobs.character.imitator.model import JOB, SHIPPED, load_imitator
from mien.jobs.character.imitator.training import TRAINER

IMAGES = 36_000
"""Seen by the imitator: each head about five times."""


def main(arguments: list[str] | None = None) -> int:
    """Trains, scores and puts the imitator where it ships from; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m mien.jobs.character", description=__doc__)
    parser.add_argument("network", choices=("imitator",))
    parser.add_argument("--images", type=int, default=IMAGES, help="instead of the usual number")
    parser.add_argument("--cache", type=Path, default=Path("cache"))
    options = parser.parse_args(arguments)
    try:
        make(options.images, options.cache)
    except MienError as error:
        _say(str(error))
        return error.exit_code
    return 0


def make(images: int, cache: Path) -> None:
    """Trains the imitator of the head and writes it, with its scores in its header."""
    request = TrainRequest(
        images=images, resume="auto", runs=Path("runs") / "character-imitator", cache=cache
    )
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    outcome = training.run(TRAINER, request, device, _told)
    if not outcome.results:
        return  # another process of several
    path = outcome.results[0]
    scores = EvalRequest(model=str(path), cache=cache, out=path.parent, overwrite=True)
    report = evaluate(load_imitator(str(path), device), scores, _told)
    for note in report.notes:
        _say(note)
    found = load_weights(path, expected_job=JOB)
    metrics = {**found.header.metrics, **report.figures}
    header = {**vars(found.header), "metrics": metrics}
    digest = save_weights(SHIPPED, found.tensors, type(found.header)(**header), half=True)
    _say(f"wrote {SHIPPED.name} {digest[:12]}")


def _told(step: Step) -> None:
    _say(step.label if step.stays else f"{step.done}/{step.total} {step.label}")


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
