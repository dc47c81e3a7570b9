"""Makes the imitator that ships: `python -m mien.jobs.character imitator`.

Can be stopped at any moment and goes on where it was. The run stays in `runs/character-imitator/`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from mien.jobs import shipping, training
from mien.jobs.character.config import EvalRequest, TrainRequest
from mien.jobs.character.imitator.evaluation import evaluate
from mien.jobs.character.imitator.model import JOB, SHIPPED, load_imitator
from mien.jobs.character.imitator.training import TRAINER

IMAGES = 36_000
"""Seen by the imitator: each head about five times."""


def main(arguments: list[str] | None = None) -> int:
    """Trains, scores and puts the imitator where it ships from; returns the exit code."""
    parser = shipping.parser("python -m mien.jobs.character", __doc__)
    parser.add_argument("network", choices=("imitator",))
    options = parser.parse_args(arguments)
    return shipping.command(lambda: make(options.images or IMAGES, options.cache))


def make(images: int, cache: Path) -> None:
    """Trains the imitator of the head and writes it, with its scores in its header."""
    request = TrainRequest(
        images=images, resume="auto", runs=Path("runs") / "character-imitator", cache=cache
    )
    outcome = training.run(TRAINER, request, shipping.device(), shipping.told)
    results = shipping.whole(outcome, images)
    if not results:
        return
    path = results[0]
    scores = EvalRequest(model=str(path), cache=cache, out=path.parent, overwrite=True)
    report = evaluate(load_imitator(str(path), shipping.device()), scores, shipping.told)
    shipping.say(*report.notes)
    shipping.ship(path, SHIPPED, job=JOB, figures=report.figures)


if __name__ == "__main__":
    sys.exit(main())
