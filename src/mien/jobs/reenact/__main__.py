"""Makes the model that ships: `python -m mien.jobs.reenact default`.

Can be stopped at any moment and goes on where it was. The run stays in `runs/reenact-<model>/`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from mien.jobs import shipping
from mien.jobs.reenact.config import TrainRequest
from mien.jobs.reenact.model import JOB, SHIPPED
from mien.jobs.reenact.training import TRAINER
from mien.jobs.training import run

IMAGES = 8_000
"""Seen while it is trained."""
PEOPLE = 400


def main(arguments: list[str] | None = None) -> int:
    """Trains one model and puts it where it ships from; returns the exit code."""
    parser = shipping.parser("python -m mien.jobs.reenact", __doc__)
    parser.add_argument("model", choices=tuple(SHIPPED))
    options = parser.parse_args(arguments)
    return shipping.command(lambda: make(options.model, options.images or IMAGES, options.cache))


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
    outcome = run(TRAINER, request, shipping.device(), shipping.told)
    results = shipping.whole(outcome, images)
    if not results:
        return
    shipping.ship(results[0], SHIPPED[model], job=JOB)


if __name__ == "__main__":
    sys.exit(main())
