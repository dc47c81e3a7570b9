"""Makes the models that ship: `python -m mien.jobs.translate`, both directions at once.

Can be stopped at any moment and goes on where it was. The run stays in `runs/translate/`.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path

import torch

from mien.errors import MienError
from mien.io.weights import load_weights, save_weights
from mien.jobs.base import Step
from mien.jobs.training import run
from mien.jobs.translate.config import EvalRequest, TrainRequest
from mien.jobs.translate.evaluation import evaluate
from mien.jobs.translate.model import JOB, SHIPPED, load_model
from mien.jobs.translate.training import TRAINER

PRESET, IMAGES, PEOPLE = "paired-128", 12_000, 10_000
"""Images of each kind that are seen."""
SCORED = 200
"""People that the scores in the headers are measured on."""


def main(arguments: list[str] | None = None) -> int:
    """Trains, scores and puts both models where they ship from; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m mien.jobs.translate", description=__doc__)
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
    """Trains both models and writes them, with their scores in their headers."""
    request = TrainRequest(
        preset=PRESET,
        people=PEOPLE,
        images=images,
        resume="auto",
        runs=Path("runs") / "translate",
        cache=cache,
    )
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    outcome = run(TRAINER, request, device, _told)
    if not outcome.results:
        return  # another process of several
    folder = outcome.results[0].parent
    for to, path in SHIPPED.items():
        scores = EvalRequest(models=(str(folder),), to=to, count=SCORED, out=folder, overwrite=True)
        report = evaluate(scores, lambda name, kind: load_model(name, kind, device), _told)
        for note in report.notes:
            _say(note)
        found = load_weights(folder / f"{to}.safetensors", expected_job=JOB)
        metrics = {**found.header.metrics, **report.figures}
        header = dataclasses.replace(found.header, metrics=metrics)
        digest = save_weights(path, found.tensors, header, half=True)
        _say(f"wrote {path.name} {digest[:12]}")


def _told(step: Step) -> None:
    _say(step.label if step.stays else f"{step.done}/{step.total} {step.label}")


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
