"""Trains a tiny network on people of the head, stops, goes on, and draws with it.

python examples/train_tiny.py OUT
"""

import sys
from pathlib import Path

import mien
from mien import JOBS

IMAGES = 800


def main(out: Path) -> None:
    """The run's folder is the model; a real one takes preset="default" and minutes=10."""
    generate = next(job for job in JOBS if job.name == "generate")
    predictor = generate.load("cpu")
    request = generate.request["train"](
        preset="tiny",
        people=500,
        images=IMAGES,
        runs=out / "runs",
        cache=out / "cache",
        precision="fp32",
    )
    outcome = predictor.run(request)
    weights = outcome.results[0]
    model = mien.from_pretrained(weights, device="cpu")
    print(f"{weights.parent.name}: {outcome.figures['images']:.0f} images, {model.config.size} px")
    drawn = generate.request["sample"](model=str(weights.parent), count=4, out=out / "faces")
    print(*predictor.run(drawn).results, sep="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
