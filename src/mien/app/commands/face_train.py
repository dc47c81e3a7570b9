"""`mien face train`: the networks that look at faces, from pictures of the head alone."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mien import fields
from mien.app import console
from mien.jobs.base import Step
from mien.messages import text

if TYPE_CHECKING:
    from mien.analysers.command import Make
    from mien.analysers.faces import Course

Network = Literal["landmarks", "expression", "parsing"]


@dataclasses.dataclass(frozen=True)
class TrainRequest:
    """What `mien face train` is asked."""

    network: Network = fields.argument("NETWORK", help="option.face_network")
    count: int = fields.option(16_000, help="option.face_pictures", span=(200, 10_000_000))
    images: int | None = fields.option(None, help="training.images", span=(1, 10**12))
    seed: int = fields.option(1, help="training.seed", span=(0, 2**63 - 1))
    data: Path | None = fields.option(None, help="option.face_data")
    runs: Path = fields.option(Path("runs"), help="training.runs")
    out: Path | None = fields.option(None, help="option.face_weights")


def train(request: TrainRequest) -> int:
    """Draws what pictures are missing, then trains or goes on training."""
    from mien.analysers.faces import learn

    course, make, folder = _lesson(request.network)
    if request.images is not None:
        course = course.of(request.images)
    data = request.data or Path("cache") / folder
    data.mkdir(parents=True, exist_ok=True)
    with console.progress(request.network, quiet=True) as progress:
        make(
            data,
            request.count,
            seed=request.seed,
            told=lambda done, total: progress(Step(done, total, text("face.train.drawing"))),
        )
    out = request.out or request.runs / request.network / "model.safetensors"
    run = request.runs / request.network
    for line in learn(course, data, seed=request.seed, out=out, run=run):
        console.say(line)
    return 0


def _lesson(network: Network) -> tuple[Course, Make, str]:
    """A network's course, what draws its pictures, and their folder in the cache."""
    from mien.analysers.expression.recipe import COURSE as EXPRESSION
    from mien.analysers.landmarks.recipe import COURSE as LANDMARKS
    from mien.analysers.landmarks.renders import make_shards as draw_faces
    from mien.analysers.parsing.recipe import COURSE as PARSING
    from mien.analysers.parsing.renders import make_shards as draw_heads

    if network == "parsing":
        return PARSING, draw_heads, "parsing"
    return LANDMARKS if network == "landmarks" else EXPRESSION, draw_faces, "landmarks"
