"""Makes the models that ship: `python -m mien.jobs.generate photo|toon`.

Can be stopped at any moment and goes on where it was. The run stays in `runs/generate-<style>/`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from mien.jobs import shipping
from mien.jobs.generate.config import EvalRequest, TrainRequest
from mien.jobs.generate.evaluation import evaluate
from mien.jobs.generate.model import JOB, SHIPPED, load_model
from mien.jobs.generate.training import TRAINER
from mien.jobs.training import run

IMAGES = {"photo": 400_000, "toon": 500_000}
"""Seen by each model; what the faces of photos gain by more is little."""
PEOPLE = 32_000


def main(arguments: list[str] | None = None) -> int:
    """Trains, scores and puts one model where it ships from; returns the exit code."""
    parser = shipping.parser("python -m mien.jobs.generate", __doc__)
    parser.add_argument("style", choices=tuple(SHIPPED))
    options = parser.parse_args(arguments)
    images = options.images or IMAGES[options.style]
    return shipping.command(lambda: make(options.style, images, options.cache))


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
    outcome = run(TRAINER, request, shipping.device(), shipping.told)
    results = shipping.whole(outcome, images)
    if not results:
        return
    path = results[0]
    scores = EvalRequest(model=str(path), cache=cache, out=path.parent, overwrite=True)
    report = evaluate(load_model(str(path), shipping.device()), scores, shipping.told)
    shipping.say(*report.notes)
    shipping.ship(path, SHIPPED[style], job=JOB, figures=report.figures)


if __name__ == "__main__":
    sys.exit(main())
