"""Makes the model that ships: `python -m mien.jobs.express default`.

Can be stopped at any moment and goes on where it was. The run stays in `runs/express/`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch

from mien.errors import MienError
from mien.io.weights import load_weights, save_weights
from mien.jobs.base import Step
from mien.jobs.express.config import EvalRequest, TrainRequest
from mien.jobs.express.evaluation import lines, table
from mien.jobs.express.model import JOB, SHIPPED, load_model
from mien.jobs.express.training import run

IMAGES = 14_000
"""Seen while it is trained: about three minutes of one core."""
PEOPLE = 950


def main(arguments: list[str] | None = None) -> int:
    """Trains, scores and puts one model where it ships from; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m mien.jobs.express", description=__doc__)
    parser.add_argument("model", choices=tuple(SHIPPED))
    parser.add_argument("--images", type=int, default=None, help="instead of the usual number")
    parser.add_argument("--cache", type=Path, default=Path("cache"))
    options = parser.parse_args(arguments)
    images = options.images or IMAGES
    try:
        make(options.model, images, options.cache)
    except MienError as error:
        _say(str(error))
        return error.exit_code
    return 0


def make(model: str, images: int, cache: Path) -> None:
    """Trains a model and writes it, with its scores in its header."""
    request = TrainRequest(
        preset=model,
        people=PEOPLE,
        images=images,
        resume="auto",
        runs=Path("runs") / "express",
        cache=cache,
    )
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    outcome = run(request, device, _told)
    if not outcome.results:
        return  # another process of several
    path = outcome.results[0]
    asked = EvalRequest(model=(model,))
    rows, _ = table({model: load_model(str(path), device)}, asked, _told)
    for line in lines(rows, asked):
        _say(line)
    found = load_weights(path, expected_job=JOB)
    scores = {name: round(value, 4) for name, value in rows[model].items()}
    header = {**vars(found.header), "metrics": {**found.header.metrics, **scores}}
    digest = save_weights(SHIPPED[model], found.tensors, type(found.header)(**header), half=True)
    _say(f"wrote {SHIPPED[model].name} {digest[:12]}")


def _told(step: Step) -> None:
    _say(step.label if step.stays else f"{step.done}/{step.total} {step.label}")


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
