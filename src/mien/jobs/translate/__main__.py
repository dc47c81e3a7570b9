"""Makes the models that ship: `python -m mien.jobs.translate`, both directions at once.

Can be stopped at any moment and goes on where it was. The run stays in `runs/translate/`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from mien.jobs import shipping
from mien.jobs.training import run
from mien.jobs.translate.config import EvalRequest, TrainRequest
from mien.jobs.translate.evaluation import evaluate
from mien.jobs.translate.model import JOB, SHIPPED, load_model
from mien.jobs.translate.training import TRAINER

PRESET, IMAGES, PEOPLE = "paired-128", 60_000, 10_000
"""Images of each kind that are seen."""
SCORED = 200
"""People that the scores in the headers are measured on."""


def main(arguments: list[str] | None = None) -> int:
    """Trains, scores and puts both models where they ship from; returns the exit code."""
    parser = shipping.parser("python -m mien.jobs.translate", __doc__)
    options = parser.parse_args(arguments)
    return shipping.command(lambda: make(options.images or IMAGES, options.cache))


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
    device = shipping.device()
    outcome = run(TRAINER, request, device, shipping.told)
    results = shipping.whole(outcome, images)
    if not results:
        return
    folder = results[0].parent
    for to, path in SHIPPED.items():
        scores = EvalRequest(models=(str(folder),), to=to, count=SCORED, out=folder, overwrite=True)
        report = evaluate(scores, lambda name, kind: load_model(name, kind, device), shipping.told)
        shipping.say(*report.notes)
        shipping.ship(folder / f"{to}.safetensors", path, job=JOB, figures=report.figures)


if __name__ == "__main__":
    sys.exit(main())
