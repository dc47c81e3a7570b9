"""Makes the models that ship: `python -m mien.jobs.generate photo|toon`.

Can be stopped at any moment and goes on where it was. The run stays in `runs/generate-<style>/`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch

from mien.errors import MienError
from mien.io.weights import load_weights, save_weights
from mien.jobs.base import Step
from mien.jobs.generate.config import EvalRequest, TrainRequest
from mien.jobs.generate.evaluation import evaluate
from mien.jobs.generate.model import JOB, SHIPPED, load_model
from mien.jobs.generate.training import TRAINER
from mien.jobs.training import run

IMAGES = {"photo": 400_000, "toon": 200_000}
"""Seen by each model; drawings are easier."""
PEOPLE = 32_000


def main(arguments: list[str] | None = None) -> int:
    """Trains, scores and puts one model where it ships from; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m mien.jobs.generate", description=__doc__)
    parser.add_argument("style", choices=tuple(SHIPPED))
    parser.add_argument("--images", type=int, default=None, help="instead of the usual number")
    parser.add_argument("--cache", type=Path, default=Path("cache"))
    options = parser.parse_args(arguments)
    images = options.images or IMAGES[options.style]
    try:
        make(options.style, images, options.cache)
    except MienError as error:
        _say(str(error))
        return error.exit_code
    return 0


def make(style: str, images: int, cache: Path) -> None:
    """Trains the model of a style and writes it, with its scores in its header."""
    request = TrainRequest(
        data=f"head:{style}",
        people=PEOPLE,
        images=images,
        resume="auto",
        runs=Path("runs") / f"generate-{style}",
        cache=cache,
    )
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    outcome = run(TRAINER, request, device, _told)
    if not outcome.results:
        return  # another process of several
    path = outcome.results[0]
    scores = EvalRequest(model=str(path), cache=cache, out=path.parent, overwrite=True)
    report = evaluate(load_model(str(path), device), scores, _told)
    for note in report.notes:
        _say(note)
    found = load_weights(path, expected_job=JOB)
    metrics = {**found.header.metrics, **report.figures}
    header = {**vars(found.header), "metrics": metrics}
    digest = save_weights(SHIPPED[style], found.tensors, type(found.header)(**header), half=True)
    _say(f"wrote {SHIPPED[style].name} {digest[:12]}")


def _told(step: Step) -> None:
    _say(step.label if step.stays else f"{step.done}/{step.total} {step.label}")


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
