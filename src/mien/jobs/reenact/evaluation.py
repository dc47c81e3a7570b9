"""`mien reenact eval`: models and plain ways against clips whose truth is known."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from mien.errors import OptionError
from mien.face.landmarks import judge_landmarker
from mien.io.atomic import atomic_write_bytes
from mien.io.image import write_image
from mien.io.names import free_path
from mien.io.provenance import Provenance
from mien.jobs.base import Outcome, Progress, Step
from mien.jobs.reenact.config import WARP, EvalRequest
from mien.jobs.reenact.model import ReenactModel
from mien.jobs.reenact.scores import COLUMNS, Score, motion_curves, score
from mien.jobs.reenact.trials import ClipTrial, head_trials, model_row, own_trials, plain_rows
from mien.messages import text
from mien.types import Image

_SHOWN = 4
"""Frames of a trial on the sheet, of as many trials."""
_ORDER = ("mean picture", "first frame", "nearest frame", "warp")


def evaluate(
    load: Callable[[str], ReenactModel], request: EvalRequest, progress: Progress
) -> Outcome:
    """A table of scores, a report and a sheet of frames."""
    models = {name: load(name) for name in request.model if name != WARP}
    sizes = {model.config.size for model in models.values()} or {128}
    if len(sizes) > 1:
        raise OptionError(text("reenact.sizes", sizes=", ".join(map(str, sorted(sizes)))))
    trials = _trials(request, sizes.pop(), progress)
    plain = plain_rows(trials)
    rows = {name: plain[name] for name in _ORDER if name in plain}
    rows |= {name: model_row(model, trials) for name, model in models.items()}
    rows["floor"] = plain["floor"]
    scores = _scores(rows, trials, progress)
    return _written(request, models, rows, scores, trials)


def _trials(request: EvalRequest, size: int, progress: Progress) -> list[ClipTrial]:
    if request.data == "head":
        return head_trials(size, request.people, request.seed, progress)
    path = Path(request.data)
    if not path.exists():
        raise OptionError(text("reenact.data_unknown", value=request.data))
    return own_trials(path, size, progress)


def _scores(
    rows: Mapping[str, list[Image]], trials: Sequence[ClipTrial], progress: Progress
) -> dict[str, Score]:
    """Scores of every row."""
    curves = [motion_curves(one.truth, one) for one in trials]
    scores = {}
    for done, (name, made) in enumerate(rows.items(), 1):
        scores[name] = score(made, trials, curves)
        progress(Step(done, len(rows), name))
    return scores


def _written(
    request: EvalRequest,
    models: Mapping[str, ReenactModel],
    rows: Mapping[str, list[Image]],
    scores: Mapping[str, Score],
    trials: Sequence[ClipTrial],
) -> Outcome:
    frames, judge = sum(len(one.truth) for one in trials), judge_landmarker().name
    values = {
        "landmarks": judge,
        "data": "head" if request.data == "head" else "clips",
        "seed": request.seed,
        "clips": len(trials),
        "frames": frames,
        "models": {Path(name).name: model.sha256 for name, model in models.items()},
        "rows": {
            Path(name).name: {
                column: None if math.isnan(value) else round(value, 4)
                for column, value in one.values.items()
            }
            for name, one in scores.items()
        },
    }
    out = free_path(request.out / "report.json", overwrite=request.overwrite)
    atomic_write_bytes(out, json.dumps(values, indent=1, sort_keys=True).encode() + b"\n")
    page = free_path(request.out / "frames.png", overwrite=request.overwrite)
    hashes = tuple(model.sha256 for model in models.values())
    made_by = Provenance("compositeWithTrainedAlgorithmicMedia", "reenact.eval", hashes)
    write_image(page, sheet(rows, trials), provenance=made_by)
    notes = [text("reenact.eval_head", clips=len(trials), frames=frames, judge=judge), table_head()]
    notes += [table_row(name, one) for name, one in scores.items()]
    figures = {
        f"{Path(name).name} {column}": round(one.values[column], 4)
        for name, one in scores.items()
        if name in models or name == WARP
        for column in ("psnr", "ssim")
    }
    return Outcome((out, page), notes=tuple(notes), figures=figures)


def table_head() -> str:
    """The columns' names, as wide as their values."""
    return f"{'':<14}" + "".join(f"{name:>12}" for name in COLUMNS)


def table_row(name: str, one: Score) -> str:
    """One row of the table."""
    shown = Path(name).name[:14]
    return f"{shown:<14}" + "".join(f"{one.values[column]:>12.3f}" for column in COLUMNS)


def sheet(rows: Mapping[str, list[Image]], trials: Sequence[ClipTrial]) -> Image:
    """Some frames of some clips: the truth above, then the rows but the floor, in their order."""
    shown = [one.truth for one in trials]
    kinds = [shown, *(made for name, made in rows.items() if name != "floor")]
    lines = []
    for kind in kinds:
        pictures = []
        for clip in kind[:_SHOWN]:
            places = np.linspace(0, len(clip) - 1, _SHOWN).round().astype(int)
            pictures += [clip[place] for place in places]
        lines.append(np.concatenate(pictures, 1))
    return np.concatenate(lines)
