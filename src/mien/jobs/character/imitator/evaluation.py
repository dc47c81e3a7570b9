"""`mien character eval`: an imitator on parameters that it never saw, beside trivial answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.data.crop import resize
from mien.errors import OptionError
from mien.face.landmarks import judge_landmarker
from mien.head.schema import LABELS
from mien.io.atomic import atomic_write_bytes
from mien.io.image import write_image
from mien.io.names import free_path
from mien.io.provenance import Provenance
from mien.jobs.base import Outcome, Progress, Step
from mien.jobs.character.config import EvalRequest
from mien.jobs.character.imitator.data import ParameterSet, Wanted, held_out, open_set, split
from mien.jobs.character.imitator.drawing import training_code
from mien.jobs.character.imitator.model import ImitatorModel
from mien.jobs.character.imitator.targets import front_landmarks
from mien.jobs.character.imitator.training import pairs_page
from mien.messages import text
from mien.metrics import pairs
from mien.persona.report import find_again
from mien.types import OUTER_EYE, Image, Landmarks

_MARKED = 100
"""Pictures whose landmarks are looked for: that is slow."""
_SHOWN = 24
_DETECT_SIZE = 256
_TRAIN = 7_000


def evaluate(model: ImitatorModel, request: EvalRequest, progress: Progress) -> Outcome:
    """L1, PSNR and SSIM on held-out parameters and, on the head, landmarks and parts.

    Rows: the imitator, the picture of the nearest training parameters, the mean picture. Landmarks
    are those found in a row's picture against those found in the true one, by one detector; its
    own error against the exact landmarks is told beside them.
    """
    train, others, rows = _sets(model, request, progress)
    true, wanted = others.pictures(rows), others.parameters[rows]
    nearest = nearest_rows(wanted, train)
    made = {
        "imitator": model.draw(wanted),
        "nearest training parameters": train.pictures(nearest),
        "mean picture": np.repeat(_mean(train)[None], len(rows), 0),
    }
    figures: dict[str, float] = {"count": float(len(rows))}
    for name, pictures in made.items():
        figures |= {f"{name}: {key}": value for key, value in scores(pictures, true).items()}
    progress(Step(1, 2, text("character.eval_pictures")))
    if others.source["kind"] == "head":
        seed = int(others.source["seed"])
        truths = [front_landmarks(training_code(seed, k), len(true[0])) for k in rows[:_MARKED]]
        figures |= _landmark_rows(made, true, truths)
        if others.labels is not None and model.settings.parts:
            figures["imitator: parts right"] = _parts_right(model, others, rows)
    progress(Step(2, 2, text("character.eval_landmarks")))
    return _written(model, request, figures, (true, made["imitator"]))


def _sets(
    model: ImitatorModel, request: EvalRequest, progress: Progress
) -> tuple[ParameterSet, ParameterSet, NDArray[np.int64]]:
    """The training set, the held-out one and its rows."""
    source = model.header.config.get("source", {})
    if request.data is None and source.get("kind") != "head":
        raise OptionError(text("character.eval_needs_data"))
    data = request.data or "head"
    people = int(source.get("count", _TRAIN))
    wanted = Wanted(data, model.settings.size, people, request.cache, int(source.get("seed", 0)))
    train = open_set(wanted, progress)
    others = held_out(wanted, request.count, progress)
    if train.layout != model.layout:
        raise OptionError(text("character.eval_layout"))
    rows = np.arange(len(others.parameters)) if data == "head" else split(others)[1]
    return train, others, rows[: request.count]


def scores(made: Image, true: Image) -> dict[str, float]:
    """Means of L1 (of 1), PSNR (dB) and SSIM."""
    measures: dict[str, Callable[[Image, Image], NDArray[np.float64]]]
    measures = {"l1": pairs.l1, "psnr": pairs.psnr, "ssim": pairs.ssim}
    return {name: round(float(of(made, true).mean()), 5) for name, of in measures.items()}


def nearest_rows(wanted: NDArray[np.float32], train: ParameterSet) -> NDArray[np.int64]:
    """(n,) training rows whose parameters are nearest, each in its own standard deviations."""
    kept, _ = split(train)
    known = train.parameters[kept]
    spread = known.std(0) + 1e-3
    found = [kept[int(np.square((known - one) / spread).sum(1).argmin())] for one in wanted]
    return np.array(found, np.int64)


def _mean(train: ParameterSet) -> Image:
    kept, _ = split(train)
    some = train.pictures(kept[:1000]).astype(np.float64)
    return np.rint(some.mean(0)).astype(np.uint8)


def _landmark_rows(
    made: dict[str, Image], true: Image, truths: list[Landmarks]
) -> dict[str, float]:
    """For each row: share of faces found, and NME of those found in it and in the true picture."""
    wanted = [found_in(one, exact) for one, exact in zip(true, truths, strict=False)]
    figures = {"detector: nme": _mean_error(wanted, truths)}
    for name, pictures in made.items():
        found = [found_in(one, exact) for one, exact in zip(pictures, truths, strict=False)]
        figures[f"{name}: detected"] = round(sum(one is not None for one in found) / len(found), 4)
        figures[f"{name}: nme"] = _mean_error(found, wanted)
    return figures


def found_in(picture: Image, near: Landmarks) -> Landmarks | None:
    """(68, 2) pixels: landmarks found in a small picture of a face that lies at `near`."""
    scale = _DETECT_SIZE / len(picture)
    found = find_again(
        resize(picture, _DETECT_SIZE), (near + 0.5) * scale - 0.5, judge_landmarker()
    )
    return None if found is None else (found + 0.5) / scale - 0.5


def _mean_error(found: Sequence[Landmarks | None], wanted: Sequence[Landmarks | None]) -> float:
    """Mean distance, outer eyes 1 apart, where both are there; -1 where none are."""
    errors = []
    for one, other in zip(found, wanted, strict=True):
        if one is not None and other is not None:
            unit = float(np.hypot(*(other[OUTER_EYE[1]] - other[OUTER_EYE[0]])))
            errors.append(float(np.hypot(*(one - other).T).mean()) / unit)
    return round(float(np.mean(errors)), 5) if errors else -1.0


def _parts_right(model: ImitatorModel, others: ParameterSet, rows: NDArray[np.int64]) -> float:
    """Mean over the part labels of their intersection over union."""
    assert others.labels is not None
    made, true = model.labels(others.parameters[rows]), others.labels(rows)
    found = []
    for label in range(len(LABELS)):
        union = int(((made == label) | (true == label)).sum())
        if union:
            found.append(int(((made == label) & (true == label)).sum()) / union)
    return round(float(np.mean(found)), 4)


def _written(
    model: ImitatorModel,
    request: EvalRequest,
    figures: dict[str, float],
    shown: tuple[Image, Image],
) -> Outcome:
    out: Path = free_path(request.out / "report.json", overwrite=request.overwrite)
    values = {"model": model.sha256, "figures": figures}
    atomic_write_bytes(out, json.dumps(values, indent=1, sort_keys=True).encode() + b"\n")
    page = free_path(request.out / "imitations.png", overwrite=request.overwrite)
    made_by = Provenance("trainedAlgorithmicMedia", "character.eval", (model.sha256,))
    true, made = shown
    write_image(page, pairs_page(true[:_SHOWN], made[:_SHOWN]), provenance=made_by)
    head = text("character.eval_head", count=int(figures["count"]), marked=_MARKED)
    rows = [text("character.eval_row", name=name, value=figures[name]) for name in figures]
    return Outcome((out, page), notes=(head, *rows[1:]), figures=figures)
