"""`mien generate eval`: a model against pictures that it never saw."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch

from mien.data.crop import resize
from mien.errors import OptionError
from mien.io.atomic import atomic_write_bytes
from mien.io.image import write_image
from mien.io.names import free_path
from mien.io.provenance import Provenance
from mien.jobs.base import Outcome, Progress, Step
from mien.jobs.generate.config import EvalRequest
from mien.jobs.generate.model import FaceModel
from mien.jobs.generate.pictures import Wanted, held_out_of, opened
from mien.messages import text
from mien.metrics.distances import nearest
from mien.metrics.features import Extractor, IdentityFeatures, OnnxFeatures, Thumbnails
from mien.metrics.report import Report, judge
from mien.types import Image

_CHUNK = 256
_NEAREST = 12


def evaluate(model: FaceModel, request: EvalRequest, progress: Progress) -> Outcome:
    """Scores with floors and intervals, and the training pictures nearest to made ones."""
    wanted = _wanted(model, request)
    count, total = request.count, request.count + 1
    with opened(wanted, progress) as pictures:
        pictures.wait(min(count, len(pictures.train)))
        train = pictures.pack.take(pictures.train[:count])
    with held_out_of(wanted, count, progress) as found:
        held_out = found
    count = min(count, len(train), len(held_out))
    made = []
    for first in range(0, count, _CHUNK):
        numbers = range(first, min(count, first + _CHUNK))
        made.append(model.draw(torch.stack([model.latent(request.seed, k) for k in numbers])))
        progress(Step(numbers[-1] + 1, total, text("generate.eval_draws")))
    pictures_made = np.concatenate(made)
    space: Extractor = OnnxFeatures(request.features) if request.features else IdentityFeatures()
    report = judge(pictures_made, held_out[:count], train[:count], extractor=space)
    progress(Step(total, total, text("generate.eval_scores")))
    return _written(model, request, report, (pictures_made, held_out[:count], train))


def _wanted(model: FaceModel, request: EvalRequest) -> Wanted:
    source = model.header.config.get("source", {})
    data, seed = request.data, 0
    if data is None:
        if source.get("kind") != "head":
            raise OptionError(text("generate.eval_needs_data"))
        data, seed = f"head:{source['style']}", int(source.get("seed", 0))
    return Wanted(
        data=data,
        size=model.config.size,
        count=request.count,
        crop=request.crop,
        cache=request.cache,
        seed=seed,
    )


def _written(
    model: FaceModel, request: EvalRequest, report: Report, sets: tuple[Image, Image, Image]
) -> Outcome:
    made, held_out, train = sets
    out = free_path(request.out / "report.json", overwrite=request.overwrite)
    distances = nearness(made, held_out, train)
    values = {**report.as_json(), "model": model.sha256, "nearest": distances}
    written = json.dumps(values, indent=1, sort_keys=True)
    atomic_write_bytes(out, written.encode() + b"\n")
    made_by = Provenance("trainedAlgorithmicMedia", "generate.eval", (model.sha256,))
    page = free_path(request.out / "nearest.png", overwrite=request.overwrite)
    write_image(page, nearest_page(made[:_NEAREST], train), provenance=made_by)
    lines = [text("generate.eval_head", count=report.count, space=report.space)]
    lines += [
        text("generate.eval_row", name=name, value=value, interval=interval or "-", floor=floor)
        for name, value, interval, floor in report.rows()
    ]
    lines.append(text("generate.eval_nearest", **distances))
    return Outcome((out, page), notes=tuple(lines), figures=report.values())


def nearness(made: Image, held_out: Image, train: Image) -> dict[str, float]:
    """Median distance of thumbnails to the nearest training one: of made and of held-out ones.

    A model that copies has a much smaller one than held-out pictures have.
    """
    space = Thumbnails()
    known = space(train)
    both = [float(np.median(nearest(space(one), known)[1])) for one in (made, held_out)]
    return {"made": round(both[0], 4), "held_out": round(both[1], 4)}


def nearest_page(made: Image, train: Image) -> Image:
    """Made pictures above the training pictures that are nearest in 16 x 16 thumbnails."""

    def small(pictures: Image) -> np.ndarray:
        shrunk = np.stack([resize(one, 16) for one in pictures])
        return shrunk.reshape(len(pictures), -1).astype(np.float64)

    places, _ = nearest(small(made), small(train))
    rows = [np.concatenate(list(made), 1), np.concatenate(list(train[places]), 1)]
    return np.concatenate(rows)


def on_preset(preset: str) -> Mapping[str, float]:
    """Figures of the shipped photo model (any preset but "tiny"), for `Job.evaluate`."""
    from mien import device
    from mien.jobs.base import no_progress
    from mien.jobs.generate.model import load_model

    count = 100 if preset == "tiny" else 2000
    request = EvalRequest(count=count, out=Path("evaluation"))
    return evaluate(load_model("photo", device.pick()), request, no_progress).figures
