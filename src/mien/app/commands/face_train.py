"""`mien face train`: the networks that look at faces, from pictures of the head alone."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Literal

from mien import fields
from mien.app import console
from mien.jobs.base import Step
from mien.messages import text

Network = Literal["landmarks", "expression"]


@dataclasses.dataclass(frozen=True)
class TrainRequest:
    """What `mien face train` is asked."""

    network: Network = fields.argument("NETWORK", help="option.face_network")
    count: int = fields.option(16_000, help="option.face_pictures", span=(200, 10_000_000))
    images: int | None = fields.option(None, help="training.images", span=(1, 10**12))
    seed: int = fields.option(1, help="training.seed", span=(0, 2**63 - 1))
    data: Path = fields.option(Path("cache/landmarks"), help="option.face_data")
    runs: Path = fields.option(Path("runs"), help="training.runs")
    out: Path | None = fields.option(None, help="option.face_weights")


def train(request: TrainRequest) -> int:
    """Draws what pictures are missing, then trains or goes on training."""
    from mien.analysers.expression.recipe import COURSE as EXPRESSION
    from mien.analysers.faces import learn
    from mien.analysers.landmarks import renders
    from mien.analysers.landmarks.recipe import COURSE as LANDMARKS

    course = LANDMARKS if request.network == "landmarks" else EXPRESSION
    if request.images is not None:
        course = course.of(request.images)
    request.data.mkdir(parents=True, exist_ok=True)
    with console.progress(request.network, quiet=True) as progress:
        renders.make_shards(
            request.data,
            request.count,
            seed=request.seed,
            told=lambda done, total: progress(Step(done, total, text("face.train.drawing"))),
        )
    out = request.out or request.runs / request.network / "model.safetensors"
    run = request.runs / request.network
    for line in learn(course, request.data, seed=request.seed, out=out, run=run):
        console.say(line)
    return 0
