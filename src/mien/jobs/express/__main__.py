"""Makes the model that ships: `python -m mien.jobs.express default`.

Can be stopped at any moment and goes on where it was. The run stays in `runs/express/`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from mien.jobs import shipping
from mien.jobs.express.config import EvalRequest, TrainRequest
from mien.jobs.express.evaluation import lines, table
from mien.jobs.express.model import JOB, SHIPPED, load_model
from mien.jobs.express.training import run

IMAGES = 200_000
"""Seen while it is trained: about 40 minutes of one core."""
PEOPLE = 950


def main(arguments: list[str] | None = None) -> int:
    """Trains, scores and puts one model where it ships from; returns the exit code."""
    parser = shipping.parser("python -m mien.jobs.express", __doc__)
    parser.add_argument("model", choices=tuple(SHIPPED))
    options = parser.parse_args(arguments)
    images = options.images or IMAGES
    return shipping.command(lambda: make(options.model, images, options.cache))


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
    outcome = run(request, shipping.device(), shipping.told)
    results = shipping.whole(outcome, images)
    if not results:
        return
    path = results[0]
    asked = EvalRequest(model=(model,))
    rows, _ = table({model: load_model(str(path), shipping.device())}, asked, shipping.told)
    shipping.say(*lines(rows, asked))
    figures = {name: round(value, 4) for name, value in rows[model].items()}
    shipping.ship(path, SHIPPED[model], job=JOB, figures=figures)


if __name__ == "__main__":
    sys.exit(main())
